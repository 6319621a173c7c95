"""Contests for an applicant: what a lender asks, who wins, what a client of the platform does; and loans borne jointly."""

import datetime
from types import SimpleNamespace

import numpy as np
import pytest

from agents import owner
from agents.lending.micro_specialist import MicroSpecialistSettings
from agents.lending.pricing import offered_rates
from agents.lending.relationship_bank import RelationshipBankSettings
from agents.merchant import LEAVES, TAKES, UNDECIDED
from sim.core.errors import UserError
from sim.core.ledger import Purpose
from sim.core.views import Contest
from sim.markets import offers
from sim.markets.credit_competition import duopoly
from sim.markets.term_credit import rates
from tests.worlds import differences, small_market

BUSY = {"consumers__count": 4_000, "merchants__count": 200, "merchants__bank_application_rate": 12.0, "relationship_bank__officers": 1e6,
        "large_bank__officers": 1e6, "micro_specialist__officers": 1e6, "p2p__officers": 1e6, "relationship_bank__reach": .3,
        "micro_specialist__reach": .9, "days": 300}
OPEN_PLATFORM = {"agreements": [{"kind": "full_history", "start": datetime.date(2012, 1, 1), "lenders": ["banks"]}]}


@pytest.fixture(scope="module")
def contested():
    """A hundred days with the bids of each."""
    days = []
    market = small_market(**BUSY, offers__most_lenders=4,
                          observers=[lambda m: days.append((m.day, m.offers.bids, m.merchants.term_tries.copy()))])
    market.run_days(100)
    return SimpleNamespace(market=market, bids=[bids for _, bids, _ in days if len(bids.shop)])


def contest(ability, *rivals):
    return Contest(ability, np.array(rivals), .35, .024, .24)


# --- the rate ---------------------------------------------------------------------------------------------------------


def test_a_riskier_applicant_is_asked_more_and_break_even_is_covered():
    s = RelationshipBankSettings()
    safe, risky = offered_rates(s, np.array([.005, .05]), contest(.4, .4, .4))
    assert risky > safe > s.funding_apr
    average_owed = (s.term_months + 1) / 24
    assert (risky - s.funding_apr) * average_owed > .05 * .98 * s.loss_share


def test_who_is_far_ahead_takes_a_rent_and_who_is_behind_takes_none():
    s, bad = RelationshipBankSettings(), np.full(4, .02)
    behind, equal, ahead, far = offered_rates(s, bad, contest(.6, .8, .6, .4, .1))
    assert behind == equal < ahead < far


def test_the_rent_of_a_loan_is_the_equilibriums():
    """He, Huang and Zhou: (1 - theta) (x_s - x_w) an applicant, of whom theta + (1 - theta) (1 - x_s) get a loan."""
    s = RelationshipBankSettings()
    game = duopoly(1 - .024, .8, .4, .36)
    ahead, equal = offered_rates(s, np.full(2, .02), contest(.8, .4, .8))
    per_loan = game.rent / (game.good_share + (1 - game.good_share) * .2)
    in_term = 1 - (1 - .024) ** (360 / 365)
    assert (ahead - equal) * (s.term_months + 1) / 24 / s.loss_share == pytest.approx(per_loan * in_term / .024, rel=.01)


def test_who_is_alone_asks_the_list_price_or_more_and_who_knows_nothing_prices_the_average():
    s = MicroSpecialistSettings()
    assert offered_rates(s, np.array([.001, .2]), contest(.4, -1, -1))[0] == s.apr
    assert offered_rates(s, np.array([.2]), contest(.4, -1))[0] > s.apr
    unknown, average = offered_rates(s, np.array([np.nan, .024]), contest(.4, .4, .4))
    assert unknown == pytest.approx(average)


# --- the contest ------------------------------------------------------------------------------------------------------


def test_a_merchant_takes_the_cheapest_bid_and_pays_it(contested):
    shops, n_contests, lowest = contested.market.merchants, 0, 0
    for bids in contested.bids:
        for shop in np.unique(bids.shop):
            mine = bids.shop == shop
            if bids.is_won[mine].any():
                assert bids.is_won[mine].sum() == 1 and bids.rate[mine & bids.is_won][0] == bids.rate[mine].min()
                n_contests, lowest = n_contests + 1, lowest + (np.isfinite(bids.rate[mine]).sum() > 1)
    assert n_contests > 30 and lowest > 10
    rows = np.flatnonzero(shops.term_loan > 0)
    assert (rates(contested.market, rows, shops.term_lender[rows].astype(np.int64)) == shops.term_apr[rows]).all()
    assert len(np.unique(shops.term_apr[rows])) > 5


def test_nobody_is_asked_twice_and_not_more_than_the_merchant_asks_at_once(contested):
    for bids in contested.bids:
        pairs = bids.shop * 1_000 + bids.lender
        assert len(np.unique(pairs)) == len(pairs) and np.bincount(bids.shop).max() <= 4


def test_without_the_setting_nobody_bids_and_list_prices_hold():
    market = small_market(after=60, **BUSY)
    assert len(market.offers.bids.shop) == 0 and (market.merchants.term_apr == 0).all() and (market.merchants.moved_on < 0).all()
    rows = np.flatnonzero(market.merchants.term_loan > 0)
    listed = np.concatenate([market.banks.apr, market.financiers.apr])
    assert len(rows) and (rates(market, rows, market.merchants.term_lender[rows].astype(np.int64))
                          == listed[market.merchants.term_lender[rows]]).all()


def test_a_rival_without_time_makes_no_bid():
    market = small_market(after=1, **BUSY, offers__most_lenders=3)
    chosen = np.arange(10)
    market.merchants.term_asked[chosen], market.merchants.term_also_asked[chosen] = 0, -1
    market.merchants.term_also_asked[chosen, 0] = 5
    capacity = np.zeros(26, np.int64)
    capacity[5] = 4
    shop, lender, rank = offers.bidders(market, chosen, capacity)
    assert len(shop) == 14 and (lender == 5).sum() == 4 == (rank == 1).sum() and capacity[5] == 0


def test_lenders_who_see_the_platforms_records_can_tell_more():
    closed, opened = small_market(after=1), small_market(after=1, **OPEN_PLATFORM)
    before, after = offers.abilities(closed), offers.abilities(opened)
    assert (after[:24] == offers.ABILITY["closed_loop"]).all() and (before[:24] < after[:24]).all() and (before[24:] == after[24:]).all()


# --- clients of the platform ------------------------------------------------------------------------------------------


def test_constants_of_the_market_are_those_of_the_merchants():
    assert offers.TAKES == TAKES


def test_a_client_takes_only_what_is_cheaper_than_its_line_and_leaves_while_it_lasts():
    market = small_market(after=120, **BUSY, offers__most_lenders=4)
    shops = market.merchants
    gone = np.flatnonzero(shops.moved_on >= 0)
    assert len(gone) > 3 and (shops.credit_choice[gone] == LEAVES).all()
    assert (shops.term_apr[gone] < .0006 * 365 + shops.rate_offset[gone] / 100).all()
    assert (shops.last_draw_on[gone] <= shops.moved_on[gone]).all()
    has_line = (shops.credit_choice == TAKES) & (shops.usable_line(slice(None)) > 0)
    assert offers.reservation(market, np.flatnonzero(has_line)).max() < offers.reservation(market, np.flatnonzero(~has_line)).min()
    one = gone[:1]
    shops.term_loan[one] = 0  # repaid
    owner.move_to_cheaper(market)
    assert shops.moved_on[one] < 0 and shops.credit_choice[one] == UNDECIDED and (shops.credit_choice[gone[1:]] == LEAVES).all()


def test_calls_make_clients_ask_where_somebody_sees_the_platforms_records():
    def asked(**more):
        market = small_market(after=60, **{**BUSY, "merchants__bank_application_rate": .1}, offers__most_lenders=2, **more)
        return market.banks.n_granted.sum(), (market.merchants.term_applied_on >= 0).sum() + (market.merchants.term_paid_on >= 0).sum()

    quiet, called = asked(**OPEN_PLATFORM), asked(**OPEN_PLATFORM, offers__calls_a_year=26.0)
    unseen = asked(offers__calls_a_year=26.0)
    assert called[1] > 3 * max(quiet[1], 1) and unseen[1] < called[1] / 3


def test_calls_need_bids():
    with pytest.raises(UserError, match="calls_a_year needs lenders that bid"):
        small_market(offers__calls_a_year=1.0)


def test_contests_go_on_from_a_checkpoint_as_they_would_have():
    world = {**BUSY, **OPEN_PLATFORM, "offers__most_lenders": 3, "joint_loans__loss_share": .3, "common_model__is_used": True,
             "common_model__bank_share": .5}
    market, other = small_market(after=25, **world), small_market(**world)
    other.restore(market.state())
    market.run_days(15), other.run_days(15)
    assert differences(market, other) == [] and market.merchants.term_is_joint.any() and (market.merchants.term_apr > 0).any()


# --- joint loans ------------------------------------------------------------------------------------------------------


def test_the_platform_bears_its_share_of_what_is_lost_and_is_paid_for_it():
    market = small_market(**BUSY, **OPEN_PLATFORM, joint_loans__loss_share=.4, banks__write_off_days=91, distress__trouble_rate=3.0,
                          distress__give_up_days=20.0, relationship_bank__term_months=6, micro_specialist__pledge_share=0.0)
    lost = fees = borne = 0
    platform = market.ledger.entities.index("platform 0")
    for _ in range(260):
        market.step()
        lost += market.banks.lost_today.sum()
        fees += market.ledger.money_today[Purpose.JOINT_FEE, platform]
        borne -= market.ledger.money_today[Purpose.JOINT_LOSS, platform]
    assert lost > 0 and fees > 0
    assert borne == pytest.approx(.4 * lost, rel=1e-3)
    assert not market.merchants.term_is_joint[market.merchants.term_loan == 0].any() or (market.merchants.term_granted > 0).any()


def test_no_agreement_no_joint_loan():
    market = small_market(after=60, **BUSY, joint_loans__loss_share=.4)
    assert (market.merchants.term_loan > 0).any() and not market.merchants.term_is_joint.any()
