"""A downturn: shops fall into trouble more often, everywhere or in one region or line of trade; the bad ones first."""

from typing import Literal

import numpy as np

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class DownturnSettings(ShockSettings):
    """How hard, and where."""

    kind: Literal["downturn"] = setting("downturn", unit="name", source="SHOCKS")
    size: float = setting(0.0, unit="times the usual rate of trouble, on top of it", ge=0, le=1000, source="user")
    region: int = setting(-1, unit="region number", ge=-1, le=7, source="user", meaning="Shops of this region; -1 is everywhere")
    sector: int = setting(-1, unit="sector number", ge=-1, le=11, source="user", meaning="Shops of this line of trade; -1 is all")


class Downturn(Shock):
    """Multiplies the rate at which shops fall into trouble; what follows from trouble is as ever."""

    kind = "downturn"
    Settings = DownturnSettings

    def strike(self, m) -> None:
        """Reads: merchants.region, sector.  Writes: conditions.trouble_factor_today."""
        s, shops = self.settings, m.merchants
        if s.size == 0:
            return
        hit = ((s.region < 0) | (shops.region == s.region)) & ((s.sector < 0) | (shops.sector == s.sector))
        m.conditions.raise_trouble(len(shops), np.flatnonzero(hit), 1.0 + s.size)
