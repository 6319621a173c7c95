"""What one seed says about management: does best response start a war of prices, and what does it cost to believe last touch?

Choice: profit is the platform's own (`platform 0` in the books) over the run, and for customers the commission on another year of payments
as in the last quarter, season taken out.  Source: customer equity (Gupta, Lehmann and Stuart 2004).  Alternative: profit of the run alone.
Reason: most of what advertising brings is paid after the run, and saving it would look best.
Choice: last touch and hold-out are compared in worlds that hold out the same tenth of consumers, so that they differ in what is believed
alone; what holding them out costs is printed beside it.
"""

import numpy as np

from scenarios import load
from sim.model import Market

PRICES = {"consumers.count": 15_000, "merchants.count": 24, "weight": 666.0, "days": 360}
BUDGETS = {"consumers.count": 20_000, "merchants.count": 32, "weight": 500.0}  # for the two years of the scenarios
QUARTER, YEAR = 90, 365
DEBIT = {"prices.sensitivity": 5.0}
NOBODY_COMES = {"customers.visits_alone": 0.0, "customers.visits_social": 0.0}  # without a click or an invitation


class Takings:
    """An observer of `Market`: profit of every platform, payments at the focal one, and the price index, day by day."""

    def __init__(self):
        self.profit, self.paid, self.index = [], [], []

    def __call__(self, m) -> None:
        first = m.ledger.entities.index("platform 0")
        self.profit.append(m.ledger.profit_today()[first: first + len(m.platforms)] / 100 * m.scenario.weight)
        self.paid.append(float(m.prices.paid_today[0]) / 100 * m.scenario.weight)
        level = m.settings.goods.commission_share + (m.prices.paid_today * m.prices.shown).sum() / max(m.prices.paid_today.sum(), 1)
        self.index.append(level / m.prices.first_level)


def lived(scenario, seed: int) -> tuple[Takings, Market]:
    """A whole run with its takings."""
    takings = Takings()
    market = Market(scenario, seed=seed, observers=[takings])
    market.run_days()
    return takings, market


def value_of(takings: Takings, m) -> float:
    """Own profit of the run and the commission on a year of payments as in the last quarter, CNY."""
    season = m.goods.season[m.days - QUARTER: m.days].sum()
    next_year = m.settings.goods.commission_share * sum(takings.paid[-QUARTER:]) / season * YEAR
    return float(np.sum(takings.profit, axis=0)[0] + next_year)


def strategy_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of management for one seed; with `nulls` also a war among less sensitive customers, and budgets where last touch is right."""
    found = _war({**PRICES, **(overrides or {})}, seed, nulls)
    return found | _budgets({**BUDGETS, **(overrides or {})}, seed, nulls)


def _war(world: dict, seed: int, nulls: bool) -> dict[str, float]:
    """Price index of the last quarter under best response and under fixed plans, and what the war does to profit.

    debit_...: customers as sensitive as debit-card holders, where it raises prices; single_...: few hold more than one account.
    """
    fixed, _ = lived(load("fixed-prices", world), seed)
    war, market = lived(load("price-war", world), seed)
    found = {"war_price_index": float(np.mean(war.index[-QUARTER:])), "fixed_price_index": float(np.mean(fixed.index[-QUARTER:])),
             "war_payments": float(market.prices.recent_payments(market, QUARTER).sum())}
    for number, name in enumerate(("focal", "rival", "others")):
        found[f"war_{name}_fee_percent"] = 100 * float(market.prices.shown[number])
        profit = [np.sum(each.profit, axis=0)[number] for each in (fixed, war)]
        found[f"war_{name}_profit_percent"] = 100 * float(profit[1] / profit[0] - 1)
    if nulls:
        found["debit_price_index"] = float(np.mean(lived(load("price-war", {**world, **DEBIT}), seed)[0].index[-QUARTER:]))
        few = {f"standing.{who}.users_share": .1 for who in ("focal", "others")}
        found["single_price_index"] = float(np.mean(lived(load("price-war", {**world, **few}), seed)[0].index[-QUARTER:]))
    return found


def _budgets(world: dict, seed: int, nulls: bool) -> dict[str, float]:
    """Value by what is believed, in percent of that under last touch, where a tenth is held out; net_...: where nobody is, of last touch.

    obliged_...: the same gain where nobody comes by herself, and last touch is nearly right.
    """
    held = load("evaluate-and-adjust-hold-out", world)
    free = load("evaluate-and-adjust", world)

    def value(scenario, measured=None):
        plans = tuple(each.model_copy(update={"measured": measured}) for each in scenario.strategies) if measured else ()
        takings, market = lived(scenario.model_copy(update={"strategies": plans}), seed)
        return value_of(takings, market), market

    by_touch, market = value(held, "last_touch")
    by_lot, fixed, free_touch = value(held, "hold_out")[0], value(held)[0], value(free, "last_touch")[0]
    mine = market.customers.of(0)
    found = {"hold_out_gain_percent": 100 * (by_lot / by_touch - 1), "blind_gain_percent": 100 * (fixed / by_touch - 1),
             "net_hold_out_gain_percent": 100 * (by_lot / free_touch - 1), "last_touch_value_mcny": by_touch / 1e6,
             "hold_out_gain_mcny": (by_lot - by_touch) / 1e6,
             "adjusted_registrations": float((market.customers.registered_on[mine] > 0).sum())}
    if nulls:
        right = load("evaluate-and-adjust-hold-out", {**world, **NOBODY_COMES})
        found["obliged_gain_percent"] = 100 * (value(right, "hold_out")[0] / value(right, "last_touch")[0] - 1)
    return found


def worth_of_truth(seed: int, overrides: dict | None = None) -> float:
    """What looking at twins of the market brings over believing last touch, % of the value under it; takes minutes."""
    values = []
    for name in ("evaluate-and-adjust", "evaluate-and-adjust-counterfactual"):
        takings, market = lived(load(name, {**BUDGETS, **(overrides or {})}), seed)
        values.append(value_of(takings, market))
    return 100 * (values[1] / values[0] - 1)
