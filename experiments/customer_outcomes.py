"""What one seed says about customers over two years: does BG/NBD, fitted to the first, forecast the second?

The cohort is everybody who paid at the focal platform in the first year, its users of the first day included.
"""

from results.customer_base import PurchaseDays, forecast_of
from scenarios import load
from sim.model import Market

WORLD = {"consumers.count": 30_000, "merchants.count": 150, "weight": 333.0, "days": 730, "standing.focal.users_share": .15,
         "standing.focal.aware_share": .4, "standing.focal.service_staff": 180.0}
YEAR = 365


def customer_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Purchases of the second year by BG/NBD and, as the null, if everybody went on at the own frequency; errors in percent."""
    histories = PurchaseDays(until=YEAR)
    market = Market(load("marketing-baseline", {**WORLD, **(overrides or {})}), seed=seed, observers=[histories])
    market.run_days()
    found = forecast_of(histories.table(), histories.days_after)
    return {"cohort": found["customers"], "bgnbd_error_percent": abs(found["error_percent"]),
            "going_on_error_percent": abs(found["naive_error_percent"]), "bgnbd_signed_percent": found["error_percent"],
            "bgnbd_correlation": found["correlation"], **{f"bgnbd_{name}": found[name] for name in ("r", "alpha_days", "a", "b")}}
