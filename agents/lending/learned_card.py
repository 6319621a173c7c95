"""A card that learns: approve while the expected margin is positive, on the probability of bad the lender has learnt.

Choice: the line is cut by the share of expected income that expected loss leaves.  Source: DESIGN 4.7 (line cut by score) and
4.8 (approve if expected margin > 0).  Alternative: a cut-off and full lines above it.  Reason: one rule gives both, and it has
no number to be set for an approval rate.
"""

import numpy as np

from agents.lending.learning import Learner, LearningCard, LearningSettings
from agents.lending.platform_card import PlatformCard
from agents.lending.scorecard import ScorecardSettings
from sim.core.settings import Settings, setting
from sim.core.views import ClosedLoopView, CreditDecision


class LearnedCardSettings(Settings):
    """What the lender counts on, and how it learns."""

    outcome_days: int = setting(180, unit="days", ge=30, le=1080, source="Siddiqi (2006): performance window; loans are short",
                                meaning="An application is judged by what happens in so many days after it")
    sample_every_days: int = setting(90, unit="days", ge=30, le=1080, source="assumption: each shop counts once a quarter")
    income_share: float = setting(.045, unit="of the line, a year", ge=0, le=1, source="S08 less 6% of funding on the third that is owed")
    loss_share: float = setting(.5, unit="of the line", ge=0, le=2, source="assumption: what a line owes when its shop fails")
    learning: LearningSettings = LearningSettings()
    scorecard: ScorecardSettings = ScorecardSettings()


class LearnedCard(Learner):
    """The micro-loan companies' own scorecard on the closed loop; the platform's expert card until there is one."""

    kind = "learned_card"
    Settings = LearnedCardSettings

    def __init__(self, settings: LearnedCardSettings, expert: PlatformCard | None = None):
        self.settings, self.expert = settings, expert or PlatformCard(PlatformCard.Settings())
        self.learning = LearningCard(self.expert.score, settings.learning, settings.scorecard)

    def decide(self, view: ClosedLoopView) -> CreditDecision:
        """By the card; by the expert's until there is one.  Rules first: open, old enough, no arrears."""
        if self.learning.card is None:
            return self.expert.decide(view)
        s = self.settings
        loss = self.probability_of_bad(view) * 365 / s.outcome_days * s.loss_share
        kept = np.clip(1.0 - loss / max(s.income_share, 1e-9), 0.0, 1.0)
        return CreditDecision((kept > 0) & self.expert.may_apply(view), kept)

    def probability_of_bad(self, view: ClosedLoopView) -> np.ndarray:
        """Within `outcome_days`, as the lender believes it, shape (n,)."""
        return self.learning.score(view.features())
