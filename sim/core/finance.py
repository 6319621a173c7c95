"""Money and time: fen, rates and the real calendar."""

import datetime

import numpy as np

DAYS_PER_YEAR = 365
DAYS_PER_MONTH = 30
MINUTES_PER_DAY = 1440


def fen(cny: float) -> int:
    """CNY to whole fen (0.01 CNY), rounded half to even."""
    return int(round(cny * 100))


def cny(amount_fen):
    """Fen to CNY, as float."""
    return np.asarray(amount_fen) / 100.0 if np.ndim(amount_fen) else amount_fen / 100.0


def annuity(principal_fen: int, monthly_rate: float, months: int) -> int:
    """Fixed monthly instalment, fen: P r / (1 - (1 + r)^-n), rounded up so that the last one is the smallest."""
    if monthly_rate == 0:
        return -(-principal_fen // months)
    return int(np.ceil(principal_fen * monthly_rate / (1.0 - (1.0 + monthly_rate) ** -months)))


class Calendar:
    """The real calendar of a run: `weekday(day)`, `month(day)`, `date(day)`; day 0 is the start date."""

    def __init__(self, start: datetime.date):
        self.start = start

    def date(self, day: int) -> datetime.date:
        """The date of a day of the run."""
        return self.start + datetime.timedelta(days=int(day))

    def weekday(self, day: int) -> int:
        """0 is Monday, 6 is Sunday."""
        return self.date(day).weekday()

    def month_day(self, day: int) -> tuple[int, int]:
        """(month, day of the month), both from 1."""
        date = self.date(day)
        return date.month, date.day

    def is_month_end(self, day: int) -> bool:
        """True on the last day of a month."""
        return self.date(day + 1).day == 1

    def day_of(self, date: datetime.date) -> int:
        """The day of the run that falls on a date (may be negative or past the end)."""
        return (date - self.start).days
