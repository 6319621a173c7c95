"""Term loans: who is asked, what an officer sees, how large a loan is, who pays when it goes bad, and what notes fund."""

import numpy as np
import pytest

from agents.lending import POLICIES
from agents.merchant import ask_for_term_loan
from agents.term_lender import P2P, SUPPLY_CHAIN
from sim.core.ledger import Purpose
from sim.core.views import VisitedFileView
from sim.markets import notes, term_credit
from sim.markets.officers import error_of_visits
from tests.worlds import CopyOfEachDay, small_market

BUSY = {"consumers__count": 6_000, "merchants__count": 300, "merchants__bank_application_rate": 12.0, "relationship_bank__officers": 1e6,
        "large_bank__officers": 1e6, "micro_specialist__officers": 1e6, "supply_chain__officers": 1e6, "p2p__officers": 1e6}
ALL_ASK_P2P = {"p2p__reach": 1.0, "p2p__pass_mark": 0.0, "p2p__capital_cny": 1e10, "p2p__investor_share": .9,
               "merchants__home_bank_bonus": 0.0}


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_most_ask_their_own_bank_first_and_who_was_refused_asks_another():
    market = small_market(after=1, merchants__bank_application_rate=12.0, merchants__count=2_000, consumers__count=4_000)
    shops = market.merchants
    asks = np.flatnonzero(shops.term_applied_on >= 0)
    own = (shops.term_asked[asks] == shops.home_bank[asks]).mean()
    assert len(asks) > 30 and .6 < own < 1.0
    one = asks[:20]
    before = shops.term_asked[one].copy()
    shops.term_applied_on[one], shops.term_ask_again_on[one] = -1, market.day
    ask_for_term_loan(market)
    again = shops.term_applied_on[one] == market.day
    assert again.any() and not again.all(), "half know nobody else"
    assert (shops.term_asked[one][again] != before[again]).all()


def test_a_dearer_lender_is_asked_less_but_only_a_little():
    """L04: two points of utility a hundred percentage points."""
    def asked(apr):
        market = small_market(after=30, **BUSY, micro_specialist__apr=apr, micro_specialist__first_bad_rate=0.0,
                              micro_specialist__reach=1.0, merchants__home_bank_bonus=0.0)
        return np.isin(market.merchants.term_asked[market.merchants.term_granted_on > 0], (22, 23)).sum()

    cheap, dear = asked(.1), asked(1.0)
    assert 0 < dear < cheap


def test_who_waits_too_long_leaves_the_queue_and_asks_elsewhere(monkeypatch):
    monkeypatch.setattr(term_credit, "PATIENCE_DAYS", 5)
    idle = {f"{kind}__officers": 0.0 for kind in ("large_bank", "relationship_bank", "micro_specialist", "supply_chain", "p2p")}
    market = small_market(after=20, **{**BUSY, **idle})
    shops = market.merchants
    waiting = shops.term_applied_on >= 0
    assert waiting.any() and (market.day - 1 - shops.term_applied_on[waiting] <= 5).all() and shops.term_tries.max() >= 1
    assert market.banks.loans.sum() == 0 and market.banks.load.max() > 1


# --- officers ---------------------------------------------------------------------------------------------------------


def test_more_clients_an_officer_and_a_longer_queue_mean_a_worse_eye():
    s = small_market().settings.officers
    assert error_of_visits(s, 20, 0.0) == pytest.approx(s.visit_error)
    assert error_of_visits(s, 3_000, 0.0) / error_of_visits(s, 300, 0.0) == pytest.approx(np.sqrt(10))
    assert error_of_visits(s, 20, 1.8) == pytest.approx(2 * error_of_visits(s, 20, .8)) == pytest.approx(2 * s.visit_error)


def test_officers_who_collect_in_person_have_less_time_for_applications():
    market = small_market(after=60, **BUSY, micro_specialist__reach=1.0, micro_specialist__collecting_cases=.5)
    shops, banks = market.merchants, market.banks
    shops.term_due_on[:] = np.where(shops.term_loan > 0, market.day + 20, -1)
    due = np.flatnonzero((shops.term_loan > 0) & np.isin(shops.term_lender, np.flatnonzero(banks.kind == 2)))[:4]
    shops.term_due_on[due] = market.day
    banks.capacity_carry[:] = -1e6  # nobody is seen today
    banks.load[:] = 0.0
    a_day = banks.officers * banks.cases_a_year / 365
    arrived = np.bincount(shops.term_asked[shops.term_applied_on == market.day], minlength=24)[:24]
    term_credit.decide_applications(market)
    collecting = .5 * np.bincount(shops.term_lender[due], minlength=24)
    assert collecting.sum() == 2
    assert banks.capacity_carry == pytest.approx(-1e6 + a_day - collecting)
    assert banks.load == pytest.approx((arrived + collecting) / a_day / 30)


def test_doubtful_clients_wait_for_a_manager_and_without_managers_have_no_line():
    none, some = (small_market(after=45, merchants__count=400, consumers__count=8_000, platforms__client_managers=number)
                  for number in (0.0, 4e4))
    without, with_them = ((market.merchants.credit_limit > 0).mean() for market in (none, some))
    assert none.platforms.queue[0] > 0 and some.platforms.queue[0] == 0
    assert without < with_them and none.merchants.visited_on.max() < 0 <= some.merchants.visited_on.max()


def test_nobody_is_seen_by_hand_if_nobody_is_doubtful():
    market = small_market(after=45, credit__manual_share=0.0)
    assert not (market.merchants.visited_on > -100_000).any() and (market.merchants.visit_wanted_on < 0).all()


def test_officers_are_paid_their_wages():
    market = small_market(after=10, large_bank__officers=5e5)
    paid = -market.ledger.money_total[Purpose.STAFF, market.ledger.entities.index("bank 0"):][: len(market.banks)]
    exact = market.banks.officers * market.settings.officers.wage_cny * 100 / 365 * 10
    assert paid == pytest.approx(exact, abs=10) and paid.sum() > 0


# --- how large, and what is pledged -----------------------------------------------------------------------------------


def test_a_micro_specialist_lends_what_the_margin_pays_back():
    policy = POLICIES["micro_specialist"](POLICIES["micro_specialist"].Settings())
    view = VisitedFileView(*(np.array(column, float) for column in
                             ([2.0, 2.0, -3.0], [1e5, 2e5, 2e5], [.1, .1, .1], [3e6, 3e6, 3e6], [900] * 3, [900] * 3, [0] * 3)))
    offer = policy.decide(view)
    s = policy.settings
    factor = (1 - (1 + s.apr / 12) ** -12) / (s.apr / 12)
    assert offer.amount[0] == int(s.instalment_share * .1 * 3e6 * factor) // 100_000 * 100_000
    assert offer.amount[1] == pytest.approx(2 * offer.amount[0], abs=100_000) and not offer.is_approved[2] and offer.amount[2] == 0
    assert (offer.pledge[:2] == 1.5e6).all()


def test_a_large_bank_lends_nothing_without_a_pledge():
    market = small_market(after=59, **{**BUSY, "data__collateral_share": 0.0})
    large = market.banks.kind == 0
    assert market.banks.n_granted[large].sum() == 0 < market.banks.n_granted[~large].sum()
    with_it = small_market(after=59, **{**BUSY, "data__collateral_share": 1.0})
    assert with_it.banks.n_granted[large].sum() > 0


def test_a_rival_that_owes_its_supplier_keeps_what_the_supplier_does_not_pay():
    market = small_market(after=25, **BUSY, supply_chain__reach=1.0, merchants__home_bank_bonus=0.0, distress__dependence_high=.5)
    number = market.term_lenders[1].first + SUPPLY_CHAIN
    shops = market.merchants
    row = np.flatnonzero((shops.term_lender == number) & (shops.term_loan > 0))[0]
    assert shops.term_pledge[row] >= shops.term_loan[row] / .8
    shops.status[row], shops.cash[row] = 1, 0  # it fails, with nothing in the till
    market.ledger.start()
    shops.term_due_on[row] = market.day - 2
    market.step()
    assert shops.term_loan[row] == 0 and market.ledger.money_today[Purpose.RECOVERY].any()


# --- notes ------------------------------------------------------------------------------------------------------------


def test_a_p2p_company_lends_only_what_its_notes_brought():
    seen = CopyOfEachDay(lambda m: (int(m.financiers.loans[P2P]), int(m.financiers.notes[P2P]), int(m.consumers.notes.sum())))
    market = small_market(days=150, observers=[seen], **BUSY, **ALL_ASK_P2P)
    market.run_days()
    loans, sold, held = np.array(seen.days).T
    accrued = market.financiers.interest_fen[P2P]
    assert loans.max() > 0 and (sold == held).all()
    assert (loans <= sold + accrued).all()
    without = small_market(after=60, **BUSY, **{**ALL_ASK_P2P, "p2p__investor_share": 0.0})
    assert without.financiers.loans[P2P] == 0 and (without.merchants.term_granted > 0).any(), "granted, and nobody funds it"


def test_holders_of_notes_are_paid_every_month():
    market = small_market(days=150, after=100, **BUSY, **ALL_ASK_P2P)
    held = int(market.consumers.notes.sum())
    deposits = -market.ledger.money_total[Purpose.NOTES, market.ledger.entities.index("financier 1")]
    assert held > 0
    market.run_days(30)
    assert market.ledger.money_total[Purpose.NOTES, market.ledger.entities.index("consumers")] != -deposits


def test_numbers_of_the_financiers_are_the_same_on_both_floors():
    assert notes.P2P == P2P


def test_a_loan_is_cut_by_what_expected_loss_leaves_of_its_margin_and_refused_when_nothing_is_left():
    policy = POLICIES["micro_specialist"](POLICIES["micro_specialist"].Settings())
    s = policy.settings
    margin = (s.apr - s.funding_apr) * 13 / 24
    impression = np.array([-5.0, -1.0, 0.0, 1.0])
    n = len(impression)
    view = VisitedFileView(impression, np.full(n, 1e5), np.full(n, .2), np.full(n, 1e6), np.full(n, 1_000), np.full(n, 1_000),
                           np.zeros(n))
    offer = policy.decide(view)
    bad = 1 - (1 - np.minimum(s.first_bad_rate * np.exp(-s.impression_slope * impression), 1)) ** (360 / 365)
    assert policy.kept(policy.believed_bad(view.features())) == pytest.approx(np.clip(1 - bad * s.loss_share / margin, 0, 1))
    assert list(offer.is_approved) == [False, True, True, True] and (np.diff(offer.amount) > 0).all()


# --- learning ---------------------------------------------------------------------------------------------------------


def test_a_lender_of_term_loans_keeps_what_it_saw_and_learns_how_it_ended():
    market = small_market(days=420, after=400, **BUSY, distress__trouble_rate=2.0)
    seen = [policy.learning.experience for policy in market.term_policies]
    assert sum(len(each) for each in seen) > 200
    assert sum((each["outcome"] >= 0).sum() for each in seen) > 20 and sum(each.n_bads for each in seen) > 0
    resumed = small_market(days=420, **BUSY, distress__trouble_rate=2.0)
    resumed.restore(market.state())
    market.run_days(), resumed.run_days()
    assert [len(p.learning.experience) for p in market.term_policies] == [len(p.learning.experience) for p in resumed.term_policies]
    assert (market.merchants.term_loan == resumed.merchants.term_loan).all()


def test_a_grant_that_was_never_paid_out_and_a_bad_loan_elsewhere_are_no_outcome_of_a_lender():
    market = small_market(days=420, after=2, **BUSY, **{**ALL_ASK_P2P, "p2p__investor_share": 0.0})
    p2p = market.term_lenders[1].first + P2P
    policy, shops = market.term_policies[p2p], market.merchants
    policy.settings = policy.settings.model_copy(update={"outcome_days": 30})
    market.run_days(20)
    shops.term_bad_on[:], shops.term_bad_by[:] = market.day, 3  # everybody failed a bank meanwhile
    market.run_days(40)
    assert len(policy.learning.experience) > 5 and (policy.learning.experience["outcome"] == -1).all()


def test_a_lender_remembers_who_failed_it_and_the_others_do_not_know():
    market = small_market(after=5)
    shops, rows = market.merchants, np.arange(4)
    shops.term_bad_on[:2], shops.term_bad_by[:2], shops.term_asked[:4] = 1, 7, [7, 8, 7, 8]
    assert list(market.data_sharing.bank_file(market, rows).days_past_due > 0) == [True, False, False, False]


def test_property_that_was_sold_cannot_be_pledged_again():
    market = small_market(after=59, **{**BUSY, "data__collateral_share": 1.0})
    shops = market.merchants
    row = np.flatnonzero((shops.term_loan > 0) & (shops.term_lender < 5))[0]
    before, owed = shops.collateral[row], shops.term_loan[row]
    shops.status[row], shops.cash[row], shops.term_due_on[row] = 1, 0, market.day - 200
    market.ledger.start()
    market.step()
    assert shops.term_loan[row] == 0 and before - 1.01 * owed / .7 < shops.collateral[row] < before - .5 * owed


def test_many_banks_and_a_search_that_ends():
    market = small_market(after=60, banks__count=140, merchants__bank_application_rate=12.0)
    assert market.ledger.residual() == 0
    few = small_market(days=300, after=300, banks__count=1, banks__large=1, banks__micro_specialist=0,
                       merchants__bank_application_rate=12.0, p2p__reach=1.0, supply_chain__reach=1.0, large_bank__pass_mark=1.0,
                       p2p__pass_mark=1.0, supply_chain__pass_mark=1.0)
    assert few.merchants.term_tries.max() <= 3


def test_the_share_of_the_doubtful_holds_in_a_small_world_too():
    market = small_market(days=200, credit__manual_share=.15, platforms__client_managers=0.0)
    market.run_days(60)
    waiting, approved = (market.merchants.visit_wanted_on >= 0).sum(), (market.merchants.score >= .55).sum()
    assert .08 < waiting / approved < .22
