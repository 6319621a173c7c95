"""A platform, or the issuer of a product, loses money: its owners have gambled with it, or have gone with it."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class PlatformShockSettings(ShockSettings):
    """Who loses how much."""

    kind: Literal["platform_loss"] = setting("platform_loss", unit="name", source="SHOCKS")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user", meaning="Whose own funds; the focal one is 0")
    size: float = setting(0.0, unit="times own funds", ge=0, le=1000, source="user", meaning="Above 1 it has failed, also if it had none")
    product: int = setting(-1, unit="product", ge=-1, le=99, source="user", meaning="Number of the product whose money is lost; -1 none")
    product_loss: float = setting(0.0, unit="share of the product's money", ge=0, le=1, source="user")


class PlatformShock(Shock):
    """Strikes on the first day of its window, or of the run if that is later."""

    kind = "platform_loss"
    Settings = PlatformShockSettings

    def strike(self, m) -> None:
        """Writes: m.conditions.platform_losses_today, m.conditions.product_losses_today."""
        s, conditions = self.settings, m.conditions
        if m.date != s.start and m.day != 0:
            return
        if s.size > 0:
            conditions.platform_losses_today = (*conditions.platform_losses_today, (s.platform, s.size))
        if 0 <= s.product < len(m.products) and s.product_loss > 0:
            conditions.product_losses_today = (*conditions.product_losses_today, (s.product, s.product_loss))
