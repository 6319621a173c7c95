"""Who gets a line of the credit payment, and what prefix, gender and friends do for it: AUC and approval gap with each removed.

A card is fitted on the consumers of even number and tried on those of odd number; the safest `APPROVED_SHARE` of them count as
approved, whatever is removed, so that gaps can be compared.  In a world where everybody who asks gets a line (`PROBE`) the
outcomes of all are seen, not those of the accepted only.
"""

import numpy as np
import pandas as pd

from agents.lending.discrimination import auc
from agents.lending.scorecard import NotFitted, ScorecardSettings, fit_scorecard

PROBE = {"credit_payment_card.pass_mark": 0.0, "credit_payment_card.learns": False}
REMOVED = {"nothing": (), "phone prefix": ("is_139",), "gender": ("is_woman",), "friend circle": ("friends_good_share",),
           "all three": ("is_139", "is_woman", "friends_good_share")}
APPROVED_SHARE = .7
LEAST_TOLD = .0005  # information value; far below the usual .02, since the question is about weak features
COLUMNS = ["removed", "n", "n_bads", "auc", "approval_gap", "prefix_gap"]


class Fairness:
    """An observer of `Market`: looks at all users with a line every `every` days from day `since`; draws and changes nothing."""

    def __init__(self, since: int = 120, every: int = 30, horizon_days: int = 150):
        self.since, self.every, self.horizon_days = since, every, horizon_days
        self._looks: list[dict] = []
        self._bads: list[tuple[int, np.ndarray]] = []
        self._day = -1

    def __call__(self, m) -> None:
        users, self._day = m.credit_users, m.day
        bad = np.flatnonzero(users.bad_on == m.day)
        if len(bad):
            self._bads.append((m.day, bad))
        if m.day < self.since or (m.day - self.since) % self.every:
            return
        rows = np.flatnonzero((users.line > 0) & (users.due_on < 0))
        view = m.data_sharing.consumer_view(m, rows)
        self._looks.append({"day": m.day, "rows": rows, "features": view.features(), "is_woman": m.consumers.is_woman[rows].copy(),
                            "is_139": users.is_139[rows].copy()})

    def _whole(self):
        """(look, is bad) of the looks whose horizon is over."""
        for look in self._looks:
            last = look["day"] + self.horizon_days
            if last <= self._day:
                bads = [rows for day, rows in self._bads if look["day"] < day <= last]
                yield look, np.isin(look["rows"], np.concatenate(bads) if bads else [])

    def table(self) -> pd.DataFrame:
        """One row for each thing removed from the card.

        n, n_bads: cases it was tried on.  auc.  approval_gap: share of women approved less that of men.  prefix_gap: of 139
        numbers less that of 186.  nan if no card could be fitted.
        """
        looks = list(self._whole())
        if not looks:
            return pd.DataFrame(columns=COLUMNS)
        joined = {name: np.concatenate([look["features"][name] for look, _ in looks]) for name in looks[0][0]["features"]}
        is_bad = np.concatenate([bad for _, bad in looks])
        rows, woman, old = (np.concatenate([look[name] for look, _ in looks]) for name in ("rows", "is_woman", "is_139"))
        learns = rows % 2 == 0
        found = []
        for removed, without in REMOVED.items():
            shown = {name: column for name, column in joined.items() if name not in without}
            card = fit_scorecard({name: column[learns] for name, column in shown.items()}, is_bad[learns],
                                 settings=ScorecardSettings(least_information_value=LEAST_TOLD))
            row = {"removed": removed, "n": int((~learns).sum()), "n_bads": int(is_bad[~learns].sum())}
            if not isinstance(card, NotFitted):
                prob = card.probability({name: column[~learns] for name, column in shown.items()})
                approved = prob <= np.quantile(prob, APPROVED_SHARE)
                row |= {"auc": auc(prob, is_bad[~learns]), "approval_gap": _gap(approved, woman[~learns]),
                        "prefix_gap": _gap(approved, old[~learns])}
            found.append(row)
        return pd.DataFrame(found, columns=COLUMNS)


def live_gap(m) -> tuple[float, float, int]:
    """(gap, its standard error, cases): women's share less men's of those whose last decision was to grant, in the market `m` as it is.

    Source: S30; two independent binomial shares.
    """
    users = m.credit_users
    asked = users.asked_on >= 0
    woman, approved = m.consumers.is_woman[asked], users.is_approved[asked]
    error = np.sqrt(sum(np.var(approved[woman == gender]) / max((woman == gender).sum(), 1) for gender in (False, True)))
    return _gap(approved, woman), float(error), int(asked.sum())


def _gap(approved, group) -> float:
    """Share approved in the group less that of the others; nan if one is empty."""
    return float(approved[group].mean() - approved[~group].mean()) if group.any() and not group.all() else np.nan
