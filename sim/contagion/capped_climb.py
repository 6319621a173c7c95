"""The least solution of h = min(1, first + L f(h)) for large networks, where only the limit is wanted, not the way to it.

Memory traffic is the cost: a sweep reads every exposure once, and in 32 bits twice as many fit in the cache. So the
linear system is swept in 32 bits, and what is left is measured and corrected in 64 (iterative refinement), until the
residual is as small as sweeps in 64 bits would make it.  The nonlinear one, and one that the refinement does not
settle, is swept in 64 bits.
Source: Wilkinson (1963), Rounding Errors in Algebraic Processes, on refinement.
"""

import numpy as np

from sim.contagion.matrix import Rows
from sim.core.kernels import kernel

GOAL = 2e-13  # estimated distance to the limit, as a share of equity
ROUNDING = 1e-16
MAX_SWEEPS = 10_000
CORRECTIONS = 8  # three or four are enough if the sweeps converge at all
SWEEPS_A_CORRECTION = 200
LARGEST = 1e30  # infinity has no product with 0
CORRECTION_GOAL = 1e-6  # of the largest; 32 bits cannot tell less


def climb_in_place(leverage: Rows, first, alpha, h) -> bool:
    """Raises `h`, given as the shock `first`, to the limit; whether it was reached.

    leverage: rows of L.  first, h: (n,) in [0, 1].  alpha: f(h) = h exp(alpha (h - 1)); 0 is linear.
    """
    reached, _ = _sweeps(*leverage, first, alpha, h, 1)
    if reached:
        return True
    if alpha == 0.0 and _refine(*leverage, first, h):
        return True
    return _sweeps(*leverage, first, alpha, h, MAX_SWEEPS)[0]


@kernel
def passed_on(h, alpha):
    """h exp(alpha (h - 1))."""
    return h if alpha == 0.0 else h * np.exp(alpha * (h - 1.0))


@kernel
def _sweeps(start, column, leverage, first, alpha, h, most):
    """h_i <- min(1, first_i + sum_j l_ij f(h_j)), in place, newest values; (limit reached, sweeps)."""
    n = h.size
    sent = np.empty(n)
    for i in range(n):
        sent[i] = passed_on(h[i], alpha)
    before = np.inf
    for sweep in range(most):
        largest = 0.0
        for i in range(n):
            if h[i] < 1.0:
                total = first[i]
                for k in range(start[i], start[i + 1]):
                    total += leverage[k] * sent[column[k]]
                total = min(1.0, total)
                largest = max(largest, abs(total - h[i]))
                h[i] = total
                sent[i] = passed_on(total, alpha)
        if _is_near(largest, before, GOAL):
            return True, sweep + 1
        before = largest
    return False, most


@kernel
def _is_near(step, before, goal):
    """Whether the limit is within `goal`, as the last two steps foretell it."""
    ratio = step / before if before < np.inf else 1.0
    return step <= ROUNDING or (step <= goal and step * ratio <= (1.0 - ratio) * goal)


@kernel
def _refine(start, column, leverage, first, h):
    """Corrects `h` by sweeps in 32 bits over the banks below 1; whether the limit was reached."""
    rows, columns, amounts, members = _still_open(start, column, leverage, h)
    missing = np.empty(members.size)
    change = np.empty(members.size, dtype=np.float32)
    before = np.inf
    for _ in range(CORRECTIONS):
        largest = 0.0
        for a in range(members.size):
            i = members[a]
            total = first[i]
            for k in range(start[i], start[i + 1]):
                total += leverage[k] * h[column[k]]
            missing[a] = total - h[i]
            largest = max(largest, abs(min(1.0, total) - h[i]))
        if _is_near(largest, before, GOAL):
            for a in range(members.size):
                h[members[a]] = min(1.0, h[members[a]] + missing[a])
            return True
        before = largest
        if not _correct(rows, columns, amounts, missing, largest, h, members, change):
            return False
        for a in range(members.size):
            h[members[a]] = max(0.0, min(1.0, h[members[a]] + largest * change[a]))
    return False


@kernel
def _correct(start, column, leverage, missing, scale, h, members, change):
    """change_a <- min(room_a, missing_a + sum_b l_ab change_b) in units of `scale`, from 0; whether it settled."""
    n = members.size
    constant = np.empty(n, dtype=np.float32)
    room = np.empty(n, dtype=np.float32)
    for a in range(n):
        constant[a] = min(LARGEST, missing[a] / scale)
        room[a] = min(LARGEST, (1.0 - h[members[a]]) / scale)
        change[a] = 0.0
    for _ in range(SWEEPS_A_CORRECTION):
        most = np.float32(0.0)
        step = np.float32(0.0)
        for a in range(n):
            total = constant[a]
            for k in range(start[a], start[a + 1]):
                total += leverage[k] * change[column[k]]
            total = min(room[a], total)
            step = max(step, abs(total - change[a]))
            most = max(most, abs(total))
            change[a] = total
        if step <= CORRECTION_GOAL * most:
            return True
    return False


@kernel
def _still_open(start, column, leverage, h):
    """The links between banks below 1 that lend, in 32 bits: rows, columns, leverage, ids of the banks."""
    n = h.size
    position = np.full(n, -1, dtype=np.int32)
    members = np.empty(n, dtype=np.int64)
    count = 0
    links = 0
    for i in range(n):
        if h[i] < 1.0 and start[i + 1] > start[i]:
            position[i] = count
            members[count] = i
            count += 1
            links += start[i + 1] - start[i]
    to = np.zeros(count + 1, dtype=np.int64)
    target = np.empty(links, dtype=np.int32)
    amount = np.empty(links, dtype=np.float32)
    links = 0
    for a in range(count):
        i = members[a]
        for k in range(start[i], start[i + 1]):
            b = position[column[k]]
            if b >= 0:
                target[links] = b
                amount[links] = min(LARGEST, leverage[k])
                links += 1
        to[a + 1] = links
    return to, target[:links], amount[:links], members[:count]
