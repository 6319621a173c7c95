"""Money and time: fen, rates and the real calendar."""

import datetime

import numpy as np

DAYS_PER_YEAR = 365
DAYS_PER_MONTH = 30
MINUTES_PER_DAY = 1440
SPRING_FESTIVALS = (
    (2008, 2, 7), (2009, 1, 26), (2010, 2, 14), (2011, 2, 3), (2012, 1, 23), (2013, 2, 10), (2014, 1, 31), (2015, 2, 19),
    (2016, 2, 8), (2017, 1, 28), (2018, 2, 16), (2019, 2, 5), (2020, 1, 25), (2021, 2, 12), (2022, 2, 1), (2023, 1, 22),
    (2024, 2, 10), (2025, 1, 29), (2026, 2, 17))  # other years have no festival season


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


def spring_festival_days(date: datetime.date) -> list[int]:
    """Days since each Spring Festival that is known, negative before it."""
    return [(date - datetime.date(*festival)).days for festival in SPRING_FESTIVALS]


def is_last_payday_before_spring_festival(date: datetime.date) -> bool:
    """True if a Spring Festival falls after this date and not after the same day (1-28) of the next month."""
    month_days = ((date.replace(day=1) + datetime.timedelta(days=31)).replace(day=date.day) - date).days
    return any(-month_days <= days < 0 for days in spring_festival_days(date))


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
