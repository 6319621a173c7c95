"""Complete: everybody is linked to everybody, the mixing of the Bass model; no link is stored."""

from typing import Literal

import numpy as np

from sim.core.graph import Graph
from sim.core.settings import Settings, setting


class Complete(Settings):
    """Ties of perfect mixing."""

    kind: Literal["complete"] = setting("complete", unit="name", source="Bass 1969")


def build(n: int, settings: Complete, key: np.uint64, attributes=None) -> Graph:
    """n actors, each a neighbour of all others."""
    return Graph.all_linked(n)


def mean_degree(n: int, settings: Complete) -> float:
    """n - 1."""
    return max(n - 1, 0)
