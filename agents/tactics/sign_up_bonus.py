"""A sign-up bonus: money for who registers and proves who she is, at once or after some days and payments (vesting)."""

from typing import Literal

from pydantic import model_validator

from agents.deal_seeker import pull_of
from agents.tactics.promotion import Promotion, PromotionSettings
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class SignUpBonusSettings(PromotionSettings):
    """How much, when it falls due, and how closely newcomers are looked at."""

    kind: Literal["sign_up_bonus"] = setting("sign_up_bonus", unit="name", source="TACTICS")
    bonus_cny: float = setting(20.0, unit="CNY", ge=0, le=10_000, source="user")
    vest_days: int = setting(0, unit="days", ge=0, le=365, source="user", meaning="After registration, before it is paid")
    vest_payments: int = setting(0, unit="payments", ge=0, le=100, source="user", meaning="At the platform, before it is paid")
    expiry_days: int = setting(60, unit="days", ge=1, le=3650, source="user", meaning="After registration: not due by then, it is gone")
    screening: float = setting(.80, unit="share of fakes found", ge=0, lt=1, source="assumption",
                               meaning="Check at registration; the more it finds the more honest ones it hurts")

    @model_validator(mode="after")
    def _can_be_earned(self):
        if self.vest_days >= self.expiry_days:
            raise ValueError(f"expiry_days = {self.expiry_days}: the bonus is gone before it falls due after vest_days = {self.vest_days}")
        return self


class SignUpBonus(Promotion):
    """Promises the bonus to who registers today."""

    kind = "sign_up_bonus"
    Settings = SignUpBonusSettings

    @property
    def amount(self) -> int:
        """Of one bonus, fen."""
        return fen(self.settings.bonus_cny)

    def terms(self, m) -> PromotionTerms:
        """What it says."""
        s = self.settings
        return PromotionTerms(**self.common(), uses=s.vest_payments, vest_days=s.vest_days, expiry_days=s.expiry_days,
                              screening=s.screening, is_welcome=True)

    def act(self, m) -> None:
        """Writes: m.promotions.in_force, welcome_today.  Nothing is promised that what is left of the budget could not pay."""
        s = self.settings
        if self.is_idle(m) or self.amount == 0:
            return
        account = m.promotions.post(m, m.tactics.index(self))
        if account.left >= self.amount:
            m.promotions.welcome_today[s.platform] += pull_of(m.settings.deals, s.bonus_cny, s.vest_days, s.vest_payments)
