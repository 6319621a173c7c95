"""Networks to stress: Erdős–Rényi, scale-free, core-periphery, from totals; and balance sheets around them.

Choice: amounts are lognormal and independent of degree.  Source: Cont, Moussa & Santos (2013) for heavy tails.
Alternative: amounts that grow with the degrees of both ends.  Reason: degree and amount can then be varied apart.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sim.contagion.matrix import Rows, column_sums, csr_of, row_sums, square_rows
from sim.contagion.reconstruction import maximum_entropy, minimum_density
from sim.contagion.threshold_simulation import random_pairs
from sim.core.errors import UserError, did_you_mean
from sim.core.kernels import kernel
from sim.core.random import Stream, normals, stream_key, uniforms

LINKS, AMOUNTS, WEIGHTS = 0, 1, 2  # days of the stream INTERBANK_TIES, one for each kind of draw


def erdos_renyi(n: int, mean_degree: float, seed: int = 1, *, spread: float = 1.0) -> sparse.csr_array:
    """Liabilities (n, n): each ordered pair is linked with probability mean_degree / (n - 1).

    spread: standard deviation of log amounts, whose median is 1.  Draws: INTERBANK_TIES.
    Source: Erdős & Rényi (1959), Gilbert's form.
    """
    n, mean_degree = _size(n, mean_degree)
    capacity = int(n * mean_degree + 12 * np.sqrt(n * mean_degree) + 64)
    cells = random_pairs(
        stream_key(seed, Stream.INTERBANK_TIES, LINKS), np.int64(n) * (n - 1), mean_degree / (n - 1), capacity
    )
    start, column = _rows_of_cells(cells, n)
    return _with_amounts(start, column, seed, spread)


def scale_free(
    n: int, mean_degree: float, seed: int = 1, *, exponent: float = 2.5, spread: float = 1.0
) -> sparse.csr_array:
    """Liabilities (n, n) whose degrees have a power-law tail; who borrows from many also lends to many.

    Links are drawn with probability proportional to weights rank^(-1 / (exponent - 1)) of both ends; repeats and
    self-links are dropped, so the mean degree is a little below `mean_degree`.  Draws: INTERBANK_TIES.
    Source: Chung & Lu (2002); Boss et al. (2004) for interbank networks.
    """
    n, mean_degree = _size(n, mean_degree)
    if not exponent > 2.0:
        raise UserError(f"exponent: is {exponent}; it must be above 2 for a mean degree to exist")
    # the weights belong to ranks; ranks to nodes by a keyed shuffle, so that id says nothing about size
    rank = np.argsort(uniforms(stream_key(seed, Stream.INTERBANK_TIES, WEIGHTS), 0, n, 0), kind="stable")
    cumulated = np.cumsum(np.arange(1, n + 1) ** (-1.0 / (exponent - 1.0)))
    m = int(round(n * mean_degree))
    key = stream_key(seed, Stream.INTERBANK_TIES, LINKS)
    source = rank[np.searchsorted(cumulated, uniforms(key, 0, m, 0) * cumulated[-1])]
    target = rank[np.searchsorted(cumulated, uniforms(key, 0, m, 1) * cumulated[-1])]
    links = sparse.csr_array((np.ones(m), (source, target)), shape=(n, n))
    links.sum_duplicates()
    links.setdiag(0.0)
    links.eliminate_zeros()
    return _with_amounts(links.indptr.astype(np.int64), links.indices.astype(np.int32), seed, spread)


def core_periphery(
    n: int, mean_degree: float, seed: int = 1, *, core_share: float | None = None, spread: float = 1.0
) -> sparse.csr_array:
    """Liabilities (n, n): a complete core, and peripheral banks that deal with core banks only.

    core_share: share of banks in the core (the first ids); by default as large as lets half of all links lie inside it.
    Each peripheral bank borrows from and lends to the same number of core banks.  Draws: INTERBANK_TIES.
    Source: Craig & von Peter (2014).
    """
    n, mean_degree = _size(n, mean_degree)
    core = int(round(n * core_share)) if core_share is not None else int(np.sqrt(n * mean_degree / 2.0))
    core = min(max(core, 2), n)
    ties = max(1, int(round((n * mean_degree - core * (core - 1)) / max(2 * (n - core), 1)))) if n > core else 0
    ties = min(ties, core)
    inside = [(np.repeat(np.arange(core), core), np.tile(np.arange(core), core))]
    key = stream_key(seed, Stream.INTERBANK_TIES, LINKS)
    periphery = np.arange(core, n)
    for slot in range(ties):
        lender = (uniforms(key, core, n, 2 * slot) * core).astype(np.int64)
        borrower = (uniforms(key, core, n, 2 * slot + 1) * core).astype(np.int64)
        inside += [(periphery, lender), (borrower, periphery)]
    source, target = (np.concatenate(side) for side in zip(*inside))
    links = sparse.csr_array((np.ones(source.size), (source, target)), shape=(n, n))
    links.sum_duplicates()
    links.setdiag(0.0)
    links.eliminate_zeros()
    return _with_amounts(links.indptr.astype(np.int64), links.indices.astype(np.int32), seed, spread)


def from_marginals(lent, borrowed, method: str = "maximum_entropy") -> sparse.csr_array:
    """Liabilities (n, n) such that node i has lent `lent[i]` and borrowed `borrowed[i]` in total.

    method: "maximum_entropy" or "minimum_density".  Source: see `reconstruction`.
    """
    methods = {"maximum_entropy": maximum_entropy, "minimum_density": minimum_density}
    if method not in methods:
        raise UserError(
            f"method: no reconstruction {method!r}; known: {', '.join(methods)}{did_you_mean(method, methods)}"
        )
    return sparse.csr_array(np.asarray(methods[method](lent, borrowed)).T)


NETWORKS = {"erdos_renyi": erdos_renyi, "scale_free": scale_free, "core_periphery": core_periphery}


@dataclass(frozen=True, eq=False)
class BalanceSheets:
    """What the banks of a network have and owe outside it; shapes (n,), in the unit of the liabilities."""

    external_assets: np.ndarray
    external_liabilities: np.ndarray
    equity: np.ndarray


def balance_sheets(
    liabilities, seed: int = 1, *, equity_ratio: float = 0.05, outside_share: float = 0.8
) -> BalanceSheets:
    """Balance sheets around a network: assets are lent outside or inside, and equity is a share of all assets.

    outside_share: deposits as a share of a bank's debts.  equity_ratio: mean; each bank draws half to one and a
    half of it.  Draws: BANK_BIRTH.
    """
    rows = square_rows("liabilities", liabilities)
    borrowed, lent = row_sums(rows.start, rows.data), column_sums(*rows, np.ones(rows.n))
    deposits = np.maximum(borrowed, lent) * outside_share / (1.0 - outside_share)
    ratio = equity_ratio * (0.5 + uniforms(stream_key(seed, Stream.BANK_BIRTH), 0, rows.n, 0))
    total = np.maximum((borrowed + deposits) / (1.0 - ratio), lent)
    return BalanceSheets(total - lent, deposits, total - borrowed - deposits)


def _size(n, mean_degree):
    if int(n) < 2 or not 0.0 < float(mean_degree) <= n - 1:
        raise UserError(
            f"network: n is {n} and mean_degree {mean_degree}; n must be 2 or more and 0 < mean_degree <= n - 1"
        )
    return int(n), float(mean_degree)


def _with_amounts(start, column, seed, spread) -> sparse.csr_array:
    amounts = np.exp(spread * normals(stream_key(seed, Stream.INTERBANK_TIES, AMOUNTS), 0, column.size, 0))
    return csr_of(Rows(start, column, amounts))


@kernel
def _rows_of_cells(cells, n):
    """Row starts and columns of the cells of an n x n matrix without its diagonal, numbered row by row."""
    start = np.zeros(n + 1, dtype=np.int64)
    column = np.empty(cells.size, dtype=np.int32)
    for k in range(cells.size):
        i = cells[k] // (n - 1)
        j = cells[k] - i * (n - 1)
        column[k] = j + 1 if j >= i else j
        start[i + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    return start, column
