"""What each shop sold in the last 365 days, from sums over months of four weeks.

Choice: thirteen whole months of 28 days and the one that runs, 112 bytes a shop.  Source: assumption.
Alternative: every day of the year, 2.9 kB a shop; or an exponential average, which is no year's sales.
Reason: only one month, the oldest, is cut by the window, and only its part inside is estimated: sales evenly spread in it.
"""

import numpy as np

MONTH_DAYS, YEAR_DAYS = 28, 365
MONTHS_KEPT = 14  # the month that runs, twelve whole ones, and the one in which the year begins


def add_to_month(monthly_sales: np.ndarray, sales_today: np.ndarray, day: int) -> None:
    """Add today's sales to the month of `day`, which begins at 0 every 28 days.

    monthly_sales: fen, shape (n, 14), month k in column k mod 14.  sales_today: fen, shape (n,).
    """
    slot = day // MONTH_DAYS % MONTHS_KEPT
    if day % MONTH_DAYS == 0:
        monthly_sales[:, slot] = 0
    monthly_sales[:, slot] += sales_today


def sales_of_a_year(monthly_sales: np.ndarray, day: int) -> np.ndarray:
    """Sales of the 365 days that end with the close of `day`, fen, shape (n,); days before the run count as none.

    After e days of the month that runs: that month + 12 whole ones + (29 - e) / 28 of the oldest.
    """
    oldest = (day // MONTH_DAYS + 1) % MONTHS_KEPT
    inside = YEAR_DAYS - (MONTHS_KEPT - 2) * MONTH_DAYS - (day % MONTH_DAYS + 1)  # days of the oldest month in the window
    return monthly_sales.sum(axis=1) - (1.0 - inside / MONTH_DAYS) * monthly_sales[:, oldest]
