"""Estates: what those who failed today have, what they owe whom, and what each claim on them gets, in whole fen.

    A_k = own assets + sum of what other estates pay it;   paid_c = amount_c if A_k >= due_k, else floor(amount_c A_k / due_k)

The greatest solution in whole fen, by sweeps from above.  Where they are slow (circles of debt with little cash), `sim.contagion.clearing`
gives the solution in fractions, and the search goes on from there.
Rounding: every claim is paid down to the fen, what that leaves stays with the estate, so nothing is promised that is not there.

Choice: all creditors rank alike.  Source: Eisenberg and Noe (2001).  Alternative: lenders before suppliers.
Reason: neither holds a pledge on what is in an estate; what is pledged never enters it.
"""

import numpy as np
from scipy import sparse

from sim.contagion.clearing import clear
from sim.core.kernels import kernel

SWEEPS = 500.0  # before the library is asked
OUTSIDE = -1  # creditor who is no shop
TRADE, ASSIGNED, WHOLESALE, LOAN, TERM, CALL = range(6)  # kinds: of a supplier, of who bought its claim, of who refinanced the failed,
#                                                          of a micro-loan company, of a lender of term loans, on a guarantee


class Estates:
    """The estates of one day and the claims on them.

    Claims, shape (n_claims,): kind, debtor and creditor (rows of merchants; OUTSIDE), ref (a number of whoever entered the claim),
    amount, paid and lost (booked as lost so far), fen.
    """

    FIELDS = ("kind", "debtor", "creditor", "ref", "amount", "paid", "lost")

    def __init__(self):
        self.rows = np.zeros(0, np.int64)  # shops with an estate, in the order in which they failed
        self.own = np.zeros(0, np.int64)  # fen: cash, and claims on those who have not failed
        for name in self.FIELDS:
            setattr(self, name, np.zeros(0, np.int64))
        self._is_valued = True  # nothing has changed since

    def open(self, m, rows) -> None:
        """The shops `rows` have failed with their cash; their lenders enter claims for what no pledge covers."""
        shops = m.merchants
        self.rows, self.own = np.concatenate((self.rows, rows)), np.concatenate((self.own, shops.cash[rows]))
        contracts = rows[:, None] * (len(m.loans) // len(shops)) + np.arange(len(m.loans) // len(shops))
        contracts = contracts[m.loans.outstanding[contracts] > 0]
        self.enter(LOAN, m.loans.owner_of(contracts), OUTSIDE, contracts, m.loans.outstanding[contracts])
        rows = rows[shops.term_loan[rows] > 0]
        self.enter(TERM, rows, OUTSIDE, shops.term_lender[rows], shops.term_loan[rows] - pledged(m, rows))

    def add_assets(self, rows, amount) -> None:
        """The shops `rows`, whose estates are open, own `amount` more, fen."""
        self.own[self.place(rows)] += amount
        self._is_valued = False

    def enter(self, kind: int, debtor, creditor, ref, amount) -> None:
        """Add claims on estates; one on an estate that is held by another estate leaves the latter's own assets."""
        debtor, amount = np.asarray(debtor, np.int64), np.asarray(amount, np.int64)
        new = {"kind": kind, "debtor": debtor, "creditor": creditor, "ref": ref, "amount": amount, "paid": amount, "lost": 0}
        keep = amount > 0
        self._is_valued = self._is_valued and not keep.any()
        for name in self.FIELDS:
            values = np.broadcast_to(np.asarray(new[name], np.int64), debtor.shape)[keep]
            setattr(self, name, np.concatenate((getattr(self, name), values)))

    def add_to(self, kind: int, debtor, ref, amount) -> None:
        """More is owed on claims of creditors outside, one for each kind, debtor and ref; new ones are entered."""
        mine = self.of(kind)
        there = {(int(d), int(r)): k for d, r, k in zip(self.debtor[mine], self.ref[mine], mine)}
        more: dict[tuple[int, int], int] = {}
        for pair, fen in zip(zip(debtor.tolist(), ref.tolist()), amount.tolist()):
            more[pair] = more.get(pair, 0) + fen
        old = [pair for pair in more if pair in there]
        rows, grown = np.array([there[pair] for pair in old], np.int64), np.array([more.pop(pair) for pair in old], np.int64)
        self.amount[rows] += grown
        self.paid[rows] += grown
        self._is_valued = self._is_valued and len(rows) == 0
        self.enter(kind, [pair[0] for pair in more], OUTSIDE, [pair[1] for pair in more], list(more.values()))

    def creditor_lost(self, rows) -> np.ndarray:
        """What the shops `rows` were already booked to lose on estates, fen."""
        creditor = np.where(self.creditor >= 0, self.creditor, 0)
        lost = np.bincount(creditor, np.where(self.creditor >= 0, self.lost, 0), int(max(rows.max(initial=0), creditor.max(initial=0))) + 1)
        return lost[rows].astype(np.int64)

    def place(self, rows) -> np.ndarray:
        """Number of each shop's estate; -1 if it has none."""
        order = np.argsort(self.rows, kind="stable")
        found = np.minimum(np.searchsorted(self.rows[order], rows), max(len(order) - 1, 0))
        if len(order) == 0:
            return np.full(len(rows), -1)
        return np.where(self.rows[order][found] == rows, order[found], -1)

    def value(self) -> None:
        """Find what every claim is paid; never more than before."""
        if self._is_valued:
            return
        self._is_valued = True
        debtor, n = self.place(self.debtor), len(self.rows)
        creditor = np.where(self.creditor >= 0, self.place(self.creditor), OUTSIDE)
        inside = creditor >= 0
        due = np.bincount(debtor, self.amount, n).astype(np.int64)
        own = np.maximum(0, self.own - np.bincount(creditor[inside], self.amount[inside], n).astype(np.int64))
        if not _pay_down(debtor, creditor, self.amount, due, own, self.paid, SWEEPS):
            links = sparse.coo_array((self.amount[inside].astype(float), (debtor[inside], creditor[inside])), (n, n)).tocsr()
            links.setdiag(0)
            links.eliminate_zeros()
            cleared = clear(links, own.astype(float), external_liabilities=np.maximum(due - links.sum(axis=1), 0.0))
            share = np.divide(cleared.payments, due, out=np.ones(n), where=due > 0)
            above = np.ceil(self.amount * np.minimum(share[debtor], 1.0)).astype(np.int64) + 1
            self.paid = np.minimum(self.paid, above)
            _pay_down(debtor, creditor, self.amount, due, own, self.paid, np.inf)

    def newly_lost(self, kind: int) -> tuple[np.ndarray, np.ndarray]:
        """(claims of a kind that lost more than was booked, by how much), which then counts as booked."""
        lost = self.amount - self.paid - self.lost
        claims = np.flatnonzero((self.kind == kind) & (lost > 0))
        self.lost[claims] += lost[claims]
        return claims, lost[claims]

    def of(self, kind: int) -> np.ndarray:
        """The claims of a kind."""
        return np.flatnonzero(self.kind == kind)


def pledged(m, rows) -> np.ndarray:
    """What pledges bring in of the term loans of the shops `rows`, fen."""
    shops, number = m.merchants, m.merchants.term_lender[rows].astype(np.int64)
    price = np.array([policy.pledge_price for policy in m.term_policies])[number]
    on_shelf = np.array([policy.pledges == "stock" for policy in m.term_policies])[number]
    worth = np.where(on_shelf, np.minimum(shops.term_pledge[rows], shops.inventory[rows] * price), shops.term_pledge[rows])
    return np.minimum(worth.astype(np.int64), shops.term_loan[rows])


@kernel
def _pay_down(debtor, creditor, amount, due, own, paid, most):
    """Sweeps from above until nothing moves: paid_c = min(paid_c, floor(amount_c A / due)) where A < due; whether that was reached."""
    n = len(own)
    assets = np.empty(n, np.int64)
    moves, sweeps = True, 0
    while moves:
        if sweeps >= most:
            return False
        moves, sweeps = False, sweeps + 1
        for k in range(n):
            assets[k] = own[k]
        for c in range(len(paid)):
            if creditor[c] >= 0:
                assets[creditor[c]] += paid[c]
        for c in range(len(paid)):
            k = debtor[c]
            if assets[k] < due[k]:
                share = _part(amount[c], assets[k], due[k])
                if share < paid[c]:
                    paid[c] = share
                    moves = True
            elif paid[c] > amount[c]:
                paid[c] = amount[c]
    return True


@kernel
def _part(amount, assets, due):
    """floor(amount x assets / due); where the product does not fit 64 bits, a fen less than its floating value."""
    product = float(amount) * float(assets)
    if product < 9e18:
        return amount * assets // due
    return max(np.int64(0), np.int64(np.floor(product / float(due))) - 1)
