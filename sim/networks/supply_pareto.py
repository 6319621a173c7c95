"""Supply at random with Pareto degrees: numbers of suppliers and customers are given, who meets whom is chance.

Source: Chung and Lu (2002), directed; exponents of the Japanese supply network, Fujiwara and Aoyama (2010).
"""

from typing import Literal

import numpy as np

from sim.core.graph import Graph
from sim.core.settings import Settings, setting
from sim.networks.network import check_mean_degree
from sim.networks.sampling import pareto_weights, whole_numbers
from sim.networks.supply import draw_suppliers, spread_with_size


class SupplyPareto(Settings):
    """Supply links with Pareto numbers of suppliers and customers."""

    kind: Literal["supply_pareto"] = setting("supply_pareto", unit="name", source="Chung and Lu 2002")
    mean_degree: float = setting(4.0, gt=0, le=1000, unit="suppliers per merchant", source="assumption",
                                 meaning="Mean number of suppliers of a merchant")
    suppliers_tail: float = setting(1.35, gt=1, le=10, unit="Pareto exponent", source="Fujiwara and Aoyama 2010",
                                    meaning="P(more than k suppliers) falls as k^-exponent")
    customers_tail: float = setting(1.26, gt=1, le=10, unit="Pareto exponent", source="Fujiwara and Aoyama 2010",
                                    meaning="P(more than k customers) falls as k^-exponent")


def build(n: int, settings: SupplyPareto, key: np.uint64, attributes=None) -> Graph:
    """Draw a Pareto number of suppliers for each merchant, and each supplier in proportion to a Pareto weight.

    Links go supplier -> customer.
    """
    if n < 2:
        return Graph.empty(n, directed=True)
    check_mean_degree(settings.mean_degree, n)
    buying = pareto_weights(key, 0, n, settings.suppliers_tail)
    n_suppliers = whole_numbers(key, 1, spread_with_size(settings.mean_degree, buying))
    selling = spread_with_size(settings.mean_degree, pareto_weights(key, 2, n, settings.customers_tail))
    source, target = draw_suppliers(key, 3, n_suppliers, selling, np.zeros(n, np.int32), 0.0)
    return Graph.from_edges(n, source, target, directed=True)
