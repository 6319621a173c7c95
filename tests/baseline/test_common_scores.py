"""Scores in common: who uses which, how well they tell, how they err, and what a downturn makes of it."""

import numpy as np
import pandas as pd
import pytest

from agents.lending.discrimination import auc
from experiments import common_model
from results.shortfall import bootstrap, expected_shortfall
from sim.markets.common_scores import bad_prob, model_of_bank
from tests.worlds import small_market

MANY = {"consumers__count": 1_000, "merchants__count": 20_000, "common_model__is_used": True}
ALL = np.arange(20_000)


@pytest.fixture(scope="module")
def half():
    return small_market(**MANY, common_model__bank_share=.5, common_model__vintage_error=.5)


@pytest.fixture(scope="module")
def alone():
    return small_market(**MANY, common_model__bank_share=.5, common_model__is_one_error=False)


def log_risk(m, bank, rows=ALL):
    return np.log(-np.log1p(-bad_prob(m, bank, rows)))


def test_without_the_setting_no_bank_has_such_a_score():
    assert bad_prob(small_market(), 0, np.arange(5)) is None


def test_lenders_that_are_no_banks_have_none(half):
    assert bad_prob(half, len(half.banks), np.arange(5)) is None


def test_who_uses_the_common_score_at_one_share_uses_it_at_a_larger_one():
    users = [set(np.flatnonzero(model_of_bank(small_market(**{"common_model__bank_share": share})) == 0)) for share in (0, .25, .5, 1)]
    assert [len(each) for each in users] == [0, 6, 12, 24]
    assert users[0] <= users[1] <= users[2] <= users[3]


def test_users_of_the_common_score_say_the_same_and_err_alone_in_the_counterfactual(half, alone):
    users = np.flatnonzero(model_of_bank(half) == 0)
    first, second = (bad_prob(half, number, ALL) for number in users[:2])
    assert (first == second).all()
    apart = np.corrcoef(*(log_risk(alone, number) for number in users[:2]))[0, 1]
    assert apart == pytest.approx(1 / (1 + .6 ** 2), abs=.02)


def test_other_banks_err_each_by_itself_and_do_not_feel_who_uses_what(half, alone):
    others = np.flatnonzero(model_of_bank(half) > 0)
    assert np.corrcoef(*(log_risk(half, number) for number in others[:2]))[0, 1] == pytest.approx(1 / (1 + 1.2 ** 2), abs=.02)
    assert (bad_prob(half, others[0], ALL) == bad_prob(alone, others[0], ALL)).all()


def test_the_common_score_ranks_better_as_far_as_the_platforms_data_do(half):
    """L11: .72 for a bank, .80 measured of the closed loop."""
    d, shops = half.settings.distress, half.merchants
    hazard = 2 / 3 * d.trouble_rate * np.exp(-d.quality_slope * shops.quality - d.quality_slope ** 2 / 2)
    is_bad = np.random.default_rng(1).random(len(shops)) < 1 - np.exp(-hazard)
    model = model_of_bank(half)
    found = [auc(bad_prob(half, int(np.flatnonzero(chosen)[0]), ALL), is_bad) for chosen in (model == 0, model > 0)]
    assert found[0] == pytest.approx(.80, abs=.03) and found[1] == pytest.approx(.73, abs=.03) and found[0] > found[1] + .03


@pytest.mark.parametrize("bank_share", [0.0, 1.0])
def test_a_bank_knows_the_level_of_risk_if_no_vintage_errs(bank_share):
    market = small_market(**MANY, common_model__bank_share=bank_share, common_model__vintage_error=0.0)
    d, quality = market.settings.distress, market.merchants.quality
    hazard = 2 / 3 * d.trouble_rate * np.exp(-d.quality_slope * quality - d.quality_slope ** 2 / 2)
    expected = -np.log1p(-bad_prob(market, 3, ALL))
    safe = expected < np.median(expected)
    for chosen in (safe, ~safe):
        assert expected[chosen].mean() == pytest.approx(hazard[chosen].mean(), rel=.12)


def test_a_vintage_that_flatters_flatters_everybody_until_the_next_fit():
    risk = {}
    for error in (0.0, .5):
        market = small_market(**MANY, common_model__bank_share=1.0, common_model__vintage_error=error, common_model__refit_days=30)
        for market.day in (0, 29, 30):
            risk[error, market.day] = bad_prob(market, 0, ALL)
    assert (risk[.5, 0] == risk[.5, 29]).all() and not np.allclose(risk[.5, 29], risk[.5, 30])
    assert np.log(risk[.5, 0] / risk[0.0, 0]).std() < np.log(risk[.5, 30] / risk[.5, 0]).std()


def test_a_downturn_multiplies_trouble_where_it_strikes():
    start = small_market().date
    hit = small_market(after=20, merchants__count=2_000, shocks=[{"kind": "downturn", "size": 30.0, "sector": 4, "start": start,
                                                                  "end": start.replace(day=20)}])
    calm = small_market(after=20, merchants__count=2_000)
    in_trouble = [np.bincount(m.merchants.sector[(m.merchants.trouble_since >= 0) | (m.merchants.status != 0)], minlength=12)
                  for m in (hit, calm)]
    assert in_trouble[0][4] > 5 * max(in_trouble[1][4], 1)
    assert (np.delete(in_trouble[0], 4) == np.delete(in_trouble[1], 4)).all()


# --- the experiment ---------------------------------------------------------------------------------------------------


def test_the_worst_twentieth_is_counted_in_part_where_it_is_no_whole_number():
    assert expected_shortfall(np.arange(100)) == pytest.approx(np.mean([95, 96, 97, 98, 99]))
    assert expected_shortfall([1.0, 5.0, 3.0], level=.5) == pytest.approx((5 + .5 * 3) / 1.5)
    normal = np.random.default_rng(3).standard_normal(400_000)
    assert expected_shortfall(normal) == pytest.approx(2.063, abs=.02)
    with pytest.raises(ValueError, match="no losses"):
        expected_shortfall([])


def test_the_bootstrap_finds_the_standard_error_of_a_mean_of_pairs():
    rng = np.random.default_rng(4)
    both = rng.standard_normal(400)
    value, low, high = bootstrap((both + 1 + .1 * rng.standard_normal(400), both), lambda a, b: a.mean() - b.mean())
    assert low < value < high and (high - low) / 2 == pytest.approx(1.96 * .1 / 20, rel=.15) and low < 1.01 and high > .99


def test_a_path_lends_loses_and_loses_more_in_a_downturn():
    hit, calm = common_model.path(1, .5, "common")
    assert hit["loans"] == calm["loans"] > 100 and hit["failed"] > 2 * calm["failed"] > 0
    assert 0 < hit["users_lent"] < hit["lent"] and hit["lost"] < hit["lent"]


def test_with_independent_errors_a_path_without_users_is_the_same():
    assert common_model.path(2, 0.0, "common")[0]["lost"] == common_model.path(2, 0.0, "independent")[0]["lost"]


@pytest.fixture(scope="module")
def made_up():
    """A table of paths whose shortfall falls by 1 at share .25 and rises by 2 at share 1 with errors in common, and else stays."""
    rng, rows = np.random.default_rng(5), []
    for seed in range(200):
        luck = rng.standard_normal()
        for arm in ("common", "independent"):
            for share, more in ((0.0, 0.0), (.25, -1.0), (1.0, 2.0)):
                rows += [{"seed": seed, "arm": arm, "share": share, "downturn": downturn,
                          "percent": luck + (more if arm == "common" and downturn else 0.0)} for downturn in (True, False)]
    return common_model.shortfall_table(pd.DataFrame(rows), replications=200)


def test_the_table_finds_changes_of_mean_and_shortfall_and_what_errors_in_common_add(made_up):
    found = made_up.set_index(["downturn", "arm", "share"])
    assert found.loc[(True, "common", .25), "shortfall_change"] == pytest.approx(-1) == found.loc[(True, "common", .25), "mean_change"]
    assert found.loc[(True, "common", 1.0), "in_common"] == pytest.approx(2)
    assert (found.xs("independent", level="arm")["shortfall_change"] == 0).all()
    assert (found.xs(False, level="downturn")["shortfall_change"] == 0).all()


def test_the_verdict_says_whether_the_sign_changes(made_up):
    first, null = common_model.verdict(made_up).splitlines()
    assert "changes sign, surely" in first and "does not change sign" in null
