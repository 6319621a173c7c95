"""Who can tell good shops from bad: the truth behind a score, the regimes against one another, and that looking changes nothing."""

import numpy as np
import pytest

from results.lenders import lenders_of
from results.lending import Lens
from results.screening import HORIZON_DAYS, Screening
from sim.markets import data_sharing
from sim.markets.data_sharing import HIDDEN_WHEN_LIMITED, MARGIN_BY_QUALITY, REGIMES, _margin
from tests.worlds import differences, small_market

WORLD = {"consumers__count": 8_000, "merchants__count": 1_000, "days": 560, "distress__trouble_rate": .3}


@pytest.fixture(scope="module")
def screened():
    screening = Screening(since=60, every=60, regimes_every=60)
    market = small_market(observers=[screening], **WORLD)
    market.run_days()
    return market, screening


def test_looking_changes_nothing():
    plain = small_market(after=100, days=100)
    looked = small_market(after=100, days=100, observers=[Lens(), Screening(since=10, every=5, regimes_every=10)])
    assert not differences(plain, looked)


def test_the_truth_is_what_became_of_each_shop_within_the_year(screened):
    market, screening = screened
    looks = list(screening._whole("lenders"))
    assert [look["day"] for look, _ in looks] == [60, 120, 180]
    for look, is_bad in looks:
        closed = market.merchants.closed_on[look["rows"]]
        bad = (closed > look["day"]) & (closed <= look["day"] + HORIZON_DAYS)
        walked = market.merchants.walked_on[look["rows"]]
        assert (is_bad == (bad | (walked > look["day"]) & (walked <= look["day"] + HORIZON_DAYS))).all()


def test_more_data_rank_better(screened):
    auc = screened[1].regimes().set_index("regime")["auc"]
    assert set(auc.index) == set(REGIMES)
    assert auc["thin_file"] < auc["bank_file"] < auc["closed_loop"] and auc["thin_file"] < auc["limited"] < auc["closed_loop"]
    assert .72 < auc["closed_loop"] < .92 and auc["thin_file"] < .7


def test_every_lender_is_judged_on_those_it_took_and_on_all(screened):
    table = screened[1].lenders()
    assert set(table["lender"]) == set(lenders_of(screened[0])) >= {"platform", "large_bank"}
    assert set(table["sample"]) == {"own", "accepted", "all"}
    one = table[(table["lender"] == "platform") & (table["day"] == 60)].set_index("sample")
    assert one.loc["accepted", "n"] < one.loc["all", "n"] and (one["gini"] == 2 * one["auc"] - 1).all()


def test_too_short_a_run_gives_empty_tables_and_no_error():
    screening = Screening(since=5, every=5, regimes_every=5)
    small_market(after=20, observers=[screening])
    assert screening.regimes().empty and screening.lenders().empty


def test_a_limited_platform_is_shown_no_more_than_the_surface():
    market = small_market(after=30, data__platform_sees="limited")
    rows = np.arange(80)
    shown, whole = market.data_sharing.platform_view(market, rows), market.data_sharing.closed_loop(market, rows)
    for name, values in shown.features().items():
        assert np.isnan(values).all() if name in HIDDEN_WHEN_LIMITED else (values == getattr(whole, name)).all()


@pytest.mark.parametrize("regime", REGIMES)
def test_views_of_every_regime_are_copies_of_the_right_length(regime):
    market = small_market(after=40)
    rows = np.flatnonzero(market.merchants.opened_on < -365)[:3]  # who has closed a year has a statement
    for values in market.data_sharing.view(market, regime, rows).features().values():
        assert values.shape == (3,) and np.isfinite(values.astype(float)).all()
        assert not any(np.shares_memory(values, column) for column in market.merchants.state().values())


def test_a_lender_sees_a_statement_once_a_year():
    market = small_market(days=400, after=100)
    seen = {}
    for day in (100, 200, 380):
        market.run_days(day - market.day)
        view = market.data_sharing.bank_file(market, np.arange(80))
        seen[day] = view.stated_margin, view.annual_sales
    assert np.array_equal(seen[100][0], seen[200][0], equal_nan=True) and (seen[100][1] == seen[200][1]).all()
    assert (seen[200][0] != seen[380][0]).all() and (seen[200][1] != seen[380][1]).all()


def margin_errors(market):
    """What each margin on file errs by (n,), in standard deviations of quality, and the statements it is made of."""
    shops = market.merchants
    true = _margin(market, slice(None)) + MARGIN_BY_QUALITY * shops.quality
    return (shops.stated_margin - true) / MARGIN_BY_QUALITY, np.clip((market.day // 365 * 365 - shops.opened_on) // 365, 0, 3)


def test_a_longer_file_tells_more_and_a_shop_without_a_whole_year_has_none():
    market = small_market(after=0, merchants__count=4000, consumers__count=4000)
    data_sharing.publish_statements(market)
    errors, years = margin_errors(market)
    assert np.isnan(errors[years == 0]).all() and (years == 0).any()
    for n in (1, 2, 3):
        error, expected = errors[years == n], market.settings.data.statement_noise / np.sqrt(n)
        assert abs(error.std() - expected) < 4.5 * expected / np.sqrt(2 * len(error))
        assert abs(error.mean()) < 4.5 * expected / np.sqrt(len(error))


def test_next_years_file_still_holds_this_years_statement():
    market = small_market(days=400, after=0, merchants__count=1000, consumers__count=2000, merchants__quality_drift=0.0)
    data_sharing.publish_statements(market)
    first, _ = margin_errors(market)
    market.run_days(366)
    second, years = margin_errors(market)
    two, three = years == 2, market.merchants.opened_on < -3 * 365  # of two statements one was there before, of three two
    assert np.corrcoef(first[two], second[two])[0, 1] == pytest.approx(1 / np.sqrt(2), abs=.1)
    assert np.corrcoef(first[three], second[three])[0, 1] == pytest.approx(2 / 3, abs=.1)


def test_a_bank_that_keeps_one_statement_knows_an_old_shop_no_better_than_a_young_one():
    market = small_market(after=0, merchants__count=4000, consumers__count=4000, data__statements_kept=1)
    data_sharing.publish_statements(market)
    errors, years = margin_errors(market)
    assert errors[years == 1].std() == pytest.approx(errors[years == 3].std(), rel=.1)


def test_an_officer_sees_a_shop_as_it_is_and_a_hurried_one_worse():
    market = small_market(after=60, merchants__count=2000, consumers__count=4000)
    rows = np.arange(2000)
    quality = market.merchants.quality[rows]
    calm, hurried = (market.data_sharing.visited_file(market, rows, error) for error in (.5, 2.0))
    for view, error in ((calm, .5), (hurried, 2.0)):
        assert abs((view.impression - quality).std() - error) < 4.5 * error / np.sqrt(2 * 2000)
    assert np.corrcoef(calm.margin_found, hurried.margin_found)[0, 1] > .9, "the same shop, the same luck"


def test_what_was_on_file_before_a_fork_stays_on_file():
    a, b = (small_market(days=400, after=0, merchants__count=500, consumers__count=1000, merchants__quality_drift=0.0) for _ in range(2))
    b.path_seed = a.path_seed + 1  # another path of the same world
    for market in (a, b):
        market.run_days(366)
    old = a.merchants.opened_on < -3 * 365
    assert (margin_errors(a)[0][old] == margin_errors(b)[0][old]).all()
