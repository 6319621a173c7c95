"""Claims of lenders of term loans, who stand in two groups of the books (banks, financiers): move them by the lenders' numbers.

number: among all lenders of term loans, (n,); debt: an account of merchants; rows: merchants; amount: fen.
"""

import numpy as np

from sim.core.ledger import Purpose


def cancel_at_lenders(m, number, debt, rows, amount, purpose) -> None:
    """Lenders give up what the merchants `rows` owe."""
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        m.ledger.cancel(group.claims, lender, debt, rows[mine], amount[mine], purpose=purpose)


def owe_lenders(m, number, debt, rows, amount, purpose) -> None:
    """The merchants `rows` owe lenders more."""
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        m.ledger.owe(debt, rows[mine], group.claims, lender, amount[mine], purpose=purpose)


def pay_lenders(m, number, debt, rows, amount, purpose) -> None:
    """The merchants `rows` pay lenders from cash what they owe."""
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        m.ledger.pay(m.books.cash, rows[mine], group.money, lender, amount[mine], purpose=purpose)
        m.ledger.cancel(group.claims, lender, debt, rows[mine], amount[mine], purpose=purpose)


def bear_joint_losses(m, rows, number, lost) -> None:
    """The platform pays lenders its share of what they just lost on joint loans of `rows` (`sim/markets/joint_loans.py`)."""
    borne = (lost * m.settings.joint_loans.loss_share).astype(np.int64) * m.merchants.term_is_joint[rows]
    if not borne.any():
        return
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        m.ledger.pay(m.books.platform_own, 0, group.money, lender, borne[mine], purpose=Purpose.JOINT_LOSS)
