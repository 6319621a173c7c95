"""Supply in tiers: shops buy from wholesalers, they from makers, so goods and failures move one tier at a time.

Source: layered production of Bak, Chen, Scheinkman and Woodford (1993) and Weisbuch and Battiston (2007).
"""

from typing import Literal

import numpy as np

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import integer, uniform, uniforms
from sim.core.settings import Settings, setting
from sim.networks.sampling import TRIES, alias_tables, pareto_weights, pick, whole_numbers
from sim.networks.supply import spread_with_size


class SupplyTiers(Settings):
    """Supply links from tier to tier."""

    kind: Literal["supply_tiers"] = setting("supply_tiers", unit="name", source="Weisbuch and Battiston 2007")
    mean_degree: float = setting(3.0, gt=0, le=1000, unit="suppliers per merchant", source="assumption",
                                 meaning="Mean number of suppliers over all merchants; the first tier has none")
    tiers: int = setting(3, ge=2, le=20, unit="tiers", source="assumption", meaning="Tiers from makers to shops")
    widening: float = setting(3.0, ge=0.1, le=100, unit="ratio", source="assumption",
                              meaning="Merchants of a tier for each one in the tier before it")
    skipping_share: float = setting(0.1, ge=0, le=1, unit="share of links", source="assumption",
                                    meaning="Share of links that may come from any earlier tier")
    size_tail: float = setting(1.1, gt=0.5, le=10, unit="Pareto exponent", source="Axtell 2001",
                               meaning="Tail of sizes, where the world does not say the size of its merchants")


def build(n: int, settings: SupplyTiers, key: np.uint64, attributes=None) -> Graph:
    """Merchants fall into tiers at random; each buys from the tier before, in proportion to the supplier's size.

    Links go supplier -> customer and never in a circle.
    Raises: UserError if the tiers are too small for so many suppliers.
    """
    if n < 2:
        return Graph.empty(n, directed=True)
    first = _tier_starts(n, settings)
    size = (attributes or {}).get("size", pareto_weights(key, 1, n, settings.size_tail))
    order = np.argsort(uniforms(key, 0, n, 0), kind="stable").astype(np.int32)  # from the first tier to the last
    weight = np.maximum(np.asarray(size, float), np.finfo(float).tiny)[order]
    n_suppliers = _numbers_of_suppliers(key, first, weight, settings)
    start = np.concatenate(([0], np.cumsum(n_suppliers)))
    supplier = np.empty(start[-1], np.int32)
    _choose(key, start, first, settings.skipping_share, *alias_tables(weight, first), supplier)
    return Graph.from_edges(n, order[supplier], np.repeat(order, n_suppliers), directed=True)


def _tier_starts(n: int, settings: SupplyTiers) -> np.ndarray:
    if settings.tiers > n:
        raise UserError(f"tiers: {settings.tiers} tiers need {settings.tiers} merchants or more; there are {n}")
    share = settings.widening ** np.arange(settings.tiers)
    ends = np.round(np.cumsum(share) / share.sum() * n).astype(np.int64)
    steps = np.arange(1, settings.tiers + 1)
    ends = np.minimum(np.maximum.accumulate(np.maximum(ends - steps, 0)) + steps, n - settings.tiers + steps)
    return np.concatenate(([0], ends))  # every tier has a merchant


def _numbers_of_suppliers(key, first, weight, settings: SupplyTiers) -> np.ndarray:
    n, n_makers = weight.size, first[1]
    tier = np.repeat(np.arange(first.size - 1), np.diff(first))
    reach = first[tier] - (0 if settings.skipping_share > 0 else first[np.maximum(tier - 1, 0)])
    if reach.sum() < n * settings.mean_degree:
        raise UserError(f"mean_degree: {settings.mean_degree:g} is too much for {settings.tiers} tiers of {n} "
                        f"merchants; at most {reach.sum() / n:.4g}")
    means = spread_with_size(settings.mean_degree * n / (n - n_makers), np.sqrt(weight[n_makers:]))
    wanted = np.concatenate((np.zeros(n_makers, np.int64), whole_numbers(key, 2, means)))
    numbers = np.minimum(wanted, reach)
    while (excess := wanted.sum() - numbers.sum()) > 0:  # what the upper tiers cannot find, the others buy
        with_room = np.flatnonzero(numbers < reach)[:excess]
        if with_room.size == 0:
            break
        numbers[with_room] += 1
    return numbers


@kernel
def _choose(key, start, first, skipping_share, accept, alias, supplier):
    """supplier_e by weight in the tier before, or with probability `skipping_share` in a random earlier one."""
    chosen_by = np.full(start.size - 1, -1, np.int32)
    for tier in range(1, first.size - 1):
        nearest = np.int64(0) if skipping_share > 0.0 else first[tier - 1]
        for j in range(first[tier], first[tier + 1]):
            for e in range(start[j], start[j + 1]):
                i = np.int64(0)
                for attempt in range(TRIES):
                    from_tier = tier - 1
                    if uniform(key, e, 3 + 3 * attempt) < skipping_share:
                        from_tier = integer(key, e, 4 + 3 * attempt, tier)
                    u = uniform(key, e, 5 + 3 * attempt)
                    i = pick(accept, alias, first[from_tier], first[from_tier + 1], u)
                    if chosen_by[i] != j:
                        break
                while chosen_by[i] == j:
                    i = i + 1 if i + 1 < first[tier] else nearest
                chosen_by[i] = j
                supplier[e] = i
