"""Networks from totals: maximum entropy, minimum density, feasibility; core-periphery fits."""

import numpy as np
import pytest

from sim.contagion import core_periphery, reconstruction
from sim.core.errors import UserError
from tests.theory.contagion_cases import cases

FILE = "10_reconstruction.json"


@pytest.mark.parametrize("case", cases(FILE, "REC"))
def test_maximum_entropy(case):
    found = reconstruction.maximum_entropy(case["row_sums_assets"], case["col_sums_liabilities"])
    np.testing.assert_allclose(found, case["expected"]["max_entropy"], rtol=0, atol=case["tolerance"])
    assert found.converged
    if "max_entropy_peer_2dp" in case["expected"]:
        np.testing.assert_allclose(found, case["expected"]["max_entropy_peer_2dp"], rtol=0, atol=0.0051)


@pytest.mark.parametrize("case", cases(FILE, "REC"))
def test_minimum_density(case):
    rows, columns = case["row_sums_assets"], case["col_sums_liabilities"]
    found = reconstruction.minimum_density(rows, columns)
    assert found.links == case["expected"]["minimum_links_exact"] and found.proven
    matrix = np.asarray(found)
    assert (matrix >= 0).all() and np.trace(matrix) == 0
    np.testing.assert_allclose(matrix.sum(axis=1), rows, atol=case["tolerance"])
    np.testing.assert_allclose(matrix.sum(axis=0), columns, atol=case["tolerance"])
    greedy = reconstruction.minimum_density(rows, columns, method="greedy")
    assert greedy.links <= case["expected"].get("peer_heuristic_links", greedy.links)


@pytest.mark.parametrize("case", cases(FILE, "FEAS"))
def test_feasibility(case):
    assert (
        reconstruction.is_feasible(case["row_sums"], case["col_sums"], case["allowed"]) is case["expected"]["feasible"]
    )
    if case["expected"]["feasible"]:
        for method in (reconstruction.maximum_entropy, reconstruction.minimum_density):
            found = np.asarray(method(case["row_sums"], case["col_sums"], allowed=case["allowed"]))
            np.testing.assert_allclose(found.sum(axis=1), case["row_sums"], rtol=1e-3, err_msg=method.__name__)
            assert (found[np.array(case["allowed"]) == 0] == 0).all()


def test_a_bank_that_must_trade_with_everybody_empties_the_other_cells():
    found = reconstruction.maximum_entropy([2, 2, 4], [2, 2, 4])
    assert found.converged and np.asarray(found).tolist() == [[0, 0, 2], [0, 0, 2], [2, 2, 0]]


def test_random_totals_are_always_met_and_the_exact_search_never_loses():
    rng = np.random.default_rng(3)
    tried = 0
    for _ in range(60):
        n = int(rng.integers(3, 8))
        lent, borrowed = rng.integers(0, 6, n).astype(float), rng.integers(0, 6, n).astype(float)
        borrowed[0] += max(lent.sum() - borrowed.sum(), 0)
        lent[1] += max(borrowed.sum() - lent.sum(), 0)
        if not reconstruction.is_feasible(lent, borrowed):
            continue
        tried += 1
        greedy = reconstruction.minimum_density(lent, borrowed, method="greedy", restarts=4)
        exact = reconstruction.minimum_density(lent, borrowed, method="exact")
        assert greedy.residual < 1e-9 and exact.residual < 1e-9
        assert exact.links <= greedy.links
        assert np.trace(greedy.matrix) == 0 and (greedy.matrix >= 0).all()
    assert tried > 20


@pytest.mark.parametrize(
    "rows, columns, words",
    [([1, 2], [1, 1], "must be equal"), ([3, 0, 1], [2, 1, 1], "node 0"), ([-1, 2], [1, 0], "0 or more")],
)
def test_totals_nobody_can_have_are_refused(rows, columns, words):
    with pytest.raises(UserError, match=words):
        reconstruction.maximum_entropy(rows, columns)


@pytest.mark.parametrize("case", cases("11_core_periphery.json"))
def test_the_best_cores(case):
    found = core_periphery.fit(case["edges"], case["n"])
    assert found.errors == case["expected"]["min_errors"]
    assert found.cores == case["expected"]["optimal_cores"]
    assert found.error_share == pytest.approx(case["expected"]["error_share"])


def planted(n, core, rng):
    links = np.zeros((n, n))
    links[:core, :core] = 1
    for i in range(core, n):
        links[i, rng.integers(core)] = links[rng.integers(core), i] = 1
    np.fill_diagonal(links, 0)
    return links


def test_the_search_finds_a_planted_core_in_a_large_network():
    found = core_periphery.fit(planted(200, 12, np.random.default_rng(4)))
    assert found.errors == 0 and found.cores == [list(range(12))]


def test_the_search_agrees_with_trying_all_cores(monkeypatch):
    rng = np.random.default_rng(6)
    for _ in range(6):
        links = planted(11, 3, rng)
        links[rng.random(links.shape) < 0.06] = 1
        np.fill_diagonal(links, 0)
        best = core_periphery.fit(links).errors
        monkeypatch.setattr(core_periphery, "EXACT_UP_TO", 0)
        assert core_periphery.fit(links).errors == best
        monkeypatch.undo()
