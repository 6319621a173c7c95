"""Fire sales: what failed banks and banks in need sell lowers the price of what all banks hold.

Sales and price are those of `sim.markets.interbank`; this channel says how far sales move the price, and sells what the failed have.
"""

from typing import Literal

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.core.ledger import Purpose
from sim.core.settings import setting


class FireSaleSettings(ChannelSettings):
    """How deep the market for securities is."""

    kind: Literal["fire_sale"] = setting("fire_sale", unit="name", source="CHANNELS")
    impact: float = setting(.10, unit="fall of the log price if banks sell all they hold", ge=0, le=10,
                            source="Cifuentes, Ferrucci and Shin 2005: a tenth")


class FireSale(Channel):
    """Sales move the price only while it transmits."""

    kind = "fire_sale"
    Settings = FireSaleSettings
    purposes = (Purpose.MARK_TO_MARKET,)

    def open_day(self, m) -> None:
        """Sales of today move the price."""
        m.interbank_loans.impact_today = self.settings.impact if self.settings.transmits else 0.0

    def settle(self, m, failed, round: int) -> None:
        """The failed sell everything; who falls below the capital rule by that sells too."""
        if len(m.sheets) == 0:
            return
        if len(failed.banks):
            m.interbank_loans.sell_units(m, failed.banks, m.sheets.units[failed.banks].copy())
        m.interbank_loans.deleverage(m)

    def absorb(self, m, failed, round: int) -> None:
        """The failed sell outside this market."""
