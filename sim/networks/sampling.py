"""Drawing links fast: weighted choices, distinct choices, sets of links, random order."""

import numpy as np

from sim.core.kernels import kernel
from sim.core.random import bits, integer, uniform

TRIES = 64  # random draws for a free place before the first free one is taken; matters in nearly full graphs only
EMPTY = np.int64(-1)


def empty_set(size: int) -> np.ndarray:
    """A set with room for `size` integers of 0 or more, at most half full, for `add_to_set`."""
    return np.full(1 << max(3, int(2 * size).bit_length()), EMPTY)


@kernel
def add_to_set(table, value):
    """True if `value` was not yet in the set; open addressing with linear probing."""
    mask = np.int64(table.size - 1)
    at = np.int64(bits(np.uint64(0), value, 0) >> np.uint64(1)) & mask
    while table[at] != EMPTY:
        if table[at] == value:
            return False
        at = (at + 1) & mask
    table[at] = value
    return True


@kernel
def draw_distinct(key, slot, total, table, drawn):
    """Fill `drawn` with distinct integers of 0..total-1, every set equally likely.  Source: Floyd (Bentley 1987)."""
    for e in range(drawn.size):
        last = total - drawn.size + e
        value = integer(key, e, slot, last + 1)
        if not add_to_set(table, value):
            value = last
            add_to_set(table, value)
        drawn[e] = value


def distinct_integers(key: np.uint64, slot: int, total: int, count: int) -> np.ndarray:
    """`count` distinct integers of 0..total-1, shape (count,) int64."""
    drawn = np.empty(count, np.int64)
    draw_distinct(key, slot, total, empty_set(count), drawn)
    return drawn


@kernel
def random_order(key, slot, n):
    """A random permutation of 0..n-1 (Fisher-Yates)."""
    order = np.arange(n, dtype=np.int32)
    for i in range(n - 1, 0, -1):
        j = integer(key, i, slot, i + 1)
        order[i], order[j] = order[j], order[i]
    return order


@kernel
def pareto_weights(key, slot, n, shape):
    """Pareto draws of at least 1: P(X > x) = x^-shape."""
    weights = np.empty(n)
    for i in range(n):
        weights[i] = uniform(key, i, slot) ** (-1.0 / shape)
    return weights


def whole_numbers(key: np.uint64, slot: int, means: np.ndarray) -> np.ndarray:
    """Integers with these means, each one rounded down or up, whose sum is that of the means (systematic rounding)."""
    total = np.concatenate(([0.0], np.cumsum(means))) + uniform(key, 0, slot)
    return np.diff(np.floor(total).astype(np.int64))


@kernel
def alias_tables(weights, start):
    """Tables for `pick`, one for each group start[g]..start[g+1]-1.  Source: Walker (1977), Vose (1991)."""
    accept = np.ones(weights.size)
    alias = np.arange(weights.size).astype(np.int32)
    queue = np.empty(weights.size, np.int32)
    for g in range(start.size - 1):
        first, stop = start[g], start[g + 1]
        total = weights[first:stop].sum()
        if total <= 0.0:
            continue
        n_small, n_large = 0, 0  # small ones queue from the left, large ones from the right
        for i in range(first, stop):
            accept[i] = weights[i] * (stop - first) / total
            if accept[i] < 1.0:
                queue[first + n_small] = i
                n_small += 1
            else:
                n_large += 1
                queue[stop - n_large] = i
        while n_small > 0 and n_large > 0:
            small, large = queue[first + n_small - 1], queue[stop - n_large]
            n_small -= 1
            alias[small] = large
            accept[large] -= 1.0 - accept[small]
            if accept[large] < 1.0:
                n_large -= 1
                queue[first + n_small] = large
                n_small += 1
        for left in range(n_small):  # what rounding left over
            accept[queue[first + left]] = 1.0
        for left in range(n_large):
            accept[queue[stop - 1 - left]] = 1.0
    return accept, alias


@kernel
def pick(accept, alias, first, stop, u):
    """A place first..stop-1 with probability proportional to its weight, from one uniform u."""
    x = u * (stop - first)
    i = first + np.int64(x)
    return i if x - np.floor(x) < accept[i] else np.int64(alias[i])


def by_group(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(code of each actor, actors sorted by group, where each group starts); groups may hold anything sortable."""
    _, code = np.unique(np.asarray(groups), return_inverse=True)
    code = code.reshape(-1).astype(np.int32)
    start = np.concatenate(([0], np.cumsum(np.bincount(code)))) if code.size else np.zeros(1, np.int64)
    return code, np.argsort(code, kind="stable").astype(np.int32), start.astype(np.int64)
