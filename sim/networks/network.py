"""The contract of a network kind: one file with a `Settings` class and a function that builds a graph.

    def build(n, settings, key, attributes) -> Graph

n: actors to link, ids 0..n-1.  settings: an instance of the kind's class.  key: from `stream_key`; every draw
is `uniform(key, actor, slot)`, so the same key gives the same bits.  attributes: name -> array (n,) of what the
world knows of the actors (region, sector, size ...); a kind must do without those it does not require.
The graph has no self-links, no repeated links, the mean degree that was set, and no weights: `build_network` adds
shares of a customer's purchases (supply) or of a lender's claims (interbank).

Choice: a link goes from who has a claim to who owes it.  Supplier -> customer, who pays later; lender -> borrower;
so losses travel against the arrows and `reverse()` lists a customer's suppliers.  Source: Eisenberg and Noe (2001).
Alternative: along the goods in supply, along the debt in banking.  Reason: one direction for contagion everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.settings import Settings

SHARES_OF = {"supply": "target", "interbank": "source"}
DIRECTED_USES = {"social": False, "supply": True, "interbank": True, "guarantee": False}


def _degree_as_set(n: int, settings: Settings) -> float:
    return settings.mean_degree


@dataclass(frozen=True)
class NetworkKind:
    """A way to link actors: its settings, its function, the uses it serves, the mean degree to expect.

    `mean_degree(n, settings)` is None where only the data know.
    """

    settings: type[Settings]
    build: Callable[..., Graph]
    uses: tuple[str, ...]
    mean_degree: Callable[[int, Settings], float] | None = _degree_as_set


def check_mean_degree(mean_degree: float, n: int) -> None:
    """Raises: UserError if n actors cannot have so many neighbours each."""
    if mean_degree > n - 1:
        raise UserError(f"mean_degree: {mean_degree:g} is too much for {n} actors; at most {n - 1}")
