"""Supply-chain finance: a rival that settles once a month lends its suppliers what it will owe them.

Choice: one instalment after a month; if it is not paid the rival keeps what it owes the supplier.  Source: SOURCES 1.3 (JD,
Suning: monthly settlement), factoring with recourse (Klapper 2006).  Alternative: a term loan like a bank's.  Reason: the offset
is what makes such lending safe on no more than order history.  What is offset is the owner's income elsewhere, which is not
modelled; the till keeps the advance until its owner takes it out as surplus.
"""

import numpy as np

from agents.lending.term_policy import TermPolicy, TermSettings, full_at
from sim.core.settings import setting
from sim.core.views import OrderHistoryView


class SupplyChainSettings(TermSettings):
    """Terms of the rival's finance company."""

    apr: float = setting(.12, unit="per year", ge=0, le=1, source="assumption: between bank and micro-loan company")
    term_months: int = setting(1, unit="months", ge=1, le=120, source="SOURCES 1.3: monthly settlement")
    capital_cny: float = setting(5e8, unit="CNY", ge=0, le=1e13, source="assumption: a rival's micro-loan company", real_scale=True)
    officers: float = setting(10.0, unit="officers, all lenders of the kind", ge=0, le=1e7, source="assumption", real_scale=True)
    cases_a_year: float = setting(3000.0, unit="applications an officer a year", gt=0, le=1e5, source="S18: by computer")
    reach: float = setting(.10, unit="share of merchants", ge=0, le=1, source="assumption",
                           meaning="Who trades with the rival, at most; less the more a shop lives on the focal platform")
    advance_share: float = setting(.7, unit="of a month's orders", ge=0, le=1, source="Klapper 2006: advances of 70-80%")
    recover_after_days: int = setting(1, unit="days past due", ge=1, le=3600, source="assumption: offset against the next settlement",
                                      meaning="Until what was pledged is kept")
    pass_mark: float = setting(.3, unit="points", ge=0, le=1, source="assumption")
    least_age_days: int = setting(90, unit="days", ge=0, le=3650, source="assumption: three settlements")


class SupplyChain(TermPolicy):
    """Orders and their trend."""

    kind = "supply_chain"
    sees = "order_history"
    pledges = "orders"
    Settings = SupplyChainSettings

    def points(self, features) -> np.ndarray:
        """Half for orders that do not shrink (full at 1), half for age (full at two years)."""
        return .5 * full_at(features["sales_growth"], 1.0) + .5 * full_at(features["age_days"], 730)

    def size(self, view: OrderHistoryView) -> np.ndarray:
        """A share of a month's orders."""
        return self.settings.advance_share * 30 * view.orders

    def pledge(self, view: OrderHistoryView) -> np.ndarray:
        """What the rival owes at the end of the month."""
        return 30 * view.orders
