"""Scale free with direction: many partners bring more, as a creditor and as a debtor separately.

Source: Bollobás, Borgs, Chayes and Riordan (2003).
"""

from typing import Literal

import numpy as np

from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import integer, uniform
from sim.core.settings import Settings, setting
from sim.networks.network import check_mean_degree
from sim.networks.sampling import TRIES, add_to_set, empty_set, random_order


class ScaleFreeDirected(Settings):
    """Links of a directed scale-free network."""

    kind: Literal["scale_free_directed"] = setting("scale_free_directed", unit="name", source="Bollobás et al. 2003")
    mean_degree: float = setting(4.0, ge=1, le=1000, unit="links out per actor", source="assumption",
                                 meaning="Mean number of borrowers of a lender (customers of a supplier)")
    newcomer_owes_share: float = setting(0.5, ge=0, le=1, unit="share of actors", source="assumption",
                                         meaning="Share of actors whose first link makes them debtor, not creditor")
    attractiveness: float = setting(1.0, gt=0, unit="links", source="assumption",
                                    meaning="Links that every actor seems to have beside its own: larger, flatter")


def build(n: int, settings: ScaleFreeDirected, key: np.uint64, attributes=None) -> Graph:
    """Actors enter in random order with one link; the others form between those already in.

    A creditor is found in proportion to (links out + a), a debtor to (links in + a).
    """
    if n < 2:
        return Graph.empty(n, directed=True)
    check_mean_degree(settings.mean_degree, n)
    due = np.floor(np.arange(1, n + 1) * settings.mean_degree).astype(np.int64)
    source, target = _grow(key, n, due, settings.newcomer_owes_share, settings.attractiveness, empty_set(due[-1]))
    name = random_order(key, 4 * TRIES + 1, n)
    return Graph.from_edges(n, name[source], name[target], directed=True)


@kernel
def _find(key, e, slot, ends, m, n_in, attractiveness):
    """An actor in proportion to its entries in ends[:m] plus `attractiveness`."""
    if uniform(key, e, slot) * (m + n_in * attractiveness) < m:
        return np.int64(ends[integer(key, e, slot + 1, m)])
    return integer(key, e, slot + 1, n_in)


@kernel
def _grow(key, n, due, newcomer_owes_share, attractiveness, known):
    """Link e joins the newcomer first, then existing actors until due_i links are there (or the graph is full)."""
    source, target = np.empty(due[-1], np.int32), np.empty(due[-1], np.int32)
    m = np.int64(0)
    for i in range(1, n):
        n_in = np.int64(i) + 1
        is_first = True
        free_a, free_b = np.int64(0), np.int64(0)  # no pair before this one is free
        while m < min(due[i], n_in * (n_in - 1)):
            a, b = np.int64(0), np.int64(0)
            for attempt in range(TRIES):
                slot = 4 * attempt
                a = _find(key, m, slot, source, m, n_in, attractiveness)
                b = _find(key, m, slot + 2, target, m, n_in, attractiveness)
                if is_first and uniform(key, i, 4 * TRIES) < newcomer_owes_share:
                    a, b = a if a != i else np.int64(0), np.int64(i)
                elif is_first:
                    a, b = np.int64(i), b if b != i else np.int64(0)
                if a != b and add_to_set(known, a * n + b):
                    break
                if attempt == TRIES - 1:  # nearly full: the first pair that is free
                    a, b = free_a, free_b
                    while a == b or not add_to_set(known, a * n + b):
                        b += 1
                        if b == n_in:
                            a, b = a + 1, np.int64(0)
                    free_a, free_b = a, b
            source[m], target[m] = a, b
            m += 1
            is_first = False
    return source, target
