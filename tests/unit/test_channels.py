"""Channels in a small market that lives: books, losses, guarantees, deliveries, and nothing without them."""

import numpy as np
import pytest

from sim.contagion.channels import CHANNELS, guarantee_company, lender_loss
from sim.core.ledger import Purpose
from sim.markets import credit_payment, loans
from tests.hand_made import fail, hand_made
from tests.worlds import differences, small_market

BETWEEN_BANKS = ("fire_sale", "interbank")  # need sheets: tests/unit/test_banks.py
ALL = [{"kind": kind} for kind in CHANNELS if kind not in BETWEEN_BANKS]
TROUBLED = {"consumers__count": 1500, "merchants__count": 120, "weight": 50.0, "days": 90, "distress__trouble_rate": 4.0,
            "distress__give_up_days": 10.0, "merchants__bank_application_rate": 6.0, "large_bank__officers": 3e4,
            "relationship_bank__officers": 1e7, "networks__guarantee__member_share": .9, "credit_payment__is_offered": True,
            "credit_payment__first_day": 1, "relationship_bank__pass_mark": 0.0, "relationship_bank__smallest_loan_cny": 0.0,
            "relationship_bank__least_age_days": 0, "relationship_bank__term_months": 60}


def lived(channels, days=70, **settings):
    seen = []
    market = small_market(channels=channels, observers=[lambda m: seen.append(m.ledger.residual())], **{**TROUBLED, **settings})
    market.run_days(days)
    assert set(seen) == {0}
    return market


@pytest.fixture(scope="module")
def eventful():
    return lived(ALL)


def test_all_channels_together_keep_the_books_and_the_memos_agree(eventful):
    shops, trade = eventful.merchants, eventful.trade_credit
    assert eventful.contagion.n_failed(first_round=1) > 0
    assert {name for _, _, name, _ in eventful.contagion.losses} >= {"guarantee_circle", "trade_credit", "lender_loss"}
    np.testing.assert_array_equal(np.bincount(trade.customer, trade.owed, len(shops)), shops.payables)
    own = ~trade.is_assigned
    np.testing.assert_array_equal(np.bincount(trade.supplier[own], trade.owed[own], len(shops)), shops.receivables)
    assert np.all(shops.wholesale_debt >= shops.receivables) and not shops.payables[shops.status != 0].any()
    assert trade.outside[0] == shops.wholesale_debt.sum() + trade.owed[trade.is_assigned].sum()


def test_booked_losses_are_what_moved_in_the_ledger(monkeypatch):
    moved = dict.fromkeys(Purpose, 0)
    market = small_market(channels=ALL, **TROUBLED)
    cancel = market.ledger.cancel

    def watched(claim, creditor_rows, debt, debtor_rows, amount, *, purpose):
        total = cancel(claim, creditor_rows, debt, debtor_rows, amount, purpose=purpose)
        if claim is not market.books.wholesalers:  # outside this market nobody's loss is booked
            moved[purpose] += total
        return total

    monkeypatch.setattr(market.ledger, "cancel", watched)
    market.run_days(60)
    for kind, channel in CHANNELS.items():
        assert market.contagion.total(channel=kind) == sum(moved[purpose] for purpose in channel.purposes), kind
    assert market.contagion.total() == sum(lost.sum() for lost in market.contagion.lost.values()) > 0


@pytest.mark.parametrize("kind", CHANNELS)
def test_no_failure_no_loss(kind):
    market = small_market(channels=[{"kind": kind}], after=30, distress__trouble_rate=0.0, distress__strategic_share=0.0,
                          bank_sheets__is_kept=kind in BETWEEN_BANKS)
    assert market.contagion.losses == {} and market.contagion.failures == {}


@pytest.mark.parametrize("kind", ["guarantee_circle", "lender_loss", "guarantee_company"])
def test_a_channel_without_failures_leaves_the_world_as_it_was(kind):
    quiet = {"distress__trouble_rate": 0.0, "distress__strategic_share": 0.0, "after": 30}
    changed = differences(small_market(**quiet), small_market(channels=[{"kind": kind}], **quiet))
    assert [path for path in changed if not path.startswith("channels.")] == []


def test_trade_credit_takes_no_liquidity_and_gives_none():
    quiet = {"consumers__count": 4000, "merchants__count": 250, "weight": 50.0, "distress__trouble_rate": 0.0, "after": 60}
    without, with_it = small_market(**quiet), small_market(channels=[{"kind": "trade_credit"}], **quiet)
    ratio = [market.merchants.inventory.sum() + market.merchants.cash.sum() for market in (with_it, without)]
    assert .85 < ratio[0] / ratio[1] < 1.1


def test_who_does_not_transmit_is_made_good_from_outside():
    market = lived([{**each, "transmits": False} for each in ALL], days=50)
    assert market.contagion.losses == {} and market.contagion.n_failed() > 0 == market.contagion.n_failed(first_round=1)


def test_nobody_loses_more_than_he_is_owed():
    owed = np.zeros((4, 4), np.int64)
    owed[0, 1], owed[0, 2], owed[3, 1] = 700, 300, 500
    market = hand_made(4, "trade_credit", cash=[100, 50, 10**6, 10**6], owed=owed, outside=[0, 1200, 300, 0])
    assert fail(market, [0]).tolist() == [0, 1]
    lost = market.contagion.lost["merchants"]
    assert lost.tolist() == [0, 630, 270, 0]
    assert market.merchants.cash[1] == 0 or market.merchants.cash[1] <= 1
    assert market.trade_credit.is_assigned.tolist() == [False, False, True]  # what the third owes is now owed outside
    assert market.merchants.payables[3] == 500 and market.merchants.receivables[1] == 0


def test_customers_of_a_failed_supplier_miss_goods():
    owed = np.zeros((3, 3), np.int64)
    owed[2, 0] = 10
    market = hand_made(3, "trade_credit", cash=[0, 0, 100], owed=owed)
    fail(market, [0])
    assert market.merchants.supply_share.tolist() == [1.0, 1.0, .9]


def test_a_checkpoint_in_the_middle_of_contagion_goes_on_as_if_nothing_had_been():
    market = lived(ALL, days=40)
    state = market.state()
    market.run_days(10)
    again = small_market(channels=ALL, **TROUBLED)
    again.restore(state)
    again.run_days(10)
    assert differences(market, again) == []


def test_a_micro_loan_company_that_failed_lends_nothing_and_the_bank_bears_what_it_is_short_of():
    market = small_market(channels=[{"kind": "lender_loss"}], after=20)
    market.contagion.has_failed["lenders"][0] = True
    short, books, channel = int(market.lenders.net_assets()[0]) + 1_000, market.books, market.channels[0]
    open_day = channel.open_day

    def strike_first(m):
        m.ledger.owe(books.lender_debt, 0, books.bank_lender_claims, 0, short, purpose=Purpose.BANK_FUNDING)
        open_day(m)

    assert market.lenders.available(market)[0] == 0 < market.lenders.available(market)[1]
    channel.open_day = strike_first
    market.step()
    assert market.contagion.total(layer="banks", channel="lender_loss") == 1_000
    channel.open_day = open_day
    market.step()
    assert market.contagion.total(layer="banks", channel="lender_loss") > 1_000 and market.ledger.residual() == 0


def test_names_that_are_written_twice_agree():
    assert guarantee_company.PARTNER == credit_payment.PARTNER and lender_loss.BAD_FEN == loans.BAD_FEN


def test_the_funding_bank_loses_what_the_guarantee_company_cannot_pay():
    market = lived([{"kind": "guarantee_company"}], days=90, guarantee__capital_cny=100.0, guarantee__most_leverage=1e6,
                   credit_users__take_up_a_month=1.0, credit_users__forget_prob=.5, credit_users__catch_up_rate=.05,
                   credit_payment__guarantee_after_days=5)
    assert market.contagion.is_failed("guarantors") and market.contagion.total(layer="banks") > 0
