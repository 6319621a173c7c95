"""Furfine cascades: rounds of worked systems, ties, banks without capital."""

import numpy as np
import pytest
from scipy import sparse

from sim.contagion import debtrank, furfine
from tests.theory.contagion_cases import array, cases, number

CASES = cases("04_furfine.json")


def exposures_of(case):
    return array(case["exposures"]) if "exposures" in case else array(case["liabilities"]).T


@pytest.mark.parametrize("form", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("case", [case for case in CASES if "seed" in case.values[0]])
def test_rounds_of_default_are_exact(case, form):
    expected = case["expected"]
    found = furfine.furfine(form(exposures_of(case)), array(case["capital"]), case["seed"], lgd=number(case["lgd"]))
    assert found.rounds == expected["rounds"]
    assert found.defaulted.sum() == expected.get("n_defaults", len(sum(expected["rounds"], [])))


def test_the_impact_matrix_is_the_published_one():
    case = next(case.values[0] for case in CASES if case.id == "FU_nrm6_impact_matrix")
    found = debtrank.impact_matrix(array(case["liabilities"]).T, array(case["capital"]))
    np.testing.assert_allclose(found, array(case["expected"]["impact_capped"]), rtol=0, atol=1e-12)


CHAIN = np.eye(3, k=-1)  # 1 has lent 1 to 0, 2 has lent 1 to 1


def test_a_loss_equal_to_capital_fails_only_if_inclusive():
    assert furfine.furfine(CHAIN, [1, 1, 1], [0]).rounds == [[0], [1], [2]]
    assert furfine.furfine(CHAIN, [1, 1, 1], [0], inclusive=False).rounds == [[0]]
    assert furfine.furfine(0.1 * CHAIN, [1, 0.07, 1], [0], lgd=0.7).rounds == [[0], [1]]  # 0.7 x 0.1 < 0.07 in binary


def test_who_has_no_loss_does_not_fail_whatever_its_capital():
    assert furfine.furfine(CHAIN, [1, 5, 0], [0]).rounds == [[0]]
    assert furfine.furfine(CHAIN, [1, 0, 5], [0], lgd=0.0).rounds == [[0]]


def test_a_prepared_network_gives_the_same_again_and_again():
    rng = np.random.default_rng(2)
    exposures = rng.random((40, 40)) * (rng.random((40, 40)) < 0.15)
    np.fill_diagonal(exposures, 0.0)
    capital = rng.random(40)
    network = furfine.CascadeNetwork(exposures, capital)
    alone = [int(furfine.furfine(exposures, capital, [i]).defaulted.sum()) for i in range(40)]
    assert network.sizes().tolist() == alone == [network.size(i) for i in range(40)]
    assert max(alone) > 3
