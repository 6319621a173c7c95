"""An income shock: some consumers get less on payday, while their living costs stay."""

from typing import Literal

import numpy as np

from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class IncomeShockSettings(ShockSettings):
    """How much less, and who."""

    kind: Literal["income"] = setting("income", unit="name", source="SHOCKS")
    size: float = setting(0.0, unit="share of income lost", ge=0, le=1, source="user")
    share_hit: float = setting(1.0, unit="share of consumers", ge=0, le=1, source="user",
                               meaning="Who loses it; the same consumers on every payday of the window")
    region: int = setting(-1, unit="region number", ge=-1, le=7, source="user", meaning="Consumers of this region; -1 is everywhere")
    segment: int = setting(-1, unit="segment number", ge=-1, le=4, source="user", meaning="Consumers of this segment; -1 is all")


class IncomeShock(Shock):
    """Less income on the paydays of the window."""

    kind = "income"
    Settings = IncomeShockSettings

    def strike(self, m) -> None:
        """Writes: m.conditions.income_kept_today.  Draws: INCOME_SHOCK_TARGET, one per consumer, the same on every day."""
        s, c = self.settings, m.consumers
        if s.size == 0 or s.share_hit == 0:
            return
        hit = uniforms(stream_key(m.world_seed, Stream.INCOME_SHOCK_TARGET), 0, len(c), 0) < s.share_hit
        if s.region >= 0:
            hit &= c.region == s.region
        if s.segment >= 0:
            hit &= c.segment == s.segment
        hit &= c.payday == m.calendar.month_day(m.day)[1]
        m.conditions.cut_income(len(c), np.flatnonzero(hit), s.size)
