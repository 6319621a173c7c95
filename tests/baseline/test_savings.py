"""Savings as sentences about the economy: who takes a fund up, what flows through it, what a boost and a breach do."""

import datetime

import numpy as np
import pytest

from agents import saver
from results.measures import daily_values
from scenarios import load
from sim.core.ledger import Purpose
from sim.markets import savings
from sim.model import Market
from tests.worlds import FUND, CopyOfEachDay, contested_market, differences, saving_market

SMALL = {"consumers.count": 5000, "merchants.count": 40, "weight": 70_000.0}


def fund(**changes):
    return {"products": [{**FUND, "adopt_alone": 4.0, "adopt_social": 8.0, **changes}]}


def test_agent_and_market_mean_the_same_by_all():
    assert saver.ALL == savings.ALL


def test_no_products_no_trace():
    market = contested_market(after=30)
    assert len(market.holdings) == len(market.savers) == market.holdings.nbytes() == 0 and not market.savings.owed.size
    assert not any(name.startswith("product") for name in market.ledger.entities)
    changed = {"savers__speed": 1.0, "savers__one_year_apr": .5, "savers__purse_share": 1.0}
    assert differences(market, contested_market(after=30, **changed)) == []


def test_nobody_takes_up_a_fund_that_pays_what_the_bank_pays():
    assert saving_market(after=50, **fund(yields=[.0035])).savings.owed[0] == 0
    assert len(saving_market(after=50, **fund(yields=[.0035])).holdings.members(0)) == 0


def test_more_take_up_a_fund_the_more_it_pays_and_hold_more():
    low, high = (saving_market(after=50, **fund(yields=[rate])) for rate in (.02, .06))
    assert len(high.holdings.members(0)) > 1.5 * len(low.holdings.members(0))
    both = np.intersect1d(high.holdings.members(0), low.holdings.members(0))
    assert high.holdings.held[both].sum() > 1.5 * low.holdings.held[both].sum()


def test_friends_bring_friends():
    social, alone = (saving_market(after=50, **fund(adopt_alone=1.0, adopt_social=q)) for q in (20.0, 0.0))
    assert len(social.holdings.members(0)) > 1.5 * len(alone.holdings.members(0))


def test_the_take_up_follows_its_formula_where_all_are_alike():
    """Nobody has friends with it, everybody is as keen: a day's takers are p g e of those who may."""
    market = saving_market(consumers__count=20_000, savers__wealth_response=0.0, **fund(adopt_alone=3.65, adopt_social=0.0, yields=[.0525]))
    market.run_days(3)
    may = market.customers.stage[market.customers.of(0)] >= 4
    pleased = market.customers.satisfaction[market.customers.of(0)][may] / .8
    keen = saver._keenness_of_segments(market)[market.consumers.segment[may]] * pleased
    expected = (np.minimum(keen, saver.MOST_KEEN) * 3.65 / 365).sum()
    joined = market.savings.joined_today[0]
    assert abs(joined - expected) < 4.5 * expected ** .5 and expected > 100


def test_money_leaves_deposits_for_the_fund_and_nothing_is_lost_on_the_way():
    with_fund, without = saving_market(after=50, **fund()), contested_market(after=50, standing__focal__users_share=.8)
    assert with_fund.consumers.deposit.sum() < without.consumers.deposit.sum()
    flows = with_fund.ledger.money_total
    issuer, people = (with_fund.ledger.entities.index(name) for name in ("product 0", "consumers"))
    assert flows[Purpose.SUBSCRIPTION, issuer] == -flows[Purpose.SUBSCRIPTION, people] > 0
    returned = flows[Purpose.PRODUCT_RETURN, issuer] + flows[Purpose.PRODUCT_FEE, issuer]
    assert with_fund.savings.owed[0] == flows[Purpose.SUBSCRIPTION, issuer] + flows[Purpose.REDEMPTION, issuer] + returned


def test_savers_live_by_and_by_on_what_others_spend_on_payday():
    """Over whole months they spend on living what everybody spends; by day it is spread out."""
    spent = CopyOfEachDay(lambda m: -int(m.ledger.money_today[Purpose.LIVING_COSTS, 0]))
    market = saving_market(days=120, **fund(licensed_on=datetime.date(2012, 1, 1), adopt_alone=300.0), observers=[spent])
    market.run_days(120)
    holders = market.holdings.members(0)
    assert len(holders) > 1000 and market.savers.to_live[holders].sum() > 0
    base = CopyOfEachDay(lambda m: -int(m.ledger.money_today[Purpose.LIVING_COSTS, 0]))
    contested_market(days=120, standing__focal__users_share=.8, observers=[base]).run_days(120)
    assert sum(spent.days[31:]) == pytest.approx(sum(base.days[31:]), rel=.06)
    assert np.std(spent.days[31:]) < .6 * np.std(base.days[31:])


def test_holders_are_dormant_and_leave_less_often():
    calm = {"loyalty__dormant_days": 15, "loyalty__leave_prob": .05, "consumers__purchases_a_year": 20.0, "days": 100}
    loyal, fickle = (saving_market(after=100, **calm, **fund(retention=keep, uses_a_month=uses)) for keep, uses in ((.9, 8.0), (0.0, 0.0)))
    both = np.intersect1d(loyal.holdings.members(0), fickle.holdings.members(0))
    dormant = [(market.customers.stage[both] == 7).mean() for market in (loyal, fickle)]
    users = [int(((market.customers.stage[:2000] >= 4) & (market.customers.stage[:2000] != 8)).sum()) for market in (loyal, fickle)]
    assert dormant[0] < .6 * dormant[1] and users[0] > users[1] + 20


def test_a_boost_brings_users_and_assets_costs_its_platform_and_stops_with_the_budget():
    boost = {"kind": "rate_boost", "start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 2, 20), "points": 4.0}
    rich, poor, none = (saving_market(after=60, tactics=tactics, **fund(yields=[.03])) for tactics in (
        [{**boost, "budget_cny": 1e9}], [{**boost, "budget_cny": 4e5}], []))
    assert len(rich.holdings.members(0)) > 1.2 * len(none.holdings.members(0))
    assert rich.savings.owed[0] > poor.savings.owed[0] > 0
    platform = rich.ledger.entities.index("platform 0")
    assert rich.ledger.money_total[Purpose.RATE_BOOST, platform] == -rich.savings.spent[0] < 0
    assert 9_900 < poor.savings.spent[0] <= 100 * 100  # 400 000 CNY in a world of weight 4 000
    assert poor.savings.ended == (0,) and rich.savings.ended == ()


def test_who_has_two_purses_pays_for_shopping_out_of_the_first_and_is_one_user():
    """What she shopped for since payday is counted once, however many funds she has."""
    eager = {**FUND, "adopt_alone": 300.0}
    shops = {"savers__purse_share": .6, "consumers__purchases_a_year": 100.0}
    one, two = (saving_market(after=25, **shops, products=[{**eager, "name": f"fund-{number}"} for number in range(n)]) for n in (1, 2))
    both = np.intersect1d(two.holdings.members(0), two.holdings.members(1))
    both = both[(one.consumers.payday[both] == two.consumers.payday[both])]
    assert len(both) > 500 and one.savers.shopped[both].sum() > 0
    assert .8 < two.savers.shopped[both].sum() / one.savers.shopped[both].sum() < 1.2
    users = len(np.union1d(two.holdings.members(0), two.holdings.members(1)))
    assert daily_values(two)["fund_users"] == 4000 * users < 4000 * (len(two.holdings.members(0)) + len(two.holdings.members(1)))


def test_a_boost_is_spending_on_marketing():
    boost = {"kind": "rate_boost", "start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 2, 20), "points": 4.0, "budget_cny": 1e9}
    values = daily_values(saving_market(after=40, tactics=[boost], **fund(yields=[.03])))
    assert values["marketing_spending"] == pytest.approx(values["rate_boosts"]) and values["rate_boosts"] > 0


def test_a_fund_for_all_on_two_threads_and_after_a_rest_is_the_same(tmp_path):
    world = {**fund(), "tactics": [{"kind": "rate_boost", "start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 2, 20),
                                    "budget_cny": 1e7}], "consumers__phone_adoption": .5}
    world["products"] = [*world["products"], {"kind": "wallet", "licensed_on": datetime.date(2012, 1, 5)},
                         {"kind": "stock_account", "licensed_on": datetime.date(2012, 1, 5), "adopt_alone": 5.0, "notice_days": 9}]
    undisturbed = saving_market(**world, after=55)
    for day in (12, 33):
        first, second = saving_market(**world, after=day), saving_market(**world)
        first.save(tmp_path / "checkpoint")
        second.resume(tmp_path / "checkpoint")
        second.run_days(55 - day)
        assert differences(undisturbed, second) == []
    large = {**world, "consumers__count": 140_000, "merchants__count": 300}
    one, two = (saving_market(threads=threads, **large, after=15) for threads in (1, 2))
    assert differences(one, two) == [] and (one.savings.owed > 0).sum() == 2


def test_one_more_consumer_without_income_moves_no_saver():
    few, more = (saving_market(after=45, consumers__isolated=n, **fund()) for n in (0, 1))
    for name, column in few.holdings.state().items():
        assert column.tobytes() == getattr(more.holdings, name).reshape(1, -1)[:, :-1].tobytes(), name
    assert (few.savings.owed == more.savings.owed).all() and few.savers.to_live.tobytes() == more.savers.to_live[:-1].tobytes()


# --- the shipped scenarios --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived():
    found = {}
    for name, days in (("yuebao", 510), ("wallet-breach", 290), ("rate-boost", 510)):
        seen = CopyOfEachDay(lambda m: (int(m.savings.owed[0]), len(m.holdings.members(0)), int(m.savings.redeemed_today[0]),
                                        int(m.savings.left_today[0])))
        Market(load(name, {**SMALL, "days": days}), seed=1, observers=[seen]).run_days()
        found[name] = np.array(seen.days)
    return found


def test_the_fund_of_2013_grows_fast_and_then_hardly_as_its_yield_comes_down(lived):
    owed = lived["yuebao"][:, 0]
    winter, summer = np.log(owed[291] / owed[201]) / 90, np.log(owed[459] / owed[291]) / 168
    assert owed[291] > 1.5 * owed[201] and summer < .5 * winter


def test_a_breach_empties_the_fund_by_the_day_as_far_as_it_is_liquid(lived):
    calm, breached, struck = lived["yuebao"], lived["wallet-breach"], 242
    assert (calm[:struck] == breached[:struck]).all()
    assert breached[struck + 30, 1] < .8 * calm[struck + 30, 1] and breached[struck + 30, 0] < .85 * calm[struck + 30, 0]
    assert breached[struck: struck + 5, 2].max() > 3 * calm[struck - 10: struck, 2].max()


def test_who_gives_the_fund_up_after_a_breach_takes_all_out_that_day_and_the_rest_stay(lived):
    """Nobody waits: less is asked for than three tenths of the assets, which can be paid out on a day."""
    calm, breached, struck = lived["yuebao"], lived["wallet-breach"], 242
    gone, taken = (breached[struck - 1: struck + 5] - calm[struck - 1: struck + 5])[:, [3, 2]].sum(axis=0)
    assert gone > .15 * calm[struck - 1, 1]
    assert .7 < taken / (calm[struck - 1, 0] * gone / calm[struck - 1, 1]) < 1.3  # about what is theirs of the assets
    assert .85 < (breached[struck + 30, 0] / breached[struck + 30, 1]) / (calm[struck + 30, 0] / calm[struck + 30, 1]) < 1.15
    assert breached[struck + 45, 1] > breached[struck + 5, 1]


def test_a_boost_wins_assets_first_and_users_too_and_part_of_both_is_left_after(lived):
    """Two months after its end part of the assets is gone again; those who took the fund up because of it mostly still have it."""
    last = (datetime.date(2014, 8, 31) - datetime.date(2013, 6, 13)).days
    more = lived["rate-boost"][:, :2] - lived["yuebao"][:, :2]
    assets, holders = more[last] / lived["yuebao"][last, :2]
    assert assets > 2 * holders > .1
    left = more[last + 60] / more[last]
    assert .2 < left[0] < .8 and left[1] > .7


def test_a_boost_in_summer_holds_assets_above_what_they_would_be(lived):
    first = (datetime.date(2014, 6, 1) - datetime.date(2013, 6, 13)).days
    assert (lived["rate-boost"][:first] == lived["yuebao"][:first]).all()
    assert lived["rate-boost"][first + 80, 0] > 1.05 * lived["yuebao"][first + 80, 0]
    assert lived["rate-boost"][first + 80, 1] > 1.02 * lived["yuebao"][first + 80, 1]


def test_a_wallet_application_turns_the_incumbents_share_on_phones_round():
    from experiments.product_outcomes import WITHOUT, application
    small = {"consumers.count": 5000, "merchants.count": 50, "weight": 10_000.0}
    with_it, without = application(1, small), application(1, {**small, **WITHOUT})
    assert with_it["mobile_share_gain"] > 15 > 0 > without["mobile_share_gain"]
    assert abs(with_it["payment_share_gain"]) < .3 * with_it["mobile_share_gain"]
