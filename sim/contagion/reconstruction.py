"""Reconstruction: a network of exposures from what banks report in total, as even or as sparse as the totals allow.

Choice: nobody lends to itself, and that is the only rule unless `allowed` says more.  Source: Upper (2011),
section 3.  Alternative: a prior matrix.  Reason: totals alone are what supervisors publish.

Choice: minimum density by an exact integer programme up to `EXACT_UP_TO` free links, above that by repeated greedy
allocation.  Source: Anand, Craig & von Peter (2015), whose own method is a heuristic too.  Alternative: always
the heuristic.  Reason: small systems are where a link more or less is seen.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from sim.contagion.matrix import numbers, vector
from sim.contagion.minimum_links import greedy_links
from sim.core.errors import UserError

EXACT_UP_TO = 150  # free cells: 12 banks that all lend and borrow are 132


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A network with given totals; `numpy.asarray(r)` and `r[i, j]` give the amounts."""

    matrix: np.ndarray  # (n, m): entry [i, j] is what row i lends column j, in the totals' unit
    links: int
    residual: float  # largest missed total, as a share of the sum of all
    n_iterations: int
    converged: bool
    proven: bool  # the link count is known to be the least possible, or the entropy the highest

    def __array__(self, dtype=None, copy=None):
        return np.array(self.matrix, dtype=dtype)

    def __getitem__(self, key):
        return self.matrix[key]

    @property
    def shape(self):
        return self.matrix.shape


def is_feasible(row_totals, column_totals, allowed=None, *, tol=1e-9) -> bool:
    """Can a matrix without negative entries have these totals, using only `allowed` cells (default: off the diagonal)?

    Source: with the diagonal alone forbidden, no row and column of one node may exceed the sum of all; otherwise a flow
    (linear programme, HiGHS).
    """
    rows, columns, mask = _totals(row_totals, column_totals, allowed)
    total = rows.sum()
    if abs(total - columns.sum()) > tol * max(total, columns.sum(), 1e-300):
        return False
    if mask is None:
        return rows.size == columns.size and bool(np.all(rows + columns <= total * (1.0 + tol)))
    cells = np.flatnonzero(mask.ravel())
    if cells.size == 0:
        return total <= 0
    answer = optimize.linprog(
        np.zeros(cells.size),
        A_eq=_totals_matrix(cells, mask.shape),
        b_eq=np.concatenate([rows, columns]) / max(total, 1e-300),
        bounds=(0, None),
        method="highs",
    )
    return answer.status == 0


def maximum_entropy(row_totals, column_totals, *, allowed=None, tol=1e-12, max_iterations=100_000) -> Reconstruction:
    """The evenest network: entries as proportional to both totals as the forbidden cells let them be (RAS).

    row_totals: (n,), what each lends in total; column_totals: (n,), what each borrows.  allowed: (n, n) mask, default
    all but the diagonal.  If a total can only be met by leaving cells empty these are emptied first, so that
    convergence stays quick; other masks of that kind converge slowly, see `converged`.

    Raises: UserError if totals differ or no network has them.  Source: Upper & Worms (2004); Bacharach (1965) for RAS.
    """
    rows, columns, mask = _read(row_totals, column_totals, allowed)
    total = rows.sum()
    if total == 0.0:
        return Reconstruction(np.zeros((rows.size, columns.size)), 0, 0.0, 0, True, True)
    if mask is None:
        full = np.flatnonzero(np.abs(rows + columns - total) <= 1e-12 * total)
        if full.size:  # all lending is to or from this node
            mask = np.zeros((rows.size, columns.size), dtype=bool)
            mask[full[0], :] = mask[:, full[0]] = True
            mask[full[0], full[0]] = False
            if full.size > 1:
                only = np.zeros_like(mask)
                only[np.ix_(full[:2], full[:2])] = True
                mask &= only
    if mask is None:
        matrix, iterations = _even_off_diagonal(rows, columns, tol, max_iterations)
    else:
        matrix, iterations = _scale(rows, columns, mask, tol, max_iterations)
    residual = _missed(matrix, rows, columns)
    return Reconstruction(
        matrix, int(np.count_nonzero(matrix)), residual, iterations, residual <= 10 * tol, residual <= 10 * tol
    )


def minimum_density(
    row_totals, column_totals, *, allowed=None, method="auto", seed=1, restarts=20, time_limit=20.0
) -> Reconstruction:
    """The sparsest network: as few links as the totals allow.

    method: "exact" (integer programme), "greedy", or "auto" (exact up to 150 free cells).  seed, restarts: the greedy
    search draws its tie-breaks.  `proven` says whether no network has fewer links.
    Draws: INTERBANK_TIES.
    Raises: UserError if totals differ or no network has them.  Source: Anand, Craig & von Peter (2015).
    """
    rows, columns, mask = _read(row_totals, column_totals, allowed)
    if method not in ("auto", "exact", "greedy"):
        raise UserError(f"method: is {method!r}; it must be 'auto', 'exact' or 'greedy'")
    if rows.sum() == 0.0:
        return Reconstruction(np.zeros((rows.size, columns.size)), 0, 0.0, 0, True, True)
    free = np.outer(rows > 0, columns > 0) & (
        mask if mask is not None else ~np.eye(rows.size, columns.size, dtype=bool)
    )
    matrix = greedy_links(rows, columns, seed, restarts) if mask is None else None
    least = max(np.count_nonzero(rows), np.count_nonzero(columns))
    proven = matrix is not None and np.count_nonzero(matrix) == least
    if not proven and (mask is not None or method == "exact" or (method == "auto" and free.sum() <= EXACT_UP_TO)):
        found, status = _fewest_links(rows, columns, free, time_limit)
        if found is not None and (matrix is None or np.count_nonzero(found) <= np.count_nonzero(matrix)):
            matrix, proven = found, status
        elif found is not None:
            proven = False
    if matrix is None:
        raise UserError(f"minimum_density: no network found within {time_limit:g} s; allow more time")
    residual = _missed(matrix, rows, columns)
    return Reconstruction(matrix, int(np.count_nonzero(matrix)), residual, 1, residual <= 1e-9, bool(proven))


def _read(row_totals, column_totals, allowed):
    rows, columns, mask = _totals(row_totals, column_totals, allowed)
    lent, borrowed = rows.sum(), columns.sum()
    if abs(lent - borrowed) > 1e-9 * max(lent, borrowed):
        raise UserError(f"totals: rows sum to {lent:.12g}, columns to {borrowed:.12g}; the two must be equal")
    if not is_feasible(rows, columns * (lent / borrowed if borrowed else 1.0), mask):
        heavy = np.flatnonzero(rows + columns > lent * (1.0 + 1e-9)) if mask is None else []
        who = f"; node {heavy[0]} lends and borrows more than all others can take and give" if len(heavy) else ""
        raise UserError(f"totals: no network has them{who}")
    return rows, columns * (lent / borrowed if borrowed else 1.0), mask


def _totals(row_totals, column_totals, allowed):
    rows = numbers("row_totals", row_totals).ravel()
    columns = numbers("column_totals", column_totals).ravel()
    rows = vector("row_totals", rows, rows.size, low=0.0)
    columns = vector("column_totals", columns, columns.size, low=0.0)
    if allowed is None:
        if rows.size != columns.size:
            raise UserError(f"column_totals: has length {columns.size}; it must have length {rows.size}")
        return rows, columns, None
    mask = numbers("allowed", allowed) != 0
    if mask.shape != (rows.size, columns.size):
        raise UserError(f"allowed: has shape {mask.shape}; it must be {(rows.size, columns.size)}")
    return rows, columns, mask


def _even_off_diagonal(rows, columns, tol, max_iterations):
    """x_ij = a_i b_j off the diagonal: RAS on the two factors, O(n) a step."""
    a, b = rows / np.sqrt(rows.sum()), columns / np.sqrt(rows.sum())
    goal = tol * rows.sum() / 4.0
    iteration = 0
    while iteration < max_iterations:
        iteration += 1
        a = np.divide(rows, b.sum() - b, out=np.zeros_like(a), where=rows > 0)
        given = a.sum() - a
        if np.abs(b * given - columns).max() <= goal:
            break
        b = np.divide(columns, given, out=np.zeros_like(b), where=columns > 0)
    matrix = np.outer(a, b)
    np.fill_diagonal(matrix, 0.0)
    return matrix, iteration


def _scale(rows, columns, mask, tol, max_iterations):
    """RAS on the allowed cells."""
    matrix = np.where(mask, np.outer(rows, columns) / rows.sum(), 0.0)
    goal = tol * rows.sum() / 4.0
    iteration = 0
    while iteration < max_iterations:
        iteration += 1
        sums = matrix.sum(axis=1)
        if np.abs(sums - rows).max() <= goal and iteration > 1:
            break
        matrix *= np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)[:, None]
        sums = matrix.sum(axis=0)
        matrix *= np.divide(columns, sums, out=np.zeros_like(columns), where=sums > 0)
    return matrix, iteration


def _fewest_links(rows, columns, free, time_limit):
    """(matrix, proven) of the integer programme min sum z, 0 <= x <= min(r, c) z; (None, False) without any."""
    cells = np.flatnonzero(free.ravel())
    total = rows.sum()
    r, c = rows / total, columns / total
    most = np.minimum(r[cells // columns.size], c[cells % columns.size])
    count, one = cells.size, sparse.eye_array(cells.size)
    sums = _totals_matrix(cells, free.shape)
    lend = sparse.csr_array((np.ones(count), (cells // columns.size, np.arange(count))), shape=(rows.size, count))
    borrow = sparse.csr_array((np.ones(count), (cells % columns.size, np.arange(count))), shape=(columns.size, count))
    zero = sparse.csr_array((rows.size, count))
    constraints = [
        optimize.LinearConstraint(sparse.hstack([sums, 0.0 * sums]), np.concatenate([r, c]), np.concatenate([r, c])),
        optimize.LinearConstraint(sparse.hstack([one, -sparse.diags_array(most)]), -np.inf, 0.0),
        optimize.LinearConstraint(sparse.hstack([zero, lend]), (rows > 0).astype(float), np.inf),
        optimize.LinearConstraint(
            sparse.hstack([sparse.csr_array((columns.size, count)), borrow]), (columns > 0).astype(float), np.inf
        ),
    ]
    answer = optimize.milp(
        np.concatenate([np.zeros(count), np.ones(count)]),
        constraints=constraints,
        integrality=np.concatenate([np.zeros(count), np.ones(count)]),
        bounds=optimize.Bounds(0, np.concatenate([most, np.ones(count)])),
        options={"time_limit": time_limit},
    )
    if answer.x is None:
        return None, False
    used = cells[answer.x[count:] > 0.5]
    return _fill(rows, columns, used), answer.status == 0


def _fill(rows, columns, used):
    """Amounts on the chosen links that meet the totals (least squares on a forest is exact)."""
    sums = _totals_matrix(used, (rows.size, columns.size))
    amounts = (
        optimize.lsq_linear(sums, np.concatenate([rows, columns]), bounds=(0, np.inf), tol=1e-15).x
        if used.size > 400
        else optimize.nnls(sums.toarray(), np.concatenate([rows, columns]))[0]
    )
    matrix = np.zeros((rows.size, columns.size))
    matrix.ravel()[used] = np.where(amounts > 1e-12 * rows.sum(), amounts, 0.0)
    return matrix


def _totals_matrix(cells, shape):
    """Rows of the result are the row totals, then the column totals, of the listed cells."""
    n, m = shape
    count = cells.size
    place = np.concatenate([cells // m, n + cells % m])
    return sparse.csr_array((np.ones(2 * count), (place, np.tile(np.arange(count), 2))), shape=(n + m, count))


def _missed(matrix, rows, columns) -> float:
    worst = max(np.abs(matrix.sum(axis=1) - rows).max(), np.abs(matrix.sum(axis=0) - columns).max())
    return float(worst / rows.sum())
