"""What one seed says about contagion among shops: what the failure of some costs others, by which channel, beyond ordinary failures.

A world is a slice of the scenario, the past lived once with all channels; what a channel does is the market with it less without it on the
same luck.  Shops fail of themselves all the time, and channels spread those failures too: so what a shock adds is what channels do with
it less what they do without it, or with a shock that strikes shops without ties.  Cost: about 40 CPU-seconds a seed.
"""

from dataclasses import dataclass

from experiments.causing import ALL, NONE, outcomes, past_of, variants
from results.measuring import cny
from scenarios import load
from sim.model import Market

SUPPLIER = {"days": 243}  # two months after the failure
MANY = 40  # shops that fail at once, of two thousand
CIRCLES = {"days": 364}  # three months after the shock
BUYERS = {"shocks.large_merchant.by": "suppliers", "shocks.large_merchant.count": MANY}
CALM = {"shocks": []}
NO_CIRCLES = {"networks.guarantee.member_share": 0.0}


@dataclass(frozen=True)
class Added:
    """What a channel adds: shops of the slice that fail, and sales that are lost, CNY; and the shops that fail with no channel."""

    failed: float
    sales_lost: float
    first: float = 0.0


def contagion_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of the tests C30 and C31 for one seed.

    nulls: also of worlds in which those who fail supply fewest others, or buy from fewest others, or nobody stands for others.
    """
    supplier, circles = {**SUPPLIER, **(overrides or {})}, {**CIRCLES, **(overrides or {})}
    by_trade = _Worlds("supplier-failure", supplier, "trade_credit", seed)
    by_circles = _Worlds("guarantee-circle-crisis", circles, "guarantee_circle", seed)
    large, calm, buyers = by_trade.added({}, first=True), by_trade.added(CALM), by_trade.added(BUYERS)
    lone = by_trade.added(by_trade.last(BUYERS, MANY))
    called, uncalled = by_circles.added({}, first=True), by_circles.added(CALM)
    found = {"supplier_sales_lost": large.sales_lost, "buyer_failures_more": buyers.failed - lone.failed,
             "circle_failures_more": called.failed - uncalled.failed, "supplier_first_failures": large.first,
             "circle_first_failures": called.first, "supplier_failures_more": large.failed - calm.failed,
             "trade_failures_calm": calm.failed, "circle_failures_calm": uncalled.failed}
    if nulls:
        found["lone_sales_lost"] = by_trade.added(by_trade.last({}, 3)).sales_lost
        found["lone_failures_more"] = lone.failed - by_trade.added(by_trade.last(BUYERS, 2 * MANY)).failed
        none = _Worlds("guarantee-circle-crisis", {**circles, **NO_CIRCLES}, "guarantee_circle", seed)
        found["no_circles_failures_more"] = none.added({}).failed - none.added(CALM).failed
    return found


class _Worlds:
    """One scenario on one seed, its past lived once, from which it goes on under changes."""

    def __init__(self, name: str, changes: dict, channel: str, seed: int):
        self.name, self.changes, self.channel, self.seed = name, changes, channel, seed
        self.past = past_of(load(name, changes), seed)

    def last(self, changes: dict, from_last: int) -> dict:
        """The same shock on shops that rank last, or from `from_last` of the last on."""
        return {**changes, "shocks.large_merchant.first": load(self.name, self.changes).merchants.count - from_last}

    def added(self, changes: dict, first: bool = False) -> Added:
        """What the channel adds under these changes; first: also how many fail without any channel."""
        networks = variants(load(self.name, {**self.changes, **changes}))
        failed, sold = zip(*(self._live(networks[name]) for name in (ALL, f"without {self.channel}")))
        return Added(failed[0] - failed[1], sold[1] - sold[0], self._live(networks[NONE])[0] if first else 0.0)

    def _live(self, scenario) -> tuple[float, float]:
        """(shops of the slice that failed, sales in CNY) since the fork."""
        market, sold = Market(scenario, seed=self.seed), [0]

        def look(m):
            sold[0] += m.goods.gmv_today

        market.restore(self.past)
        market.observers = [look]
        market.run_days()
        return outcomes(market)["failed merchants"] / market.scenario.weight, cny(market, sold[0])
