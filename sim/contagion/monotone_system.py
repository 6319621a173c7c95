"""The system x = max(0, c + M x) of what nodes in default pay, M from other defaulters and not negative.

Two ways to its solution without sweeping: exactly (sparse LU, policy iteration on who pays nothing) for small
systems, and a Krylov solve for large ones whose sweeps crawl.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import linalg


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


def solve_exactly(system: System, upper: np.ndarray):
    """Policy iteration on the paying set; None if a closed circle without cash makes the system singular.

    `upper`, the payments so far, is not used: the answer is exact.
    """
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


def krylov(system: System, x: np.ndarray):
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
