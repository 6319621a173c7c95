"""Shares: how a customer's purchases are split over its suppliers and a lender's claims over its borrowers.

Choice: uniform on the simplex, so the largest of 4 partners has about half.  Source: assumption.
Alternative: equal shares.  Reason: partners of real firms are never equal, and equal shares hide concentration.
"""

import numpy as np

from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import exponential

SLOT = 1 << 20  # beyond the slots of every generator that shares the key


def draw_shares(graph: Graph, key: np.uint64, *, of: str) -> Graph:
    """Random weights that add up to 1 over the links of each "target" (a customer) or "source" (a lender)."""
    return _divide(graph.with_weights(_exponentials(key, graph.indices.size)), of)


def to_shares(graph: Graph, *, of: str) -> Graph:
    """Weights divided by their sum over the links of each "target" or "source"; equal shares where there are none."""
    if graph.weights is None:
        return _divide(graph.with_weights(np.ones(graph.indices.size)), of)
    largest = graph.weights.max(initial=0.0) or 1.0  # so that no sum overflows
    return _divide(graph.with_weights(graph.weights / largest), of)


def _divide(graph, of):
    owner = graph.indices if of == "target" else np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(graph.indptr))
    return graph.with_weights(_shares(graph.weights, owner, graph.n))


@kernel
def _exponentials(key, n_links):
    weights = np.empty(n_links)
    for e in range(n_links):
        weights[e] = exponential(key, e, SLOT)
    return weights


@kernel
def _shares(weights, owner, n):
    """w_e / sum of w over the links of the same owner, 1 / (number of links) where that sum is 0."""
    total, links = np.zeros(n), np.zeros(n)
    for e in range(owner.size):
        total[owner[e]] += weights[e]
        links[owner[e]] += 1.0
    shares = np.empty(owner.size)
    for e in range(owner.size):
        i = owner[e]
        shares[e] = weights[e] / total[i] if total[i] > 0.0 else 1.0 / links[i]
    return shares
