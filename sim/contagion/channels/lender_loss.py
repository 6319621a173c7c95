"""Lender loss: what estates of shops will not pay is written off by their lenders at once, from capital; a lender without capital fails.

Choice: at once, and pledges are sold at once.  Source: assumption; accounting standards ask for a provision when a debtor has failed.
Alternative: after 180 or 360 days past due, as without this channel.  Reason: a cascade is over long before.
"""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.contagion.estates import LOAN, TERM, pledged
from sim.contagion.lenders import bear_joint_losses, cancel_at_lenders, pay_lenders
from sim.core.ledger import Purpose
from sim.core.settings import setting

BAD_FEN = 10_000  # as sim.markets.loans.BAD_FEN (a test holds them equal)
FIRST_BANK = 0  # funds the micro-loan companies


class LenderLossSettings(ChannelSettings):
    """Nothing to set but what every channel has."""

    kind: Literal["lender_loss"] = setting("lender_loss", unit="name", source="CHANNELS")


class LenderLoss(Channel):
    """Losses of micro-loan companies, banks and financiers on failed shops, and of the bank behind a company that fails."""

    kind = "lender_loss"
    Settings = LenderLossSettings
    purposes = (Purpose.LENDER_LOSS,)

    def open_day(self, m) -> None:
        """Of a micro-loan company that failed before, what its debtors cost since then is the bank's loss."""
        if self.settings.transmits and m.contagion.has_failed["lenders"].any():
            self._bank_loses(m, np.flatnonzero(m.contagion.has_failed["lenders"]), 0)

    def settle(self, m, failed, round: int) -> None:
        """Write off what the estates of shops will not pay; the bank that funds a failed micro-loan company loses what that is short of."""
        estates, books, shops, purpose = m.contagion.estates, m.books, m.merchants, Purpose.LENDER_LOSS
        estates.value()
        claims, lost = estates.newly_lost(LOAN)
        owner, lender = estates.debtor[claims], shops.lender[estates.debtor[claims]].astype(np.int64)
        m.ledger.cancel(books.loan_claim, lender, books.loan_debt, estates.ref[claims], lost, purpose=purpose)
        m.contagion.book("lenders", round, self.name, lender, lost)
        np.add.at(shops.pursued, owner, lost)
        shops.pursued_since[owner] = m.day
        shops.bad_on[owner[lost >= BAD_FEN]] = m.day
        claims, lost = estates.newly_lost(TERM)
        owner, number = estates.debtor[claims], estates.ref[claims]
        cancel_at_lenders(m, number, books.term_debt, owner, lost, purpose)
        bear_joint_losses(m, owner, number, lost)
        is_bad = lost >= BAD_FEN
        shops.term_bad_on[owner[is_bad]], shops.term_bad_by[owner[is_bad]] = m.day, number[is_bad]
        for group in m.term_lenders:
            mine, lender = group.rows(number)
            group.lenders.note_loss(lender, lost[mine])
            m.contagion.book(group.lenders.name, round, self.name, lender, lost[mine])
        self._bank_loses(m, failed.lenders, round)

    def _bank_loses(self, m, rows, round: int) -> None:
        """What the micro-loan companies `rows` are short of is gone for the bank that funds them."""
        short = np.minimum(np.maximum(0, -m.lenders.net_assets()), m.lenders.borrowed)[rows]
        m.ledger.cancel(m.books.bank_lender_claims, FIRST_BANK, m.books.lender_debt, rows, short, purpose=Purpose.LENDER_LOSS)
        m.contagion.book("banks", round, self.name, np.full(len(short), FIRST_BANK), short)

    def close_day(self, m) -> None:
        """Estates pay their lenders, pledges are sold, contracts end."""
        estates, books, shops, purpose = m.contagion.estates, m.books, m.merchants, Purpose.LOAN_REPAID
        if not self.settings.transmits or len(estates.rows) == 0:
            return
        claims = estates.of(LOAN)
        contract, owner, paid = estates.ref[claims], estates.debtor[claims], estates.paid[claims]
        lender = shops.lender[owner].astype(np.int64)
        m.ledger.pay(books.cash, owner, books.lender_cash, lender, paid, purpose=purpose)
        m.ledger.cancel(books.loan_claim, lender, books.loan_debt, contract, paid, purpose=purpose)
        m.loans.free(shops, contract)
        claims = estates.of(TERM)
        pay_lenders(m, estates.ref[claims], books.term_debt, estates.debtor[claims], estates.paid[claims], purpose)
        self._sell_pledges(m, estates.rows[shops.term_loan[estates.rows] > 0])
        ended = estates.rows[shops.term_loan[estates.rows] == 0]
        shops.term_lender[ended] = shops.term_due_on[ended] = -1
        shops.term_part_paid[ended] = shops.term_apr[ended] = shops.term_is_joint[ended] = 0

    def _sell_pledges(self, m, rows) -> None:
        """What is still owed on term loans is covered by pledges: they are sold, from outside.

        Writes: merchants.term_loan, term_pledge, inventory, collateral; the lenders' money and claims.
        """
        shops, number, worth = m.merchants, m.merchants.term_lender[rows].astype(np.int64), pledged(m, rows)
        policies = [m.term_policies[k] for k in number]
        fetched = (worth / np.maximum([each.pledge_price for each in policies], 1e-9)).astype(np.int64)
        what = np.array([each.pledges or "" for each in policies])
        for name, column in (("stock", shops.inventory), ("property", shops.collateral)):
            of = what == name
            column[rows[of]] -= np.minimum(fetched[of], column[rows[of]])
        for group in m.term_lenders:
            mine, lender = group.rows(number)
            m.ledger.pay(m.books.world, 0, group.money, lender, worth[mine], purpose=Purpose.RECOVERY)
        cancel_at_lenders(m, number, m.books.term_debt, rows, worth, Purpose.RECOVERY)
        shops.term_pledge[rows] = 0
