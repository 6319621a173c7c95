"""Core and periphery: a core of money-centre banks that all deal with each other; the rest deal only with the core."""

from typing import Literal

import numpy as np

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.settings import Settings, setting
from sim.networks.erdos_renyi import ordered_pairs
from sim.networks.network import check_mean_degree
from sim.networks.sampling import distinct_integers, random_order


class CorePeriphery(Settings):
    """Interbank loans with a core."""

    kind: Literal["core_periphery"] = setting("core_periphery", unit="name", source="Craig and von Peter 2014")
    mean_degree: float = setting(4.0, gt=0, le=1000, unit="borrowers per bank", source="assumption",
                                 meaning="Mean number of banks a bank lends to")
    core_banks: int | None = setting(None, ge=1, unit="banks", source="assumption",
                                     meaning="Banks in the core; not set: as many as `core_link_share` fills")
    core_link_share: float = setting(0.25, gt=0, lt=1, unit="share of links", source="assumption",
                                     meaning="Share of all links that lie within the core, if `core_banks` is not set")


def build(n: int, settings: CorePeriphery, key: np.uint64, attributes=None) -> Graph:
    """Link all core banks both ways, then random core-periphery pairs until the mean degree is reached.

    The core are the largest by the attribute `size`, or random banks.
    Raises: UserError if the links do not fit the core that was set.  Source: Craig and von Peter (2014).
    """
    if n < 2:
        return Graph.empty(n, directed=True)
    check_mean_degree(settings.mean_degree, n)
    n_links = round(n * settings.mean_degree)
    n_core = _core_size(n, n_links, settings)
    sizes = (attributes or {}).get("size")
    rank = random_order(key, 0, n) if sizes is None else np.argsort(-np.asarray(sizes, float), kind="stable")
    core, periphery = rank[:n_core], rank[n_core:]
    lender, borrower = ordered_pairs(n_core, np.arange(n_core * (n_core - 1)))
    pairs = distinct_integers(key, 1, 2 * n_core * periphery.size, n_links - lender.size)
    core_lends = pairs % 2 == 0
    centre, rim = core[pairs // 2 % n_core], periphery[pairs // 2 // n_core]
    source = np.concatenate((core[lender], np.where(core_lends, centre, rim)))
    target = np.concatenate((core[borrower], np.where(core_lends, rim, centre)))
    return Graph.from_edges(n, source, target, directed=True)


def _fits(n: int, n_core: int, n_links: int) -> bool:
    inside = n_core * (n_core - 1)
    return inside <= n_links <= inside + 2 * n_core * (n - n_core)


def _core_size(n: int, n_links: int, settings: CorePeriphery) -> int:
    if settings.core_banks is None:
        n_core = max(1, int((1 + np.sqrt(1 + 4 * settings.core_link_share * n_links)) / 2))
        while not _fits(n, n_core, n_links):  # too small a core for so many links
            n_core += 1
        return n_core
    n_core, inside = settings.core_banks, settings.core_banks * (settings.core_banks - 1)
    if n_core > n:
        raise UserError(f"core_banks: {n_core} core banks of {n} banks; at most {n}")
    if not _fits(n, n_core, n_links):
        low, high = inside / n, (inside + 2 * n_core * (n - n_core)) / n
        raise UserError(f"mean_degree: {settings.mean_degree:g} does not fit {n_core} fully linked core banks of {n}; "
                        f"{low:.4g} to {high:.4g} do (or leave core_banks out)")
    return n_core
