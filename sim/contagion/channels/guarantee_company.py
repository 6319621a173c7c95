"""Guarantee company: when the platform's company cannot pay what is called, the bank that funds the credit payment bears the loss.

Choice: users who are past due when the company cannot pay for them are written off by the bank that day, later ones on theirs.
Source: the model of the guarantee (SOURCES 1.3): the bank lends on the company's word alone.  Alternative: the bank collects itself
until the write-off age.  Reason: its loss is certain when nobody stands for it any more, and that is what spreads.
"""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.core.ledger import Purpose
from sim.core.settings import setting

PARTNER = 0  # row of the bank that funds the credit payment, as sim.markets.credit_payment.PARTNER (a test holds them equal)


class GuaranteeCompanySettings(ChannelSettings):
    """Nothing to set but what every channel has."""

    kind: Literal["guarantee_company"] = setting("guarantee_company", unit="name", source="CHANNELS")


class GuaranteeCompany(Channel):
    """Losses of the funding bank."""

    kind = "guarantee_company"
    Settings = GuaranteeCompanySettings
    purposes = (Purpose.FUNDER_LOSS,)

    def open_day(self, m) -> None:
        """A company that failed before stands for nobody: what it cannot pay is the bank's loss."""
        if self.settings.transmits and m.contagion.is_failed("guarantors"):
            self._write_off(m, 0)

    def settle(self, m, failed, round: int) -> None:
        """The bank loses what is past due; of a company that lends by itself, what it owes beyond what it has."""
        if len(failed.guarantors):
            self._write_off(m, round)

    def _write_off(self, m, round: int) -> None:
        users, books, company, purpose = m.credit_users, m.books, m.guarantors, Purpose.FUNDER_LOSS
        s = m.settings.credit_payment
        if s.model == "own_book":
            short = max(0, int(company.borrowed[0]) - int(company.cash[0]) - int(company.claims[0]))
            m.ledger.cancel(books.bank_lender_claims, PARTNER, books.guarantor_debt, 0, short, purpose=purpose)
            m.contagion.book("banks", round, self.name, PARTNER, short)
            return
        rows = np.flatnonzero((users.due_on >= 0) & (m.day - users.due_on > s.guarantee_after_days) & (users.balance > 0))
        lost = users.balance[rows].copy()
        m.ledger.cancel(books.payment_claims, PARTNER, books.payment_debt, rows, lost, purpose=purpose)
        m.contagion.book("banks", round, self.name, np.full(len(rows), PARTNER), lost)
        users.billed[rows] = users.line[rows] = 0
        done = rows[users.called[rows] == 0]
        users.due_on[done] = -1
        users.is_barred[done] = True
