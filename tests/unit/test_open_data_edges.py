"""Shared data at the edges: columns that come and go, who consents, who bears a loss, and what a scenario may not say."""

import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from agents.distress import credit_elsewhere
from agents.lending.relationship_bank import RelationshipBank, RelationshipBankSettings
from agents.lending.scorecard import NotFitted, ScorecardSettings, fit_scorecard
from experiments.auditing import audit, audit_command
from results.open_data import BORROWER_COLUMNS, LOOK_COLUMNS
from results.open_data_section import _moved, _sure
from results.store import write_json, write_table
from results.words import Words
from scenarios import load
from sim.contagion.channels.lender_loss import LenderLoss, LenderLossSettings
from sim.contagion.estates import TERM
from sim.core.errors import UserError
from sim.core.ledger import Purpose
from sim.core.views import SharedView
from sim.markets import joint_loans
from sim.markets.shared_columns import records_of, told_bad_since
from sim.markets.term_credit import report_term_outcomes
from tests.worlds import small_market

START = datetime.date(2012, 1, 1)
REGISTER = {"kind": "defaults_only", "start": START, "sharers": ["all"]}
HISTORY = {"kind": "full_history", "start": START}
ROWS = np.arange(80)


def shared(market, rows=ROWS) -> dict:
    return market.data_sharing.seen_by(market, 0, rows).shared


# --- columns that come and go -----------------------------------------------------------------------------------------


def test_a_trial_keeps_columns_that_come_later_and_that_go():
    data, one = small_market(agreements=[{**HISTORY, "joins": "chooses", "is_mutual": True}]).open_data, np.ones(2, np.float32)
    data.keep_for_trial(0, 0, np.array([1, 2]), {"old": one})
    data.keep_for_trial(0, 0, np.array([3, 4]), {"new": one})
    kept = data.trials[0, 0]
    assert kept["id"].tolist() == [1, 2, 3, 4] and kept["id"].dtype == np.int64
    assert np.isnan(kept["old"]).tolist() == (~np.isnan(kept["new"])).tolist() == [False, False, True, True]


def test_a_card_can_be_read_that_knows_a_column_nobody_shows_any_more():
    market, luck = small_market(after=1), np.random.default_rng(1).normal(size=(2, 1000))
    card = fit_scorecard({"orders_orders": luck[0]}, luck.sum(axis=0) > 1, settings=ScorecardSettings())
    assert not isinstance(card, NotFitted)
    for number in (0, 10, 23, 24, 25):  # a bank of each kind, supply-chain finance, a P2P company
        policy = market.term_policies[number]
        policy.learning.card = card
        assert np.ptp(policy.decide(market.data_sharing.seen_by(market, number, ROWS)).score) == 0  # missing for all


# --- joint loans ------------------------------------------------------------------------------------------------------


@pytest.fixture
def joint():
    market = small_market(after=1, agreements=[HISTORY], joint_loans__loss_share=.4)
    market.merchants.term_is_joint[:] = True
    return market


def test_the_platform_bears_its_share_of_what_a_channel_writes_off(joint):
    rows, number, amount, none = np.array([3, 4]), np.array([2, 24]), np.array([100_000, 50_001]), np.zeros(0, np.int64)
    for group in joint.term_lenders:
        mine, lender = group.rows(number)
        joint.ledger.owe(joint.books.term_debt, rows[mine], group.claims, lender, amount[mine], purpose=Purpose.LOAN_DRAWN)
    estates = SimpleNamespace(value=lambda: None, debtor=rows, ref=number,
                              newly_lost=lambda kind: (np.arange(2), amount) if kind == TERM else (none, none))
    joint.contagion = SimpleNamespace(estates=estates, book=lambda *_: None)
    before = int(joint.books.platform_own.balance[0])
    LenderLoss(LenderLossSettings(kind="lender_loss")).settle(joint, SimpleNamespace(lenders=none), 0)
    assert before - joint.books.platform_own.balance[0] == 40_000 + 20_000


def test_fees_of_several_joint_loans_never_overdraw_a_till(joint):
    group = joint.term_lenders[1]
    joint.ledger.pay(group.money, 1, joint.books.world, 0, int(group.money.balance[1]) - 10_000, purpose=Purpose.DATA_FEE)
    joint_loans.pay_fees(joint, np.array([1, 2, 3]), np.full(3, group.first + 1), np.full(3, 4_000_000))
    assert group.money.balance[1] == 0


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_a_lender_learns_of_its_own_loans_alone():
    """Of two approved applications one was paid out here; both shops went bad at another lender that tells."""
    market = small_market(after=2, agreements=[REGISTER])
    shops, policy = market.merchants, market.term_policies[0]
    days, rows = policy.settings.outcome_days, np.array([5, 6])
    policy.learning.experience.add(rows, 0, {"age_days": np.ones(2)}, np.ones(2, bool))
    shops.term_paid_by[5], shops.term_paid_by[6] = 0, 7
    shops.term_paid_on[rows], shops.term_bad_by[rows], shops.term_bad_on[rows] = 3, 7, 99
    market.day = days
    report_term_outcomes(market)
    assert policy.learning.experience["outcome"].tolist() == [1, -1]
    look, = (look for look in market.open_data.looks_today if look.columns == ("outcome",))
    assert look.lender == 0 and look.rows.tolist() == [5] and look.is_shown.all()


def test_what_is_told_of_outcomes_is_what_the_records_say():
    for change, is_told in (({}, True), ({"open_data__forget_days": 1}, False), ({"open_data__mismatch_share": 1.0}, False)):
        market = small_market(after=20, agreements=[REGISTER], **change)
        market.merchants.term_bad_by[7], market.merchants.term_bad_on[7] = 5, 3
        assert told_bad_since(market, 0, np.array([7]), 0).tolist() == [is_told] == [shared(market, np.array([7]))["elsewhere_bad"][0] > 0]


# --- consent ----------------------------------------------------------------------------------------------------------


def test_all_are_asked_though_the_agreement_is_older_than_the_run():
    older, new = (small_market(after=1, agreements=[{**REGISTER, "start": start}], open_data__consent="asked")
                  for start in (START - datetime.timedelta(9), START))
    assert older.open_data.refuses.sum() == new.open_data.refuses.sum() > 0


def test_who_refuses_is_hidden_under_another_name_too_and_has_no_credit_to_lose():
    market = small_market(after=1, agreements=[HISTORY], open_data__consent="asked", open_data__mismatch_share=1.0)
    refuses, whose = market.open_data.refuses, records_of(market, ROWS)
    assert (refuses[whose] & ~refuses).any()
    assert np.isnan(shared(market)["platform_rating"])[refuses | refuses[whose]].all()
    assert (shared(market)["refuses_sharing"] == refuses).all()
    stakes = credit_elsewhere(market, ROWS)
    assert (stakes[refuses] == 0).all() and (stakes > 0).any()


def test_nobody_is_said_to_refuse_once_the_agreement_is_over():
    market = small_market(after=4, agreements=[{**HISTORY, "end": START + datetime.timedelta(1)}], open_data__consent="asked")
    assert np.isnan(shared(market)["refuses_sharing"]).all()


# --- what is known ----------------------------------------------------------------------------------------------------


def test_a_shop_is_known_where_its_trade_is_shown():
    for agreement, is_known in ((HISTORY, True), (REGISTER, False), ({"kind": "score_as_a_service", "start": START}, False),
                                ({**HISTORY, "sharers": ["p2p"]}, False)):
        market = small_market(after=1, agreements=[agreement])
        view = market.data_sharing.seen_by(market, 0, ROWS)
        assert view.is_known.all() == view.is_known.any() == is_known, agreement


def test_banks_call_on_clients_only_if_one_of_them_sees_the_platform():
    for agreement, sees in ((HISTORY, True), (REGISTER, False), ({**HISTORY, "sharers": ["b2b"], "lenders": ["all"]}, False),
                            ({**HISTORY, "lenders": ["p2p"]}, False)):
        assert small_market(after=1, agreements=[agreement]).open_data.banks_see_platform() == sees, agreement


def test_a_chance_a_year_is_read_for_the_window_of_the_lender():
    policy = RelationshipBank(RelationshipBankSettings(outcome_days=180))
    assert policy.in_window(np.array([.19]))[0] == pytest.approx(1 - .81 ** (180 / 365))
    market = small_market(after=1)
    own = market.data_sharing.seen_by(market, 10, ROWS[:2])
    view = SharedView(own, {}, np.full(2, .01), np.ones(2, bool), .01)  # as risky as the mean, and no past cases
    bad = RelationshipBank(RelationshipBankSettings()).decide(view).bad
    assert bad == pytest.approx(RelationshipBankSettings().usual_bad_rate)


# --- what a scenario may not say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wrong", "says"), [
    ([{**HISTORY, "sharers": []}], "name at least one sharer"), ([{**HISTORY, "lenders": []}], "name at least one lender"),
    ([{**HISTORY, "lenders": ["bank 99"]}], "no 'bank 99'; the 24 banks are numbered from 0 to 23"),
    ([{**HISTORY, "lenders": ["bank 03"]}], "no lender called 'bank 03'"), ([HISTORY, HISTORY], "agreements have this name"),
    ([{**HISTORY, "name": "x"}, {**REGISTER, "name": "x"}], "taken by an earlier entry"),
    ([{"kind": "score_as_a_service", "start": START, "is_mutual": True}], "shares nothing")])
def test_an_agreement_that_cannot_hold_is_refused_in_one_line(wrong, says):
    with pytest.raises(UserError, match=says) as refused:
        load("credit-baseline", {"agreements": wrong})
    assert len(str(refused.value).splitlines()) == 1


# --- page and audit ---------------------------------------------------------------------------------------------------


def moves(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["difference", "low", "high", "n"])


def test_only_what_is_sure_after_all_were_tried_is_named():
    assert _sure(moves((1.0, .1, 1.9, 30))).all()
    assert not _sure(moves(*[(1.0, .1, 1.9, 30)] + [(0.0, -1.0, 1.0, 30)] * 9)).any()
    assert not _sure(moves((1.0, np.nan, np.nan, 1), (0.0, 0.0, 0.0, 9))).any()


def test_what_is_largest_beside_its_interval_is_named_first():
    groups = moves((.1, .09, .11, 30), (.5, .2, .8, 30), (.9, -.5, 2.3, 30)).assign(group=["thin", "small", "large"], measure="access")
    said = _moved(pd.DataFrame(columns=["difference", "low", "high", "n"]), groups, Words("en"))
    assert [sign for sign, _ in said] == [1, 1] and said[0][1].startswith("thin files") and said[1][1].startswith("small shops")


@pytest.fixture
def folder(tmp_path):
    write_json(tmp_path / "manifest.json", {"versions": {}})
    for name, columns in (("looks", LOOK_COLUMNS), ("borrowers", BORROWER_COLUMNS)):
        write_table(tmp_path, f"open_data_{name}", pd.DataFrame(columns=columns).set_index("day"))
    return tmp_path


def test_an_audit_without_looks_says_so(folder, capsys):
    assert len(audit(folder)) == 0
    audit_command(folder, None, None, None)
    assert capsys.readouterr().out == "No lender looked in shared data in this run.\n"


def test_an_audit_of_a_torn_or_another_table_says_so(folder):
    path = folder / "open_data_looks.parquet"
    write_table(folder, "open_data_looks", pd.DataFrame({"day": [1], "price": [2.0]}).set_index("day"))
    with pytest.raises(UserError, match="not the table of an audit, without look"):
        audit(folder)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(UserError, match="torn"):
        audit(folder)


def test_two_looks_of_one_lender_on_one_day_are_told_apart(folder):
    looks = pd.DataFrame([(1, 0, "d", "p2p", "x", "full_history", "outcome", 1, 1, 0.0),
                          (1, 1, "d", "p2p", "x", "full_history", "platform_rating", 1, 0, 0.0)], columns=LOOK_COLUMNS)
    borrowers = pd.DataFrame([(1, 0, "p2p", "x", 5, True), (1, 1, "p2p", "x", 5, False)], columns=BORROWER_COLUMNS)
    for name, table in (("looks", looks), ("borrowers", borrowers)):
        write_table(folder, f"open_data_{name}", table.set_index("day"))
    found = audit(folder, borrower=5)
    assert found[["columns", "is_shown"]].values.tolist() == [["outcome", True], ["platform_rating", False]]
