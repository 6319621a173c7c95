"""How shops borrow, pay back and fail, and how slowly banks lend."""

import math

import numpy as np
import pytest

from agents import merchant
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.markets import credit, loans
from sim.markets.loans import CREDIT, NONE, ORDER, SLOTS
from tests.worlds import PROMOTION_DAY, CopyOfEachDay, differences, promotion, small_market

CLOSE = 4.5  # standard errors; the seeds are fixed


def lent(market) -> int:
    """Fen drawn from the platform's lenders since the start."""
    rows = [i for i, name in enumerate(market.ledger.entities) if name.startswith("lender")]
    return -int(market.ledger.money_total[Purpose.LOAN_DRAWN, rows].sum())


# --- need and price ---------------------------------------------------------------------------------------------------


def test_a_shop_with_more_own_cash_borrows_less():
    poor = small_market(after=59, merchants__own_cash_low=.0, merchants__own_cash_high=.1)
    rich = small_market(after=59, merchants__own_cash_low=.8, merchants__own_cash_high=.9, merchants__trust_in_line=0.0)
    assert 0 < lent(rich) < .7 * lent(poor)


def test_one_owner_who_leaves_more_cash_in_the_shop_borrows_less_than_before():
    base = small_market(after=59)
    borrowers = np.flatnonzero(base.merchants.last_draw_on >= 0)
    thrifty = small_market()
    thrifty.merchants.own_cash_share[borrowers] = 1.5
    thrifty.run_days(59)
    assert lent(thrifty) < .8 * lent(base)


def test_without_the_platforms_lenders_shops_sell_less():
    """Credit buys stock: without it shelves are emptier."""
    tight = {"merchants__own_cash_low": .0, "merchants__own_cash_high": .1, "merchants__trust_in_line": 1.0}
    lost = {}
    for name, extra in (("with", {}), ("without", {"platforms__lender_capital_cny": (0.0, 0.0)})):
        seen = CopyOfEachDay(lambda m: m.goods.lost_to_stock_today)
        small_market(observers=[seen], **tight, **extra).run_days()
        lost[name] = sum(seen.days)
    assert lost["with"] < lost["without"]


def test_interest_is_charged_by_the_day_on_what_is_outstanding():
    """Every open contract that has paid nothing back owes its draw plus one interest for each close since, to the fen."""
    market = small_market(after=40)
    open_now = np.flatnonzero((market.loans.kind != NONE) & (market.loans.due_on > market.day))
    assert len(open_now) > 10
    for row in open_now:
        owed, carry = int(market.loans.principal[row]), 0.0
        for _ in range(market.day - market.loans.drawn_on[row]):
            whole, carry = divmod(owed * market.loans.daily_rate[row] + carry, 1)
            owed += int(whole)
        assert market.loans.outstanding[row] == owed


def test_order_and_credit_loans_cost_what_s07_says():
    market = small_market(after=40)
    open_now = market.loans.kind != NONE
    assert set(market.loans.daily_rate[open_now & (market.loans.kind == ORDER)]) <= {.0005}
    assert set(market.loans.daily_rate[open_now & (market.loans.kind == CREDIT)]) == {.0006}


def test_early_repayment_costs_nothing():
    """A shop that comes into money pays back what it owes today, not a fen more, and its contract is empty."""
    market = small_market(after=40)
    row = int(np.flatnonzero((market.loans.kind == CREDIT) & (market.loans.due_on > market.day + 50))[0])
    shop, owed = row // SLOTS, int(market.loans.outstanding[row])
    market.ledger.open_day()
    market.ledger.pay(market.books.world, 0, market.books.cash, shop, 10 ** 9, purpose=Purpose.OWNER_CAPITAL)
    debts = int(market.loans.outstanding[shop * SLOTS: (shop + 1) * SLOTS].sum())
    cash = int(market.merchants.cash[shop])
    loans.collect(market)
    assert market.loans.kind[row] == NONE and market.loans.outstanding[row] == 0
    assert owed <= cash - market.merchants.cash[shop] <= debts
    assert not market.ledger.money_today[Purpose.INTEREST].any() and not market.ledger.money_today[Purpose.PAYMENT_FEE].any()
    assert market.ledger.residual() == 0


def test_if_early_repayment_is_not_allowed_loans_live_to_maturity_and_cost_more():
    free = small_market(after=59)
    bound = small_market(after=59, loans__may_repay_early=False, loans__credit_maturity_days=30)
    interest = [int(market.ledger.claims_total[Purpose.INTEREST, 3:5].sum()) for market in (free, bound)]
    assert interest[1] / lent(bound) > 2 * interest[0] / lent(free)
    alive = (bound.loans.kind != NONE) & (bound.loans.drawn_on > bound.day - 30)
    drawn = np.concatenate([[0], np.unique(bound.merchants.last_draw_on[bound.merchants.last_draw_on > bound.day - 30])])
    assert alive.sum() >= len(drawn) - 1 > 5, "whoever drew in the last 30 days still owes it"


def test_an_order_loan_is_repaid_when_its_orders_settle():
    """No order loan outlives the last order pledged to it."""
    alive = CopyOfEachDay(lambda m: [(row, int(m.merchants.bundle_due[row // SLOTS][m.merchants.bundle_loan[row // SLOTS] == row % SLOTS]
                                               .max(initial=-1)), m.day) for row in np.flatnonzero(m.loans.kind == ORDER)])
    market = small_market(observers=[alive], distress__trouble_rate=0.0)
    market.run_days()
    waiting = [(last, day) for today in alive.days for _, last, day in today]
    assert len(waiting) > 10 and all(last > day for last, day in waiting)


def test_a_bundle_is_pledged_once_and_only_to_an_open_order_loan():
    market = small_market(after=45)
    shop, slot = np.nonzero(market.merchants.bundle_loan >= 0)
    contract = shop * SLOTS + market.merchants.bundle_loan[shop, slot]
    assert len(shop) > 0 and (market.loans.kind[contract] == ORDER).all()
    assert (market.merchants.bundle_amount[shop, slot] > 0).all()


# --- failure ----------------------------------------------------------------------------------------------------------


def test_shops_get_into_trouble_as_often_as_the_hazard_says_and_the_bad_ones_more():
    market = small_market(consumers__count=3000, merchants__count=3000, distress__trouble_rate=.6, distress__give_up_days=3650.0,
                          distress__recover_days=3650.0, distress__unpaid_days=3650, merchants__quality_drift=0.0)
    s, quality = market.settings.distress, market.merchants.quality.copy()
    hazard = s.trouble_rate / 365 * np.exp(-s.quality_slope * quality - s.quality_slope ** 2 / 2)
    falls = 1 - (1 - np.minimum(hazard, 1)) ** 60
    market.run_days()
    fell = (market.merchants.trouble_since >= 0) | (market.merchants.status == 1)
    assert abs(fell.sum() - falls.sum()) < CLOSE * math.sqrt((falls * (1 - falls)).sum()) + 3  # a few recovered
    assert quality[fell].mean() < quality[~fell].mean() - .3


def test_trouble_shows_before_a_shop_closes():
    """Sales fall and complaints rise: what can be watched; and a third of the shops come back."""
    market = small_market(consumers__count=6000, merchants__count=300, days=200, distress__trouble_rate=2.0, distress__give_up_days=1e3,
                          distress__recover_days=1e3, distress__unpaid_days=3650)
    market.run_days(150)
    shops = market.merchants
    deep = (shops.trouble_since >= 0) & (market.day - shops.trouble_since > 40) & (shops.status == 0)
    well = (shops.trouble_since < 0) & (shops.status == 0)
    assert deep.sum() > 20
    growth = shops.sales_recent / np.maximum(shops.sales_trend, 1)
    assert np.median(growth[deep]) < .7 < np.median(growth[well])
    assert np.median(shops.complaint_share[deep]) > 1.5 * np.median(shops.complaint_share[well])


def test_who_is_in_trouble_recovers_or_gives_up_at_the_stated_rates():
    market = small_market(consumers__count=3000, merchants__count=3000, distress__trouble_rate=0.0, distress__give_up_days=60.0,
                          distress__recover_days=120.0, distress__unpaid_days=3650, distress__insolvent_after_days=3650)
    market.merchants.trouble_since[:] = 0
    market.run_days(30)
    leaves = 1 - (1 - 1 / 60) ** 30 * (1 - 1 / 120) ** 30
    fails = leaves * (1 / 60) / (1 / 60 + (1 - 1 / 60) / 120)
    closed = (market.merchants.status == 1).sum()
    assert abs(closed - 3000 * fails) < CLOSE * math.sqrt(3000 * fails * (1 - fails))
    assert abs(((market.merchants.trouble_since < 0) | (market.merchants.status == 1)).sum() - 3000 * leaves) \
        < CLOSE * math.sqrt(3000 * leaves * (1 - leaves))


# --- strategic default ------------------------------------------------------------------------------------------------


def walkers(**changes):
    """A market full of owners who would walk away, after a year."""
    return small_market(days=150, after=150, merchants__count=300, consumers__count=6000, distress__strategic_share=1.0,
                        distress__temptation_rate=20.0, **changes).merchants.walked_on >= 0


def test_account_clearing_keeps_strategic_owners_honest_and_most_those_who_depend_on_the_platform():
    with_it, without = walkers(), walkers(loans__account_clearing=False, loans__monitoring=False)
    assert without.sum() > 2 * with_it.sum() and without.sum() > 50
    dependence = small_market(after=1, merchants__count=300, consumers__count=6000).merchants.dependence
    spared = without & ~with_it
    assert dependence[spared].mean() > dependence[with_it].mean() if with_it.any() else spared.any()


def test_nobody_walks_away_who_is_honest():
    assert not small_market(days=90, after=90, distress__strategic_share=0.0, distress__temptation_rate=20.0,
                            loans__account_clearing=False).merchants.walked_on.max() >= 0


def test_who_walks_away_takes_the_till_and_loses_the_shop():
    market = small_market(days=150, after=150, merchants__count=300, consumers__count=6000, distress__strategic_share=1.0,
                          distress__temptation_rate=20.0, distress__detection=.05, distress__stigma_cny=0.0)
    walked = market.merchants.walked_on >= 0
    assert walked.sum() > 20 and (market.merchants.status[walked] == 1).all()
    stays = small_market(days=150, after=150, merchants__count=300, consumers__count=6000, distress__strategic_share=1.0,
                         distress__temptation_rate=20.0, loans__account_clearing=False, loans__monitoring=False)
    left = (stays.merchants.walked_on >= 0) & (stays.merchants.walked_on < 100)
    assert (stays.merchants.status[left] == 0).any()
    owed = stays.loans.outstanding.reshape(300, -1).sum(axis=1)[left]
    assert (owed > 0).mean() > .9, "what was walked away from stays unpaid, but for orders pledged to it"


def test_a_closed_shop_refunds_its_escrow_to_its_buyers_and_sells_no_more():
    look = CopyOfEachDay(lambda m: (m.ledger.money_today[Purpose.REFUND].copy(), m.merchants.escrow[m.merchants.status == 1].sum(),
                                    m.merchants.sales_today[(m.merchants.status == 1) & (m.merchants.closed_on < m.day)].sum(),
                                    m.n_closed_today))
    market = small_market(observers=[look], distress__trouble_rate=3.0, distress__give_up_days=3.0)
    market.run_days()
    refunds = np.array([day[0] for day in look.days])
    shoppers, shops, world = (market.ledger.entities.index(name) for name in ("consumers", "merchants", "world"))
    assert sum(day[3] for day in look.days) > 10
    assert all(day[1] == 0 and day[2] == 0 for day in look.days)
    assert refunds[:, shoppers].sum() > 0 and refunds[:, world].sum() < .1 * refunds[:, shoppers].sum()
    assert (refunds.sum(axis=1) == 0).all() and (refunds[:, shops] <= 0).all()


def test_a_closed_shop_gets_no_line_and_draws_nothing():
    closed_on = CopyOfEachDay(lambda m: (m.merchants.closed_on[m.credit.draws[:, 0]], m.day))
    market = small_market(observers=[closed_on], distress__trouble_rate=3.0, distress__give_up_days=3.0)
    market.run_days()
    closed = market.merchants.status == 1
    assert closed.sum() > 10 and not market.merchants.credit_limit[closed].any()
    assert (market.merchants.last_draw_on[closed] <= market.merchants.closed_on[closed]).all()
    assert all(((when == -1) | (when == day)).all() for when, day in closed_on.days), "who fails tonight may have drawn today"


def test_without_failures_hardly_anything_is_lost_and_with_them_something_is():
    short = {"loans__write_off_days": 91, "loans__credit_maturity_days": 60}
    safe = small_market(days=330, after=330, distress__trouble_rate=0.0, **short)
    risky = small_market(days=330, after=330, distress__trouble_rate=2.0, distress__give_up_days=3.0, **short)
    loss = [-int(m.ledger.claims_total[Purpose.WRITE_OFF, 3:5].sum()) for m in (safe, risky)]
    assert loss[1] > 0 and loss[0] < .05 * loss[1]


def test_collectors_bring_in_the_recovery_share_in_time_and_keep_theirs():
    terms = {"loans__recovery_share": .4, "loans__collection_days": 90, "loans__collector_share": .25}
    market = small_market(days=200, merchants__count=3000, consumers__count=3000, distress__trouble_rate=0.0, **terms)
    shops = market.merchants
    shops.pursued[:], shops.pursued_since[:] = 10_000, 0
    market.run_days(91)
    still = shops.pursued > 0
    share = 1 - still.mean()
    assert abs(share - .4) < CLOSE * math.sqrt(.4 * .6 / 3000) + .005
    lenders = [i for i, name in enumerate(market.ledger.entities) if name.startswith("lender")]
    assert int(market.ledger.money_total[Purpose.RECOVERY, lenders].sum()) == 10_000 * int((~still).sum())
    market.run_days(40)
    assert not shops.pursued.any() and (shops.pursued_since == -1).all()


def test_what_is_written_off_is_pursued_to_the_fen():
    market = small_market(days=330, after=330, distress__trouble_rate=2.0, distress__give_up_days=3.0, loans__write_off_days=91,
                          loans__credit_maturity_days=60, loans__recovery_share=0.0)
    lost = -int(market.ledger.claims_total[Purpose.WRITE_OFF, 3:5].sum())
    assert lost == int(market.merchants.pursued.sum()) > 0


# --- banks ------------------------------------------------------------------------------------------------------------


def officers(number: float) -> dict:
    """So many officers, real ones, in every kind of bank together."""
    return {"large_bank__officers": .45 * number, "relationship_bank__officers": .5 * number, "micro_specialist__officers": .05 * number}


def test_officers_decide_no_more_than_they_can_read():
    decided = CopyOfEachDay(lambda m: (m.banks.applications_today.copy(), m.banks.queue.copy()))
    market = small_market(observers=[decided], merchants__bank_application_rate=12.0, merchants__count=300, **officers(400_000.0))
    market.run_days()
    applications = np.array([day[0] for day in decided.days])
    a_day = market.banks.officers * market.banks.cases_a_year / 365
    by_day = np.cumsum(applications, axis=0)
    assert (by_day <= np.arange(1, 61)[:, None] * a_day + 1e-9).all()
    assert applications.sum() > 50
    queue = np.array([day[1] for day in decided.days])
    waiting = np.bincount(market.merchants.term_asked[market.merchants.term_applied_on >= 0], minlength=26)[:24]
    assert (queue >= 0).all() and (queue[-1] == waiting).all() and queue[-1].sum() > 10


def test_more_officers_mean_a_shorter_queue():
    few, many = (small_market(after=59, merchants__bank_application_rate=6.0, **officers(number)) for number in (2e4, 2e6))
    assert many.banks.queue.sum() < few.banks.queue.sum()
    assert many.banks.loans.sum() > few.banks.loans.sum()


def test_a_bank_serves_who_came_first():
    market = small_market(merchants__bank_application_rate=12.0, merchants__count=300, **officers(200_000.0))
    order = {}
    for _ in range(40):
        before, asked = market.merchants.term_applied_on.copy(), market.merchants.term_asked.copy()
        market.step()
        for bank in range(24):
            served = (before >= 0) & (market.merchants.term_applied_on < 0) & (asked == bank) & \
                (market.merchants.status == 0)
            still = (before >= 0) & (market.merchants.term_applied_on == before) & (asked == bank)
            if served.any() and still.any():
                order[bank] = True
                assert before[served].max() <= before[still].min()
    assert len(order) >= 3


def test_bank_loans_are_paid_off_in_equal_instalments():
    market = small_market(days=400, merchants__bank_application_rate=6.0, **officers(1e6), distress__trouble_rate=0.0)
    market.run_days(40)
    lucky = np.flatnonzero(market.merchants.term_loan > 0)
    assert len(lucky) > 3
    due = market.merchants.term_due_on[lucky].copy()
    market.run_days(360)
    repaid = (market.merchants.term_loan[lucky] == 0) | (market.merchants.term_due_on[lucky] > due)
    assert repaid.mean() > .7


def test_deposits_earn_interest_at_the_end_of_the_month_only():
    paid = CopyOfEachDay(lambda m: int(m.ledger.money_today[Purpose.DEPOSIT_INTEREST, 0]))
    small_market(observers=[paid]).run_days(60)
    assert [day for day, amount in enumerate(paid.days) if amount] == [30, 59]


# --- the promotion ----------------------------------------------------------------------------------------------------


def promotion_morning(long_lives=False, **settings):
    """(with the promotion, without it), both on the eve; the shops' loans are long-lived if asked, so early orders pay."""
    world = {"merchants__count": 300, "consumers__count": 8000, "platforms__lender_capital_cny": (1e12, 1e12)}
    pair = small_market(tactics=[promotion(**settings)], **world), small_market(**world)
    for market in pair:
        market.run_days(PROMOTION_DAY)
        if long_lives:
            market.merchants.loan_life[:] = 30.0
    return pair


@pytest.fixture
def after_answer(monkeypatch):
    """What the merchants' table looks like when owners have answered the offer and nothing is settled."""
    seen = []

    def watch(m, settle=credit.settle_draws):
        seen.append({name: column.copy() for name, column in m.merchants.state().items()})
        settle(m)

    monkeypatch.setattr(credit, "settle_draws", watch)
    return seen


@pytest.mark.parametrize("long_lives", [False, True])
def test_an_early_order_must_save_more_than_the_extra_days_cost(long_lives, after_answer):
    """Early iff noticed, a client, and days early < life / 3 at 25% off; nobody else (elasticity 0)."""
    market, _ = promotion_morning(long_lives, attention_share=1.0, rate_elasticity=0.0, pool_cny=1e10)
    review = market.merchants.next_review.copy()
    day, recent = market.day, market.merchants.last_draw_on >= market.day - 365
    after_answer.clear()
    market.step()
    shops = after_answer[0]
    days_early, life = review - day, shops["loan_life"]  # a loan repaid this morning taught its owner
    client = (shops["status"] == 0) & (shops["credit_limit"] > 0) & recent
    worth_it = client & (days_early > 0) & (days_early < life * .25 / .75)
    assert (shops["is_early"] == worth_it).all() and worth_it.sum() >= 2
    assert (days_early[client & ~shops["is_early"]] >= life[client & ~shops["is_early"]] / 3).sum() > 10


def test_without_pull_forward_or_response_nobody_is_early(after_answer):
    market, _ = promotion_morning(True, attention_share=1.0, pulls_forward=False, rate_elasticity=0.0)
    after_answer.clear()
    market.step()
    assert not after_answer[0]["is_early"].any()


def test_who_misses_the_price_keeps_the_old_plan(after_answer):
    """A tiny pool: the early who were refused buy nothing, pay nothing and keep their day, as if nothing had been offered."""
    market, quiet = promotion_morning(True, attention_share=1.0, pool_cny=40e6)
    after_answer.clear()
    market.step(), quiet.step()
    early, drew = after_answer[0]["is_early"], market.merchants.last_draw_on == PROMOTION_DAY
    refused = early & ~drew
    assert refused.sum() > 20 and (early & drew).sum() >= 1
    for name in ("next_review", "inventory", "cash", "typical_order", "order_today", "surplus_today", "last_draw_on"):
        assert (getattr(market.merchants, name)[refused] == getattr(quiet.merchants, name)[refused]).all(), name


def test_who_has_ordered_today_anyway_is_not_early_and_keeps_the_order(after_answer):
    market, quiet = promotion_morning(True, attention_share=1.0, pool_cny=8e6)
    market.step(), quiet.step()
    today = quiet.merchants.reviews_today
    from_own_cash = today & (quiet.merchants.order_today > 0) & (quiet.merchants.need_today == 0)
    assert today.sum() > 5 and not (market.merchants.is_early & today).any()
    assert (market.merchants.order_today[today] == quiet.merchants.order_today[today]).all()
    assert (market.merchants.inventory[from_own_cash] == quiet.merchants.inventory[from_own_cash]).all()


def test_nobody_in_debt_refinances():
    """Promoted money buys stock: at night its borrowers hold less than 100 CNY of it, so no old loan is paid with it."""
    market, quiet = promotion_morning(True, attention_share=1.0, pool_cny=1e10)
    in_debt = market.loans.outstanding.reshape(-1, SLOTS).sum(axis=1) > 0
    market.step(), quiet.step()
    borrower = np.unique(market.credit.promotion_log[0][:, 2])
    assert in_debt[borrower].sum() >= 5
    assert market.merchants.cash[borrower].max() < fen(100)
    old = (market.loans.kind != NONE) & (market.loans.drawn_on < PROMOTION_DAY)
    still = (quiet.loans.kind != NONE) & (quiet.loans.drawn_on < PROMOTION_DAY)
    gone = still & ~old
    assert not gone[np.isin(np.arange(len(gone)) // SLOTS, borrower)].any()


def test_early_money_becomes_stock():
    market, quiet = promotion_morning(True, attention_share=1.0, pool_cny=1e10)
    market.step(), quiet.step()
    early = np.flatnonzero(market.merchants.is_early & (market.merchants.last_draw_on == PROMOTION_DAY))
    more = (market.merchants.inventory - quiet.merchants.inventory)[early]
    drawn = np.zeros(len(market.merchants), np.int64)
    np.add.at(drawn, market.credit.draws[:, 0], market.credit.draws[:, 2])
    assert len(early) > 10 and (more >= drawn[early] - fen(100)).all()
    assert (market.merchants.next_review[early] == quiet.merchants.next_review[early] + market.merchants.review_days[early]).all()


def test_a_promotion_in_a_closed_market_moves_no_shopper_that_day():
    market, quiet = promotion_morning(pool_cny=1e9)
    market.step(), quiet.step()
    assert not [path for path in differences(market, quiet) if path.startswith("consumers.")]


def test_escrow_days_are_the_same_in_goods_and_merchants():
    from sim.markets.goods import ESCROW_DAYS
    assert merchant.RING_DAYS == ESCROW_DAYS


# --- a lender that learns ---------------------------------------------------------------------------------------------

LEARNS = {"credit__policy": "learned_card", "learned_card__outcome_days": 120, "learned_card__sample_every_days": 30,
          "learned_card__learning__least_new_bads": 10, "consumers__count": 12_000, "merchants__count": 600,
          "distress__trouble_rate": 1.5, "days": 330}


@pytest.fixture(scope="module")
def learner():
    return small_market(after=330, **LEARNS)


def test_a_lender_makes_a_card_of_what_it_has_seen_and_ranks_with_it(learner):
    learning = learner.platform_lender.learning
    assert learning.fits and learning.card is not None and all(fit.n_bads >= 10 for fit in learning.fits)
    days = [fit.day for fit in learning.fits]
    assert all(later - sooner >= 30 for sooner, later in zip(days, days[1:]))
    shops = np.flatnonzero(learner.merchants.status == 0)
    p = learner.platform_lender.probability_of_bad(learner.data_sharing.closed_loop(learner, shops))
    ill = learner.merchants.trouble_since[shops] >= 0
    assert p[ill].mean() > 1.5 * p[~ill].mean(), "trouble shows in the data, and the card has learnt it"


def test_a_lender_learns_only_from_loans_it_made(learner):
    seen = learner.platform_lender.learning.experience
    known = seen["outcome"] >= 0
    assert known.sum() > 300 and seen["is_approved"][known].all()
    assert (seen["day"][known] <= learner.day - 120).all(), "goods and bads are told at the same age"


def test_what_was_learnt_survives_a_checkpoint(tmp_path, learner):
    market = small_market(after=250, **LEARNS)
    market.save(tmp_path / "checkpoint")
    resumed = small_market(**LEARNS)
    resumed.resume(tmp_path / "checkpoint")
    resumed.run_days(80)
    assert repr(resumed.platform_lender.learning.fits) == repr(learner.platform_lender.learning.fits)  # nan is not nan
    assert (resumed.merchants.credit_limit == learner.merchants.credit_limit).all()
    assert resumed.ledger.money_total.tobytes() == learner.ledger.money_total.tobytes()


def test_a_learnt_card_approves_on_expected_margin(learner):
    policy = learner.platform_lender
    view = learner.data_sharing.closed_loop(learner, np.arange(600))
    decision, s = policy.decide(view), policy.settings
    loss = policy.probability_of_bad(view) * 365 / s.outcome_days * s.loss_share
    assert not decision.is_approved[loss >= s.income_share].any()
    assert (decision.is_approved[(loss < s.income_share * .99) & policy.expert.may_apply(view)]).all()
