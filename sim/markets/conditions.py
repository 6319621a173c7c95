"""Conditions of the day that nobody in the market decides: what share of incomes arrives, what the funding bank still grants.

They are whole every morning; shocks cut them for a day.
"""

import numpy as np


class Conditions:
    """What shocks have cut today.

    income_kept_today: share of its income that each consumer gets, shape (n_consumers,); None if all get all.
    funding_open_today: share of new funding the partner bank still grants.  funding_kept_today: share of the limit up to
    which what it lent before may stay.  struck_today: rows of shops that close for good tonight.
    renewed_today: share of loans between banks that is renewed when due.  capital_points_today: share of risky assets that the rule asks
    more of banks.  fund_liquidity_today: share of what funds can usually pay out in a day.
    bank_losses_today, platform_losses_today, product_losses_today: (number, share lost) of banks' outside loans, platforms' own funds and
    the money of products.
    trouble_factor_today: how much more often than usual each shop falls into trouble, shape (n_merchants,); None if none does.
    """

    def __init__(self):
        self.open_day()

    def open_day(self) -> None:
        """All is whole again."""
        self.income_kept_today: np.ndarray | None = None
        self.funding_open_today = self.funding_kept_today = 1.0
        self.struck_today = np.zeros(0, np.int64)
        self.trouble_factor_today: np.ndarray | None = None
        self.renewed_today, self.capital_points_today, self.fund_liquidity_today = 1.0, 0.0, 1.0
        self.bank_losses_today: tuple[tuple[int, float], ...] = ()
        self.platform_losses_today: tuple[tuple[int, float], ...] = ()
        self.product_losses_today: tuple[tuple[int, float], ...] = ()

    def close(self, shops) -> None:
        """The `shops` (rows) will not be there tomorrow."""
        self.struck_today = np.union1d(self.struck_today, shops)

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

    def freeze_interbank(self, loans: float, funds: float) -> None:
        """A share `loans` of the loans between banks is not renewed; funds can pay out a share `funds` less in a day."""
        self.renewed_today *= 1.0 - loans
        self.fund_liquidity_today *= 1.0 - funds
