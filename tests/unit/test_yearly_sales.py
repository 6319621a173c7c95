"""A shop's sales of the last 365 days, from thirteen months of four weeks and a part; how many shops sell for more than a million."""

import numpy as np
import pytest

from agents.yearly_sales import MONTHS_KEPT, add_to_month, sales_of_a_year
from results.measures import MEASURES
from sim.model import Market


def lived(days, sold):
    """The months after so many days; `sold(day)`: fen."""
    months = np.zeros((1, MONTHS_KEPT), np.int64)
    for day in range(days):
        add_to_month(months, np.array([sold(day)]), day)
    return months


@pytest.mark.parametrize("days", [365, 366, 377, 392, 393, 1000, 1200])
def test_even_sales_add_up_to_exactly_365_days(days):
    assert sales_of_a_year(lived(days, lambda day: 70), days - 1)[0] == pytest.approx(365 * 70)


@pytest.mark.parametrize("days", [365, 380, 700, 1015])
def test_uneven_sales_are_off_by_less_than_the_month_that_is_cut(days):
    sales = np.random.default_rng(days).integers(0, 1000, days)
    exact, month = sales[-365:].sum(), 28 * 1000
    assert abs(sales_of_a_year(lived(days, lambda day: sales[day]), days - 1)[0] - exact) < month / 4


def test_before_a_year_is_lived_the_sum_is_what_was_sold():
    assert sales_of_a_year(lived(40, lambda day: 5), 39)[0] == 200


def test_a_million_is_counted_at_real_scale_and_only_in_open_shops_and_not_before_a_year_was_lived():
    market = Market("baseline", seed=1, **{"consumers.count": 300, "merchants.count": 40, "days": 3, "weight": 50.0})
    market.step()
    count, shops = MEASURES["shops_above_1m"].value, market.merchants
    assert (shops.monthly_sales[:, 0] == shops.sales_today).all() and shops.sales_today.sum() > 0
    assert np.isnan(count(market))
    market.day = 364
    shops.monthly_sales[:] = 0
    shops.monthly_sales[:3, 5] = [10**8, 10**8 + 1, 3 * 10**8]  # exactly a million is not above it
    assert count(market) == 2 * 50.0
    shops.status[2] = 1
    assert count(market) == 50.0
