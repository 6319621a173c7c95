"""The contract of shocks: they strike on the days of their window only, and touch what they say they touch."""

import datetime
import re

import numpy as np
import pytest

from sim.shocks import SHOCKS
from sim.shocks.shock import Shock, ShockSettings
from tests.worlds import contested_market, same, saving_market, small_market, state_of

WINDOW = {"start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 1, 14)}
FULL = {"demand": ({"kind": "demand", "size": .6, **WINDOW}, {"kind": "demand", "size": .6, "region": 2, **WINDOW},
                   {"kind": "demand", "size": .6, "sector": 5, **WINDOW}),
        "income": ({"kind": "income", "size": .6, **WINDOW}, {"kind": "income", "size": .6, "share_hit": .5, "region": 2, **WINDOW},
                   {"kind": "income", "size": .6, "segment": 1, **WINDOW}),
        "funding_withdrawal": ({"kind": "funding_withdrawal", "size": .6, **WINDOW},),
        "market_turn": ({"kind": "market_turn", "share": .4, **WINDOW},),
        "breach": ({"kind": "breach", "share_hit": .8, **WINDOW},),
        "advertising_rules": ({"kind": "advertising_rules", "banned": ("broadcast",), "claims_kept": .5, "price_rise": .2, **WINDOW},),
        "fund_yield_falls": ({"kind": "fund_yield_falls", "points": 3.0, **WINDOW},),
        "region": ({"kind": "region", "region": 2, "size": .5, "fail_share": .3, **WINDOW},),
        "sector": ({"kind": "sector", "sector": 2, "size": .5, "fail_share": .3, **WINDOW},),
        "large_merchant": ({"kind": "large_merchant", "count": 2, **WINDOW},),
        "bank_failure": ({"kind": "bank_failure", "bank": 1, "size": .3, **WINDOW},),
        "interbank_freeze": ({"kind": "interbank_freeze", "size": .8, "funds": .5, **WINDOW},),
        "capital_rule": ({"kind": "capital_rule", "points": 2.0, **WINDOW},),
        "platform_loss": ({"kind": "platform_loss", "size": 1.5, **WINDOW},),
        "downturn": ({"kind": "downturn", "size": 5.0, **WINDOW}, {"kind": "downturn", "size": 5.0, "region": 2, "sector": 5, **WINDOW})}
CONTESTED = ("breach", "advertising_rules")  # act where platforms compete for customers
CASES = [settings for kind in FULL.values() for settings in kind]


def test_every_shock_is_tried_here():
    assert FULL.keys() == SHOCKS.keys()


def market_of(settings, after):
    if settings["kind"] == "fund_yield_falls":
        return saving_market(after=after, shocks=[settings])
    if settings["kind"] in ("bank_failure", "interbank_freeze", "capital_rule"):
        return small_market(after=after, shocks=[settings], bank_sheets__is_kept=True)
    return (contested_market if settings["kind"] in CONTESTED else small_market)(after=after, shocks=[settings])


def _spelt_out(docstring):
    """Every column with its owner: "media.a, b" is media.a and media.b."""
    written, owner = docstring.partition("Writes:")[2].partition("Draws:")[0], ""
    found = []
    for word in re.findall(r"[a-z_]+(?:\.[a-z_]+)*", written):
        word = word.removeprefix("m.")
        owner = word.partition(".")[0] if "." in word else owner
        found.append(word if "." in word else f"{owner}.{word}")
    return " ".join(found)


@pytest.mark.parametrize("kind", SHOCKS)
def test_a_shock_has_a_kind_settings_and_a_window(kind):
    shock = SHOCKS[kind]
    assert issubclass(shock, Shock) and issubclass(shock.Settings, ShockSettings) and shock.kind == kind
    assert shock.strike is not Shock.strike


@pytest.mark.parametrize("settings", CASES)
def test_a_shock_strikes_on_the_days_of_its_window_only(settings, monkeypatch):
    days, strike = [], SHOCKS[settings["kind"]].strike
    monkeypatch.setattr(SHOCKS[settings["kind"]], "strike", lambda self, m: (days.append(m.day), strike(self, m)))
    market_of(settings, after=30)
    assert days == [9, 10, 11, 12, 13]


@pytest.mark.parametrize("settings", CASES)
def test_a_shock_writes_what_it_says_and_moves_no_money_itself(settings):
    market = market_of(settings, after=9)
    market.ledger.open_day(), market.goods.open_day(9), market.conditions.open_day(), market.media.open_day()
    market.savings.open_day(market)

    def picture():
        seen = {path: np.array(value, copy=True) if isinstance(value, np.ndarray) else value for path, value in state_of(market).items()}
        return seen | {f"{owner}.{name}": np.array(value, copy=True) for owner in ("goods", "conditions", "media", "savings")
                       for name, value in vars(getattr(market, owner)).items()}

    before = picture()
    market.shocks[0].strike(market)
    changed = {path for path, value in picture().items() if not same(value, before[path])}
    said = set(re.findall(r"((?:goods|merchants|conditions|media|customers|savings)\.\w+)",
                          _spelt_out(SHOCKS[settings["kind"]].strike.__doc__)))
    assert changed and changed <= said
    assert market.goods.demand_factor_today <= 1.0 and market.goods.merchant_factor_today.max() <= 1.0
    assert market.goods.merchant_factor_today.min() >= 0.0 and market.goods.demand_factor_today >= 0.0


def test_an_income_shock_cuts_what_is_paid_today_and_only_to_those_it_hits():
    market = small_market(after=9, shocks=[FULL["income"][1]])
    market.conditions.open_day()
    market.shocks[0].strike(market)
    c, kept = market.consumers, market.conditions.income_kept_today
    hit = kept < 1
    assert set(kept) == {1.0, .4} and (c.region[hit] == 2).all() and (c.payday[hit] == 10).all()
    paid = market.conditions.income_of(np.arange(len(c)), c.income)
    assert (paid[~hit] == c.income[~hit]).all() and abs(paid[hit] - .4 * c.income[hit]).max() <= 1


def test_a_withdrawal_lets_less_stay_every_day_until_its_notice_is_over():
    settings = {"kind": "funding_withdrawal", "notice_days": 4, **WINDOW}
    seen = []
    market = small_market(shocks=[settings], observers=[lambda m: seen.append((m.conditions.funding_open_today,
                                                                                m.conditions.funding_kept_today))])
    market.run_days(16)
    assert seen[8:15] == [(1, 1), (0, .75), (0, .5), (0, .25), (0, 0), (0, 0), (1, 1)]


def test_a_lender_whose_bank_leaves_borrows_nothing_more_and_repays():
    settings = {"kind": "funding_withdrawal", "notice_days": 10, **WINDOW, "end": datetime.date(2012, 3, 1)}
    world = {"platforms__lender_capital_cny": (200e6, 200e6), "after": 25}
    stays, leaves = small_market(**world), small_market(**world, shocks=[settings])
    assert stays.lenders.borrowed.sum() > 0 == leaves.lenders.borrowed.sum()
    assert leaves.loans.outstanding.sum() < stays.loans.outstanding.sum()


def test_two_shocks_multiply():
    settings = FULL["demand"][0]
    market = small_market(after=9, shocks=[settings, settings | {"name": "again"}])
    market.goods.open_day(9)
    for shock in market.active(market.shocks):
        shock.strike(market)
    assert market.goods.demand_factor_today == pytest.approx(.16)


def test_after_a_shock_the_factors_are_whole_again():
    market = saving_market(after=15, shocks=list(CASES), bank_sheets__is_kept=True)
    assert market.goods.demand_factor_today == 1.0 and (market.goods.merchant_factor_today == 1.0).all()


def test_a_window_that_ends_before_it_starts_is_refused():
    from sim.core.errors import UserError
    with pytest.raises(UserError, match="before start"):
        small_market(shocks=[FULL["demand"][0] | {"end": datetime.date(2012, 1, 1)}])


def test_whom_a_shock_hits_does_not_depend_on_other_shocks_in_the_list():
    """The same shops close, and the same customers are hit, whatever of zero size or of another kind or place stands before."""
    day = {"start": datetime.date(2012, 1, 1)}
    hit = [{"kind": "region", "region": 2, "fail_share": .5, **day}, {"kind": "breach", "share_hit": .5, **day}]
    others = [{"kind": "demand", "size": 0.0, "name": "nothing", **day}, {"kind": "breach", "share_hit": 0.0, "name": "no breach", **day},
              {"kind": "region", "region": 2, "fail_share": 0.0, "name": "nobody", **day},
              {"kind": "region", "region": 4, "fail_share": .5, "name": "elsewhere", **day}]
    alone, after = (contested_market(shocks=shocks, after=1) for shocks in (hit, [*others, *hit]))
    here = alone.merchants.region == 2
    assert alone.merchants.status[here].any() and (alone.merchants.status[here] == after.merchants.status[here]).all()
    assert alone.customers.trust_bad.any() and (alone.customers.trust_bad == after.customers.trust_bad).all()
    twice = small_market(shocks=[hit[0], {**hit[0], "name": "again"}], after=1)
    assert (twice.merchants.status[here] > 0).sum() > (alone.merchants.status[here] > 0).sum()
