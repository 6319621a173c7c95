"""The least clearing vector: from nobody paying anything, upward, as payments that must be made arrive.

Sweeps climb and never pass the least solution.  When they crawl, one linear step goes as far as nobody new can
pay in full: along it every point still satisfies p <= Phi(p) with the same defaulters, so it stays below too.
Source: Rogers & Veraart (2013), the iteration from 0; the step is this library's own.
"""

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from sim.contagion.claims import Claims
from sim.contagion.matrix import by_columns
from sim.contagion.monotone_system import linear_solve
from sim.core.kernels import kernel

BETWEEN_STEPS = 60  # sweeps before a linear step
LU_BELOW = 1_000  # nodes
LEAK = 1e-10  # share lost on every link when a circle without leak makes the step singular


def least_payments(claims: Claims, tol: float, max_rounds: int):
    """(payments, inflow, defaulted, rounds, n_iterations, converged) of the least clearing vector."""
    received = by_columns(claims.rows)
    slack = claims.slack(tol)
    payments = np.zeros(claims.n)
    in_full = np.zeros(claims.n, dtype=bool)
    n_iterations, converged = 0, False
    while not converged and n_iterations < max_rounds:
        limit = min(BETWEEN_STEPS, max_rounds - n_iterations)
        sweeps, converged = _climb(
            *received,
            claims.cash,
            claims.first,
            claims.due,
            claims.alpha,
            claims.beta,
            slack,
            max(tol / 50.0, 1e-15),
            limit,
            payments,
            in_full,
        )
        n_iterations += sweeps
        if not converged:
            n_iterations += 1
            _step(claims, payments, in_full)
    defaulted = ~in_full
    rounds = [np.flatnonzero(defaulted).tolist()] if defaulted.any() else []
    return payments, claims.inflow(payments), defaulted, rounds, n_iterations, converged


def _step(claims: Claims, payments, in_full):
    """payments += t d, (I - beta P') d = Phi(p) - p over those in default who pay, to the first who can pay in full."""
    inflow = claims.inflow(payments)
    rise = claims.after_default(inflow) - payments
    moving = ~in_full & (payments > 0)
    if not moving.any() or rise[moving].max() <= 0:
        return
    which = np.flatnonzero(moving)
    shares = sparse.csr_array(
        (
            claims.rows.data
            * np.repeat(claims.beta / np.where(claims.due > 0, claims.due, 1.0), np.diff(claims.rows.start)),
            claims.rows.column,
            claims.rows.start,
        ),
        shape=(claims.n, claims.n),
    )
    part = sparse.csr_array(shares[which][:, which].T)
    step = np.zeros(claims.n)
    right = np.maximum(rise[which], 0.0)
    direction = _direction(part, right, claims.due[which])
    if direction is None:
        return
    step[which] = direction
    arriving = claims.inflow(payments + step) - inflow
    room = claims.owed - claims.cash - inflow
    crossing = moving & (arriving > 0)
    length = min(1.0, np.min(np.maximum(room[crossing], 0.0) / arriving[crossing], initial=1.0))
    payments += length * step
    np.minimum(payments, claims.due, out=payments)


def _direction(part, right, scale):
    """(I - M)^-1 right, or with a tiny leak when M keeps everything in a circle; None if neither is clean."""
    everyone = np.ones(right.size, dtype=bool)
    if right.size < LU_BELOW:
        for matrix in (part, (1.0 - LEAK) * part):
            found = linear_solve(matrix, right, everyone, np.maximum(scale, 1.0 / LEAK * right.max()))
            if found is not None and found.min() >= -1e-12 * np.abs(found).max():
                return np.maximum(found, 0.0)
        return None
    operator = linalg.LinearOperator(part.shape, matvec=lambda v: v - part @ v, dtype=np.float64)
    found, info = linalg.bicgstab(operator, right, rtol=1e-10, atol=0.0, maxiter=1_000)
    if info != 0 or not np.isfinite(found).all() or found.min() < -1e-9 * np.abs(found).max():
        return None
    return (1.0 - 1e-8) * np.maximum(found, 0.0)  # stay below: an inexact solve may overshoot


@kernel
def _climb(start, source, data, cash, first, due, alpha, beta, slack, goal, max_sweeps, payments, in_full):
    """Sweeps p_j = due_j if cash_j + inflow_j >= owed_j, else max(0, alpha cash_j + beta inflow_j - first_j)."""
    n = payments.size
    share = np.zeros(n)
    for j in range(n):
        if due[j] > 0.0:
            share[j] = payments[j] / due[j]
    before = np.inf
    for sweep in range(max_sweeps):
        step = 0.0
        recovered = False
        for j in range(n):
            if in_full[j]:
                continue
            inflow = 0.0
            for k in range(start[j], start[j + 1]):
                inflow += data[k] * share[source[k]]
            owed = first[j] + due[j]
            if owed - (cash[j] + inflow) <= slack[j]:
                in_full[j] = True
                recovered = True
                payments[j] = due[j]
                share[j] = 1.0
            elif due[j] > 0.0:
                pays = min(max(alpha * cash[j] + beta * inflow - first[j], payments[j]), due[j])
                change = (pays - payments[j]) / due[j]
                step = max(step, change)
                payments[j] = pays
                share[j] = pays / due[j]
        ratio = step / before if before < np.inf else 1.0
        if not recovered and (step <= 1e-16 or (step <= goal and ratio < 1.0 and step * ratio / (1.0 - ratio) <= goal)):
            return sweep + 1, True
        before = np.inf if recovered else step
    return max_sweeps, False
