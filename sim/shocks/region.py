"""A region is struck: its shops sell less, some close for good."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.local import LocalShock, LocalShockSettings


class RegionShockSettings(LocalShockSettings):
    """Which region."""

    kind: Literal["region"] = setting("region", unit="name", source="SHOCKS")
    region: int = setting(0, unit="region number", ge=0, le=7, source="user")


class RegionShock(LocalShock):
    """Shops of a region; unlike a demand shock it may close shops, and so spread."""

    kind, place, slot = "region", "region", 0
    Settings = RegionShockSettings

    def hits(self, m):
        """The shops of the region."""
        return m.merchants.region == self.settings.region
