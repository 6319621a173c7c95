"""A score's measures: what ranking, calibration and drift must satisfy whatever the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from agents.lending.discrimination import auc, brier, calibration_curve, discrimination, gini, ks, psi

EXAMPLES = settings(deadline=None, derandomize=True)
SCORES = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=200).filter(
    lambda rows: len({is_bad for _, is_bad in rows}) == 2)


def sample(rows):
    """Scores and outcomes as arrays; scores are thirtieths, so ties are many."""
    score, is_bad = zip(*rows)
    return np.array(score) / 30, np.array(is_bad)


@EXAMPLES
@given(SCORES)
def test_auc_is_that_of_scikit_learn(rows):
    score, is_bad = sample(rows)
    assert auc(score, is_bad) == pytest.approx(roc_auc_score(is_bad, score), abs=1e-12)


@EXAMPLES
@given(SCORES)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows):
    score, is_bad = sample(rows)
    distance = score[is_bad][:, None] - score[~is_bad][None, :]
    assert auc(score, is_bad) == pytest.approx(np.mean((distance > 0) + .5 * (distance == 0)), abs=1e-12)


@EXAMPLES
@given(SCORES)
def test_ks_is_the_largest_gap_of_the_roc_curve(rows):
    score, is_bad = sample(rows)
    false_alarms, hits, _ = roc_curve(is_bad, score, drop_intermediate=False)
    assert ks(score, is_bad) == pytest.approx(np.abs(hits - false_alarms).max(), abs=1e-12)


@EXAMPLES
@given(SCORES, st.sampled_from([np.exp, np.cbrt, lambda x: 5 * x - 7]))
def test_ranking_depends_on_the_order_of_scores_only(rows, transform):
    score, is_bad = sample(rows)
    assert auc(transform(score), is_bad) == auc(score, is_bad)
    assert ks(transform(score), is_bad) == ks(score, is_bad)


@EXAMPLES
@given(SCORES)
def test_a_score_turned_round_has_the_opposite_gini_and_the_same_ks(rows):
    score, is_bad = sample(rows)
    assert gini(-score, is_bad) == pytest.approx(-gini(score, is_bad), abs=1e-12)
    assert ks(-score, is_bad) == pytest.approx(ks(score, is_bad), abs=1e-12)


@EXAMPLES
@given(SCORES)
def test_brier_is_that_of_scikit_learn(rows):
    score, is_bad = sample(rows)
    assert brier(score, is_bad) == pytest.approx(brier_score_loss(is_bad, score), abs=1e-12)


@EXAMPLES
@given(SCORES, st.integers(1, 20))
def test_the_calibration_curve_loses_no_case_and_keeps_ties_together(rows, n_bins):
    score, is_bad = sample(rows)
    curve = calibration_curve(score, is_bad, n_bins)
    assert 1 <= len(curve.count) <= n_bins and curve.count.min() > 0 and curve.count.sum() == len(score)
    assert (curve.bad_share * curve.count).sum() == pytest.approx(is_bad.sum())
    assert (curve.mean_predicted * curve.count).sum() == pytest.approx(score.sum())
    assert np.all(np.diff(curve.mean_predicted) > 0)


def test_true_probabilities_are_calibrated():
    draw = np.random.default_rng(1)
    prob = draw.beta(1, 9, 50_000)
    curve = calibration_curve(prob, draw.random(50_000) < prob)
    error = np.sqrt(curve.mean_predicted * (1 - curve.mean_predicted) / curve.count)
    assert np.all(np.abs(curve.bad_share - curve.mean_predicted) < 4 * error)  # four standard errors a bin


def test_a_perfect_score_a_blind_one_and_a_perverse_one():
    is_bad = np.array([False, False, True, True])
    assert (auc(is_bad, is_bad), gini(is_bad, is_bad), ks(is_bad, is_bad), brier(is_bad, is_bad)) == (1, 1, 1, 0)
    assert (auc(np.ones(4), is_bad), ks(np.ones(4), is_bad)) == (.5, 0)
    assert auc(~is_bad, is_bad) == 0


@pytest.mark.parametrize("is_bad", [[], [True, True], [False]])
def test_without_both_classes_ranking_is_nan(is_bad):
    score = np.linspace(0, 1, len(is_bad))
    every = discrimination(score, is_bad)
    assert np.isnan([every.auc, every.gini, every.ks]).all() and every.n == len(is_bad) == every.calibration.count.sum()


def test_infinite_scores_are_ranked_and_nan_is_refused():
    is_bad = [False, True, True, False]
    assert auc([-np.inf, np.inf, 0, 0], is_bad) == (2 * 1 + 1 + .5) / 4
    with pytest.raises(ValueError, match=r"score\[2\] is nan"):
        auc([0, 1, np.nan, 1], is_bad)
    with pytest.raises(ValueError, match="shape"):
        auc([0, 1], is_bad)


@EXAMPLES
@given(st.lists(st.integers(0, 50), min_size=2, max_size=200).filter(lambda scores: min(scores) < max(scores)),
       st.lists(st.integers(-20, 70), min_size=1, max_size=200))
def test_psi_is_never_negative_and_zero_against_itself(before, now):
    assert psi(before, before) == 0 and psi(before, now) >= 0


def test_psi_grows_with_the_shift_and_matches_the_formula():
    draw = np.random.default_rng(2)
    before, now = draw.normal(size=20_000), draw.normal(size=20_000)
    shifts = [psi(before, now + shift) for shift in (0, .2, .5, 1)]
    assert shifts[0] < .002 and shifts == sorted(shifts) and shifts[-1] > .5
    edges = np.quantile(before, np.linspace(0, 1, 11)[1:-1])
    p, q = (np.bincount(np.searchsorted(edges, x), minlength=10) / len(x) for x in (before, now + .5))
    assert shifts[2] == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=.01)
    assert np.isnan([psi([], now), psi(before, []), psi([1, 1], [2])]).all()


@EXAMPLES
@given(SCORES)
def test_all_measures_come_together(rows):
    score, is_bad = sample(rows)
    every = discrimination(score, is_bad)
    assert (every.n, every.n_bads) == (len(score), is_bad.sum())
    assert (every.auc, every.gini, every.ks, every.brier) == (
        auc(score, is_bad), gini(score, is_bad), ks(score, is_bad), brier(score, is_bad))
