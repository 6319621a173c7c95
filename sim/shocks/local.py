"""Shocks to the shops of one place: they sell less while it lasts, and some close for good on its first day."""

import numpy as np

from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings

KINDS = 2  # of local shocks


class LocalShockSettings(ShockSettings):
    """How hard."""

    size: float = setting(0.0, unit="share of demand lost", ge=0, le=1, source="user")
    fail_share: float = setting(0.0, unit="share of shops", ge=0, le=1, source="user", meaning="Who closes for good on the first day")


class LocalShock(Shock):
    """Base: a subclass says which shops are hit.

    place: the setting that says where.  slot: its own number below KINDS among the kinds, for its draws.
    """

    place, slot = "", 0

    def hits(self, m) -> np.ndarray:
        """Which shops are hit, (n_merchants,)."""
        raise TypeError(f"{type(self).__name__} must say whom it hits")

    def strike(self, m) -> None:
        """Writes: m.goods.merchant_factor_today; m.conditions.struck_today on the first day of the window, or of the run if that is later.

        Draws: SHOCK_SHOPS, one per merchant and shock: who closes, by how many shocks of the kind struck the place before it in the list.
        """
        s, hit = self.settings, self.hits(m)
        if s.size > 0:
            m.goods.merchant_factor_today[hit] *= 1.0 - s.size
        if s.fail_share > 0 and (m.date == s.start or m.day == 0):
            here = getattr(s, self.place)
            before = self.number(m, lambda other: other.fail_share > 0 and getattr(other, self.place) == here)
            luck = uniforms(stream_key(m.world_seed, Stream.SHOCK_SHOPS), 0, len(hit), KINDS * before + self.slot)
            m.conditions.close(np.flatnonzero(hit & (luck < s.fail_share)))
