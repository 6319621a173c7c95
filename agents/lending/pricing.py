"""The rate a lender names for one applicant when it is not the only one asked.

    rate = funding + cost + expected loss + rent,   a year on what is owed; where nobody else is asked, at least the list price
    expected loss = P(bad in the term) x loss given default x 24 / (months + 1)
    rent = P(bad) (own ability - best rival's)+ / (1 - P(bad) own ability) x loss given default x 24 / (months + 1)

Choice: the rent is what the better informed of two lenders earns in equilibrium, by the loan, with the lenders' common idea of how many
are bad; nobody adds anything for the winner's curse but what its own card has learnt from loans it won.  Source: He, Huang and Zhou
(2023), `sim/markets/credit_competition.py`.  Alternative: offers drawn from the mixed strategies of that equilibrium.  Reason: lenders
here have scores of many grades, of which that equilibrium has two, and know PDs; who bids without regard to the curse is what L23 is about.
"""

import numpy as np
from pydantic import model_validator

from sim.core.settings import Settings, setting
from sim.core.views import Contest

MOST_LENDERS = 5  # that one merchant may ask at once


class OfferSettings(Settings):
    """How many lenders a merchant asks at once, and how they price."""

    most_lenders: int = setting(1, unit="lenders", ge=1, le=MOST_LENDERS, source="M35: half consider one provider only",
                                meaning="Lenders of term loans that a merchant asks at once, of those it knows; 1: one after another, "
                                        "at list prices")
    cost_share: float = setting(.35, unit="share of the list margin", ge=0, le=1,
                                source="assumption: cost-income ratio of Chinese banks in 2012, a third (from memory)")
    bad_rate: float = setting(.024, unit="a year", ge=0, lt=1, source="S10: the sector's",
                             meaning="What lenders think of applicants as such")
    highest_rate: float = setting(.24, unit="a year", ge=0, le=10, source="Supreme People's Court 1991: four times the benchmark of 6%",
                                  meaning="No lender that bids names a higher one")
    calls_a_year: float = setting(0.0, unit="a year", ge=0, le=52, source="user",
                                  meaning="How often lenders who see the platform's records call on each of its clients")

    @model_validator(mode="after")
    def _calls_are_offers(self):
        if self.calls_a_year > 0 and self.most_lenders == 1:
            raise ValueError("calls_a_year needs lenders that bid; set most_lenders to 2 or more")
        return self


def offered_rates(terms, bad, contest: Contest) -> np.ndarray:
    """Rate for each applicant, a year (n,).  terms: settings of the lender's policy.  bad: chance to go bad within a year, nan: no idea."""
    months = terms.term_months
    a_year = terms.loss_share * 24 / (months + 1)
    in_term = _in_term(np.where(np.isnan(bad), contest.bad_rate, bad), months)
    prior = _in_term(contest.bad_rate, months)
    ahead = np.maximum(contest.ability - contest.best_rival, 0.0)
    rent = prior * ahead / (1.0 - prior * contest.ability)
    cost = contest.cost_share * (terms.apr - terms.funding_apr)
    rate = terms.funding_apr + cost + (in_term + rent) * a_year
    return np.where(contest.best_rival < 0, np.maximum(rate, terms.apr), rate)


def _in_term(chance_a_year, months: int):
    return 1.0 - (1.0 - chance_a_year) ** (30 * months / 365)
