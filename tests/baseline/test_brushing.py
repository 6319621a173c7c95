"""Fake orders: who buys them, what the lender then sees, and what happens to who is caught."""

import numpy as np

from agents.brushing import gain_of_a_larger_line
from sim.core.ledger import Purpose
from tests.worlds import differences, small_market

WORLD = {"merchants__count": 300, "consumers__count": 6000, "days": 120, "distress__strategic_share": 1.0, "distress__temptation_rate": 0.0}
LAX = {"loans__account_clearing": False, "loans__monitoring": False}


def test_brushing_is_off_unless_asked_for():
    assert differences(small_market(after=59), small_market(after=59, brushing__fake_share=0.0, brushing__share=1.0)) == []


def test_brushing_pays_where_walking_away_pays_and_hardly_where_accounts_are_cleared():
    lax, strict = (small_market(after=100, brushing__share=1.0, brushing__caught_rate=0.0, **WORLD, **terms) for terms in (LAX, {}))
    brushers = [(market.merchants.fake_sales > 0).sum() for market in (lax, strict)]
    assert brushers[0] > 100 and brushers[1] < .2 * brushers[0]
    rows = np.flatnonzero(lax.merchants.fake_sales > 0)
    month = 30 * lax.merchants.fake_sales[rows] * (lax.settings.goods.commission_share + lax.settings.brushing.cost_share)
    assert (gain_of_a_larger_line(lax, rows) > .8 * month).mean() > .9, "lines and trends have moved since the decision, a little"


def test_the_lender_sees_more_sales_and_praise_and_grants_more():
    honest, fake = (small_market(after=100, brushing__share=share, brushing__caught_rate=0.0, **WORLD, **LAX) for share in (0.0, 1.0))
    rows = np.flatnonzero(fake.merchants.fake_sales > 0)
    seen, true = fake.data_sharing.closed_loop(fake, rows), fake.merchants
    assert (seen.sales_trend > 1.3 * true.sales_trend[rows]).mean() > .9 and (seen.rating > true.rating[rows]).mean() > .95
    assert np.median(true.credit_limit[rows]) > 1.2 * np.median(honest.merchants.credit_limit[rows])
    assert (fake.data_sharing.limited(fake, rows).age_days == honest.data_sharing.limited(honest, rows).age_days).all()
    platform = fake.ledger.entities.index("platform 0")
    assert fake.ledger.money_total[Purpose.COMMISSION, platform] > honest.ledger.money_total[Purpose.COMMISSION, platform]
    assert fake.ledger.residual() == 0


def test_who_is_caught_loses_certification_and_praise():
    market = small_market(after=61, brushing__share=1.0, brushing__caught_rate=1.0, **WORLD, **LAX)
    free = small_market(after=61, brushing__share=1.0, brushing__caught_rate=0.0, **WORLD, **LAX)
    assert market.merchants.is_certified.sum() < free.merchants.is_certified.sum() - 20
    assert market.merchants.rating.mean() < free.merchants.rating.mean() - .05
