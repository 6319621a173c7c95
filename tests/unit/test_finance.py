"""Money and time: fen are whole, interest loses nothing, the calendar is the real one."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.finance import SPRING_FESTIVALS, Calendar, annuity, cny, fen, is_last_payday_before_spring_festival
from sim.markets.loans import _interest


def test_fen_are_whole_and_cny_are_their_hundredth():
    assert fen(12.34) == 1234 and fen(.005) == 0 and fen(.015) == 2 and fen(-3.0) == -300
    assert cny(1234) == 12.34 and list(cny([100, 250])) == [1.0, 2.5]


def one_day(outstanding, rate, carry):
    """Interest of one contract for one day and the fraction of a fen carried on."""
    kept = np.array([carry])
    _, due = _interest(np.array([outstanding]), np.array([rate]), kept)
    return int(due[0]), float(kept[0])


def test_interest_on_ten_thousand_at_five_in_ten_thousand_is_five_a_day():
    assert one_day(fen(10_000), .0005, 0.0) == (fen(5), 0.0)


@given(st.integers(1, 10 ** 9), st.sampled_from([.0005, .0006, .00045, .06 / 365]), st.integers(1, 400))
def test_the_carried_fraction_means_no_fen_is_lost_over_time(outstanding, rate, days):
    paid, carry = 0, 0.0
    for _ in range(days):
        whole, carry = one_day(outstanding, rate, carry)
        paid += whole
        assert 0.0 <= carry < 1.0
    exact = outstanding * rate * days
    assert exact - 1 - 1e-9 * exact <= paid <= exact + 1e-6 + 1e-9 * exact


@pytest.mark.parametrize("principal, apr, months", [(fen(100_000), .072, 12), (fen(3_000), .15, 24), (1, .09, 3)])
def test_an_annuity_pays_the_loan_off_and_the_last_instalment_is_the_smallest(principal, apr, months):
    instalment, owed = annuity(principal, apr / 12, months), float(principal)
    for _ in range(months - 1):
        owed = owed * (1 + apr / 12) - instalment
    assert owed * (1 + apr / 12) <= instalment
    assert instalment <= principal * (1 / months + apr / 12) + 1


def test_without_interest_an_annuity_is_the_principal_in_equal_parts():
    assert annuity(1000, 0.0, 12) == 84 and 84 * 12 >= 1000


def test_the_calendar_is_the_real_one():
    calendar = Calendar(datetime.date(2012, 1, 1))
    assert calendar.date(59) == datetime.date(2012, 2, 29)
    assert calendar.weekday(0) == 6  # a Sunday
    assert calendar.month_day(60) == (3, 1)
    assert [day for day in range(62) if calendar.is_month_end(day)] == [30, 59]
    assert calendar.day_of(datetime.date(2012, 10, 18)) == 291 and calendar.day_of(datetime.date(2011, 12, 31)) == -1


def test_everybody_has_one_last_payday_before_each_spring_festival():
    for year, month, day in SPRING_FESTIVALS[1:]:
        festival = datetime.date(year, month, day)
        days = [festival - datetime.timedelta(days=k) for k in range(-5, 70)]
        last = [date for date in days if date.day <= 28 and is_last_payday_before_spring_festival(date)]
        assert sorted(date.day for date in last) == list(range(1, 29)) and all(0 < (festival - date).days <= 31 for date in last)
