"""The Bass curve fitted: finds what made the data, says how sure it is, and refuses what cannot be told."""

import numpy as np
import pytest

from results.bass import adopted_share, fit_bass, recursion
from sim.core.errors import UserError

# Bass (1969), table 2: p, q per year, m in millions
DURABLES = {"black and white television": (.0279, .2505, 96.7), "dryers": (.0172, .3569, 15.1),
            "room air conditioners": (.0104, .4186, 16.9),
            "refrigerators": (.0026, .2157, 40.0), "freezers": (.0181, .1711, 21.9), "record players": (.0248, .6541, 21.9)}


def yearly(p, q, m, years):
    return m * np.diff(adopted_share(np.arange(years + 1), p, q))


@pytest.mark.parametrize("name", DURABLES)
def test_the_durables_of_bass_are_found_again(name):
    p, q, m = DURABLES[name]
    found = fit_bass(yearly(p, q, m, 20), periods_a_year=1)
    assert (found.p, found.q, found.market_size) == pytest.approx((p, q, m), rel=1e-3)
    assert found.r_squared > .9999 and found.peak_year == pytest.approx(np.log(q / p) / (p + q), rel=1e-3)


@pytest.mark.parametrize("name", DURABLES)
def test_months_and_years_give_the_same_curve(name):
    p, q, m = DURABLES[name]
    monthly = m * np.diff(adopted_share(np.arange(20 * 12 + 1) / 12, p, q))
    found = fit_bass(monthly, periods_a_year=12)
    assert (found.p, found.q, found.market_size) == pytest.approx((p, q, m), rel=1e-3)
    assert found.adopters(240, 252).sum() == pytest.approx(m * np.diff(adopted_share([20, 21], p, q))[0], rel=1e-3)


def test_standard_errors_are_those_of_repeated_noise():
    p, q, m = .01, .4, 1000.0
    clean = yearly(p, q, m, 15)
    rng = np.random.default_rng(5)
    fits = [fit_bass(np.maximum(clean + rng.normal(0, 4, 15), 0), periods_a_year=1) for _ in range(60)]
    for name, true in (("p", p), ("q", q), ("market", m)):
        values = np.array([getattr(fit, "market_size" if name == "market" else name) for fit in fits])
        stated = np.median([getattr(fit, f"{name}_error") for fit in fits])
        assert abs(values.mean() - true) < 4 * values.std(ddof=1) / np.sqrt(60) + .02 * true
        assert stated == pytest.approx(values.std(ddof=1), rel=.35)  # 60 draws: a spread is known to 9%; 35% is about 4 of those


def test_a_known_market_helps_where_the_series_stops_early():
    p, q, m = .01, .4, 1000.0
    found = fit_bass(yearly(p, q, m, 8), periods_a_year=1, market_size=m)
    assert (found.p, found.q, found.market_error) == (pytest.approx(p, rel=1e-3), pytest.approx(q, rel=1e-3), 0.0)


def test_innovation_alone_has_no_imitation():
    found = fit_bass(yearly(.2, 0.0, 500.0, 15), periods_a_year=1)
    assert found.q / found.p < .01 and found.p == pytest.approx(.2, rel=.01) and found.peak_year == 0.0


def test_the_recursion_of_short_periods_is_the_curve():
    assert np.abs(recursion(.03 / 365, .38 / 365, 10 * 365)[::365] - adopted_share(np.arange(11), .03, .38)).max() < .001


@pytest.mark.parametrize(("series", "reason"), [
    ([5, 6, 7, 8, 9], "5 periods"), ([], "0 periods"), ([0] * 12, "nobody adopted"), ([7.0] * 24, "size of the market"),
    (np.exp(np.arange(12) * .3), "size of the market"), ([1, 2, -3, 4, 5, 6], r"adopters\[2\] is -3"),
    ([1, 2, np.nan, 4, 5, 6], r"adopters\[2\] is nan"), ([[1, 2], [3, 4]], "2 dimensions"), (["many"] * 8, "no list of numbers")])
def test_what_cannot_be_told_is_refused(series, reason):
    with pytest.raises(UserError, match=reason):
        fit_bass(series)


@pytest.mark.parametrize("series", [[1e-12] * 3 + [1e12] * 9, [0] * 11 + [1], [1] + [0] * 11, [1e300] * 12, [3, 0] * 12,
                                    np.arange(12), np.arange(12)[::-1], [5] * 6])
def test_odd_series_are_fitted_or_refused(series):
    try:
        found = fit_bass(series)
    except UserError:
        return
    assert np.isfinite([found.p, found.q, found.market_size]).all() and found.p > 0 and found.q >= 0


def test_a_market_smaller_than_its_adopters_is_refused():
    with pytest.raises(UserError, match="market_size is 10, but 21 adopted"):
        fit_bass([1, 2, 3, 4, 5, 6], market_size=10)
