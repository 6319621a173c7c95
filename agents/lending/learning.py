"""A lender that learns: what it has seen of its own applicants, and when it makes a new card of that.

Choice: the sample of a card is every approved application whose outcome the lender has been told.  Source: DESIGN 4.8.
Alternative: a moving window.  Reason: bads are few; drift is measured (PSI) rather than forgotten.  Whoever tells
outcomes should tell goods and bads of the same age: bads are known sooner, and a sample of early bads is tilted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from agents.lending.binning import as_column
from agents.lending.discrimination import auc, psi
from agents.lending.reject_inference import RejectInferenceSettings, with_refused
from agents.lending.scorecard import NotFitted, Scorecard, ScorecardSettings, fit_scorecard
from sim.core.settings import setting

UNKNOWN, GOOD, BAD = -1, 0, 1  # outcomes
OWN_COLUMNS = {"id": np.int64, "day": np.int32, "is_approved": np.bool_, "outcome": np.int8, "is_in_last_fit": np.bool_}


class LearningSettings(RejectInferenceSettings):
    """When a lender makes a new card."""

    least_new_bads: int = setting(30, unit="bads", ge=1, le=1_000_000, source="DESIGN 4.8; assumption: enough to move a card",
                                  meaning="New bads since the last fit before the next is tried")
    least_days_between_fits: int = setting(30, unit="days", ge=1, le=3650, source="DESIGN 4.8: re-fitted at most monthly")


class Experience:
    """Every application one lender has decided, in order of id.

    `experience["outcome"]`: a column of `OWN_COLUMNS` (n,), to look at; `features`: what the lender saw of each applicant.
    """

    def __init__(self):
        self._n = self._n_bads_at_last_fit = 0
        self._own = {name: np.empty(0, dtype) for name, dtype in OWN_COLUMNS.items()}
        self._features = {}

    def __len__(self):
        return self._n

    def __getitem__(self, name: str) -> np.ndarray:
        return self._own[name][:self._n]

    @property
    def features(self) -> dict[str, np.ndarray]:
        """The columns as they were seen, (n,) each; nan or empty text where a feature was not yet, or no longer, seen."""
        return {name: column[:self._n] for name, column in self._features.items()}

    @property
    def n_bads(self) -> int:
        """Bads seen so far."""
        return int(np.count_nonzero(self["outcome"] == BAD))

    @property
    def n_new_bads(self) -> int:
        """Bads seen since the last fit."""
        return self.n_bads - self._n_bads_at_last_fit

    def add(self, ids, day, features: Mapping[str, np.ndarray], is_approved) -> None:
        """Remember applications: ids (n,), unused so far; day, one or (n,); features, columns (n,); is_approved (n,).

        Raises: ValueError if an id is taken, lengths differ or a feature of numbers turns into text.
        """
        ids = np.asarray(ids, dtype=np.int64)
        if len(ids) == 0:
            return
        columns = {name: _compact(name, values, self._features.get(name)) for name, values in features.items()}
        for name, column in {"is_approved": np.asarray(is_approved), **columns}.items():
            if column.shape != ids.shape:
                raise ValueError(f"add: {name} has shape {column.shape} beside {ids.shape} ids")
        distinct, count = np.unique(ids, return_counts=True)
        taken = distinct[(count > 1) | (self._row(distinct) >= 0)]
        if len(taken):
            raise ValueError(f"add: application {taken[0]} was decided before; each needs an id of its own")
        new = {"id": ids, "day": np.broadcast_to(day, ids.shape), "is_approved": is_approved,
               "outcome": np.full(len(ids), UNKNOWN), "is_in_last_fit": np.zeros(len(ids), bool)}
        self._own = {name: _extended(column, self._n, np.asarray(new[name], column.dtype)) for name, column in self._own.items()}
        for name in dict.fromkeys([*self._features, *columns]):
            here, more = self._features.get(name), columns.get(name)
            here = _missing(self._n, like=more) if here is None else here
            self._features[name] = _extended(here, self._n, _missing(len(ids), like=here) if more is None else more)
        self._n += len(ids)
        self._keep_order()

    def observe(self, ids, is_bad) -> None:
        """Learn how approved applications ended.  Raises: ValueError if one is unknown or was refused."""
        ids = np.asarray(ids, dtype=np.int64)
        row = self._row(ids)
        strange = (row < 0) | ~self["is_approved"][row] if len(self) else np.ones(len(ids), bool)
        if strange.any():
            raise ValueError(f"observe: application {ids[strange][0]} was never approved here; only approved ones have an outcome")
        self["outcome"][row] = np.where(is_bad, BAD, GOOD)

    def note_fit(self, is_in_sample) -> None:
        """Remember the sample of a fit (n,) and count new bads from here."""
        self["is_in_last_fit"][:] = is_in_sample
        self._n_bads_at_last_fit = self.n_bads

    def state(self) -> dict:
        """Everything as plain arrays and numbers, to be pickled."""
        return {"n_bads_at_last_fit": self._n_bads_at_last_fit, "own": {name: self[name].copy() for name in OWN_COLUMNS},
                "features": {name: column.copy() for name, column in self.features.items()}}

    def restore(self, state: dict) -> None:
        """Become what `state` was taken from."""
        self._n, self._n_bads_at_last_fit = len(state["own"]["id"]), state["n_bads_at_last_fit"]
        self._own = {name: column.copy() for name, column in state["own"].items()}
        self._features = {name: column.copy() for name, column in state["features"].items()}

    def _row(self, ids):
        """Row of each id, -1 where it is not known."""
        if len(self) == 0:
            return np.full(len(ids), -1)
        row = np.minimum(np.searchsorted(self["id"], ids), len(self) - 1)
        return np.where(self["id"][row] == ids, row, -1)

    def _keep_order(self):
        """Put the rows in order of id."""
        if np.all(self["id"][1:] > self["id"][:-1]):
            return
        order = np.argsort(self["id"])
        for column in (*self._own.values(), *self._features.values()):
            column[:self._n] = column[:self._n][order]


def _compact(name, values, known):
    """A column as it is kept: yes/no and numbers in their own type, all else as text; a column that is known keeps to its kind."""
    column = np.asarray(values)
    is_text = None if known is None else known.dtype.kind == "U"
    if column.dtype.kind in "biuf" and not is_text:
        return column
    try:
        return as_column(column, is_text)
    except ValueError as error:
        raise ValueError(f"add: feature {name} was numbers so far; {error}") from None


def _missing(n, like):
    """n missing values for a column of this kind."""
    if n == 0:
        return np.empty(0, like.dtype)
    return np.full(n, "") if like.dtype.kind == "U" else np.full(n, np.nan)


def _extended(column, n, more):
    """The n used places of a column with `more` after them; room doubles when it runs out or the type must widen."""
    dtype = np.result_type(column.dtype, more.dtype)
    if n + len(more) > len(column) or dtype != column.dtype:
        roomy = np.empty(max(2 * len(column), n + len(more)), dtype)
        roomy[:n] = column[:n]
        column = roomy
    column[n:n + len(more)] = more
    return column


@dataclass(frozen=True)
class Fit:
    """One attempt to make a card.

    n, n_bads: outcomes it was made from.  auc: of the new card on them.  psi: shift of the points of the card in use
    from the sample of the last fit to the outcomes seen since; nan at the first.  reason: why there is no new card, or empty.
    """

    day: int
    n: int
    n_bads: int
    auc: float
    psi: float
    reason: str


class LearningCard:
    """A card that starts as an expert's rule and is fitted anew as outcomes come in.

    expert: features -> score (n,), 0-1, higher is safer.  card: the fitted card in use, or None.  fits: every attempt.
    """

    def __init__(self, expert: Callable[[Mapping[str, np.ndarray]], np.ndarray], settings: LearningSettings,
                 scorecard_settings: ScorecardSettings):
        self.expert, self.settings, self.scorecard_settings = expert, settings, scorecard_settings
        self.experience = Experience()
        self.card: Scorecard | None = None
        self.fits: list[Fit] = []

    def score(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Probability of bad (n,): by the card, or one minus the expert's score until there is one.

        What the card knows and nobody shows any more is missing.
        """
        if self.card is None:
            return 1 - self.expert(features)
        blank = np.full(len(next(iter(features.values()))), np.nan)
        return self.card.probability({**{feature.name: blank for feature in self.card.features}, **features})

    def is_due(self, day: int) -> bool:
        """True if enough new bads were seen and the last attempt is long enough ago."""
        is_rested = not self.fits or day - self.fits[-1].day >= self.settings.least_days_between_fits
        return is_rested and self.experience.n_new_bads >= self.settings.least_new_bads

    def update(self, day: int) -> Fit | None:
        """Make a new card if one is due, and record how it went; what was in use stays if none comes out."""
        if not self.is_due(day):
            return None
        seen = self.experience
        is_known, is_bad = seen["outcome"] != UNKNOWN, seen["outcome"] == BAD
        made = self._fit(is_known, is_bad)
        if isinstance(made, NotFitted):
            fit = Fit(day, int(is_known.sum()), seen.n_bads, np.nan, np.nan, made.reason)
        else:
            risk = -made.points(seen.features)
            fit = Fit(day, int(is_known.sum()), seen.n_bads, auc(risk[is_known], is_bad[is_known]), self._shift(is_known), "")
            self.card = made
            seen.note_fit(is_known)
        self.fits.append(fit)
        return fit

    def _fit(self, is_known, is_bad):
        """A card from the outcomes seen and, if asked, from what is assumed about the refused."""
        features, settings = self.experience.features, self.scorecard_settings
        card = fit_scorecard(_rows(features, is_known), is_bad[is_known], settings=settings)
        if isinstance(card, NotFitted) or self.settings.reject_inference == "none":
            return card
        sample = with_refused(card.points(features), self.experience["is_approved"], is_known, is_bad, self.settings)
        return fit_scorecard(_rows(features, sample.row), sample.is_bad, settings=settings, weights=sample.weight)

    def _shift(self, is_known):
        """PSI of the points of the card in use, from the sample of the last fit to what became known since."""
        if self.card is None:
            return np.nan
        points, was_in = self.card.points(self.experience.features), self.experience["is_in_last_fit"]
        return psi(points[was_in], points[is_known & ~was_in])

    def state(self) -> dict:
        """What was learnt, to be pickled; the expert and the settings are the scenario's."""
        return {"experience": self.experience.state(), "card": self.card, "fits": list(self.fits)}

    def restore(self, state: dict) -> None:
        """Become what `state` was taken from."""
        self.experience.restore(state["experience"])
        self.card, self.fits = state["card"], list(state["fits"])


class Learner:
    """A policy that learns from its own cases: it keeps them, is told how they ended, and may make a new card.

    learning: its `LearningCard`.  settings.outcome_days: when a case is judged.
    """

    learning: LearningCard

    def remember(self, ids, day: int, view, decision) -> None:
        """Keep the applications `ids` of today with what was seen of them."""
        self.learning.experience.add(ids, day, view.features(), decision.is_approved)

    def cases_to_judge(self, day: int) -> np.ndarray:
        """Ids of approved applications whose time is up today."""
        seen = self.learning.experience
        return seen["id"][(seen["day"] == day - self.settings.outcome_days) & seen["is_approved"]]

    def learn(self, ids, is_bad, day: int) -> None:
        """Note how the cases `ids` ended and make a new card if one is due."""
        if len(ids):
            self.learning.experience.observe(ids, is_bad)
        self.learning.update(day)

    def state(self) -> dict:
        """What was learnt."""
        return self.learning.state()

    def restore(self, state: dict) -> None:
        """Become what `state` was taken from."""
        self.learning.restore(state)


def _rows(features, rows):
    """Some rows of every column."""
    return {name: column[rows] for name, column in features.items()}
