"""A bank's expert card for term loans: stated annual sales and margin, age of the firm, no arrears."""

import numpy as np

from sim.core.finance import fen
from sim.core.settings import Settings, setting
from sim.core.views import BankFileView, CreditDecision


class BankCardSettings(Settings):
    """What a bank asks for."""

    least_annual_sales_cny: float = setting(100_000, unit="CNY a year", ge=0, le=1e9, source="assumption")
    least_age_days: int = setting(365, unit="days", ge=0, le=3650, source="assumption: one year of accounts")
    pass_mark: float = setting(.5, unit="points", ge=0, le=1, source="assumption: about half are refused")


class BankCard:
    """Expert card of a bank."""

    kind = "bank_card"
    Settings = BankCardSettings

    def __init__(self, settings: BankCardSettings):
        self.settings = settings

    def decide(self, view: BankFileView) -> CreditDecision:
        """.4 for sales (log scale, full at thirty times the least), .3 for age (full at five years), .3 for the margin (full at 30%)."""
        s = self.settings
        floor = max(fen(s.least_annual_sales_cny), 1)
        size = np.clip(np.log(np.maximum(view.annual_sales, 1) / floor) / np.log(30), 0, 1)
        score = .4 * size + .3 * np.clip(view.age_days / 1825, 0, 1) + .3 * np.clip(view.stated_margin / .3, 0, 1)
        approved = (score >= s.pass_mark) & (view.annual_sales >= floor) & (view.age_days >= s.least_age_days) & (view.days_past_due == 0)
        return CreditDecision(approved, score)
