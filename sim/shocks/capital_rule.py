"""The capital rule of banks becomes stricter."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class CapitalRuleSettings(ShockSettings):
    """By how much."""

    kind: Literal["capital_rule"] = setting("capital_rule", unit="name", source="SHOCKS")
    points: float = setting(0.0, unit="percentage points", ge=0, le=50, source="user",
                            meaning="Equity over assets but reserves must be so much higher than bank_sheets.least_capital_ratio")


class CapitalRule(Shock):
    """On every day of its window."""

    kind = "capital_rule"
    Settings = CapitalRuleSettings

    def strike(self, m) -> None:
        """Writes: m.conditions.capital_points_today."""
        m.conditions.capital_points_today += self.settings.points / 100
