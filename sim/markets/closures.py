"""Closures: a shop fails, what waits in escrow goes back to its last customers, its loans fall due."""

import numpy as np

from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.markets.loans import call_in


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
    Writes: merchants.cash, status, closed_on, appeal, escrow, bundle_*, credit_limit; consumers.wallet; lenders.cash, loans;
    loans.due_on, outstanding, collected; n_closed_today.  Source: SOURCES 1.4, last resort.
    """
    if len(walked) == 0:
        return
    m.ledger.pay(m.books.cash, walked, m.books.world, 0, m.merchants.cash[walked].copy(), purpose=Purpose.OWNER_DRAW)
    call_in(m, walked)
    if m.settings.loans.account_clearing:
        close_shops(m, walked)


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
