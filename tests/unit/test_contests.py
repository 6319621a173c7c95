"""What is said of bids and of how much to share comes out of one world already; thirty seeds are `jishi validate L21 C20 C21 C22`."""

import numpy as np
import pytest

from experiments import discipline
from experiments.contest_outcomes import contest_outcome
from experiments.facts import CONTEST_TESTS, DISCIPLINE_TESTS, TESTS
from sim.model import Market


@pytest.fixture(scope="module")
def contests():
    return contest_outcome(1)


def in_band(key, value):
    low, high = TESTS[key].band
    return low <= value <= high


@pytest.mark.parametrize("key", sorted(CONTEST_TESTS))
def test_a_claim_about_bids_holds_and_its_null_does_not(key, contests):
    assert in_band(key, contests[TESTS[key].value]) and not in_band(key, contests[TESTS[key].null])


def test_banks_by_one_score_are_not_cursed_and_others_are(contests):
    assert abs(contests["equal_ahead_curse_points"]) < 1 < contests["low_ahead_curse_points"]


def test_asking_several_banks_brings_more_loans_at_rates_by_risk(contests):
    assert contests["low_loans"] > contests["one_loans"] and contests["one_rate_percent"] == pytest.approx(9.0)


@pytest.mark.slow
def test_what_is_said_of_defaults_and_history_holds_in_a_world_and_not_without_the_mechanism():
    found = discipline.discipline_outcome(2)
    for key in DISCIPLINE_TESTS:
        assert in_band(key, found[TESTS[key].value]) and not in_band(key, found[TESTS[key].null])


# --- what an owner fears ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stakes():
    """Credit elsewhere that owners would lose, by what is shared; in one small world on its first evening."""
    from agents import distress
    found = {}
    for name, agreements in {"nothing": [], **{kind: discipline.agreement(kind) for kind in discipline.MODES}}.items():
        market = Market("credit-baseline", seed=1, **{"consumers.count": 3_000, "merchants.count": 400, "weight": 3_000.0,
                                                      "agreements": agreements})
        market.run_days(1)
        found[name] = distress.credit_elsewhere(market, np.arange(400))
    return found


def test_nobody_loses_credit_where_nobody_is_told(stakes):
    assert (stakes["nothing"] == 0).all()


def test_where_defaults_alone_are_told_everybody_has_credit_to_lose(stakes):
    assert (stakes["defaults_only"] > 0).mean() > .9


def test_who_is_seen_whole_and_would_be_refused_anyway_has_nothing_to_lose(stakes):
    full, alone = stakes["full_history"], stakes["defaults_only"]
    loses = full > 0
    assert (full[loses] == alone[loses]).all() and .1 < (~loses & (alone > 0)).mean() < .9
