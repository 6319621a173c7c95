"""What a search for the best plan says in sentences: the answer, and what it is unsure of."""

import numpy as np

from results.effects import is_sure, mean_interval, pairs_needed
from results.figures.optimum import lever_name
from results.numbers import MANY_PAIRS, Writer, digits, figures_for, is_known
from results.optimum import BEST, EVENLY, FINALIST, RUNNER_UP, as_good_ranges
from results.words import Words

UNITS = {"first-use": "consumers", "profit": "CNY", "share": "share"}
EDGE = .9  # of all that is spent
NEAR_END = .03  # of the range of a size
TAKEN = .9  # of what a lever is given
WIDE = .5  # of all that is spent


def goal_name(result, say: Words) -> str:
    """The objective in words."""
    return say("best_goal_value" if result.with_value else f"best_goal_{result.goal}")


def told(result, difference: float, low: float, high: float, say: Words) -> tuple[str, str]:
    """A difference of the objective and its interval."""
    unit = UNITS[result.goal]
    return Writer(say.lang).difference(float(difference), float(low), float(high), unit, short=unit == "consumers")


def cny(amount: float, say: Words) -> str:
    """An amount of money, two digits."""
    return Writer(say.lang).level(float(amount), "CNY", 2)


def part_of(result, amount: float, say: Words) -> str:
    """A part of the budget, to the percent in which plans are made."""
    return Writer(say.lang).level(float(amount), "CNY", 3, size=result.budget)


def replicates(needed: float, say: Words) -> str:
    """How many would tell, two digits."""
    if not is_known(float(needed)) or needed > MANY_PAIRS:
        return say("lift_more_than", n=f"{MANY_PAIRS:,}")
    return say("lift_replicates", n=digits(float(needed), min(figures_for(float(needed), 2), 0)))


def plan_name(row, say: Words) -> str:
    """What a plan is called, with what else it is."""
    kind, _, number = row.plan.partition(" ")
    name = say(f"plan_{kind}", k=number) if kind == FINALIST else say(f"plan_{row.plan}")
    return say("plan_also", plan=name, also=say(f"plan_{row.also}")) if row.also else name


def plan_in_words(result, say: Words) -> str:
    """What the best plan spends, the most first."""
    best, parts = result.found.best, []
    for k in sorted(range(len(best.shares)), key=lambda k: -best.shares[k]):
        if best.shares[k]:
            size = {} if best.sizes[k] is None else {"size": f"{best.sizes[k]:g}"}
            parts.append(say("best_spends_size" if size else "best_spends", cny=part_of(result, result.space.spent(best)[k], say),
                             lever=lever_name(result.space.names[k], say), **size))
    kept = 1 - sum(best.shares) / 100
    if kept > .005:
        parts.append(say("best_keeps", cny=part_of(result, kept * result.budget, say)))
    return say("lift_comma").join(parts)


# --- the answer -------------------------------------------------------------------------------------------------------


def answers_of(result, say: Words) -> list[str]:
    """The best plan and what it brings; how it stands to the runner-up and to an even division; where the next money goes."""
    plans = result.plans
    best = next(plans.itertuples())
    if result.found.best.is_nothing:
        found = [say("best_answer_nothing")]
    elif best.low == best.high == 0:
        found = [say("best_answer_same", plan=plan_in_words(result, say), goal=goal_name(result, say), n=int(best.n))]
    else:
        difference, interval = told(result, best.mean, best.low, best.high, say)
        pairs = pairs_needed(best.low, best.high, int(best.n), best.mean)
        needed = {} if is_sure(best.low, best.high) else {"needed": replicates(pairs, say)}
        fields = {"plan": plan_in_words(result, say), "goal": goal_name(result, say), "interval": interval, "n": int(best.n), **needed}
        found = [say("best_answer_unsure", **fields) if needed else say("best_answer", difference=difference, **fields)]
    others = [row for row in plans.itertuples() if row.plan in (RUNNER_UP, EVENLY) or row.also == EVENLY]
    found.append(("" if say.lang == "zh" else " ").join(_standing(result, row, say) for row in others if row.plan != BEST))
    return [each for each in (*found, _next_step(result, say)) if each]


def _standing(result, row, say: Words) -> str:
    difference, interval = told(result, row.behind, row.behind_low, row.behind_high, say)
    name = plan_name(row, say)
    if row.behind_low > 0:
        return say("best_beats", difference=difference.removeprefix("+"), plan=name, interval=interval)
    if row.behind_high < 0:
        difference, interval = told(result, -row.behind, -row.behind_high, -row.behind_low, say)
        return say("best_beaten", difference=difference.removeprefix("+"), plan=name, interval=interval)
    if row.behind_low == row.behind_high:
        return say("best_same", plan=name)
    return say("best_level", plan=name, interval=interval, needed=replicates(row.needed, say))


def _next_step(result, say: Words) -> str:
    table = result.margins.sort_values("added", ascending=False, kind="stable")
    row = next(table.itertuples())
    if not row.low > 0:
        return say("best_next_unsure", step=cny(row.step, say)) if not (table["low"] > 0).any() else ""
    difference, interval = told(result, row.added, row.low, row.high, say)
    return say("best_next", step=cny(row.step, say), lever=lever_name(row.lever, say), difference=difference, interval=interval,
               k=len(table))


# --- what it is unsure of ---------------------------------------------------------------------------------------------


def unsure_of(result, say: Words) -> list[str]:
    """Plans that may be as good, levers that hardly matter, edges, money that finds no use, a step that would still pay."""
    if result.found.best.is_nothing:
        return _plans(result, say)
    return [*_plans(result, say), *_curse(result, say), *_flat(result, say), *_edges(result, say), *_untaken(result, say),
            *_move(result, say)]


def _plans(result, say: Words) -> list[str]:
    rows = [row for row in result.plans.itertuples() if row.plan != BEST and not row.behind_low > 0]
    if not rows:
        return [say("best_sure_plans")]
    intervals = [told(result, row.behind, row.behind_low, row.behind_high, say)[1] for row in rows]
    told_each = [say("best_unsure_plan", plan=plan_name(row, say), interval=interval, needed=replicates(row.needed, say))
                 if row.behind_high > row.behind_low else say("best_unsure_same", plan=plan_name(row, say))
                 for row, interval in zip(rows, intervals)]
    return [say("best_unsure_plans", plans=say("lift_join").join(told_each))]


def _curse(result, say: Words) -> list[str]:
    best = next(result.plans.itertuples())
    before = told(result, best.search, *mean_interval(result.found.trials[result.found.ranking[0]].values)[1:], say)[0]
    return [say("best_curse", search=before, fresh=told(result, best.mean, best.low, best.high, say)[0], n=int(best.n),
                trials=len(result.found.trials))]


def _flat(result, say: Words) -> list[str]:
    ranges = as_good_ranges(result.slices)
    kinds = {"best_flat": [], "best_wide": []}
    for row in ranges[ranges["width"] >= WIDE].itertuples():
        kinds["best_flat" if row.low == 0 else "best_wide"].append(lever_name(row.lever, say))
    return [say(kind, levers=say("lift_comma").join(names)) for kind, names in kinds.items() if names]


def _edges(result, say: Words) -> list[str]:
    best, space, found = result.found.best, result.space, []
    names = [lever_name(name, say) for name in space.names]
    total = sum(best.shares)
    most = int(np.argmax(best.shares))
    if len(names) > 1 and best.shares[most] >= EDGE * total and not _leaves_money(result, space.names[most]):
        found.append(say("best_edge_all", lever=names[most]))
    if left_out := [name for name, share in zip(names, best.shares) if not share]:
        found.append(say("best_edge_none", levers=say("lift_comma").join(left_out)))
    for k in space.sized:
        size = space.levers[k].size
        if best.sizes[k] is not None and not NEAR_END <= size.position(best.sizes[k]) <= 1 - NEAR_END:
            found.append(say("best_edge_size", lever=names[k], size=f"{best.sizes[k]:g}", low=f"{size.low:g}", high=f"{size.high:g}"))
    paying = [lever_name(row.lever, say) for row in result.margins.itertuples() if row.low > 0]
    if space.may_keep and total < 100:
        found.append(say("best_edge_keep", cny=cny((1 - total / 100) * result.budget, say), budget=cny(result.budget, say)))
    elif space.may_keep and paying:
        found.append(say("best_edge_budget", levers=say("lift_comma").join(paying)))
    return found


def _untaken(result, say: Words) -> list[str]:
    spent = result.spent(result.found.best)
    return [say("best_untaken", lever=lever_name(name, say), spent=cny(spent[name], say), cny=part_of(result, result.plan[name], say))
            for name in result.space.names if _leaves_money(result, name)]


def _leaves_money(result, name: str) -> bool:
    """True if a lever of the best plan finds no use for a good part of what it is given."""
    given, spent = result.plan.get(name, 0.0), result.spent(result.found.best)[name]
    return bool(given) and is_known(spent) and spent < TAKEN * given


def _move(result, say: Words) -> list[str]:
    """From the funded lever whose step brings least to the one whose step brings most, if that is sure for the extreme of so many pairs.

    The interval is widened to hold for every pair at once (Bonferroni).
    """
    table = result.margins.sort_values("added", ascending=False, kind="stable")
    funded = table[table["has"] >= table["step"]]
    if not len(funded) or funded["lever"].iloc[-1] == table["lever"].iloc[0]:
        return []
    giver, taker = funded["lever"].iloc[-1], table["lever"].iloc[0]
    pairs = len(table) * (len(table) - 1)
    mean, low, high = mean_interval(result.found.margins[taker] - result.found.margins[giver], 1 - .05 / pairs)
    if not low > 0:
        return []
    difference, interval = told(result, mean, low, high, say)
    return [say("best_move", from_lever=lever_name(giver, say), to_lever=lever_name(taker, say), difference=difference, interval=interval)]

