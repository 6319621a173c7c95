"""Matching: a platform asks what a rival asked some days ago, between a floor and a ceiling."""

from typing import Literal

import numpy as np
from pydantic import model_validator

from agents.strategies.strategy import Strategy, StrategySettings, below_ceiling
from sim.core.settings import setting


class MatchSettings(StrategySettings):
    """Whom it follows, how fast, how far."""

    kind: Literal["match"] = setting("match", unit="name", source="STRATEGIES")
    rival: int = setting(1, unit="platform", ge=0, le=19, source="user", meaning="Whose price it follows")
    lag_days: int = setting(7, unit="days", ge=1, le=90, source="assumption: a week to see it and to decide")
    gap: float = setting(0.0, unit="share of a payment", ge=-.5, le=.5, source="user", meaning="Above the rival's price; below 0 undercuts")
    floor: float = setting(0.0, unit="share of a payment", gt=-.5, le=.5, source="user", meaning="Least fee")
    ceiling: float = setting(.05, unit="share of a payment", gt=-.5, le=.5, source="assumption: as of best_response", meaning="Highest fee")

    @model_validator(mode="after")
    def _floor_is_below(self):
        return below_ceiling(self)


class Match(Strategy):
    """Sets the usual fee to the rival's fee less discounts of lag_days ago + gap, between floor and ceiling."""

    kind, lever = "match", "price"
    Settings = MatchSettings

    def decide(self, m) -> None:
        """Reads: m.prices.past.  Writes: m.prices.base, fee."""
        s = self.settings
        if s.rival < len(m.platforms) and m.day >= s.lag_days:
            wished = float(m.prices.shown_before(m, s.lag_days)[s.rival]) + s.gap
            m.prices.set_base(s.platform, float(np.clip(wished, s.floor, s.ceiling)))
