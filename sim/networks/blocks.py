"""Blocks: ties are likelier within a group (region, age, trade).  Source: Holland, Laskey and Leinhardt (1983)."""

from typing import Literal

import numpy as np

from sim.core.errors import UserError, did_you_mean
from sim.core.graph import Graph
from sim.core.kernels import kernel
from sim.core.random import integer, uniform
from sim.core.settings import Settings, setting
from sim.networks.network import check_mean_degree
from sim.networks.sampling import TRIES, by_group


class Blocks(Settings):
    """Ties of a network of groups."""

    kind: Literal["blocks"] = setting("blocks", unit="name", source="Holland, Laskey and Leinhardt 1983")
    mean_degree: float = setting(8.0, gt=0, le=1000, unit="ties per consumer", source="assumption",
                                 meaning="Mean number of neighbours")
    attribute: str = setting("region", unit="name", source="McPherson, Smith-Lovin and Cook 2001",
                             meaning="What makes a group")
    homophily: float = setting(0.5, ge=0, le=1, unit="share of ties", source="Coleman 1958, index of homophily",
                               meaning="Share of ties made within the own group beyond what chance gives")


def build(n: int, settings: Blocks, key: np.uint64, attributes=None) -> Graph:
    """A tie joins a random actor with one of its own group with probability `homophily`, else with anybody.

    A member of a group with population share w has a share h + (1 - h) w of its ties inside, so Coleman's index
    and the assortativity coefficient (Newman 2003) both have the mean h.
    Raises: UserError if the world has no such attribute.
    """
    if n < 2:
        return Graph.empty(n)
    check_mean_degree(settings.mean_degree, n)
    known = attributes or {}
    if settings.attribute not in known:
        raise UserError(f"attribute: the actors have no '{settings.attribute}'; "
                        f"known: {', '.join(sorted(known)) or 'none'}{did_you_mean(settings.attribute, known)}")
    code, members, first = by_group(known[settings.attribute])
    n_ties = round(n * settings.mean_degree / 2)
    start = _owners(key, n, n_ties)
    target = np.empty(n_ties, np.int32)
    _choose_partners(key, start, settings.homophily, code, members, first, target)
    source = np.repeat(np.arange(n, dtype=np.int32), np.diff(start))
    return Graph.from_edges(n, source[target >= 0], target[target >= 0])


@kernel
def _owners(key, n, n_ties):
    """Each tie is drawn by a uniformly chosen actor with room for it; where the ties of each actor start."""
    start = np.zeros(n + 1, np.int64)
    for e in range(n_ties):
        i = integer(key, e, 0, n)
        while start[i + 1] >= (n - 1) // 2 + 1:
            i = (i + 1) % n
        start[i + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    return start


@kernel
def _is_in(target, first, stop, j):
    for e in range(first, stop):
        if target[e] == j:
            return True
    return False


@kernel
def _choose_partners(key, start, homophily, code, members, first, target):
    """target_e: one of the own group with probability `homophily`, else anybody; never one already linked.

    Where the own group is used up, the tie goes to anybody.
    """
    n = start.size - 1
    target[:] = -1
    for i in range(n):
        group = code[i]
        for e in range(start[i], start[i + 1]):
            for attempt in range(TRIES + n):
                if attempt >= TRIES:  # a nearly full graph: the first free one
                    j = (i + 1 + attempt - TRIES) % n
                elif attempt < TRIES // 2 and uniform(key, e, 1 + 2 * attempt) < homophily:
                    place = integer(key, e, 2 + 2 * attempt, first[group + 1] - first[group])
                    j = np.int64(members[first[group] + place])
                else:
                    j = integer(key, e, 2 + 2 * attempt, n)
                if j != i and not _is_in(target, start[i], e, j) and not _is_in(target, start[j], start[j + 1], i):
                    target[e] = j
                    break
