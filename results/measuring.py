"""What a measure is, the register of all of them, and how the simulated world becomes the real one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

import numpy as np


@dataclass(frozen=True)
class Measure:
    """One column of the daily table.

    over_days: how days become one number of a run: "sum" for flows, "mean" for shares, "last" for stocks.
    chinese: the label of reports with `--lang zh`.  is_optional: of a part of the market that some scenarios lack; never known there,
    and left out of their pages.
    """

    name: str
    unit: str
    meaning: str
    over_days: str
    chinese: str
    value: Callable
    is_optional: bool = False


MEASURES: dict[str, Measure] = {}


def measure(unit: str, meaning: str, over_days: str, chinese: str, where: Callable | None = None):
    """Register the function below as a measure of the same name; `where` says of a market whether it has what is measured."""

    def register(function):
        @wraps(function)
        def where_there(m):
            return function(m) if where(m) else np.nan

        value = function if where is None else where_there
        MEASURES[function.__name__] = Measure(function.__name__, unit, meaning, over_days, chinese, value, where is not None)
        return value

    return register


of_customers = partial(measure, where=lambda m: len(m.customers) > 0)  # only known where platforms compete for customers


def cny(m, amount_fen) -> float:
    """Fen of the simulated world as CNY of the real one."""
    return float(amount_fen) / 100.0 * m.scenario.weight


def count(m, number) -> float:
    """Simulated actors as real ones."""
    return float(number) * m.scenario.weight


def share(part, whole) -> float:
    """part / whole; nan of nothing."""
    return float(part) / float(whole) if whole else np.nan
