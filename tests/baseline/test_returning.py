"""Owners whose account was cleared: who comes back, when, and as whom."""

import numpy as np
import pytest

from results.screening import Screening
from sim.markets.loans import NONE, SLOTS
from tests.worlds import CopyOfEachDay, small_market

WALKERS = {"merchants__count": 300, "consumers__count": 6000, "days": 330, "distress__strategic_share": 1.0,
           "distress__temptation_rate": 20.0, "distress__stigma_cny": 0.0, "loans__write_off_days": 91, "distress__reentry_days": 20.0}


@pytest.fixture(scope="module")
def unseen():
    """A market whose owners are never recognised, with what each day showed of the shops."""
    look = CopyOfEachDay(lambda m: {name: getattr(m.merchants, name).copy() for name in (
        "status", "walked_on", "reopened_on", "rating", "credit_limit", "supply_share", "sales_today", "bad_on")})
    favourite = CopyOfEachDay(lambda m: np.bincount(m.consumers.favourite[m.consumers.favourite >= 0], minlength=300))
    ties = CopyOfEachDay(lambda m: m.data_sharing.closed_loop(m, np.arange(300)).n_ties.copy() if m.day % 10 == 0 else None)
    market = small_market(observers=[look, favourite, ties], distress__detection=0.0, **WALKERS)
    market.run_days()
    return market, look.days, favourite.days, ties.days


def test_who_is_not_recognised_opens_again_once_the_debt_is_written_off_and_never_at_once(unseen):
    market, days, _, _ = unseen
    back = np.flatnonzero(market.merchants.reopened_on >= 0)
    assert len(back) > 20
    for shop in back[:50]:
        opened = market.merchants.reopened_on[shop]
        walked = days[opened - 1]["walked_on"][shop]
        assert days[opened - 1]["status"][shop] == 1 and opened - walked > 91 and days[opened]["status"][shop] == 0


def test_a_shop_under_another_name_has_no_history_no_line_and_no_link_to_its_debt(unseen):
    market, days, favourite, ties = unseen
    for shop in np.flatnonzero(market.merchants.reopened_on >= 0)[:50]:
        opened = market.merchants.reopened_on[shop]
        today = days[opened]
        assert today["walked_on"][shop] == -1 and today["credit_limit"][shop] == 0
        assert favourite[opened - 1][shop] == 0
        assert all(seen is None or seen[shop] == 0 for seen in ties[opened:])
    assert (market.merchants.opened_on == market.merchants.reopened_on)[market.merchants.reopened_on >= 0].all()
    sold = sum(day["sales_today"] for day in days[-20:])
    trading = (market.merchants.reopened_on >= 0) & (market.merchants.reopened_on < 300) & (market.merchants.status == 0)
    assert (sold[trading] > 0).mean() > .9 and market.ledger.residual() == 0
    free = market.loans.kind.reshape(-1, SLOTS)[market.merchants.reopened_on == market.day - 1]
    assert (free == NONE).all()


def test_who_is_recognised_stays_away():
    market = small_market(after=330, distress__detection=1.0, **{**WALKERS, "distress__shop_value_years": 0.0,
                                                               "distress__credit_value_share": 0.0})
    assert (market.merchants.walked_on >= 0).sum() > 20 and (market.merchants.reopened_on < 0).all()


def test_customers_of_a_cleared_shop_miss_its_deliveries_for_a_while(unseen):
    market, days, _, _ = unseen
    hurt = 0
    for day, (yesterday, today) in enumerate(zip(days, days[1:]), start=1):
        for shop in np.flatnonzero(today["walked_on"] == day):
            customers = market.supply.neighbours(shop)
            before, after = yesterday["supply_share"][customers], today["supply_share"][customers]
            assert (after <= before + (1 - before) / 30 + 1e-9)[today["reopened_on"][customers] != day].all()
            hurt += int((after < before).sum())
    assert hurt > 20


def test_the_probe_remembers_the_first_failure_though_the_shop_is_open_again():
    screening = Screening(since=30, every=400)
    market = small_market(observers=[screening], distress__detection=0.0, **{**WALKERS, "days": 420})
    market.run_days()
    (look, is_bad), = screening._whole("lenders")
    again = (market.merchants.reopened_on >= 0)[look["rows"]] & (market.merchants.status == 0)[look["rows"]]
    assert again.sum() > 10 and is_bad[again].all()
