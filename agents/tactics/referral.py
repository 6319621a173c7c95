"""A referral programme: customers who bring a friend get a reward when she pays for the first time, and so does she."""

from typing import Literal

from agents.tactics.tactic import Tactic, TacticSettings
from agents.word_of_mouth import Programme
from sim.core.finance import fen
from sim.core.settings import setting


class ReferralSettings(TacticSettings):
    """Rewards, budget, how eagerly customers invite, and whom."""

    kind: Literal["referral"] = setting("referral", unit="name", source="TACTICS")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True)
    reward_cny: float = setting(20.0, unit="CNY", ge=0, le=10_000, source="user", meaning="To who invited")
    newcomer_reward_cny: float = setting(20.0, unit="CNY", ge=0, le=10_000, source="user", meaning="To who came")
    invitations_a_month: float = setting(.15, unit="invitations per active customer", ge=0, le=100, source="assumption",
                                         meaning="Without a reward")
    reward_response: float = setting(.05, unit="per CNY", ge=0, le=10, source="assumption", meaning="20 CNY double the invitations")
    open_prob: float = setting(.30, unit="probability", ge=0, le=1, source="assumption", meaning="A friend opens an invitation")
    homophily: float = setting(.60, unit="probability", ge=0, le=1,
                               source="McPherson, Smith-Lovin and Cook 2001; the size is an assumption",
                               meaning="Of two friends in mind the one of the own segment is asked")


class Referral(Tactic):
    """Puts the programme into force for the day."""

    kind = "referral"
    Settings = ReferralSettings

    def act(self, m) -> None:
        """Writes: m.word_of_mouth.programmes.  The budget is what is left of the own one."""
        s, number = self.settings, m.tactics.index(self)
        left = fen(s.budget_cny) - m.word_of_mouth.spent.get(number, 0)
        is_there = len(m.customers) and s.platform < len(m.platforms) and m.platforms.is_open[s.platform]
        if is_there and left >= fen(s.reward_cny) + fen(s.newcomer_reward_cny) > 0:
            m.word_of_mouth.programmes.append(Programme(number, s.platform, s, left))
