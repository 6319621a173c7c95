"""A bank fails, or nearly: loans outside this market turn out to be worth less."""

from typing import Literal

from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings


class BankFailureSettings(ShockSettings):
    """Which bank, and how much of its loans outside it loses."""

    kind: Literal["bank_failure"] = setting("bank_failure", unit="name", source="SHOCKS")
    bank: int = setting(0, unit="bank", ge=0, le=199, source="user", meaning="Number by size; 0 is the largest")
    size: float = setting(0.0, unit="share of outside loans lost", ge=0, le=1, source="user",
                          meaning="A loss above its equity makes it fail: more than a tenth of what it lent outside, as banks start here")


class BankFailure(Shock):
    """Strikes on the first day of its window, or of the run if that is later."""

    kind = "bank_failure"
    Settings = BankFailureSettings

    def strike(self, m) -> None:
        """Writes: m.conditions.bank_losses_today."""
        s = self.settings
        if s.size > 0 and (m.date == s.start or m.day == 0):
            m.conditions.bank_losses_today = (*m.conditions.bank_losses_today, (s.bank, s.size))
