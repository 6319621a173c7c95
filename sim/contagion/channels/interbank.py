"""Losses of banks on what failed banks owe them, shared out by the clearing vector of those who failed so far.

In each round the banks that failed pay each other and all the others what is left after their deposits, every bank that has not failed
paying in full; who cannot bear that is found by the market and fails in the next round.  Round for round that is fictitious default:
when nobody new fails the payments are those of `sim.contagion.clearing.clear`, rounded down to the fen on each loan.
Source: Eisenberg and Noe (2001), section 3.1; Rogers and Veraart (2013), section 3.
"""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.contagion.clearing import clear
from sim.core.ledger import Purpose
from sim.core.settings import setting


class InterbankSettings(ChannelSettings):
    """Nothing but its name: what banks owe each other stands with their sheets."""

    kind: Literal["interbank"] = setting("interbank", unit="name", source="CHANNELS")


class Interbank(Channel):
    """What a failed bank owes other banks comes after its deposits."""

    kind = "interbank"
    Settings = InterbankSettings
    purposes = (Purpose.RESOLUTION,)

    def settle(self, m, failed, round: int) -> None:
        """Lenders write down what the failed will not pay."""
        loans, lost = m.interbank_loans, self.lost(m, failed)
        if lost is not None:
            m.contagion.book("banks", round, self.name, loans.lender[lost > 0], lost[lost > 0])
            loans.write_down(m, lost)

    def absorb(self, m, failed, round: int) -> None:
        """The rest of the world pays it, so that it can be paid in full when the failed are resolved."""
        lost = self.lost(m, failed)
        if lost is not None:
            missing = np.bincount(m.interbank_loans.borrower, lost, len(m.banks)).astype(np.int64)
            m.ledger.pay(m.books.world, 0, m.books.bank_own, np.arange(len(missing)), missing, purpose=Purpose.OUTSIDE_LOSS)

    def lost(self, m, failed):
        """What will not be paid on each loan, fen; None if no bank failed in this round."""
        loans, sheets = m.interbank_loans, m.sheets
        if len(failed.banks) == 0 or not loans.owed.any():
            return None
        owes = loans.matrix(len(m.banks))
        due = owes.sum(axis=1)
        has_failed = sheets.failed_on == m.day
        external = np.where(has_failed, sheets.assets(m) - sheets.claims, due)  # who has not failed pays in full
        first = np.where(has_failed, sheets.deposits(m) + sheets.rescue_debt, 0)
        found = clear(owes, external.astype(float), external_liabilities=first.astype(float), seniority="senior")
        share = np.divide(found.payments, due, out=np.ones(len(due)), where=due > 0)
        share = np.where(has_failed, np.minimum(share, 1.0), 1.0)
        return loans.owed - np.floor(loans.owed * share[loans.borrower] + 1e-6).astype(np.int64)
