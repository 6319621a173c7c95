"""A price position: a platform charges consumers another fee than usual from a day on, and the usual one after it."""

from typing import Literal

from pydantic import model_validator

from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.settings import setting


class PriceTacticSettings(TacticSettings):
    """Which fee, and what may be paid out if it is below 0."""

    kind: Literal["price"] = setting("price", unit="name", source="TACTICS")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user")
    fee: float | None = setting(None, unit="share of a payment", gt=-.5, le=.5, source="user",
                                meaning="Paid by the consumer; below 0 a subsidy, while the budget lasts. Not given: as usual")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True, meaning="For subsidies only")

    @model_validator(mode="after")
    def _a_subsidy_has_money(self):
        if self.fee is not None and self.fee < 0 and self.budget_cny == 0:
            raise ValueError(f"fee = {self.fee:g} is a subsidy: set budget_cny, out of which it is paid")
        return self


class Price(Tactic):
    """Sets the fee of the day; a subsidy is paid from the budget, and ends on a day on which that did not reach."""

    kind = "price"
    Settings = PriceTacticSettings

    def act(self, m) -> None:
        """Writes: m.prices.fee, offers."""
        s, number = self.settings, m.tactics.index(self)
        if s.fee is None or len(m.customers) == 0 or s.platform >= len(m.platforms):
            return
        m.prices.fee[s.platform] = max(s.fee, 0.0)
        left = fen(s.budget_cny) - m.prices.spent.get(number, 0)
        if s.fee < 0 and left > 0 and number not in m.prices.ended:
            m.prices.post(number, s.platform, -s.fee, left)
