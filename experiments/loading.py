"""Scenarios as experiments take them: loaded, and every name of a measure in them known.

Choice: `scenarios.load` takes the check as an argument.  Alternative: a list of names in `scenarios`, or one that fills up on import.
Reason: imports go down only, so `scenarios` cannot know the measures; a second list grows stale, and one that is filled by imports
would find a mistake or not depending on what was imported before.
"""

from collections.abc import Mapping
from typing import Any

from results.targets import mistakes_of
from scenarios import load
from sim.core.errors import UserError


def loaded(scenario, overrides: Mapping[str, Any] | None = None):
    """`scenarios.load`, with targets checked; a `Scenario` without targets and changes is given back as it is.

    Raises: UserError with one line for every mistake.
    """
    if hasattr(scenario, "consumers") and not overrides and (scenario.is_scaled or not scenario.targets):
        return scenario
    return load(scenario, overrides, check=mistakes_of)


def all_loaded(scenarios, overrides: Mapping[str, Any] | None = None) -> list:
    """Each of them `loaded`.  Raises: UserError with the mistakes of all."""
    found, lines = [], {}
    for each in scenarios:
        try:
            found.append(loaded(each, overrides))
        except UserError as wrong:
            lines |= dict.fromkeys(wrong.lines)
    if lines:
        raise UserError(*lines)
    return found
