"""Furfine cascades: a failed bank repays a fixed share, who cannot bear that loss fails next.

Choice: a bank fails when its loss reaches its capital (`inclusive`), and only if it has a loss at all.
Source: Furfine (2003), Upper (2011).  Alternative: `inclusive=False`, the loss must exceed it.
Reason: a bank with capital 0 and no exposure to the failed has not been touched.  A difference below 1e-12
of capital counts as equality, so that 0.7 x 0.1 meets 0.07.
"""

from dataclasses import dataclass

import numpy as np

from sim.contagion.matrix import Rows, by_columns, node_mask, square_rows, vector
from sim.core.kernels import kernel

TIE = 1e-12


@dataclass(frozen=True, eq=False)
class Cascade:
    """Who failed, and when."""

    rounds: list  # node ids by round; round 0 are the seeds
    defaulted: np.ndarray  # bool (n,)


def furfine(exposures, capital, seeds, *, lgd=1.0, inclusive=True) -> Cascade:
    """The sequential default cascade from `seeds`.

    exposures: (n, n), `exposures[i, j]` is i's claim on j, dense or sparse; claims on oneself play no part.
    capital: (n,).  seeds: ids or a mask.  lgd: loss given default in [0, 1], one for all or (n,) by borrower.

        i fails in round t + 1 if sum_(j failed by t) lgd_j a_ij >= capital_i

    Raises: UserError on a wrong shape, sign or id.  Source: Furfine (2003).
    """
    network = CascadeNetwork(exposures, capital, lgd=lgd, inclusive=inclusive)
    return network.cascade(seeds)


class CascadeNetwork:
    """A network prepared for many cascades: the work of each is proportional to the nodes it reaches."""

    def __init__(self, exposures, capital, *, lgd=1.0, inclusive=True):
        rows = square_rows("exposures", exposures, allow_diagonal=True)
        self.n = rows.n
        self.capital = vector("capital", capital, rows.n)
        loss_share = vector("lgd", lgd, rows.n, low=0.0, high=1.0)
        lenders = by_columns(rows)
        self.lenders = Rows(lenders.start, lenders.column, lenders.data * np.repeat(loss_share, np.diff(lenders.start)))
        self.limit = (
            self.capital - TIE * np.abs(self.capital) if inclusive else self.capital + TIE * np.abs(self.capital)
        )
        self.inclusive = inclusive
        self._loss = np.zeros(rows.n)
        self._touched = np.empty(rows.n, dtype=np.int32)
        self._failed = np.zeros(rows.n, dtype=bool)
        self._order = np.empty(rows.n, dtype=np.int32)
        self._round_ends = np.empty(rows.n + 1, dtype=np.int32)

    def cascade(self, seeds) -> Cascade:
        """The cascade from `seeds` (ids or a mask)."""
        mask = node_mask("seeds", seeds, self.n)
        n_failed, n_rounds = self._run(np.flatnonzero(mask))
        order = self._order[:n_failed]
        ends = [0, *self._round_ends[:n_rounds].tolist()]
        rounds = [sorted(order[a:b].tolist()) for a, b in zip(ends[:-1], ends[1:])]
        defaulted = np.zeros(self.n, dtype=bool)
        defaulted[order] = True
        return Cascade(rounds, defaulted)

    def size(self, seed: int) -> int:
        """How many fail, the seed included, when bank `seed` fails alone."""
        return self._run(np.array([seed]))[0]

    def sizes(self) -> np.ndarray:
        """`size` of every bank's failure, shape (n,): its systemic importance."""
        return _sizes(
            *self.lenders,
            self.limit,
            self.inclusive,
            self._loss,
            self._touched,
            self._failed,
            self._order,
            self._round_ends,
        )

    def _run(self, seeds):
        return _cascade(
            *self.lenders,
            self.limit,
            self.inclusive,
            seeds,
            self._loss,
            self._touched,
            self._failed,
            self._order,
            self._round_ends,
        )


@kernel
def _cascade(start, lender, loss_given_default, limit, inclusive, seeds, loss, touched, failed, order, round_ends):
    """Rounds of failures from `seeds`; work arrays come in and go out at rest.  (number failed, number of rounds)"""
    n_failed = 0
    for s in seeds:
        failed[s] = True
        order[n_failed] = s
        n_failed += 1
    n_touched = 0
    n_rounds = 0
    begin = 0
    while begin < n_failed:
        end = n_failed
        round_ends[n_rounds] = end
        n_rounds += 1
        for a in range(begin, end):
            j = order[a]
            for k in range(start[j], start[j + 1]):
                i = lender[k]
                amount = loss_given_default[k]
                if amount > 0.0:
                    if loss[i] == 0.0:
                        touched[n_touched] = i
                        n_touched += 1
                    loss[i] += amount
                    if not failed[i]:
                        if loss[i] > limit[i] or (inclusive and loss[i] == limit[i]):
                            failed[i] = True
                            order[n_failed] = i
                            n_failed += 1
        begin = end
    for a in range(n_touched):
        loss[touched[a]] = 0.0
    for a in range(n_failed):
        failed[order[a]] = False
    return n_failed, n_rounds


@kernel
def _sizes(start, lender, loss_given_default, limit, inclusive, loss, touched, failed, order, round_ends):
    out = np.empty(loss.size, dtype=np.int64)
    one = np.empty(1, dtype=np.int64)
    for i in range(loss.size):
        one[0] = i
        out[i], _ = _cascade(
            start, lender, loss_given_default, limit, inclusive, one, loss, touched, failed, order, round_ends
        )
    return out
