"""Supply: merchants buy from a few suppliers, the large ones from more, and the large ones supply many."""

from typing import Literal

import numpy as np

from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import uniform
from sim.core.settings import Settings, setting
from sim.networks.network import check_mean_degree
from sim.networks.sampling import TRIES, alias_tables, by_group, pareto_weights, pick, whole_numbers


class Supply(Settings):
    """Supply links in proportion to size, some of them within the sector."""

    kind: Literal["supply"] = setting("supply", unit="name", source="Bernard et al. 2022")
    mean_degree: float = setting(4.0, gt=0, le=1000, unit="suppliers per merchant", source="assumption",
                                 meaning="Mean number of suppliers of a merchant")
    buying_elasticity: float = setting(0.4, ge=0, le=2, unit="log suppliers per log size", source="assumption",
                                       meaning="How the number of suppliers grows with size")
    selling_elasticity: float = setting(0.8, ge=0, le=2, unit="log customers per log size", source="assumption",
                                        meaning="How the number of customers grows with size")
    size_tail: float = setting(1.1, gt=0.5, le=10, unit="Pareto exponent", source="Axtell 2001",
                               meaning="Tail of sizes, where the world does not say the size of its merchants")
    sector_share: float = setting(0.4, ge=0, le=1, unit="share of links", source="assumption",
                                  meaning="Share of suppliers looked for in the own sector, where sectors are known")


def build(n: int, settings: Supply, key: np.uint64, attributes=None) -> Graph:
    """Merchant j draws its suppliers in proportion to size^selling_elasticity; it has at least one if d >= 1.

    Number of suppliers: 1 + (d - 1) size^b / mean(size^b).  Links go supplier -> customer.
    Source: the skew of both degrees with size, Bernard et al. (2022).
    """
    if n < 2:
        return Graph.empty(n, directed=True)
    check_mean_degree(settings.mean_degree, n)
    known = attributes or {}
    size = np.asarray(known["size"], float) if "size" in known else pareto_weights(key, 0, n, settings.size_tail)
    size = np.maximum(size, np.finfo(float).tiny)
    n_suppliers = whole_numbers(key, 1, spread_with_size(settings.mean_degree, size**settings.buying_elasticity))
    groups = known.get("sector", np.zeros(n, np.int32))
    sector_share = settings.sector_share if "sector" in known else 0.0
    source, target = draw_suppliers(key, 2, n_suppliers, size**settings.selling_elasticity, groups, sector_share)
    return Graph.from_edges(n, source, target, directed=True)


def spread_with_size(mean_degree: float, weight: np.ndarray) -> np.ndarray:
    """Expected degrees with this mean: at least 1 (or the mean, if less), the rest in proportion to the weight.

    Nobody has more than half of all others; what that cuts off is spread over the rest.
    """
    n = weight.size
    base, most = min(1.0, mean_degree), max((n - 1) / 2, mean_degree)
    free, total = np.ones(n, bool), n * mean_degree
    means = np.full(n, base)
    for _ in range(50):
        left = total - means[~free].sum() - base * free.sum()
        means[free] = base + left * weight[free] / max(weight[free].sum(), np.finfo(float).tiny)
        above = free & (means > most)
        if not above.any():
            break
        means[above] = most
        free &= ~above
    return means


def draw_suppliers(key, slot, n_suppliers, weight, groups, own_share):
    """(supplier, customer) of every link; suppliers by weight, of the own group with probability `own_share`."""
    n = weight.size
    code, members, first = by_group(groups)
    accept, alias = alias_tables(weight, np.array([0, n]))
    own_accept, own_alias = alias_tables(weight[members], first)
    start = np.concatenate(([0], np.cumsum(np.minimum(n_suppliers, n - 1))))
    supplier = np.empty(start[-1], np.int32)
    _choose(key, slot, start, own_share, code, members, first, own_accept, own_alias, accept, alias, supplier)
    return supplier, np.repeat(np.arange(n, dtype=np.int32), np.diff(start))


@kernel
def _choose(key, slot, start, own_share, code, members, first, own_accept, own_alias, accept, alias, supplier):
    """supplier_e by alias table, redrawn while it is the customer itself or one of its suppliers already."""
    n = start.size - 1
    chosen_by = np.full(n, -1, np.int32)  # the last customer that chose this supplier
    for j in range(n):
        chosen_by[j] = j
        group = code[j]
        for e in range(start[j], start[j + 1]):
            i = np.int64(j)
            for attempt in range(TRIES):
                u = uniform(key, e, slot + 2 * attempt)
                if attempt < TRIES // 2 and own_share > 0.0 and uniform(key, e, slot + 2 * attempt + 1) < own_share:
                    i = np.int64(members[pick(own_accept, own_alias, first[group], first[group + 1], u)])
                else:
                    i = pick(accept, alias, 0, n, u)
                if chosen_by[i] != j:
                    break
            while chosen_by[i] == j:
                i = (i + 1) % n
            chosen_by[i] = j
            supplier[e] = i
