"""Clearing vectors of worked systems: exact values, default rounds, greatest and least."""

import numpy as np
import pytest
from scipy import sparse

from sim.contagion import clearing
from sim.core.errors import UserError
from tests.theory.contagion_cases import array, cases, load, number


def options(case):
    return {
        "external_liabilities": array(case["external_liabilities"]),
        "seniority": case["seniority"],
        "alpha": number(case["alpha"]),
        "beta": number(case["beta"]),
    }


@pytest.mark.parametrize(
    "form", [np.asarray, sparse.csr_matrix, sparse.coo_array], ids=["dense", "csr_matrix", "coo_array"]
)
@pytest.mark.parametrize("case", cases("01_clearing_small.json"))
def test_the_greatest_vector_and_its_default_rounds_are_exact(case, form):
    expected = case["expected"]
    found = clearing.clear(form(array(case["liabilities"])), array(case["external_assets"]), **options(case))
    assert found.converged
    np.testing.assert_allclose(found.payments, array(expected["greatest"]), rtol=0, atol=case["tolerance"])
    assert found.rounds == expected["default_rounds"]
    assert np.flatnonzero(found.defaulted).tolist() == sorted(sum(expected["default_rounds"], []))
    if "equity" in expected:
        np.testing.assert_allclose(found.equity, array(expected["equity"]), rtol=0, atol=case["tolerance"])


@pytest.mark.parametrize("case", cases("01_clearing_small.json"))
def test_the_least_vector_is_exact(case):
    expected = case["expected"]
    least = array(expected.get("least", expected.get("least_by_iteration_from_zero")))
    found = clearing.clear(
        array(case["liabilities"]), array(case["external_assets"]), solution="least", **options(case)
    )
    assert found.converged
    np.testing.assert_allclose(found.payments, least, rtol=0, atol=case["tolerance"])


@pytest.mark.parametrize("case", cases("02_clearing_random.json"))
def test_random_systems_clear_as_the_linear_programme_says(case):
    system, expected = load(case["file"]), case["expected"]
    n, edges = system["n"], np.array(system["edges"], dtype=float)
    liabilities = sparse.csr_array((edges[:, 2], (edges[:, 0].astype(int), edges[:, 1].astype(int))), shape=(n, n))
    assets = np.array(system["external_assets"], dtype=float)
    for solution in ("greatest", "least"):  # without default costs and with cash the two are one
        found = clearing.clear(liabilities, assets, solution=solution)
        np.testing.assert_allclose(found.payments, system["clearing_vector"], rtol=0, atol=case["tolerance"])
        assert found.defaulted.sum() == expected["n_defaults"]
        assert found.payments.sum() == pytest.approx(expected["sum_p"], abs=n * case["tolerance"])
        assert found.converged and found.residual <= 1e-12
    rounds = clearing.clear(liabilities, assets).rounds
    assert len(rounds) == expected["fda_rounds"] and len(rounds[0]) == expected["n_basic_defaults"]
    for solution in ("greatest", "least"):
        found = clearing.clear(liabilities, assets, alpha=0.8, beta=0.6, solution=solution)
        np.testing.assert_allclose(found.payments, system[f"rv_a08_b06_{solution}"], rtol=0, atol=case["tolerance"])
        assert found.defaulted.sum() == expected["rv_a08_b06"][f"defaults_{solution}"]


RING = np.roll(4.0 * np.eye(4), 1, axis=1)


def test_a_trace_of_cash_in_a_circle_pays_everything_even_from_below():
    for alpha in (1.0, 0.5):
        found = clearing.clear(RING, np.full(4, 1e-6), alpha=alpha, solution="least")
        assert found.converged and not found.defaulted.any()


def test_a_circle_without_cash_is_netted_or_frozen():
    assert clearing.clear(RING, np.zeros(4)).payments.tolist() == [4.0] * 4
    assert clearing.clear(RING, np.zeros(4), solution="least").payments.tolist() == [0.0] * 4


def test_a_trace_of_senior_debt_in_a_circle_without_cash_freezes_it():
    found = clearing.clear(RING, np.zeros(4), external_liabilities=[1e-6, 0, 0, 0], seniority="senior")
    assert found.converged
    assert found.payments.tolist() == [0.0] * 4


def test_a_slow_circle_is_solved_exactly_not_approximately():
    found = clearing.clear(RING, np.full(4, 1e-6), external_liabilities=np.full(4, 1e-5))
    np.testing.assert_allclose(found.payments, np.full(4, 1e-6 * (4 + 1e-5) / 1e-5), rtol=1e-9)


def test_paying_in_full_to_the_last_unit_is_not_default():
    found = clearing.clear([[0, 1.0], [0, 0]], [1.0, 0.0], alpha=0.5, beta=0.5)
    assert not found.defaulted.any() and found.payments[0] == 1.0
    tenths = clearing.clear([[0, 0.3], [0, 0]], [0.1 + 0.2, 0.0], alpha=0.0)
    assert not tenths.defaulted.any()


def test_an_insolvent_node_without_liabilities_inside_is_no_division_by_zero():
    found = clearing.clear(np.zeros((2, 2)), [1.0, -2.0], external_liabilities=[3.0, 0.0], seniority="senior")
    assert found.defaulted.tolist() == [True, True]
    assert found.payments.tolist() == [0.0, 0.0] and found.converged


def test_running_out_of_rounds_is_reported():
    chain = 10.0 * np.eye(12, k=1)
    found = clearing.clear(chain, np.zeros(12), max_rounds=3)
    assert not found.converged
    assert clearing.clear(chain, np.zeros(12)).converged


def test_an_empty_network_clears():
    found = clearing.clear(np.zeros((0, 0)), [])
    assert found.converged and found.payments.size == 0


@pytest.mark.parametrize(
    "arguments, options, words",
    [
        (([[0, -1.0], [0, 0]], [1, 1]), {}, "liabilities: entry [0, 1] is -1"),
        (([[1.0, 1.0], [0, 0]], [1, 1]), {}, "nobody can owe itself"),
        (([[0, 1.0, 2.0], [0, 0, 0]], [1, 1]), {}, "2 x 3; it must be square"),
        (([[0, np.nan], [0, 0]], [1, 1]), {}, "finite"),
        (([[0, 1.0], [0, 0]], [1, 1, 1]), {}, "external_assets: has shape (3,); it must have length 2"),
        (([[0, 1.0], [0, 0]], [1, 1]), {"alpha": 1.5}, "alpha: is 1.5"),
        (([[0, 1.0], [0, 0]], [1, 1]), {"seniority": "junior"}, "seniority: is 'junior'"),
        (([[0, 1.0], [0, 0]], [1, 1]), {"external_liabilities": [-1, 0]}, "0 or more"),
    ],
)
def test_a_mistake_is_named(arguments, options, words):
    with pytest.raises(UserError) as mistake:
        clearing.clear(*arguments, **options)
    assert words in str(mistake.value)


CHAIN = np.eye(3, k=1)


def test_the_threat_index_counts_everybody_a_unit_passes_through():
    assert clearing.threat_index(CHAIN, np.zeros(3)).tolist() == [2.0, 1.0, 0.0]
    assert clearing.threat_index(CHAIN, [5.0, 0, 0]).tolist() == [0.0, 0.0, 0.0]


def test_a_threat_index_that_is_not_converged_warns():
    with pytest.warns(RuntimeWarning, match="not converged"):
        clearing.threat_index(10.0 * np.eye(12, k=1), np.zeros(12), max_rounds=3)


def test_the_threat_index_is_the_slope_of_total_payments():
    rng = np.random.default_rng(5)
    liabilities = rng.integers(1, 20, (12, 12)) * (rng.random((12, 12)) < 0.4).astype(float)
    np.fill_diagonal(liabilities, 0.0)
    assets = rng.integers(0, 12, 12).astype(float)
    for alpha, beta in ((1.0, 1.0), (0.7, 0.8)):
        base = clearing.clear(liabilities, assets, alpha=alpha, beta=beta)
        index = clearing.threat_index(liabilities, assets, alpha=alpha, beta=beta)
        assert base.defaulted.any() and (index[~base.defaulted] == 0).all()
        for i in np.flatnonzero(base.defaulted):
            more = clearing.clear(liabilities, assets + 1e-6 * (np.arange(12) == i), alpha=alpha, beta=beta)
            assert (more.payments.sum() - base.payments.sum()) / 1e-6 == pytest.approx(index[i], rel=1e-6)


def test_the_cheapest_rescue_of_all_is_what_is_missing_when_all_pay():
    rescue = clearing.cheapest_rescue(CHAIN, np.zeros(3))
    assert rescue.bailout.tolist() == [1.0, 0.0, 0.0] and rescue.total == 1.0
    assert not clearing.clear(CHAIN, rescue.bailout, alpha=0.5, beta=0.5).defaulted.any()


@pytest.mark.parametrize(
    "costs",
    [{}, {"alpha": 0.6, "beta": 0.7}, {"external_liabilities": [2.0] * 8, "seniority": "senior"}],
    ids=["no costs", "costs", "senior"],
)
def test_the_cheapest_rescue_of_some_saves_them_and_costs_no_more_than_paying_them_directly(costs):
    rng = np.random.default_rng(8)
    liabilities = rng.integers(1, 20, (8, 8)) * (rng.random((8, 8)) < 0.5).astype(float)
    np.fill_diagonal(liabilities, 0.0)
    assets = rng.integers(0, 10, 8).astype(float)
    base = clearing.clear(liabilities, assets, **costs)
    protect = np.flatnonzero(base.defaulted)[:2]
    assert protect.size == 2
    rescue = clearing.cheapest_rescue(liabilities, assets, protect=protect, **costs)
    after = clearing.clear(liabilities, assets + rescue.bailout, tol=1e-9, **costs)
    assert not after.defaulted[protect].any()
    short = np.zeros(8)
    owed = liabilities.sum(axis=1) + np.array(costs.get("external_liabilities", np.zeros(8)))
    shares = (
        liabilities
        / np.maximum(liabilities.sum(axis=1) + (0 if "seniority" in costs else owed - liabilities.sum(axis=1)), 1e-300)[
            :, None
        ]
    )
    short[protect] = np.maximum(owed - assets - base.payments @ shares, 0.0)[protect]
    assert 0 < rescue.total <= short.sum() + 1e-6
    assert rescue.total <= clearing.cheapest_rescue(liabilities, assets, **costs).total + 1e-6
    starved = clearing.clear(liabilities, assets + 0.99 * rescue.bailout, tol=1e-9, **costs)
    assert starved.defaulted[protect].any()
