"""Large shops fail overnight: the largest, or those that supply most others."""

from typing import Literal

import numpy as np

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class LargeMerchantSettings(ShockSettings):
    """How many, and which."""

    kind: Literal["large_merchant"] = setting("large_merchant", unit="name", source="SHOCKS")
    count: int = setting(0, unit="shops", ge=0, le=1_000_000, source="user", meaning="In this world, whatever its weight")
    first: int = setting(0, unit="rank", ge=0, le=999_999, source="user", meaning="Rank of the first of them, 0 the largest")
    by: Literal["size", "customers", "suppliers"] = setting("size", unit="what ranks", source="user",
                                                            meaning="Sales, shops it supplies, or shops that supply it")


class LargeMerchant(Shock):
    """They close on the first day of the window."""

    kind = "large_merchant"
    Settings = LargeMerchantSettings

    def strike(self, m) -> None:
        """Reads: merchants.size.  Writes: m.conditions.struck_today on the first day of the window, or of the run if that is later."""
        s = self.settings
        if s.count == 0 or not (m.date == s.start or m.day == 0):
            return
        rank = {"size": lambda: m.merchants.size, "customers": m.supply.degrees, "suppliers": m.supply.in_degrees}[s.by]()
        m.conditions.close(np.argsort(-rank, kind="stable")[s.first: s.first + s.count])
