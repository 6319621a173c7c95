"""Threshold cascades drawn: many random networks, one first failure each, the share that falls."""

import numpy as np

from sim.core.kernels import kernel
from sim.core.random import Stream, stream_key, uniform


def simulate_gai_kapadia(n, mean_degree, draws, seed, threshold, inclusive, tie):
    """Share of banks that fail in each draw, shape (draws,)."""
    capacity = int(n * mean_degree + 12 * np.sqrt(n * mean_degree) + 64)
    return np.array(
        [
            _draw_gai_kapadia(
                stream_key(seed, Stream.INTERBANK_TIES, day),
                stream_key(seed, Stream.SHOCK_TARGET, day),
                n,
                mean_degree,
                threshold,
                inclusive,
                tie,
                capacity,
            )
            for day in range(draws)
        ]
    )


def simulate_watts(n, mean_degree, draws, seed, threshold, inclusive, tie):
    """Share of nodes that fall in each draw, shape (draws,)."""
    capacity = int(n * mean_degree / 2 + 12 * np.sqrt(n * mean_degree) + 64)
    return np.array(
        [
            _draw_watts(
                stream_key(seed, Stream.INTERBANK_TIES, day),
                stream_key(seed, Stream.SHOCK_TARGET, day),
                n,
                mean_degree,
                threshold,
                inclusive,
                tie,
                capacity,
            )
            for day in range(draws)
        ]
    )


@kernel
def random_pairs(key, n_cells, prob, capacity):
    """Cells 0..n_cells-1 each chosen with probability `prob`, by geometric gaps; ascending."""
    cells = np.empty(capacity, dtype=np.int64)
    count = 0
    cell = np.int64(-1)
    log_miss = np.log1p(-prob) if prob < 1.0 else -np.inf
    while count < capacity:
        gap = np.log(uniform(key, np.int64(0), count)) / log_miss if prob < 1.0 else 0.0
        if gap >= n_cells - cell:
            break
        cell += 1 + np.int64(gap)
        if cell >= n_cells:
            break
        cells[count] = cell
        count += 1
    return cells[:count]


@kernel
def _falls(fallen, degree, threshold, inclusive, tie):
    """fallen / degree reaches the threshold."""
    if inclusive:
        return fallen >= threshold * degree * (1.0 - tie)
    return fallen > threshold * degree * (1.0 + tie)


@kernel
def _spread(start, target, degree, seed, threshold, inclusive, tie):
    """Share of nodes that fall after `seed`; start/target: whom the fall of a node reaches."""
    n = degree.size
    hits = np.zeros(n, dtype=np.int32)
    has_fallen = np.zeros(n, dtype=np.bool_)
    queue = np.empty(n, dtype=np.int32)
    queue[0] = seed
    has_fallen[seed] = True
    size = 1
    head = 0
    while head < size:
        i = queue[head]
        head += 1
        for k in range(start[i], start[i + 1]):
            j = target[k]
            hits[j] += 1
            if not has_fallen[j] and _falls(hits[j], degree[j], threshold, inclusive, tie):
                has_fallen[j] = True
                queue[size] = j
                size += 1
    return size / n


@kernel
def _draw_gai_kapadia(link_key, seed_key, n, mean_degree, threshold, inclusive, tie, capacity):
    """A directed link borrower -> lender for each ordered pair with probability mean_degree / (n - 1)."""
    cells = random_pairs(link_key, np.int64(n) * (n - 1), min(mean_degree / (n - 1), 1.0), capacity)
    start = np.zeros(n + 1, dtype=np.int64)
    target = np.empty(cells.size, dtype=np.int32)
    degree = np.zeros(n, dtype=np.int32)
    for k in range(cells.size):
        i = cells[k] // (n - 1)
        j = cells[k] - i * (n - 1)
        if j >= i:
            j += 1
        start[i + 1] += 1
        target[k] = j
        degree[j] += 1
    for i in range(n):
        start[i + 1] += start[i]
    return _spread(start, target, degree, np.int64(uniform(seed_key, 0, 0) * n), threshold, inclusive, tie)


@kernel
def _draw_watts(link_key, seed_key, n, mean_degree, threshold, inclusive, tie, capacity):
    """An undirected link for each pair with probability mean_degree / (n - 1)."""
    cells = random_pairs(link_key, np.int64(n) * (n - 1) // 2, min(mean_degree / (n - 1), 1.0), capacity)
    degree = np.zeros(n, dtype=np.int32)
    ends = np.empty((cells.size, 2), dtype=np.int32)
    i = np.int64(1)
    for k in range(cells.size):  # cell = i (i - 1) / 2 + j with j < i
        while i * (i + 1) // 2 <= cells[k]:
            i += 1
        j = cells[k] - i * (i - 1) // 2
        ends[k, 0] = i
        ends[k, 1] = j
        degree[i] += 1
        degree[j] += 1
    start = np.zeros(n + 1, dtype=np.int64)
    for a in range(n):
        start[a + 1] = start[a] + degree[a]
    place = start[:-1].copy()
    target = np.empty(2 * cells.size, dtype=np.int32)
    for k in range(cells.size):
        a = ends[k, 0]
        b = ends[k, 1]
        target[place[a]] = b
        place[a] += 1
        target[place[b]] = a
        place[b] += 1
    return _spread(start, target, degree, np.int64(uniform(seed_key, 0, 0) * n), threshold, inclusive, tie)
