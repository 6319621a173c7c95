"""A turn of the market: what made a shop good makes it bad, for a part of the shops; what was learnt from the past misleads."""

from typing import Literal

from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class MarketTurnSettings(ShockSettings):
    """How many shops are on the wrong foot."""

    kind: Literal["market_turn"] = setting("market_turn", unit="name", source="SHOCKS")
    share: float = setting(0.0, unit="share of shops", ge=0, le=1, source="user",
                           meaning="Shops whose standing turns round on the first day of the window")


class MarketTurn(Shock):
    """Quality changes its sign for some, overnight; ratings, statements and what lenders learnt follow only later.

    Choice: the sign, not a new draw.  Source: S31 (scepticism about models); BIS WP 834 (L13).  Alternative: fresh draws.
    Reason: the mix of shops, and so the mean risk, stays as it was: only the ranking breaks.
    """

    kind = "market_turn"
    Settings = MarketTurnSettings

    def strike(self, m) -> None:
        """Writes: m.merchants.quality, on the first day of the window, or of the run if that is later.

        Draws: MARKET_TURN, one per merchant and turn.
        """
        if m.date == self.settings.start or m.day == 0:
            quality, turn = m.merchants.quality, m.calendar.day_of(self.settings.start)
            hit = uniforms(stream_key(m.world_seed, Stream.MARKET_TURN, turn), 0, len(quality), 0) < self.settings.share
            quality[hit] = -quality[hit]
