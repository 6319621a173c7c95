"""BG/NBD: finds what made the data, forecasts the year held out, agrees with what was published, stays finite, changes nothing."""

import time

import numpy as np
import pytest
from scipy.special import hyp2f1

from results.customer_base import (
    NAMES,
    CustomerBase,
    PurchaseDays,
    fit_customer_base,
    forecast_of,
    log_likelihood,
    purchase_table,
)
from sim.core.errors import UserError
from tests.worlds import differences, small_market

CDNOW = CustomerBase(.243, 4.414, .793, 2.426)  # weeks; Fader, Hardie and Lee (2005)
WORLDS = {"cdnow": (.243, 4.414, .793, 2.426), "eager": (2.0, 3.0, .5, 6.0), "regular": (4.0, 8.0, 1.2, 12.0)}  # weeks


def lived(parameters, n, weeks, held_out, seed):
    """(frequency, recency, observed, later) of n customers who start in the first quarter of `weeks`, by the process itself."""
    r, alpha, a, b = parameters
    rng = np.random.default_rng(seed)
    observed = weeks - rng.uniform(0, weeks / 4, n)
    rate, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    x, t_x, later = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        at = 0.0
        while True:
            at += rng.exponential(1 / max(rate[i], 1e-12))
            if at > observed[i] + held_out:
                break
            if at <= observed[i]:
                x[i], t_x[i] = x[i] + 1, at
            else:
                later[i] += 1
            if rng.random() < leaves[i]:
                break
    return x, t_x, observed, later


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    parameters = WORLDS[request.param]
    x, t_x, observed, later = lived(parameters, 6000, 60.0, 52.0, seed=3)
    return parameters, x, t_x, observed, later, fit_customer_base(x, t_x, observed)


def test_the_parameters_are_found_again(world):
    parameters, *_, found = world
    for name, true in zip(NAMES, parameters):
        error = getattr(found, f"{name}_error")
        assert abs(getattr(found, name) - true) < 3 * error and error < true


def test_the_year_held_out_is_forecast_within_a_tenth(world):
    _, x, t_x, observed, later, found = world
    ahead = found.expected_purchases(52.0, x, t_x, observed)
    assert ahead.sum() == pytest.approx(later.sum(), rel=.1)
    assert (x / observed * 52).sum() > 1.1 * later.sum()  # the null, that everybody stays and goes on as before, fails


def test_the_alive_buy_as_many_as_their_probability_says(world):
    """Of customers with the same chance to be alive, more than that share cannot buy, and nearly that many of the frequent do."""
    _, x, t_x, observed, later, found = world
    alive = found.alive_prob(x, t_x, observed)
    busy = x / observed * 52 > 12
    for low in (0.0, .3, .6):
        mine = busy & (alive >= low) & (alive < low + .4)
        share, error = (later[mine] > 0).mean(), .5 / np.sqrt(max(mine.sum(), 1))
        assert mine.sum() < 30 or abs(share - alive[mine].mean()) < 4 * error + .05  # the alive may still not buy in the year


def test_published_numbers_of_cdnow():
    assert CDNOW.expected_purchases(39.0, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)
    assert CDNOW.alive_prob(2, 30.43, 38.86) == pytest.approx(.7266, abs=5e-4)


@pytest.mark.parametrize("parameters", [(.243, 4.414, .793, 2.426), (1.0, 5.0, .05, 1.2), (.5, 2.0, 3.0, 4.0), (3.0, 20.0, .3, 9.0)])
@pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0.0, 38.0), (2, 30.43, 38.86), (15, 36.0, 38.0), (60, 36.0, 37.0)])
def test_expected_purchases_follow_the_published_formula(parameters, x, t_x, T):
    r, alpha, a, b = parameters
    factor = hyp2f1(r + x, b + x, a + b + x - 1, 52.0 / (alpha + T + 52.0))
    still = 1 + (a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x) if x else 0.0)
    published = (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + 52.0)) ** (r + x) * factor) / still
    assert CustomerBase(*parameters).expected_purchases(52.0, x, t_x, T) == pytest.approx(published, rel=2e-5)


@pytest.mark.parametrize("x", [0, 1, 5])
def test_the_likelihood_is_the_published_one(x):
    r, alpha, a, b = .7, 3.0, .9, 2.0
    t_x, T = (10.0 if x else 0.0), 30.0
    from scipy.special import beta, gamma
    stayed = beta(a, b + x) / beta(a, b) * gamma(r + x) / gamma(r) * alpha ** r / (alpha + T) ** (r + x)
    left = beta(a + 1, b + x - 1) / beta(a, b) * gamma(r + x) / gamma(r) * alpha ** r / (alpha + t_x) ** (r + x) if x else 0.0
    assert log_likelihood((r, alpha, a, b), x, t_x, T) == pytest.approx(np.log(stayed + left), rel=1e-12)


def test_extremes_stay_finite():
    x, t_x, T = np.array([0, 0, 1, 5000, 5000, 3]), np.array([0, 0, 1e-9, 1e6, 10.0, 1e5]), np.array([1e-6, 1e6, 1e6, 1e6, 1e6, 1e5])
    for base in (CDNOW, CustomerBase(50.0, 1e-3, 1e-6, 1e-6), CustomerBase(1e-4, 1e4, 80.0, 1e-3)):
        parameters = [getattr(base, name) for name in NAMES]
        alive, ahead = base.alive_prob(x, t_x, T), base.expected_purchases(365.0, x, t_x, T)
        assert np.isfinite(log_likelihood(parameters, x, t_x, T)).all()
        assert ((alive >= 0) & (alive <= 1)).all() and (alive[:2] == 1).all()
        assert np.isfinite(ahead).all() and (ahead >= 0).all()


def test_nobody_who_leaves_is_a_poisson_mixture():
    rng = np.random.default_rng(1)
    rate, T = rng.gamma(2.0, .5, 4000), 50.0
    x = rng.poisson(rate * T)
    t_x = np.where(x > 0, T * rng.beta(np.maximum(x, 1), 1), 0.0)
    found = fit_customer_base(x, t_x, np.full(4000, T))
    assert found.expected_purchases(50.0, x, t_x, T).sum() == pytest.approx(x.sum(), rel=.02)
    assert (found.r, found.alpha) == (pytest.approx(2.0, rel=.1), pytest.approx(2.0, rel=.1))
    assert found.alive_prob(x, t_x, T)[x > 5].mean() > .99


def test_the_unit_of_time_does_not_matter():
    x, t_x, T, _ = lived(WORLDS["cdnow"], 1500, 60.0, 1.0, seed=8)
    weeks, days = fit_customer_base(x, t_x, T), fit_customer_base(x, 7 * t_x, 7 * T)
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-3) and days.a == pytest.approx(weeks.a, rel=1e-3)
    assert weeks.log_likelihood == pytest.approx(log_likelihood([getattr(weeks, name) for name in NAMES], x, t_x, T).sum(), rel=1e-9)


@pytest.mark.parametrize(("x", "t_x", "T", "reason"), [
    ([1] * 40, [5.0] * 40, [4.0] * 40, "row 0 has frequency 1, recency 5, observed 4"), ([0] * 40, [0.0] * 40, [4.0] * 40, "0 customers"),
    ([1.5] * 40, [2.0] * 40, [4.0] * 40, "whole number"), ([0] * 40, [1.0] * 40, [4.0] * 40, "recency above 0"),
    ([1] * 40, [2.0] * 39, [4.0] * 40, "one length"), ([np.nan] * 40, [2.0] * 40, [4.0] * 40, "row 0")])
def test_impossible_histories_are_refused(x, t_x, T, reason):
    with pytest.raises(UserError, match=reason):
        fit_customer_base(x, t_x, T)


# --- histories --------------------------------------------------------------------------------------------------------


def test_a_table_of_purchases():
    table = purchase_table([7, 2, 7, 2, 7, 9, 4], [0, 3, 5, 3, 9, 12, 10], until=10)
    assert table.index.tolist() == [2, 7]  # 9 came later, 4 on the last day
    assert table.loc[7, ["frequency", "recency", "observed"]].tolist() == [2, 9, 10]
    assert table.loc[2, ["frequency", "recency", "observed"]].tolist() == [0, 0, 7]  # twice on a day is once
    assert purchase_table([], [], until=10).empty


def test_an_observer_of_the_market_sees_every_paid_purchase_and_changes_nothing():
    seen, totals = PurchaseDays(until=29), []
    market = small_market(observers=[seen, lambda m: totals.append(m.goods.n_purchases_today)], after=40)
    assert seen.count.sum() == sum(totals[:30]) > 1000 and seen.later.sum() == sum(totals[30:])
    table = seen.table()
    assert seen.days_after == 10 and (table["recency"] <= table["observed"]).all()
    assert ((table["frequency"] > 0) == (table["recency"] > 0)).all()
    assert not differences(market, small_market(after=40))


def test_a_cohort_that_starts_later_leaves_the_earlier_out():
    seen = PurchaseDays(until=20, since=5, size=4)
    for day, buyers in ((1, [0]), (6, [0, 1]), (9, [1]), (25, [1, 3])):
        seen.add(np.array(buyers), day)
    table = seen.table()
    assert table.index.tolist() == [1] and table.loc[1].tolist() == [1, 3, 14, 1]


def test_a_forecast_says_how_far_it_misses(world):
    _, x, t_x, observed, later, found = world
    import pandas as pd
    told = forecast_of(pd.DataFrame({"frequency": x, "recency": t_x, "observed": observed, "later": later}), 52)
    assert abs(told["error_percent"]) < 10 < told["naive_error_percent"]
    assert told["a"] == pytest.approx(found.a, rel=1e-3) and told["correlation"] > .5


def test_the_observer_is_cheap():
    seen, rng = PurchaseDays(until=50, size=100_000), np.random.default_rng(2)
    days = [np.flatnonzero(rng.random(100_000) < .16) for _ in range(20)]
    start = time.process_time()
    for day, buyers in enumerate(days):
        seen.add(buyers, day)
    assert (time.process_time() - start) / 20 < .01  # .3 ms on a free machine
