"""Each measure moves when its cause is changed, and only says what it says."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from results.measures import MEASURES, daily_values
from scenarios import load
from sim.core.ledger import Purpose
from sim.core.views import ABUSED, ANYWAY, WON
from sim.markets.credit_payment import PARTNER
from sim.markets.loans import CREDIT, SLOTS
from sim.model import Market
from tests.worlds import FUND, banking_market, campaign

SMALL = {"consumers.count": 1_500, "merchants.count": 60, "days": 60, "weight": 10.0, "credit_payment.is_offered": True}


def small_market(days=5, **overrides):
    market = Market("baseline", seed=3, **{**SMALL, **overrides})
    market.run_days(days)
    return market


def with_change(change, **overrides):
    """Values of all measures before and after `change` is done to the same market."""
    market = small_market(**overrides)
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


def _of_focal(**changes):
    """Set columns of customers of the focal platform."""
    def change(m):
        for name, value in changes.items():
            getattr(m.customers, name)[m.customers.of(0)] = value(m) if callable(value) else value
    return change


def _today(m):
    return m.day


def _of_service(**changes):
    def change(m):
        for name, value in changes.items():
            getattr(m.service, name)[0] = value
    return change


def _talk(name):
    return lambda m: getattr(m.word_of_mouth, name).__setitem__(0, 90)


def _promised(fate):
    return lambda m: m.promotions.accounts[1].paid_today.__setitem__(fate, 12_345)


def _show(name):
    return lambda m: setattr(m.media.plans[0], name, 10**6)


def _paying(m):
    m.used_today = np.arange(8) * len(m.consumers) // 4, np.ones(8, bool)


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


def _pay_there(m):
    m.rival_sales_today = np.arange(8) + len(m.consumers), np.full(8, 10**6)
    m.consumers.is_mobile[:] = np.arange(len(m.consumers)) % 2
    m.goods.buyers_today, m.goods.paid_today = np.arange(5), np.full(5, 10**6)


def _join(product):
    return lambda m: m.holdings.joined_on[m.holdings.of(product)].fill(0)


def _put_in(m):
    m.ledger.owe(m.books.product_debt, 0, m.books.held, 3, 90_000, purpose=Purpose.SUBSCRIPTION)


def _flow(name):
    return lambda m: getattr(m.savings, name).__setitem__(0, 10**7)


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


def _earn(platform):
    return lambda m: m.ledger.pay(m.books.world, 0, m.books.platform_own, platform, 12_345, purpose=Purpose.COMMISSION)


OF_CUSTOMERS = {
    "awareness": _of_focal(stage=0), "considered_share": _of_focal(stage=1), "users": _of_focal(stage=0),
    "visits": lambda m: m.media.n_visits_today.__setitem__(0, 99), "registrations": lambda m: m.media.n_registered_today.__setitem__(0, 99),
    "conversion_rate": lambda m: m.media.recent.__setitem__((1, 3, 0), 500), "new_users": _of_focal(first_use_on=_today),
    "active_share": _of_focal(last_use_on=-90), "dormant_users": _of_focal(stage=7), "churned_customers": _of_focal(stage=8, since=_today),
    "market_share": _paying, "young_share": _column("consumers", "segment", 4), "customer_satisfaction": _of_focal(satisfaction=.1),
    "trust": _of_focal(trust_bad=50), "providers_known": _of_focal(stage=0), "providers_considered": _of_focal(stage=0),
    "ad_spending": _pay("platform_own", "world", Purpose.ADVERTISING), "marketing_spending": _pay("platform_own", "world", Purpose.SURVEY),
    "impressions": _show("impressions_today"), "clicks": _show("clicks_today"), "praise": _talk("n_praise_today"),
    "warnings": _talk("n_warnings_today"), "invitations": _talk("n_invitations_today"),
    "referral_rewards": _pay("platform_own", "deposit", Purpose.REFERRAL_REWARD),
    "hotline_coverage": lambda m: setattr(m, "settings", load("baseline", {**SMALL, "standing.focal.service_hours": 24.0})),
    "complaints": _of_service(n_complaints_today=9), "complaint_wait_days": _of_service(n_answered_today=9, wait_days_today=3.5),
    "promotion_won": _promised(WON), "promotion_anyway": _promised(ANYWAY), "promotion_abused": _promised(ABUSED),
    "fake_accounts": lambda m: m.rings.n_fake_today.__setitem__(0, 7),
    "false_alarms": lambda m: m.promotions.n_false_alarms_today.__setitem__(0, 7),
    "bought_ahead": lambda m: setattr(m.promotions, "ahead", np.ones(len(m.consumers), np.float32)),
    "consumer_fees": _pay("deposit", "platform_own", Purpose.CONSUMER_FEE),
    "consumer_subsidies": _pay("platform_own", "deposit", Purpose.SUBSIDY),
    "own_fee": lambda m: m.prices.fee.__setitem__(0, .02), "rival_fee": lambda m: m.prices.fee.__setitem__(1, .02),
    "price_index": lambda m: m.prices.fee.__setitem__(0, .02), "rival_profit": _earn(1), "other_platforms_profit": _earn(2),
    "entrant_profit": _earn(3), "entrant_sales": lambda m: m.prices.paid_today.__setitem__(3, 999),
    "entrant_share": lambda m: m.prices.paid_today.__setitem__(3, 999),
}
CONTESTED = {"entrants": [{"kind": "start_up", "opens": date(2012, 1, 2)}], "customers.is_contested": True,
             "standing.focal.users_share": .3, "tactics": [campaign(start=date(2012, 1, 1)),
                         {"kind": "sign_up_bonus", "start": date(2012, 1, 1), "end": date(2012, 2, 28), "budget_cny": 1e9}]}
OF_CUSTOMERS |= dict.fromkeys(("payment_share", "mobile_payment_share", "mobile_share_of_payments"), _pay_there)
OF_PRODUCTS = {
    "wallet_users": _join(1), "fund_users": _join(0), "product_holders": _join(0), "fund_balance_per_user": _join(0),
    "fund_assets": _put_in, "product_assets": _put_in, "fund_yield": _set(("savings", "yield_cut_today"), np.array([.01, 0])),
    "subscriptions": _flow("subscribed_today"), "redemptions": _flow("redeemed_today"), "product_returns": _flow("returned_today"),
    "rate_boosts": _flow("boosted_today"),
    "redemptions_waiting": lambda m: (_put_in(m), m.holdings.requested.__setitem__(3, 10**4)),
}
PRODUCTS = {"customers.is_contested": True, "standing.focal.users_share": .6,
            "products": [{**FUND, "licensed_on": date(2012, 1, 1)},
                         {"kind": "wallet", "licensed_on": date(2012, 1, 1), "adopt_alone": 40.0}]}


def _fail(round):
    return lambda m: (m.contagion.failures.__setitem__((m.day, "merchants", round), 3), setattr(m.contagion, "round", 7))


def _lose(layer):
    return lambda m: (setattr(m.contagion, "day", m.day), m.contagion.book(layer, 0, "trade_credit", [0], 10**6))


OF_CONTAGION = {"failed_shops": _fail(0), "contagious_failures": _fail(1), "contagion_rounds": _fail(0),
                "contagion_loss": _lose("consumers"), "contagion_loss_of_shops": _lose("merchants"),
                "contagion_loss_of_lenders": _lose("banks"), "trade_payables": _column("merchants", "payables", 5)}
CHANNELS = {"channels": [{"kind": "trade_credit"}]}


@pytest.mark.parametrize("name", OF_CONTAGION)
def test_a_measure_of_contagion_is_known_and_moves_when_its_cause_is_changed(name):
    before, after = with_change(OF_CONTAGION[name], days=2, **CHANNELS)
    assert np.isfinite(before[name]) and np.isfinite(after[name]) and before[name] != after[name]


@pytest.mark.parametrize("name", OF_CUSTOMERS)
def test_a_measure_of_customers_is_known_and_moves_when_its_cause_is_changed(name):
    before, after = with_change(OF_CUSTOMERS[name], days=32, **CONTESTED)
    assert np.isfinite(before[name]) or name == "complaint_wait_days"
    assert np.isfinite(after[name]) and before[name] != after[name]


@pytest.mark.parametrize("name", OF_PRODUCTS)
def test_a_measure_of_products_is_known_and_moves_when_its_cause_is_changed(name):
    before, after = with_change(OF_PRODUCTS[name], days=32, **PRODUCTS)
    assert np.isfinite(before[name]) and np.isfinite(after[name]) and before[name] != after[name]


SHARING = {"agreements": [{"kind": "full_history", "start": date(2012, 1, 1)}], "open_data.consent": "asked", "offers.most_lenders": 3,
           "joint_loans.loss_share": .3}


def _book(purpose, amount):
    return lambda m: m.ledger.money_today.__setitem__((purpose, m.ledger.entities.index("platform 0")), amount)


def _paid_a_term_loan(m, number=0, age=10):
    m.merchants.term_loan[3], m.merchants.term_paid_on[3], m.merchants.term_lender[3] = 10**6, m.day, number
    m.merchants.opened_on[3] = m.day - age


def _bid(ability):
    def change(m):
        one = {"rate": .1, "shop": 3, "ability": ability, "best_rival": .5, "is_won": True}
        m.offers.bids = replace(m.offers.bids, **{field.name: np.array([one[field.name]] if field.name in one else [0])
                                                  for field in fields(m.offers.bids)})
    return change


OF_SHARING = {
    "data_fees": _set(("open_data", "fees_today"), 10**6), "data_look_ups": _set(("open_data", "look_ups_today"), 10**6),
    "lenders_sharing": lambda m: m.open_data.is_member.__setitem__(slice(None), False),
    "refusing_share": lambda m: m.open_data.refuses.__setitem__(slice(None), True),
    "term_loans": lambda m: m.banks.granted_today.__setitem__(0, 10**4), "term_book": _column("merchants", "term_loan", 10**6),
    "term_written_off": lambda m: m.banks.lost_today.__setitem__(0, 10**6), "term_loan_rate": _paid_a_term_loan,
    "bids_per_applicant": _bid(.3), "less_informed_won": _bid(.3), "thin_file_loans": _paid_a_term_loan,
    "moved_clients": lambda m: m.merchants.moved_on.__setitem__(3, m.day),
    "joint_loan_fees": _book(Purpose.JOINT_FEE, 10**6), "joint_loan_losses": _book(Purpose.JOINT_LOSS, -10**6)}


@pytest.mark.parametrize("name", OF_SHARING)
def test_a_measure_of_shared_data_and_contests_moves_when_its_cause_is_changed(name):
    before, after = with_change(OF_SHARING[name], days=2, **SHARING)
    assert np.isfinite(after[name]) and not before[name] == after[name]


OF_HOUSES = ("bank_capital_ratio", "weakest_bank_ratio", "bank_reserve_share", "security_price", "securities_sold", "interbank_loans",
             "failed_banks", "failed_houses", "consumers_lost", "ran", "withdrawn", "withdrawals_waiting", "rescue_cost_state",
             "rescue_cost_banks", "last_resort_loans")


def test_measures_of_banks_and_runs_are_known_and_say_what_happened():
    start = date(2012, 1, 4)
    seen = []
    market = banking_market(days=12, observers=[lambda m: seen.append(daily_values(m))], after=12, consumers__count=500,
                            merchants__count=30, panic__failure_reach=1.0, panic__failure_news=.2,
                            rescue__insurance_cover_cny=3e3,
                            shocks=[{"kind": "bank_failure", "start": start, "bank": 1, "size": .4}])
    assert not any(np.isnan(day[name]) for day in seen for name in OF_HOUSES)
    first, last = seen[0], seen[-1]
    assert first["failed_banks"] == 0 < last["failed_banks"] == sum(day["failed_houses"] for day in seen)
    assert first["security_price"] == 1 > last["security_price"] and first["interbank_loans"] > last["interbank_loans"]
    assert last["rescue_cost_state"] == market.rescue.total(payer="state") / 100 * 4000 > 0
    for name in ("ran", "withdrawn", "consumers_lost", "securities_sold"):
        assert sum(day[name] for day in seen) > 0, name


def test_customers_are_not_measured_where_nobody_competes_for_them():
    values = daily_values(small_market(days=1))
    assert {name for name in MEASURES if MEASURES[name].is_optional} == {*OF_CUSTOMERS, *OF_PRODUCTS, *OF_CONTAGION, *OF_HOUSES,
                                                                                 *OF_SHARING}
    assert all(np.isnan(values[name]) for name in (*OF_CUSTOMERS, *OF_PRODUCTS, *OF_CONTAGION, *OF_HOUSES, *OF_SHARING))


def test_who_was_a_user_before_the_run_neither_registers_nor_pays_for_the_first_time_in_it():
    values = daily_values(small_market(days=1, **CONTESTED))
    assert values["users"] > 10 * values["registrations"] and values["new_users"] <= values["registrations"]


def test_what_users_do_adds_up_to_how_many_there_are():
    market = small_market(days=0, **CONTESTED, **{"customers.conversion": .5, "loyalty.leave_prob": .05})
    came, gone, returned = 0.0, 0.0, 0
    before = (market.customers.stage[market.customers.of(0)]).copy()
    start = 10.0 * ((before >= 3) & (before != 8)).sum()
    for _ in range(40):
        market.step()
        market.day -= 1  # as an observer sees it
        values = daily_values(market)
        market.day += 1
        stage = market.customers.stage[market.customers.of(0)]
        returned += ((before == 8) & (stage != 8)).sum()
        came, gone, before = came + values["registrations"], gone + values["churned_customers"], stage.copy()
    assert values["users"] == pytest.approx(start + came + 10.0 * returned - gone)
    assert came > 0 and gone > 0


@pytest.mark.parametrize("name", CAUSES)
def test_a_measure_moves_when_its_cause_is_changed(name):
    before, after = with_change(CAUSES[name])
    assert not before[name] == after[name]


def test_every_measure_has_a_cause_that_is_tested():
    assert {*CAUSES, *OF_CUSTOMERS, *OF_PRODUCTS, *OF_CONTAGION, *OF_HOUSES, *OF_SHARING} == set(MEASURES)


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
