"""Reputation (L07): what it saves of what hidden information costs, and how much of that is moral hazard."""

import numpy as np
import pytest

from experiments.facts import REPUTATION_TESTS, TESTS
from experiments.reputation_outcomes import WORLD, reputation_outcome, shares
from tests.worlds import small_market


def world(earned, bads=0.0):
    return {"earned_mcny": earned, "loss_over_flow_percent": 0.0, "bad_debts": bads}


def test_shares_are_of_what_the_best_world_earns_more_than_the_one_without():
    found = shares({"with": world(9.0), "without": world(2.0, 7.0), "known": world(4.0), "best": world(10.0)})
    assert found["hidden_cost_mcny"] == 8 and found["hidden_cost_percent"] == 80 and found["bad_debts_without"] == 7
    assert found["saved_percent"] == pytest.approx(87.5) and found["moral_hazard_percent"] == pytest.approx(75)


def test_who_sees_everything_sees_quality_itself_and_all_that_others_see():
    market = small_market(after=40, data__platform_sees="everything")
    rows = np.arange(len(market.merchants))
    seen, others = market.data_sharing.platform_view(market, rows), market.data_sharing.closed_loop(market, rows)
    assert seen.rating == pytest.approx(.9 + .03 * market.merchants.quality) and not (seen.rating == others.rating).all()
    for name, column in seen.features().items():
        assert name == "rating" or np.array_equal(column, others.features()[name], equal_nan=True)


def test_an_outcome_has_every_number_the_facts_ask_for(monkeypatch):
    monkeypatch.setattr("experiments.reputation_outcomes.WORLD", {**WORLD, "consumers.count": 4_000, "merchants.count": 250, "days": 330,
                                                                  "distress.temptation_rate": 10.0})
    found = reputation_outcome(1)
    assert found["bad_debts_without"] > 5 and found["honest_moral_hazard_percent"] == 0
    assert found["unknown_saved_percent"] < found["saved_percent"]
    assert len(REPUTATION_TESTS) == 2
    for key in REPUTATION_TESTS:
        assert {TESTS[key].value, TESTS[key].null, TESTS[key].events} <= found.keys()
