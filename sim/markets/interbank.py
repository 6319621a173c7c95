"""The market between banks: who lent what to whom, the price of the securities all hold, and how a bank gets cash when it must.

A bank that needs cash takes it where it costs least: reserves, the lender of last resort (if there is one), what other banks owe it, and
last its securities, at the price its own sales bring about.

Choice: the price falls by exp(-impact x sold / all that banks hold).  Source: Cifuentes, Ferrucci and Shin (2005), section 2.
Alternative: linear impact.  Reason: the price stays above 0 whatever is sold.

Choice: buyers are outside this market.  Source: assumption.  Alternative: other banks buy.  Reason: all hold the asset and all are hit at
the same time; cash-rich buyers inside would only shift the loss among them.
"""

import numpy as np

from sim.contagion.fire_sale import capital_ratio_sale
from sim.core.kept import Kept
from sim.core.ledger import Purpose

MOST_HALVINGS = 60


class InterbankLoans(Kept):
    """Loans between banks, one number a link of the interbank network, and the price of what banks hold in common.

    lender, borrower: banks of each link.  owed: fen.  price: of securities, 1 on the first day.  impact_today: fall of the log price if all
    that banks held at first is sold; 0 unless a channel says so.  may_call_today: a bank in need may call in what banks owe it.
    stock: securities of all banks on the first day.  wanted: what each bank could not pay today, fen.
    sold_today, called_today, price_loss_today: fen, of all banks.  owed_outside: by the rest of the world, owed_to_outside: to it.
    """

    COUNTS = ("price", "stock", "sold_today", "called_today", "price_loss_today")
    ARRAYS = ("owed", "wanted", "owed_outside", "owed_to_outside")

    def __init__(self, m, deposits):
        s, graph = m.settings.bank_sheets, m.interbank
        kept = s.is_kept and s.interbank_share > 0
        self.lender, self.borrower = (ids.astype(np.int64) if kept else np.zeros(0, np.int64) for ids in graph.edges())
        self.owed = np.zeros(len(self.lender), np.int64)
        if kept:
            self.owed[:] = (s.interbank_share * deposits[self.lender] * graph.edge_weights()).astype(np.int64)
        self.wanted = np.zeros(len(m.banks) if s.is_kept else 0, np.int64)
        self.owed_outside, self.owed_to_outside = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self.price, self.stock = 1.0, 1.0
        self.open_day()

    def open_day(self) -> None:
        """Nothing sold yet; sales move no price and no bank calls loans in unless a channel says so."""
        self.impact_today, self.may_call_today = 0.0, False
        self.sold_today = self.called_today = self.price_loss_today = 0
        self.wanted[:] = 0

    def matrix(self, n_banks: int) -> np.ndarray:
        """liabilities[i, j]: what bank i owes bank j, fen, dense."""
        found = np.zeros((n_banks, n_banks))
        np.add.at(found, (self.borrower, self.lender), self.owed)
        return found

    def write_down(self, m, lost, purpose=Purpose.RESOLUTION) -> None:
        """Lenders lose `lost` on each link, fen, at most what is owed."""
        m.ledger.cancel(m.books.interbank_claims, self.lender, m.books.interbank_debts, self.borrower, lost, purpose=purpose)
        self.owed -= lost

    def repay(self, m, links, amount) -> None:
        """The borrowers of `links` pay back `amount`, fen each."""
        lender, borrower = self.lender[links], self.borrower[links]
        m.ledger.pay(m.books.bank_own, borrower, m.books.bank_own, lender, amount, purpose=Purpose.INTERBANK)
        m.ledger.cancel(m.books.interbank_claims, lender, m.books.interbank_debts, borrower, amount, purpose=Purpose.INTERBANK)
        self.owed[links] -= amount
        self.called_today += int(amount.sum())

    def call_in(self, m, bank: int, need: int) -> int:
        """A bank asks its debtors among banks for `need`, in proportion; each pays what its reserves spare.  Returns fen received."""
        links = np.flatnonzero((self.lender == bank) & (self.owed > 0))
        total = int(self.owed[links].sum())
        if total == 0 or need <= 0 or not self.may_call_today:
            return 0
        spare = np.maximum(m.sheets.reserves(m), 0)
        asked = np.minimum(-(-self.owed[links] * min(need, total) // total), self.owed[links])  # rounded up
        paid = np.minimum(asked, spare[self.borrower[links]])  # one link for each borrower
        self.repay(m, links, paid)
        return int(paid.sum())

    def sell(self, m, bank: int, need: int) -> int:
        """A bank sells securities until it has `need`, or all of them; everybody's are worth less.  Returns fen received."""
        sheets = m.sheets
        units = float(sheets.units[bank])
        if units <= 0 or need <= 0:
            return 0
        slope, price = self.impact_today / self.stock, self.price

        def brings(sold):
            return price * np.exp(-slope * sold) * sold

        most = min(units, 1.0 / slope) if slope > 0 else units  # beyond it more sales bring less money
        low, high = 0.0, most
        if brings(most) > need:
            for _ in range(MOST_HALVINGS):
                middle = .5 * (low + high)
                low, high = (low, middle) if brings(middle) >= need else (middle, high)
        return self.sell_units(m, np.array([bank]), np.array([high]))

    def sell_units(self, m, banks, units) -> int:
        """The banks `banks` sell `units` each, all at the price that their sales together bring about.  Returns fen received."""
        sheets, books = m.sheets, m.books
        self.price *= float(np.exp(-self.impact_today * float(np.sum(units)) / self.stock))
        self.mark(m)
        value = np.minimum(np.round(units * self.price).astype(np.int64), sheets.securities[banks])
        everything = units >= sheets.units[banks]
        value = np.where(everything, sheets.securities[banks], value)
        sheets.units[banks] = np.where(everything, 0.0, sheets.units[banks] - units)
        received = m.ledger.pay(books.world, 0, books.bank_own, banks, value, purpose=Purpose.SECURITIES)
        m.ledger.cancel(books.securities, banks, books.owed_outside, 0, value, purpose=Purpose.SECURITIES)
        self.sold_today += received
        return received

    def mark(self, m) -> np.ndarray:
        """Securities are booked at today's price.  Returns each bank's loss, fen."""
        sheets = m.sheets
        loss = sheets.securities - np.minimum(np.floor(sheets.units * self.price).astype(np.int64), sheets.securities)
        if loss.any():
            m.ledger.cancel(m.books.securities, np.arange(len(sheets)), m.books.owed_outside, 0, loss, purpose=Purpose.MARK_TO_MARKET)
            self.price_loss_today += int(loss.sum())
            if m.contagion.is_on:
                channel = m.channel("fire_sale")
                m.contagion.book("banks", m.contagion.round, channel.name if channel else "fire_sale", np.arange(len(sheets)), loss)
        return loss

    def deleverage(self, m) -> None:
        """Banks whose equity is below the rule sell securities until it holds, at the price that all their sales bring about.

        Source: sim.contagion.fire_sale.capital_ratio_sale; Cifuentes, Ferrucci and Shin (2005).
        """
        sheets = m.sheets
        least = m.settings.bank_sheets.least_capital_ratio + m.conditions.capital_points_today
        equity, risky, lives = sheets.equity(m), sheets.risky(m), sheets.failed_on < 0
        if not (lives & (equity < least * risky) & (sheets.securities > 0)).any() or least <= 0:
            return
        held = np.where(lives, sheets.securities, 0)
        other = np.where(lives, risky - sheets.securities, 0)
        owed = np.where(lives, sheets.deposits(m) + sheets.debts + sheets.rescue_debt, 0)
        found = capital_ratio_sale(held, np.where(lives, np.maximum(sheets.reserves(m), 0), 0), np.maximum(owed, 0), least,
                                   self.impact_today / (self.stock * self.price), interbank_assets=other)
        banks = np.flatnonzero(found.sold >= 1.0)
        if len(banks):
            units = np.where(found.sold[banks] >= held[banks], sheets.units[banks], found.sold[banks] / self.price)
            self.sell_units(m, banks, np.minimum(units, sheets.units[banks]))

    def raise_cash(self, m, bank: int, need: int) -> int:
        """A bank brings its reserves up to `need`, as far as it can; returns what it then has, fen."""
        for source in (m.rescue.lend, self.call_in, self.sell):
            missing = need - int(m.sheets.reserves(m)[bank])
            if missing <= 0:
                break
            source(m, bank, missing)
        return max(int(m.sheets.reserves(m)[bank]), 0)


# --- steps ------------------------------------------------------------------------------------------------------------


def keep_reserves(m):
    """Of what is paid back of loans outside this market today banks lend again what they can spare, so that reserves return to their share.

    A bank that today's payments left below 0 sells so much of them, at their value, unless the money market is frozen.
    Reads: banks.own_funds, conditions.renewed_today.  Writes: banks.own_funds; sheets.outside; interbank_loans.owed_outside.
    """
    sheets, s = m.sheets, m.settings.bank_sheets
    if len(sheets) == 0:
        return
    gap = (s.reserve_share * sheets.deposits(m)).astype(np.int64) - sheets.reserves(m)
    most = np.where(sheets.failed_on < 0, sheets.outside / s.outside_days, 0.0).astype(np.int64)
    below = np.minimum(np.maximum(-sheets.reserves(m), 0), np.where(sheets.failed_on < 0, sheets.outside, 0))
    below *= m.conditions.renewed_today >= 1.0
    banks, back, again = np.arange(len(sheets)), np.maximum(np.clip(gap, 0, most), below), np.clip(-gap, 0, most)
    m.ledger.pay(m.books.world, 0, m.books.bank_own, banks, back, purpose=Purpose.OUTSIDE_LOANS)
    m.ledger.cancel(m.books.outside, banks, m.books.owed_outside, 0, back, purpose=Purpose.OUTSIDE_LOANS)
    m.ledger.pay(m.books.bank_own, banks, m.books.world, 0, again, purpose=Purpose.OUTSIDE_LOANS)
    m.ledger.owe(m.books.owed_outside, 0, m.books.outside, banks, again, purpose=Purpose.OUTSIDE_LOANS)


def renew_loans(m):
    """What banks lent each other falls due bit by bit and is renewed, unless the market is frozen; who cannot pay then wants cash.

    Reads: conditions.renewed_today.  Writes: interbank_loans.owed, called_today, wanted, sold_today, price, price_loss_today, owed_outside,
    owed_to_outside; banks.own_funds; sheets.claims, debts, securities, units, rescue_debt.
    """
    loans, kept = m.interbank_loans, m.conditions.renewed_today
    if kept >= 1.0 or not loans.owed.any():
        return
    due = (loans.owed * ((1.0 - kept) / m.settings.bank_sheets.interbank_days)).astype(np.int64)
    for bank in np.flatnonzero(np.bincount(loans.borrower, due, len(m.banks))):
        links = np.flatnonzero((loans.borrower == bank) & (due > 0))
        total = int(due[links].sum())
        have = loans.raise_cash(m, int(bank), total)
        asked = np.minimum(due[links], loans.owed[links])  # others may have called in some of it meanwhile
        total = int(asked.sum())
        have = min(have, total)
        loans.repay(m, links, asked if have == total else (asked * (have / max(total, 1))).astype(np.int64))
        loans.wanted[bank] += total - have


def sell_below_rule(m):
    """Banks below the capital rule sell securities, where sales move prices.

    Writes: interbank_loans.price, sold_today, price_loss_today, owed_outside; sheets.units, securities; banks.own_funds.
    """
    if len(m.sheets) and m.interbank_loans.impact_today > 0:
        m.interbank_loans.deleverage(m)
