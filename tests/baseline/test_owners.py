"""How owners choose a loan at its price, and what the price does to their effort."""

import numpy as np
import pytest

from agents import distress, owner
from agents.merchant import LEAVES, TAKES, UNDECIDED
from tests.worlds import differences, small_market

MANY = {"merchants__count": 3000, "consumers__count": 8000}


def offered(points, **changes):
    """Shops that are all offered the list price plus `points`, after forty days."""
    market = small_market(**MANY, owners__taste_for_credit=.83, merchants__quality_drift=0.0, distress__trouble_rate=1.0, **changes)
    market.merchants.offered_offset[:] = market.merchants.rate_offset[:] = points
    market.merchants.quality[:] = np.sign(market.merchants.quality)
    market.run_days(40)
    return market


def test_take_up_follows_the_logit_formula_for_safe_and_for_risky_owners():
    market = offered(30.0, owners__effort_elasticity=0.0)  # or who took the dear offer would be missing among the untroubled
    shops, s = market.merchants, market.settings.owners
    for quality in (-1.0, 1.0):
        rows = np.flatnonzero((shops.quality == quality) & (shops.decided_on >= 0) & (shops.trouble_since < 0) & (shops.status == 0))
        risk = owner.fail_prob(market, rows)
        assert np.ptp(risk) == 0
        expected = 1 / (1 + np.exp(-s.taste_for_credit - s.rate_slope * (1 - risk[0]) * (21.9 + 30.0)))
        took = (shops.credit_choice[rows] == TAKES).mean()
        assert abs(took - expected) < 4.5 * (expected * (1 - expected) / len(rows)) ** .5 + .01  # some were in trouble when they chose
    assert owner.fail_prob(market, np.flatnonzero(shops.quality < 0))[0] > owner.fail_prob(market, np.flatnonzero(shops.quality > 0))[0]


def test_who_leaves_never_draws_and_keeps_own_cash_instead():
    shops = offered(0.0).merchants
    leaves, takes = shops.credit_choice == LEAVES, shops.credit_choice == TAKES
    assert (shops.last_draw_on[leaves] < 0).all() and leaves.sum() > 300
    assert (shops.last_draw_on[takes] >= 0).mean() > .95
    share = shops.cash / np.maximum(shops.typical_order, 1)
    assert np.median(share[leaves]) > np.median(share[takes])


def test_nobody_decides_without_a_line():
    shops = small_market(after=30, owners__taste_for_credit=.83, platform_card__pass_mark=1.0).merchants
    assert not shops.credit_limit.any() and (shops.credit_choice == UNDECIDED).all()


def test_at_the_list_price_effort_is_what_it_was_and_its_elasticity_moves_nothing():
    base, other = (small_market(after=59, distress__trouble_rate=1.0, owners__effort_elasticity=e) for e in (.6, 0.0))
    assert differences(base, other) == []
    assert (owner.neglect(base) == 1.0).all()


def test_a_dearer_line_is_worth_less_and_its_owner_tries_less():
    market = small_market(after=59)
    shops, s = market.merchants, market.settings.owners
    shops.rate_offset[0::2], shops.rate_offset[1::2] = 10.0, -10.0
    shops.credit_choice[:] = TAKES
    gain = s.outside_apr - owner.LIST_APR
    is_open = shops.status == 0
    found = owner.neglect(market)
    assert found[0::2][is_open[0::2]] == pytest.approx(((gain - .1) / gain) ** -s.effort_elasticity)
    assert found[1::2][is_open[1::2]] == pytest.approx(((gain + .1) / gain) ** -s.effort_elasticity)
    shops.credit_choice[:] = LEAVES
    assert (owner.neglect(market) == 1.0).all()


def test_the_dearer_the_line_the_more_shops_fall_into_trouble_and_fail():
    lives = {"distress__trouble_rate": .6, "days": 120}
    fell = {}
    for points in (-20.0, 20.0):
        market = small_market(**MANY, **lives)
        market.merchants.offered_offset[:] = market.merchants.rate_offset[:] = points
        market.run_days()
        fell[points] = ((market.merchants.trouble_since >= 0) | (market.merchants.status == 1)).mean()
    assert fell[20.0] > 1.15 * fell[-20.0]


def test_a_dearer_line_makes_walking_away_cheaper():
    market = small_market(after=59)
    rows, debt = np.arange(40), np.full(40, 10 ** 6)
    before = distress.what_walking_away_costs(market, rows, debt, False, False)[1]
    market.merchants.rate_offset[:] = 20.0
    after = distress.what_walking_away_costs(market, rows, debt, False, False)[1]
    assert (after <= before).all() and (after < before)[market.merchants.credit_limit[rows] > 0].all()
