"""What one seed says about marketing: elasticities of advertising and word of mouth, last touch against the truth, who is known.

A world lives half a year as it is; then it forks, on common random numbers, into a year as it was, a year with half as much advertising
again, and a year in which friends say and do half as much again.  A world without any advertising of the focal platform from the
first day says what advertising really caused.

Choice: sales are new customers (first payments).  Source: L32's products are sold anew each time, and its check expects more of new
ones.  Alternative: all payments (printed beside it).  Reason: payments of those who are customers already hide what is acquired.
"""

import numpy as np

from agents.customer import AWARE, CHURNED, CONSIDERING, FIRST_TACTIC, REGISTERED
from scenarios import load
from sim.core.errors import UserError
from sim.model import Market

MARKETING = "marketing-baseline"
SMALL = {"consumers.count": 40_000, "merchants.count": 64, "weight": 250.0, "days": 540}
FORK_DAY, QUARTER, YEAR = 180, 91, 360
MORE = 1.5
LEAST_ELASTICITY = .01  # of advertising, below which a ratio to it says nothing
NOBODY_TALKS = {"word_of_mouth.volume": .02}
KNOWN_TO_ALL = {"standing.focal.aware_share": 1.0, "customers.forget_rate": 0.0}  # advertising has nobody left to tell
NOBODY_COMES = {"customers.visits_alone": 0.0, "customers.visits_social": 0.0}  # without a click or an invitation
BANKS_ON_TV = {"customers.bank_presence": 1.0}  # everybody knows every bank
BREACH = {"kind": "breach", "share_hit": .5, "news_share": 0.0}
HARMLESS = {"bad_experiences": 0.0}


class Flows:
    """An observer of `Market`: new customers, registrations and payments of the focal platform, day by day."""

    def __init__(self):
        self.first, self.registered, self.payments = [], [], []

    def __call__(self, m) -> None:
        mine = m.customers.of(0)
        self.first.append(int((m.customers.first_use_on[mine] == m.day).sum()))
        self.registered.append(int((m.customers.registered_on[mine] == m.day).sum()))
        self.payments.append(m.goods.n_purchases_today)

    def between(self, first: int, last: int, what: str = "first") -> int:
        """Sum over days first..last-1 since the observer looks."""
        return int(np.sum(getattr(self, what)[first:last]))


def marketing_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of marketing for one seed; with `nulls` also of worlds without the mechanism behind each."""
    world = {**SMALL, **(overrides or {})}
    found = _lived(world, seed, ("more ads", "more talk"))
    found |= _last_touch(world, seed) | _breach(world, seed)
    if nulls:
        silent = _lived({**world, **NOBODY_TALKS}, seed, ("more talk",))
        found |= {"silent_talk_elasticity": silent["talk_elasticity"],
                  "silent_talk_over_ads": silent["talk_elasticity"] / max(found["ad_elasticity_long"], LEAST_ELASTICITY)}
        told = _lived({**world, **KNOWN_TO_ALL}, seed, ("more ads",))
        found |= {f"told_{name}": told[name] for name in ("ad_elasticity_short", "ad_elasticity_long")}
        found["obliged_last_touch_over_truth"] = _last_touch({**world, **NOBODY_COMES}, seed)["last_touch_over_truth"]
        everybody = _who_is_known(Market(load(MARKETING, {**world, **BANKS_ON_TV}), seed=seed))
        found |= {f"everybody_{name}": everybody[name] for name in ("providers_known", "providers_considered")}
        found["harmless_breach_percent"] = _breach(world, seed, HARMLESS)["breach_percent"]
    return found


def _lived(overrides: dict, seed: int, variants) -> dict[str, float]:
    """Elasticities of new customers, and of payments, to half as much again of one thing: in the first quarter, and a year later.

    Of advertising: to the money that was really spent, since caps and the number of searches hold some of it back.
    """
    scenario = load(MARKETING, overrides)
    market = Market(scenario, seed=seed)
    market.run_days(FORK_DAY)
    state = market.state()
    usual, last = _year(scenario, seed, state)
    found = {"new_customers": float(usual.between(0, YEAR))}
    for name, label, change in (("more ads", "ad", {"ads": MORE}), ("more talk", "talk", {"talk": MORE})):
        if name not in variants:
            continue
        more, then = _year(scenario, seed, state, **change)
        change = np.log(max(_spent(then, state), 1) / max(_spent(last, state), 1)) if label == "ad" else np.log(MORE)
        if change <= 0:
            raise UserError("marketing: half as much again of the budgets bought no more advertising; nothing can be learnt from it")
        for what, after in (("first", ""), ("payments", "_payments")):
            for when, first, until in (("short", 0, QUARTER), ("long", YEAR - QUARTER, YEAR)):
                ratio = max(more.between(first, until, what), 1) / max(usual.between(first, until, what), 1)
                found[f"{label}_elasticity{after}_{when}"] = float(np.log(ratio) / change)
    if "talk_elasticity_long" in found:
        found["talk_elasticity"] = found["talk_elasticity_long"]
    if len(variants) == 2:
        found["talk_over_ads"] = found["talk_elasticity_long"] / max(found["ad_elasticity_long"], LEAST_ELASTICITY)
    return found | _who_is_known(last)


def _year(scenario, seed: int, state: dict, ads: float = 1.0, talk: float = 1.0):
    """A year from the fork with `ads` times the focal platform's rest of budgets and `talk` times what friends do."""
    plans, weight = state["media"]["plans"], scenario.weight
    changes = {}
    for number, tactic in enumerate(scenario.tactics):
        if tactic.kind == "media" and tactic.platform == 0:
            spent = plans[number]["spent"] / 100 * weight if number in plans else 0.0
            changes[f"tactics.{tactic.name}.budget_cny"] = spent + ads * (tactic.budget_cny - spent)
    flows = Flows()
    market = Market(load(scenario, changes), seed=seed, observers=[flows])
    market.restore(state)
    words = market.settings.word_of_mouth
    market.settings = market.settings.model_copy(update={"word_of_mouth": words.model_copy(update={"volume": words.volume * talk})})
    market.run_days(YEAR)
    return flows, market


def _spent(m, state: dict) -> int:
    """What the focal platform has spent on advertising since the fork, fen."""
    return sum(plan.spent - state["media"]["plans"].get(number, {"spent": 0})["spent"]
               for number, plan in m.media.plans.items() if plan.platform == 0)


def _who_is_known(m) -> dict[str, float]:
    """How many providers a consumer knows and considers (L36): platforms and banks."""
    c, customers, n = m.consumers, m.customers, len(m.consumers)
    stage = customers.stage.reshape(-1, n)
    return {"providers_known": float(np.bitwise_count(c.known_banks).mean() + (stage >= AWARE).sum(axis=0).mean()),
            "providers_considered": float(np.bitwise_count(c.considered_banks).mean()
                                          + ((stage >= CONSIDERING) & (stage != CHURNED)).sum(axis=0).mean()),
            "aware_percent": 100 * float((stage[0] >= AWARE).mean()),
            "users_percent": 100 * float(((stage[0] >= REGISTERED) & (stage[0] != CHURNED)).mean())}


def _last_touch(overrides: dict, seed: int) -> dict[str, float]:
    """Registrations credited to paid media by last touch over those that would not have been without them."""
    scenario = load(MARKETING, overrides)
    off = {f"tactics.{tactic.name}.budget_cny": 0.0 for tactic in scenario.tactics if tactic.kind == "media" and tactic.platform == 0}
    with_ads, without = Market(scenario, seed=seed), Market(load(scenario, off), seed=seed)
    mine = with_ads.customers.of(0)
    is_old = with_ads.customers.registered_on[mine] >= 0  # users of the first day
    for market in (with_ads, without):
        market.run_days()
    registered = (with_ads.customers.registered_on[mine] >= 0) & ~is_old
    credited = int((with_ads.customers.source[mine][registered] >= FIRST_TACTIC).sum())
    caused = int(registered.sum() - ((without.customers.registered_on[mine] >= 0) & ~is_old).sum())
    spent = sum(plan.spent for plan in with_ads.media.plans.values() if plan.platform == 0) / 100
    return {"registrations": float(registered.sum()), "credited_registrations": float(credited), "caused_registrations": float(caused),
            "last_touch_over_truth": credited / max(caused, 1), "cost_per_registration_cny": spent / max(caused, 1),
            "cost_per_credited_cny": spent / max(credited, 1)}


def _breach(overrides: dict, seed: int, change: dict | None = None) -> dict[str, float]:
    """What a breach does to the payments of customers who were hit, against the same customers in the same world without it (L49).

    loyal_percent: of the half of them who had paid there more often.
    """
    usual = load(MARKETING, {**overrides, "days": FORK_DAY + YEAR // 2})
    market = Market(usual, seed=seed)
    market.run_days(FORK_DAY)
    state, before = market.state(), market.customers.n_uses[market.customers.of(0)].copy()
    breach = {**BREACH, **(change or {}), "start": market.date}
    uses, bad = [], []
    for shocks in ([], [breach]):
        after = Market(load(usual, {"shocks": shocks}), seed=seed)
        after.restore(state)
        after.run_days(1)
        bad.append(after.customers.trust_bad[after.customers.of(0)].copy())
        after.run_days()
        uses.append(after.customers.n_uses[after.customers.of(0)] - before)
    severity = breach.get("bad_experiences", 12.0)
    hit = bad[1] > bad[0] + .5 * severity if severity > 0 else (before > 0)
    loyal = hit & (before > np.median(before[hit]))

    def fall(who):
        return 100 * (uses[1][who].sum() / max(uses[0][who].sum(), 1) - 1)

    return {"breach_percent": fall(hit), "breach_loyal_percent": fall(loyal), "breach_others_percent": fall(hit & ~loyal),
            "breached_customers": float(hit.sum())}
