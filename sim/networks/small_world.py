"""Small world: a ring of neighbourhoods with a few shortcuts.  Source: Watts and Strogatz (1998)."""

from typing import Literal

import numpy as np

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import integer, uniform
from sim.core.settings import Settings, setting
from sim.networks.sampling import TRIES


class SmallWorld(Settings):
    """Ties of a small world."""

    kind: Literal["small_world"] = setting("small_world", unit="name", source="Watts and Strogatz 1998")
    mean_degree: float = setting(8.0, gt=0, le=1000, unit="ties per consumer", source="assumption",
                                 meaning="Mean number of neighbours")
    rewiring: float = setting(0.1, ge=0, le=1, unit="share of ties", source="Watts and Strogatz 1998, fig. 2",
                              meaning="Share of ties that lead anywhere instead of nearby")


def build(n: int, settings: SmallWorld, key: np.uint64, attributes=None) -> Graph:
    """Link everybody to the nearest on a ring, then turn each tie with probability `rewiring` to anybody.

    Actor i starts with links to i+1 .. i+d/2; where d/2 is no whole number, evenly spread actors have one more.
    """
    if n < 2:
        return Graph.empty(n)
    most = 2 * ((n - 1) // 2)
    if settings.mean_degree > most:
        raise UserError(f"mean_degree: {settings.mean_degree:g} is too much for a ring of {n} actors; at most {most}")
    start = np.floor(np.arange(n + 1) * (settings.mean_degree / 2)).astype(np.int64)
    target = np.empty(start[-1], np.int32)
    _rewire(key, n, start, settings.rewiring, target)
    return Graph.from_edges(n, np.repeat(np.arange(n, dtype=np.int32), np.diff(start)), target)


@kernel
def _is_in(start, target, i, j):
    for e in range(start[i], start[i + 1]):
        if target[e] == j:
            return True
    return False


@kernel
def _rewire(key, n, start, rewiring, target):
    """target_e = i + s on the ring, or with probability `rewiring` uniform among those not yet linked to i."""
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            target[e] = (i + 1 + e - start[i]) % n
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            if uniform(key, e, 0) >= rewiring:
                continue
            for attempt in range(TRIES):  # who already knows nearly everybody keeps the tie
                j = integer(key, e, 1 + attempt, n)
                if j != i and not _is_in(start, target, i, j) and not _is_in(start, target, j, i):
                    target[e] = j
                    break
