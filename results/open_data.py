"""Shared data under a lens: who was shown which column about whom, and what each owner and group of consumers got of credit."""

import numpy as np
import pandas as pd

from results.lending import shows_lending
from sim.markets.term_credit import ASK_AGAIN_DAYS, rates

THIN_DAYS = 730  # a shop younger than this has a thin file: at most one annual statement
SIZES = ("small", "middle", "large")  # thirds by size
LOOK_COLUMNS = ["day", "look", "date", "lender", "agreement", "mode", "columns", "n_asked", "n_shown", "fee_cny"]
BORROWER_COLUMNS = ["day", "look", "lender", "agreement", "borrower", "is_shown"]


def shows_open_data(scenario) -> bool:
    """True if data are shared in this scenario, or lenders learn, so that it can be compared with one where they are."""
    return bool(scenario.agreements) or shows_lending(scenario)


class Lens:
    """An observer; `tables()` gives `looks` and `borrowers` (the audit), `merchants` and `consumers` (who got what).

    Amounts and counts are of the simulated world.
    """

    def __init__(self):
        self._looks: list[dict] = []
        self._borrowers: list[pd.DataFrame] = []
        self._sums: dict[str, np.ndarray] | None = None
        self._market = None

    def __call__(self, m) -> None:
        self._market = m
        for look in m.open_data.looks_today:
            self._keep(m, look)
        if self._sums is None:
            self._sums = {name: np.zeros(len(m.merchants)) for name in ("n_refused", "n_loans", "lent_fen", "apr_fen", "n_bad", "n_lines",
                                                                        "line_days", "n_line_bad", "refuses_days")}
            self.age = m.day - m.merchants.opened_on
        shops, sums = m.merchants, self._sums
        sums["n_refused"] += (shops.term_ask_again_on == m.day + ASK_AGAIN_DAYS) & (shops.term_applied_on < 0)
        paid = np.flatnonzero((shops.term_paid_on == m.day) & (shops.term_loan > 0))
        apr = rates(m, paid, shops.term_paid_by[paid].astype(np.int64))
        sums["n_loans"][paid] += 1
        sums["lent_fen"][paid] += shops.term_loan[paid]
        sums["apr_fen"][paid] += shops.term_loan[paid] * apr
        sums["n_bad"] += shops.term_bad_on == m.day
        sums["line_days"] += shops.credit_limit > 0
        sums["n_line_bad"] += shops.bad_on == m.day
        if len(m.open_data.refuses):
            sums["refuses_days"] += m.open_data.refuses

    def _keep(self, m, look) -> None:
        data, agreement = m.open_data, m.open_data.agreements[look.agreement]
        name, number = agreement.name or agreement.kind, len(self._looks)
        self._looks.append({"day": m.day, "look": number, "date": m.date, "lender": data.labels[look.lender], "agreement": name,
                            "mode": agreement.kind, "columns": " ".join(look.columns), "n_asked": len(look.rows),
                            "n_shown": int(look.is_shown.sum()), "fee_cny": look.fee / 100})
        self._borrowers.append(pd.DataFrame({"day": np.int32(m.day), "look": np.int32(number), "lender": data.labels[look.lender],
                                             "agreement": name, "borrower": look.rows.astype(np.int32), "is_shown": look.is_shown}))

    def tables(self) -> dict[str, pd.DataFrame]:
        """By name."""
        m = self._market
        if m is None:
            return {}
        borrowers = pd.concat(self._borrowers, ignore_index=True) if self._borrowers else pd.DataFrame(columns=BORROWER_COLUMNS)
        return {"looks": pd.DataFrame(self._looks, columns=LOOK_COLUMNS), "borrowers": borrowers, "merchants": self._merchants(m),
                "consumers": _consumers(m)}

    def _merchants(self, m) -> pd.DataFrame:
        """One row a merchant: its groups at the start, and sums over the run; default counts once a loan."""
        shops, s, days = m.merchants, self._sums, m.day + 1
        edges = np.quantile(shops.size, (1 / 3, 2 / 3))
        return pd.DataFrame({
            "merchant": np.arange(len(shops)), "is_thin": self.age < THIN_DAYS, "size": np.array(SIZES)[np.searchsorted(edges, shops.size)],
            "is_certified": shops.is_certified, "region": shops.region, "bank": np.array(m.open_data.kinds)[shops.home_bank],
            "refuses": s["refuses_days"] > 0, "n_refused": s["n_refused"], "n_loans": s["n_loans"], "lent_cny": s["lent_fen"] / 100,
            "apr_cny": s["apr_fen"] / 100, "n_bad": s["n_bad"], "line_share": s["line_days"] / days, "n_line_bad": s["n_line_bad"],
            "is_closed": shops.status != 0})


def _consumers(m) -> pd.DataFrame:
    """One row a segment and gender of users of the credit payment: who asked, who has a line, how large, how many went bad."""
    users, c = m.credit_users, m.consumers
    if len(users) == 0:
        return pd.DataFrame(columns=["segment", "is_woman", "n_asked", "n_approved", "line_cny", "n_bad", "n_refuses"])
    refuses = m.open_data.consumers_refuse if len(m.open_data.consumers_refuse) else np.zeros(len(users), bool)
    names, found = list(type(m.settings.consumers.segments).model_fields), []
    for segment in np.unique(c.segment):
        for woman in (False, True):
            mine = (c.segment == segment) & (c.is_woman == woman)
            asked = mine & (users.asked_on >= 0)
            found.append({"segment": names[segment] if segment < len(names) else str(segment), "is_woman": woman,
                          "n_asked": int(asked.sum()), "n_approved": int((asked & users.is_approved).sum()),
                          "line_cny": float(users.line[mine].sum(dtype=np.int64)) / 100, "n_bad": int((mine & (users.bad_on >= 0)).sum()),
                          "n_refuses": int((mine & refuses).sum())})
    return pd.DataFrame(found)
