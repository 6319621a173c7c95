"""What each tactic caused: last touch, hold-out experiment and truth side by side, from the table of runs of `experiments.lift`."""

import numpy as np
import pandas as pd

from results.conversions import GOALS
from results.effects import mean_interval, pairs_needed, ratio_interval

MORE = 1.1  # budget of the marginal run, times the scenario's
TOGETHER, REMAINDER = "together", "remainder"


def lift_table(runs: pd.DataFrame, touches: pd.DataFrame, tactics: pd.DataFrame, goal: str) -> pd.DataFrame:
    """One row a tactic, then all of them together, then what is left of that beside the sum of the single ones.

    tactic, row (tactic, together or remainder), kind, channel, budget, spent: CNY.
    last_touch: what it is credited with.  held_out: mean of the experiments, error that of a single one, found the share of them whose
    own interval excludes 0, bias held_out - lift.  lift: with the tactic less without it, the same worlds; needed: replicates that
    would detect a lift of this size, nan if it is detected; variance_ratio: what common random numbers saved.
    cost, earned: the platform's outlay for marketing, and commission, with less without, CNY.  ratio: last_touch / lift.  cost_each:
    cost / lift.  roi: (earned - cost) / cost.  more, marginal_roi: lift and roi of a tenth more budget.
    `*_low`, `*_high`: 95% intervals, Student's t over replicates, bootstrap over replicates for ratios.
    """
    worlds = _Worlds(runs, goal)
    rows = [_row(worlds, touches, each, goal) for each in tactics.itertuples()]
    if len(rows) > 1:
        rows += _together(worlds, touches, tactics, goal)
    return pd.DataFrame(rows)


def curve_table(runs: pd.DataFrame, tactics: pd.DataFrame, goal: str) -> pd.DataFrame:
    """Response curves: tactic, factor (of its budget), budget, cost, lift against no budget with low and high, n, needed, and profit."""
    worlds, rows = _Worlds(runs, goal), []
    for each in tactics.itertuples():
        for factor in sorted({0.0, 1.0, *runs.loc[(runs["arm"] == "times") & (runs["tactic"] == each.tactic), "factor"]}):
            def of(what, name=each.tactic, factor=factor):
                at = worlds.of("base", what) if factor == 1 else worlds.of("times", what, name, factor) if factor else worlds.of(
                    "without", what, name)
                return at - worlds.of("without", what, name)
            rows.append({"tactic": each.tactic, "factor": factor, "budget": factor * each.budget, "cost": of("outlay").mean(),
                         **_effect("lift", of(goal)), **_ends("profit", of("profit")), "n": int(of(goal).notna().sum())})
    return pd.DataFrame(rows)


class _Worlds:
    """Columns of the table of runs by replicate: the same index is the same world."""

    def __init__(self, runs: pd.DataFrame, goal: str):
        self.arms = {key: part.set_index("replicate").sort_index() for key, part in runs.groupby(["arm", "tactic", "factor"])}
        self.goal = goal

    def of(self, arm: str, what: str, tactic: str = "", factor: float = np.nan) -> pd.Series:
        """Of one arm; empty if it was not run."""
        factor = {"base": 1.0, "without": 0.0, "experiment": 1.0, "more": MORE, "none": 0.0}.get(arm, factor)
        found = self.arms.get((arm, tactic, factor))
        return pd.Series(dtype=float) if found is None else found[what]

    def caused(self, what: str, arm: str, tactic: str = "") -> pd.Series:
        """With less without, world by world."""
        return self.of("base", what) - self.of(arm, what, tactic)


def _row(worlds: _Worlds, touches, each, goal: str) -> dict:
    name, caused = each.tactic, worlds.caused(goal, "without", each.tactic)
    credited = _credited(touches, [each.tactic], goal)
    held = worlds.of("experiment", f"held_{goal}", name)
    error = worlds.of("experiment", f"held_{goal}_error", name)
    more = worlds.of("more", goal, name) - worlds.of("base", goal)
    more_cost = worlds.of("more", "outlay", name) - worlds.of("base", "outlay")
    more_earned = worlds.of("more", "commission", name) - worlds.of("base", "commission")
    return {"tactic": name, "row": "tactic", "kind": each.kind, "channel": each.channel, "budget": each.budget,
            "spent": _mean(touches[touches["tactic"] == name]["spent"]), **_ends("last_touch", credited), **_ends("held_out", held),
            "error": _mean(error), "found": _mean((held.abs() > 1.96 * error)[error > 0]) if len(held.dropna()) else np.nan,
            **_ends("bias", held - caused), **_truth(worlds, "without", name, credited, goal), **_effect("more", more),
            **_paid_for("marginal_roi", more_earned - more_cost, more_cost)}


def _together(worlds: _Worlds, touches, tactics, goal: str) -> list[dict]:
    names = list(tactics["tactic"])
    credited = _credited(touches, names, goal)
    total = {"tactic": TOGETHER, "row": TOGETHER, "budget": tactics["budget"].sum(),
             "spent": _mean(touches[touches["tactic"].isin(names)].groupby("replicate")["spent"].sum()),
             **_ends("last_touch", credited), **_truth(worlds, "none", "", credited, goal)}
    rest = worlds.caused(goal, "none") - sum(worlds.caused(goal, "without", name) for name in names)
    return [total, {"tactic": REMAINDER, "row": REMAINDER, **_effect("lift", rest), "n": len(rest)}]


def _truth(worlds: _Worlds, arm: str, name: str, credited, goal: str) -> dict:
    caused, cost = worlds.caused(goal, arm, name), worlds.caused("outlay", arm, name)
    earned = worlds.caused("commission", arm, name)
    base, off = worlds.of("base", goal), worlds.of(arm, goal, name)
    spread = caused.var(ddof=1) if len(caused) > 1 else np.nan
    found = {**_effect("lift", caused), "n": len(caused), "variance_ratio": (base.var() + off.var()) / spread if spread else np.nan,
             **_ends("cost", cost), **_effect("earned", earned),
             **_paid_for("roi", earned - cost, cost)}
    if GOALS[goal] == "CNY":  # a ratio of amounts of either sign says nothing
        return found
    return {**found, **_share("ratio", credited, caused),
            **(_share("cost_each", cost, caused) if cost.mean() > 0 else {})}


def _credited(touches, names, goal: str) -> pd.Series:
    """What last touch says of some tactics together, by replicate; unknown if it cannot tell two referral programmes apart."""
    mine = touches[touches["tactic"].isin(names)]
    credited = mine[goal] - (mine["spent"] if goal == "profit" else 0)
    return mine.assign(credited=credited).groupby("replicate")["credited"].agg(lambda values: values.sum(skipna=False))


def _mean(values) -> float:
    return float(values.mean()) if len(values) else np.nan


def _ends(name: str, values) -> dict:
    return dict(zip((name, f"{name}_low", f"{name}_high"), mean_interval(values)))


def _effect(name: str, values) -> dict:
    """Mean, interval and, if the interval includes 0, the replicates that would detect an effect of this size."""
    mean, low, high = mean_interval(values)
    unsure = low <= 0 <= high and not low == high == 0
    needed = pairs_needed(low, high, len(values), mean) if unsure else np.nan
    return {name: mean, f"{name}_low": low, f"{name}_high": high, f"{name}_needed" if name != "lift" else "needed": needed}


def _paid_for(name: str, top, cost) -> dict:
    """A ratio to a cost; none where a tactic saves as much as it costs, as when another takes its place."""
    return _share(name, top, cost) if cost.mean() > 0 else {name: np.nan, f"{name}_low": np.nan, f"{name}_high": np.nan}


def _share(name: str, top, bottom) -> dict:
    both = pd.concat([top.rename("top"), bottom.rename("bottom")], axis=1).dropna()
    return dict(zip((name, f"{name}_low", f"{name}_high"), ratio_interval(both["top"], both["bottom"])))
