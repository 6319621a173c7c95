"""Each measure moves when its cause is changed, and only says what it says."""

import numpy as np
import pytest

from results.measures import MEASURES, daily_values
from sim.core.ledger import Purpose
from sim.markets.credit_payment import PARTNER
from sim.markets.loans import CREDIT, SLOTS
from sim.model import Market

SMALL = {"consumers.count": 1_500, "merchants.count": 60, "days": 60, "weight": 10.0, "credit_payment.is_offered": True}


def small_market(days=5, **overrides):
    market = Market("baseline", seed=3, **{**SMALL, **overrides})
    market.run_days(days)
    return market


def with_change(change):
    """Values of all measures before and after `change` is done to the same market."""
    market = small_market()
    before = daily_values(market)
    change(market)
    return before, daily_values(market)


def _set(path, value):
    def change(m):
        owner, name = path
        setattr(getattr(m, owner), name, value)
    return change


def _lend(m):
    m.ledger.owe(m.books.loan_debt, 4 * SLOTS, m.books.loan_claim, m.merchants.lender[4], 123_400, purpose=Purpose.LOAN_DRAWN)
    m.loans.kind[4 * SLOTS], m.loans.due_on[4 * SLOTS] = CREDIT, m.day + 100


def _bad_loan(m):
    _lend(m)
    m.loans.due_on[4 * SLOTS] = m.day - 91


def _late(days):
    def change(m):
        _lend(m)
        m.loans.due_on[4 * SLOTS] = m.day - days
    return change


def _bad_bank_loan(m):
    m.merchants.term_loan[3], m.merchants.term_due_on[3] = 500_000, m.day - 91


def _column(population, name, value):
    def change(m):
        getattr(getattr(m, population), name)[:] = value
    return change


def _pay(payer, payee, purpose):
    def change(m):
        m.ledger.pay(getattr(m.books, payer), 0, getattr(m.books, payee), 0, 50_000, purpose=purpose)
    return change


def _draws(promoted):
    def change(m):
        m.credit.draws = np.vstack((m.credit.draws, [[0, 700, 30_000, CREDIT, promoted, 0]]))
    return change


def _freeze(m):
    m.merchants.credit_limit[:], m.merchants.is_frozen[:] = 100_000, True


def _walk_away(m):
    m.merchants.walked_on[:] = m.day


def _owe_on_credit(m):
    m.ledger.owe(m.books.payment_debt, 4, m.books.payment_claims, PARTNER, 90_000, purpose=Purpose.PURCHASE_ON_CREDIT)


def _owe_late(m):
    _owe_on_credit(m)
    m.credit_users.due_on[4] = m.day - 40


def _a_year_of_large_sales(m):
    m.day = 400
    m.merchants.monthly_sales[:] = 10**8


CAUSES = {
    "shops_above_1m": _a_year_of_large_sales,
    "payment_success_rate": _set(("goods", "lost_to_payment_today"), 10**6), "credit_payment_users": _column("credit_users", "line", 500),
    "credit_payment_lines": _column("credit_users", "line", 500),
    "credit_payment_approval_rate": lambda m: vars(m.credit_payment).update(n_decided_today=8, n_approved_today=2),
    "credit_payment_purchases": _set(("credit_payment", "n_purchases_today"), 7),
    "credit_payment_sales": _set(("credit_payment", "lent_today"), 10**6), "credit_payment_balance": _owe_on_credit,
    "credit_payment_arrears_share": _owe_late, "credit_payment_written_off": _set(("credit_payment", "written_off_today"), 10**6),
    "guarantee_paid": _set(("credit_payment", "called_today"), 10**6), "guarantee_net_assets": _column("guarantors", "cash", 5),
    "guarantee_leverage": _owe_on_credit, "guarantee_profit": _pay("guarantor_cash", "world", Purpose.STAFF),
    "arrears_1_30": _late(30), "arrears_31_60": _late(31), "arrears_61_90": _late(90),
    "recovered": _set(("credit", "recovered_today"), 10**7),
    "brushed": _column("merchants", "fake_sales", 10**5),
    "reopened_merchants": lambda m: m.merchants.reopened_on.__setitem__(5, m.day),
    "troubled_share": _column("merchants", "trouble_since", 0), "frozen_share": _freeze, "walked_away": _walk_away,
    "gmv": _set(("goods", "gmv_today"), 10**9), "purchases": _set(("goods", "n_purchases_today"), 10**6),
    "lost_to_payment": _set(("goods", "lost_to_payment_today"), 10**6), "lost_to_stock": _set(("goods", "lost_to_stock_today"), 10**6),
    "phone_card_success_rate": _set(("goods", "phone_card_successes_today"), 0), "registered_share": _column("consumers", "stage", 0),
    "satisfaction": _column("consumers", "satisfaction", .1), "open_merchants": _column("merchants", "status", 1),
    "closed_merchants": lambda m: setattr(m, "n_closed_today", 7), "escrow": _column("merchants", "escrow", 1),
    "inventory": _column("merchants", "inventory", 1), "stock_bought": _set(("credit", "stock_bought_today"), 10**9),
    "draws": _draws(0), "drawn": _draws(0), "drawn_promoted": _draws(1), "loan_book": _lend,
    "interest": _set(("credit", "interest_today"), 10**7), "written_off": _set(("credit", "written_off_today"), 10**7),
    "npl_ratio": _bad_loan, "bad_loans_simulated": _bad_loan, "clients": _column("merchants", "last_draw_on", -10**5),
    "granted_lines": _column("merchants", "credit_limit", 0), "approved_share": _column("merchants", "credit_limit", 0),
    "lender_leverage": _column("lenders", "borrowed", 10**9), "bank_loans": _column("banks", "loans", 10**9),
    "bank_decisions": _column("banks", "applications_today", 5), "bank_queue": _column("banks", "queue", 5),
    "bank_npl_ratio": _bad_bank_loan, "deposits": _column("consumers", "deposit", 0),
    "platform_profit": _pay("platform_own", "world", Purpose.STAFF), "lender_profit": _pay("lender_cash", "world", Purpose.STAFF),
    "bank_profit": _pay("bank_own", "world", Purpose.STAFF), "merchant_profit": _pay("world", "cash", Purpose.SALE),
    "commission": _pay("world", "platform_own", Purpose.COMMISSION),
    "ledger_residual": lambda m: m.consumers.deposit.__setitem__(0, m.consumers.deposit[0] + 3),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_moves_when_its_cause_is_changed(name):
    before, after = with_change(CAUSES[name])
    assert not before[name] == after[name]


def test_every_measure_has_a_cause_that_is_tested():
    assert set(CAUSES) == set(MEASURES)


def test_measures_say_their_unit_meaning_and_chinese_label():
    for each in MEASURES.values():
        assert each.unit and each.meaning and any("\u4e00" <= letter <= "\u9fff" for letter in each.chinese)


def test_money_and_counts_are_at_the_scale_of_the_real_market():
    one, ten = (daily_values(small_market(weight=weight, **{"platforms.capital_cny": 5e6 * weight, "banks.capital_cny": 3e9 * weight}))
                for weight in (1.0, 10.0))
    assert ten["gmv"] == pytest.approx(10 * one["gmv"])
    assert ten["open_merchants"] == 10 * one["open_merchants"]
    assert ten["registered_share"] == one["registered_share"]


def test_measuring_changes_nothing():
    market = small_market()
    before = market.consumers.deposit.copy(), market.loans.outstanding.copy(), market.ledger.money_today.copy()
    daily_values(market)
    for old, new in zip(before, (market.consumers.deposit, market.loans.outstanding, market.ledger.money_today)):
        assert (old == new).all()
