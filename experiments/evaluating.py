"""What a plan is worth: runs with it less runs without it, on the same worlds and luck, each run once and kept.

Choice: profit is what the platform's own funds gain over the run, marketing paid for.  Alternative: the commission on the new customers.
Reason: own funds hold everything, service and card fees too; what customers bring after the last day is an option (`value`).
Choice: the share is of payments at all platforms in the last four weeks.  Alternative: of the last day.  Reason: one day of a small
world is mostly luck, and weekdays differ.
"""

from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

import numpy as np
import pandas as pd

from agents.tactics import TACTICS
from experiments.levers import Plan, Space
from experiments.workers import Workers, results_as_they_come
from results.conversions import Conversions, spent_on
from results.journeys import Journeys
from results.lifetime_value import histories, value_table
from results.measures import MEASURES
from sim.core.errors import UserError
from sim.model import Market

LAST_DAYS = 28
COLUMNS = ("new_users", "profit", "market_share", "outlay", "ledger_residual")  # of every run, whatever the goal


class Goal(NamedTuple):
    """columns: of a run, the sum of which is the objective; unit of a level."""

    columns: tuple[str, ...]
    unit: str


GOALS = {"first-use": Goal(("new_users",), "consumers"), "profit": Goal(("profit",), "CNY"), "share": Goal(("market_share",), "share")}


def columns_of(goal: str, with_value: bool) -> tuple[str, ...]:
    """Whose sum the objective is."""
    return (*GOALS[goal].columns, *(("value_ahead",) if with_value else ()))


class Share:
    """An observer that keeps the market share of every day."""

    def __init__(self):
        self.days: list[float] = []

    def __call__(self, m) -> None:
        self.days.append(float(MEASURES["market_share"].value(m)))

    @property
    def at_the_end(self) -> float:
        """Mean over the last LAST_DAYS."""
        return float(np.nanmean(self.days[-LAST_DAYS:]))


def one_run(scenario, entries: list[dict], names: list[str], with_value: bool, seed: int, replicate: int) -> dict:
    """One run with the tactics added, as a row at real scale; names: the lever of each."""
    added = tuple(TACTICS[each["kind"]].Settings(**each) for each in entries)
    share, journeys = Share(), Journeys() if with_value else None
    market = Market(scenario.model_copy(update={"tactics": (*scenario.tactics, *added)}), seed=seed, replicate=replicate,
                    observers=[share, *([journeys] if journeys else [])])
    conversions = Conversions(market)
    market.run_days()
    spent = {name: spent_on(market, len(scenario.tactics) + k) for k, name in enumerate(names)}
    row = {"new_users": conversions.totals(market)["new_users"], "profit": conversions.profit, "market_share": share.at_the_end,
           "outlay": conversions.outlay, "spent": spent, "ledger_residual": conversions.residual}
    return {**row, **({"value_ahead": _value_ahead(journeys, scenario)} if journeys else {})}


def _value_ahead(journeys: Journeys, scenario) -> float:
    """What all new customers of the run are still expected to bring within three years, discounted (`results.lifetime_value`), CNY."""
    mean = float(value_table(journeys, {})["value_ahead"].iloc[0])
    if not np.isfinite(mean):
        raise UserError("--with-value: a run has too few new customers who bought again to say what they are worth; "
                        "a larger world (--consumers) or more days have more")
    return mean * len(histories(journeys)) * scenario.weight


class Evaluator:
    """Values of plans; runs that are there already are not run again.  Close it to end its processes."""

    def __init__(self, scenario, space: Space, days: int, goal: str, with_value: bool, seed: int, workers: int = 1,
                 kept: list[dict] = (), on_run: Callable[[dict], None] | None = None, tell: Callable[[int], None] | None = None):
        self.scenario, self.space, self.days, self.seed, self.workers = scenario, space, days, seed, workers
        self.columns, self.with_value, self.on_run, self.tell = columns_of(goal, with_value), with_value, on_run, tell
        self.rows = {(each["plan"], each["replicate"]): each for each in kept}
        self.pool = Workers(workers) if workers > 1 else None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)

    def __call__(self, plans: list[Plan], replicates: list[int]) -> np.ndarray:
        """The objective of each plan on each replicate, less that of spending nothing there."""
        nothing = self.space.nothing()
        wanted = [(plan, replicate) for replicate in replicates for plan in dict.fromkeys([nothing, *plans])]
        self._run([each for each in wanted if (key_of(each[0]), each[1]) not in self.rows])
        return np.array([[self._value(plan, replicate) - self._value(nothing, replicate) for replicate in replicates] for plan in plans])

    def _value(self, plan: Plan, replicate: int) -> float:
        row = self.rows[key_of(plan), replicate]
        return float(sum(row[name] for name in self.columns))

    def _run(self, missing: list[tuple[Plan, int]]) -> None:
        tasks = []
        for plan, replicate in missing:
            names = [name for name, share in zip(self.space.names, plan.shares) if share]
            entries = self.space.entries(plan, self.scenario, self.days)
            tasks.append((one_run, (self.scenario, entries, names, self.with_value, self.seed, replicate)))
        with closing(results_as_they_come(tasks, self.workers, self.pool)) as done:
            for number, found in done:
                plan, replicate = missing[number]
                row = {"plan": key_of(plan), "replicate": replicate, **found}
                self.rows[row["plan"], replicate] = row
                if self.on_run:
                    self.on_run(row)
                if self.tell:
                    self.tell(len(self.rows))

    def runs(self) -> pd.DataFrame:
        """One row a run, by replicate and plan; what each lever spent has a column of its own."""
        rows = [self.rows[key] for key in sorted(self.rows, key=lambda key: (key[1], key[0]))]
        columns = ("plan", "replicate", *self.columns, *(name for name in COLUMNS if name not in self.columns))
        flat = [{**{name: row[name] for name in columns}, **{f"spent_{name}": row["spent"].get(name, 0.0) for name in self.space.names}}
                for row in rows]
        return pd.DataFrame(flat)


def key_of(plan: Plan) -> str:
    """A plan in short: 40,0,20@25 are percents, and after @ the size."""
    return ",".join(f"{share}" + (f"@{size:g}" if size is not None else "") for share, size in zip(plan.shares, plan.sizes))
