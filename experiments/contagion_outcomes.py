"""What one seed says about contagion among shops: does it spread, by which channel, and not where there is nothing to spread.

A world is a slice of the scenario, the past lived once with all channels; each number is the network on less the network off on the same
luck.  Cost: about 30 CPU-seconds a seed.
"""

from experiments.causing import ALL, NONE, outcomes, past_of, variants
from scenarios import load
from sim.model import Market

SUPPLIER = {"days": 243}  # two months after the failure
CIRCLES = {"days": 364}  # three months after the shock
ON_CASH = {"channels.trade_credit.credit_share": 0.0, "channels.trade_credit.stops_deliveries": False}
NO_CIRCLES = {"networks.guarantee.member_share": 0.0}


def contagion_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of the tests C30 and C31 for one seed.

    nulls: also of worlds in which suppliers are paid in cash, or nobody stands for others.
    """
    supplier, circles = {**SUPPLIER, **(overrides or {})}, {**CIRCLES, **(overrides or {})}
    spread, first = _spread("supplier-failure", supplier, "without trade_credit", seed)
    called, called_first = _spread("guarantee-circle-crisis", circles, "without guarantee_circle", seed)
    found = {"supplier_failures_more": spread, "circle_failures_more": called, "supplier_first_failures": first,
             "circle_first_failures": called_first}
    if nulls:
        found["on_cash_failures_more"], _ = _spread("supplier-failure", {**supplier, **ON_CASH}, "without trade_credit", seed)
        alone = {**circles, **NO_CIRCLES}
        found["no_circles_failures_more"], _ = _spread("guarantee-circle-crisis", alone, "without guarantee_circle", seed)
    return found


def _spread(name: str, changes: dict, without: str, seed: int) -> tuple[float, float]:
    """(shops that fail with all channels less those that fail without one, shops that fail without any), simulated, since the fork."""
    scenario = load(name, changes)
    networks = variants(scenario)
    state, failed = past_of(scenario, seed), {}
    for network in (ALL, without, NONE):
        market = Market(networks[network], seed=seed)
        market.restore(state)
        market.run_days()
        failed[network] = outcomes(market)["failed merchants"] / market.scenario.weight
    return failed[ALL] - failed[without], failed[NONE]
