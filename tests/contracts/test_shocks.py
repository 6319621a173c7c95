"""The contract of shocks: they strike on the days of their window only, and touch what they say they touch."""

import datetime
import re

import numpy as np
import pytest

from sim.shocks import SHOCKS
from sim.shocks.shock import Shock, ShockSettings
from tests.worlds import small_market, state_of

WINDOW = {"start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 1, 14)}
FULL = {"demand": ({"kind": "demand", "size": .6, **WINDOW}, {"kind": "demand", "size": .6, "region": 2, **WINDOW},
                   {"kind": "demand", "size": .6, "sector": 5, **WINDOW}),
        "market_turn": ({"kind": "market_turn", "share": .4, **WINDOW},)}
CASES = [settings for kind in FULL.values() for settings in kind]


def test_every_shock_is_tried_here():
    assert FULL.keys() == SHOCKS.keys()


@pytest.mark.parametrize("kind", SHOCKS)
def test_a_shock_has_a_kind_settings_and_a_window(kind):
    shock = SHOCKS[kind]
    assert issubclass(shock, Shock) and issubclass(shock.Settings, ShockSettings) and shock.kind == kind
    assert shock.strike is not Shock.strike


@pytest.mark.parametrize("settings", CASES)
def test_a_shock_strikes_on_the_days_of_its_window_only(settings, monkeypatch):
    days, strike = [], SHOCKS[settings["kind"]].strike
    monkeypatch.setattr(SHOCKS[settings["kind"]], "strike", lambda self, m: (days.append(m.day), strike(self, m)))
    small_market(after=30, shocks=[settings])
    assert days == [9, 10, 11, 12, 13]


@pytest.mark.parametrize("settings", CASES)
def test_a_shock_writes_what_it_says_and_moves_no_money_itself(settings):
    market = small_market(after=9, shocks=[settings])
    market.ledger.open_day(), market.goods.open_day(9)

    def picture():
        seen = {path: np.array(value, copy=True) if isinstance(value, np.ndarray) else value for path, value in state_of(market).items()}
        return seen | {f"goods.{name}": np.array(value) for name, value in vars(market.goods).items()}

    before = picture()
    market.shocks[0].strike(market)
    changed = {path for path, value in picture().items() if not np.array_equal(value, before[path])}
    said = set(re.findall(r"m\.((?:goods|merchants)\.\w+)", SHOCKS[settings["kind"]].strike.__doc__))
    assert changed and changed <= said
    assert market.goods.demand_factor_today <= 1.0 and market.goods.merchant_factor_today.max() <= 1.0
    assert market.goods.merchant_factor_today.min() >= 0.0 and market.goods.demand_factor_today >= 0.0


def test_two_shocks_multiply():
    settings = FULL["demand"][0]
    market = small_market(after=9, shocks=[settings, settings | {"name": "again"}])
    market.goods.open_day(9)
    for shock in market.active(market.shocks):
        shock.strike(market)
    assert market.goods.demand_factor_today == pytest.approx(.16)


def test_after_a_shock_the_factors_are_whole_again():
    market = small_market(after=15, shocks=list(CASES))
    assert market.goods.demand_factor_today == 1.0 and (market.goods.merchant_factor_today == 1.0).all()


def test_a_window_that_ends_before_it_starts_is_refused():
    from sim.core.errors import UserError
    with pytest.raises(UserError, match="before start"):
        small_market(shocks=[FULL["demand"][0] | {"end": datetime.date(2012, 1, 1)}])
