"""A demand shock: consumers buy less, everywhere or at the shops of one region or line of trade."""

from typing import Literal

import numpy as np

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class DemandShockSettings(ShockSettings):
    """How much less, and where."""

    kind: Literal["demand"] = setting("demand", unit="name", source="SHOCKS")
    size: float = setting(0.0, unit="share of demand lost", ge=0, le=1, source="user")
    region: int = setting(-1, unit="region number", ge=-1, le=7, source="user", meaning="Shops of this region; -1 is everywhere")
    sector: int = setting(-1, unit="sector number", ge=-1, le=11, source="user", meaning="Shops of this line of trade; -1 is all")


class DemandShock(Shock):
    """Fewer purchases in all, or less appeal of the shops that are hit (buyers turn to others)."""

    kind = "demand"
    Settings = DemandShockSettings

    def strike(self, m) -> None:
        """Writes: m.goods.demand_factor_today or m.goods.merchant_factor_today."""
        s = self.settings
        if s.region < 0 and s.sector < 0:
            m.goods.demand_factor_today *= 1.0 - s.size
            return
        hit = np.ones(len(m.merchants), bool)
        if s.region >= 0:
            hit &= m.merchants.region == s.region
        if s.sector >= 0:
            hit &= m.merchants.sector == s.sector
        m.goods.merchant_factor_today[hit] *= 1.0 - s.size
