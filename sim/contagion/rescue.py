"""Rescue: whom an extra unit of cash helps most, and the least cash that keeps nodes from default.

Choice: a rescue is judged by the greatest clearing vector, in which all pay who can if the others do.
Source: Jackson & Pernoud (2020), best equilibrium.  Alternative: their worst equilibrium.  Reason: with it
the cheapest rescue of all is exact at any size; the worst one is NP-hard.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.contagion.claims import Claims, read_claims
from sim.contagion.fictitious_default import greatest_payments
from sim.contagion.matrix import csr_of, node_mask
from sim.contagion.monotone_system import linear_solve
from sim.core.errors import UserError
from sim.core.kernels import kernel

LU_BELOW = 1_000  # nodes in default; above, sweeps


@dataclass(frozen=True, eq=False)
class Rescue:
    """Cash to hand out before clearing, in the caller's unit."""

    bailout: np.ndarray  # (n,)
    total: float


def threat_index(
    liabilities,
    external_assets,
    *,
    external_liabilities=None,
    seniority="pari_passu",
    alpha=1.0,
    beta=1.0,
    tol=1e-12,
    max_rounds=10_000,
) -> np.ndarray:
    """By how much total payments rise per unit of extra cash in each node's hands, shape (n,); 0 for the solvent.

        mu_i = alpha + beta sum_(j in default) (l_ij / due_i) mu_j   for i in default

    With costly default the last unit that lifts a node out of default is worth more than this marginal value.  A node
    whose senior creditors take everything has index 0: its next unit reaches nobody in the network.

    Raises: UserError as `clear`; warns (RuntimeWarning) if not converged.
    Source: Demange (2018), the threat index; with alpha = beta = 1 every index is 1 or more.
    """
    claims = read_claims(liabilities, external_assets, external_liabilities, seniority, alpha, beta)
    _, inflow, defaulted, _, _, converged = greatest_payments(claims, tol, max_rounds)
    # a node that pays nothing only because it has nothing passes the next unit on as well
    left = claims.alpha * claims.cash + claims.beta * inflow - claims.first
    passes_on = defaulted & (claims.due > 0) & (left >= 0)
    members = np.flatnonzero(passes_on)
    index = np.zeros(claims.n)
    if members.size == 0:
        return index
    part = sparse.csr_array(csr_of(claims.rows)[members][:, members])
    part.data = part.data * np.repeat(claims.beta / claims.due[members], np.diff(part.indptr))
    everyone = np.ones(members.size, dtype=bool)
    found = None
    if members.size < LU_BELOW:
        found = linear_solve(part, np.full(members.size, claims.alpha), everyone, np.ones(1))
    if found is None:
        found = np.full(members.size, claims.alpha)
        converged &= _accumulate(part.indptr, part.indices, part.data, claims.alpha, tol, max_rounds, found)
    index[members] = found
    if not converged:
        warnings.warn(f"threat_index: not converged within {max_rounds} rounds", RuntimeWarning, stacklevel=2)
    return index


def cheapest_rescue(
    liabilities,
    external_assets,
    *,
    external_liabilities=None,
    seniority="pari_passu",
    alpha=1.0,
    beta=1.0,
    protect=None,
    time_limit=30.0,
) -> Rescue:
    """The least cash, and who gets it, such that no node of `protect` (default: nobody) is in default.

    protect: None for all nodes, ids, or a mask.  For all, the answer is closed form: everyone gets what is missing
    when all others pay in full.  For some, cash may be cheaper upstream: a linear programme, and with costly default or
    senior creditors a mixed-integer one (stopped after `time_limit` seconds).

    Raises: UserError as `clear`, or if the programme is not solved in time.
    Source: Jackson & Pernoud (2020) for all; the programme follows Eisenberg & Noe (2001), section 3.2.
    """
    claims = read_claims(liabilities, external_assets, external_liabilities, seniority, alpha, beta)
    if protect is None:
        protected = np.ones(claims.n, dtype=bool)
    else:
        protected = node_mask("protect", protect, claims.n)
    if protected.all():
        bailout = np.maximum(claims.owed - claims.cash - claims.full_inflow, 0.0)
    elif not protected.any():
        bailout = np.zeros(claims.n)
    else:
        bailout = _programme(claims, protected, time_limit)
    return Rescue(bailout, float(bailout.sum()))


def _programme(claims: Claims, protected, time_limit):
    """min sum b with p_i <= alpha (cash_i + b_i) + beta in_i - first_i + K_i (s_i + z_i), s_i owed_i <= cash_i + b_i +
    in_i.

    Variables p, b, s (pays in full), z (senior creditors take all).  Any feasible p lies below the greatest clearing
    vector of cash + b, so the protected are solvent there.
    """
    n = claims.n
    costly = claims.alpha < 1.0 or claims.beta < 1.0
    senior = bool((claims.first > 0).any())
    share = sparse.csr_array(
        csr_of(claims.rows) * np.divide(1.0, claims.due, out=np.zeros(n), where=claims.due > 0)[:, None]
    )
    inflow, one = sparse.csr_array(share.T), sparse.eye_array(n)
    most = np.maximum(claims.owed - claims.cash, 0.0)
    big = claims.owed + claims.cash + claims.full_inflow + most
    rows, low, high = [], [], []
    # bound on payments in default; a bailout is cash and shares its recovery rate
    rows.append(
        sparse.hstack(
            [one - claims.beta * inflow, -claims.alpha * one, -sparse.diags_array(big), -sparse.diags_array(big)]
        )
    )
    low.append(np.full(n, -np.inf))
    high.append(claims.alpha * claims.cash - claims.first)
    # who pays in full has the means: owed_i s_i <= cash_i + b_i + in_i
    rows.append(sparse.hstack([-inflow, -one, sparse.diags_array(claims.owed), 0.0 * one]))
    low.append(np.full(n, -np.inf))
    high.append(claims.cash)
    # who leaves everything to senior creditors pays nothing: p_i <= due_i (1 - z_i)
    rows.append(sparse.hstack([one, 0.0 * one, 0.0 * one, sparse.diags_array(claims.due)]))
    low.append(np.full(n, -np.inf))
    high.append(claims.due)
    s_low = protected.astype(float)
    s_high = np.ones(n) if costly else s_low
    bounds = Bounds(
        np.concatenate([np.where(protected, claims.due, 0.0), np.zeros(n), s_low, np.zeros(n)]),
        np.concatenate([claims.due, most, s_high, np.where(senior & (claims.first > 0) & ~protected, 1.0, 0.0)]),
    )
    kinds = np.concatenate([np.zeros(2 * n), np.full(n, int(costly)), np.full(n, int(senior))])
    constraints = LinearConstraint(sparse.csc_array(sparse.vstack(rows)), np.concatenate(low), np.concatenate(high))
    answer = milp(
        np.concatenate([np.zeros(n), np.ones(n), np.zeros(2 * n)]),
        integrality=kinds,
        bounds=bounds,
        constraints=constraints,
        options={"time_limit": time_limit, "mip_rel_gap": 1e-9},
    )
    if answer.x is None or answer.status != 0:
        raise UserError(
            f"cheapest_rescue: no proven answer within {time_limit:g} s; protect fewer nodes or allow more time"
        )
    return np.maximum(answer.x[n : 2 * n], 0.0)


@kernel
def _accumulate(start, column, weight, alpha, tol, max_sweeps, index):
    """mu_i = alpha + sum_j w_ij mu_j by Gauss-Seidel, rising from alpha."""
    before = np.inf
    for _ in range(max_sweeps):
        step = 0.0
        for i in range(index.size):
            total = alpha
            for k in range(start[i], start[i + 1]):
                total += weight[k] * index[column[k]]
            step = max(step, abs(total - index[i]) / max(total, 1e-300))
            index[i] = total
        ratio = step / before if before < np.inf else 1.0
        if step <= 1e-16 or (step <= tol and ratio < 1.0 and step * ratio / (1.0 - ratio) <= tol):
            return True
        before = step
    return False
