"""Small worlds for the tests, and what it means that two worlds are the same."""

import dataclasses
import datetime
import functools

import numpy as np

from sim.model import Market

SMALL = {"consumers.count": 2000, "merchants.count": 80, "days": 60, "weight": 4000.0, "experiment.fork": None}
PROMOTION_DAY = 24  # of the run; every shop has a line by then and most have drawn

LEARNS = {"credit.policy": "learned_card", "learned_card.outcome_days": 120, "learned_card.sample_every_days": 30,
          "learned_card.learning.least_new_bads": 10, "consumers.count": 12_000, "merchants.count": 600, "weight": 50.0,
          "distress.trouble_rate": 1.5, "days": 700}  # two years of a lender that learns


@functools.cache
def run_of_learning():
    """The run of LEARNS, lived once for all who only read it."""
    from experiments.running import run
    from scenarios import load

    return run(load("baseline", LEARNS), seed=1)


def small_market(*, seed: int = 1, after: int = 0, **overrides) -> Market:
    """A world of 2 000 consumers and 80 shops, after so many days; `overrides` as in Market, with __ for a dot."""
    plain = {name.replace("__", "."): value for name, value in overrides.items()}
    own = {name: plain.pop(name) for name in ("threads", "observers", "replicate") if name in plain}
    market = Market("baseline", seed=seed, **own, **{**SMALL, **plain})
    market.run_days(after)
    return market


def contested_market(**overrides) -> Market:
    """The same, with platforms that compete for customers and start with many of them."""
    return small_market(**{"customers__is_contested": True, "standing__focal__users_share": .3, "standing__focal__aware_share": .6,
                           "word_of_mouth__volume": 2.0, **overrides})


def campaign(**settings) -> dict:
    """A media tactic as a scenario writes it, for three weeks of the small world."""
    return {"kind": "media", "channel": "social_video", "start": datetime.date(2012, 1, 4), "end": datetime.date(2012, 1, 26),
            "budget_cny": 40e6, **settings}


BANKS = {"bank_sheets__is_kept": True,
         "channels": [{"kind": kind} for kind in ("fire_sale", "interbank", "funding_withdrawal", "panic")]}


def banking_market(**overrides) -> Market:
    """The small world with banks that can fail and all channels between them and those who hold their money."""
    return small_market(**{**BANKS, **overrides})


FUND = {"kind": "money_market_fund", "name": "fund", "licensed_on": datetime.date(2012, 1, 3), "adopt_alone": 20.0, "adopt_social": 40.0}


def saving_market(**overrides) -> Market:
    """A contested world with a fund that many take up at once."""
    return contested_market(**{"products": [FUND], "standing__focal__users_share": .8, **overrides})


def promotion(**settings) -> dict:
    """A rate promotion as a scenario writes it, on PROMOTION_DAY unless told; its pool is about a third of a day's need."""
    return {"kind": "rate_promotion", "start": datetime.date(2012, 1, 25), "pool_cny": 100e6, "throughput": 100_000.0, **settings}


def state_of(market: Market) -> dict:
    """Every number that changes, by a path: columns of the populations, the books, the clock, today's offers and draws."""
    found = {"day": market.day, "running": market.running, "outside": market._outside}
    for name in market.POPULATIONS:
        found |= {f"{name}.{column}": values for column, values in getattr(market, name).state().items()}
    found |= {f"ledger.{name}": values for name, values in market.ledger.state().items()}
    found |= {f"credit.{name}": value for name, value in vars(market.credit).items()}
    found |= {f"goods.{name}": value for name, value in market.goods.state().items()}
    found |= {f"credit_payment.{name}": value for name, value in market.credit_payment.state().items()}
    found |= {f"media.{number}.{name}": value for number, plan in market.media.plans.items() for name, value in plan.state().items()}
    found |= {f"promotions.{number}.{name}": value for number, account in market.promotions.accounts.items()
              for name, value in account.state().items()}
    found |= {"promotions.ahead": market.promotions.ahead, "rings.capacity": market.rings.capacity, "rings.waiting": market.rings.waiting}
    for name in ("service", "word_of_mouth", "prices", "open_data"):
        found |= {f"{name}.{what}": value for what, value in getattr(market, name).state().items()}
    found |= {f"open_data.trials.{key}.{name}": column for key, shown in found.pop("open_data.trials").items()
              for name, column in shown.items()}
    found |= {f"savings.{name}": value for name, value in market.savings.state().items()}
    found["surveys"] = market.surveys
    found |= {f"strategies.{k}.{what}": value for k, each in enumerate(market.strategies) for what, value in each.state().items()}
    for name in ("interbank_loans", "rescue", "panic"):
        found |= {f"{name}.{what}": value for what, value in getattr(market, name).state().items()}
    found |= {f"channels.{each.kind}.{what}": value for each in market.channels for what, value in each.state().items()}
    found |= {f"contagion.{name}": value for name, value in market.contagion.state().items() if name in ("losses", "failures")}
    found["credit.offer"] = str(dataclasses.astuple(market.credit.offer))
    found["credit.promotion_log"] = np.concatenate(market.credit.promotion_log) if market.credit.promotion_log else np.zeros(0)
    return found


def differences(a: Market, b: Market, ignore=()) -> list[str]:
    """Paths at which two worlds differ in any bit."""
    one, other = state_of(a), state_of(b)
    unequal = {path for path in one if path not in other or not same(one[path], other[path])}
    return sorted((unequal | (other.keys() - one.keys())) - set(ignore))


def world_state_equal(a: Market, b: Market) -> bool:
    """True if two worlds are the same to the bit."""
    return not differences(a, b)


def same(a, b) -> bool:
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return type(a) is type(b) and a == b


class CopyOfEachDay:
    """An observer that keeps a function of the market for every day."""

    def __init__(self, look):
        self.look, self.days = look, []

    def __call__(self, market):
        self.days.append(self.look(market))
