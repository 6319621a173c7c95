"""Bank loans the slow way: applications wait for an officer; term loans with fixed monthly instalments.

Choice: an application is decided in the order it arrived, by the bank's officers only.  Source: S17, S20.
Alternative: a delay without a queue.  Reason: capacity is the point: with few officers small clients wait or leave.
"""

import numpy as np

from sim.core.finance import annuity, fen
from sim.core.kernels import kernel
from sim.core.ledger import Purpose

PATIENCE_DAYS = 120  # an application older than this is withdrawn (assumption)


def decide_applications(m, capacity):
    """Each bank decides its oldest applications up to its officers' capacity and pays out the approved.

    capacity: whole applications per bank, shape (n_banks,).  Reads: merchants.bank_applied_on, the bank file.
    Writes: merchants.bank_applied_on, bank_loan, bank_instalment, bank_due_on, bank_lender, bank_carry, cash;
    banks.own_funds, loans, queue, capacity_carry, applications_today, approvals_today.
    """
    banks, shops, s = m.banks, m.merchants, m.settings.banks
    banks.applications_today[:] = banks.approvals_today[:] = 0
    stale = (shops.bank_applied_on >= 0) & ((m.day - shops.bank_applied_on > PATIENCE_DAYS) | (shops.status != 0))
    shops.bank_applied_on[stale] = -1
    waiting = np.flatnonzero(shops.bank_applied_on >= 0)
    waiting = waiting[np.lexsort((waiting, shops.bank_applied_on[waiting]))]
    chosen = _first_of_each(shops.home_bank[waiting], capacity)
    rows = waiting[chosen]
    served = np.bincount(shops.home_bank[rows], minlength=len(banks))
    banks.capacity_carry -= served
    np.minimum(banks.capacity_carry, 1.0, out=banks.capacity_carry)
    banks.applications_today[:] = served
    banks.queue[:] = np.bincount(shops.home_bank[waiting], minlength=len(banks)) - served
    if len(rows) == 0:
        return
    shops.bank_applied_on[rows] = -1
    view = m.data_sharing.bank_file(m, rows)
    decision = m.bank_lender.decide(view)
    amount = np.minimum(view.annual_sales / 12 * s.loan_months_of_sales, fen(s.largest_loan_cny)).astype(np.int64) // 100_000 * 100_000
    approved = decision.is_approved & (amount >= fen(s.smallest_loan_cny))
    rows, amount = rows[approved], amount[approved]
    if len(rows) == 0:
        return
    lender = shops.home_bank[rows].astype(np.int64)
    banks.approvals_today[:] = np.bincount(lender, minlength=len(banks))
    m.ledger.pay(m.books.bank_own, lender, m.books.cash, rows, amount, purpose=Purpose.LOAN_DRAWN)
    m.ledger.owe(m.books.bank_debt, rows, m.books.bank_loans, lender, amount, purpose=Purpose.LOAN_DRAWN)
    shops.bank_lender[rows] = lender
    shops.bank_instalment[rows] = [annuity(int(a), banks.apr[b] / 12, s.term_months) for a, b in zip(amount, lender)]
    shops.bank_due_on[rows] = m.day + 30
    shops.bank_carry[rows] = 0.0


def collect_instalments(m):
    """Interest by day; instalments when due, whole ones only; a closed shop pays what it has; old arrears are written off.

    Writes: merchants.bank_loan, bank_lender, bank_due_on, bank_carry, bank_reserve, cash, days_past_due; banks.own_funds, loans.
    """
    shops, banks, books = m.merchants, m.banks, m.books
    rows = np.flatnonzero(shops.bank_loan > 0)
    if len(rows) == 0:
        return
    lender = shops.bank_lender[rows].astype(np.int64)
    exact = shops.bank_loan[rows] * (banks.apr[lender] / 365) + shops.bank_carry[rows]
    due = np.floor(exact).astype(np.int64)
    shops.bank_carry[rows] = exact - due
    m.ledger.owe(books.bank_debt, rows, books.bank_loans, lender, due, purpose=Purpose.INTEREST)
    is_due = (shops.bank_due_on[rows] <= m.day)
    wanted = np.where(is_due, np.minimum(shops.bank_instalment[rows], shops.bank_loan[rows]), 0)
    is_closed = shops.status[rows] != 0
    paid = np.where(is_closed, np.minimum(shops.cash[rows], shops.bank_loan[rows]), np.where(shops.cash[rows] >= wanted, wanted, 0))
    m.ledger.pay(books.cash, rows, books.bank_own, lender, paid, purpose=Purpose.LOAN_REPAID)
    m.ledger.cancel(books.bank_loans, lender, books.bank_debt, rows, paid, purpose=Purpose.LOAN_REPAID)
    met = rows[(paid > 0) & ~is_closed]
    shops.bank_due_on[met] += 30
    shops.bank_reserve[met] = 0
    late = np.maximum(m.day - shops.bank_due_on[rows], 0)
    shops.days_past_due[rows] = np.maximum(shops.days_past_due[rows], late)
    bad = late > m.settings.banks.write_off_days
    m.ledger.cancel(books.bank_loans, lender[bad], books.bank_debt, rows[bad], shops.bank_loan[rows[bad]].copy(), purpose=Purpose.WRITE_OFF)
    gone = rows[shops.bank_loan[rows] == 0]
    shops.bank_lender[gone] = shops.bank_due_on[gone] = -1


@kernel
def _first_of_each(group, capacity):
    """Positions of the first capacity_g members of each group g, in order."""
    left = capacity.copy()
    chosen = np.empty(len(group), np.int64)
    count = 0
    for k in range(len(group)):
        if left[group[k]] > 0:
            left[group[k]] -= 1
            chosen[count] = k
            count += 1
    return chosen[:count]
