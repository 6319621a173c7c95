"""A micro-specialist bank: an officer goes to the shop, counts the till, and lends what the shop can pay back.

Choice: the loan is sized by the instalment that a share of the margin found on the visit carries.  Source: the credit
technology of such banks (Armendariz and Morduch 2010, ch. 5; S19-S22).  Alternative: months of stated sales, as other banks.
Reason: a statement is a quarter off and a year old; what fails is the loan whose instalment the margin cannot carry.
What stands on the shelf is pledged, and fetched soon: such banks ask for no property.  Who cannot pay an instalment whole
pays what is in the till, and where trade has dried up the whole loan is called: the officer stands in the shop and sees it.

Choice: an officer has a day for an application and a tenth of one for every instalment that is fetched, so the more clients the fewer
new ones.  Source: S19-S21; assumption.  Alternative: applications alone take time, 200 a year.  Reason: who collects in person is
busy collecting.

Choice: a loan is granted if its expected margin is positive, and cut by what expected loss leaves of it, as the platform's learnt
card does; until there is an own card, on what the bank has learnt in the years before: of such shops one in forty goes bad in a
year, and fewer the better the impression.  Source: DESIGN 4.8; S21 (209 000 loans since 2005), S10, D16.  Alternative: a pass mark
that refuses half of those who ask, and a size cut by the points, as until now.  Reason: at 15% twice the sector's losses are
covered, so who refuses them leaves money on the table; who cannot pay back is offered too little to be a loan.  Tried: the officer's
wage a case counted too; then no loan below 6 000 CNY is made, and S22 says that there are.
"""

import numpy as np

from agents.lending.term_policy import TermPolicy, TermSettings, full_at
from sim.core.settings import setting
from sim.core.views import VisitedFileView


class MicroSpecialistSettings(TermSettings):
    """How a bank of officers lends."""

    apr: float = setting(.15, unit="per year", ge=0, le=1, source="assumption: micro-loans of labour-intensive banks")
    officers: float = setting(50.0, unit="officers, all lenders of the kind", ge=0, le=1e7,
                              source="S20: those of its 1 300 who work among these shops (assumption)", real_scale=True)
    cases_a_year: float = setting(250.0, unit="applications an officer a year", gt=0, le=1e5,
                                  source="assumption: one a working day; a year has 250 (labour ministry 2008, from memory)")
    collecting_cases: float = setting(.1, unit="cases an instalment", ge=0, le=10, source="assumption: ten calls on clients a day",
                                      meaning="Officers' time that collecting an instalment takes, in that of an application")
    reach: float = setting(.20, unit="share of merchants", ge=0, le=1, source="assumption: officers go from shop to shop; M35",
                           meaning="Who knows the lender though it is not their bank")
    instalment_share: float = setting(.3, unit="share of the margin found", ge=0, le=2,
                                      source="assumption: the owner's family lives on the rest", meaning="Largest instalment")
    pledge_share: float = setting(.5, unit="of the stock found, at cost", ge=0, le=1, source="assumption: what a forced sale brings",
                                  meaning="Movables pledged")
    call_below: float = setting(.5, unit="share of the two-month average", ge=0, le=1, source="assumption: as the platform's freeze_share",
                                meaning="On an instalment day the whole loan is called if two weeks' sales are below")
    recover_after_days: int = setting(60, unit="days past due", ge=1, le=3600, source="assumption: the officer knows the shop",
                                      meaning="Until what was pledged is sold")
    pass_mark: float = setting(0.0, unit="points", ge=0, le=1, source="DESIGN 4.8: the expected margin decides")
    first_bad_rate: float = setting(.024, unit="a year, at the average impression", ge=0, le=1, source="S10, D16: the sector's",
                                    meaning="What the bank expects to go bad until it has a card of its own")
    impression_slope: float = setting(.57, unit="log rate per standard deviation of quality", ge=0, le=5,
                                      source="D16: 1.45, less the error of a visit at 250 cases a year",
                                      meaning="How much fewer it expects of those who make a better impression")
    least_age_days: int = setting(180, unit="days", ge=0, le=3650, source="assumption: half a year of trade to look at")


class MicroSpecialist(TermPolicy):
    """Impression and margin as the officer finds them."""

    kind = "micro_specialist"
    sees = "visited_file"
    pledges = "stock"
    collects_in_person = True
    Settings = MicroSpecialistSettings

    @property
    def pledge_price(self) -> float:
        """Half of what the stock cost."""
        return self.settings.pledge_share

    def points(self, features) -> np.ndarray:
        """The impression alone: half at the average shop, full two deviations above; what the shop can pay back sets the size."""
        return full_at(np.asarray(features["impression"]) + 2.0, 4.0)

    def believed_bad(self, features) -> np.ndarray:
        """first rate x exp(-slope x impression) a year."""
        s = self.settings
        return s.first_bad_rate * np.exp(-s.impression_slope * np.asarray(features["impression"]))

    def may_apply(self, view: VisitedFileView) -> np.ndarray:
        """Old enough and without arrears here."""
        return super().may_apply(view) & (view.days_past_due == 0)

    def size(self, view: VisitedFileView) -> np.ndarray:
        """What an annuity of `instalment_share` of the monthly margin repays within the term, cut by expected loss."""
        s = self.settings
        monthly = s.apr / 12
        factor = s.term_months if monthly == 0 else (1 - (1 + monthly) ** -s.term_months) / monthly
        capacity = s.instalment_share * np.maximum(view.margin_found, 0) * view.sales_found * 30 * factor
        features = view.features()
        has_card = self.learning.card is not None
        return capacity * self.kept(self.learning.score(features) if has_card else self.believed_bad(features))

    def pledge(self, view: VisitedFileView) -> np.ndarray:
        """A share of the stock."""
        return self.settings.pledge_share * view.stock_found
