"""Which of many scenarios a fast test takes: those that bring a kind of plug-in that none before them had; the rest are slow tests."""

import pytest

from scenarios import load
from scenarios.files import shipped_names

LISTS = ("products", "tactics", "entrants", "agreements", "strategies", "shocks", "channels")


def covering(names=None) -> set[str]:
    """Shipped scenarios that together have every kind of plug-in that any of them has, in order of name."""
    seen, found = set(), set()
    for name in shipped_names() if names is None else names:
        scenario = load(name)
        kinds = {(where, each.kind) for where in LISTS for each in getattr(scenario, where)} | {scenario.customers.is_contested}
        if kinds - seen:
            found.add(name)
            seen |= kinds
    return found


def fast_first(values, name_of=lambda value: value, ids=None):
    """Parameters of a test over scenarios: a value whose scenario brings nothing new is slow."""
    fast = covering() | {"baseline", "flash-rate"}
    shipped = set(shipped_names())
    return [pytest.param(value, marks=() if name_of(value) in fast or name_of(value) not in shipped else pytest.mark.slow,
                         id=ids(value) if ids else None) for value in values]
