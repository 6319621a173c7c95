"""Deposits: at the end of each month banks pay interest on sight deposits and earn it on their reserves."""

import numpy as np

from sim.core.ledger import Purpose


def pay_deposit_interest(m):
    """One month of interest on tonight's deposits of consumers and cash of merchants, and on banks' reserves, whole fen.

    Writes: consumers.deposit, merchants.cash, banks.own_funds.  Source: M17; assumption: on the closing balance of the month.
    """
    if not m.calendar.is_month_end(m.day):
        return
    rate = m.settings.banks.deposit_apr / 12
    for account, bank in ((m.books.deposit, m.consumers.home_bank), (m.books.cash, m.merchants.home_bank)):
        interest = (account.balance * rate).astype(np.int64)
        rows = np.flatnonzero(interest)
        m.ledger.pay(m.books.bank_own, bank[rows], account, rows, interest[rows], purpose=Purpose.DEPOSIT_INTEREST)
    reserves = np.maximum(m.ledger.reserves[: len(m.banks)], 0)
    earned = (reserves * (m.settings.banks.reserve_apr / 12)).astype(np.int64)
    m.ledger.pay(m.books.world, 0, m.books.bank_own, np.arange(len(m.banks)), earned, purpose=Purpose.DEPOSIT_INTEREST)
