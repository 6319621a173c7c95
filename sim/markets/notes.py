"""P2P notes: consumers fund the P2P company's loans and nothing else; it owes them interest every month, whatever borrowers do.

Choice: notes are the company's own debt (rigid redemption), paid back as its loans are.  Source: SOURCES 1.3; the practice of 2013.
Alternative: each note bound to one borrower.  Reason: investors of the time were paid by the platform, and so could run on it.
"""

import numpy as np

from sim.core.ledger import Purpose

P2P = 1  # row of the financiers, as agents.term_lender.P2P (a test holds them equal)


def sell_notes(m, wishes):
    """Investors buy notes for loans that are granted and wait for money, all in the same proportion if they want more.

    wishes: (rows of consumers, fen each).  Reads: merchants.term_granted, term_lender.
    Writes: consumers.deposit, notes; financiers.cash, notes.
    """
    rows, wish = wishes
    offered = _waiting(m) - int(m.financiers.room(m)[P2P])
    wanted = int(wish.sum())
    if offered <= 0 or wanted == 0 or m.contagion.is_failed("financiers", P2P):
        return
    amount = wish if wanted <= offered else (wish * (offered / wanted)).astype(np.int64)
    m.ledger.pay(m.books.deposit, rows, m.books.financier_cash, P2P, amount, purpose=Purpose.NOTES)
    m.ledger.owe(m.books.note_debt, P2P, m.books.notes, rows, amount, purpose=Purpose.NOTES)


def service_notes(m):
    """At the end of a month holders are paid interest, and back what the company's loans no longer need, while its cash lasts.

    Writes: consumers.deposit, notes; financiers.cash, notes.
    """
    if not m.calendar.is_month_end(m.day) or m.financiers.notes[P2P] == 0:
        return
    books, notes = m.books, m.consumers.notes
    rows = np.flatnonzero(notes)
    excess = max(0, int(m.financiers.notes[P2P] - m.financiers.loans[P2P]) - _waiting(m))
    interest = m.ledger.owe(books.note_debt, P2P, books.notes, rows, (notes[rows] * (m.settings.p2p.note_apr / 12)).astype(np.int64),
                            purpose=Purpose.INTEREST)
    owed, due = int(m.financiers.notes[P2P]), min(interest + excess, int(m.financiers.cash[P2P]))
    paid = (notes[rows] * (due / owed)).astype(np.int64)
    m.ledger.pay(books.financier_cash, P2P, books.deposit, rows, paid, purpose=Purpose.NOTES)
    m.ledger.cancel(books.notes, rows, books.note_debt, P2P, paid, purpose=Purpose.NOTES)


def _waiting(m) -> int:
    """Granted by the P2P company and not yet paid out, fen."""
    shops = m.merchants
    return int(shops.term_granted[shops.term_lender == m.term_lenders[1].first + P2P].sum())
