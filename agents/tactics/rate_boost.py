"""A rate boost: for a time a platform pays the holders of a product extra points a year, out of a budget."""

from typing import Literal

from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.settings import setting


class RateBoostSettings(TacticSettings):
    """How many points, on what, out of what."""

    kind: Literal["rate_boost"] = setting("rate_boost", unit="name", source="TACTICS")
    product: int = setting(0, unit="product", ge=0, le=99, source="user", meaning="Number in the scenario's list of products")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True)
    points: float = setting(1.0, unit="percentage points a year", ge=0, le=100, source="user",
                            meaning="Paid on top, every day of the window")


class RateBoost(Tactic):
    """Puts the boost into force for the day; the platform that issues the product pays it."""

    kind = "rate_boost"
    Settings = RateBoostSettings

    def act(self, m) -> None:
        """Writes: m.savings.boosts_today.  Savers see the points until a day on which the budget does not reach: then all get a part."""
        s, number = self.settings, m.tactics.index(self)
        left = fen(s.budget_cny) - m.savings.spent.get(number, 0)
        if s.product >= len(m.products) or number in m.savings.ended:
            return
        product = m.products[s.product]
        if left > 0 and s.points > 0 and product.is_offered(m) and m.platforms.is_open[product.settings.platform]:
            m.savings.boost(number, s.product, product.settings.platform, s.points / 100, left)
