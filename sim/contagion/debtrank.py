"""DebtRank: distress travels along exposures before anybody fails, each loss a share of the lender's equity.

Choice: a bank without equity is lost (share 1) at its first loss and untouched without one; a bank whose equity
is negative is lost from the start.  Source: the limit of positive equity going to 0.  Alternative: divide by
zero.  Reason: without a shock there must be no loss, and a report of infinity helps nobody.

Choice: default weights are shares of interbank assets for "single_hit" (the paper's economic value) and shares
of equity for the others (so that the additional stress is relative equity loss).  Source: Battiston et al.
(2012), Methods; Bardoscia et al. (2015).  Alternative: one default for all.  Reason: published numbers.
"""

from dataclasses import dataclass

import numpy as np

from sim.contagion.capped_climb import climb_in_place, passed_on
from sim.contagion.matrix import Rows, csr_of, row_sums, square_rows, vector
from sim.contagion.monotone_system import linear_solve
from sim.core.errors import UserError
from sim.core.kernels import kernel

VARIANTS = ("linear", "single_hit", "nonlinear")
MAX_STEPS = 10_000
GOAL = 1e-14  # estimated distance to the limit, as a share of equity
DIVERGED = 1e12
LU_BELOW = 1_000  # nodes; above, a slow limit is left to the steps


@dataclass(frozen=True, eq=False)
class DebtRank:
    """Losses as shares of initial equity."""

    loss_share: np.ndarray  # (n,): relative loss of equity in the end, the shock included
    trajectory: np.ndarray  # (n_steps, n): row 0 is the shock; only first and last if not kept
    additional_stress: float  # sum_i w_i (loss_share_i - shock_i)
    converged: bool


def debtrank(
    exposures, equity, shock, *, variant="linear", alpha=1.0, weights=None, capped=True, keep_trajectory=True
) -> DebtRank:
    """How far a first loss of equity grows on its way through the network.

    exposures: (n, n), `exposures[i, j]` is i's claim on j, dense or sparse.  equity: (n,).  shock: (n,), initial
    relative loss of equity in [0, 1].  weights: (n,) of the additional stress.  capped: no bank loses more than its
    equity; uncapped (linear only) losses may pass 1, and `converged` is False if they grow without bound.
    keep_trajectory: False keeps only the first and the last row, for large networks.

        linear      h_i(t+1) = min(1, h_i(1) + sum_j (a_ij / E_i) h_j(t))
        nonlinear   the same with h_j exp(alpha (h_j - 1)) for h_j; alpha = 0 is linear
        single_hit  h_i(t+1) = min(1, h_i(t) + sum_(j distressed at t for the first time) min(1, a_ij / E_i) h_j(t))

    Raises: UserError on a wrong shape, sign or variant.
    Source: Bardoscia et al. (2015), linear; Bardoscia et al. (2016), nonlinear; Battiston et al. (2012), Methods.
    """
    if variant not in VARIANTS:
        raise UserError(f"variant: is {variant!r}; it must be one of {', '.join(VARIANTS)}")
    if not capped and variant != "linear":
        raise UserError("capped: only the linear variant can go without the cap")
    rows = square_rows("exposures", exposures)
    equity = vector("equity", equity, rows.n)
    start = vector("shock", shock, rows.n, low=0.0, high=1.0).copy()
    start[equity < 0] = 1.0
    if weights is None:
        weights = _shares(row_sums(rows.start, rows.data) if variant == "single_hit" else np.maximum(equity, 0.0))
    weights = vector("weights", weights, rows.n)
    leverage = Rows(rows.start, rows.column, _leverage(rows.start, rows.data, equity, variant == "single_hit"))
    if variant == "single_hit":
        path, converged = _single_hit(leverage, start, keep_trajectory), True
    else:
        path, converged = _climb(leverage, start, alpha if variant == "nonlinear" else 0.0, capped, keep_trajectory)
    return DebtRank(path[-1], np.array(path), float(weights @ (path[-1] - start)), converged)


def impact_matrix(exposures, equity, *, capped=True) -> np.ndarray:
    """(n, n) dense: entry [i, j] is the share of j's equity lost if i repays nothing, min(1, a_ji / E_j).

    Source: Battiston et al. (2012), Methods.
    """
    rows = square_rows("exposures", exposures, allow_diagonal=True)
    leverage = _leverage(rows.start, rows.data, vector("equity", equity, rows.n), capped)
    return csr_of(rows._replace(data=leverage)).toarray().T


def _climb(leverage: Rows, start, alpha, capped, keep):
    """Steps of the linear or nonlinear recursion, rising from the shock; (path, converged)."""
    path, now, before = [start], start, np.inf
    cap = 1.0 if capped else np.inf
    if not keep and capped:
        now = start.copy()
        converged = climb_in_place(leverage, start, alpha, now)
        return [start, now], converged
    for step_number in range(MAX_STEPS):
        after = np.empty_like(now)
        step = _one_step(*leverage, start, now, alpha, cap, after)
        if keep:
            path.append(after)
        now = after
        ratio = step / before if before < np.inf else 1.0
        if step <= 1e-16 or (step <= GOAL and ratio < 1.0 and step * ratio / (1.0 - ratio) <= GOAL):
            return (path if keep else [start, now]), True
        if step_number == 500 and alpha == 0.0:
            limit = _limit(leverage, start, now, cap)
            if limit is not None:
                return (path if keep else [start]) + [limit], True
        if now.max() > DIVERGED:
            break
        before = step
    return (path if keep else [start, now]), False


def _limit(leverage: Rows, start, now, cap):
    """The linear limit when steps crawl: h = h(1) + L h on the uncapped; None if that is not where the steps lead."""
    free = now < cap
    if free.sum() > LU_BELOW:
        return None
    matrix = csr_of(leverage)
    found = linear_solve(matrix, start + matrix @ np.where(free, 0.0, now), free, np.ones(1))
    if found is None:
        return None
    found = np.where(free, found, now)
    return found if (found >= now - 1e-12).all() and (found[free] <= cap).all() else None


def _single_hit(leverage: Rows, start, keep):
    """Battiston et al. (2012): undistressed, distressed for one step, inactive; each passes its distress on once."""
    path, now = [start], start
    fresh = start > 0
    spent = np.zeros(start.size, dtype=bool)
    while fresh.any():
        after = np.empty_like(now)
        _hit(*leverage, now, fresh, after)
        spent |= fresh
        fresh = (after > 0) & ~spent
        now = after
        path.append(now)
    return path if keep else [start, now]


def _shares(amounts):
    total = amounts.sum()
    return amounts / total if total > 0 else np.zeros(amounts.size)


@kernel
def _leverage(start, data, equity, capped):
    """a_ij / E_i; capped at 1 if asked; without equity, a number so large that any loss of j is all of i's."""
    out = np.empty(data.size)
    for i in range(equity.size):
        for k in range(start[i], start[i + 1]):
            if data[k] == 0.0:
                out[k] = 0.0
            elif equity[i] <= 0.0:
                out[k] = 1.0 if capped else 1e300
            else:
                out[k] = min(1.0, data[k] / equity[i]) if capped else min(data[k] / equity[i], 1e300)
    return out


@kernel
def _one_step(start, column, leverage, first, now, alpha, cap, after):
    """after_i = min(cap, first_i + sum_j l_ij f(now_j)); the largest change."""
    sent = np.empty(now.size)
    for j in range(now.size):
        sent[j] = passed_on(now[j], alpha)
    largest = 0.0
    for i in range(now.size):
        total = first[i]
        for k in range(start[i], start[i + 1]):
            total += leverage[k] * sent[column[k]]
        after[i] = min(cap, total)
        largest = max(largest, abs(after[i] - now[i]))
    return largest


@kernel
def _hit(start, column, leverage, now, fresh, after):
    """after_i = min(1, now_i + sum_(j fresh) l_ij now_j)."""
    for i in range(now.size):
        total = now[i]
        for k in range(start[i], start[i + 1]):
            if fresh[column[k]]:
                total += leverage[k] * now[column[k]]
        after[i] = min(1.0, total)
