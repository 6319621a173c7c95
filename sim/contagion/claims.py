"""Claims: the system to be cleared, as arrays: who owes what, what each has, what comes first.

Choice: negative external assets are an obligation of that size that is met before everything else.
Source: Eisenberg & Noe (2001), section 2.2, who add such a node as a sink.  Alternative: refuse them.
Reason: a shock larger than what a node owns is an ordinary stress question.
"""

from typing import NamedTuple

import numpy as np

from sim.contagion.matrix import Rows, column_sums, row_sums, square_rows, vector
from sim.core.errors import UserError
from sim.core.kernels import kernel

ROUNDING = 2e-15  # of the inflow if all pay in full: what sums of it may be off by


class Claims(NamedTuple):
    """Shapes (n,), amounts in the caller's unit of money."""

    rows: Rows  # i owes j
    cash: np.ndarray  # external assets, 0 or more
    first: np.ndarray  # met before everybody else: senior creditors, negative external assets
    due: np.ndarray  # liabilities that share pro rata; payments are on these
    full_inflow: np.ndarray  # what a node receives when everybody pays in full
    alpha: float  # share of external assets that survives the owner's default
    beta: float  # share of incoming payments that survives the receiver's default

    @property
    def n(self) -> int:
        return self.rows.n

    @property
    def owed(self) -> np.ndarray:
        return self.first + self.due

    def among(self, members: np.ndarray) -> "Claims":
        """The claims of `members` (ascending) on one another; everybody else is taken to pay in full."""
        rows = Rows(*_rows_among(*self.rows, members))
        return Claims(rows, self.cash[members], self.first[members], self.due[members], self.full_inflow[members],
                      self.alpha, self.beta)  # fmt: skip

    def inflow(self, payments: np.ndarray) -> np.ndarray:
        """What each node receives, sum_j (l_ji / due_j) p_j, shape (n,)."""
        share = np.divide(payments, self.due, out=np.zeros(self.n), where=self.due > 0)
        return column_sums(*self.rows, share)

    def slack(self, tol: float) -> np.ndarray:
        """What may be missing and still count as paying in full: `tol` of what is owed, and the rounding of inflows."""
        return tol * self.owed + ROUNDING * self.full_inflow

    def is_short(self, inflow: np.ndarray, tol: float) -> np.ndarray:
        """Who cannot pay in full."""
        return self.owed - (self.cash + inflow) > self.slack(tol)

    def residual(self, payments: np.ndarray, inflow: np.ndarray, defaulted: np.ndarray) -> float:
        """max_i |Phi_i(p) - p_i| / due_i, with Phi in the mode (default or not) that was found for i."""
        members = np.flatnonzero(defaulted & (self.due > 0))  # the others pay exactly what is due
        missed = np.abs(self.after_default(inflow)[members] - payments[members]) / self.due[members]
        return float(missed.max(initial=0.0))

    def after_default(self, inflow: np.ndarray) -> np.ndarray:
        """What a node in default pays: max(0, alpha cash + beta inflow - first), at most what is due."""
        return np.clip(self.alpha * self.cash + self.beta * inflow - self.first, 0.0, self.due)


def read_claims(
    liabilities, external_assets, external_liabilities, seniority: str, alpha: float, beta: float
) -> Claims:
    """The checked system.  Raises: UserError on a wrong shape, sign, seniority or recovery rate."""
    if seniority not in ("pari_passu", "senior"):
        raise UserError(f"seniority: is {seniority!r}; it must be 'pari_passu' or 'senior'")
    for name, value in (("alpha", alpha), ("beta", beta)):
        if not 0.0 <= float(value) <= 1.0:
            raise UserError(f"{name}: is {value}; the share recovered must lie between 0 and 1")
    rows = square_rows("liabilities", liabilities)
    assets = vector("external_assets", external_assets, rows.n)
    outside = vector(
        "external_liabilities", 0.0 if external_liabilities is None else external_liabilities, rows.n, low=0.0
    )
    due = row_sums(rows.start, rows.data)
    first = np.maximum(-assets, 0.0)
    if seniority == "senior":
        first = first + outside
    else:
        due = due + outside
    return Claims(
        rows, np.maximum(assets, 0.0), first, due, column_sums(*rows, np.ones(rows.n)), float(alpha), float(beta)
    )


@kernel
def _rows_among(start, column, data, members):
    """The rows and columns of `members`, renumbered in their order."""
    position = np.full(start.size - 1, -1, dtype=np.int32)
    most = 0
    for a in range(members.size):
        position[members[a]] = a
        most += start[members[a] + 1] - start[members[a]]
    to = np.zeros(members.size + 1, dtype=np.int64)
    target = np.empty(most, dtype=np.int32)
    amount = np.empty(most)
    count = 0
    for a in range(members.size):
        i = members[a]
        for k in range(start[i], start[i + 1]):
            b = position[column[k]]
            if b >= 0:
                target[count] = b
                amount[count] = data[k]
                count += 1
        to[a + 1] = count
    return to, target[:count], amount[:count]
