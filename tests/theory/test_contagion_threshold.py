"""Watts and Gai-Kapadia: windows, branching processes, final sizes, and Monte Carlo beside them."""

import math

import pytest

from sim.contagion import threshold
from sim.core.errors import UserError
from tests.theory.contagion_cases import load

GAI_KAPADIA = [(case, row) for case in load("06_gai_kapadia.json")["cases"] for row in case["rows"]]
WATTS = load("07_watts.json")


def within(found, found_se, expected, expected_se, standard_errors=4.0):
    """The difference of two estimates is at most 4 standard errors of that difference."""
    return abs(found - expected) <= standard_errors * math.hypot(found_se, expected_se) + 1e-12


@pytest.mark.parametrize("case, row", GAI_KAPADIA, ids=[f"{case['id']}_z{row['z']}" for case, row in GAI_KAPADIA])
def test_gai_kapadia_in_the_limit(case, row):
    found = threshold.gai_kapadia_analytic(row["z"], case["capital"], 0.2, inclusive=True)
    assert found.cascade_condition == pytest.approx(row["cascade_condition"], rel=1e-9)
    assert found.frequency == pytest.approx(row["analytic_frequency"], abs=1e-9)
    assert found.extent == pytest.approx(row["analytic_extent"], abs=1e-8)


@pytest.mark.parametrize("case", load("06_gai_kapadia.json")["cases"], ids=lambda case: case["id"])
def test_the_gai_kapadia_window(case):
    found = threshold.gai_kapadia_window(case["capital"], case["interbank_assets"])
    assert found == pytest.approx(case["analytic_window"], rel=1e-9)


def test_a_tie_moves_the_gai_kapadia_window():
    reaches = threshold.gai_kapadia_window(0.04, 0.2, inclusive=True)  # 5 borrowers: loss equals capital
    exceeds = threshold.gai_kapadia_window(0.04, 0.2, inclusive=False)
    assert reaches[1] > exceeds[1] + 1.5
    assert threshold.gai_kapadia_window(0.3, 0.2) is None


@pytest.mark.parametrize("row", WATTS["rows"], ids=lambda row: f"z{row['z']}")
def test_watts_in_the_limit(row):
    found = threshold.watts_analytic(row["z"], WATTS["phi"])
    assert found.cascade_condition == pytest.approx(row["cascade_condition"], rel=1e-9)
    assert found.trigger_prob == pytest.approx(row["analytic_trigger_prob"], abs=1e-9)
    assert found.size == pytest.approx(row["analytic_size"], abs=1e-9)


def test_the_watts_window():
    assert threshold.watts_window(WATTS["phi"]) == pytest.approx(WATTS["analytic_window"], rel=1e-9)
    assert threshold.watts_window(0.3) is None  # three neighbours at most: no giant vulnerable cluster
    assert threshold.watts_window(0.2, inclusive=True)[1] > threshold.watts_window(0.2, inclusive=False)[1]


def test_a_draw_depends_on_its_seed_alone():
    first = threshold.simulate("gai_kapadia", 300, 3.0, 20, 7, capital=0.03, interbank_assets=0.2)
    longer = threshold.simulate("gai_kapadia", 300, 3.0, 30, 7, capital=0.03, interbank_assets=0.2)
    assert longer.shares[:20].tolist() == first.shares.tolist()
    assert 0 < first.frequency < 1


def test_a_mistake_is_named():
    with pytest.raises(UserError, match="did you mean 'watts'"):
        threshold.simulate("wats", 100, 3, 10, 1, threshold=0.2)
    with pytest.raises(UserError, match="needs threshold"):
        threshold.simulate("watts", 100, 3, 10, 1)


@pytest.mark.slow
@pytest.mark.parametrize("case, row", GAI_KAPADIA, ids=[f"{case['id']}_z{row['z']}" for case, row in GAI_KAPADIA])
def test_gai_kapadia_by_monte_carlo(case, row):
    found = threshold.simulate(
        "gai_kapadia",
        1000,
        row["z"],
        5000,
        11,
        capital=case["capital"],
        interbank_assets=case["interbank_assets"],
        inclusive=True,
    )
    assert within(found.frequency, found.frequency_se, row["mc_frequency"], row["mc_freq_se"])
    if row["mc_extent"] is not None:
        assert within(found.extent, found.extent_se, row["mc_extent"], row["mc_extent_se"])


@pytest.mark.slow
@pytest.mark.parametrize("row", WATTS["rows"], ids=lambda row: f"z{row['z']}")
def test_watts_by_monte_carlo(row):
    found = threshold.simulate("watts", WATTS["N"], row["z"], WATTS["draws"], 12, threshold=WATTS["phi"])
    assert within(found.frequency, found.frequency_se, row["mc_frequency_gt5pct"], row["mc_se"])
    if row["mc_size"] is not None:  # its standard error is not given: about that of this simulation
        assert within(found.extent, found.extent_se, row["mc_size"], found.extent_se)
