"""A relationship bank: the statement, and how long it has known the owner; no collateral."""

import numpy as np

from agents.lending.large_bank import statement_points
from agents.lending.term_policy import TermPolicy, TermSettings, full_at
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import BankFileView


class RelationshipBankSettings(TermSettings):
    """What a relationship bank asks for."""

    apr: float = setting(.09, unit="per year", ge=0, le=1, source="assumption")
    officers: float = setting(800.0, unit="officers, all lenders of the kind", ge=0, le=1e7, source="assumption", real_scale=True)
    reach: float = setting(.01, unit="share of merchants", ge=0, le=1, source="M35: half consider one provider only",
                           meaning="Who knows the lender though it is not their bank")
    least_annual_sales_cny: float = setting(100_000, unit="CNY a year", ge=0, le=1e9, source="assumption")


class RelationshipBank(TermPolicy):
    """Expert card of a relationship bank, then its own."""

    kind = "relationship_bank"
    sees = "bank_file"
    Settings = RelationshipBankSettings

    def points(self, features) -> np.ndarray:
        """Four fifths of what the statement is worth, one fifth for a relationship (full at three years)."""
        statement = statement_points(features, self.settings.least_annual_sales_cny)
        return .8 * statement + .2 * full_at(features["relationship_days"], 1095)

    def may_apply(self, view: BankFileView) -> np.ndarray:
        """Old enough, large enough, without arrears here."""
        return super().may_apply(view) & (view.days_past_due == 0) & (view.annual_sales >= fen(self.settings.least_annual_sales_cny))

    def size(self, view: BankFileView) -> np.ndarray:
        """Months of stated sales."""
        return self.settings.loan_months_of_sales * view.annual_sales / 12
