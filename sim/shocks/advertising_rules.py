"""Tighter supervision of financial advertising: channels closed, claims toned down, attention dearer (SOURCES 1.9)."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class AdvertisingRulesSettings(ShockSettings):
    """What is forbidden, and what is left."""

    kind: Literal["advertising_rules"] = setting("advertising_rules", unit="name", source="SHOCKS")
    banned: tuple[str, ...] = setting((), unit="names of channels", source="user", meaning="Channels that may not be used")
    claims_kept: float = setting(1.0, unit="share of the effect", ge=0, le=1, source="user",
                                 meaning="What a creative still does when claims need proof and warnings")
    price_rise: float = setting(0.0, unit="share", ge=0, le=10, source="user",
                                meaning="Attention costs so much more: reviews, fewer sellers")


class AdvertisingRules(Shock):
    """In force on the days of its window."""

    kind = "advertising_rules"
    Settings = AdvertisingRulesSettings

    def strike(self, m) -> None:
        """Writes: m.media.banned_today, claims_factor_today, price_factor_today."""
        s, media = self.settings, m.media
        media.banned_today = media.banned_today | frozenset(s.banned)
        media.claims_factor_today *= s.claims_kept
        media.price_factor_today *= 1.0 + s.price_rise
