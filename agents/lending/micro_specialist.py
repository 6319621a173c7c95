"""A micro-specialist bank: an officer goes to the shop, counts the till, and lends what the shop can pay back.

Choice: the loan is sized by the instalment that a share of the margin found on the visit carries.  Source: the credit
technology of such banks (Armendariz and Morduch 2010, ch. 5; S19-S22).  Alternative: months of stated sales, as other banks.
Reason: a statement is a quarter off and a year old; what fails is the loan whose instalment the margin cannot carry.
What stands on the shelf is pledged, and fetched soon: such banks ask for no property.  Who cannot pay an instalment whole
pays what is in the till, and where trade has dried up the whole loan is called: the officer stands in the shop and sees it.
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
    cases_a_year: float = setting(200.0, unit="applications an officer a year", gt=0, le=1e5,
                                  source="S19 / S20: 8.5 loans a month; half of the applicants refused")
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
    pass_mark: float = setting(.45, unit="points", ge=0, le=1, source="assumption: half of those who ask are refused")
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

    def may_apply(self, view: VisitedFileView) -> np.ndarray:
        """Old enough and without arrears here."""
        return super().may_apply(view) & (view.days_past_due == 0)

    def size(self, view: VisitedFileView) -> np.ndarray:
        """What an annuity of `instalment_share` of the monthly margin repays within the term, cut by the impression."""
        s = self.settings
        monthly = s.apr / 12
        factor = s.term_months if monthly == 0 else (1 - (1 + monthly) ** -s.term_months) / monthly
        capacity = s.instalment_share * np.maximum(view.margin_found, 0) * view.sales_found * 30 * factor
        return capacity * self.points(view.features())

    def pledge(self, view: VisitedFileView) -> np.ndarray:
        """A share of the stock."""
        return self.settings.pledge_share * view.stock_found
