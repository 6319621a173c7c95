"""The funding partner leaves: the bank grants nothing new and calls back what falls due (S34: the co-lending bank, April 2011)."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class FundingWithdrawalSettings(ShockSettings):
    """How much of its funding the partner bank withdraws, and how fast what it lent falls due."""

    kind: Literal["funding_withdrawal"] = setting("funding_withdrawal", unit="name", source="SHOCKS")
    size: float = setting(1.0, unit="share of funding", ge=0, le=1, source="S34: all of it")
    notice_days: int = setting(90, unit="days", ge=1, le=3650, source="assumption: working-capital loans run a few months",
                               meaning="What the companies owe the bank falls due evenly over so many days and is not renewed")


class FundingWithdrawal(Shock):
    """The bank that funds the micro-loan companies and the credit payment withdraws."""

    kind = "funding_withdrawal"
    Settings = FundingWithdrawalSettings

    def strike(self, m) -> None:
        """Writes: m.conditions.funding_open_today, m.conditions.funding_kept_today."""
        s = self.settings
        fallen_due = min(((m.date - s.start).days + 1) / s.notice_days, 1.0)
        m.conditions.cut_funding(s.size, s.size * fallen_due)
