"""Free-interest days: the platform pays the first days' interest on loans drawn in the window; owners who did without may think again."""

from typing import Literal

import numpy as np

from agents.merchant import LEAVES, OPEN, UNDECIDED
from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.settings import setting


class FreeInterestSettings(TacticSettings):
    """How many days are free, and what they may cost."""

    kind: Literal["free_interest"] = setting("free_interest", unit="name", source="TACTICS")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True)
    free_days: int = setting(3, unit="days", ge=0, le=365, source="user", meaning="Of each loan drawn in the window, from its first")
    usual_days: float = setting(7.3, unit="days", gt=0, le=365, source="D03: how long a draw is kept",
                                meaning="Owners who think again count the free days as a part of it")


class FreeInterest(Tactic):
    """Pays back yesterday's interest on the loans that are in their free days."""

    kind = "free_interest"
    Settings = FreeInterestSettings

    def act(self, m) -> None:
        """Reads: loans.drawn_on, outstanding, daily_rate.  Writes: merchants.credit_choice, offered_offset, cash; platforms.own_funds;
        m.credit.free_interest.  Loans are served in order of contract while the budget lasts.
        """
        s, shops, loans, number = self.settings, m.merchants, m.loans, m.tactics.index(self)
        left = fen(s.budget_cny) - m.credit.free_interest.get(number, 0)
        if s.free_days == 0 or left <= 0:
            return
        points = 100 * m.settings.loans.credit_daily_rate * 365 * min(1.0, s.free_days / s.usual_days)
        if m.date == s.start:
            thinks = (shops.status == OPEN) & (shops.credit_limit > 0) & (shops.credit_choice == LEAVES) & (shops.trial == 0)
            shops.credit_choice[thinks], shops.offered_offset[thinks] = UNDECIDED, -points
        first = m.calendar.day_of(s.start)
        is_free = (loans.outstanding > 0) & (loans.drawn_on >= first) & (m.day - loans.drawn_on <= s.free_days)
        rows = np.flatnonzero(is_free)
        refund = (loans.outstanding[rows] * loans.daily_rate[rows]).astype(np.int64)
        paid = np.cumsum(refund) <= left
        rows, refund = rows[paid], refund[paid]
        total = m.ledger.pay(m.books.platform_own, 0, m.books.cash, loans.owner_of(rows), refund, purpose=Purpose.DEAL)
        m.credit.free_interest = {**m.credit.free_interest, number: m.credit.free_interest.get(number, 0) + total}
        if m.date == (s.end or s.start):
            waits = (shops.credit_choice == UNDECIDED) & (shops.offered_offset == -points)
            shops.offered_offset[waits] = 0.0
