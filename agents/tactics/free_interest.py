"""Free-interest days: the platform pays the first days' interest on loans drawn in the window; owners who did without may think again."""

from typing import Literal

import numpy as np

from agents.merchant import LEAVES, OPEN, TAKES
from agents.owner import take_up_prob
from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms_of
from sim.core.settings import setting


class FreeInterestSettings(TacticSettings):
    """How many days are free, and what they may cost."""

    kind: Literal["free_interest"] = setting("free_interest", unit="name", source="TACTICS")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True)
    free_days: int = setting(3, unit="days", ge=0, le=365, source="user",
                             meaning="Of each loan drawn in the window, from its first, as far as they lie in the window")
    usual_days: float = setting(7.3, unit="days", gt=0, le=365, source="D03: how long a draw is kept",
                                meaning="Owners who think again count the free days as a part of it")


class FreeInterest(Tactic):
    """Pays back yesterday's interest on the loans that are in their free days."""

    kind = "free_interest"
    Settings = FreeInterestSettings

    def act(self, m) -> None:
        """Reads: loans.drawn_on, outstanding, daily_rate.  Writes: merchants.credit_choice, decided_on, cash; platforms.own_funds;
        m.credit.free_interest.  Loans are served in order of contract while the budget lasts.

        Who left at the list price P0 comes at the lower one P1 with (P1 - P0) / (1 - P0): the price moves him, not being asked again.
        Draws: FREE_INTEREST, one per merchant.
        """
        s, shops, loans, number = self.settings, m.merchants, m.loans, m.tactics.index(self)
        left = fen(s.budget_cny) - m.credit.free_interest.get(number, 0)
        if s.free_days == 0 or left <= 0:
            return
        points = 100 * m.settings.loans.credit_daily_rate * 365 * min(1.0, s.free_days / s.usual_days)
        first = m.calendar.day_of(s.start)
        if m.day == max(first, 0):
            rows = np.flatnonzero((shops.status == OPEN) & (shops.credit_limit > 0) & (shops.credit_choice == LEAVES) & (shops.trial == 0))
            usual, cheaper = take_up_prob(m, rows, 0.0), take_up_prob(m, rows, -points)
            u = uniforms_of(stream_key(m.path_seed, Stream.FREE_INTEREST, m.day), rows, number)
            comes = rows[u * (1.0 - usual) < cheaper - usual]
            shops.credit_choice[comes], shops.decided_on[comes] = TAKES, m.day
        is_free = (loans.outstanding > 0) & (loans.drawn_on >= first) & (m.day - loans.drawn_on <= s.free_days)
        rows = np.flatnonzero(is_free)
        refund = (loans.outstanding[rows] * loans.daily_rate[rows]).astype(np.int64)
        paid = np.cumsum(refund) <= left
        rows, refund = rows[paid], refund[paid]
        total = m.ledger.pay(m.books.platform_own, 0, m.books.cash, loans.owner_of(rows), refund, purpose=Purpose.DEAL)
        m.credit.free_interest = {**m.credit.free_interest, number: m.credit.free_interest.get(number, 0) + total}
