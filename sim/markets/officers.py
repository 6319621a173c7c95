"""Officers: people who look at applicants one by one, how many each can see in a year, and how well they see.

Choice: the error of a visit grows with the square root of the cases an officer has in a year, and with the load beyond
what the office can serve.  Source: sampling error (the precision of an impression is the time spent on it); S17, S18 give
20, 300 and 3 000 clients a year.  Alternative: a fixed error.  Reason: then 3 000 clients would be free of charge.
"""

import numpy as np

from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting

REFERENCE_CASES = 20.0  # clients a year of a bank's officer (S17)
SMOOTH_DAYS = 30.0  # of the load
MOST_LOAD = 3.0  # arrivals over capacity; a queue cannot be worse than hopeless


class OfficerSettings(Settings):
    """How well an officer judges."""

    visit_error: float = setting(.35, unit="standard deviations of quality", ge=0, le=20, source="assumption: at 20 cases a year",
                                 meaning="Error of an impression with all the time of S17")
    rushed_above: float = setting(.8, unit="load", ge=0, le=3, source="assumption: queues grow beyond it",
                                  meaning="Arrivals over capacity above which officers hurry")
    rush_slope: float = setting(1.0, unit="relative error per unit of load", ge=0, le=10, source="assumption")
    wage_cny: float = setting(80_000, unit="CNY a year", ge=0, le=1e7, source="assumption: staff cost of a Chinese bank in 2012, rounded")


def error_of_visits(s: OfficerSettings, cases_a_year, load) -> np.ndarray:
    """Standard deviation of impressions: e sqrt(cases / 20) (1 + slope max(0, load - limit)), shape of the arguments."""
    hurry = 1.0 + s.rush_slope * np.maximum(0.0, np.asarray(load) - s.rushed_above)
    return s.visit_error * np.sqrt(np.asarray(cases_a_year) / REFERENCE_CASES) * hurry


def can_decide_today(lenders) -> np.ndarray:
    """Applications the officers of each of `lenders` can decide today, whole ones; the rest of the work is carried, at most one.

    lenders: a population with officers, cases_a_year and capacity_carry.  Writes: capacity_carry.
    """
    lenders.capacity_carry += lenders.officers * lenders.cases_a_year / 365
    return np.floor(lenders.capacity_carry).astype(np.int64)


def note_work(lenders, arrived, served) -> None:
    """Book what came today and was decided, in cases, shape (n,) each; the load is what came over capacity, smoothed over a month.

    Writes: capacity_carry, load, applications_today.
    """
    lenders.capacity_carry -= served
    np.minimum(lenders.capacity_carry, 1.0, out=lenders.capacity_carry)
    today = arrived / np.maximum(lenders.officers * lenders.cases_a_year / 365, 1e-12)
    lenders.load[:] = np.minimum(lenders.load + (today - lenders.load) / SMOOTH_DAYS, MOST_LOAD)
    lenders.applications_today[:] = served


def pay_officers(m):
    """Wages of the officers of every lender of term loans, by day; a financier pays what it can.

    Writes: banks.own_funds; financiers.cash.
    """
    wage = fen(m.settings.officers.wage_cny) / 365
    for group in m.term_lenders:
        due = np.floor(group.lenders.officers * wage).astype(np.int64)
        if not group.money.may_overdraw:
            due = np.minimum(due, group.money.balance)
        m.ledger.pay(group.money, np.arange(len(due)), m.books.world, 0, due, purpose=Purpose.STAFF)
