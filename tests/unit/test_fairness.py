"""Fairness of the credit payment: the table finds a feature that tells, and nothing where nothing tells; looking changes nothing."""

import numpy as np
import pytest

from results.fairness import PROBE, REMOVED, Fairness, live_gap
from tests.worlds import differences, small_market

LIVELY = {"credit_payment__is_offered": True, "credit_payment__first_day": 5, "credit_users__take_up_a_month": 1.0,
          "credit_payment__guarantee_after_days": 3, "credit_users__catch_up_rate": .1, "days": 160, "consumers__count": 8000,
          "merchants__count": 160, "weight": 1000.0, **{name.replace(".", "__"): value for name, value in PROBE.items()}}


def looked(**overrides):
    fairness = Fairness(since=70, every=30, horizon_days=60)
    market = small_market(observers=[fairness], **{**LIVELY, **overrides})
    market.run_days()
    return market, fairness.table()


@pytest.fixture(scope="module")
def strong():
    """Diligence that prefix and gender tell clearly."""
    return looked(credit_users__women_diligence=1.5, credit_users__number_slope=2.0)


def test_there_is_a_row_for_each_thing_removed(strong):
    _, table = strong
    assert list(table["removed"]) == list(REMOVED) and table["auc"].notna().all()
    assert (table["n"] == table["n"][0]).all() and table["n_bads"].min() > 50


def test_removing_what_tells_costs_auc_and_closes_the_gap(strong):
    _, table = strong
    row = table.set_index("removed")
    assert row.auc["nothing"] > row.auc["gender"] and row.auc["nothing"] > row.auc["all three"] + .01
    assert row.approval_gap["nothing"] > row.approval_gap["gender"] > row.approval_gap["all three"] - .05
    assert row.approval_gap["nothing"] > .1 and row.prefix_gap["nothing"] > row.prefix_gap["phone prefix"]


def test_where_gender_tells_nothing_there_is_no_gap():
    _, table = looked(credit_users__women_diligence=0.0)
    row = table.set_index("removed")
    error = 2 * np.sqrt(.7 * .3 / row.n["gender"])
    assert abs(row.approval_gap["gender"]) < 4.5 * error


def test_the_live_gap_counts_who_asked(strong):
    market, _ = strong
    gap, error, cases = live_gap(market)
    assert cases == (market.credit_users.asked_on >= 0).sum() and error >= 0
    market.credit_users.is_approved[:] = market.consumers.is_woman
    assert live_gap(market)[0] == 1.0


def test_who_looks_at_fairness_changes_nothing():
    plain = small_market(**LIVELY)
    plain.run_days(100)
    seen = small_market(observers=[Fairness(since=20, every=10, horizon_days=30)], **LIVELY)
    seen.run_days(100)
    assert differences(plain, seen) == []


def test_without_a_look_whose_time_is_up_the_table_is_empty():
    assert len(Fairness().table()) == 0
