"""Conditions of the day that nobody in the market decides: what share of incomes arrives, what the funding bank still grants.

They are whole every morning; shocks cut them for a day.
"""

import numpy as np


class Conditions:
    """What shocks have cut today.

    income_kept_today: share of its income that each consumer gets, shape (n_consumers,); None if all get all.
    funding_open_today: share of new funding the partner bank still grants.  funding_kept_today: share of the limit up to
    which what it lent before may stay.  trouble_factor_today: how much more often than usual each shop falls into trouble, shape
    (n_merchants,); None if none does.
    """

    def __init__(self):
        self.open_day()

    def open_day(self) -> None:
        """All is whole again."""
        self.income_kept_today: np.ndarray | None = None
        self.funding_open_today = self.funding_kept_today = 1.0
        self.trouble_factor_today: np.ndarray | None = None

    def cut_income(self, n_consumers: int, rows, share: float) -> None:
        """The consumers `rows` lose a share of what they would get today."""
        if self.income_kept_today is None:
            self.income_kept_today = np.ones(n_consumers)
        self.income_kept_today[rows] *= 1.0 - share

    def income_of(self, rows, income: np.ndarray) -> np.ndarray:
        """What of their usual `income`, fen, reaches the consumers `rows` today."""
        if self.income_kept_today is None:
            return income
        return (income * self.income_kept_today[rows]).astype(np.int64)

    def raise_trouble(self, n_merchants: int, rows, factor: float) -> None:
        """The shops `rows` fall into trouble so many times as often today."""
        if self.trouble_factor_today is None:
            self.trouble_factor_today = np.ones(n_merchants)
        self.trouble_factor_today[rows] *= factor

    def cut_funding(self, new: float, old: float) -> None:
        """The partner bank withdraws: a share `new` of what it would grant, a share `old` of the limit of what it granted."""
        self.funding_open_today *= 1.0 - new
        self.funding_kept_today *= 1.0 - old
