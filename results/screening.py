"""Who can tell good shops from bad: every lender and every data regime against what became of the shops.

The truth is a probe: a shop counts as bad if it closes, or its owner walks away, within a year of the look, whoever lent.
A regime is judged by a scorecard fitted on the shops of even number and tried on those of odd number.
"""

import numpy as np
import pandas as pd

from agents.lending.discrimination import discrimination
from agents.lending.scorecard import NotFitted, ScorecardSettings, fit_scorecard
from sim.markets.data_sharing import REGIMES

HORIZON_DAYS = 365
NEVER = np.iinfo(np.int32).max


class Screening:
    """An observer of `Market`: looks at all open shops every `every` days from day `since`; draws and changes nothing."""

    def __init__(self, since: int = 180, every: int = 90):
        self.since, self.every = since, every
        self._looks: list[dict] = []
        self._day = -1

    def __call__(self, m) -> None:
        shops = m.merchants
        self._day = m.day
        fails = (shops.closed_on == m.day) | (shops.walked_on == m.day)
        for look in self._looks:  # the first failure after each look: a shop may open again under another name
            look["failed_on"][fails & (look["failed_on"] == NEVER)] = m.day
        if m.day < self.since or (m.day - self.since) % self.every:
            return
        rows = np.flatnonzero((shops.status == 0) & (shops.walked_on < 0))
        platform = m.platform_lender.decide(m.data_sharing.platform_view(m, rows))
        bank = m.bank_lender.decide(m.data_sharing.bank_file(m, rows))
        self._looks.append({"day": m.day, "rows": rows, "failed_on": np.full(len(shops), NEVER, np.int32),
                            "lenders": {"platform": (platform.score, platform.is_approved), "bank": (bank.score, bank.is_approved)},
                            "regimes": {regime: m.data_sharing.view(m, regime, rows).features() for regime in REGIMES}})

    def _whole(self):
        """(look, is bad) of the looks whose year is over."""
        for look in self._looks:
            if look["day"] + HORIZON_DAYS <= self._day:
                yield look, look["failed_on"][look["rows"]] <= look["day"] + HORIZON_DAYS

    def lenders(self) -> pd.DataFrame:
        """One row a look, lender and sample (accepted, or all): day, n, n_bads, auc, gini, ks, brier."""
        found = []
        for look, is_bad in self._whole():
            for lender, (score, approved) in look["lenders"].items():
                for sample, chosen in (("accepted", approved), ("all", np.ones(len(score), bool))):
                    d = discrimination(1.0 - score[chosen], is_bad[chosen])
                    found.append({"day": look["day"], "lender": lender, "sample": sample, "n": d.n, "n_bads": d.n_bads,
                                  "auc": d.auc, "gini": d.gini, "ks": d.ks, "brier": d.brier})
        return pd.DataFrame(found, columns=["day", "lender", "sample", "n", "n_bads", "auc", "gini", "ks", "brier"])

    def regimes(self) -> pd.DataFrame:
        """One row a data regime: n, n_bads (of the shops it was tried on), auc; nan if no card could be fitted."""
        looks = list(self._whole())
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
