"""DebtRank of worked systems: trajectories, limits, additional stress."""

import numpy as np
import pytest
from scipy import sparse

from sim.contagion import debtrank
from sim.core.errors import UserError
from tests.theory.contagion_cases import array, cases, number

CASES = cases("03_debtrank.json")


def network(case):
    """(exposures, equity, shock) of a case in any of the forms it is written in."""
    if "Lambda" in case:
        exposures = array(case["Lambda"])
    elif "W_i_impacts_j" in case:
        exposures = array(case["W_i_impacts_j"]).T
    else:
        exposures = array(case["assets_matrix"])
    equity = array(case.get("equity", case.get("equity0"))) if "assets_matrix" in case else np.ones(len(exposures))
    shock = array(case["equity_shock"]) / equity if "equity_shock" in case else array(case.get("h0", case.get("h1")))
    return exposures, equity, shock


def with_key(*keys):
    return [case for case in CASES if any(key in case.values[0]["expected"] for key in keys)]


@pytest.mark.parametrize("case", with_key("trajectory", "battiston2012_trajectory"))
def test_single_hit_trajectories_are_those_of_battiston(case):
    expected = case["expected"]
    weights = array(case.get("weights"))
    found = debtrank.debtrank(*network(case), variant="single_hit", weights=weights)
    path = array(expected.get("trajectory", expected.get("battiston2012_trajectory")))
    np.testing.assert_allclose(found.trajectory, path, rtol=0, atol=case["tolerance"])
    if "additional_stress_float" in expected:
        assert found.additional_stress == pytest.approx(expected["additional_stress_float"], abs=case["tolerance"])


@pytest.mark.parametrize("case", with_key("bardoscia2015_limit", "bardoscia2015_h_final"))
@pytest.mark.parametrize("keep", [True, False])
def test_linear_limits_are_those_of_bardoscia(case, keep):
    expected = case["expected"]
    found = debtrank.debtrank(*network(case), weights=array(case.get("weights")), keep_trajectory=keep)
    assert found.converged
    limit = array(expected.get("bardoscia2015_limit", expected.get("bardoscia2015_h_final")))
    np.testing.assert_allclose(found.loss_share, limit, rtol=0, atol=case["tolerance"])
    if "bardoscia2015_additional_stress" in expected:
        assert found.additional_stress == pytest.approx(number(expected["bardoscia2015_additional_stress"]), abs=1e-12)


@pytest.mark.parametrize("case", with_key("bardoscia2015_first_6", "bardoscia2015_first_5"))
def test_linear_steps_are_those_of_bardoscia(case):
    steps = array(case["expected"].get("bardoscia2015_first_6", case["expected"].get("bardoscia2015_first_5")))
    found = debtrank.debtrank(*network(case))
    np.testing.assert_allclose(found.trajectory[: len(steps)], steps, rtol=0, atol=case["tolerance"])


@pytest.mark.parametrize("case", with_key("equity_final"))
def test_equity_in_the_end_matches(case):
    exposures, equity, shock = network(case)
    found = debtrank.debtrank(exposures, equity, shock)
    np.testing.assert_allclose(
        equity * (1 - found.loss_share), array(case["expected"]["equity_final"]), atol=case["tolerance"]
    )


@pytest.mark.parametrize("case", [case for case in CASES if case.id.startswith("DR_nonlinear")])
@pytest.mark.parametrize("keep", [True, False])
def test_nonlinear_fixed_points_match(case, keep):
    found = debtrank.debtrank(*network(case), variant="nonlinear", alpha=case["alpha"], keep_trajectory=keep)
    np.testing.assert_allclose(found.loss_share, case["expected"]["h_final"], rtol=0, atol=case["tolerance"])


def test_nonlinear_without_curvature_is_linear():
    exposures, equity, shock = network(CASES[0].values[0])
    linear = debtrank.debtrank(sparse.csr_array(exposures), equity, 0.1 * shock)
    curved = debtrank.debtrank(exposures, equity, 0.1 * shock, variant="nonlinear", alpha=0.0)
    np.testing.assert_array_equal(linear.loss_share, curved.loss_share)


def test_losses_stop_at_equity_unless_asked_otherwise():
    pair = np.array([[0, 0.9], [0.9, 0]])
    assert debtrank.debtrank(pair, [1, 1], [0.5, 0.5]).loss_share.tolist() == [1.0, 1.0]
    free = debtrank.debtrank(pair, [1, 1], [0.5, 0.5], capped=False)
    np.testing.assert_allclose(free.loss_share, [5.0, 5.0], rtol=1e-9)
    assert free.converged
    assert not debtrank.debtrank(1.2 * pair, [1, 1], [0.5, 0.5], capped=False).converged


def test_a_slow_limit_is_still_reached():
    close = np.array([[0, 0.99999], [0.99999, 0]])
    found = debtrank.debtrank(close, [1, 1], [1e-7, 0])
    assert found.converged
    np.testing.assert_allclose(found.loss_share, np.linalg.solve(np.eye(2) - close, [1e-7, 0]), rtol=1e-6)


def test_no_shock_no_loss_and_no_equity_is_no_division_by_zero():
    pair = np.array([[0, 1.0], [1.0, 0]])
    assert debtrank.debtrank(pair, [0, 1], [0, 0]).loss_share.tolist() == [0.0, 0.0]
    assert debtrank.debtrank(pair, [0, 1], [0, 0.01]).loss_share.tolist() == [1.0, 1.0]
    assert debtrank.debtrank(pair, [-1, 5], [0, 0]).loss_share.tolist() == [1.0, 0.2 + 0.0]


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"variant": "quadratic"}, "variant"),
        ({"shock": [2, 0]}, "between 0 and 1"),
        ({"variant": "single_hit", "capped": False}, "capped"),
    ],
)
def test_a_mistake_is_named(changes, words):
    arguments = {"exposures": [[0, 1], [1, 0]], "equity": [1, 1], "shock": [0.1, 0]} | changes
    with pytest.raises(UserError, match=words):
        debtrank.debtrank(**arguments)


@pytest.mark.parametrize("seed", range(12))
def test_the_limit_alone_is_where_the_steps_lead(seed):
    """Corrected sweeps in 32 bits: banks without equity, tiny equity, all lost, untouched, hubs."""
    draw = np.random.default_rng(seed)
    n = 400
    exposures = sparse.random_array((n, n), density=0.02, rng=draw, data_sampler=lambda size: draw.pareto(1.2, size)).tolil()
    exposures[0, 1:] = draw.random(n - 1)  # lends to everybody
    exposures[:, -20:] = 0.0
    exposures[-20:, :] = 0.0
    exposures[-20, -19] = exposures[-19, -20] = 5.0  # a pair the shock does not reach
    exposures.setdiag(0.0)
    equity = draw.choice([0.0, 1e-12, 1.0, 1.0, 30.0, 1e6], n) * draw.random(n)
    equity[-20:] = 1.0
    shock = np.where(draw.random(n) < 0.1, draw.random(n), 0.0)
    shock[-20:] = 0.0
    steps = debtrank.debtrank(exposures.tocsr(), equity, shock)
    limit = debtrank.debtrank(exposures.tocsr(), equity, shock, keep_trajectory=False)
    assert steps.converged and limit.converged
    np.testing.assert_allclose(limit.loss_share, steps.loss_share, rtol=0, atol=1e-11)
    np.testing.assert_array_equal(limit.loss_share == 1.0, steps.loss_share == 1.0)
    assert not limit.loss_share[-20:].any()
