"""Guarantee circles: small groups of merchants who stand for each other's loans, with a few bridges between groups.

Choice: full groups of uniform size and random bridges.  Source: mutual guarantees and triangles are the patterns
that Chinese guarantee networks have more often than chance, Wang, Zhang and Yang (2020).
Alternative: a scale-free network of one-sided guarantees, found when large guarantors are included.
Reason: merchants of this size guarantee each other; use `scale_free` for the alternative.
"""

from typing import Literal

import numpy as np
from pydantic import model_validator

from sim.core.errors import UserError, did_you_mean
from sim.core.graph import Graph
from sim.core.random import uniforms
from sim.core.settings import Settings, setting
from sim.networks.sampling import by_group


class GuaranteeCircles(Settings):
    """Mutual guarantees."""

    kind: Literal["guarantee_circles"] = setting("guarantee_circles", unit="name", source="Wang, Zhang and Yang 2020")
    member_share: float = setting(0.3, ge=0, le=1, unit="share of merchants", source="assumption",
                                  meaning="Share of merchants in a circle")
    smallest_circle: int = setting(3, ge=2, le=100, unit="merchants", source="assumption", meaning="Smallest circle")
    largest_circle: int = setting(7, ge=2, le=100, unit="merchants", source="assumption", meaning="Largest circle")
    bridges_per_circle: float = setting(0.5, ge=0, le=10, unit="guarantees per circle", source="assumption",
                                        meaning="Mean number of guarantees a circle seeks outside")
    within: str = setting("", unit="name", source="assumption",
                          meaning="Attribute that members of a circle share (region, sector); empty: none")

    @model_validator(mode="after")
    def _sizes_in_order(self):
        if self.smallest_circle > self.largest_circle:
            raise ValueError(f"smallest_circle: {self.smallest_circle} is above largest_circle: {self.largest_circle}")
        return self


def build(n: int, settings: GuaranteeCircles, key: np.uint64, attributes=None) -> Graph:
    """Line the members up by group and at random within, cut the line into circles, then add the bridges.

    Raises: UserError if the world has no attribute `within`.
    """
    known = attributes or {}
    if settings.within and settings.within not in known:
        raise UserError(f"within: the actors have no '{settings.within}'; "
                        f"known: {', '.join(sorted(known)) or 'none'}{did_you_mean(settings.within, known)}")
    luck = uniforms(key, 0, n, 0)
    members = np.argsort(luck, kind="stable")[: round(n * settings.member_share)]
    code = by_group(known[settings.within])[0][members] if settings.within else np.zeros(members.size, np.int32)
    members = members[np.argsort(code, kind="stable")]
    circle = _cut(key, np.sort(code), settings)
    source, target = _pairs_within(circle)
    bridge_from, bridge_to = _bridges(key, circle, settings.bridges_per_circle)
    source, target = np.concatenate((source, bridge_from)), np.concatenate((target, bridge_to))
    return Graph.from_edges(n, members[source], members[target], merge=True)


def mean_degree(n: int, settings: GuaranteeCircles) -> float:
    """Members meet the others of their circle, larger circles having more members; plus both ends of bridges."""
    sizes = np.arange(settings.smallest_circle, settings.largest_circle + 1)
    inside = (sizes * (sizes - 1)).sum() / sizes.sum()
    return settings.member_share * (inside + 2 * settings.bridges_per_circle / sizes.mean())


def _cut(key, code: np.ndarray, settings: GuaranteeCircles) -> np.ndarray:
    """Circle of each member, shape (members,); a rest too small for a circle is its own, smaller one."""
    spread = settings.largest_circle - settings.smallest_circle + 1
    sizes = settings.smallest_circle + np.floor(uniforms(key, 0, code.size, 1) * spread).astype(np.int64)
    circle = np.repeat(np.arange(code.size), sizes)[: code.size]
    return by_group(circle + code.astype(np.int64) * (code.size + 1))[0]


def _pairs_within(circle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of places in line that belong to the same circle."""
    places = np.arange(circle.size)
    near = [places[:-gap][circle[:-gap] == circle[gap:]] for gap in range(1, int(np.bincount(circle).max(initial=0)))]
    source = np.concatenate([np.empty(0, np.int64), *near])
    gaps = np.repeat(np.arange(1, len(near) + 1), [place.size for place in near])
    return source, source + gaps


def _bridges(key, circle: np.ndarray, per_circle: float) -> tuple[np.ndarray, np.ndarray]:
    """Random pairs of members; those that fall into one circle or are drawn twice are not drawn again."""
    n_circles = int(circle.max(initial=-1)) + 1
    n_bridges = round(per_circle * n_circles) if n_circles > 1 else 0
    source = np.floor(uniforms(key, 0, n_bridges, 2) * circle.size).astype(np.int64)
    target = np.floor(uniforms(key, 0, n_bridges, 3) * circle.size).astype(np.int64)
    outside = circle[source] != circle[target]
    return source[outside], target[outside]
