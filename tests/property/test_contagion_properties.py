"""What DebtRank, Furfine cascades, reconstructions and drawn networks must satisfy whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sim.contagion.debtrank import debtrank
from sim.contagion.furfine import furfine
from sim.contagion.instances import NETWORKS, balance_sheets, from_marginals
from sim.contagion.reconstruction import is_feasible, maximum_entropy, minimum_density

EXAMPLES = settings(max_examples=80, deadline=None, derandomize=True)


@st.composite
def networks(draw):
    n = draw(st.integers(1, 8))
    row = st.lists(st.integers(0, 5), min_size=n, max_size=n)
    exposures = np.array(draw(st.lists(row, min_size=n, max_size=n)), dtype=float)
    np.fill_diagonal(exposures, 0.0)
    equity = np.array(draw(st.lists(st.integers(0, 12), min_size=n, max_size=n)), dtype=float)
    shock = np.array(draw(st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0]), min_size=n, max_size=n)))
    return exposures, equity, shock


@EXAMPLES
@given(networks(), st.sampled_from(["linear", "single_hit", "nonlinear"]))
def test_debtrank_adds_to_the_shock_and_stays_below_everything(network, variant):
    exposures, equity, shock = network
    found = debtrank(exposures, equity, shock, variant=variant, alpha=2.0)
    assert (found.loss_share >= shock).all() and (found.loss_share <= 1.0).all()
    assert (np.diff(found.trajectory, axis=0) >= -1e-15).all()
    assert found.additional_stress >= 0


@EXAMPLES
@given(networks())
def test_one_hit_is_the_least_and_curvature_only_softens(network):
    exposures, equity, shock = network
    linear = debtrank(exposures, equity, shock).loss_share
    assert (debtrank(exposures, equity, shock, variant="single_hit").loss_share <= linear + 1e-12).all()
    assert (debtrank(exposures, equity, shock, variant="nonlinear", alpha=3.0).loss_share <= linear + 1e-12).all()


@EXAMPLES
@given(networks(), st.integers(0, 7), st.floats(0, 1))
def test_a_furfine_cascade_stops_only_when_nobody_else_must_fail(network, seed, lgd):
    exposures, capital, _ = network
    n = capital.size
    found = furfine(exposures, capital, [seed % n], lgd=lgd)
    loss = lgd * exposures @ found.defaulted
    others = ~found.defaulted
    assert (loss[others & (loss > 0)] < capital[others & (loss > 0)]).all()
    assert sorted(sum(found.rounds, [])) == np.flatnonzero(found.defaulted).tolist()
    for earlier, later in zip(found.rounds[:-1], found.rounds[1:]):
        assert earlier and later


@EXAMPLES
@given(networks())
def test_dense_and_sparse_are_one(network):
    exposures, equity, shock = network
    np.testing.assert_array_equal(
        debtrank(exposures, equity, shock).loss_share, debtrank(sparse.coo_matrix(exposures), equity, shock).loss_share
    )


@EXAMPLES
@given(networks())
def test_a_reconstruction_of_a_real_network_has_its_totals(network):
    exposures = network[0]
    lent, borrowed = exposures.sum(axis=1), exposures.sum(axis=0)
    assert is_feasible(lent, borrowed)
    even, sparse_one = maximum_entropy(lent, borrowed), minimum_density(lent, borrowed, method="greedy", restarts=2)
    for found in (even, sparse_one):
        assert found.converged
        np.testing.assert_allclose(found.matrix.sum(axis=1), lent, atol=1e-8)
        np.testing.assert_allclose(found.matrix.sum(axis=0), borrowed, atol=1e-8)
        assert np.trace(found.matrix) == 0
    assert sparse_one.links <= np.count_nonzero(exposures)


@pytest.mark.parametrize("kind", NETWORKS)
def test_drawn_networks_have_their_degree_no_self_links_and_solvent_banks(kind):
    network = NETWORKS[kind](3000, 8.0, 5)
    assert network.nnz / 3000 == pytest.approx(8.0, rel=0.12)
    assert network.diagonal().sum() == 0 and (network.data > 0).all()
    np.testing.assert_array_equal(network.data, NETWORKS[kind](3000, 8.0, 5).data)
    sheets = balance_sheets(network, 5)
    lent, borrowed = network.sum(axis=0), network.sum(axis=1)
    assert (sheets.equity[borrowed + lent > 0] > 0).all() and (sheets.external_assets >= 0).all()
    np.testing.assert_allclose(sheets.external_assets + lent, borrowed + sheets.external_liabilities + sheets.equity)


def test_a_scale_free_network_has_hubs_and_a_random_one_has_none():
    assert np.diff(NETWORKS["scale_free"](3000, 8.0, 5).indptr).max() > 150
    assert np.diff(NETWORKS["erdos_renyi"](3000, 8.0, 5).indptr).max() < 30


def test_a_network_from_totals_has_them():
    network = from_marginals([3, 1, 2], [2, 2, 2])
    np.testing.assert_allclose(network.sum(axis=0), [3, 1, 2])
    np.testing.assert_allclose(network.sum(axis=1), [2, 2, 2])
