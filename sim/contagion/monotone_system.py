"""The system x = max(0, c + M x) of what nodes in default pay, M from other defaulters and not negative.

Small systems are solved exactly (sparse LU, policy iteration on who pays nothing), large ones by
Gauss-Seidel sweeps that fall monotonically from an upper bound, with a Krylov solve if they crawl.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from sim.core.kernels import kernel

DIRECT_BELOW = 300  # nodes: LU at once
LU_BELOW = 1_000  # nodes: LU if sweeps crawl; above, fill-in costs more than a Krylov solve
PATIENCE = 200  # sweeps before another method is tried


class System(NamedTuple):
    """Row b of M: weight[start[b]:start[b+1]] on the payments of source[...]."""

    start: np.ndarray
    source: np.ndarray
    weight: np.ndarray
    constant: np.ndarray  # c, shape (m,)
    scale: np.ndarray  # what convergence is measured against, shape (m,): what is due

    @property
    def matrix(self) -> sparse.csr_array:
        m = self.constant.size
        return sparse.csr_array((self.weight, self.source, self.start), shape=(m, m))


def solve(system: System, upper: np.ndarray, tol: float, max_sweeps: int):
    """(x, iterations, converged); `upper` is at least the solution and at least max(0, c + M upper)."""
    m = upper.size
    x = upper.copy()
    if m == 0:
        return x, 0, True
    goal = max(tol / 50.0, 1e-15)
    if m < DIRECT_BELOW:
        exact = _solve_exactly(system)
        if exact is not None:
            return np.minimum(exact, upper), 1, True
    sweeps, converged = _sweep_until(*system, x, goal, min(PATIENCE, max_sweeps))
    if converged or sweeps >= max_sweeps:
        return x, sweeps, converged
    jump = _solve_exactly(system) if DIRECT_BELOW <= m < LU_BELOW else _krylov(system, x) if m >= LU_BELOW else None
    if jump is not None:
        x = np.minimum(jump, upper)
    more, converged = _sweep_until(*system, x, goal, max_sweeps - sweeps)
    return x, sweeps + more, converged


def _solve_exactly(system: System):
    """Policy iteration on the paying set; None if a closed circle without cash makes the system singular."""
    matrix, c = system.matrix, system.constant
    x = linear_solve(matrix, c, np.ones(c.size, dtype=bool), system.scale)
    if x is None:
        x = np.zeros(c.size)
    for _ in range(c.size + 2):
        target = np.maximum(c + matrix @ np.maximum(x, 0.0), 0.0)
        if np.all(np.abs(target - x) <= 1e-14 * system.scale):
            return x
        x = linear_solve(matrix, c, target > 0, system.scale)
        if x is None:
            return None
    return None


def linear_solve(matrix, constant, which, scale):
    """x = c + M x on `which`, 0 elsewhere, by sparse LU; None if M is singular there or the answer is off."""
    chosen = np.flatnonzero(which)
    x = np.zeros(constant.size)
    if chosen.size == 0:
        return x
    part = matrix if chosen.size == x.size else matrix[chosen][:, chosen]
    try:
        x[chosen] = linalg.splu(sparse.csc_array(sparse.eye_array(chosen.size) - part)).solve(constant[chosen])
    except RuntimeError:  # exactly singular
        return None
    if not np.isfinite(x).all() or np.abs(x).max() > 1e9 * scale.max():
        return None
    error = np.abs(constant[chosen] + part @ x[chosen] - x[chosen]).max()
    return x if error <= 1e-12 * max(np.abs(x).max(), np.abs(constant[chosen]).max()) else None


def _krylov(system: System, x: np.ndarray):
    """A BiCGSTAB solve on those who pay something; only a better start for the sweeps, so it may fail."""
    which = np.flatnonzero(x > 0)
    part = system.matrix[which][:, which]
    operator = linalg.LinearOperator(part.shape, matvec=lambda v: v - part @ v, dtype=np.float64)
    found, info = linalg.bicgstab(operator, system.constant[which], x0=x[which], rtol=1e-14, atol=0.0, maxiter=2_000)
    if info < 0 or not np.isfinite(found).all():
        return None
    out = np.zeros(x.size)
    out[which] = np.maximum(found, 0.0)
    return out


@kernel
def _sweep_until(start, source, weight, constant, scale, x, goal, max_sweeps):
    """Gauss-Seidel x_b = max(0, c_b + sum_a m_ba x_a) until step * r / (1 - r) <= goal, r the ratio of steps."""
    before = np.inf
    for sweep in range(max_sweeps):
        step = 0.0
        for b in range(x.size):
            total = constant[b]
            for k in range(start[b], start[b + 1]):
                total += weight[k] * x[source[k]]
            if total < 0.0:
                total = 0.0
            change = abs(total - x[b]) / scale[b]
            if change > step:
                step = change
            x[b] = total
        ratio = step / before if before < np.inf else 1.0
        if step <= 1e-16 or (step <= goal and ratio < 1.0 and step * ratio / (1.0 - ratio) <= goal):
            return sweep + 1, True
        before = step
    return max_sweeps, False
