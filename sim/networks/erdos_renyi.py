"""Erdős–Rényi: every set of links is equally likely; the null against which structure is judged."""

from typing import Literal

import numpy as np

from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.settings import Settings, setting
from sim.networks.network import check_mean_degree
from sim.networks.sampling import distinct_integers


class ErdosRenyi(Settings):
    """Links of a random graph with a given number of links, G(n, M)."""

    kind: Literal["erdos_renyi"] = setting("erdos_renyi", unit="name", source="Erdős and Rényi 1959")
    mean_degree: float = setting(4.0, gt=0, le=1000, unit="links per actor", source="assumption",
                                 meaning="Mean number of neighbours (directed: of borrowers of a lender)")
    directed: bool | None = setting(None, unit="yes or no", source="assumption",
                                    meaning="Whether links have a direction; not set: as the use needs")


def build(n: int, settings: ErdosRenyi, key: np.uint64, attributes=None) -> Graph:
    """Draw distinct pairs until the mean degree is reached exactly (to a link)."""
    if n < 2:
        return Graph.empty(n, directed=bool(settings.directed))
    check_mean_degree(settings.mean_degree, n)
    n_pairs = n * (n - 1) if settings.directed else n * (n - 1) // 2
    n_links = min(round(n * settings.mean_degree / (1 if settings.directed else 2)), n_pairs)
    pairs = distinct_integers(key, 0, n_pairs, n_links)
    source, target = (ordered_pairs if settings.directed else unordered_pairs)(n, pairs)
    return Graph.from_edges(n, source, target, directed=bool(settings.directed))


def ordered_pairs(n: int, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers 0..n(n-1)-1 to ordered pairs of different actors."""
    source, target = pairs // (n - 1), pairs % (n - 1)
    return source.astype(np.int32), (target + (target >= source)).astype(np.int32)


@kernel
def unordered_pairs(n, pairs):
    """Numbers 0..n(n-1)/2-1 to pairs low < high: pair = high (high - 1) / 2 + low."""
    low, high = np.empty(pairs.size, np.int32), np.empty(pairs.size, np.int32)
    for e in range(pairs.size):
        h = np.int64((1.0 + np.sqrt(1.0 + 8.0 * pairs[e])) / 2.0)
        while h * (h - 1) // 2 > pairs[e]:  # the root may be rounded across a whole number
            h -= 1
        while h * (h + 1) // 2 <= pairs[e]:
            h += 1
        high[e] = h
        low[e] = pairs[e] - h * (h - 1) // 2
    return low, high
