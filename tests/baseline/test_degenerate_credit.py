"""Whatever data a learning lender is given, the market lives on: the expert decides, and why there is no card is recorded."""

import numpy as np
import pytest

from agents.lending.learning import Experience
from results.lending import Lens
from tests.worlds import small_market

LEARNS = {"credit__policy": "learned_card", "learned_card__outcome_days": 100, "learned_card__sample_every_days": 30,
          "learned_card__learning__least_new_bads": 5, "consumers__count": 6_000, "merchants__count": 300, "distress__trouble_rate": 3.0,
          "learned_card__scorecard__least_of_each_class": 5, "days": 240}


def lived(**changes):
    market = small_market(observers=[Lens()], **{**LEARNS, **changes})
    market.run_days()
    return market


def decides_as_the_expert(market) -> bool:
    rows = np.flatnonzero(market.merchants.status == 0)
    view, lender = market.data_sharing.platform_view(market, rows), market.platform_lender
    answers = lender.decide(view), lender.expert.decide(view)
    return (answers[0].is_approved == answers[1].is_approved).all() and (answers[0].score == answers[1].score).all()


def stored_as(monkeypatch, change):
    """Whatever the lender sees is `change`d, column by column, before it is remembered."""
    add = Experience.add
    monkeypatch.setattr(Experience, "add", lambda self, ids, day, features, is_approved: add(
        self, ids, day, {name: change(np.asarray(values, float)) for name, values in features.items()}, is_approved))


def told(monkeypatch, outcome):
    """Every case ended in `outcome`."""
    observe = Experience.observe
    monkeypatch.setattr(Experience, "observe", lambda self, ids, is_bad: observe(self, ids, np.full(len(ids), outcome)))


def test_with_good_data_this_market_makes_a_card():
    market = lived()
    assert market.platform_lender.learning.card is not None and not decides_as_the_expert(market)


@pytest.mark.parametrize("what, change", [("constant", np.zeros_like), ("missing", lambda values: np.full(values.shape, np.nan))])
def test_columns_that_are_all_constant_or_all_missing_make_no_card(monkeypatch, what, change):
    stored_as(monkeypatch, change)
    market = lived()
    fits = market.platform_lender.learning.fits
    assert len(fits) > 1 and all("features tells bads from goods" in fit.reason for fit in fits)
    assert decides_as_the_expert(market) and market.ledger.residual() == 0


def test_one_constant_and_one_missing_column_are_left_out_and_the_others_make_a_card(monkeypatch):
    add = Experience.add
    monkeypatch.setattr(Experience, "add", lambda self, ids, day, features, is_approved: add(
        self, ids, day, {**features, "rating": np.full(len(ids), .9), "n_ties": np.full(len(ids), np.nan)}, is_approved))
    card = lived().platform_lender.learning.card
    assert {card.dropped["rating"], card.dropped["n_ties"]} == {"all cases fall into one bin"}


def test_outcomes_of_one_class_make_no_card(monkeypatch):
    told(monkeypatch, True)
    market = lived()
    fits = market.platform_lender.learning.fits
    assert fits and all("0 goods" in fit.reason for fit in fits) and decides_as_the_expert(market)


def test_without_any_bad_no_card_is_tried(monkeypatch):
    told(monkeypatch, False)
    market = lived()
    assert market.platform_lender.learning.fits == [] and decides_as_the_expert(market)


def test_ten_shops_make_no_card():
    market = lived(merchants__count=10, consumers__count=300, distress__trouble_rate=5.0, learned_card__learning__least_new_bads=1)
    fits = market.platform_lender.learning.fits
    assert all(fit.reason and fit.n <= 100 for fit in fits) and decides_as_the_expert(market)


@pytest.mark.parametrize("changes", [
    {"data__platform_sees": "limited"}, {"distress__trouble_rate": 0.0, "distress__strategic_share": 0.0}, {"distress__trouble_rate": 5.0},
    {"learned_card__scorecard__least_of_each_class": 1_000_000}, {"learned_card__learning__reject_inference": "parcelling"},
    {"data__platform_sees": "limited", "distress__trouble_rate": 5.0, "loans__monitoring": False, "loans__account_clearing": False}],
    ids=lambda changes: ", ".join(f"{name.split('__')[-1]}={value}" for name, value in changes.items()))
def test_a_market_lives_through_whatever_its_lender_can_learn(changes):
    market = lived(**changes)
    learning = market.platform_lender.learning
    assert market.day == 240 and market.ledger.residual() == 0
    assert all(fit.reason == "" or np.isnan(fit.auc) for fit in learning.fits)
    assert (learning.card is None) == all(fit.reason for fit in learning.fits)
    if learning.card is None:
        assert decides_as_the_expert(market)
    fits = market.observers[0].tables()["fits"]
    assert fits["reason"].tolist() == [fit.reason for fit in learning.fits]


def test_a_lender_that_asks_for_more_cases_than_there_are_says_so():
    market = lived(learned_card__scorecard__least_of_each_class=1_000_000)
    assert all("1,000,000" in fit.reason or "1000000" in fit.reason for fit in market.platform_lender.learning.fits)
    assert market.platform_lender.learning.fits
