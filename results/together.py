"""What the parts of a scenario contribute, alone and together, from runs of every combination of them on the same worlds.

Choice: three numbers a part: alone (it and none of the others), last (all less all but it), and its share of the whole (Shapley 1953: the
mean of what it adds, over all orders in which parts may come).  Source: full factorial designs (Box, Hunter and Hunter 2005, ch. 5).
Alternative: main effects and interactions of the design.  Reason: "alone" and "last" are what one asks about a part, and shares add up.
"""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from results.effects import mean_interval

WAYS = ("alone", "last", "share")
ALL, SURPLUS = "all", "surplus"


def subsets_of(parts) -> list[tuple[str, ...]]:
    """Every combination of the parts, the empty one first."""
    return [chosen for size in range(len(parts) + 1) for chosen in combinations(parts, size)]


def key_of(chosen) -> str:
    """How a combination is written in the table of runs."""
    return " + ".join(chosen) if chosen else "none"


def together_table(runs: pd.DataFrame, parts, measure: str) -> pd.DataFrame:
    """What each part adds to one measure.

    runs: one row a run, with columns parts (`key_of`), replicate and the measure.  Returns row (a part, "all", or "surplus": all less the
    sum of each alone), alone, last, share, each with _low and _high (Student's t over worlds), and n; "all" and "surplus" stand in `alone`.
    """
    worlds = runs.pivot(index="replicate", columns="parts", values=measure)
    value = {chosen: worlds[key_of(chosen)].to_numpy(float) for chosen in subsets_of(parts)}
    nothing, everything = value[()], value[tuple(parts)]
    alone = {part: value[(part,)] - nothing for part in parts}
    rows = []
    for part in parts:
        others = tuple(each for each in parts if each != part)
        found = {"alone": alone[part], "last": everything - value[others], "share": _shapley(value, parts, part)}
        rows.append({"row": part, **_intervals(found)})
    whole = everything - nothing
    rows.append({"row": ALL, **_intervals({"alone": whole})})
    rows.append({"row": SURPLUS, **_intervals({"alone": whole - np.sum(list(alone.values()), axis=0)})})
    return pd.DataFrame(rows)


def _shapley(value, parts, part: str) -> np.ndarray:
    """The mean over all orders of what the part adds to those before it, world by world."""
    others, n = [each for each in parts if each != part], len(parts)
    total = np.zeros_like(value[()])
    for before in subsets_of(others):
        weight = factorial(len(before)) * factorial(n - len(before) - 1) / factorial(n)
        with_it = tuple(each for each in parts if each in before or each == part)
        total = total + weight * (value[with_it] - value[before])
    return total


def _intervals(found: dict[str, np.ndarray]) -> dict[str, float]:
    """Mean and interval of each way; those that are not there are nan."""
    row: dict[str, float] = {}
    for way in WAYS:
        ends = mean_interval(found[way]) if way in found else (np.nan,) * 3
        row |= dict(zip((way, f"{way}_low", f"{way}_high"), ends))
    row["n"] = int((~np.isnan(found["alone"])).sum())
    return row
