"""Scorecards: whole points that follow the evidence, and one clear sentence where there is none."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from agents.lending.discrimination import auc, calibration_curve
from agents.lending.scorecard import NotFitted, Scorecard, ScorecardSettings, fit_scorecard

EXAMPLES = settings(deadline=None, derandomize=True)
S = ScorecardSettings()


def shops(n=4000, seed=1):
    """Features of shops and who turns bad, about one in eight."""
    draw = np.random.default_rng(seed)
    features = {"sales": draw.lognormal(10, 1, n), "rating": draw.beta(9, 1, n), "age_days": draw.integers(0, 3000, n),
                "is_certified": draw.random(n) < .4, "sector": draw.choice(["food", "toys", "books", "cars"], n),
                "noise": draw.normal(size=n)}
    log_odds = (-2.3 - .7 * (np.log(features["sales"]) - 10) - 6 * (features["rating"] - .9) - .8 * features["is_certified"]
                + 1.0 * (features["sector"] == "cars"))
    return features, draw.random(n) < 1 / (1 + np.exp(-log_odds))


FEATURES, IS_BAD = shops()
CARD = fit_scorecard(FEATURES, IS_BAD, settings=S)


def points_of(card, name):
    """Points by label of one feature."""
    table = card.table()
    rows = table[table.feature == name]
    return dict(zip(rows["bin"], rows["points"]))


def test_points_are_whole_and_more_points_are_safer():
    points, prob = CARD.points(FEATURES), CARD.probability(FEATURES)
    assert points.dtype == np.int64 and points.shape == IS_BAD.shape
    order = np.argsort(points)
    assert np.all(np.diff(prob[order]) <= 0) and 0 < prob.min() < prob.max() < 1
    assert auc(prob, IS_BAD) == auc(-points, IS_BAD) > .75


def test_points_to_double_double_the_odds_from_the_base_points():
    card = Scorecard(S.base_points, CARD.features[:1], (np.arange(len(CARD.points_of_bin[0])) * 20,), {}, S)
    prob = card.probability(FEATURES)
    odds = (1 - prob) / prob
    assert odds == pytest.approx(S.base_odds * 2.0 ** ((card.points(FEATURES) - S.base_points) / 20))


def test_probabilities_are_calibrated_in_sample():
    curve = calibration_curve(CARD.probability(FEATURES), IS_BAD, 5)
    error = np.sqrt(curve.mean_predicted * (1 - curve.mean_predicted) / curve.count)
    assert np.all(np.abs(curve.bad_share - curve.mean_predicted) < 3 * error)  # three standard errors a bin


def test_it_ranks_new_applicants_nearly_as_well():
    features, is_bad = shops(seed=2)
    assert auc(CARD.probability(features), is_bad) > auc(CARD.probability(FEATURES), IS_BAD) - .04


def test_points_follow_the_evidence():
    assert points_of(CARD, "sector")["cars"] == min(points_of(CARD, "sector").values()) < 0
    assert points_of(CARD, "is_certified")["1"] > 0 > points_of(CARD, "is_certified")["0"]
    sales = list(points_of(CARD, "sales").values())
    assert sales == sorted(sales) and len(sales) > 3
    assert CARD.information_value["sales"] > CARD.information_value["is_certified"] > S.least_information_value
    assert "information value" in CARD.dropped["noise"]


def test_the_table_holds_every_case_and_adds_up_to_the_points():
    table = CARD.table()
    assert list(table.columns) == ["feature", "bin", "cases", "bads", "woe", "points"]
    sums = table.groupby("feature")[["cases", "bads"]].sum()
    assert (sums.cases == len(IS_BAD)).all() and (sums.bads == IS_BAD.sum()).all()
    whole = CARD.start_points + sum(points[feature.bins.place(FEATURES[feature.name])]
                                    for feature, points in zip(CARD.features, CARD.points_of_bin))
    assert np.array_equal(whole, CARD.points(FEATURES))


@EXAMPLES
@given(st.permutations(list(FEATURES)))
def test_the_order_of_columns_does_not_matter(names):
    again = fit_scorecard({name: FEATURES[name] for name in names}, IS_BAD, settings=S)
    assert np.array_equal(again.points(FEATURES), CARD.points(FEATURES)) and again.table().equals(CARD.table())


@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_same_bits_on_any_number_of_threads(n_threads):
    with threadpool_limits(n_threads):
        again = fit_scorecard(FEATURES, IS_BAD, settings=S)
    assert pickle.dumps(again.points_of_bin) == pickle.dumps(CARD.points_of_bin)
    assert all(one.woe.tobytes() == other.woe.tobytes() for one, other in zip(again.features, CARD.features))


def test_a_rising_transform_of_a_number_leaves_the_points_as_they_are():
    features = FEATURES | {"sales": np.log(FEATURES["sales"])}
    assert np.array_equal(fit_scorecard(features, IS_BAD, settings=S).points(features), CARD.points(FEATURES))


def test_a_number_kept_as_float_gives_the_same_card():
    features = FEATURES | {"is_certified": FEATURES["is_certified"].astype(float)}
    assert np.array_equal(fit_scorecard(features, IS_BAD, settings=S).points(features), CARD.points(FEATURES))


def test_weights_count_like_repeated_rows():
    twice = np.repeat(np.arange(len(IS_BAD)), 2)
    repeated = fit_scorecard({name: column[twice] for name, column in FEATURES.items()}, IS_BAD[twice], settings=S)
    weighted = fit_scorecard(FEATURES, IS_BAD, settings=S, weights=np.full(len(IS_BAD), 2.0))
    assert np.array_equal(repeated.points(FEATURES), weighted.points(FEATURES))


def test_missing_values_have_a_bin_of_their_own():
    is_silent = np.random.default_rng(3).random(len(IS_BAD)) < np.where(IS_BAD, .5, .1)
    features = FEATURES | {"rating": np.where(is_silent, np.nan, FEATURES["rating"]),
                           "sector": np.where(is_silent, None, FEATURES["sector"])}
    card = fit_scorecard(features, IS_BAD, settings=S)
    assert points_of(card, "rating")["missing"] < min(p for label, p in points_of(card, "rating").items() if label != "missing")
    assert card.table().query("feature == 'rating' and bin == 'missing'").cases.item() == is_silent.sum()


def one(**changes):
    """One applicant, changed."""
    return {name: column[:1] for name, column in FEATURES.items()} | {name: np.array([value]) for name, value in changes.items()}


def test_what_was_never_seen_weighs_nothing_and_what_is_out_of_range_is_at_the_end():
    sector = next(k for k, feature in enumerate(CARD.features) if feature.name == "sector")
    rest = CARD.points(one())[0] - CARD.points_of_bin[sector][CARD.features[sector].bins.place(FEATURES["sector"][:1])][0]
    assert CARD.points(one(sector="boats"))[0] == CARD.points(one(sector=None))[0] == rest
    assert CARD.points(one(sales=np.inf))[0] == CARD.points(one(sales=FEATURES["sales"].max()))[0]
    assert CARD.points(one(sales=-1.0))[0] == CARD.points(one(sales=FEATURES["sales"].min()))[0]
    assert CARD.points(one(is_certified=7))[0] == CARD.points(one(is_certified=True))[0]


def test_a_score_that_most_reach_in_full_is_still_told_from_the_rest():
    is_flawed = np.random.default_rng(5).random(len(IS_BAD)) < np.where(IS_BAD, .15, .02)
    card = fit_scorecard({"quality": np.where(is_flawed, .5 + .1 * FEATURES["rating"], 1.0)}, IS_BAD, settings=S)
    assert [feature.cases.tolist() for feature in card.features] == [[is_flawed.sum(), (~is_flawed).sum(), 0, 0]]


def test_rare_values_share_a_bin():
    rare = np.where(np.arange(len(IS_BAD)) % 100 == 0, [f"r{k % 700}" for k in range(len(IS_BAD))], FEATURES["sector"])
    card = fit_scorecard(FEATURES | {"sector": rare}, IS_BAD, settings=S)
    assert set(points_of(card, "sector")) == {"books", "cars", "food", "toys", "rare values"}


def test_a_copied_feature_changes_hardly_a_rank():
    features = FEATURES | {"sales_again": FEATURES["sales"]}
    copied = fit_scorecard(features, IS_BAD, settings=S)
    assert auc(copied.probability(features), IS_BAD) == pytest.approx(auc(CARD.probability(FEATURES), IS_BAD), abs=.003)


def test_a_feature_that_would_count_against_its_own_evidence_is_dropped():
    draw = np.random.default_rng(4)
    debt, turnover = draw.normal(size=(2, 8000))
    payables = debt + .5 * turnover  # more payables, more bads, but given the debt they only show turnover
    is_bad = draw.random(8000) < 1 / (1 + np.exp(2 - 2 * debt + payables))
    card = fit_scorecard({"debt": debt, "payables": payables}, is_bad, settings=S)
    assert [feature.name for feature in card.features] == ["debt"] and "against its own evidence" in card.dropped["payables"]
    assert fit_scorecard({"payables": payables}, is_bad, settings=S).information_value["payables"] > S.least_information_value


DEGENERATE = {
    "one class": ({"x": np.arange(100.0)}, np.zeros(100, bool)),
    "ten rows": ({"x": np.arange(10.0)}, np.arange(10) < 5),
    "no rows": ({"x": np.empty(0)}, np.empty(0, bool)),
    "no features": ({}, np.arange(100) < 50),
    "a constant": ({"x": np.ones(100)}, np.arange(100) < 50),
    "all missing": ({"x": np.full(100, np.nan), "y": [None] * 100, "z": [""] * 100}, np.arange(100) < 50),
    "as many values as rows": ({"x": [f"v{k}" for k in range(100)]}, np.arange(100) < 50),
    "noise": ({"x": np.arange(100) % 2}, np.arange(100) % 4 < 2),
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_data_that_carry_no_card_give_one_sentence(case):
    features, is_bad = DEGENERATE[case]
    result = fit_scorecard(features, is_bad, settings=S)
    assert isinstance(result, NotFitted) and result.reason.endswith(".") and len(result.reason) < 120


def test_a_constant_column_is_dropped_and_recorded():
    card = fit_scorecard(FEATURES | {"constant": np.ones(len(IS_BAD)), "nothing": np.full(len(IS_BAD), np.nan)}, IS_BAD, settings=S)
    assert card.dropped["constant"] == card.dropped["nothing"] == "all cases fall into one bin"
    assert np.array_equal(card.points(FEATURES), CARD.points(FEATURES))


VALUES = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, np.nan, np.inf, -np.inf]))


def test_a_feature_known_only_of_goods_still_tells_by_being_missing():
    features = {"x": np.where(np.arange(200) < 50, np.nan, np.arange(200.0))}
    card = fit_scorecard(features, np.arange(200) < 40, settings=S)
    assert list(points_of(card, "x")) == ["any", "missing"] and points_of(card, "x")["missing"] < 0 < points_of(card, "x")["any"]


@EXAMPLES
@given(st.lists(st.tuples(VALUES, st.sampled_from(["a", "b", "", None]), st.integers(-3, 99), st.booleans()), max_size=120),
       st.booleans())
def test_no_data_whatever_raise(rows, is_monotone):
    x, letter, count, is_bad = zip(*rows) if rows else ((), (), (), ())
    features = {"x": np.array(x, float), "letter": np.array(letter, object), "count": np.array(count, int)}
    result = fit_scorecard(features, is_bad, settings=ScorecardSettings(least_of_each_class=1, is_monotone=is_monotone))
    if isinstance(result, Scorecard):
        assert np.all((0 <= result.probability(features)) & (result.probability(features) <= 1))
        assert len(result.table()) and pickle.loads(pickle.dumps(result)).points(features).tolist() == result.points(features).tolist()


def test_a_feature_that_is_not_given_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="points: rating, sector not given; the card needs is_certified, rating, sales, sector"):
        CARD.points({name: column for name, column in FEATURES.items() if name not in ("rating", "sector")})


def test_columns_of_another_length_are_an_error_that_names_them():
    with pytest.raises(ValueError, match="feature x: shape"):
        fit_scorecard({"x": np.arange(99)}, np.arange(100) < 50, settings=S)
    with pytest.raises(ValueError, match="weights"):
        fit_scorecard({"x": np.arange(100)}, np.arange(100) < 50, settings=S, weights=np.full(100, -1.0))
