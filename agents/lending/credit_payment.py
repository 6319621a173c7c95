"""The score of the credit payment: a consumer's line from what the platform sees; an expert card first, then what it has learnt.

Choice: the expert card gives gender no points, phone prefix and friends few.  Source: SOURCES 1.5 names the features, not their
weight.  Alternative: points that favour women.  Reason: whether women get lines more often (S30) is then found, not coded.
"""

import numpy as np

from agents.lending.learning import Learner, LearningCard, LearningSettings
from agents.lending.scorecard import ScorecardSettings
from sim.core.settings import Settings, setting
from sim.core.views import ConsumerView, CreditDecision


class CreditPaymentCardSettings(Settings):
    """Points of the expert card, which add up to 1, and how the lender learns."""

    purchase_points: float = setting(.25, unit="points at five purchases a month", ge=0, le=1, source="SOURCES 1.5; assumption")
    age_points: float = setting(.15, unit="points at five years", ge=0, le=1, source="SOURCES 1.5; assumption")
    on_time_points: float = setting(.40, unit="points from half on time to all", ge=0, le=1, source="SOURCES 1.5; assumption")
    no_complaint_points: float = setting(.10, unit="points, halved by each complaint", ge=0, le=1, source="SOURCES 1.5; assumption")
    prefix_points: float = setting(.05, unit="points of a 139 number", ge=0, le=1, source="SOURCES 1.5; assumption")
    woman_points: float = setting(.0, unit="points", ge=0, le=1, source="assumption: none; the learnt card finds its own")
    friends_points: float = setting(.05, unit="points if all friends have a good record", ge=0, le=1, source="SOURCES 1.5; assumption")
    pass_mark: float = setting(.55, unit="points", ge=0, le=1, source="assumption: lets about two in three in")
    outcome_days: int = setting(120, unit="days", ge=30, le=1080, source="Siddiqi (2006): performance window; a month of shopping is "
                                "due after 38 days", meaning="A decision is judged by what happens in so many days after it")
    sample_size: int = setting(200_000, unit="consumers", ge=100, le=10_000_000, source="assumption: enough for a card, small to keep",
                               meaning="Of so many consumers, evenly spread, decisions are kept and judged")
    sample_every_days: int = setting(90, unit="days", ge=30, le=1080, source="assumption: each counts once a quarter")
    income_share: float = setting(.04, unit="of the line, a year", ge=0, le=1, source="assumption: a fee of 1% on four turns of the line")
    loss_share: float = setting(.7, unit="of the line", ge=0, le=2, source="assumption: what is owed when a user stops paying")
    learns: bool = setting(True, unit="yes/no", source="DESIGN 4.8", meaning="Make cards of its own; if not, the expert card stays")
    learning: LearningSettings = LearningSettings(least_new_bads=100)  # in 30 bads a coin looks as telling as a weak feature
    scorecard: ScorecardSettings = ScorecardSettings()


class CreditPaymentCard(Learner):
    """Who gets a line, and how full: by the expert card until a card is learnt."""

    kind = "credit_payment"
    Settings = CreditPaymentCardSettings

    def __init__(self, settings: CreditPaymentCardSettings):
        self.settings = settings
        self.learning = LearningCard(self.expert_score, settings.learning, settings.scorecard)

    def decide(self, view: ConsumerView) -> CreditDecision:
        """Approve the eligible who buy and owe nothing late: at the pass mark or, once learnt, while the expected margin is positive."""
        s = self.settings
        if self.learning.card is None:
            score = self.expert_score(view.features())
            approved = score >= s.pass_mark
        else:
            loss = self.probability_of_bad(view) * 365 / s.outcome_days * s.loss_share
            score = np.clip(1.0 - loss / max(s.income_share, 1e-9), 0.0, 1.0)
            approved = score > 0
        return CreditDecision(approved & view.is_eligible & (view.spent > 0) & (view.days_past_due == 0), score)

    def expert_score(self, features) -> np.ndarray:
        """Points of each consumer (n,), 0-1; what is not shown or not known counts as ordinary."""
        s = self.settings
        on_time = np.nan_to_num(features["on_time_share"], nan=.9)
        score = (s.purchase_points * np.clip(features["n_purchases"] / 5, 0, 1)
                 + s.age_points * np.clip(features["months_registered"] / 60, 0, 1)
                 + s.on_time_points * np.clip((on_time - .5) / .5, 0, 1)
                 + s.no_complaint_points * .5 ** np.minimum(features["n_complaints"], 50)
                 + s.prefix_points * np.nan_to_num(features["is_139"].astype(float), nan=.5)
                 + s.woman_points * np.nan_to_num(features["is_woman"].astype(float), nan=.5)
                 + s.friends_points * np.nan_to_num(features["friends_good_share"], nan=.5))
        return np.clip(score, 0, 1)

    def probability_of_bad(self, view: ConsumerView) -> np.ndarray:
        """Within `outcome_days`, as the lender believes it, shape (n,)."""
        return self.learning.score(view.features())

    def learn(self, ids, is_bad, day: int) -> None:
        """Note how the cases `ids` ended, and make a new card if one is due and cards are made at all."""
        if len(ids):
            self.learning.experience.observe(ids, is_bad)
        if self.settings.learns:
            self.learning.update(day)
