"""The contract of products: an issuer, a licence before which nobody has it, money that is there, returns paid to the fen."""

import datetime

import numpy as np
import pytest

from agents import saver
from agents.products import PRODUCTS
from agents.products.product import Product, ProductSettings
from sim.core.errors import UserError
from sim.core.ledger import Purpose
from sim.shocks import SHOCKS
from tests.worlds import CopyOfEachDay, contested_market, differences, saving_market

LICENCE = datetime.date(2012, 1, 11)
EAGER = {"adopt_alone": 30.0, "adopt_social": 60.0, "trust_needed": .5}
MONEY = [kind for kind in PRODUCTS if PRODUCTS[kind].holds_money]


def product(kind, **settings):
    return {"kind": kind, "licensed_on": LICENCE, **EAGER, **settings}


def market_with(kind, *, after=50, world=None, **settings):
    return saving_market(after=after, products=[product(kind, **settings)], **(world or {}))


def test_every_kind_of_the_sources_is_there():
    assert set(PRODUCTS) == {"wallet", "money_market_fund", "p2p_notes", "insurance", "stock_account", "digital_currency", "advice"}


@pytest.mark.parametrize("kind", PRODUCTS)
def test_a_product_has_a_kind_settings_and_a_licence(kind):
    entry = PRODUCTS[kind]
    assert issubclass(entry, Product) and issubclass(entry.Settings, ProductSettings) and entry.kind == kind and entry.__doc__
    assert entry.Settings.model_fields["licensed_on"].is_required()


@pytest.mark.parametrize("kind", PRODUCTS)
def test_nobody_has_a_product_before_its_licence_and_some_do_soon_after(kind):
    joined = CopyOfEachDay(lambda m: int((m.holdings.joined_on >= 0).sum()))
    market_with(kind, world={"observers": [joined]})
    first = (LICENCE - datetime.date(2012, 1, 1)).days
    assert joined.days[:first] == [0] * first and joined.days[-1] > 20


@pytest.mark.parametrize("kind", PRODUCTS)
def test_before_its_licence_a_product_moves_nobody(kind):
    later = {"licensed_on": datetime.date(2013, 1, 1)}
    paths = differences(contested_market(after=40), contested_market(after=40, products=[product(kind, **later)]))
    books = [path for path in paths if not path.startswith(("holdings.", "savers.", "savings."))]
    assert all(path.startswith("ledger.") for path in books), books  # the issuer has a column of its own in the matrices


@pytest.mark.parametrize("kind", PRODUCTS)
def test_a_product_that_is_a_rivals_is_for_the_rivals_users(kind):
    market = market_with(kind, platform=1, world={"standing__rival__users_share": .4})
    at_rival = market.customers.stage[market.customers.of(1)]
    joined = market.holdings.members(0)
    assert len(joined) > 10 and (at_rival[joined] >= 4).mean() > .9


@pytest.mark.parametrize("kind", PRODUCTS)
def test_books_balance_every_day_and_holders_are_owed_what_they_hold(kind):
    seen = CopyOfEachDay(lambda m: (m.ledger.residual(), int(m.savings.owed[0] - m.holdings.held.sum()), int(m.savings.cash[0]),
                                    int(m.savings.owed[0]), int(m.holdings.held.min(initial=0))))
    market_with(kind, world={"observers": [seen]})
    for residual, gap, cash, owed, least in seen.days:
        assert residual == gap == 0 and cash >= owed >= 0 and least >= 0


@pytest.mark.parametrize("kind", MONEY)
def test_a_holder_put_in_at_least_the_minimum(kind):
    market = market_with(kind, minimum_cny=2000.0, world={"observers": [lambda m: first_amounts(m, kind)]})
    assert market.savings.owed[0] > 0


def first_amounts(m, kind):
    fresh = m.holdings.joined_on == m.day
    held = m.holdings.held[fresh]
    assert ((held == 0) | (held >= .5 * 200_000)).all()  # a bad day may take half of it


@pytest.mark.parametrize("kind", MONEY)
def test_money_asked_for_waits_for_its_notice(kind):
    """Everybody wants out on one day, when a breach takes all trust; nothing is paid before the notice is over."""
    paid = CopyOfEachDay(lambda m: int(m.savings.redeemed_today[0]))
    breach = {"kind": "breach", "start": datetime.date(2012, 2, 1), "share_hit": 1.0, "bad_experiences": 1000.0}
    world = {"standing__focal__security": 0.0, "shocks": [breach], "observers": [paid], "savers__speed": 1.0, "days": 80,
             "savers__purse_share": 0.0, "savers__price_of_risk": 0.0}
    market = market_with(kind, after=75, notice_days=20, liquid_share=1.0, world=world)
    struck = (datetime.date(2012, 2, 1) - datetime.date(2012, 1, 1)).days
    assert len(market.holdings.members(0)) < 10  # who came to the platform later knows nothing of it
    assert max(paid.days[struck + 20:], default=0) > 0
    assert sum(paid.days[struck + 20:]) > 2 * sum(paid.days[struck:struck + 20])


@pytest.mark.parametrize("kind", MONEY)
def test_a_run_is_paid_in_equal_parts_and_overdraws_nobody(kind):
    """A breach that takes all trust: everybody asks for everything, a tenth of the assets can be paid out on a day."""
    seen = CopyOfEachDay(lambda m: (int(m.savings.owed[0]), int(m.savings.redeemed_today[0]), int(m.savings.cash[0] - m.savings.owed[0]),
                                    m.ledger.residual()))
    breach = {"kind": "breach", "start": datetime.date(2012, 2, 1), "share_hit": 1.0, "bad_experiences": 1000.0}
    world = {"standing__focal__security": 0.0, "shocks": [breach], "observers": [seen], "savers__speed": 1.0}
    market = market_with(kind, after=60, notice_days=0, liquid_share=.1, world=world)
    struck = (datetime.date(2012, 2, 1) - datetime.date(2012, 1, 1)).days
    if kind == "p2p_notes":  # their notice is that of the term: nobody has been paid yet
        assert seen.days[-1][0] > 0 and seen.days[-1][1] == 0
        return
    for (owed, *_), (_, paid, surplus, residual) in zip(seen.days[struck - 1:], seen.days[struck:]):
        assert paid <= .1 * owed * 1.5 + 1 and surplus >= 0 and residual == 0
    assert seen.days[-1][0] < .2 * seen.days[struck - 1][0] and len(market.holdings.members(0)) < 10


def test_a_yield_is_paid_to_the_fen_and_its_fee_to_the_platform():
    owed, returned = [], []
    look = CopyOfEachDay(lambda m: (returned.append(int(m.savings.returned_today[0])), owed.append(int(m.savings.owed[0]))))
    market = market_with("money_market_fund", after=60, yields=(.06,), fee_apr=.01, world={"observers": [look]})
    exact = sum((now - today) * .06 / 365 for now, today in zip(owed, returned))  # on what was held before the return
    assert sum(returned) == pytest.approx(exact, abs=len(market.holdings.members(0)) + 60)
    assert sum(returned) + market.holdings.carry.sum() == pytest.approx(exact, abs=1e-3)
    fee = market.ledger.money_total[Purpose.PRODUCT_FEE, market.ledger.entities.index("platform 0")]
    assert fee == pytest.approx(sum(now - 0 for now in owed) * .01 / 365, rel=.001) and fee > 0


def test_a_yield_follows_its_dates_and_a_shock_takes_points_off():
    dates = [datetime.date(2012, 1, 11), datetime.date(2012, 1, 21)]
    shock = {"kind": "fund_yield_falls", "points": 1.0, "start": datetime.date(2012, 1, 21), "end": datetime.date(2012, 1, 22)}
    seen = CopyOfEachDay(lambda m: round(m.products[0].expected_apr(m), 6))
    market_with("money_market_fund", after=25, yield_dates=dates, yields=[.04, .06], world={"observers": [seen], "shocks": [shock]})
    assert seen.days[10] == .04 and seen.days[15] == .05 and seen.days[20:23] == [.05, .05, .06] and "fund_yield_falls" in SHOCKS


@pytest.mark.parametrize("settings, words", [
    ({"yields": [.04, .05], "yield_dates": [LICENCE]}, "must be one for each"),
    ({"yields": []}, "one number or more"), ({"yields": [-.01]}, "at least 0 and below 1"),
    ({"yields": [.04, .05], "yield_dates": [LICENCE, LICENCE]}, "must rise"),
    ({"platform": 9}, "there are 3 platforms"), ({"notice_days": -1}, "notice_days")])
def test_a_product_that_cannot_be_is_refused_in_one_line(settings, words):
    with pytest.raises(UserError, match=words):
        market_with("money_market_fund", after=0, **settings)


def test_products_need_customers():
    with pytest.raises(UserError, match="a money_market_fund acts where platforms compete"):
        saving_market(customers__is_contested=False)


INSIDE = {"start": datetime.date(2012, 1, 20), "end": datetime.date(2012, 1, 25), "product": 0}


@pytest.mark.parametrize("kind, world, words", [
    ("wallet", {"tactics": [{"kind": "rate_boost", **INSIDE}]}, "that is wallet; a rate_boost needs a product that holds money"),
    ("p2p_notes", {"shocks": [{"kind": "fund_yield_falls", **INSIDE}]}, "that is p2p_notes; a fund_yield_falls needs a money_market_fund")])
def test_what_acts_on_a_yield_needs_one(kind, world, words):
    with pytest.raises(UserError, match=words):
        market_with(kind, after=0, world=world)


def test_two_products_of_one_name_are_refused():
    with pytest.raises(UserError, match="products.wallet: 2 products have this name"):
        saving_market(products=[product("wallet"), product("wallet")])


def test_a_platform_that_closed_earns_no_fee_and_pays_no_boost():
    world = {"tactics": [{"kind": "rate_boost", "budget_cny": 1e9, **INSIDE, "end": datetime.date(2012, 3, 1)}]}
    market = market_with("money_market_fund", after=30, world=world)
    assert market.savings.boosted_today[0] > 0 and market.ledger.money_today[Purpose.PRODUCT_FEE].any()
    market.platforms.is_open[0] = False
    market.run_days(1)
    assert market.savings.boosted_today[0] == 0 and not market.ledger.money_today[Purpose.PRODUCT_FEE].any()


def test_who_gives_up_while_she_waits_for_a_part_waits_anew_for_all():
    market = market_with("stock_account", notice_days=20, after=40)
    holder = market.holdings.members(0)[0]
    market.holdings.requested[holder], market.holdings.due_on[holder] = 1, market.day + 1
    saver._give_up(market, 0, np.array([holder]))
    assert market.holdings.requested[holder] == saver.ALL and market.holdings.due_on[holder] == market.day + 20


# --- each kind does what it is for ------------------------------------------------------------------------------------


def test_a_wallet_draws_payments_on_phones_and_none_at_desks():
    world = {"standing__focal__mobile_friction": 1.5, "standing__rival__users_share": .8, "standing__focal__users_share": .8}
    uses = {}
    for ease in (0.0, 3.0):
        paid = []
        market = market_with("wallet", ease=ease, uses_a_month=0.0, retention=0.0,
                             world={**world, "observers": [lambda m, paid=paid: paid.append(on_phones(m))]})
        uses[ease] = np.sum(paid[25:], axis=0)
        assert (market.consumers.is_mobile[market.holdings.members(0)]).all()
    assert uses[3.0][1] > 1.2 * uses[0.0][1] and abs(uses[3.0][0] / uses[0.0][0] - 1) < .1


def on_phones(m):
    mobile = m.consumers.is_mobile[m.goods.buyers_today]
    return (~mobile).sum(), mobile.sum()


def test_bills_and_transfers_keep_wallet_users_awake():
    world = {"loyalty__dormant_days": 20, "consumers__purchases_a_year": 4.0}
    busy, idle = (market_with("wallet", uses_a_month=uses, retention=0.0, world=world) for uses in (15.0, 0.0))
    both = np.intersect1d(busy.holdings.members(0), idle.holdings.members(0))
    asleep = [(market.customers.stage[:2000][both] == 7).mean() for market in (busy, idle)]
    assert asleep[0] < .5 * asleep[1]


def test_an_insurer_pays_claims_out_of_premiums_and_reserve_only():
    poor = market_with("insurance", claims_a_year=12.0, reserve_cny=4e7, premium_cny=1.0)
    insurer = poor.ledger.entities.index("product 0")
    premiums, claims = (poor.ledger.money_total[purpose, insurer] for purpose in (Purpose.PREMIUM, Purpose.CLAIM))
    assert premiums > 0 > claims and poor.savings.cash[0] >= 0
    rich = market_with("insurance", claims_a_year=12.0, reserve_cny=1e9, premium_cny=1.0)
    assert rich.ledger.money_total[Purpose.CLAIM].min() < claims


def test_automation_trades_more_and_takes_up_sooner():
    plain, automated = (market_with("stock_account", is_automated=each, adopt_alone=.5, adopt_social=.5) for each in (False, True))
    assert automated.products[0].settings.fee_apr == pytest.approx(3 * plain.products[0].settings.fee_apr)
    assert len(automated.holdings.members(0)) > 1.2 * len(plain.holdings.members(0))


def test_prices_move_holders_of_shares_and_digital_currency_alike():
    for kind in ("stock_account", "digital_currency"):
        returns = CopyOfEachDay(lambda m: int(m.savings.returned_today[0]))
        market_with(kind, world={"observers": [returns], "savers__price_of_risk": 0.0})
        assert min(returns.days) < 0 < max(returns.days)


@pytest.mark.parametrize("term", ["short", "medium", "long", "student", "start_up"])
def test_notes_of_every_term_have_a_notice_and_lose_in_bad_months(term):
    returns = CopyOfEachDay(lambda m: int(m.savings.returned_today[0]))
    market = market_with("p2p_notes", term=term, after=400, losses=.9, world={"observers": [returns], "days": 400})
    assert market.products[0].settings.notice_days >= 60 and min(returns.days) < 0


def test_advice_raises_the_take_up_of_other_products_and_pleases():
    fund = product("money_market_fund", adopt_alone=.5, adopt_social=0.0)
    advised, alone = (saving_market(after=50, products=[fund, product("advice", adopt_alone=60.0, lift=lift, pleased_a_month=pleased)])
                      for lift, pleased in ((4.0, .9), (0.0, 0.0)))
    assert len(advised.holdings.members(0)) > 1.5 * len(alone.holdings.members(0))
    with_advice = np.intersect1d(advised.holdings.members(1), alone.holdings.members(1))
    assert advised.customers.satisfaction[with_advice].mean() > alone.customers.satisfaction[with_advice].mean() + .01
