"""Who can tell good shops from bad: every lender and every data regime against what became of the shops.

Samples.  "own": what the lender sees, those it approved, by its own outcomes in its own window.  "all": the truth, a probe as
if every open shop had been lent to, in which a shop is bad if it closes, or its owner walks away, within a year of the look,
whoever lent.  "accepted": the probe on those it approved.
A lender that has fitted a card states a probability, carried from its own window to the year of the probe; an expert's points
only rank, and are read as one minus a probability where a number is asked for.
A regime is judged by a scorecard fitted on the shops of even number and tried on those of odd number.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from agents.lending.binning import quantile_edges
from agents.lending.discrimination import calibration_curve, discrimination, psi
from agents.lending.learning import Fit
from agents.lending.scorecard import NotFitted, Scorecard, ScorecardSettings, fit_scorecard
from results.lenders import lenders_of
from sim.markets.data_sharing import REGIMES

HORIZON_DAYS = 365
NEVER = np.iinfo(np.int32).max
SCORE_COLUMNS = ["day", "lender", "sample", "n", "n_bads", "auc", "gini", "ks", "brier", "says_probability", "approved_share"]
CURVE_COLUMNS = ["mean_predicted", "bad_share", "count"]
DRIFT_COLUMNS = ["day", "lender", "sample", "n", "psi", "psi_same_card", "approved_share"]
SHIFT_COLUMNS = ["lender", "band", "first_share", "last_share", "first_day", "last_day"]
FIT_COLUMNS = ["lender", "day", "n", "n_bads", "auc", "psi", "reason"]


@dataclass(frozen=True)
class Answer:
    """What a lender said of every shop of a look, (n,).

    risk: of bad within a year, 0-1.  own_risk: within its own window of `own_days`.  marks: by its first card alone.
    """

    risk: np.ndarray
    own_risk: np.ndarray
    own_days: int
    is_approved: np.ndarray
    says_probability: bool
    marks: np.ndarray


@dataclass(frozen=True)
class First:
    """A lender's first look, or the first with a card of its own: what drift is measured from."""

    day: int
    card: Scorecard | None
    answer: Answer


class Screening:
    """An observer of `Market`: looks at all open shops from day `since` and draws and changes nothing.

    every: days between looks at what the lenders say; regimes_every: at what each regime shows, which takes more memory.
    """

    def __init__(self, since: int = 180, every: int = 30, regimes_every: int = 90):
        self.since, self.every, self.regimes_every = since, every, regimes_every
        self._looks: list[dict] = []
        self._drift: list[dict] = []
        self._first: dict[str, First] = {}  # of each lender, by its scores as given
        self._first_of_card: dict[str, First] = {}
        self._fits: dict[str, list[Fit]] = {}
        self._day = -1

    def __call__(self, m) -> None:
        shops = m.merchants
        self._day = m.day
        fails = (shops.closed_on == m.day) | (shops.walked_on == m.day)
        for look in self._looks:  # the first failure after each look: a shop may open again under another name
            look["failed_on"][fails & (look["failed_on"] == NEVER)] = m.day
        lenders = lenders_of(m)
        self._fits = {name: lender.policy.learning.fits for name, lender in lenders.items() if hasattr(lender.policy, "learning")}
        self._note_outcomes(lenders)
        asks, shows = ((m.day >= self.since and (m.day - self.since) % every == 0) for every in (self.every, self.regimes_every))
        if not (asks or shows):
            return
        rows = np.flatnonzero((shops.status == 0) & (shops.walked_on < 0)).astype(np.int32)
        look = {"day": m.day, "rows": rows, "failed_on": np.full(len(shops), NEVER, np.int32), "lenders": {}, "regimes": {}, "own": {}}
        if asks:
            look["lenders"] = {name: self._ask(name, lender, rows) for name, lender in lenders.items()}
        if shows:
            look["regimes"] = {regime: m.data_sharing.view(m, regime, rows).features() for regime in REGIMES}
        self._looks.append(look)

    def _ask(self, name, lender, rows) -> Answer:
        """The lender's answer on the shops `rows`; its drift is noted."""
        view = lender.view(rows)
        decision = lender.policy.decide(view)
        card = getattr(getattr(lender.policy, "learning", None), "card", None)
        own_days = getattr(lender.policy.settings, "outcome_days", HORIZON_DAYS)
        own_risk = risk = (1.0 - decision.score).astype(np.float32)
        if card is not None:
            within = lender.policy.learning.score(view.features())
            own_risk, risk = (x.astype(np.float32) for x in (within, 1.0 - (1.0 - within) ** (HORIZON_DAYS / own_days)))
        answer = Answer(risk, own_risk, own_days, decision.is_approved, card is not None, risk)
        same = self._first_of_card.get(name)
        if same is None or same.card is None and card is not None:
            same = First(self._day, card, answer)
        if same.card is not None:
            answer = replace(answer, marks=-same.card.points(view.features()).astype(np.float32))
            same = replace(same, answer=answer) if same.day == self._day else same
        self._first_of_card[name] = same
        first = self._first.setdefault(name, same)
        for sample, now, then, before in (("accepted", answer.is_approved, first.answer.is_approved, same.answer.is_approved),
                                          ("all", slice(None), slice(None), slice(None))):
            self._drift.append({"day": self._day, "lender": name, "sample": sample, "n": len(answer.risk[now]),
                                "psi": psi(first.answer.risk[then], answer.risk[now]),
                                "psi_same_card": psi(same.answer.marks[before], answer.marks[now]),
                                "approved_share": float(answer.is_approved.mean()) if len(rows) else np.nan})
        return answer

    def _note_outcomes(self, lenders) -> None:
        """Of looks that are as old today as a lender's own window: how those it approved ended, as far as it was told."""
        for look in self._looks:
            for name, answer in look["lenders"].items():
                if look["day"] + answer.own_days == self._day and lenders[name].outcomes is not None:
                    is_known, is_bad = lenders[name].outcomes(look["rows"], answer.own_days)
                    look["own"][name] = is_known & answer.is_approved, is_bad

    def _whole(self, what: str):
        """(look, is bad) of the looks at `what`, "lenders" or "regimes", whose year is over."""
        for look in self._looks:
            if look[what] and look["day"] + HORIZON_DAYS <= self._day:
                yield look, look["failed_on"][look["rows"]] <= look["day"] + HORIZON_DAYS

    def _samples(self):
        """(day, lender, sample, risk, is bad, answer) of every look whose time is up."""
        for look in self._looks:
            for lender, (chosen, is_bad) in look["own"].items():
                answer = look["lenders"][lender]
                yield look["day"], lender, "own", answer.own_risk[chosen], is_bad[chosen], answer
        for look, is_bad in self._whole("lenders"):
            for lender, answer in look["lenders"].items():
                for sample, chosen in (("accepted", answer.is_approved), ("all", slice(None))):
                    yield look["day"], lender, sample, answer.risk[chosen], is_bad[chosen], answer

    def lenders(self) -> pd.DataFrame:
        """One row a look, lender and sample (own, accepted or all): how well its score tells those who turned bad."""
        found = []
        for day, lender, sample, risk, is_bad, answer in self._samples():
            d = discrimination(risk, is_bad)
            found.append({"day": day, "lender": lender, "sample": sample, "n": d.n, "n_bads": d.n_bads, "auc": d.auc, "gini": d.gini,
                          "ks": d.ks, "brier": d.brier, "says_probability": answer.says_probability,
                          "approved_share": float(answer.is_approved.mean()) if len(answer.risk) else np.nan})
        return pd.DataFrame(found, columns=SCORE_COLUMNS)

    def calibration_by_month(self) -> pd.DataFrame:
        """One row a look, lender, sample and bin of the score: mean prediction, share that turned bad, shops."""
        found = [_curve(risk, is_bad).assign(day=day, lender=lender, sample=sample, says_probability=answer.says_probability)
                 for day, lender, sample, risk, is_bad, answer in self._samples()]
        return _joined(found, ["day", "lender", "sample", "says_probability", "bin", *CURVE_COLUMNS])

    def calibration(self) -> pd.DataFrame:
        """The same over all looks at once, of lenders while they stated a probability."""
        pooled: dict = {}
        for _, lender, sample, risk, is_bad, answer in self._samples():
            if answer.says_probability:
                pooled.setdefault((lender, sample), []).append((risk, is_bad))
        found = [_curve(*map(np.concatenate, zip(*each))).assign(lender=lender, sample=sample) for (lender, sample), each in pooled.items()]
        return _joined(found, ["lender", "sample", "bin", *CURVE_COLUMNS])

    def drift(self) -> pd.DataFrame:
        """One row a look, lender and sample: PSI of its scores against its first look, and of its first card's points alone.

        The first moves with the applicants and with every new card, the second only with the applicants.
        """
        return pd.DataFrame(self._drift, columns=DRIFT_COLUMNS)

    def shift(self) -> pd.DataFrame:
        """One row a lender and band, from safe to risky: shares of shops at the first and the last look, by the first card alone.

        Bands are tenths of the first look, fewer where scores are tied.
        """
        found = []
        asked = [look for look in self._looks if look["lenders"]]
        for name, first in self._first_of_card.items():
            edges = quantile_edges(first.answer.marks, 10)
            shares = [np.bincount(np.searchsorted(edges, marks), minlength=len(edges) + 1) / max(len(marks), 1)
                      for marks in (first.answer.marks, asked[-1]["lenders"][name].marks)]
            found.append(pd.DataFrame({"lender": name, "band": np.arange(1, len(edges) + 2), "first_share": shares[0],
                                       "last_share": shares[1], "first_day": first.day, "last_day": asked[-1]["day"]}))
        return _joined(found, SHIFT_COLUMNS)

    def fits(self) -> pd.DataFrame:
        """One row a lender and attempt to make a card; `reason` says why there is no new one, and is empty if there is."""
        known: dict = {}
        for lender, fits in self._fits.items():
            known.setdefault(id(fits), (lender, fits))  # lenders that share a policy made one card
        return pd.DataFrame([{"lender": lender, **vars(fit)} for lender, fits in known.values() for fit in fits], columns=FIT_COLUMNS)

    def regimes(self) -> pd.DataFrame:
        """One row a data regime: n, n_bads (of the shops it was tried on), auc; nan if no card could be fitted."""
        looks = list(self._whole("regimes"))
        found = []
        for regime in REGIMES:
            if not looks:
                continue
            shown = [look["regimes"][regime] for look, _ in looks]
            features = {name: np.concatenate([each[name] for each in shown]) for name in shown[0]}
            is_bad = np.concatenate([bad for _, bad in looks])
            learns = np.concatenate([look["rows"] for look, _ in looks]) % 2 == 0
            card = fit_scorecard({name: column[learns] for name, column in features.items()}, is_bad[learns], settings=ScorecardSettings())
            tried = {name: column[~learns] for name, column in features.items()}
            auc = np.nan if isinstance(card, NotFitted) else discrimination(card.probability(tried), is_bad[~learns]).auc
            found.append({"regime": regime, "n": int((~learns).sum()), "n_bads": int(is_bad[~learns].sum()), "auc": auc})
        return pd.DataFrame(found, columns=["regime", "n", "n_bads", "auc"])


def _curve(risk, is_bad) -> pd.DataFrame:
    """The calibration curve as a table: bin (from 1), mean_predicted, bad_share, count."""
    curve = calibration_curve(risk, is_bad)
    return pd.DataFrame({"bin": np.arange(1, len(curve.count) + 1), **{name: getattr(curve, name) for name in CURVE_COLUMNS}})


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
