"""A randomised trial of the price: shops drawn by lot are offered the list rate plus or minus some points, and keep it.

Reproduces the design of L04 (two prices 14.5 points apart) and, with surprises, that of Karlan and Zinman (2009): who took
the dear offer and is charged the cheap price differs from the others by whom the dear offer kept away, and by nothing else.
"""

from typing import Literal

import numpy as np

from agents.merchant import OPEN, UNDECIDED
from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import setting


class RateTrialSettings(TacticSettings):
    """How many are offered how much more and less, and who is charged less than was offered."""

    kind: Literal["rate_trial"] = setting("rate_trial", unit="name", source="TACTICS")
    offers: float = setting(1e7, unit="shops", ge=0, le=1e9, source="L04: 11 000 offers", real_scale=True)
    points: float = setting(7.25, unit="percentage points a year", ge=0, le=100, source="L04: two prices 14.5 points apart",
                            meaning="Half of the offers are this much dearer than the list rate, half this much cheaper")
    surprise_share: float = setting(0.0, unit="share of dear offers", ge=0, le=1, source="Karlan and Zinman 2009",
                                    meaning="Who is offered the dear price and charged the cheap one")


class RateTrial(Tactic):
    """Offers prices to shops with a line that are in no trial yet; they decide at their next need."""

    kind = "rate_trial"
    Settings = RateTrialSettings

    def act(self, m) -> None:
        """Reads: merchants.status, credit_limit.  Writes: merchants.trial, offered_offset, rate_offset, credit_choice.

        Draws: TACTIC_TRIAL, three per merchant: the lot, the price, the surprise.
        """
        s, shops, number = self.settings, m.merchants, m.tactics.index(self) + 1
        left = int(s.offers) - int((shops.trial == number).sum())
        if s.points == 0 or left <= 0:
            return
        key = stream_key(m.path_seed, Stream.TACTIC_TRIAL, m.day)
        lot, price, surprise = (uniforms(key, 0, len(shops), slot) for slot in range(3))
        rows = np.flatnonzero((shops.status == OPEN) & (shops.credit_limit > 0) & (shops.trial == 0))
        rows = rows[np.argsort(lot[rows], kind="stable")[:left]]
        shops.trial[rows] = number
        is_dear = price[rows] < .5
        shops.offered_offset[rows] = np.where(is_dear, s.points, -s.points)
        shops.rate_offset[rows] = np.where(is_dear & (surprise[rows] >= s.surprise_share), s.points, -s.points)
        shops.credit_choice[rows] = UNDECIDED
