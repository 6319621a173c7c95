"""A large bank: statements, age and margin, and no loan without something to pledge."""

import numpy as np

from agents.lending.term_policy import TermPolicy, TermSettings, full_at
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import BankFileView


class LargeBankSettings(TermSettings):
    """What a large bank asks for."""

    apr: float = setting(.072, unit="per year", ge=0, le=1, source="assumption: 20% above the 2012 benchmark of 6%")
    officers: float = setting(700.0, unit="officers, all lenders of the kind", ge=0, le=1e7, source="assumption", real_scale=True)
    least_annual_sales_cny: float = setting(100_000, unit="CNY a year", ge=0, le=1e9, source="assumption")
    pledge_share: float = setting(.7, unit="of the collateral", ge=0, le=2, source="assumption: loan to value of property",
                                  meaning="Largest loan over what is pledged")


class LargeBank(TermPolicy):
    """Expert card of a large bank, then its own."""

    kind = "large_bank"
    sees = "bank_file"
    pledges = "property"
    Settings = LargeBankSettings

    @property
    def pledge_price(self) -> float:
        """What it lends on property is what a court sells it for."""
        return self.settings.pledge_share

    def points(self, features) -> np.ndarray:
        """.4 for sales (log scale, full at thirty times the least), .3 for age (full at five years), .3 for the margin (full at 30%)."""
        return statement_points(features, self.settings.least_annual_sales_cny)

    def may_apply(self, view: BankFileView) -> np.ndarray:
        """Old enough, large enough, without arrears here."""
        return super().may_apply(view) & (view.days_past_due == 0) & (view.annual_sales >= fen(self.settings.least_annual_sales_cny))

    def size(self, view: BankFileView) -> np.ndarray:
        """Months of stated sales, and no more than the pledge carries."""
        return np.minimum(self.settings.loan_months_of_sales * view.annual_sales / 12, self.settings.pledge_share * view.collateral)

    def pledge(self, view: BankFileView) -> np.ndarray:
        """All of the collateral at the same share."""
        return self.settings.pledge_share * view.collateral


def statement_points(features, least_annual_sales_cny: float) -> np.ndarray:
    """What a statement is worth: sales, age, margin; without a statement of a whole year the margin earns nothing."""
    floor = max(fen(least_annual_sales_cny), 1)
    size = np.clip(np.log(np.maximum(features["annual_sales"], 1) / floor) / np.log(30), 0, 1)
    return .4 * size + .3 * full_at(features["age_days"], 1825) + .3 * full_at(np.nan_to_num(features["stated_margin"]), .3)
