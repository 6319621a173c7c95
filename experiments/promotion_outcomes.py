"""What one seed says about promotions: profit by size of a sign-up bonus, from where on abuse pays, what coupons move.

Worlds of one seed share all luck; profit is what the focal platform has at the end against the world without the promotion, the bonus
being offered for five months of two years.

Choice: two years of margin, no worth of customers beyond.  Source: L45's caution about forecasts of worth.  Alternative: add BG/NBD's
forecast.  Reason: it would move the best bonus to the right, and nobody could check it inside the run.
"""

import datetime

import numpy as np

from scenarios import load
from sim.model import Market

MARKETING = "marketing-baseline"
SMALL = {"consumers.count": 10_000, "merchants.count": 50, "weight": 1000.0, "days": 720, "standing.focal.users_share": .15,
         "standing.focal.aware_share": .4}
FIVE_MONTHS = {"start": datetime.date(2013, 2, 1), "end": datetime.date(2013, 6, 30), "budget_cny": 1e10}
BONUSES = (5.0, 20.0, 80.0, 320.0)  # CNY, four times as much each
STEPS = 1.25 ** np.arange(-3, 18)  # CNY, of the search for the bonus at which abuse begins: .51 to 44
VESTS = {"vest_days": 30, "vest_payments": 2}
COMMISSION_OFF = {"goods.commission_share": 0.0}
FREE_ACCOUNTS = {"abuse.account_cost_cny": 0.0, "abuse.use_cost_cny": 0.0}
NOBODY_WATCHES = {"abuse.daily_detection": 0.0, "abuse.use_cost_cny": 0.0}
MANY_RINGS = {"abuse.most_accounts": 3.6e6, "abuse.imitation": 2.0}
ACCOUNT_CNY, SCREENING = .62, .80  # M23; the usual check
UNMOVED = {"deals.shopping_response": 0.0, "deals.platform_response": 0.0}


def promotion_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of promotions for one seed; with `nulls` also of worlds without the mechanism behind each."""
    world = {**SMALL, **(overrides or {})}
    found = _bonus_profits(world, seed) | _threshold(world, seed) | _tail(world, seed) | _coupon(world, seed)
    if nulls:
        found |= {f"worthless_{name}": value for name, value in _bonus_profits({**world, **COMMISSION_OFF}, seed).items()}
        found["free_abuse_from_over_cost"] = _threshold({**world, **FREE_ACCOUNTS}, seed)["abuse_from_over_cost"]
        found["unwatched_vesting_shift"] = _threshold({**world, **NOBODY_WATCHES}, seed)["vesting_shift"]
        found["crowd_abused_share"] = _tail({**world, **MANY_RINGS}, seed)["abused_share"]
        found["unmoved_spending_per_subsidy"] = _coupon({**world, **UNMOVED}, seed)["spending_per_subsidy"]
    return found


def _market(world: dict, seed: int, tactics=(), days: int | None = None, watch=None) -> Market:
    usual = [each.model_dump() for each in load(MARKETING, world).tactics]
    market = Market(load(MARKETING, {**world, "tactics": [*usual, *tactics]}), seed=seed, observers=[watch] if watch else [])
    market.run_days(days)
    return market


def _account(market):
    return next(iter(market.promotions.accounts.values()))


def _bonus_profits(world: dict, seed: int) -> dict[str, float]:
    """Profit of each bonus in M CNY at real scale, and by how much the best one between the ends beats both ends."""
    scale = world["weight"] / 100 / 1e6
    nothing = _market(world, seed).platforms.own_funds[0]
    markets = [_market(world, seed, [_bonus(each)]) for each in BONUSES]
    newcomers = _account(markets[0]).n_given
    profit = [float(each.platforms.own_funds[0] - nothing) * scale for each in markets]
    best = int(np.argmax(profit))
    return {"newcomers": float(newcomers), "best_bonus_cny": BONUSES[best] if profit[best] > 0 else 0.0,
            "peak_over_ends_mcny": max(profit[1:-1]) - max(profit[0], profit[-1], 0),
            **{f"bonus_{each:g}_profit_mcny": value for each, value in zip(BONUSES, profit)}}


def _bonus(amount: float, **settings) -> dict:
    return {"kind": "sign_up_bonus", "name": f"bonus {amount:g}", "bonus_cny": float(amount), **FIVE_MONTHS, **settings}


def _threshold(world: dict, seed: int) -> dict[str, float]:
    """The smallest bonus at which fake accounts are made, over what account and detection cost, and how far vesting moves it.

    All sizes are offered at once for a few days: rings weigh each by itself.
    """
    start = [_abuse_begins(world, seed, settings) for settings in ({}, VESTS)]
    cost = ACCOUNT_CNY / ((1 - SCREENING) * load(MARKETING, world).abuse.cash_share)
    return {"abuse_from_cny": start[0], "abuse_from_over_cost": start[0] / cost, "vesting_shift": start[1] / start[0]}


def _abuse_begins(world: dict, seed: int, settings: dict) -> float:
    many = {**world, "abuse.first_accounts": 2e4, "abuse.most_accounts": 1e7, "days": 40}  # enough of them to be seen in a small world
    market = _market(many, seed, [_bonus(each, **settings) for each in STEPS], 35)
    tried = [STEPS[k] for k, account in enumerate(market.promotions.accounts.values()) if account.n_fake > 0]
    return float(min(tried, default=np.inf))


def _tail(world: dict, seed: int) -> dict[str, float]:
    """The share of a large bonus that reaches rings if newcomers are hardly looked at (M24: at most 60%)."""
    account = _account(_market({**world, "days": 240}, seed, [_bonus(80.0, screening=.2)]))
    return {"abused_share": float(account.paid[2] / account.paid.sum())}


class Sales:
    """An observer: what is paid at the focal platform, and at all of them, fen by day."""

    def __init__(self):
        self.focal, self.all = [], []

    def __call__(self, m) -> None:
        self.focal.append(m.goods.gmv_today)
        self.all.append(m.goods.gmv_today + int(m.rival_sales_today[1].sum()))


def _coupon(world: dict, seed: int) -> dict[str, float]:
    """What consumers pay more at all platforms with coupons, over what was redeemed, to four months after the last coupon (L47).

    What the focal platform takes from its rivals is no spending of consumers, and is given apart.
    """
    short = {**world, "days": 330}
    seen = Sales(), Sales()
    _market(short, seed, watch=seen[0])
    coupon = {"kind": "coupon", "name": "coupon", **FIVE_MONTHS, "value_cny": 20.0, "every_days": 30}
    account = _account(_market(short, seed, [coupon], watch=seen[1]))
    (without, with_coupons), (focal, focal_with) = (np.array([getattr(each, name) for each in seen], float) for name in ("all", "focal"))
    after = slice(181, 301)
    return {"spending_per_subsidy": float((with_coupons - without).sum() / account.spent), "coupons": account.n_redeemed,
            "focal_spending_per_subsidy": float((focal_with - focal).sum() / account.spent),
            "dip_percent": 100 * float(with_coupons[after].sum() / without[after].sum() - 1),
            "cannibalised_share": float(account.paid[1] / account.paid.sum())}
