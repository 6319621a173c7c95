"""What every clearing vector must satisfy, on random systems with ties, sinks, cycles and empty rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from sim.contagion import fictitious_default
from sim.contagion.clearing import cheapest_rescue, clear, threat_index
from sim.contagion.instances import NETWORKS, balance_sheets

EXAMPLES = settings(max_examples=120, deadline=None, derandomize=True)


@st.composite
def systems(draw, largest=9):
    """(liabilities, external assets, options): small whole amounts, so that ties and empty rows are common."""
    n = draw(st.integers(1, largest))
    amounts = st.lists(st.integers(0, 6), min_size=n, max_size=n)
    liabilities = np.array(draw(st.lists(amounts, min_size=n, max_size=n)), dtype=float)
    kept = np.array(draw(st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=n, max_size=n)))
    liabilities = liabilities * kept
    np.fill_diagonal(liabilities, 0.0)
    assets = np.array(draw(amounts), dtype=float)
    options = {
        "external_liabilities": np.array(draw(amounts), dtype=float),
        "seniority": draw(st.sampled_from(["pari_passu", "senior"])),
        "alpha": draw(st.sampled_from([0.0, 0.3, 0.8, 1.0])),
        "beta": draw(st.sampled_from([0.0, 0.4, 0.9, 1.0])),
        "solution": draw(st.sampled_from(["greatest", "least"])),
    }
    return liabilities, assets, options


def parts(liabilities, options):
    """(total that shares pro rata, what is paid first)."""
    inside, outside = liabilities.sum(axis=1), options["external_liabilities"]
    return (inside, outside) if options["seniority"] == "senior" else (inside + outside, np.zeros_like(outside))


def inflow(liabilities, due, payments):
    return np.divide(payments, due, out=np.zeros_like(due), where=due > 0) @ liabilities


@EXAMPLES
@given(systems())
def test_nobody_pays_more_than_is_due_or_than_it_has(system):
    liabilities, assets, options = system
    due, first = parts(liabilities, options)
    found = clear(liabilities, assets, **options)
    has = assets + inflow(liabilities, due, found.payments)
    assert found.converged and found.residual <= 1e-12
    assert (found.payments >= 0).all() and (found.payments <= due).all()
    assert (found.payments <= np.maximum(has - first, 0) + 1e-9).all()
    assert (found.equity >= 0).all()


@EXAMPLES
@given(systems())
def test_debt_comes_before_equity(system):
    liabilities, assets, options = system
    found = clear(liabilities, assets, **options)
    due, _ = parts(liabilities, options)
    assert (found.equity[found.payments < due - 1e-9] == 0).all()
    assert (found.payments[~found.defaulted] == due[~found.defaulted]).all()


@EXAMPLES
@given(systems())
def test_without_default_costs_no_money_is_made_or_lost(system):
    liabilities, assets, options = system
    options |= {"alpha": 1.0, "beta": 1.0}
    found = clear(liabilities, assets, **options)
    due, first = parts(liabilities, options)
    received = inflow(liabilities, due, found.payments)
    to_first = np.minimum(assets + received, first)
    outside = found.payments - np.divide(found.payments, due, out=np.zeros_like(due), where=due > 0) * liabilities.sum(
        axis=1
    )
    assert assets.sum() == pytest.approx(found.equity.sum() + outside.sum() + to_first.sum(), abs=1e-9)


@EXAMPLES
@given(systems(), st.integers(0, 8), st.integers(1, 4))
def test_more_cash_hurts_nobody(system, who, extra):
    liabilities, assets, options = system
    more = assets.copy()
    more[who % assets.size] += extra
    before, after = clear(liabilities, assets, **options), clear(liabilities, more, **options)
    assert (after.payments >= before.payments - 1e-9).all()
    assert not (after.defaulted & ~before.defaulted).any()


@EXAMPLES
@given(systems(), st.randoms(use_true_random=False))
def test_names_do_not_matter(system, random):
    liabilities, assets, options = system
    order = list(range(assets.size))
    random.shuffle(order)
    moved = options | {"external_liabilities": options["external_liabilities"][order]}
    plain, shuffled = (
        clear(liabilities, assets, **options),
        clear(liabilities[np.ix_(order, order)], assets[order], **moved),
    )
    np.testing.assert_allclose(shuffled.payments, plain.payments[order], atol=1e-9)
    assert shuffled.defaulted.tolist() == plain.defaulted[order].tolist()


@EXAMPLES
@given(systems())
def test_clearing_what_was_cleared_changes_nothing(system):
    """Debts written down to what was paid are paid in full, by everybody."""
    liabilities, assets, options = system
    options |= {"alpha": 1.0, "beta": 1.0, "solution": "greatest"}
    due, _ = parts(liabilities, options)
    found = clear(liabilities, assets, **options)
    share = np.divide(found.payments, due, out=np.zeros_like(due), where=due > 0)
    outside = options["external_liabilities"]
    if options["seniority"] == "senior":
        outside = np.minimum(outside, assets + inflow(liabilities, due, found.payments))
    else:
        outside = share * outside
    again = clear(
        share[:, None] * liabilities, assets, external_liabilities=outside, seniority=options["seniority"], tol=1e-9
    )
    np.testing.assert_allclose(again.payments, found.payments, atol=1e-9)


@EXAMPLES
@given(systems())
def test_the_greatest_vector_is_above_the_least(system):
    liabilities, assets, options = system
    greatest = clear(liabilities, assets, **(options | {"solution": "greatest"}))
    least = clear(liabilities, assets, **(options | {"solution": "least"}))
    assert (greatest.payments >= least.payments - 1e-9).all()
    assert not (greatest.defaulted & ~least.defaulted).any()


@EXAMPLES
@given(systems(largest=5))
def test_every_set_of_defaulters_was_considered(system):
    """Against brute force: each set of defaulters gives at most one clearing vector; the library's is the greatest."""
    liabilities, assets, options = system
    options |= {"seniority": "pari_passu", "solution": "greatest", "alpha": 0.5, "beta": 0.5}
    due, _ = parts(liabilities, options)
    n = assets.size
    shares = np.divide(liabilities, due[:, None], out=np.zeros_like(liabilities), where=due[:, None] > 0)
    best = np.zeros(n)
    for members in range(2**n):
        fails = np.array([bool(members >> i & 1) for i in range(n)])
        matrix = np.where(fails[:, None], 0.5 * shares.T, 0.0)
        payments = np.linalg.solve(np.eye(n) - matrix, np.where(fails, 0.5 * assets, due))
        has = assets + payments @ shares
        if ((has >= due - 1e-9) | fails).all() and ((has < due - 1e-9) | ~fails).all():
            best = np.maximum(best, payments)
    np.testing.assert_allclose(clear(liabilities, assets, **options).payments, best, atol=1e-9)


@EXAMPLES
@given(systems())
def test_the_cheapest_rescue_of_all_leaves_no_default_and_none_is_wasted(system):
    liabilities, assets, options = system
    options = {key: value for key, value in options.items() if key != "solution"}
    rescue = cheapest_rescue(liabilities, assets, **options)
    assert not clear(liabilities, assets + rescue.bailout, **options).defaulted.any()
    index = threat_index(liabilities, assets, **options)
    assert (index >= 0).all() and (rescue.total > 0) == clear(liabilities, assets, **options).defaulted.any()


@pytest.mark.parametrize("seed", range(12))
def test_random_sparse_systems_agree_with_the_linear_programme(seed):
    """max sum p subject to p <= due, p <= e + Pi' p, solved by the greatest clearing vector, to 1e-7."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(50, 400))
    liabilities = sparse.random_array(
        (n, n), density=6 / n, rng=rng, data_sampler=lambda size: rng.lognormal(2, 1, size=size)
    ).tocsr()
    liabilities.setdiag(0.0)
    outside = rng.lognormal(1.0, 1.0, n) * (rng.random(n) < 0.7)
    due = np.asarray(liabilities.sum(axis=1)).ravel() + outside
    assets = rng.random(n) * due * rng.choice([0.3, 0.6])
    found = clear(liabilities, assets, external_liabilities=outside)
    shares = sparse.diags_array(np.divide(1.0, due, out=np.zeros(n), where=due > 0)) @ liabilities
    programme = linprog(
        -np.ones(n),
        A_ub=sparse.csc_array(sparse.eye_array(n) - shares.T),
        b_ub=assets,
        bounds=np.column_stack([np.zeros(n), due]),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert 0.05 < found.defaulted.mean() < 0.99
    assert found.converged
    np.testing.assert_allclose(found.payments, programme.x, rtol=0, atol=1e-7)


@pytest.mark.parametrize("kind", ["erdos_renyi", "scale_free", "core_periphery"])
@pytest.mark.parametrize("costs", [{}, {"alpha": 0.95, "beta": 0.95}])
def test_large_systems_clear_the_same_way_whichever_part_is_looked_at(kind, costs, monkeypatch):
    liabilities = NETWORKS[kind](12_000, 8.0, 3)
    sheets = balance_sheets(liabilities, 3, outside_share=0.5, equity_ratio=0.04)
    assets = sheets.external_assets * (1 - 0.1 * np.random.default_rng(3).random(12_000))
    found = clear(liabilities, assets, external_liabilities=sheets.external_liabilities, **costs)
    monkeypatch.setattr(fictitious_default, "SMALL", 10**9)
    whole = clear(liabilities, assets, external_liabilities=sheets.external_liabilities, **costs)
    assert found.converged and whole.converged and found.residual <= 1e-12
    assert found.rounds == whole.rounds and len(found.rounds) > 2
    np.testing.assert_allclose(found.payments, whole.payments, rtol=1e-11)
