"""Trade credit: shops buy a part of their stock from other shops on account, and pay for a batch when they order the one after the next.

The supplier passes goods on at cost: what its customers owe, it owes outside on the same terms, and it pays as it is paid.  So nobody
is richer or poorer until a customer fails, and then the supplier still owes what it does not get.

Choice: two batches are open at any time.  Source: the Chinese custom of paying for the last batch when the next one comes (yapi);
44-53% of sales between firms are on account (Atradius 2020), for less than two months at three in four firms (Euler Hermes 2013).
Alternative: a fixed term in days.  Reason: with order cycles of 17 days two batches are 34 days on average, and a shop pays an
invoice of the usual size with every order, so that buying on account takes no liquidity and gives none.
Choice: suppliers refinance outside on the same terms.  Source: Kiyotaki and Moore (1997), credit chains.  Alternative: from own cash.
Reason: shops here have none to spare, and the channel must move no money until somebody fails.
"""

import numpy as np

from sim.core.kept import Kept
from sim.core.kernels import kernel
from sim.core.ledger import Purpose

BATCHES = 2
MONTH = SEASON_DAYS = 30  # ahead of the first day
_NOBODY = np.zeros(0, np.int64)


class TradeCredit(Kept):
    """What shops owe their suppliers, link by link; empty without the channel `trade_credit`.

    Links stand by customer: those of customer j are start[j]:start[j+1].  supplier: (n_links,).  share: of deliveries.
    part: of an order that comes on account by the link; credit: (n,) the same of all links of a customer.
    owed: fen; fresh: the part of the last batch; the rest is due with the next order.  is_assigned: the claim was sold outside when the
    supplier failed.  is_late: (n,) the customer could not pay when it was due.
    outside: (1,) owed to wholesalers outside, fen.
    """

    COUNTS = ("bought_today", "paid_today")
    ARRAYS = ("owed", "fresh", "is_assigned", "is_late", "outside")

    def __init__(self, m):
        channel = m.channel("trade_credit")
        self.terms, self.is_on = channel.settings if channel else None, channel is not None
        self.bought_today = self.paid_today = 0
        n = len(m.merchants) if self.is_on else 0
        links = m.supply.reverse() if self.is_on and not m.supply.complete else None
        self.start = links.indptr if links is not None else np.zeros(n + 1, np.int64)
        self.supplier = links.indices.astype(np.int64) if links is not None else _NOBODY
        self.customer = np.repeat(np.arange(n), np.diff(self.start))
        n_links = len(self.supplier)
        self.owed, self.fresh, self.is_assigned = np.zeros(n_links, np.int64), np.zeros(n_links, np.int64), np.zeros(n_links, np.bool_)
        self.is_late, self.outside = np.zeros(n, np.bool_), np.zeros(1, np.int64)
        self.share, self.by_supplier, self.first = np.zeros(n_links), _NOBODY, np.zeros(n + 1, np.int64)
        self.part, self.credit = np.zeros(n_links), np.zeros(n)
        if n_links:
            self._start(m, links)

    def _start(self, m, links) -> None:
        """Suppliers set limits by their own size and the customer's, once; two batches of the season are on their way."""
        shops, n = m.merchants, len(m.merchants)
        degree = np.diff(self.start)
        self.share[:] = 1.0 / degree[self.customer] if links.weights is None else links.weights
        self.by_supplier = np.argsort(self.supplier, kind="stable")
        self.first = np.concatenate(([0], np.cumsum(np.bincount(self.supplier, minlength=n))))
        order, most = shops.typical_order[self.customer], self.terms.most_a_customer * MONTH * shops.forecast[self.supplier]
        self.part[:] = np.minimum(self.terms.credit_share * self.share, most / np.maximum(BATCHES * order, 1.0))
        self.credit[:] = np.bincount(self.customer, self.part, n)
        self.fresh[:] = order * self.part * m.goods.season[:SEASON_DAYS].mean()
        self.owed[:] = BATCHES * self.fresh

    def open_day(self) -> None:
        """Nothing bought on account or paid yet today."""
        self.bought_today = self.paid_today = 0

    def open_books(self, m) -> None:
        """Enter what is owed in the ledger."""
        shops, books, claim = m.merchants, m.books, m.ledger.open_claim
        shops.payables[:] = np.bincount(self.customer, self.owed, len(shops)).astype(np.int64)
        shops.receivables[:] = shops.wholesale_debt[:] = np.bincount(self.supplier, self.owed, len(shops)).astype(np.int64)
        self.outside[0] = shops.wholesale_debt.sum()
        books.payables = claim("merchants.payables", shops.payables, entity="merchants", is_debt=True)
        books.receivables = claim("merchants.receivables", shops.receivables, entity="merchants")
        books.wholesale_debt = claim("merchants.wholesale_debt", shops.wholesale_debt, entity="merchants", is_debt=True)
        books.wholesalers = claim("wholesalers", self.outside, entity="world")

    # --- what owners ask ----------------------------------------------------------------------------------------------

    def on_account(self, rows) -> np.ndarray:
        """Share of an order that suppliers deliver on account to the shops `rows`, (n,); nothing to who is late."""
        if not self.is_on:
            return np.zeros(len(rows))
        return np.where(self.is_late[rows], 0.0, self.credit[rows])

    def falls_due(self, rows) -> np.ndarray:
        """What the shops `rows` have to pay when they order, fen (n,): all but the last batch."""
        if not self.is_on or len(rows) == 0:
            return np.zeros(len(rows), np.int64)
        return _falls_due(rows, self.start, self.owed, self.fresh)

    def pays_today(self, reviews):
        """Who pays an invoice today though nothing is ordered, of those who review their stock, (n,); False without the channel."""
        return reviews if self.is_on else False

    def deliver(self, m, rows, goods) -> np.ndarray:
        """Suppliers deliver a part of `goods` (fen, (n,)) to the shops `rows` on account; what each shop owes for it, fen (n,).

        Writes: merchants.payables, receivables, wholesale_debt; trade_credit.owed, fresh, outside, bought_today.
        """
        if not self.is_on or len(rows) == 0:
            return np.zeros(len(rows), np.int64)
        order = np.where(self.is_late[rows], 0, goods)
        can = (m.merchants.status == 0) & (m.merchants.reopened_on < 0)
        links, amount, total = _deliver(rows, order, self.start, self.supplier, self.part, can, self.is_assigned)
        self.owed[links] += amount
        self.fresh[links] = amount
        ledger, books, supplier, purpose = m.ledger, m.books, self.supplier[links], Purpose.SUPPLIER_CREDIT
        self.bought_today += ledger.owe(books.payables, self.customer[links], books.receivables, supplier, amount, purpose=purpose)
        ledger.owe(books.wholesale_debt, supplier, books.wholesalers, 0, amount, purpose=purpose)
        return total

    def pay_suppliers(self, m, rows, given, orders=True) -> np.ndarray:
        """The shops `rows`, who order today (or pay late), pay what is due as far as `given` reaches.

        Suppliers pay outside what they were paid.  What was the last batch is due next time.  Returns what each shop paid, fen (n,).
        Writes: merchants.cash, payables, receivables, wholesale_debt; trade_credit.owed, fresh, is_late, outside, paid_today.
        """
        if not self.is_on or len(rows) == 0:
            return np.zeros(len(rows), np.int64)
        links, paid, total = _pay(rows, given, self.start, self.owed, self.fresh, self.is_late, orders)
        customer, supplier, sold = self.customer[links], self.supplier[links], self.is_assigned[links]
        ledger, books, purpose = m.ledger, m.books, Purpose.SUPPLIER_PAID
        self.paid_today += ledger.pay(books.cash, rows, books.world, 0, total, purpose=purpose)  # suppliers pass it on the same hour
        if sold.any():
            ledger.cancel(books.wholesalers, 0, books.payables, customer[sold], paid[sold], purpose=purpose)
            customer, supplier, paid = customer[~sold], supplier[~sold], paid[~sold]
        ledger.cancel(books.receivables, supplier, books.payables, customer, paid, purpose=purpose)
        ledger.cancel(books.wholesalers, 0, books.wholesale_debt, supplier, paid, purpose=purpose)
        return total

    def links_of_supplier(self, rows) -> np.ndarray:
        """The links of the suppliers `rows`."""
        return np.concatenate([_NOBODY, *(self.by_supplier[self.first[row]: self.first[row + 1]] for row in rows)])

    def links_of_customer(self, rows) -> np.ndarray:
        """The links of the customers `rows`."""
        return np.concatenate([_NOBODY, *(np.arange(self.start[row], self.start[row + 1]) for row in rows)])


# --- steps ------------------------------------------------------------------------------------------------------------


def pay_wholesalers(m):
    """Suppliers pay from cash what they owe outside for customers who failed; once a week late shops pay on old invoices what they can.

    Writes: merchants.cash, payables, receivables, wholesale_debt; trade_credit.owed, is_late, outside, paid_today.
    """
    trade, shops = m.trade_credit, m.merchants
    if not trade.is_on:
        return
    rows = np.arange(m.day % 7, len(shops), 7)
    rows = rows[trade.is_late[rows] & (shops.status[rows] == 0) & ~shops.reviews_today[rows]]
    trade.pay_suppliers(m, rows, np.minimum(trade.falls_due(rows), shops.cash[rows] // 2), False)
    rows = np.flatnonzero((shops.wholesale_debt > shops.receivables) & (shops.status == 0))
    due = np.minimum(shops.cash[rows], np.maximum(0, shops.wholesale_debt[rows] - shops.receivables[rows]))
    m.ledger.pay(m.books.cash, rows, m.books.world, 0, due, purpose=Purpose.SUPPLIER_PAID)
    m.ledger.cancel(m.books.wholesalers, 0, m.books.wholesale_debt, rows, due, purpose=Purpose.SUPPLIER_PAID)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _falls_due(rows, start, owed, fresh):
    """sum over the links of each row of owed - fresh."""
    due = np.zeros(len(rows), np.int64)
    for k in range(len(rows)):
        for e in range(start[rows[k]], start[rows[k] + 1]):
            due[k] += owed[e] - fresh[e]
    return due


@kernel
def _deliver(rows, order, start, supplier, part, can, is_assigned):
    """(links, fen, sums by row): order_j x part_e from every supplier that can deliver."""
    most = 0
    for k in range(len(rows)):
        most += start[rows[k] + 1] - start[rows[k]]
    links, amount, total = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(len(rows), np.int64)
    count = 0
    for k in range(len(rows)):
        if order[k] <= 0 or not can[rows[k]]:
            continue
        for e in range(start[rows[k]], start[rows[k] + 1]):
            fen = np.int64(order[k] * part[e])
            if fen > 0 and can[supplier[e]] and not is_assigned[e]:
                links[count], amount[count] = e, fen
                total[k] += fen
                count += 1
    return links[:count], amount[:count], total


@kernel
def _pay(rows, given, start, owed, fresh, is_late, orders):
    """(links, fen, sums by row): all that is due if `given` covers it, else in proportion; who orders has no fresh batch any more."""
    most = 0
    for j in rows:
        most += start[j + 1] - start[j]
    links, paid, total = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(len(rows), np.int64)
    count = 0
    for k in range(len(rows)):
        j = rows[k]
        due = np.int64(0)
        for e in range(start[j], start[j + 1]):
            due += owed[e] - fresh[e]
        for e in range(start[j], start[j + 1]):
            part = owed[e] - fresh[e]
            if given[k] < due:
                part = np.int64(np.float64(part) * (np.float64(given[k]) / np.float64(due)))
            if part > 0:
                links[count], paid[count] = e, part
                count += 1
                owed[e] -= part
                total[k] += part
            if orders:
                fresh[e] = 0
        is_late[j] = total[k] < due
    return links[:count], paid[:count], total
