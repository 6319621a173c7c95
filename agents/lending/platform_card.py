"""The platform lender's expert card: points for certification, age and rating, refusal of the thinnest and of arrears.

Choice: an expert card that lets most of the credit-eligible shops in.  Source: DESIGN 4.8.  Alternative: a fitted card
from day one.  Reason: outcomes have to be observed before anything can be fitted; a learned card takes this seam.
"""

import numpy as np

from sim.core.settings import Settings, setting
from sim.core.views import ClosedLoopView, CreditDecision, has_clean_record


class PlatformCardSettings(Settings):
    """Points of the expert card; they add up to 1."""

    base_points: float = setting(.40, unit="points", ge=0, le=1, source="assumption")
    certified_points: float = setting(.20, unit="points", ge=0, le=1, source="SOURCES 1.5: certification")
    age_points: float = setting(.15, unit="points at five years", ge=0, le=1, source="SOURCES 1.5")
    rating_points: float = setting(.25, unit="points from rating .8 to 1", ge=0, le=1, source="SOURCES 1.5: ratings")
    pass_mark: float = setting(.55, unit="points", ge=0, le=1, source="assumption: lets about nine in ten in")
    least_age_days: int = setting(60, unit="days", ge=0, le=3650, source="assumption: two months of trading history")


class PlatformCard:
    """Expert card of the micro-loan companies."""

    kind = "platform_card"
    Settings = PlatformCardSettings

    def __init__(self, settings: PlatformCardSettings):
        self.settings = settings

    def decide(self, view: ClosedLoopView) -> CreditDecision:
        """Points of each shop; approved at the pass mark if it may apply."""
        score = self.score(view.features())
        return CreditDecision((score >= self.settings.pass_mark) & self.may_apply(view), np.clip(score, 0, 1))

    def score(self, features) -> np.ndarray:
        """Points of each shop (n,) from the columns of a closed-loop view."""
        s = self.settings
        return (s.base_points + s.certified_points * features["is_certified"] + s.age_points * np.clip(features["age_days"] / 1825, 0, 1)
                + s.rating_points * np.clip((np.nan_to_num(features["rating"], nan=.9) - .8) / .2, 0, 1))

    def may_apply(self, view: ClosedLoopView) -> np.ndarray:
        """Open, old enough and without arrears, here or in what others share (n,)."""
        return view.is_open & (view.age_days >= self.settings.least_age_days) & (view.days_past_due == 0) & has_clean_record(view)
