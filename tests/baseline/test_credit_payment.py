"""The economy of the credit payment: who may use it, what it sells, who is owed, who pays when users do not."""

import datetime

import numpy as np
import pytest

from sim.core.finance import fen
from sim.core.ledger import Purpose
from tests.worlds import CopyOfEachDay, small_market

EVERYWHERE = {"credit_payment__is_offered": True, "credit_payment__first_day": 10, "credit_users__take_up_a_month": 1.0,
              "credit_payment_card__pass_mark": 0.0, "credit_payment_card__learns": False}
LARGE = {"consumers__count": 8000, "merchants__count": 160, "weight": 1000.0}
CLOSE = 4.5  # standard errors


def offered(after=0, **overrides):
    return small_market(after=after, **{**EVERYWHERE, **overrides})


def flows(market, purpose):
    """Money of a purpose so far, by entity."""
    return dict(zip(market.ledger.entities, market.ledger.money_total[purpose]))


# --- lines ------------------------------------------------------------------------------------------------------------


def test_lines_are_whole_yuan_between_one_and_five_thousand_and_only_for_phones_with_a_wallet():
    market = offered(after=59, **LARGE, credit_payment__line_months=12.0)
    line, c = market.credit_users.line, market.consumers
    with_line = line > 0
    assert with_line.sum() > 1000 and (line[with_line] % 100 == 0).all()
    assert line[with_line].min() >= 100 and line.max() == fen(5000)
    assert c.is_mobile[with_line].all() and (c.stage[with_line] >= 3).all()


def test_nobody_has_a_line_before_the_first_day_or_without_asking():
    early, unasked = offered(after=10), offered(after=50, credit_users__take_up_a_month=0.0)
    assert not early.credit_users.line.any() and not unasked.credit_users.line.any()
    assert (unasked.credit_users.n_purchases > 0).any(), "the records are kept all the same"


def test_a_line_is_months_of_spending_times_the_score():
    before, market = offered(after=40), offered(after=41)
    rows = np.arange(10, 2000, 30)  # whose turn is on day 40
    rows = rows[(before.credit_users.asked_on[rows] >= 0) & before.credit_users.may_have_line(rows)]
    view = before.data_sharing.consumer_view(before, rows)
    decision = before.payment_lender.decide(view)
    expected = np.clip(2 * view.spent * decision.score, 100, 500_000) // 100 * 100 * decision.is_approved
    assert len(rows) > 5 and (market.credit_users.line[rows] == expected).all()


# --- shopping ---------------------------------------------------------------------------------------------------------


def test_a_line_sells_what_the_bank_card_on_the_phone_would_have_lost():
    """Common random numbers: the days after the first lines, with and without the offer."""
    sold = []
    for overrides in (EVERYWHERE, {}):
        daily = CopyOfEachDay(lambda m: (m.goods.gmv_today, m.goods.n_purchases_today, m.goods.lost_to_payment_today))
        small_market(observers=[daily], **LARGE, **overrides).run_days(60)
        sold.append(np.array(daily.days)[45:].sum(axis=0))
    with_it, without = sold
    assert with_it[0] > 1.01 * without[0]
    assert with_it[1] / (with_it[1] + with_it[2]) > without[1] / (without[1] + without[2]) + .01


def test_those_who_prefer_it_pay_with_it_and_nobody_does_who_never_would():
    shares = []
    for preference in (0.0, .4, 1.0):
        daily = CopyOfEachDay(lambda m: (m.credit_payment.n_purchases_today, m.goods.n_purchases_today))
        small_market(observers=[daily], **LARGE, **EVERYWHERE, credit_users__credit_preference=preference).run_days(50)
        paid = np.array(daily.days)[42:].sum(axis=0)
        shares.append(paid[0] / paid[1])
    assert shares[0] < shares[1] < shares[2]
    assert shares[0] > 0, "a failed card is tried again on the line"
    never = offered(after=40, credit_users__credit_preference=0.0, consumers__retry_prob=0.0,
                    credit_users__line_as_money=0.0)
    assert not never.credit_users.balance.any()


def test_no_purchase_exceeds_the_room_on_a_line():
    def look(m):
        users = m.credit_users
        fresh = users.used_on == m.day
        assert (users.balance[fresh] + users.called[fresh] <= users.line[fresh]).all()
        assert m.consumers.is_mobile[fresh].all()
        return int(fresh.sum())

    seen = CopyOfEachDay(look)
    offered(observers=[seen], credit_users__credit_preference=1.0).run_days(60)
    assert sum(seen.days) > 300


def test_the_fee_comes_out_of_the_shops_money_and_is_shared():
    market = offered(after=40)
    fee = flows(market, Purpose.MERCHANT_FEE)
    lent = market.credit_users.balance.sum() + flows(market, Purpose.CREDIT_REPAID)["bank 0"]
    assert -fee["merchants"] == pytest.approx(.01 * lent, rel=.01)
    assert fee["bank 0"] == pytest.approx(-.5 * fee["merchants"], rel=.01)
    assert flows(market, Purpose.GUARANTEE_FEE)["guarantor 0"] == pytest.approx(-.3 * fee["merchants"], rel=.01)
    in_rings = market.merchants.bundle_amount.sum(axis=1) + np.bincount(
        np.arange(len(market.loans)) // 4, market.loans.collected, len(market.merchants)).astype(np.int64)
    assert (in_rings == market.merchants.escrow).all()


# --- repayment --------------------------------------------------------------------------------------------------------


def test_the_careful_repay_in_full_on_the_day_if_they_have_the_money():
    market = offered(after=40, credit_users__forget_prob=0.0)
    users = market.credit_users
    late = np.flatnonzero(users.due_on >= 0)
    assert (market.consumers.deposit[late] < users.owed_now(late)).all()
    assert flows(market, Purpose.CREDIT_REPAID)["bank 0"] > 0 and users.n_late[users.used_on > 0].mean() < .1
    assert len(late) < .1 * (users.used_on > 0).sum()


def test_who_is_late_owes_a_twentieth_of_a_percent_a_day():
    market = offered(after=39)
    user = int(np.flatnonzero(market.credit_users.billed > 50_000)[0]) if (market.credit_users.billed > 50_000).any() else None
    if user is None:
        user = int(np.argmax(market.credit_users.balance))
        market.credit_users.billed[user] = market.credit_users.balance[user]
    market.credit_users.due_on[user], market.consumers.deposit[user] = market.day - 3, market.consumers.deposit[user]
    owed, market.settings = int(market.credit_users.billed[user]), market.settings.model_copy(update={
        "credit_users": market.settings.credit_users.model_copy(update={"catch_up_rate": 0.0})})
    market.step()
    assert market.credit_users.billed[user] == owed + int(owed * .0005)


def test_the_careless_go_bad_and_the_careful_do_not():
    market = offered(after=140, days=140, **LARGE, credit_payment__guarantee_after_days=10)
    users = market.credit_users
    used = users.used_on > 0
    careless = users.diligence < np.quantile(users.diligence, .1)
    bad = users.bad_on > 0
    assert bad[used & careless].mean() > 3 * bad[used & ~careless].mean()


def test_women_are_more_diligent_friends_alike_and_the_steady_keep_their_number():
    market = offered(**LARGE)
    d, c = market.credit_users.diligence.astype(float), market.consumers
    n = len(c)
    women, men = d[c.is_woman], d[~c.is_woman]
    assert abs(women.mean() - men.mean() - .2) < CLOSE * 2 / np.sqrt(n)
    source, target = market.social.edges()
    assert np.corrcoef(d[source], d[target])[0, 1] > .1
    old = market.credit_users.is_139
    assert d[old].mean() > d[~old].mean() + CLOSE / np.sqrt(n)
    plain = offered(**LARGE, credit_users__homophily=0.0, credit_users__women_diligence=0.0, credit_users__number_slope=0.0)
    d = plain.credit_users.diligence.astype(float)
    assert abs(np.corrcoef(d[source], d[target])[0, 1]) < CLOSE / np.sqrt(len(source))
    assert abs(d.mean()) < CLOSE / np.sqrt(n) and abs(d.std() - 1) < CLOSE / np.sqrt(2 * n)


# --- guarantee --------------------------------------------------------------------------------------------------------

LATE = {"credit_users__forget_prob": .5, "credit_users__catch_up_rate": .01, "credit_payment__guarantee_after_days": 5}


def test_the_company_pays_the_bank_for_late_users_and_is_owed_instead():
    market = offered(after=59, **LATE)
    called = flows(market, Purpose.GUARANTEE_CALL)
    assert called["bank 0"] == -called["guarantor 0"] > 0
    users = market.credit_users
    assert market.guarantors.claims[0] == users.called.sum() > 0
    assert market.credit_payment.bank_claims.sum() == market.credit_payment.bank_claims[0] == users.balance.sum()
    assert not users.line[users.called > 0].any(), "its line is closed"


def test_what_nobody_repays_is_the_companys_loss_not_the_banks():
    market = offered(after=60, **LATE, credit_payment__write_off_days=10)
    claims = dict(zip(market.ledger.entities, market.ledger.claims_total[Purpose.WRITE_OFF]))
    assert claims["guarantor 0"] < 0 == claims["bank 0"]
    assert market.credit_users.is_barred.any()
    assert not market.credit_users.room(np.flatnonzero(market.credit_users.is_barred)).any()


def test_without_cash_in_the_company_the_bank_bears_the_loss():
    market = offered(after=60, **LATE, credit_payment__write_off_days=10, guarantee__capital_cny=1e5, guarantee__most_leverage=1e6,
                     credit_payment__guarantee_part=0.0)
    claims = dict(zip(market.ledger.entities, market.ledger.claims_total[Purpose.WRITE_OFF]))
    assert claims["bank 0"] < 0 and market.guarantors.cash[0] >= 0


def test_on_its_own_book_the_company_lends_and_loses_and_the_bank_lends_only_to_it():
    market = offered(after=60, **LATE, credit_payment__model="own_book", credit_payment__write_off_days=10)
    assert not market.credit_payment.bank_claims.any() and not market.credit_users.called.any()
    assert market.guarantors.claims[0] == market.credit_users.balance.sum() > 0
    assert market.ledger.claims_total[Purpose.WRITE_OFF, market.ledger.entities.index("guarantor 0")] < 0


def test_the_companys_capital_comes_from_the_platform():
    with_it, without = offered(), small_market()
    capital = int(with_it.guarantors.cash[0])
    assert capital == fen(300e6 / 4000)
    assert without.platforms.own_funds[0] - with_it.platforms.own_funds[0] == capital


# --- shocks -----------------------------------------------------------------------------------------------------------


def test_a_loss_of_income_makes_users_late():
    crisis = {"kind": "income", "size": 1.0, "start": datetime.date(2012, 1, 20), "end": datetime.date(2012, 12, 31)}
    calm, hit = (offered(after=110, days=110, **LARGE, shocks=shocks, credit_users__credit_preference=1.0) for shocks in ([], [crisis]))
    late = [((m.credit_users.due_on >= 0) & (m.credit_users.due_on < m.day)).sum() for m in (calm, hit)]
    assert late[1] > 2 * late[0]


@pytest.mark.parametrize("model", ["guarantee", "own_book"])
def test_when_the_bank_leaves_nothing_new_is_bought_on_its_money(model):
    leaves = {"kind": "funding_withdrawal", "start": datetime.date(2012, 2, 15), "end": datetime.date(2012, 12, 31)}
    capital = {"guarantee__capital_cny": 2e6} if model == "own_book" else {}
    daily = CopyOfEachDay(lambda m: (m.credit_payment.lent_today, int(m.guarantors.borrowed[0])))
    offered(observers=[daily], shocks=[leaves], credit_payment__model=model, **capital).run_days(60)
    lent, borrowed = np.array(daily.days).T
    assert lent[:45].sum() > 0
    if model == "guarantee":
        assert lent[45:].sum() == 0
    else:
        assert borrowed[44] > 0 and (np.diff(borrowed[45:]) <= 1_000).all(), "only interest is added"
