"""The books: who may pay what, what a refusal says, and that profit is what net worth moved by, owners' money aside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.ledger import FINANCING, Ledger, LedgerError, Purpose
from tests.worlds import CopyOfEachDay, promotion, small_market


class Town:
    """Three shoppers at two banks, a lender that is an entity per row, a bank, and the world."""

    def __init__(self):
        self.purse, self.till = np.array([100, 50, 0], np.int64), np.array([1000, 500], np.int64)
        self.debt, self.loans = np.zeros(3, np.int64), np.zeros(2, np.int64)
        self.outside = np.zeros(1, np.int64)
        books = self.books = Ledger(["shoppers", "lender 0", "lender 1", "world"], 3)
        self.purses = books.open_account("purse", self.purse, issuer=[0, 0, 1], entity="shoppers")
        self.tills = books.open_account("till", self.till, issuer=[0, 1], entity="lender 0", per_row=True)
        self.world = books.open_account("world", self.outside, issuer=[2], entity="world", may_overdraw=True)
        self.debts = books.open_claim("debt", self.debt, entity="shoppers", is_debt=True)
        self.claims = books.open_claim("loans", self.loans, entity="lender 0", per_row=True)
        books.start()
        books.open_day()


@pytest.fixture
def town():
    return Town()


# --- payments ---------------------------------------------------------------------------------------------------------


def test_a_payment_moves_money_and_nothing_else(town):
    paid = town.books.pay(town.purses, [0, 1], town.tills, [1, 1], [30, 50], purpose=Purpose.SALE)
    assert paid == 80
    assert list(town.purse) == [70, 0, 0] and list(town.till) == [1000, 580]
    assert list(town.books.money_today[Purpose.SALE]) == [-80, 0, 80, 0]
    assert town.books.residual() == 0


def test_one_row_or_one_amount_serves_many_payments(town):
    assert town.books.pay(town.world, 0, town.purses, [0, 1, 2], 7, purpose=Purpose.WAGES) == 21
    assert town.books.pay(town.purses, [0, 1], town.world, 0, [1, 2], purpose=Purpose.LIVING_COSTS) == 3
    assert town.books.pay(town.tills, 0, town.tills, 1, 100, purpose=Purpose.SHOCK) == 100
    assert list(town.purse) == [106, 55, 7] and list(town.till) == [900, 600] and town.outside[0] == -18
    assert town.books.residual() == 0


def test_nobody_pays_nobody_nothing(town):
    assert town.books.pay(town.purses, [], town.tills, [], [], purpose=Purpose.SALE) == 0
    assert town.books.pay(town.purses, [], town.tills, 0, 5, purpose=Purpose.SALE) == 0
    assert not town.books.money_today.any()


def test_a_payment_between_customers_of_two_banks_moves_reserves_at_close(town):
    before = town.books.reserves.copy()
    town.books.pay(town.purses, 0, town.purses, 2, 40, purpose=Purpose.SHOCK)
    town.books.close()
    assert list(town.books.reserves - before) == [-40, 40, 0]


def test_a_payer_may_spend_the_same_money_only_once(town):
    with pytest.raises(LedgerError, match=r"pay: purse\[0\] holds 40 fen, less than the 60 fen of sale"):
        town.books.pay(town.purses, [0, 0], town.tills, 0, [60, 60], purpose=Purpose.SALE)


def test_a_refusal_says_which_amount_is_negative(town):
    with pytest.raises(LedgerError, match=r"pay: amount\[1\] is -20 fen; payments must be 0 or more"):
        town.books.pay(town.purses, [0, 1], town.tills, 0, [5, -20], purpose=Purpose.SALE)


def test_a_refusal_says_which_row_does_not_exist(town):
    with pytest.raises(LedgerError, match=r"pay: till has no row 2; it has 2 \(sale\)"):
        town.books.pay(town.purses, 0, town.tills, 2, 5, purpose=Purpose.SALE)
    with pytest.raises(LedgerError, match=r"pay: purse has no row -1"):
        town.books.pay(town.purses, [-1], town.tills, 0, 5, purpose=Purpose.SALE)
    assert not town.books.money_today.any()


def test_rows_and_amounts_must_match(town):
    with pytest.raises(LedgerError, match="different lengths"):
        town.books.pay(town.purses, [0, 1], town.tills, 0, [1, 2, 3], purpose=Purpose.SALE)


def test_only_who_may_overdraw_goes_below_zero(town):
    town.books.pay(town.world, 0, town.purses, 0, 10 ** 12, purpose=Purpose.WAGES)
    assert town.outside[0] == -10 ** 12
    with pytest.raises(LedgerError, match="till"):
        town.books.pay(town.tills, 0, town.purses, 0, 1001, purpose=Purpose.LOAN_DRAWN)


# --- claims -----------------------------------------------------------------------------------------------------------


def lend(town, amount, shopper=0, lender=0):
    town.books.pay(town.tills, lender, town.purses, shopper, amount, purpose=Purpose.LOAN_DRAWN)
    town.books.owe(town.debts, shopper, town.claims, lender, amount, purpose=Purpose.LOAN_DRAWN)


def test_a_loan_drawn_or_repaid_is_nobodys_profit(town):
    lend(town, 300)
    assert town.debt[0] == town.loans[0] == 300 and town.purse[0] == 400
    assert not town.books.profit_today().any()
    town.books.pay(town.purses, 0, town.tills, 0, 300, purpose=Purpose.LOAN_REPAID)
    town.books.cancel(town.claims, 0, town.debts, 0, 300, purpose=Purpose.LOAN_REPAID)
    assert not town.books.profit_today().any() and not town.debt.any() and not town.loans.any()
    assert town.books.residual() == 0


def test_interest_and_write_off_are_profit_and_loss(town):
    lend(town, 300)
    town.books.owe(town.debts, 0, town.claims, 0, 9, purpose=Purpose.INTEREST)
    assert list(town.books.profit_today()) == [-9, 9, 0, 0]
    town.books.cancel(town.claims, 0, town.debts, 0, 309, purpose=Purpose.WRITE_OFF)
    assert list(town.books.profit_today()) == [300, -300, 0, 0]
    town.books.close()


def test_a_claim_cannot_be_cancelled_beyond_what_is_owed(town):
    lend(town, 300, shopper=0)
    lend(town, 200, shopper=1)
    with pytest.raises(LedgerError, match=r"cancel: debt\[1\] holds 200 fen, less than the 250 fen of write_off"):
        town.books.cancel(town.claims, 0, town.debts, 1, 250, purpose=Purpose.WRITE_OFF)
    with pytest.raises(LedgerError, match=r"cancel: loans\[1\] holds 0 fen"):
        town.books.cancel(town.claims, 1, town.debts, 1, 50, purpose=Purpose.WRITE_OFF)
    with pytest.raises(LedgerError, match=r"owe: amount\[0\] is -5 fen"):
        town.books.owe(town.debts, 0, town.claims, 0, -5, purpose=Purpose.INTEREST)


# --- the proof --------------------------------------------------------------------------------------------------------


def test_money_from_nowhere_is_found_at_close_and_named(town):
    town.purse[1] += 3
    assert town.books.residual() == 3
    with pytest.raises(LedgerError, match="issuer 0: reserves differ from the balances it issued by -3 fen"):
        town.books.close()


def test_a_debt_that_vanishes_is_found_at_close_and_named(town):
    lend(town, 300)
    town.debt[0] -= 1
    with pytest.raises(LedgerError, match="shoppers: net worth moved by 1 fen outside the books"):
        town.books.close()


def test_a_day_starts_with_empty_matrices_and_the_totals_remember(town):
    for amount in (10, 15):
        town.books.open_day()
        town.books.pay(town.purses, 0, town.tills, 0, amount, purpose=Purpose.SALE)
        town.books.close()
    assert town.books.money_today[Purpose.SALE, 0] == -15 and town.books.money_total[Purpose.SALE, 0] == -25


rows, amounts = st.integers(0, 2), st.integers(0, 200)
payment = st.tuples(st.sampled_from(["pay", "lend", "repay", "write off"]), rows, rows, amounts)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(payment, max_size=12), min_size=1, max_size=4))
def test_random_dealings_keep_every_total_at_zero(days):
    """Whatever is tried and refused: every purpose sums to 0, every entity's worth moves by its flows, reserves cover deposits."""
    town, opening = Town(), Town().books.net_worth()
    for day in days:
        town.books.open_day()
        worth = town.books.net_worth()
        for verb, one, other, amount in day:
            lender = other % 2
            try:
                if verb == "pay":
                    town.books.pay(town.purses, one, town.purses, other, amount, purpose=Purpose.SALE)
                elif verb == "lend":
                    lend(town, amount, one, lender)
                elif verb == "repay":
                    amount = min(amount, int(town.loans[lender]), int(town.debt[one]), int(town.purse[one]))
                    town.books.pay(town.purses, one, town.tills, lender, amount, purpose=Purpose.LOAN_REPAID)
                    town.books.cancel(town.claims, lender, town.debts, one, amount, purpose=Purpose.LOAN_REPAID)
                else:
                    town.books.cancel(town.claims, lender, town.debts, one, amount, purpose=Purpose.WRITE_OFF)
            except LedgerError:
                continue
        assert town.books.residual() == 0
        assert not town.books.money_today.sum(axis=1).any() and not town.books.claims_today.sum(axis=1).any()
        town.books.close()
        financing = [p for p in Purpose if p in FINANCING]
        moved = town.books.money_today[financing].sum(axis=0) + town.books.claims_today[financing].sum(axis=0)
        assert (town.books.profit_today() + moved == town.books.net_worth() - worth).all()
    assert town.purse.min() >= 0 and town.till.min() >= 0 and town.debt.min() >= 0 and town.loans.min() >= 0
    assert town.books.net_worth().sum() == opening.sum()


# --- the market's books -----------------------------------------------------------------------------------------------


def worth_by_hand(m):
    """Net worth of each sector from the columns alone, without the ledger."""
    c, s, b, f = m.consumers, m.merchants, m.banks, m.financiers
    users, company = m.credit_users, m.guarantors
    return np.concatenate(([c.deposit.sum() + c.wallet.sum() + c.notes.sum() - users.balance.sum() - users.called.sum(),
                            s.cash.sum() + s.escrow.sum() - m.loans.outstanding.sum() - s.term_loan.sum(), m._outside[0]],
                           m.lenders.cash + m.lenders.loans - m.lenders.borrowed, b.own_funds + b.loans + b.lender_claims
                           + m.credit_payment.bank_claims, f.cash + f.loans - f.notes, m.platforms.own_funds,
                           company.cash + company.claims - company.borrowed))


@pytest.mark.parametrize("offered", [{}, {"model": "guarantee"}, {"model": "own_book"}])
def test_profit_and_financing_are_the_change_of_net_worth_of_everybody_every_day(offered):
    def look(m):
        financing = [p for p in Purpose if p in FINANCING]
        moved = m.ledger.money_today[financing].sum(axis=0) + m.ledger.claims_today[financing].sum(axis=0)
        return worth_by_hand(m), m.ledger.profit_today(), moved

    seen = CopyOfEachDay(look)
    market = small_market(observers=[seen], tactics=[promotion(pool_cny=1e9)], distress__trouble_rate=3.0, distress__give_up_days=3.0,
                          credit_payment__is_offered=bool(offered), credit_payment__first_day=10,
                          **{f"credit_payment__{name}": value for name, value in offered.items()})
    worth = worth_by_hand(market)
    market.run_days()
    for after, profit, moved in seen.days:
        assert (profit + moved == after - worth).all()
        worth = after
    entities = market.ledger.entities
    lenders_profit = sum(profit[entities.index("lender 0")] for _, profit, _ in seen.days)
    assert lenders_profit != 0 and all(worth.sum() == seen.days[0][0].sum() for worth, _, _ in seen.days)


def test_every_claim_has_a_debtor_and_every_deposit_a_bank():
    market = small_market(after=45, merchants__count=300, merchants__bank_application_rate=3.0, relationship_bank__officers=1e6,
                          p2p__reach=1.0, p2p__pass_mark=0.0, p2p__officers=1e6, p2p__investor_share=.9, p2p__capital_cny=1e10,
                          merchants__home_bank_bonus=0.0)
    assert market.lenders.loans.sum() == market.loans.outstanding.sum() > 0
    assert market.banks.loans.sum() + market.financiers.loans.sum() == market.merchants.term_loan.sum()
    assert market.banks.loans.sum() > 0 and market.financiers.loans[1] > 0
    assert market.consumers.notes.sum() == market.financiers.notes[1] >= market.financiers.loans[1] and market.financiers.notes[0] == 0
    assert market.banks.lender_claims.sum() == market.lenders.borrowed.sum()
    for lender in range(2):
        served = np.repeat(market.merchants.lender == lender, 4)
        assert market.lenders.loans[lender] == market.loans.outstanding[served].sum()


def test_purposes_are_never_renumbered():
    assert [p.name for p in sorted(Purpose)][:24] == [
        "WAGES", "LIVING_COSTS", "SALE", "REFUND", "SETTLEMENT", "COMMISSION", "STOCK", "OPERATING_COSTS", "OWNER_DRAW",
        "LOAN_DRAWN", "LOAN_REPAID", "INTEREST", "WRITE_OFF", "RECOVERY", "TOP_UP", "PAYMENT_FEE", "BANK_FUNDING",
        "PROMOTION", "STAFF", "DECISION_COSTS", "DEPOSIT_INTEREST", "CAPITAL", "OWNER_CAPITAL", "SHOCK"]
    assert [p.name for p in Purpose if 24 <= p <= 30] == ["NOTES", "PURCHASE_ON_CREDIT", "CREDIT_REPAID", "MERCHANT_FEE", "GUARANTEE_CALL",
                                                          "GUARANTEE_FEE", "COLLECTION"]
    assert len({p.value for p in Purpose}) == len(Purpose.__members__), "two names of one number would share a row"
