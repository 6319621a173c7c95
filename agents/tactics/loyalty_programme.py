"""A loyalty programme: a part of every payment is collected in points, paid out once there are enough of them."""

from typing import Literal

from agents.tactics.promotion import Promotion, PromotionSettings
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class LoyaltyProgrammeSettings(PromotionSettings):
    """How much is collected, and when it is paid."""

    kind: Literal["loyalty"] = setting("loyalty", unit="name", source="TACTICS")
    points_share: float = setting(.01, unit="share of payments", ge=0, le=1, source="user")
    threshold_cny: float = setting(20.0, unit="CNY", ge=0, le=100_000, source="user", meaning="Points are paid once they are worth this")
    expiry_days: int = setting(180, unit="days", ge=1, le=3650, source="user", meaning="Since the last payment: points are gone")


class LoyaltyProgramme(Promotion):
    """Is in force; points are collected and paid by the market for promotions."""

    kind = "loyalty"
    Settings = LoyaltyProgrammeSettings

    def terms(self, m) -> PromotionTerms:
        """What it says."""
        s = self.settings
        return PromotionTerms(**self.common(), expiry_days=s.expiry_days, points_share=s.points_share, threshold=fen(s.threshold_cny))

    def act(self, m) -> None:
        """Writes: m.promotions.in_force."""
        if not self.is_idle(m) and self.settings.points_share > 0:
            m.promotions.post(m, m.tactics.index(self))
