"""Mutual guarantees: what a circle of firms that vouch for one another pays, and what the bank still loses.

Choice: a firm's assets are shared pro rata between its own loan and the calls on it.  Source: equal rank of
guaranteed and own debt, Chinese Guarantee Law (1995), art. 18.  Alternative: own loan first.  Reason: a joint
guarantor is liable like the debtor.
"""

from dataclasses import dataclass

import numpy as np

from sim.contagion.matrix import csr_of, square_rows, vector


@dataclass(frozen=True, eq=False)
class GuaranteeClearing:
    """Arrays of shape (n,), amounts in the caller's unit."""

    own_loan_payment: np.ndarray
    calls: np.ndarray  # what guaranteed firms' shortfalls ask of each firm
    total_paid: np.ndarray
    defaulted: np.ndarray  # bool: assets below own loan and calls
    bank_receives: float
    bank_loss: float
    n_iterations: int
    converged: bool


def clear_guarantees(assets, own_loans, guarantees, *, tol=1e-13, max_rounds=100_000) -> GuaranteeClearing:
    """Least shortfalls of a guarantee circle; `guarantees[i, j]` is the share of j's shortfall that i must pay.

        call_i = sum_j g_ij s_j,   paid_i = min(V_i, D_i + call_i),   s_i = D_i (1 - paid_i / (D_i + call_i))

    Climbs from no shortfall.  Raises: UserError on a wrong shape or sign.  Source: Eisenberg & Noe (2001) applied to
    contingent debt, assumption.
    """
    share = square_rows("guarantees", guarantees)
    matrix = csr_of(share)
    assets, own_loans = vector("assets", assets, share.n, low=0.0), vector("own_loans", own_loans, share.n, low=0.0)
    shortfall = np.zeros(share.n)
    scale = max(float(own_loans.max(initial=0.0)), 1e-300)
    before, converged, n_iterations = np.inf, False, 0
    while not converged and n_iterations < max_rounds:
        n_iterations += 1
        due = own_loans + matrix @ shortfall
        paid_share = np.minimum(np.divide(assets, due, out=np.ones(share.n), where=due > 0), 1.0)
        after = own_loans * (1.0 - paid_share)
        step = np.abs(after - shortfall).max(initial=0.0) / scale
        shortfall = after
        ratio = step / before if before < np.inf else 1.0
        if step <= 1e-16 or (step <= tol and ratio < 1.0 and step * ratio / (1.0 - ratio) <= tol):
            converged = True
        before = step
    calls = matrix @ shortfall
    due = own_loans + calls
    paid = np.minimum(assets, due)
    own = np.divide(own_loans * paid, due, out=np.zeros(share.n), where=due > 0)
    received = float(paid.sum())
    return GuaranteeClearing(
        own, calls, paid, due - assets > 1e-12 * due, received, float(own_loans.sum()) - received, n_iterations,
        converged )
