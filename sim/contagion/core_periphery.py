"""Core and periphery: how far a network is from a core that trades with all and a periphery that trades with the core.

Errors of a core C, as Craig & von Peter (2014) count them: missing links inside the core, links inside the
periphery, and for each core bank without any loan to (or from) the periphery as many as there are peripheral banks.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sim.core.errors import UserError
from sim.core.kernels import kernel
from sim.core.random import Stream, stream_key, uniform

EXACT_UP_TO = 20  # nodes: all 2^n cores are tried
MOST_CORES = 64  # tied best cores that are returned


@dataclass(frozen=True)
class CorePeriphery:
    """The best fit."""

    errors: int
    cores: list  # every best core (ids, ascending) up to 20 nodes; above, the one found
    error_share: float  # errors over links; 0 without links
    proven: bool  # all cores were tried


def fit(edges, n=None, *, seed=1, restarts=8) -> CorePeriphery:
    """The core with the fewest errors: exact up to 20 nodes, local search from degree order and random starts above.

    edges: (m, 2) pairs of ids (weights in a third column are ignored), or a matrix (dense or sparse) if `n` is None.
    Links are directed; repeats count once; self-links not at all.  Draws: INTERBANK_TIES (restarts).
    Raises: UserError on an unknown id.  Source: Craig & von Peter (2014), section 3.
    """
    matrix = _links(edges, n)
    n = matrix.shape[0]
    m = int(matrix.nnz)
    out, into = sparse.csr_array(matrix), sparse.csr_array(matrix.T)
    if n <= EXACT_UP_TO:
        errors, cores = _try_all(out.toarray() != 0)
        found = [[i for i in range(n) if core >> i & 1] for core in cores.tolist()]
        found.sort(key=lambda core: (len(core), core))
    else:
        pointers = [array.astype(np.int64) for array in (out.indptr, out.indices, into.indptr, into.indices)]
        degree = np.diff(out.indptr) + np.diff(into.indptr)
        errors, core = _search(
            *pointers, np.argsort(-degree, kind="stable"), stream_key(seed, Stream.INTERBANK_TIES), restarts
        )
        found = [np.flatnonzero(core).tolist()]
    return CorePeriphery(int(errors), found, errors / m if m else 0.0, n <= EXACT_UP_TO)


def _links(edges, n):
    if n is None:
        matrix = sparse.csr_array(edges if sparse.issparse(edges) else np.asarray(edges, dtype=float))
        if matrix.shape[0] != matrix.shape[1]:
            raise UserError(f"edges: is {matrix.shape[0]} x {matrix.shape[1]}; a matrix must be square (or give n)")
        matrix = matrix.tocoo()
        source, target = matrix.row[matrix.data != 0], matrix.col[matrix.data != 0]
        n = matrix.shape[0]
    else:
        pairs = np.asarray(edges, dtype=float)
        pairs = (pairs.reshape(0, 2) if pairs.size == 0 else pairs)[:, :2].astype(np.int64)
        if pairs.size and (pairs.min() < 0 or pairs.max() >= n):
            bad = pairs[(pairs < 0) | (pairs >= n)][0]
            raise UserError(f"edges: there is no node {bad}; ids run from 0 to {n - 1}")
        source, target = pairs[:, 0], pairs[:, 1]
    keep = source != target
    matrix = sparse.csr_array((np.ones(int(keep.sum())), (source[keep], target[keep])), shape=(n, n))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


@kernel
def _try_all(linked):
    """(least errors, the cores that have them as bit masks)."""
    n = linked.shape[0]
    out = np.zeros(n, dtype=np.int64)
    into = np.zeros(n, dtype=np.int64)
    for i in range(n):
        for j in range(n):
            if linked[i, j]:
                out[i] |= np.int64(1) << j
                into[j] |= np.int64(1) << i
    everyone = (np.int64(1) << n) - 1
    least = np.int64(4 * n * n + 1)
    cores = np.empty(MOST_CORES, dtype=np.int64)
    count = 0
    for core in range(np.int64(1) << n):
        rest = everyone & ~core
        n_core = _bits(core)
        errors = np.int64(0)
        for i in range(n):
            if core >> i & 1:
                errors += n_core - 1 - _bits(out[i] & core)
                if out[i] & rest == 0:
                    errors += n - n_core
                if into[i] & rest == 0:
                    errors += n - n_core
            else:
                errors += _bits(out[i] & rest)
            if errors > least:
                break
        if errors < least:
            least = errors
            count = 0
        if errors == least and count < MOST_CORES:
            cores[count] = core
            count += 1
    return least, cores[:count]


@kernel
def _bits(x):
    count = np.int64(0)
    while x:
        x &= x - 1
        count += 1
    return count


@kernel
def _search(out_start, out, in_start, into, order, key, restarts):
    """Local search: the best degree-ordered core first, then single moves until none helps, from several starts."""
    n = order.size
    best_errors = np.int64(-1)
    best = np.zeros(n, dtype=np.bool_)
    core = np.zeros(n, dtype=np.bool_)
    # counts of links to and from the core
    to_core = np.zeros(n, dtype=np.int64)
    from_core = np.zeros(n, dtype=np.int64)
    n_core = 0
    size, errors = 0, _errors(out_start, in_start, core, to_core, from_core, 0)
    least = errors
    for k in range(n):
        _flip(out_start, out, in_start, into, order[k], core, to_core, from_core)
        errors = _errors(out_start, in_start, core, to_core, from_core, k + 1)
        if errors < least:
            least = errors
            size = k + 1
    for start in range(restarts + 1):
        core[:] = False
        to_core[:] = 0
        from_core[:] = 0
        n_core = 0
        for k in range(n):
            chosen = k < size
            if start > 0 and uniform(key, order[k], start) < 0.1 * size / n:
                chosen = not chosen
            if start > 0 and k < size and uniform(key, order[k], restarts + 1 + start) < 0.2:
                chosen = False
            if chosen:
                _flip(out_start, out, in_start, into, order[k], core, to_core, from_core)
                n_core += 1
        errors = _errors(out_start, in_start, core, to_core, from_core, n_core)
        improved = True
        passes = 0
        while improved and passes < 50:
            improved = False
            passes += 1
            for k in range(n):
                i = order[k]
                after = n_core - 1 if core[i] else n_core + 1
                if _rough_change(out_start, in_start, core, to_core, from_core, n_core, i) >= 2 * n:
                    continue
                _flip(out_start, out, in_start, into, i, core, to_core, from_core)
                trial = _errors(out_start, in_start, core, to_core, from_core, after)
                if trial < errors:
                    errors = trial
                    n_core = after
                    improved = True
                else:
                    _flip(out_start, out, in_start, into, i, core, to_core, from_core)
        if best_errors < 0 or errors < best_errors:
            best_errors = errors
            best[:] = core
    return best_errors, best


@kernel
def _rough_change(out_start, in_start, core, to_core, from_core, n_core, i):
    """Change of errors inside core and periphery alone if i changes sides."""
    missing = 2 * (n_core - (1 if core[i] else 0)) - to_core[i] - from_core[i]
    outside = (out_start[i + 1] - out_start[i] - to_core[i]) + (in_start[i + 1] - in_start[i] - from_core[i])
    return outside - missing if core[i] else missing - outside


@kernel
def _flip(out_start, out, in_start, into, i, core, to_core, from_core):
    step = -1 if core[i] else 1
    core[i] = not core[i]
    for k in range(out_start[i], out_start[i + 1]):
        from_core[out[k]] += step
    for k in range(in_start[i], in_start[i + 1]):
        to_core[into[k]] += step


@kernel
def _errors(out_start, in_start, core, to_core, from_core, n_core):
    errors = np.int64(0)
    n = core.size
    for i in range(n):
        links_out = out_start[i + 1] - out_start[i]
        if core[i]:
            errors += n_core - 1 - to_core[i]
            if links_out == to_core[i]:
                errors += n - n_core
            if in_start[i + 1] - in_start[i] == from_core[i]:
                errors += n - n_core
        else:
            errors += links_out - to_core[i]
    return errors
