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
from sim.model import Market

MARKETING = "marketing-baseline"
SMALL = {"consumers.count": 40_000, "merchants.count": 64, "weight": 250.0, "days": 540}
FORK_DAY, QUARTER = 180, 91
MORE = 1.5
FORGETFUL = {"customers.forget_rate": 20.0, "customers.goodwill_life_weeks": 1.0}
NOBODY_TALKS = {"word_of_mouth.volume": 0.05}
UNKNOWN_BANKS = {"customers.bank_presence": .02, "customers.bank_considered": .8}


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
    """Numbers of marketing for one seed; with `nulls` also of worlds without the mechanism."""
    found = _lived({**SMALL, **(overrides or {})}, seed)
    if nulls:
        for name, change in (("unknown", UNKNOWN_BANKS), ("silent", NOBODY_TALKS)):
            other = _lived({**SMALL, **(overrides or {}), **change}, seed)
            found |= {f"{name}_{number}": value for number, value in other.items()}
    return found


def _lived(overrides: dict, seed: int) -> dict[str, float]:
    scenario = load(MARKETING, overrides)
    market = Market(scenario, seed=seed)
    market.run_days(FORK_DAY)
    state = market.state()
    flows = {name: _year(scenario, seed, state, ads, talk) for name, ads, talk in
             (("usual", 1.0, 1.0), ("more ads", MORE, 1.0), ("more talk", 1.0, MORE))}
    last = flows["usual"][1]
    found = {"new_customers": float(flows["usual"][0].between(0, 360))}
    for name, label in (("more ads", "ad"), ("more talk", "talk")):
        for what in ("first", "payments"):
            for when, first, until in (("short", 0, QUARTER), ("long", 360 - QUARTER, 360)):
                ratio = flows[name][0].between(first, until, what) / max(flows["usual"][0].between(first, until, what), 1)
                found[f"{label}_elasticity_{what}_{when}"] = float(np.log(max(ratio, 1e-9)) / np.log(MORE))
    found["talk_over_ads"] = found["talk_elasticity_first_long"] / found["ad_elasticity_first_long"]
    return found | _who_is_known(last) | _last_touch(scenario, seed, last)


def _year(scenario, seed: int, state: dict, ads: float, talk: float):
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
    market.run_days(360)
    return flows, market


def _who_is_known(m) -> dict[str, float]:
    """How many providers a consumer knows and considers (L36): platforms and banks."""
    c, customers, n = m.consumers, m.customers, len(m.consumers)
    stage = customers.stage.reshape(-1, n)
    return {"providers_known": float(np.bitwise_count(c.known_banks).mean() + (stage >= AWARE).sum(axis=0).mean()),
            "providers_considered": float(np.bitwise_count(c.considered_banks).mean()
                                          + ((stage >= CONSIDERING) & (stage != CHURNED)).sum(axis=0).mean()),
            "aware_percent": 100 * float((stage[0] >= AWARE).mean()),
            "users_percent": 100 * float(((stage[0] >= REGISTERED) & (stage[0] != CHURNED)).mean())}


def _last_touch(scenario, seed: int, m) -> dict[str, float]:
    """Registrations credited to paid media by last touch over those that would not have been without them."""
    off = {f"tactics.{tactic.name}.budget_cny": 0.0 for tactic in scenario.tactics if tactic.kind == "media" and tactic.platform == 0}
    without = Market(load(scenario, off), seed=seed)
    without.run_days()
    mine = m.customers.of(0)
    registered = m.customers.registered_on[mine] > 0
    source = m.customers.source[mine][registered]
    caused = registered.sum() - (without.customers.registered_on[mine] > 0).sum()
    spent = sum(plan.spent for plan in m.media.plans.values() if plan.platform == 0) / 100 * scenario.weight
    names = [tactic.name.replace(" ", "_") for tactic in scenario.tactics]
    return {"registrations": float(registered.sum()), "credited": float((source >= FIRST_TACTIC).sum()), "caused": float(caused),
            "last_touch_over_truth": float((source >= FIRST_TACTIC).sum() / max(caused, 1)),
            "cost_per_registration_cny": spent / max(caused, 1) / scenario.weight,
            "cost_per_registration_credited_cny": spent / max((source >= FIRST_TACTIC).sum(), 1) / scenario.weight,
            **{f"credited_{name}": float((source == FIRST_TACTIC + k).sum()) for k, name in enumerate(names)}}
