"""Red packets: customers send friends money of the platform's, of a size left to luck; who is new must register to open it."""

from typing import Literal

from agents.tactics.promotion import Promotion, PromotionSettings
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class RedPacketSettings(PromotionSettings):
    """How much is in one on average, how many are sent, opened and passed on."""

    kind: Literal["red_packet"] = setting("red_packet", unit="name", source="TACTICS")
    mean_cny: float = setting(5.0, unit="CNY", ge=0, le=1000, source="user", meaning="In one, on average; sizes are exponential")
    packets_a_day: float = setting(.02, unit="probability", ge=0, le=1, source="assumption",
                                   meaning="An active customer sends one of her own accord")
    pass_on: float = setting(.30, unit="probability", ge=0, le=1, source="assumption", meaning="Who opened one sends one, a day later")
    open_prob: float = setting(.60, unit="probability", ge=0, le=1, source="assumption")
    screening: float = setting(.60, unit="share of fakes found", ge=0, lt=1, source="assumption", meaning="Check at registration")


class RedPacket(Promotion):
    """Is in force; customers hand them on (`agents/red_packet.py`)."""

    kind = "red_packet"
    Settings = RedPacketSettings

    @property
    def amount(self) -> int:
        """Of one packet on average, fen."""
        return fen(self.settings.mean_cny)

    def terms(self, m) -> PromotionTerms:
        """What it says; a packet that waits for a newcomer's verification waits as long as an invitation is good."""
        return PromotionTerms(**self.common(), expiry_days=60, screening=self.settings.screening, is_welcome=True, by_invitation=True)

    def act(self, m) -> None:
        """Writes: m.promotions.in_force."""
        if not self.is_idle(m) and self.amount > 0:
            m.promotions.post(m, m.tactics.index(self))
