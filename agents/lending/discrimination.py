"""How well a score tells bad borrowers from good ones: ranking, calibration and drift.

A score of bad is higher for riskier borrowers.  `is_bad` holds yes/no, both of shape (n,).  A measure that needs both
classes, or any case at all, is nan without them.
"""

from dataclasses import dataclass

import numpy as np

from agents.lending.binning import quantile_edges


@dataclass(frozen=True, eq=False)
class CalibrationCurve:
    """What was predicted and what came, in bins of the prediction; arrays of shape (n_bins,), from safe to risky."""

    mean_predicted: np.ndarray
    bad_share: np.ndarray
    count: np.ndarray


@dataclass(frozen=True)
class Discrimination:
    """All measures of one score on one sample; `brier` and `calibration` read the score as a probability."""

    n: int
    n_bads: int
    auc: float
    gini: float
    ks: float
    brier: float
    calibration: CalibrationCurve


def discrimination(score_of_bad, is_bad) -> Discrimination:
    """Every measure of this file that needs one sample only."""
    score, is_bad = _checked(score_of_bad, is_bad)
    return Discrimination(len(score), int(is_bad.sum()), auc(score, is_bad), gini(score, is_bad), ks(score, is_bad),
                          brier(score, is_bad), calibration_curve(score, is_bad))


def auc(score_of_bad, is_bad) -> float:
    """The chance that a random bad has a higher score than a random good; ties count half.

    Source: Mann and Whitney (1947); Hanley and McNeil (1982).
    """
    goods, bads = _classes_by_score(score_of_bad, is_bad)
    pairs = int(goods.sum()) * int(bads.sum())
    goods_below = np.cumsum(goods) - goods
    return int((bads * (2 * goods_below + goods)).sum()) / (2 * pairs) if pairs else np.nan


def gini(score_of_bad, is_bad) -> float:
    """2 AUC - 1: the accuracy ratio.  Source: Engelmann, Hayden and Tasche (2003)."""
    return 2 * auc(score_of_bad, is_bad) - 1


def ks(score_of_bad, is_bad) -> float:
    """The largest distance between the score distributions of goods and bads.  Source: Kolmogorov (1933), Smirnov (1948)."""
    goods, bads = _classes_by_score(score_of_bad, is_bad)
    if not (goods.any() and bads.any()):
        return np.nan
    return float(np.abs(np.cumsum(goods) / goods.sum() - np.cumsum(bads) / bads.sum()).max())


def brier(prob_of_bad, is_bad) -> float:
    """Mean of (probability - outcome)^2; 0 is perfect.  Source: Brier (1950)."""
    prob, is_bad = _checked(prob_of_bad, is_bad)
    return float(np.mean((prob - is_bad) ** 2)) if len(prob) else np.nan


def calibration_curve(prob_of_bad, is_bad, n_bins: int = 10) -> CalibrationCurve:
    """Mean prediction and share of bads in at most `n_bins` quantile bins of the prediction; ties share a bin.

    Source: DeGroot and Fienberg (1983): reliability diagram; quantile bins as in Hosmer and Lemeshow (1980).
    """
    prob, is_bad = _checked(prob_of_bad, is_bad)
    edges = quantile_edges(prob, n_bins)
    bin_of = np.searchsorted(edges, prob)
    count = np.bincount(bin_of, minlength=len(edges) + 1)
    cases = np.maximum(count, 1)  # without any case the one bin is empty
    return CalibrationCurve(np.bincount(bin_of, prob, len(count)) / cases, np.bincount(bin_of, is_bad, len(count)) / cases, count)


def psi(score_before, score_now, n_bins: int = 10) -> float:
    """Population stability index: sum over bins of (q_b - p_b) ln(q_b / p_b), q now, p before.

    Quantile bins of the earlier sample; half a case is added to each bin, so that empty ones count but do not explode.
    By rule of thumb below .1 is stable and above .25 a shift.  nan if a sample is empty or the earlier holds one score only.
    Source: Lewis (1994); Siddiqi (2006, chapter 9); Yurdakul and Naranjo (2020).
    """
    before, now = np.asarray(score_before, dtype=float), np.asarray(score_now, dtype=float)
    edges = quantile_edges(before, n_bins)
    if not (len(edges) and len(now)):
        return np.nan
    p, q = (_smoothed_shares(np.searchsorted(edges, score), len(edges) + 1) for score in (before, now))
    return float(((q - p) * np.log(q / p)).sum())


def _smoothed_shares(bin_of, n_bins):
    """Share of each bin after half a case was added to it."""
    count = np.bincount(bin_of, minlength=n_bins) + .5
    return count / count.sum()


def _classes_by_score(score_of_bad, is_bad):
    """Goods and bads at each distinct score, from the lowest."""
    score, is_bad = _checked(score_of_bad, is_bad)
    distinct, place = np.unique(score, return_inverse=True)
    count, bads = (np.bincount(rows, minlength=len(distinct)) for rows in (place, place[is_bad]))
    return count - bads, bads


def _checked(score, is_bad):
    """Both as arrays of one length.  Raises: ValueError if the lengths differ or a score is no number."""
    score, is_bad = np.asarray(score, dtype=float), np.asarray(is_bad, dtype=bool)
    if score.shape != is_bad.shape or score.ndim != 1:
        raise ValueError(f"score: shape {score.shape} beside outcomes of shape {is_bad.shape}; both must be (n,)")
    if np.isnan(score).any():
        raise ValueError(f"score[{np.flatnonzero(np.isnan(score))[0]}] is nan; every score must be a number")
    return score, is_bad
