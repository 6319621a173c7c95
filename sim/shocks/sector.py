"""A line of trade is struck: its shops sell less, some close for good."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.local import LocalShock, LocalShockSettings


class SectorShockSettings(LocalShockSettings):
    """Which line of trade."""

    kind: Literal["sector"] = setting("sector", unit="name", source="SHOCKS")
    sector: int = setting(0, unit="sector number", ge=0, le=11, source="user")


class SectorShock(LocalShock):
    """Shops of a line of trade."""

    kind, place, slot = "sector", "sector", 1
    Settings = SectorShockSettings

    def hits(self, m):
        """The shops of the line of trade."""
        return m.merchants.sector == self.settings.sector
