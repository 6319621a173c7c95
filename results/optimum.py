"""Tables of a search for the best plan: trials, plans on fresh worlds, what more money returns, slices of the surface.

Choice: a slice gives one lever more or less and the others what is left, in the proportion of the best plan.  Alternative: the others
as they are.  Reason: the question is how to divide a sum, and plans of other sums were hardly tried.
"""

import numpy as np
import pandas as pd

from results.effects import mean_interval, pairs_needed

BEST, RUNNER_UP, FINALIST, EVENLY, NOTHING = "best", "runner-up", "finalist", "evenly", "nothing"
SURE = 1.96  # standard deviations
POINTS = 41  # of a slice
GRID = 31  # of a contour


def trial_table(found, space) -> pd.DataFrame:
    """One row a trial: round, by whom, CNY of each lever and its size, replicates, mean, low, high, place in the race."""
    place = {number: k + 1 for k, number in enumerate(found.ranking)}
    rows = []
    for each in found.trials:
        mean, low, high = mean_interval(each.values)
        rows.append({"trial": each.number, "round": each.round, "by": each.by, **division(space, each.plan), "n": len(each.values),
                     "mean": mean, "low": low, "high": high, "place": place.get(each.number, np.nan)})
    return pd.DataFrame(rows)


def division(space, plan) -> dict[str, float]:
    """CNY of each lever, and what its size is."""
    sizes = {f"{space.names[k]}_size": plan.sizes[k] if plan.sizes[k] is not None else np.nan for k in space.sized}
    return {**{f"{name}_cny": float(cny) for name, cny in zip(space.names, space.spent(plan))}, **sizes}


def plan_table(found, space) -> pd.DataFrame:
    """The plans that were run on fresh worlds, the best first.

    plan (best, runner-up, finalist 3, ..., evenly, nothing), trial, CNY of each lever; search, search_n: mean on the worlds that chose.
    mean, low, high, n: on fresh worlds, against spending nothing.  behind, behind_low, behind_high: the best less this one, world by
    world; needed: replicates that would tell them apart, nan if they are told apart or the same.
    """
    finalists = [found.trials[number].plan for number in found.ranking]
    names = {plan: (BEST, RUNNER_UP, *(f"{FINALIST} {k + 1}" for k in range(2, len(finalists))))[k] for k, plan in enumerate(finalists)}
    tried, rows = {}, []
    for each in found.trials:
        tried.setdefault(each.plan, each)
    evenly, nothing = space.evenly(), space.nothing()
    for plan, values in found.fresh.items():
        mean, low, high = mean_interval(values)
        behind = found.fresh[found.best] - values
        away, away_low, away_high = mean_interval(behind)
        unsure = away_low <= 0 <= away_high and np.ptp(behind) > 0
        trial = tried.get(plan)
        also = {evenly: EVENLY, nothing: NOTHING}.get(plan, "")
        name = names.get(plan, also)
        rows.append({"plan": name, "also": also if also != name else "", "trial": trial.number if trial else -1, **division(space, plan),
                     "search": trial.mean if trial else np.nan, "search_n": len(trial.values) if trial else 0,
                     "mean": mean, "low": low, "high": high, "n": len(values),
                     "behind": away, "behind_low": away_low, "behind_high": away_high,
                     "needed": pairs_needed(away_low, away_high, len(values), away) if unsure else np.nan})
    return pd.DataFrame(rows)


def margin_table(found, space, step_cny: float, runs: pd.DataFrame, keys: dict[str, str]) -> pd.DataFrame:
    """What `step_cny` more for each lever adds to the best plan, on fresh worlds.

    lever, has (CNY in the best plan), added, low, high, n, needed; taken: how much of the step found a use, CNY.
    keys: of the plan with more, by lever, and of the best itself under "", as in `runs`.
    """
    spent = runs.groupby("plan")[[f"spent_{name}" for name in space.names]].mean()
    rows = []
    for name, values in found.margins.items():
        mean, low, high = mean_interval(values)
        unsure = low <= 0 <= high and np.ptp(values) > 0
        column = f"spent_{name}"
        rows.append({"lever": name, "has": float(space.spent(found.best)[space.names.index(name)]), "step": step_cny,
                     "taken": float(spent.loc[keys[name], column] - spent.loc[keys[""], column]), "added": mean, "low": low, "high": high,
                     "n": len(values), "needed": pairs_needed(low, high, len(values), mean) if unsure else np.nan})
    return pd.DataFrame(rows)


def slice_table(space, surface, best) -> pd.DataFrame:
    """Along each lever: lever, cny, mean, low, high, less, less_sd (than the best plan), is_as_good (not surely worse)."""
    total, rows = sum(best.shares) / 100, []
    at_best, there = np.array(best.shares) / 100, space.coordinates(best)
    for k, name in enumerate(space.names):
        along = total * np.sin(np.linspace(0, np.pi / 2, POINTS)) ** 2  # closer at the ends, where roots are steep
        shares = [with_share(at_best, {k: share}, total) for share in along]
        points = [coordinates_of(space, each, best) for each in shares]
        mean, spread = surface.at(points)
        less, less_spread = surface.less(points, there)
        rows.append(pd.DataFrame({"lever": name, "cny": along * space.budget, "mean": mean,
                                  "low": mean - SURE * spread, "high": mean + SURE * spread, "less": less, "less_sd": less_spread,
                                  "is_as_good": less + SURE * less_spread >= 0}))
    return pd.concat(rows, ignore_index=True)


def contour_table(space, surface, best, pair: tuple[int, int]) -> pd.DataFrame:
    """Over two levers, the others sharing the rest: x, y (CNY), mean, sd."""
    total, at_best = sum(best.shares) / 100, np.array(best.shares) / 100
    grid = [(x, y) for x in np.linspace(0, total, GRID) for y in np.linspace(0, total, GRID) if x + y <= total + 1e-9]
    mean, spread = surface.at([coordinates_of(space, with_share(at_best, dict(zip(pair, each)), total), best) for each in grid])
    x, y = np.array(grid).T * space.budget
    return pd.DataFrame({"x": x, "y": y, "mean": mean, "sd": spread})


def with_share(at_best: np.ndarray, given: dict[int, float], total: float) -> np.ndarray:
    """Shares with some levers set and the others in the best plan's proportion, evenly if it has none of them."""
    shares = at_best.copy()
    for k in given:
        shares[k] = 0.0
    others = [k for k in range(len(shares)) if k not in given]
    if others and not shares[others].sum():
        shares[others] = 1.0
    left = max(total - sum(given.values()), 0.0)
    shares[others] *= left / shares[others].sum() if others else 1.0
    for k, share in given.items():
        shares[k] = share
    return shares


def coordinates_of(space, shares: np.ndarray, best) -> np.ndarray:
    """Of shares that need not be whole percents, sizes as in the best plan."""
    there = space.coordinates(best)
    return np.concatenate((np.sqrt(np.clip(shares, 0, 1)), there[len(shares):]))


def as_good_ranges(slices: pd.DataFrame) -> pd.DataFrame:
    """lever, low, high: CNY around the best plan's that the surface cannot tell from it; width: part of all money; matters: the fall over
    the whole slice, in the objective."""
    rows = []
    for name, mine in slices.groupby("lever", sort=False):
        good = mine[mine["is_as_good"]]
        total = float(mine["cny"].max()) or 1.0
        low, high = (float(good["cny"].min()), float(good["cny"].max())) if len(good) else (np.nan, np.nan)
        rows.append({"lever": name, "low": low, "high": high, "width": (high - low) / total,
                     "matters": float(mine["mean"].max() - mine["mean"].min())})
    return pd.DataFrame(rows)


def two_that_matter(space, slices: pd.DataFrame, best) -> tuple[int, int] | None:
    """The two levers for a contour: those with most of the money, then by how far the objective falls along them."""
    if len(space.names) < 3 or best.is_nothing:
        return None
    fall = as_good_ranges(slices).set_index("lever")["matters"]
    order = sorted(range(len(space.names)), key=lambda k: (-best.shares[k], -fall[space.names[k]], k))
    return order[0], order[1]
