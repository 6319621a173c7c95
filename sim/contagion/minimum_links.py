"""Few links: a greedy allocation of lending totals to borrowing totals that never runs into a dead end.

A remainder can be completed without self-lending exactly if no node's lending and borrowing left exceeds all that
is left; each step keeps that.  A step settles a lender, a borrower or both; both at once saves a link.
"""

import numpy as np

from sim.core.kernels import kernel
from sim.core.random import Stream, stream_key, uniform

SMALL = 1e-12  # of the total: left over by rounding


def greedy_links(rows, columns, seed: int, restarts: int) -> np.ndarray:
    """The sparsest of `restarts` allocations, shape (n, n)."""
    best = None
    for attempt in range(max(1, restarts if rows.size <= 500 else 1)):
        found = _allocate(rows.copy(), columns.copy(), stream_key(seed, Stream.INTERBANK_TIES, attempt), attempt > 0)
        if best is None or found[2].size < best[2].size:
            best = found
    matrix = np.zeros((rows.size, columns.size))
    np.add.at(matrix, (best[0], best[1]), best[2])
    return matrix


@kernel
def _allocate(lend, borrow, key, shuffled):
    """Links (lender, borrower, amount): largest lender first, an exactly matching borrower before the largest one."""
    n = lend.size
    total = lend.sum()
    small = SMALL * total
    lender = np.empty(6 * n + 8, dtype=np.int64)
    borrower = np.empty(6 * n + 8, dtype=np.int64)
    amount = np.empty(6 * n + 8)
    count = 0
    while total > small * n and count < lender.size:
        # the node closest to needing everybody else, and the next one
        first, second = -1, -1
        for i in range(n):
            both = lend[i] + borrow[i]
            if first < 0 or both > lend[first] + borrow[first]:
                second = first
                first = i
            elif second < 0 or both > lend[second] + borrow[second]:
                second = i
        tight = first if lend[first] + borrow[first] >= total - small else -1
        i, j = _choose_pair(lend, borrow, tight, small, key, count, shuffled)
        x = min(lend[i], borrow[j])
        for k in (first, second):  # any other node would be looser than these two or is one of the pair
            if k != i and k != j:
                x = min(x, total - lend[k] - borrow[k])
        third = -1.0
        if (first == i or first == j) and (second == i or second == j):
            for k in range(n):
                if k != i and k != j:
                    third = max(third, lend[k] + borrow[k])
            if third >= 0.0:
                x = min(x, total - third)
        lender[count] = i
        borrower[count] = j
        amount[count] = x
        count += 1
        lend[i] -= x
        borrow[j] -= x
        total -= x
        if lend[i] <= small:
            lend[i] = 0.0
        if borrow[j] <= small:
            borrow[j] = 0.0
    return lender[:count], borrower[:count], amount[:count]


@kernel
def _choose_pair(lend, borrow, tight, small, key, count, shuffled):
    """The next (lender, borrower); if some node needs everybody, it is one of the two."""
    n = lend.size
    if tight >= 0:
        as_lender = lend[tight] > small
        i, j = tight, tight
        best = -1.0
        for k in range(n):
            if k != tight:
                room = borrow[k] if as_lender else lend[k]
                if room > best:
                    best = room
                    if as_lender:
                        j = k
                    else:
                        i = k
        return i, j
    i = -1
    best = -1.0
    for k in range(n):
        value = lend[k]
        if shuffled and value > small:
            value *= 0.2 + uniform(key, k, count)
        if value > best:
            best = value
            i = k
    j = -1
    best = -1.0
    exact = False
    for k in range(n):
        if k != i and borrow[k] > small:
            same = abs(borrow[k] - lend[i]) <= small
            value = borrow[k]
            if shuffled:
                value *= 0.2 + uniform(key, n + k, count)
            if (same and not exact) or (same == exact and value > best):
                best = value
                j = k
                exact = exact or same
    return i, j
