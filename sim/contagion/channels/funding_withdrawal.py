"""Withdrawal of funding: a bank short of reserves renews nothing it lent to other banks and to micro-loan companies, and calls it in.

Nobody loses money by it at once; who is called needs cash, sells securities, calls in turn, lends less to shops, or fails for want of cash.
P2P companies here are funded by consumers alone: their funding is withdrawn by `panic`.
"""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.core.ledger import Purpose
from sim.core.settings import setting


class FundingWithdrawalChannelSettings(ChannelSettings):
    """How fast what banks lent to micro-loan companies falls due."""

    kind: Literal["funding_withdrawal"] = setting("funding_withdrawal", unit="name", source="CHANNELS")
    notice_days: int = setting(90, unit="days", ge=1, le=3650, source="assumption: working-capital loans run a few months",
                               meaning="What the micro-loan companies owe the first bank falls due evenly over so many days of its need")


class FundingWithdrawalChannel(Channel):
    """Banks below their least reserves hoard.  days: for which the first bank has; kept in a checkpoint."""

    kind = "funding_withdrawal"
    Settings = FundingWithdrawalChannelSettings
    purposes = (Purpose.INTERBANK,)
    COUNTS = ("days",)

    def __init__(self, settings):
        super().__init__(settings)
        self.days = 0

    def open_day(self, m) -> None:
        """Banks short of reserves call in what banks owe them; the first bank grants micro-loan companies nothing new."""
        if not self.settings.transmits or len(m.sheets) == 0:
            return
        loans, sheets = m.interbank_loans, m.sheets
        loans.may_call_today = True
        least = (m.settings.bank_sheets.least_reserve_share * sheets.deposits(m)).astype(np.int64)
        missing = least - sheets.reserves(m)
        hoards = (missing > 0) & (sheets.failed_on < 0)
        for bank in np.flatnonzero(hoards):
            loans.call_in(m, int(bank), int(missing[bank]))
        self.days = self.days + 1 if hoards[0] or sheets.failed_on[0] >= 0 else 0
        if self.days:
            m.conditions.cut_funding(1.0, min(self.days / self.settings.notice_days, 1.0))

    def settle(self, m, failed, round: int) -> None:
        """Funding stops from the next morning on."""

    def absorb(self, m, failed, round: int) -> None:
        """Somebody else funds them."""
