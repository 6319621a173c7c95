"""The yield of a fund falls: the interbank market pays less, and so does what holders get."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class FundYieldFallsSettings(ShockSettings):
    """Of which product, by how much."""

    kind: Literal["fund_yield_falls"] = setting("fund_yield_falls", unit="name", source="SHOCKS")
    product: int = setting(0, unit="product", ge=0, le=99, source="user", meaning="Number in the scenario's list of products")
    points: float = setting(0.0, unit="percentage points a year", ge=0, le=100, source="user",
                            meaning="Taken off the yield on every day of the window; it never falls below 0")


class FundYieldFalls(Shock):
    """Only funds have a yield that can fall."""

    kind = "fund_yield_falls"
    Settings = FundYieldFallsSettings

    def strike(self, m) -> None:
        """Writes: m.savings.yield_cut_today."""
        if self.settings.product < len(m.products):
            m.savings.yield_cut_today[self.settings.product] += self.settings.points / 100
