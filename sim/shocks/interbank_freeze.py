"""The market between banks freezes: loans that fall due are not renewed, and funds that lend there can pay out less in a day."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class InterbankFreezeSettings(ShockSettings):
    """How much of it."""

    kind: Literal["interbank_freeze"] = setting("interbank_freeze", unit="name", source="SHOCKS")
    size: float = setting(0.0, unit="share of loans not renewed", ge=0, le=1, source="user")
    funds: float = setting(0.0, unit="share", ge=0, le=1, source="user", meaning="Funds can pay out so much less in a day than usual")
    news: float = setting(0.0, unit="share of assets", ge=0, le=1, source="user",
                          meaning="On the first day fund holders read of it: funds seem so much weaker")
    reach: float = setting(.3, unit="share of holders", ge=0, le=1, source="assumption", meaning="Who reads of it")


class InterbankFreeze(Shock):
    """On every day of its window."""

    kind = "interbank_freeze"
    Settings = InterbankFreezeSettings

    def strike(self, m) -> None:
        """Writes: m.conditions.renewed_today, m.conditions.fund_liquidity_today, m.panic.news."""
        s = self.settings
        m.conditions.freeze_interbank(s.size, s.funds)
        if s.news > 0 and (m.date == s.start or m.day == 0):
            m.panic.tell("money_market_fund", -1, s.news, s.reach)
