"""What policies of term loans share: price and term, a score, the size of the loan, what it has learnt.

The contract: `decide(view) -> TermOffer`.  An expert's points until a card is fitted to own outcomes; from then on, and before if the
lender has an idea of how often such loans go bad, a loan is granted if its expected margin is positive.
"""

from dataclasses import dataclass

import numpy as np

from agents.lending.learning import Learner, LearningCard, LearningSettings
from agents.lending.pricing import offered_rates
from agents.lending.scorecard import ScorecardSettings
from sim.core.finance import fen
from sim.core.settings import Settings, setting
from sim.core.views import Contest, CreditDecision, View, has_clean_record

OWN_FILE = .673  # d of a file of AUC .683 (L10, bureau): difference of goods and bads in standard deviations
LEAST_PAST_CASES = 30  # fewer say nothing about what is usual (assumption)


@dataclass(frozen=True)
class TermOffer(CreditDecision):
    """amount: fen (n,), 0 where refused.  pledge: fen (n,), what the lender takes if the loan goes bad.  rate: a year (n,).

    bad: chance to go bad within a year, as the lender believes (n,); nan where it has no idea.
    """

    amount: np.ndarray
    pledge: np.ndarray
    rate: np.ndarray
    bad: np.ndarray


class TermSettings(Settings):
    """Terms of a loan with monthly instalments; each policy says its own numbers."""

    apr: float = setting(.09, unit="per year", ge=0, le=1, source="assumption")
    term_months: int = setting(12, unit="months", ge=1, le=120, source="assumption: one-year working-capital loan")
    loan_months_of_sales: float = setting(.6, unit="months of stated sales", ge=0, le=24, source="assumption; S10", calibrated=True)
    largest_loan_cny: float = setting(1_000_000, unit="CNY", ge=0, le=1e9, source="S22")
    smallest_loan_cny: float = setting(3_000, unit="CNY", ge=0, le=1e9, source="S22")
    officers: float = setting(0.0, unit="officers, all lenders of the kind", ge=0, le=1e7, source="assumption", real_scale=True)
    cases_a_year: float = setting(20.0, unit="applications an officer a year", gt=0, le=1e5, source="S17")
    collecting_cases: float = setting(0.0, unit="cases an instalment", ge=0, le=10, source="assumption: paid by transfer",
                                      meaning="Officers' time that collecting an instalment takes, in that of an application")
    reach: float = setting(.02, unit="share of merchants", ge=0, le=1, source="M35: half consider one provider only",
                           meaning="Who knows the lender though it is not their bank")
    call_below: float = setting(0.0, unit="share of the two-month average", ge=0, le=1, source="assumption: nobody looks",
                                meaning="On an instalment day the whole loan is called if two weeks' sales are below")
    recover_after_days: int = setting(180, unit="days past due", ge=1, le=3600, source="assumption: what a court takes",
                                      meaning="Until what was pledged is sold")
    funding_apr: float = setting(.03, unit="per year", ge=0, le=1, source="assumption: one-year deposit rate of 2012, M17")
    loss_share: float = setting(.6, unit="of the loan", ge=0, le=1, source="assumption: loss given default",
                                meaning="What the lender counts on losing when a loan goes bad")
    usual_bad_rate: float = setting(.024, unit="a year", ge=0, le=1, source="S10",
                                    meaning="Of such loans, at which a lender without a card of its own anchors a shared score")
    outcome_days: int = setting(365, unit="days", ge=30, le=1080, source="Siddiqi (2006): performance window of term loans",
                                meaning="An application is judged by what happens in so many days after it")
    pass_mark: float = setting(.5, unit="points", ge=0, le=1, source="assumption: about half are refused")
    least_age_days: int = setting(365, unit="days", ge=0, le=3650, source="assumption: one year of accounts")
    least_age_known_days: int = setting(60, unit="days", ge=0, le=3650, source="assumption: as the platform's lenders, platform_card",
                                        meaning="The same for a shop whose trade others show the lender")
    learning: LearningSettings = LearningSettings()
    scorecard: ScorecardSettings = ScorecardSettings()


class TermPolicy(Learner):
    """Base of the policies; a policy says its kind, what it sees, its expert's points and how it sizes a loan."""

    kind: str
    sees: str  # data regime
    collects_in_person = False  # takes what is in the till when an instalment cannot be paid whole
    pledges = ""  # what a bad loan lets it take: "stock" from the shelf, "property", "orders" it owes the shop, or nothing
    Settings = TermSettings

    def __init__(self, settings: TermSettings):
        self.settings = settings
        self.learning = LearningCard(self.points, settings.learning, settings.scorecard)

    def decide(self, view: View, bad=None, contest: Contest | None = None) -> TermOffer:
        """Rules first, then points or the card, then size; with a score from elsewhere, `bad` a year (n,), that alone.

        In a contest each applicant is named a rate of its own, and refused where that is too high for any margin to be earned.
        """
        s = self.settings
        if bad is not None:
            bad = self.in_window(bad)
            score, good = 1.0 - bad, True
        elif self.learning.card is None:
            score = np.clip(self.points(view.features()), 0, 1)
            good, bad = score >= s.pass_mark, self.believed_bad(view.features())
            score, good, bad = self.told_by_others(view, score, good, bad)
        else:
            bad = self.learning.score(view.features())
            score, good = 1.0 - bad, True
        pledge = self.pledge(view)
        amount = np.minimum(self.size(view), fen(s.largest_loan_cny)).astype(np.int64) // 100_000 * 100_000
        pays = True if bad is None else self.kept(bad) > 0
        rate, believed = np.full(len(score), s.apr), np.full(len(score), np.nan)
        if bad is not None:
            believed = np.where(bad > 0, 1.0 - (1.0 - np.minimum(bad, 1.0)) ** (365 / s.outcome_days), np.nan)
        if contest is not None:
            rate = offered_rates(s, believed, contest)
            pays = rate <= contest.highest_rate
        approved = good & pays & self.may_apply(view) & has_clean_record(view) & (amount >= fen(s.smallest_loan_cny)) & (amount > 0)
        return TermOffer(approved, score, np.where(approved, amount, 0), np.where(approved, pledge, 0).astype(np.int64), rate, believed)

    def in_window(self, bad_a_year) -> np.ndarray:
        """Chance to go bad within `outcome_days` of who does so within a year with `bad_a_year`, (n,)."""
        days = self.settings.outcome_days
        return bad_a_year if days == 365 else 1.0 - (1.0 - np.minimum(bad_a_year, 1.0)) ** (days / 365)

    def kept(self, bad) -> np.ndarray:
        """What expected loss leaves of a loan's margin, share of it, 0 if nothing: 1 - P(bad in term) x loss / margin.

        bad: chance to go bad within `outcome_days`, (n,).  The margin is interest over funding on what is owed on average.
        """
        s = self.settings
        within_term = 1.0 - (1.0 - np.minimum(bad, 1.0)) ** (30 * s.term_months / s.outcome_days)
        margin = (s.apr - s.funding_apr) * (s.term_months + 1) / 24
        return np.clip(1.0 - within_term * s.loss_share / max(margin, 1e-9), 0.0, 1.0)

    def told_by_others(self, view, score, good, bad):
        """(score, good, bad) where a shared score says how likely bad is: then that and the own points decide, by margin.

        bad a year = usual rate of such loans x shared chance / mean shared chance x exp(-d z - d^2 / 2), z the own points in standard
        deviations of past cases, d what a file of AUC A tells: sqrt(2) Phi^-1(A); without past cases the last factor is 1.

        Choice: a bought score is anchored at the lender's own usual rate and joined with the own file.  Source: Siddiqi (2006, chapter
        6): scaling to own odds; L10 for A.  Alternative: trust the probability as it stands, or refuse whom either refuses.  Reason: the
        platform's own loans go bad far less often than a bank's, it takes what it is owed from sales; and by refusals alone sharing
        could only take credit away.
        """
        told, s = getattr(view, "believed_bad", None), self.settings
        if told is None or not view.usual_bad > 0:
            return score, good, bad
        past = self.learning.experience.features
        own = np.clip(self.points(past), 0, 1) if len(self.learning.experience) >= LEAST_PAST_CASES else np.zeros(1)
        tells = np.exp(-OWN_FILE * (score - own.mean()) / own.std() - OWN_FILE ** 2 / 2) if own.std() > 0 else 1.0
        a_year = np.minimum(s.usual_bad_rate * told / view.usual_bad * tells, 1.0)
        is_told, within = ~np.isnan(told), self.in_window(a_year)
        believed = np.zeros(len(told)) if bad is None else bad  # 0: the points decide
        return np.where(is_told, 1.0 - within, score), good | is_told, np.where(is_told, within, believed)

    def believed_bad(self, features):
        """What a lender without a card of its own expects to go bad within `outcome_days`; None: it has no idea, its points decide."""
        return None

    @property
    def pledge_price(self) -> float:
        """What a forced sale brings of what was pledged, share of its worth."""
        return 1.0

    def points(self, features) -> np.ndarray:
        """Expert's points, 0-1, higher is safer, (n,), from the columns of a view."""
        raise TypeError(f"{type(self).__name__} must say how its expert judges")

    def size(self, view) -> np.ndarray:
        """The largest loan, fen (n,)."""
        raise TypeError(f"{type(self).__name__} must say how it sizes a loan")

    def may_apply(self, view) -> np.ndarray:
        """Rules before any score (n,)."""
        s, is_known = self.settings, getattr(view, "is_known", False)
        return view.age_days >= np.where(is_known, min(s.least_age_days, s.least_age_known_days), s.least_age_days)

    def pledge(self, view) -> np.ndarray:
        """What the lender could take, fen (n,)."""
        return np.zeros(len(view.age_days), np.int64)


def full_at(value, most) -> np.ndarray:
    """value / most between 0 and 1; nan counts as half."""
    return np.nan_to_num(np.clip(np.asarray(value, float) / most, 0, 1), nan=.5)
