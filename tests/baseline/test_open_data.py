"""Open data: what agreements show to whom, what consent and deletion hide, what it costs, and that nothing else is seen."""

import datetime

import numpy as np
import pytest

from agents.lending.joining import bads_accepted
from agents.lending.term_policy import TermPolicy
from sim.core.views import SharedView
from sim.markets.data_sharing import REGIMES
from sim.markets.shared_columns import shared_columns
from tests.worlds import differences, small_market

EAGER = {"consumers__count": 3000, "merchants__count": 300, "days": 150, "merchants__bank_application_rate": 12.0,
         "large_bank__officers": 3e4, "relationship_bank__officers": 1e7, "p2p__officers": 2e3, "p2p__reach": .5,
         "distress__trouble_rate": 2.0, "distress__give_up_days": 20.0, "loans__order_maturity_days": 10,
         "loans__credit_maturity_days": 10}


def since(day: int) -> datetime.date:
    return datetime.date(2012, 1, 1) + datetime.timedelta(day)


HISTORY = {"kind": "full_history", "start": since(30), "lenders": ["banks"], "fee_cny": 3.0}
BUREAU = {"kind": "defaults_only", "start": since(20), "sharers": ["all"], "is_mutual": True}
SCORE = {"kind": "score_as_a_service", "start": since(10), "end": since(60), "lenders": ["p2p", "bank 3"]}


@pytest.fixture(scope="module")
def market():
    return small_market(after=150, agreements=[HISTORY, BUREAU, SCORE], open_data__consent="asked", **EAGER)


def lender(market, label: str) -> int:
    return market.open_data.labels.index(label)


def test_a_lender_sees_the_union_of_its_agreements_and_no_more(market):
    rows = np.arange(300)
    bank = market.data_sharing.seen_by(market, lender(market, "bank 7"), rows).features()
    assert {"elsewhere_bad", "elsewhere_late_days", "platform_rating", "shared_bad", "refuses_sharing"} <= bank.keys()
    p2p = market.data_sharing.seen_by(market, lender(market, "p2p"), rows).features()
    assert "platform_rating" not in p2p and "elsewhere_bad" in p2p
    assert np.isnan(p2p["shared_bad"]).all()  # the agreement on the score has ended


def test_who_refuses_is_shown_to_nobody_but_as_one_who_refuses(market):
    refuses = market.open_data.refuses
    assert 0 < refuses.sum() < 300
    shown = market.data_sharing.seen_by(market, 0, np.flatnonzero(refuses)).shared
    assert (shown.pop("refuses_sharing") == 1).all()
    assert all(np.isnan(column).all() for column in shown.values())


def test_fees_reach_the_platform_and_are_what_was_looked_up(market):
    data = market.open_data
    assert data.fees[0] == 300 * data.look_ups[0] > 0
    assert data.fees[1] == data.fees[2] == 0


def test_no_agreement_and_no_consent_leave_the_world_as_it_is():
    base = small_market(after=40, **EAGER)
    late = small_market(after=40, agreements=[{**HISTORY, "start": since(100)}], **EAGER)
    assert set(differences(base, late)) == {f"open_data.{name}" for name in ("is_member", "was_member", "joined_on", "fees", "look_ups")}


def test_what_a_lender_may_not_see_reaches_no_decision(market):
    """All that is hidden is scrambled: of who refuses for every lender, of all shops for those without an agreement on history."""
    rows, luck, data, shops = np.arange(300), np.random.default_rng(1), market.open_data, market.merchants

    def answers(chosen):
        return {label: market.term_policies[k].decide(market.data_sharing.seen_by(market, k, chosen))
                for k, label in enumerate(data.labels[:-1])}

    refused = np.flatnonzero(data.refuses)
    for chosen, columns, whom in ((refused, ("rating", "complaint_share", "n_favourites", "escrow", "bad_on"), data.labels[:-1]),
                                  (rows, ("rating", "complaint_share", "n_favourites", "escrow"), ("p2p", "supply_chain"))):
        before, kept = answers(chosen), {name: getattr(shops, name).copy() for name in columns}
        for name in columns:
            getattr(shops, name)[chosen] = luck.permutation(kept[name])[chosen]
        after = answers(chosen)
        for name, column in kept.items():
            getattr(shops, name)[:] = column
        for label in whom:
            for name in ("is_approved", "score", "amount", "pledge"):
                assert getattr(before[label], name).tobytes() == getattr(after[label], name).tobytes(), (label, name)


def test_all_that_reaches_a_policy_is_its_view_and_all_that_is_shared_in_it_is_in_the_audit(monkeypatch):
    """Every decision of four months: arrays and nothing else, and each shared number was handed out in a look of that lender and day."""
    handed, n_checked = [], 0
    decide = TermPolicy.decide

    def watched(policy, view, bad=None, contest=None):
        assert bad is None and contest is None  # no score of sim/markets/common_scores.py, no rivals: the view is all
        handed.append((policy, view))
        return decide(policy, view)

    def check(m):
        nonlocal n_checked
        for policy, view in handed:
            own = view.own if isinstance(view, SharedView) else view
            assert type(own) in REGIMES.values() and all(isinstance(column, np.ndarray) for column in vars(own).values())
            if not isinstance(view, SharedView):
                continue
            assert vars(view).keys() == {"own", "shared", "believed_bad", "is_known", "usual_bad"}
            lender = m.term_policies.index(policy)
            looks = [look for look in m.open_data.looks_today if look.lender == lender]
            for name, column in view.shared.items():
                shown = np.zeros(len(column), bool)
                for look in looks:
                    shown |= (name in look.columns) & (look.is_shown | (name == "refuses_sharing"))
                assert not (~np.isnan(column) & ~shown).any(), (policy.kind, name)
                n_checked += int(shown.sum())
        handed.clear()

    monkeypatch.setattr(TermPolicy, "decide", watched)
    small_market(after=120, agreements=[HISTORY, BUREAU, SCORE], open_data__consent="asked", observers=[check], **EAGER)
    assert n_checked > 1000


def test_a_market_with_agreements_goes_on_from_a_checkpoint_as_it_was():
    chosen = [HISTORY, BUREAU, {**SCORE, "lenders": ["all"], "joins": "chooses", "fee_cny": 1e4, "end": None}]
    whole, part = (small_market(after=days, agreements=chosen, open_data__consent="asked", **EAGER) for days in (90, 60))
    again = small_market(agreements=chosen, open_data__consent="asked", **EAGER)
    again.restore(part.state())
    again.run_days(30)
    assert differences(whole, again) == []
    assert whole.open_data.trials.keys() == again.open_data.trials.keys() and len(whole.open_data.trials) > 0


# --- who joins --------------------------------------------------------------------------------------------------------


def test_better_cards_let_fewer_bads_by():
    assert bads_accepted(.5, .3) == pytest.approx(.7)
    assert bads_accepted(.72, .5) > bads_accepted(.8, .5) > bads_accepted(.9, .5)


def test_a_lender_joins_while_what_it_saves_is_above_the_fee():
    chosen = {**SCORE, "lenders": ["all"], "end": None, "joins": "chooses"}
    free, dear = (small_market(after=140, agreements=[{**chosen, "fee_cny": fee}], **EAGER)
                  for fee in (0.0, 5_000.0))
    assert free.open_data.is_member[0, :-1].any()
    assert not dear.open_data.is_member[0, :-1].any()
    kept = dear.open_data.trials[0, 0]  # what it would have been shown, which it never was
    assert len(kept["id"]) == len(kept["shared_bad"]) > 0
    assert "shared_bad" not in dear.term_policies[0].learning.experience.features


# --- deletion and identity --------------------------------------------------------------------------------------------


def test_what_rests_on_deleted_records_is_not_shown(market):
    rows = np.arange(300)
    found = {}
    for days in (45, 36_500):
        market.settings = market.settings.model_copy(update={"open_data": market.settings.open_data.model_copy(
            update={"forget_days": days, "identity_strength": 1.0})})
        found[days] = shared_columns(market, 0, 0, rows)[0]
    assert np.isnan(found[45]["platform_sales_trend"]).all() and not np.isnan(found[36_500]["platform_sales_trend"]).any()
    assert found[45]["elsewhere_bad"].sum() <= found[36_500]["elsewhere_bad"].sum()


def test_a_margin_that_rests_on_three_statements_is_deleted_with_the_oldest():
    market = small_market(after=3, agreements=[{"kind": "full_history", "start": datetime.date(2012, 1, 1), "sharers": ["all"]}])
    rows, platform, found = np.arange(80), market.open_data.platform, {}
    for days, kept in ((400, 3), (400, 1), (1_095, 3)):
        market.settings = market.settings.model_copy(update={
            "open_data": market.settings.open_data.model_copy(update={"forget_days": days}),
            "data": market.settings.data.model_copy(update={"statements_kept": kept})})
        found[days, kept] = shared_columns(market, 0, platform, rows)[0]["bank_stated_margin"]
    assert np.isnan(found[400, 3]).all() and not np.isnan(found[400, 1]).all() and not np.isnan(found[1_095, 3]).all()
