"""A lender that learns: it remembers what it decided, fits when it has seen enough, and knows nothing else."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.lending.discrimination import auc
from agents.lending.learning import BAD, GOOD, UNKNOWN, Experience, LearningCard, LearningSettings
from agents.lending.reject_inference import with_refused
from agents.lending.scorecard import ScorecardSettings

EXAMPLES = settings(deadline=None, derandomize=True)


def applicants(n=2000, seed=1, shift=0.0):
    """Features of n applicants and who would turn bad, about one in six."""
    draw = np.random.default_rng(seed)
    features = {"sales": draw.normal(shift, 1, n), "rating": draw.normal(0, 1, n), "sector": draw.choice(["food", "toys"], n)}
    log_odds = -2 - features["sales"] - .8 * features["rating"] + .5 * (features["sector"] == "toys")
    return features, draw.random(n) < 1 / (1 + np.exp(-log_odds))


def expert(features):
    """Lets in who sells much: half the truth."""
    return 1 / (1 + np.exp(-1 - features["sales"]))


def learner(**changes):
    return LearningCard(expert, LearningSettings(**changes), ScorecardSettings())


def lend(card, day=0, first_id=0, cut=.5, **kind):
    """The card decides on applicants, and is told how those it approved ended."""
    features, is_bad = applicants(**kind)
    ids = first_id + np.arange(len(is_bad))
    is_approved = card.score(features) < cut
    card.experience.add(ids, day, features, is_approved)
    card.experience.observe(ids[is_approved], is_bad[is_approved])


# --- experience -------------------------------------------------------------------------------------------------------

def test_it_keeps_applications_in_order_of_id_however_they_came():
    seen = Experience()
    seen.add([30, 10], 5, {"x": [3.0, 1.0]}, [True, False])
    seen.add([20], 6, {"x": [2.0]}, [True])
    assert seen["id"].tolist() == [10, 20, 30] and seen["day"].tolist() == [5, 6, 5]
    assert seen.features["x"].tolist() == [1, 2, 3] and seen["is_approved"].tolist() == [False, True, True]
    seen.observe([30], [True])
    assert seen["outcome"].tolist() == [UNKNOWN, UNKNOWN, BAD] and (seen.n_bads, seen.n_new_bads) == (1, 1)


@EXAMPLES
@given(st.lists(st.lists(st.integers(0, 500), max_size=30), max_size=12), st.randoms(use_true_random=False))
def test_it_holds_what_a_plain_table_holds(batches, random):
    seen, plain = Experience(), {}
    for day, batch in enumerate(batches):
        ids = [k for k in dict.fromkeys(batch) if k not in plain]
        approved = [random.random() < .6 for _ in ids]
        seen.add(ids, day, {"x": np.array(ids) * .5, "name": [f"n{k}" for k in ids]}, approved)
        plain |= {k: [day, ok, UNKNOWN] for k, ok in zip(ids, approved)}
        told = [k for k, (_, ok, _) in plain.items() if ok and random.random() < .3]
        outcome = [random.random() < .5 for _ in told]
        seen.observe(told, outcome)
        for k, is_bad in zip(told, outcome):
            plain[k][2] = BAD if is_bad else GOOD
    rows = sorted((k, *row) for k, row in plain.items())
    assert list(zip(*(seen[name].tolist() for name in ("id", "day", "is_approved", "outcome")))) == rows
    assert [(x * 2, name) for x, name in zip(seen.features.get("x", []), seen.features.get("name", []))] == [
        (row[0], f"n{row[0]}") for row in rows]


def test_columns_keep_their_type_and_a_new_one_is_missing_before():
    seen = Experience()
    seen.add([1, 2], 0, {"count": np.array([3, 4], np.int16), "is_old": np.array([True, False])}, [True, True])
    assert {name: column.dtype.str[1:] for name, column in seen.features.items()} == {"count": "i2", "is_old": "b1"}
    seen.add([3], 1, {"count": np.array([5], np.int16), "sector": ["a long name"]}, [True])
    assert seen.features["count"].dtype == np.int16 and seen.features["sector"].tolist() == ["", "", "a long name"]
    assert np.array_equal(seen.features["is_old"], [1, 0, np.nan], equal_nan=True)
    seen.add([4], 1, {"count": [6], "sector": [None]}, [True])
    assert seen.features["sector"].tolist() == ["", "", "a long name", ""]


def test_mistakes_are_told_and_change_nothing():
    seen = Experience()
    seen.add([1, 2], 0, {"x": [1, 2]}, [True, False])
    before = pickle.dumps(seen.state())
    for call, what in [(lambda: seen.add([2], 1, {"x": [1]}, [True]), "application 2 was decided before"),
                       (lambda: seen.add([5, 5], 1, {"x": [1, 2]}, [True, True]), "application 5"),
                       (lambda: seen.add([6], 1, {"x": [1, 2]}, [True]), "x has shape"),
                       (lambda: seen.add([6], 1, {"x": ["six"]}, [True]), "feature x was numbers so far"),
                       (lambda: seen.observe([2], [True]), "application 2 was never approved"),
                       (lambda: seen.observe([1, 9], [True, True]), "application 9 was never approved"),
                       (lambda: Experience().observe([1], [True]), "application 1 was never approved")]:
        with pytest.raises(ValueError, match=what):
            call()
    assert pickle.dumps(seen.state()) == before


# --- when a card is fitted --------------------------------------------------------------------------------------------

def test_the_expert_decides_until_there_is_a_card():
    card = learner()
    features, _ = applicants(50)
    assert card.update(10) is None
    assert np.array_equal(card.score(features), 1 - expert(features))


def test_a_card_is_fitted_after_thirty_new_bads_and_at_most_once_in_thirty_days():
    card = learner()
    features, is_bad = applicants(1000)
    bad = np.flatnonzero(is_bad)
    card.experience.add(np.arange(1000), 0, features, np.ones(1000, bool))
    card.experience.observe(np.flatnonzero(~is_bad), np.zeros((~is_bad).sum(), bool))
    card.experience.observe(bad[:29], np.ones(29, bool))
    assert not card.is_due(100)
    card.experience.observe(bad[29:30], [True])
    assert card.update(100).reason == "" and card.experience.n_new_bads == 0
    card.experience.observe(bad[30:59], np.ones(29, bool))
    assert not card.is_due(200)
    card.experience.observe(bad[59:], np.ones(len(bad) - 59, bool))
    assert not card.is_due(129) and card.is_due(130)
    assert [card.update(day) is not None for day in (130, 131)] == [True, False]
    assert [(fit.day, fit.n_bads) for fit in card.fits] == [(100, 30), (130, len(bad))]


def test_learning_ranks_better_than_the_expert():
    card = learner()
    lend(card)
    card.update(60)
    features, is_bad = applicants(5000, seed=9)
    assert auc(card.score(features), is_bad) > auc(1 - expert(features), is_bad) + .03
    assert card.fits[0].auc > .7 and np.isnan(card.fits[0].psi)


def test_a_shift_of_the_applicants_shows_in_the_psi():
    psi = []
    for shift in (0.0, 1.0):
        card = learner()
        lend(card, cut=1.1)
        card.update(30)
        lend(card, day=40, first_id=10_000, cut=1.1, seed=2, shift=shift)
        psi.append(card.update(90).psi)
    assert psi[0] < .05 and psi[1] > .25


def test_data_that_carry_no_card_leave_the_expert_in_place_and_are_recorded():
    card = learner()
    card.experience.add(np.arange(80), 0, {"x": np.ones(80)}, np.ones(80, bool))
    card.experience.observe(np.arange(80), np.arange(80) < 40)
    fit = card.update(1)
    assert card.card is None and fit.n_bads == 40 and np.isnan(fit.auc) and "None of the 1 features" in fit.reason
    assert not card.is_due(30) and card.is_due(31)  # the bads are still new, the month is not over


def test_only_outcomes_of_its_own_approved_applicants_count():
    card = learner()
    lend(card)
    n_known = (card.experience["outcome"] != UNKNOWN).sum()
    assert card.update(0).n == n_known == card.experience["is_approved"].sum() < len(card.experience)


# --- reject inference -------------------------------------------------------------------------------------------------

POINTS = np.repeat([500, 600], 100)
IS_APPROVED = np.concatenate([np.arange(100) < 40, np.arange(100) < 80])
IS_BAD = IS_APPROVED & np.concatenate([np.arange(100) < 10, np.arange(100) < 4])


def sample(**changes):
    return with_refused(POINTS, IS_APPROVED, IS_APPROVED, IS_BAD, LearningSettings(n_score_bands=3, **changes))


def test_without_inference_the_sample_is_the_accepted():
    got = sample()
    assert np.array_equal(got.row, np.flatnonzero(IS_APPROVED)) and np.all(got.weight == 1) and got.is_bad.sum() == 14


def test_parcelling_gives_the_refused_the_bad_rate_of_their_band_times_the_factor():
    got = sample(reject_inference="parcelling", parcelling_factor=2)
    inferred = got.weight[120:] * got.is_bad[120:]
    assert len(got.row) == 120 + 2 * 80 and got.weight.sum() == pytest.approx(200)
    low, high = (inferred[POINTS[got.row[120:]] == points].sum() for points in (500, 600))
    assert low == pytest.approx(60 * 2 * 10 / 40) and high == pytest.approx(20 * 2 * 4 / 80)


def test_augmentation_weighs_the_accepted_by_the_inverse_of_their_chance():
    got = sample(reject_inference="augmentation")
    low, high = (got.weight[POINTS[got.row] == points] for points in (500, 600))
    assert len(got.row) == 120 and got.weight.sum() == pytest.approx(120)
    assert np.ptp(low) == np.ptp(high) == 0 and low[0] / high[0] == pytest.approx((100 / 40) / (100 / 80))


@pytest.mark.parametrize("method", ["none", "parcelling", "augmentation"])
def test_every_method_makes_a_card_that_ranks(method):
    card = learner(reject_inference=method)
    lend(card, cut=.25, n=4000)
    fit = card.update(30)
    features, is_bad = applicants(5000, seed=9)
    assert fit.reason == "" and auc(card.score(features), is_bad) > .7


# --- checkpoints ------------------------------------------------------------------------------------------------------

def test_a_lender_restored_goes_on_as_if_nothing_had_happened():
    straight = learner(reject_inference="parcelling")
    lend(straight)
    straight.update(30)
    resumed = learner(reject_inference="parcelling")
    resumed.restore(pickle.loads(pickle.dumps(straight.state())))
    for card in (straight, resumed):
        lend(card, day=40, first_id=10_000, seed=2, shift=.5)
        card.update(70)
    features, _ = applicants(500, seed=3)
    assert np.array_equal(straight.score(features), resumed.score(features))
    assert straight.fits[1] == resumed.fits[1] and len(resumed.fits) == 2
