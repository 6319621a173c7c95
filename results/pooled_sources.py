"""What the data of several sharers tell together: AUC of a card on the columns of some sources, on the looks of `results.screening`.

A card is fitted on the shops of even number and tried on those of odd number, as for one regime alone.
"""

from itertools import combinations

import numpy as np

from agents.lending.discrimination import auc
from agents.lending.scorecard import NotFitted, ScorecardSettings, fit_scorecard
from results.open_data import THIN_DAYS
from results.screening import HORIZON_DAYS, Screening

SOURCES = ("bank_file", "limited", "order_history", "visited_file", "closed_loop")
SHARERS = ("bank_file", "limited", "visited_file")  # who judge a shop from outside, each with errors of its own
BASE = "thin_file"  # what anybody can find out
GROUPS = 4  # of shops, where each sharer knows only its own


class Sources:
    """The columns of every source on all looks, what became of the shops, and cards on any of them.

    screening: an observer that has seen a run.  luck: for what is scrambled; a test of the method, no part of the market.
    """

    def __init__(self, screening: Screening, luck: int = 1):
        looks = [(look, is_bad) for look, is_bad in screening._whole("regimes")]
        if not looks:
            raise ValueError(f"pooled sources: no look is {HORIZON_DAYS} days old yet")
        self.is_bad = np.concatenate([bad for _, bad in looks])
        self.shop = np.concatenate([look["rows"] for look, _ in looks])
        self.learns = self.shop % 2 == 0
        self.columns = {source: {name: np.concatenate([np.asarray(look["regimes"][source][name], float) for look, _ in looks])
                                 for name in looks[0][0]["regimes"][source]} for source in (BASE, *SOURCES)}
        self.is_thin = self.columns[BASE]["age_days"] < THIN_DAYS
        self._shuffled = np.random.default_rng(luck).permutation(len(self.is_bad))
        self._known: dict = {}

    def risk(self, *sources: str, noise: tuple[str, ...] = (), shown: dict | None = None) -> np.ndarray:
        """Risk of every shop tried (n_tried,) by a card on these sources; 0 for all if none can be fitted.

        noise: sources whose rows are scrambled.  shown: for a source the mask of the shops of which it tells.
        """
        key = (frozenset(sources), noise, None if shown is None else tuple((k, v.tobytes()) for k, v in shown.items()))
        if key not in self._known:
            features = {}
            for source in sources:
                for name, column in self.columns[source].items():
                    column = column[self._shuffled] if source in noise else column
                    features[f"{source} {name}"] = np.where(shown[source], column, np.nan) if shown and source in shown else column
            card = fit_scorecard({name: column[self.learns] for name, column in features.items()}, self.is_bad[self.learns],
                                 settings=ScorecardSettings())
            tried = {name: column[~self.learns] for name, column in features.items()}
            self._known[key] = np.zeros((~self.learns).sum()) if isinstance(card, NotFitted) else -card.points(tried).astype(float)
        return self._known[key]

    def auc(self, *sources: str, among=None, **how) -> float:
        """AUC of such a card on the shops tried, or on those of the mask `among` (n,)."""
        risk, is_bad = self.risk(*sources, **how), self.is_bad[~self.learns]
        chosen = slice(None) if among is None else among[~self.learns]
        return auc(risk[chosen], is_bad[chosen])

    def gain(self, source: str, onto: str, among=None, **how) -> float:
        """What `source` adds to a card on `onto`, AUC."""
        return self.auc(onto, source, among=among, **how) - self.auc(onto, among=among)

    def by_number(self) -> list[float]:
        """Mean AUC over all choices of 0, 1, ... of SHARERS beside what anybody knows: their data overlap, all know all shops."""
        return [float(np.mean([self.auc(BASE, *chosen) for chosen in combinations(SHARERS, k)])) for k in range(len(SHARERS) + 1)]

    def last_gains(self, scrambled: bool = False) -> list[float]:
        """What each of SHARERS adds to what the others tell, AUC; scrambled: if its own rows are."""
        found = []
        for source in SHARERS:
            others = (BASE, *(each for each in SHARERS if each != source))
            found.append(self.auc(*others, source, noise=(source,) if scrambled else ()) - self.auc(*others))
        return found

    def by_number_apart(self, source: str = "closed_loop") -> list[float]:
        """The same for sharers each of whom knows its own quarter of the shops only: nothing overlaps."""
        found = []
        for k in range(GROUPS + 1):
            chosen = [np.isin(self.shop // 2 % GROUPS, np.array(groups, int)) for groups in combinations(range(GROUPS), k)]
            found.append(float(np.mean([self.auc(BASE, source, shown={source: mask}) for mask in chosen])))
        return found
