"""Exposure matrices: one checked sparse form of whatever the caller hands over, dense or scipy sparse."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from sim.core.errors import UserError
from sim.core.kernels import kernel


class Rows(NamedTuple):
    """A square matrix by rows: entries of row i are data[start[i]:start[i+1]] in columns column[...]."""

    start: np.ndarray  # int64 (n + 1,)
    column: np.ndarray  # int32 (n_links,)
    data: np.ndarray  # float64 (n_links,)

    @property
    def n(self) -> int:
        return self.start.size - 1


def square_rows(name: str, matrix, *, allow_diagonal: bool = False) -> Rows:
    """The matrix as `Rows`, checked: square, finite, not negative, nothing on the diagonal unless allowed.

    Duplicate entries of a sparse matrix add up.  Raises: UserError naming `name`, the entry and what is allowed.
    """
    if sparse.issparse(matrix):
        csr = matrix.tocsr()
    else:
        dense = numbers(name, matrix)
        if dense.ndim != 2:
            raise UserError(f"{name}: has {dense.ndim} dimension(s); it must be a square matrix")
        csr = sparse.csr_array(dense)
    if csr.shape[0] != csr.shape[1]:
        raise UserError(f"{name}: is {csr.shape[0]} x {csr.shape[1]}; it must be square")
    rows = Rows(
        csr.indptr.astype(np.int64, copy=False),
        csr.indices.astype(np.int32, copy=False),
        csr.data.astype(np.float64, copy=False),
    )
    problem, row, column, value = _first_problem(*rows, allow_diagonal)
    if problem:
        where = f"{name}: entry [{row}, {column}] is {value:g}"
        raise UserError(
            where
            + (
                "",
                "; it must be a finite number",
                "; it must be 0 or more",
                "; nobody can owe itself, the diagonal must be 0",
            )[problem]
        )
    return rows


def by_columns(rows: Rows) -> Rows:
    """The transpose: row j of the result lists who has an entry in column j, in order of row."""
    return Rows(*_transpose(*rows))


def csr_of(rows: Rows) -> sparse.csr_array:
    """The same entries as a scipy matrix (no copy)."""
    return sparse.csr_array((rows.data, rows.column, rows.start), shape=(rows.n, rows.n))


def numbers(name: str, values) -> np.ndarray:
    """`values` as float64.  Raises: UserError if something in it is no number."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{name}: holds something that is not a number") from None


def vector(name: str, values, n: int, *, low: float = -np.inf, high: float = np.inf) -> np.ndarray:
    """`values` as float64 of shape (n,); a scalar is repeated.

    Raises: UserError on another length, a value that is not finite, or one outside [low, high].
    """
    array = numbers(name, values)
    if array.ndim == 0:
        array = np.full(n, float(array))
    if array.shape != (n,):
        raise UserError(f"{name}: has shape {array.shape}; it must have length {n}")
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= low) & (array <= high)))
    if bad.size:
        allowed = (
            "a finite number"
            if np.isinf(low) and np.isinf(high)
            else f"{low:g} or more"
            if np.isinf(high)
            else f"between {low:g} and {high:g}"
        )
        raise UserError(f"{name}: entry [{bad[0]}] is {array[bad[0]]:g}; it must be {allowed}")
    return array


def node_mask(name: str, nodes, n: int) -> np.ndarray:
    """Boolean mask (n,) of `nodes`: a mask already, one id, or ids.  Raises: UserError on an unknown id."""
    array = np.atleast_1d(np.asarray(nodes))
    if array.dtype == bool:
        if array.shape != (n,):
            raise UserError(f"{name}: a mask must have length {n}, this one has shape {array.shape}")
        return array.copy()
    mask = np.zeros(n, dtype=bool)
    if array.size == 0:
        return mask
    if array.dtype.kind not in "iu":
        raise UserError(f"{name}: node ids must be whole numbers from 0 to {n - 1}")
    outside = array[(array < 0) | (array >= n)]
    if outside.size:
        raise UserError(f"{name}: there is no node {outside[0]}; ids run from 0 to {n - 1}")
    mask[array] = True
    return mask


@kernel
def row_sums(start, data):
    """sum_j a_ij, shape (n,)."""
    out = np.zeros(start.size - 1)
    for i in range(out.size):
        total = 0.0
        for k in range(start[i], start[i + 1]):
            total += data[k]
        out[i] = total
    return out


@kernel
def column_sums(start, column, data, factor):
    """sum_i factor_i a_ij, shape (n,)."""
    out = np.zeros(start.size - 1)
    for i in range(out.size):
        f = factor[i]
        if f != 0.0:
            for k in range(start[i], start[i + 1]):
                out[column[k]] += f * data[k]
    return out


@kernel
def _transpose(start, column, data):
    n = start.size - 1
    to = np.zeros(n + 1, dtype=np.int64)
    for k in range(column.size):
        to[column[k] + 1] += 1
    for j in range(n):
        to[j + 1] += to[j]
    place = to[:-1].copy()
    row = np.empty(column.size, dtype=np.int32)
    moved = np.empty(column.size)
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            q = place[column[k]]
            row[q] = i
            moved[q] = data[k]
            place[column[k]] = q + 1
    return to, row, moved


@kernel
def _first_problem(start, column, data, allow_diagonal):
    """(1 not finite | 2 negative | 3 on the diagonal | 0 none, row, column, value)."""
    for i in range(start.size - 1):
        for k in range(start[i], start[i + 1]):
            value = data[k]
            if not np.isfinite(value):
                return 1, i, column[k], value
            if value < 0.0:
                return 2, i, column[k], value
            if column[k] == i and value != 0.0 and not allow_diagonal:
                return 3, i, column[k], value
    return 0, 0, 0, 0.0
