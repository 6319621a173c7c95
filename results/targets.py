"""Targets: how far a run, a fork or a comparison is from what its plan wants to reach.

What a target is held against, by how a measure's days become one number (`results.measures`):
"sum" (flows): the running sum since the scenario's first day; "mean" (shares of a day): the mean over the last 30 days, from the
30th day on; "last" (stocks): the value itself, and on a day without one that of the day before.

Choice: the value on the target's date decides whether it is met.  Source: assumption.  Alternative: having been there on some day.
Reason: a share that was reached and lost is not a share one has; on which day it was first reached is told beside it.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from results.effects import median_interval
from results.measures import LEAST_BAD_LOANS, MEASURES
from sim.core.errors import did_you_mean

MEAN_DAYS = 30
RESTS_ON = {"npl_ratio": ("bad_loans_simulated", LEAST_BAD_LOANS)}  # a ratio of fewer events is no number (DESIGN 2)
HELD_AGAINST = {"sum": "running_sum", "mean": "mean_30_days", "last": "value"}
COLUMNS = ("scenario", "path", "target", "is_own", "measure", "unit", "held_against", "direction", "target_value", "by", "date",
           "is_due", "n", "value", "low", "high", "gap", "gap_low", "gap_high", "met_share", "reached_share", "reached_on", "status",
           "source", "note")
STATUSES = ("met", "missed", "undecided", "not_due", "unknown")


def mistakes_of(scenario: dict) -> Iterator[tuple[tuple, str]]:
    """(path, what is wrong) for every target of a scenario, as plain data, whose measure there is not, or not so large."""
    targets = scenario.get("targets")
    for number, each in enumerate(targets if isinstance(targets, list) else ()):
        name, value = (each.get("measure"), each.get("value")) if isinstance(each, dict) else (None, None)
        if not isinstance(name, str):
            continue
        if name not in MEASURES:
            allowed = did_you_mean(name, MEASURES) or "; a measure is a column of daily.csv, such as gmv or registered_share"
            yield ("targets", number, "measure"), f"no such measure{allowed}"
        elif MEASURES[name].unit == "share" and isinstance(value, int | float) and value > 1:
            yield ("targets", number, "value"), f"must be at most 1, because {name} is a share; {value:g}% is {value / 100:g}"


@dataclass(frozen=True)
class Paths:
    """Replicates of the same days: of which scenario, which path of a fork ("" if none), what they are held against.

    targets: `scenarios.target.Target`s.  own: names of those that the scenario lists itself.  daily: one table a replicate.
    """

    scenario: str
    path: str
    targets: tuple
    own: frozenset[str]
    daily: list[pd.DataFrame]

    @property
    def dates(self) -> list[datetime.date]:
        """The days, from the scenario's first."""
        return list(self.daily[0]["date"])

    def courses(self, measure: str) -> np.ndarray:
        """What a target for this measure is held against, shape (days, replicates)."""
        return np.column_stack([course(_enough(each, measure), MEASURES[measure].over_days) for each in self.daily])


def _enough(daily: pd.DataFrame, measure: str) -> np.ndarray:
    """The measure's days, without those on which it rests on too few events."""
    values = daily[measure].to_numpy(float)
    if measure in RESTS_ON:
        events, least = RESTS_ON[measure]
        values = np.where(daily[events].to_numpy(float) >= least, values, np.nan)
    return values


def course(values: np.ndarray, over_days: str) -> np.ndarray:
    """What a target is held against on every day, from the measure's values since the first day; NaN where nothing is known yet."""
    days = pd.Series(values, dtype=float)
    if over_days == "sum":
        return days.cumsum().ffill().to_numpy()
    if over_days == "mean":
        window = min(MEAN_DAYS, len(days))
        means = days.rolling(max(window, 1), min_periods=1).mean()
        means.iloc[: max(window - 1, 0)] = np.nan
        return means.to_numpy()
    return days.ffill().to_numpy()


def run_paths(run) -> list[Paths]:
    """The one path of a run."""
    return _told([Paths(run.scenario.name, "", run.scenario.targets, _names(run.scenario), [run.daily])])


def fork_paths(fork) -> list[Paths]:
    """The paths of a fork with what is tried and without, each after the common past."""
    past = [fork.past.daily] if fork.past is not None else []
    return _told([Paths(fork.scenario.name, path, fork.scenario.targets, _names(fork.scenario),
                        [pd.concat([*past, each.daily]) if past else each.daily for each in runs])
                  for path, runs in (("with", fork.with_tactics), ("without", fork.without))])


def compare_paths(comparison) -> list[Paths]:
    """Replicates of every scenario of a comparison; a target that only others list is shown for all, so that they can be compared."""
    found, anybodys = [], {}
    for each in (target for scenario in comparison.scenarios for target in scenario.targets):
        anybodys.setdefault(each.name, each)
    for scenario in comparison.scenarios:
        targets = anybodys | {each.name: each for each in scenario.targets}
        replicates = [days for _, days in comparison.days_of(scenario.name).groupby("replicate")]
        found.append(Paths(scenario.name, "", tuple(targets.values()), _names(scenario), replicates))
    return _told(found)


def _names(scenario) -> frozenset[str]:
    return frozenset(each.name for each in scenario.targets)


def _told(paths: list[Paths]) -> list[Paths]:
    """Those with targets and at least one day."""
    return [each for each in paths if each.targets and each.daily and len(each.daily[0])]


def target_table(paths: list[Paths]) -> pd.DataFrame:
    """One row a target and path.

    date: on which it is looked at: `by`, or the last day if that comes first or `by` is not set; is_due: False if the run ends before.
    n: replicates with a value; value, low, high: their median with its 95% interval (`results.effects.median_interval`).
    gap, gap_low, gap_high: value less target.  met_share: replicates that meet it on `date`; reached_share: on some day up to it.
    reached_on: first day on which it was met, median over replicates; None if half of them never meet it.
    status: met or missed if the interval lies on one side of the target (a single run has no interval), undecided if not;
    not_due if the run ends before and it is not met; unknown without a value.
    """
    rows = [_row(each, target) for each in paths for target in each.targets]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(paths: Paths, target) -> dict[str, Any]:
    dates, courses = paths.dates, paths.courses(target.measure)
    last = len(dates) - 1
    at = last if target.by is None else min(max((target.by - dates[0]).days, 0), last)
    is_due = target.by is None or target.by <= dates[last]
    known = courses[at][~np.isnan(courses[at])]
    value, low, high = median_interval(known)
    over_days = MEASURES[target.measure].over_days
    is_met = _meets(courses, target)
    first = np.where(is_met.any(axis=0), is_met.argmax(axis=0), np.inf)
    reached = float(np.median(first))
    return {
        "scenario": paths.scenario, "path": paths.path, "target": target.name, "is_own": target.name in paths.own,
        "measure": target.measure, "unit": _unit(target.measure), "held_against": HELD_AGAINST[over_days],
        "direction": target.direction, "target_value": target.value, "by": target.by, "date": dates[at], "is_due": is_due, "n": len(known),
        "value": value, "low": low, "high": high, "gap": value - target.value, "gap_low": low - target.value,
        "gap_high": high - target.value, "met_share": float(_meets(known, target).mean()) if len(known) else np.nan,
        "reached_share": float((first <= at).mean()), "reached_on": dates[int(np.ceil(reached))] if np.isfinite(reached) else None,
        "status": status_of(target, value, low, high, is_due, over_days), "source": target.source, "note": target.note,
    }


def _meets(values: np.ndarray, target) -> np.ndarray:
    """Whether each value meets the target; one that is not known does not."""
    return values >= target.value if target.direction == "at_least" else values <= target.value


def _unit(measure: str) -> str:
    each = MEASURES[measure]
    return each.unit.removesuffix(" a day") if each.over_days == "sum" else each.unit


def status_of(target, value: float, low: float, high: float, is_due: bool, over_days: str = "last") -> str:
    """What can be said of a target from its value and interval: one of STATUSES."""
    if np.isnan(value):
        return "unknown"
    ends = np.array([value] if np.isnan(low) else [low, high])
    meets = _meets(ends, target)
    found = "met" if meets.all() else "undecided" if meets.any() else "missed"
    may_still_grow = over_days == "sum" and target.direction == "at_most"
    return "not_due" if not is_due and (found != "met" or may_still_grow) else found
