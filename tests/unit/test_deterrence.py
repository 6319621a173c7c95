"""Deterrence: who would have walked away and does not, and its slope in dependence."""

import numpy as np
import pytest

from experiments.deterrence import WORLD, deterred, deterrence_outcome
from experiments.facts import DETERRENCE_TESTS, TESTS


def test_only_strategic_owners_count_and_the_slope_is_that_of_whom_clearing_spares():
    dependence = np.tile([0.0, .5, 1.0], 10)
    strategic = np.arange(30) < 27
    without = np.ones(30, bool)
    with_it = dependence < .5
    found = deterred(with_it, without, dependence, strategic)
    assert found["walked_without_percent"] == 100 and found["walked_percent"] == pytest.approx(100 / 3)
    assert found["deterred_percent"] == pytest.approx(200 / 3)
    assert found["deterred_by_dependence"] == pytest.approx(np.polyfit(dependence[strategic], dependence[strategic] >= .5, 1)[0])


def test_if_nobody_walks_nobody_is_deterred():
    nobody = np.zeros(4, bool)
    assert deterred(nobody, nobody, np.arange(4) / 4, np.ones(4, bool))["deterred_percent"] == 0


def test_an_outcome_has_every_number_the_facts_ask_for(monkeypatch):
    monkeypatch.setattr("experiments.deterrence.WORLD", {**WORLD, "consumers.count": 3_000, "merchants.count": 200, "days": 150,
                                                         "distress.temptation_rate": 20.0})
    found = deterrence_outcome(1)
    assert found["walked_without"] > 5 and found["deterred_percent"] > 10
    assert len(DETERRENCE_TESTS) == 2
    for key in DETERRENCE_TESTS:
        assert {TESTS[key].value, TESTS[key].null, TESTS[key].events} <= found.keys()
