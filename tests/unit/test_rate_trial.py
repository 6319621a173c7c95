"""The trial of the price: its estimators find what is there, and its outcome has what the facts ask for."""

import numpy as np
import pytest

from experiments.facts import TESTS, TRIAL_TESTS
from experiments.rate_trial import MAILING, charge_offs, line_slope, lived, logit_slope, take_up, trial_outcome
from scenarios import load

SMALL = {"merchants.count": 400, "consumers.count": 3000, "days": 45}


def test_with_two_prices_the_logit_slope_is_the_difference_of_log_odds():
    offered = np.repeat([7.25, -7.25], [1000, 2000])
    taken = np.concatenate((np.arange(1000) < 580, np.arange(2000) < 1300))
    slope, error = logit_slope(offered, taken)
    odds = np.log(.58 / .42), np.log(.65 / .35)
    assert slope == pytest.approx((odds[0] - odds[1]) / 14.5)
    assert error == pytest.approx(np.sqrt(1 / 580 + 1 / 420 + 1 / 1300 + 1 / 700) / 14.5)
    assert np.isnan(logit_slope(offered, np.ones(3000, bool))[0])


def test_the_slope_of_charge_offs_is_their_difference_over_the_gap():
    offered = np.repeat([7.25, -7.25], [1000, 2000])
    bad = np.concatenate((np.arange(1000) < 130, np.arange(2000) < 220))
    slope, error = line_slope(offered, bad)
    assert slope == pytest.approx(.02 / 14.5)
    assert error == pytest.approx(np.sqrt(.13 * .87 / 1000 + .11 * .89 / 2000) / 14.5)


def test_the_estimators_are_right_on_average_and_honest_about_their_error():
    luck = np.random.default_rng(1)
    found = []
    for _ in range(300):
        x = luck.choice([-7.25, 7.25], 800)
        found.append(logit_slope(x, luck.random(800) < 1 / (1 + np.exp(-.5 + .0204 * x))))
    slopes, errors = np.array(found).T
    assert abs(slopes.mean() + .0204) < 4.5 * slopes.std() / np.sqrt(300)
    assert errors.mean() == pytest.approx(slopes.std(), rel=.2)


def test_an_outcome_has_every_number_the_facts_ask_for(monkeypatch):
    monkeypatch.setattr("experiments.rate_trial.MAILING", {**MAILING, **SMALL})
    found = trial_outcome(1, {**SMALL, "days": 200})
    assert len(TRIAL_TESTS) == 4
    for key in TRIAL_TESTS:
        test = TESTS[key]
        assert {test.value, test.null, test.events} <= found.keys()


def test_the_offers_of_a_trial_are_those_of_its_shops():
    offers = lived(load("rate-trial", SMALL), 1)
    assert 200 < len(offers["offered"]) <= 400 and set(offers["offered"]) == {-7.25, 7.25}
    assert 0 < take_up(offers)["dear_take_up_percent"] < 100
    assert charge_offs({**offers, "charged_off": offers["taken"]})["dear_charge_off_percent"] == 100
