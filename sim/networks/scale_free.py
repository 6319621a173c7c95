"""Scale free: newcomers prefer the popular, so a few actors know very many.  Source: Barabási and Albert (1999)."""

from typing import Literal

import numpy as np

from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import integer, uniform
from sim.core.settings import Settings, setting
from sim.networks.network import check_mean_degree
from sim.networks.sampling import TRIES, random_order


class ScaleFree(Settings):
    """Ties of a scale-free network."""

    kind: Literal["scale_free"] = setting("scale_free", unit="name", source="Barabási and Albert 1999")
    mean_degree: float = setting(8.0, gt=0, le=1000, unit="ties per consumer", source="assumption",
                                 meaning="Mean number of neighbours")
    tail_exponent: float = setting(3.0, ge=3, le=10, unit="exponent", source="Barabási and Albert 1999",
                                   meaning="Exponent of the tail: the share of actors with k ties falls as k^-exponent")


def build(n: int, settings: ScaleFree, key: np.uint64, attributes=None) -> Graph:
    """Actors enter in random order, each with d/2 ties to those already in.

    A tie goes to anybody with probability u, else to an actor in proportion to its ties, which gives a tail
    exponent of 1 + 2 / (1 - u) (mean field).  The first d + 1 to enter all know each other.
    """
    if n < 2:
        return Graph.empty(n)
    check_mean_degree(settings.mean_degree, n)
    uniform_share = 1.0 - 2.0 / (settings.tail_exponent - 1.0)
    due = np.floor(np.arange(1, n + 1) * (settings.mean_degree / 2)).astype(np.int64)
    source, target = _grow(key, n, due, uniform_share)
    name = random_order(key, 2 * TRIES + 1, n)
    return Graph.from_edges(n, name[source], name[target])


@kernel
def _grow(key, n, due, uniform_share):
    """Newcomer i makes due_i - (ties so far) ties, at most i; what it cannot make is left to the next."""
    ends = np.empty(2 * due[-1], np.int32)  # both ends of every tie: a uniform draw of these is preferential
    linked_to = np.full(n, -1, np.int32)  # the last newcomer that chose this actor
    m = np.int64(0)
    for i in range(1, n):
        before = 2 * m
        for _ in range(min(np.int64(i), due[i] - m)):
            j = np.int64(-1)
            for attempt in range(TRIES):
                if before == 0 or uniform(key, m, 2 * attempt) < uniform_share:
                    j = integer(key, m, 2 * attempt + 1, i)
                else:
                    j = np.int64(ends[integer(key, m, 2 * attempt + 1, before)])
                if linked_to[j] != i:
                    break
            while linked_to[j] == i:
                j = (j + 1) % i
            linked_to[j] = i
            ends[2 * m] = i
            ends[2 * m + 1] = j
            m += 1
    return ends[0 : 2 * m : 2].copy(), ends[1 : 2 * m : 2].copy()
