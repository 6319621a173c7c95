"""Reject inference: what a lender makes of applicants it refused, whose outcomes it never sees.

A card fitted to the accepted ranks everybody into bands of score; the methods differ in what they add to the next card.

Choice: none by default.  Source: Hand and Henley (1993): without outcomes of the refused there is no information about
them, only assumptions; Crook and Banasik (2004): little is gained in practice.  Alternative: parcelling or augmentation,
both here.  Reason: each can be tried, and the market knows the truth to judge it by.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from agents.lending.binning import quantile_edges
from sim.core.settings import Settings, setting


class RejectInferenceSettings(Settings):
    """What is assumed about the refused."""

    reject_inference: Literal["none", "parcelling", "augmentation"] = setting(
        "none", unit="name", source="Hand and Henley (1993); Crook and Banasik (2004)",
        meaning="none: the accepted only; parcelling: the refused at the bad rate of their band; "
                "augmentation: the accepted stand for the refused of their band")
    n_score_bands: int = setting(10, unit="bands", ge=1, le=100, source="assumption: deciles of the accepted")
    parcelling_factor: float = setting(1.5, unit="times the bad rate of the accepted in the band", ge=1, le=10,
                                       source="assumption; Siddiqi (2006, chapter 6): the refused are two to four times worse in all")


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows to fit a card to: row, is_bad and weight, all (n,); a refused applicant has a row as bad and one as good."""

    row: np.ndarray
    is_bad: np.ndarray
    weight: np.ndarray


def with_refused(points, is_approved, is_known, is_bad, settings: RejectInferenceSettings) -> Sample:
    """The sample of the next card.

    points: of every decided application by a card fitted to the accepted (n,).  is_known: approved and its outcome
    seen (n,).  is_bad: that outcome (n,).
    """
    known, refused = np.flatnonzero(is_known), np.flatnonzero(~is_approved)
    edges = quantile_edges(points[known], settings.n_score_bands)
    n_bands = len(edges) + 1
    band = np.searchsorted(edges, points)
    if settings.reject_inference == "parcelling":
        return _parcelled(band, n_bands, known, refused, is_bad[known], settings.parcelling_factor)
    weight = np.ones(len(known))
    if settings.reject_inference == "augmentation":
        weight = _augmented(band, n_bands, known, is_approved)
    return Sample(known, is_bad[known], weight)


def _parcelled(band, n_bands, known, refused, is_bad, factor):
    """A refused applicant is bad with the bad rate of its band times the factor: two rows, weighted p and 1 - p.

    Source: Siddiqi (2006, chapter 6): parcelling, with weights instead of draws.
    """
    bad_rate = np.bincount(band[known], is_bad, n_bands) / np.bincount(band[known], minlength=n_bands)
    bad_prob = np.minimum(factor * bad_rate[band[refused]], 1.0)
    return Sample(np.concatenate([known, refused, refused]),
                  np.concatenate([is_bad, np.ones(len(refused), bool), np.zeros(len(refused), bool)]),
                  np.concatenate([np.ones(len(known)), bad_prob, 1 - bad_prob]))


def _augmented(band, n_bands, known, is_approved):
    """Weights 1 / P(accepted | band), scaled to the number of accepted: they know no more than they did.

    Source: Hsia (1978); Banasik and Crook (2007).
    """
    decided, accepted = (np.bincount(rows, minlength=n_bands) for rows in (band, band[is_approved]))
    weight = decided[band[known]] / accepted[band[known]]
    return weight * (len(known) / weight.sum())
