"""A fee cut: a part off what consumers pay on each payment, for a window, while its budget lasts; beyond the fee it is a subsidy."""

from typing import Literal

from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.settings import setting


class FeeCutSettings(TacticSettings):
    """How deep, and how much it may cost in fees that are not taken and subsidies that are paid."""

    kind: Literal["fee_cut"] = setting("fee_cut", unit="name", source="TACTICS")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user")
    depth: float = setting(.0, unit="share of a payment", ge=0, le=.5, source="user", meaning="Off the usual fee")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True,
                                meaning="Fees forgone and subsidies paid; once it does not reach for somebody, the cut is over")


class FeeCut(Tactic):
    """Posts the discount of the day, until a day on which the budget did not reach."""

    kind = "fee_cut"
    Settings = FeeCutSettings

    def act(self, m) -> None:
        """Writes: m.prices.offers, discount_today.  The budget is what is left of the own one."""
        s, number = self.settings, m.tactics.index(self)
        if s.depth == 0 or len(m.customers) == 0 or s.platform >= len(m.platforms):
            return
        left = fen(s.budget_cny) - m.prices.spent.get(number, 0)
        if left > 0 and number not in m.prices.ended:
            m.prices.post(number, s.platform, s.depth, left)
