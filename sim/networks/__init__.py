"""Networks: who knows, supplies, lends to and stands for whom; a kind is one file and one line of this table."""

from typing import Annotated, Union

import numpy as np
from pydantic import Field

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.settings import Settings
from sim.networks import (
    blocks,
    complete,
    core_periphery,
    edges,
    erdos_renyi,
    guarantee_circles,
    scale_free,
    scale_free_directed,
    small_world,
    supply,
    supply_pareto,
    supply_tiers,
)
from sim.networks.network import DIRECTED_USES, SHARES_OF, NetworkKind
from sim.networks.shares import draw_shares, to_shares

NETWORKS = {
    "small_world": NetworkKind(small_world.SmallWorld, small_world.build, ("social",)),
    "scale_free": NetworkKind(scale_free.ScaleFree, scale_free.build, ("social", "guarantee")),
    "blocks": NetworkKind(blocks.Blocks, blocks.build, ("social", "guarantee")),
    "complete": NetworkKind(complete.Complete, complete.build, ("social",), complete.mean_degree),
    "supply": NetworkKind(supply.Supply, supply.build, ("supply",)),
    "supply_tiers": NetworkKind(supply_tiers.SupplyTiers, supply_tiers.build, ("supply",)),
    "supply_pareto": NetworkKind(supply_pareto.SupplyPareto, supply_pareto.build, ("supply",)),
    "erdos_renyi": NetworkKind(erdos_renyi.ErdosRenyi, erdos_renyi.build, tuple(DIRECTED_USES)),
    "core_periphery": NetworkKind(core_periphery.CorePeriphery, core_periphery.build, ("interbank",)),
    "scale_free_directed": NetworkKind(scale_free_directed.ScaleFreeDirected, scale_free_directed.build,
                                       ("interbank", "supply")),
    "guarantee_circles": NetworkKind(guarantee_circles.GuaranteeCircles, guarantee_circles.build, ("guarantee",),
                                     guarantee_circles.mean_degree),
    "edges": NetworkKind(edges.Edges, edges.build, tuple(DIRECTED_USES), None),
}


def kinds_for(use: str) -> list[str]:
    """Names of the kinds that serve a use: "social", "supply", "interbank" or "guarantee"."""
    return [name for name, kind in NETWORKS.items() if use in kind.uses]


def network_settings(use: str):
    """The type of a scenario's `networks.<use>`: the settings of any kind that serves it, told apart by `kind`."""
    classes = tuple(NETWORKS[name].settings for name in kinds_for(use))
    return Annotated[Union[classes], Field(discriminator="kind")]  # noqa: UP007 - made from a table


def build_network(settings: Settings, n: int, key: np.uint64, *, use: str, attributes: dict | None = None,
                  n_connected: int | None = None) -> Graph:
    """The network of n actors for a use; actors from `n_connected` on are isolated and move no other's links.

    attributes: name -> array of at least n_connected entries.  Weights: for supply the shares of a customer's
    purchases, for interbank of a lender's claims, drawn or, from a user's file, in proportion to its weights.
    Raises: UserError whose lines start with the setting's path, `networks.<use>.<setting>`.
    """
    kind, n_connected = NETWORKS[settings.kind], n if n_connected is None else n_connected
    if use not in kind.uses:
        raise UserError(f"networks.{use}.kind: '{settings.kind}' does not serve {use}; "
                        f"known kinds: {', '.join(kinds_for(use))}")
    if getattr(settings, "directed", False) is None:
        settings = settings.model_copy(update={"directed": DIRECTED_USES[use]})
    known = {name: np.asarray(column)[:n_connected] for name, column in (attributes or {}).items()}
    try:
        graph = kind.build(n_connected, settings, key, known)
    except UserError as error:
        own = type(settings).model_fields  # other lines are about a file and say so themselves
        joint = ("." if line.split(":")[0] in own else ": " for line in error.lines)
        raise UserError(*(f"networks.{use}{mark}{line}" for mark, line in zip(joint, error.lines))) from None
    if use in SHARES_OF:
        is_data = settings.kind == "edges"
        graph = to_shares(graph, of=SHARES_OF[use]) if is_data else draw_shares(graph, key, of=SHARES_OF[use])
    return graph.padded(n)
