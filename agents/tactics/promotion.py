"""What promotions share: whose they are, what they may cost, and their terms as the market for promotions wants them."""

from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class PromotionSettings(TacticSettings):
    """What every promotion has."""

    platform: int = setting(0, unit="platform", ge=0, le=19, source="user", meaning="Who pays for it; 0 is the focal platform")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True, meaning="For the whole window and after")


class Promotion(Tactic):
    """Base of all promotions."""

    Settings = PromotionSettings

    def terms(self, m) -> PromotionTerms:
        """What it says, in fen of the simulated world."""
        raise TypeError(f"{type(self).__name__} must say its terms")

    def common(self) -> dict:
        """Terms that all promotions have."""
        return {"platform": self.settings.platform, "budget": fen(self.settings.budget_cny)}

    def is_idle(self, m) -> bool:
        """True where it can do nothing: no budget, nobody competes, no such platform, or one that is not open."""
        platform = self.settings.platform
        if fen(self.settings.budget_cny) == 0 or len(m.customers) == 0 or platform >= len(m.platforms):
            return True
        return not m.platforms.is_open[platform]
