"""A first-use rebate: who registers now gets back a part of the first payment."""

from typing import Literal

from agents.deal_seeker import pull_of
from agents.tactics.promotion import Promotion, PromotionSettings
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class FirstUseRebateSettings(PromotionSettings):
    """What part, how much at most, and how long it holds."""

    kind: Literal["first_use_rebate"] = setting("first_use_rebate", unit="name", source="TACTICS")
    rebate_share: float = setting(.20, unit="share of the first payment", ge=0, le=1, source="user")
    most_cny: float = setting(30.0, unit="CNY", ge=0, le=10_000, source="user")
    expiry_days: int = setting(30, unit="days", ge=1, le=3650, source="user", meaning="After registration")
    screening: float = setting(.80, unit="share of fakes found", ge=0, lt=1, source="assumption", meaning="Check at registration")


class FirstUseRebate(Promotion):
    """Promises the rebate to who registers today."""

    kind = "first_use_rebate"
    Settings = FirstUseRebateSettings

    @property
    def amount(self) -> int:
        """Of one rebate at most, fen."""
        return fen(self.settings.most_cny)

    def terms(self, m) -> PromotionTerms:
        """What it says."""
        s = self.settings
        return PromotionTerms(**self.common(), uses=1, expiry_days=s.expiry_days, rebate_share=s.rebate_share, screening=s.screening,
                              is_welcome=True)

    def act(self, m) -> None:
        """Writes: m.promotions.in_force, welcome_today."""
        s = self.settings
        if self.is_idle(m) or self.amount == 0 or s.rebate_share == 0:
            return
        account = m.promotions.post(m, m.tactics.index(self))
        if account.left >= self.amount:
            usual = min(s.most_cny, s.rebate_share * m.settings.consumers.basket_cny)
            m.promotions.welcome_today[s.platform] += pull_of(m.settings.deals, usual, 0, 1)
