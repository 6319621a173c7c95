"""Coupons: an amount off one payment of a least size, sent to an audience, good for some days."""

from typing import Literal

import numpy as np
from pydantic import field_validator

from agents.tactics.media import AUDIENCES, in_audience
from agents.tactics.promotion import Promotion, PromotionSettings
from sim.core.errors import did_you_mean
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class CouponSettings(PromotionSettings):
    """How much, for whom, how often, how long."""

    kind: Literal["coupon"] = setting("coupon", unit="name", source="TACTICS")
    value_cny: float = setting(20.0, unit="CNY", ge=0, le=10_000, source="user")
    least_basket_cny: float = setting(100.0, unit="CNY", ge=0, le=100_000, source="user", meaning="Of the payment it is good for")
    expiry_days: int = setting(30, unit="days", ge=1, le=3650, source="user")
    every_days: int = setting(0, unit="days", ge=0, le=3650, source="user", meaning="Sent again after so many days; 0: once")
    audience: tuple[str, ...] = setting(("everyone",), unit="names", source="SOURCES 1.1", min_length=1,
                                        meaning="Of users, as for media: everyone; active, returning, dormant; women, men; a segment")

    @field_validator("audience")
    @classmethod
    def _audiences_exist(cls, audience: tuple[str, ...]) -> tuple[str, ...]:
        known = [name for name in AUDIENCES if name not in ("new", "churned")]
        for name in audience:
            if name not in known:
                raise ValueError(f"no users '{name}' to send coupons to; known audiences: {', '.join(known)}{did_you_mean(name, known)}")
        return audience


class Coupon(Promotion):
    """Sends coupons on the first day of its window, and again if it says so."""

    kind = "coupon"
    Settings = CouponSettings

    def terms(self, m) -> PromotionTerms:
        """What it says."""
        s = self.settings
        return PromotionTerms(**self.common(), good_days=s.expiry_days, expiry_days=s.expiry_days,
                              least_basket=max(fen(s.least_basket_cny), 1))

    def act(self, m) -> None:
        """Writes: m.promotions.accounts.  Coupons are worth nothing once the budget is used up."""
        s, number = self.settings, m.tactics.index(self)
        if self.is_idle(m) or fen(s.value_cny) == 0:
            return
        account = m.promotions.post(m, number)
        days = m.day - max(m.calendar.day_of(s.start), 0)  # a window that began before the run begins with it
        if (days % s.every_days if s.every_days else days) == 0 and account.left > 0:
            ids = self.receivers(m)
            m.promotions.give(m, number, ids, np.full(len(ids), fen(s.value_cny), np.int64))

    def receivers(self, m) -> np.ndarray:
        """Users of the platform who belong to the audience, by id."""
        platform = self.settings.platform
        return np.flatnonzero(in_audience(m, platform, self.settings.audience) & m.customers.are_users(platform))
