"""Closures: a shop fails, what waits in escrow goes back to its last customers, its loans fall due; a few open again.

Choice: an owner who was cleared and not recognised opens again in the same row, after a waiting time and once its old debts are
written off.  Source: DESIGN 4.10.  Alternative: a new row.  Reason: the size of a world is fixed, and a row keeps its owner.
"""

import numpy as np

from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.markets.loans import NONE, SLOTS, call_in


def close_shops(m, failed):
    """Settle the failure of the shops `failed`: sales stop, escrow is refunded, cash pays what loans it can.

    Writes: merchants.status, closed_on, appeal, escrow, bundle_*, credit_limit; consumers.wallet; lenders.cash, loans;
    loans.due_on, outstanding, collected; n_closed_today.
    Choice: refunds go in equal parts to consumers whose last purchase was at the shop.  Source: DESIGN 4.7 (refunds
    out of escrow).  Alternative: a register of every purchase.  Reason: memory of a million consumers.
    """
    m.n_closed_today += len(failed)
    if len(failed) == 0:
        return
    m.contagion.fail("merchants", failed)
    shops, ledger, books = m.merchants, m.ledger, m.books
    shops.status[failed] = 1
    shops.closed_on[failed] = m.day
    shops.credit_limit[failed] = 0
    shops.appeal[failed] = 0
    call_in(m, failed)
    shops.bundle_amount[failed] = 0
    shops.bundle_due[failed] = shops.bundle_loan[failed] = -1
    rows, shop, share = _refunds(failed, m.consumers.favourite, shops.escrow, np.zeros(len(shops), np.int64))
    ledger.pay(books.escrow, shop, books.wallet, rows, share, purpose=Purpose.REFUND)
    left = failed[shops.escrow[failed] > 0]  # nobody to refund
    ledger.pay(books.escrow, left, books.world, 0, shops.escrow[left].copy(), purpose=Purpose.REFUND)


def enforce(m, walked):
    """What the platform does to the owners `walked`, who refuse to repay: loans are due, account and shop are cleared.

    Without account clearing the shop stays open.  Either way the owner first takes out what the till holds.
    Writes: merchants.cash, status, closed_on, appeal, escrow, bundle_*, credit_limit, supply_share; consumers.wallet, favourite;
    lenders.cash, loans; loans.due_on, outstanding, collected; n_closed_today.  Source: SOURCES 1.4, last resort.
    """
    if len(walked) == 0:
        return
    m.ledger.pay(m.books.cash, walked, m.books.world, 0, m.merchants.cash[walked].copy(), purpose=Purpose.OWNER_DRAW)
    call_in(m, walked)
    if m.settings.loans.account_clearing:
        close_shops(m, walked)
        _break_ties(m, walked)


def _break_ties(m, cleared):
    """Trade links of cleared shops end: buyers forget them, the shops they supplied miss their share of deliveries.

    Source: DESIGN 4.10; Barrot and Sauvagnat (2016) on customers of a supplier that fails.  A supplier that loses a customer among
    the shops loses nothing here: shops sell to consumers.
    """
    favourite = m.consumers.favourite
    is_cleared = np.zeros(len(m.merchants) + 1, np.bool_)  # -1, no favourite, is the last place
    is_cleared[cleared] = True
    favourite[is_cleared[favourite]] = -1
    supply, missing, has_ties = m.supply, m.merchants.supply_share, m.merchants.reopened_on < 0
    inflow = supply.in_degrees()
    for shop in cleared[has_ties[cleared]]:
        first, last = supply.indptr[shop], supply.indptr[shop + 1]
        customers = supply.indices[first:last]
        share = 1.0 / inflow[customers] if supply.weights is None else supply.weights[first:last]
        missing[customers] = np.maximum(missing[customers] - share * has_ties[customers], 0.0)


def reopen_shops(m):
    """Cleared owners whose day has come, and whose old debts are off the books, open again under another name.

    The shop has no history: no age, no rating but the default, no line, no ties, no buyers who remember it; its owner brings the
    money for the first order.  What a lender learnt of the old name (merchants.bad_on, term_bad_on) stays with the old name's applications.
    Reads: merchants.size, review_days, cost_share, term_loan; loans.kind.
    Writes: merchants.status, opened_on, reopened_on, forecast, typical_order, next_review, cash, closed_on, walked_on, returns_on,
    trouble_since, unpaid_days, normal_sales, rating, complaint_share, sales_trend, sales_recent, last_draw_on,
    loan_life, score, is_frozen, credit_choice, decided_on, term_reserve, supply_share, is_certified,
    visited_on, impression, stated_sales, stated_margin, term_tries, monthly_sales.
    """
    shops = m.merchants
    due = (shops.returns_on >= 0) & (shops.returns_on <= m.day)
    if not due.any():
        return
    rows = np.flatnonzero(due & (shops.status != 0) & (shops.term_loan == 0))
    rows = rows[(m.loans.kind[rows[:, None] * SLOTS + np.arange(SLOTS)] == NONE).all(axis=1)]
    shops.begin_again(rows, m.day, m.settings.consumers)
    brought = np.maximum(0, shops.typical_order[rows].astype(np.int64) - shops.inventory[rows])
    m.ledger.pay(m.books.world, 0, m.books.cash, rows, brought, purpose=Purpose.OWNER_CAPITAL)


@kernel
def _refunds(failed, favourite, escrow, buyers):
    """Equal whole-fen shares of escrow for those whose last purchase was there; the first buyers get a fen more."""
    is_failed = np.zeros(len(escrow), np.bool_)
    for j in failed:
        is_failed[j] = True
    total = 0
    for i in range(len(favourite)):
        j = favourite[i, 0]
        if j >= 0 and is_failed[j]:
            buyers[j] += 1
            total += 1
    rows, shop, share = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.int64)
    seen = np.zeros(len(escrow), np.int64)
    count = 0
    for i in range(len(favourite)):
        j = favourite[i, 0]
        if j >= 0 and is_failed[j]:
            rows[count], shop[count] = i, j
            share[count] = escrow[j] // buyers[j] + (1 if seen[j] < escrow[j] % buyers[j] else 0)
            seen[j] += 1
            count += 1
    return rows, shop, share
