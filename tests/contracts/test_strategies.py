"""The contract of strategies: nothing outside their window, one hand a lever, a memory that a checkpoint keeps."""

import datetime

import numpy as np
import pytest

from agents.strategies import STRATEGIES
from agents.strategies.best_response import Demand
from agents.strategies.evaluate_and_adjust import capped
from agents.strategies.strategy import Strategy, StrategySettings
from sim.core.errors import UserError
from tests.worlds import CopyOfEachDay, campaign, contested_market, differences

FIRST, LAST = datetime.date(2012, 1, 1), datetime.date(2012, 3, 1)
ADS = [campaign(start=FIRST, end=LAST, budget_cny=40e6, name=channel, channel=channel, holdout_share=.2)
       for channel in ("portal", "social_video", "search_brand", "broadcast")]
RULES = [{"indicator": "satisfaction", "below": .99, "do": "stop_advertising", "days": 10},
         {"indicator": "trust", "below": .99, "do": "raise_service", "size": 2.0, "days": 10},
         {"indicator": "complaints_waiting", "above": -1.0, "do": "cut_fee", "size": .01, "days": 10}]

# For each kind: settings with which it surely does something in a world of two months, and what it needs in that world.
FULL = {"fixed": {"kind": "fixed"}, "match": {"kind": "match", "lag_days": 5, "floor": -.01},
        "best_response": {"kind": "best_response", "review_days": 7},
        "evaluate_and_adjust": {"kind": "evaluate_and_adjust", "review_days": 14},
        "emergency_plan": {"kind": "emergency_plan", "rules": RULES}}
WORLD = {"standing__rival__fee": .02, "standing__focal__fee": .03, "customers__conversion": .5, "tactics": ADS}
OUTSIDE = {"start": datetime.date(2012, 5, 1), "end": datetime.date(2012, 6, 1)}


def world(*strategies, after=50, **settings):
    return contested_market(after=after, strategies=list(strategies), **{**WORLD, **settings})


def test_every_strategy_says_here_what_it_does_something_with():
    assert FULL.keys() == STRATEGIES.keys()


@pytest.mark.parametrize("kind", STRATEGIES)
def test_a_strategy_has_a_kind_a_lever_and_settings(kind):
    strategy = STRATEGIES[kind]
    assert issubclass(strategy, Strategy) and issubclass(strategy.Settings, StrategySettings) and strategy.kind == kind and strategy.lever
    assert strategy.decide is not Strategy.decide and strategy.__doc__


@pytest.mark.parametrize("kind", STRATEGIES)
def test_outside_its_window_a_strategy_leaves_the_world_as_it_is(kind):
    assert [path for path in differences(world(), world(FULL[kind] | OUTSIDE)) if not path.startswith("strategies.")] == []


def test_a_fixed_plan_is_no_plan_at_all_to_the_bit():
    assert differences(world(), world(FULL["fixed"])) == []


@pytest.mark.parametrize("kind", [kind for kind in STRATEGIES if kind != "fixed"])
def test_inside_it_does_something(kind):
    assert "ledger.money_total" in differences(world(), world(FULL[kind]))


@pytest.mark.parametrize("day", [13, 27])
@pytest.mark.parametrize("kind", STRATEGIES)
def test_a_run_taken_up_in_the_middle_of_a_strategy_is_the_run_that_was_never_interrupted(kind, day, tmp_path):
    undisturbed, first, second = world(FULL[kind]), world(FULL[kind], after=day), world(FULL[kind], after=0)
    first.save(tmp_path / "checkpoint")
    second.resume(tmp_path / "checkpoint")
    second.run_days(50 - day)
    assert differences(undisturbed, second) == []


@pytest.mark.parametrize("kind", STRATEGIES)
def test_the_books_balance_whatever_is_decided(kind):
    residual = CopyOfEachDay(lambda m: m.ledger.residual())
    world(FULL[kind], observers=[residual])
    assert residual.days == [0] * 50


@pytest.mark.parametrize("strategies, says", [
    ([FULL["match"], FULL["best_response"]], "manages its price by match already"),
    ([FULL["match"] | {"rival": 0}], "must be another of the 3 platforms"), ([FULL["fixed"] | {"platform": 7}], "3 platforms"),
    ([{"kind": "emergency_plan", "rules": [{"indicator": "trust", "do": "cut_fee"}]}], "needs a line"),
    ([{"kind": "emergency_plan"}], "needs at least one"), ([FULL["match"] | {"floor": .06}], "above ceiling"),
    ([FULL["best_response"] | {"floor": .04, "ceiling": .01}], "above ceiling"),
    ([{"kind": "matsh"}], "did you mean")])
def test_a_strategy_that_cannot_be_is_said_in_one_line(strategies, says):
    with pytest.raises(UserError, match=says) as refusal:
        world(*strategies, after=0)
    assert len(refusal.value.lines) == 1


def test_where_nobody_competes_there_is_nothing_to_manage():
    with pytest.raises(UserError, match="is_contested = true"):
        world(FULL["fixed"], customers__is_contested=False, tactics=[], after=0)


# --- matching ---------------------------------------------------------------------------------------------------------


def test_matching_follows_a_rival_with_its_lag_and_stops_at_its_floor():
    shown = CopyOfEachDay(lambda m: m.prices.shown.copy())
    cut = {"kind": "price", "platform": 1, "fee": .01, "start": datetime.date(2012, 1, 11), "end": datetime.date(2012, 1, 20)}
    deep = {**cut, "name": "deeper", "fee": -.02, "budget_cny": 1e9, "start": datetime.date(2012, 1, 21), "end": datetime.date(2012, 1, 30)}
    world(FULL["match"], observers=[shown], tactics=[cut, deep])
    own, rival = np.array(shown.days)[:, :2].T
    assert own[:5] == pytest.approx(.03) and own[5:] == pytest.approx(np.maximum(rival[:-5], -.01))
    assert own.min() == pytest.approx(-.01) and rival.min() == pytest.approx(-.02)


def test_two_who_each_ask_more_than_the_other_stop_at_their_ceiling():
    upwards = [{"kind": "match", "name": str(platform), "platform": platform, "rival": 1 - platform, "lag_days": 1, "gap": .01}
               for platform in range(2)]
    market = world(*upwards, after=20, tactics=[])
    assert market.prices.shown[:2] == pytest.approx([.05, .05])


# --- best response ----------------------------------------------------------------------------------------------------

OVERLAP = {f"standing__{who}__{what}": value for who in ("focal", "rival", "others")
           for what, value in (("users_share", .5), ("aware_share", .8), ("fee", .02))}


def fees_of_a_war(**settings):
    shown = CopyOfEachDay(lambda m: m.prices.shown.copy())
    plans = [{"kind": "best_response", "platform": platform, "name": f"p{platform}", "review_days": 7} for platform in range(3)]
    contested_market(consumers__count=5000, merchants__count=40, days=200, after=140, observers=[shown],
                     strategies=plans, **{**OVERLAP, **settings})
    return np.array(shown.days)


def test_a_war_of_prices_among_platforms_whose_customers_compare_ends_below_where_it_began():
    fees = fees_of_a_war(prices__sensitivity=10.0)
    assert (fees[-1] < .014).all() and (fees[-1] > -.02).all()
    assert np.abs(fees[-1] - fees[-30]).max() <= .004, "it has come to rest"


def test_customers_who_hold_one_account_each_are_charged_more():
    alone = {f"standing__{who}__users_share": .12 for who in ("focal", "rival", "others")}
    assert fees_of_a_war(prices__sensitivity=10.0, **alone)[-1].mean() > fees_of_a_war(prices__sensitivity=10.0)[-1].mean() + .002


def test_what_a_platform_believes_of_demand_repeats_the_shares_it_sees():
    accounts = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 1]], bool)
    demand = Demand(accounts, np.array([.1, .3, .1, .05]), inertia=1.0, similarity=.6)
    shares, price = np.array([.08, .2, .01]), 13 * np.log1p(np.array([.01, .02, .0]))
    demand.fit(shares, price)
    paid, each = demand.payments(0, price, 10)
    assert paid / 10 == pytest.approx(.08, rel=.01) and each == pytest.approx(paid / .25)


def test_who_looks_one_day_ahead_still_looks_at_a_payment():
    market = world(FULL["best_response"] | {"horizon_days": 1}, after=8, tactics=[])
    fees, profit = market.strategies[0].expected_profit(market)
    assert len(fees) > 3 and (profit > 0).all()


# --- evaluate and adjust ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measured", ["last_touch", "hold_out", "counterfactual"])
def test_money_moves_between_tactics_and_its_sum_stays(measured):
    budgets = CopyOfEachDay(lambda m: [m.media.budget(m, number) for number in range(4)])
    market = world(FULL["evaluate_and_adjust"] | {"measured": measured, "look_days": 10}, observers=[budgets], consumers__count=4000)
    days = np.array(budgets.days)
    assert (days.sum(axis=1) == days[0].sum()).all() and (days[-1] != days[0]).any()
    assert all(market.media.plans[number].spent <= days[-1, number] for number in range(4))


def test_what_last_touch_credits_gets_more_money():
    brand = world(FULL["evaluate_and_adjust"] | {"used_up": 0.0}, consumers__count=6000, customers__visits_alone=20.0)
    assert brand.media.moved[2] > 0 > brand.media.moved[3], "the own name is clicked on, television is not"


def test_a_hold_out_of_searchers_never_shows_them_the_own_name():
    from agents.tactics.media import held_out

    market = world(consumers__count=6000, customers__visits_alone=20.0)
    by_brand = market.customers.source[: len(market.consumers)] == 2 + 2
    assert by_brand.sum() > 30 and not by_brand[held_out(market, 2)].any()


def test_a_twin_lives_the_same_days_without_a_tactic_and_touches_nothing():
    market = world(FULL["evaluate_and_adjust"] | {"measured": "counterfactual", "review_days": 20}, after=20)
    market._eve = market.state()
    twin, usual = market.lived_without((0, 1, 3), 20), market.lived_without((), 20)
    assert twin.day == usual.day == 40 and twin.media.plans[0].spent <= market.media.plans[0].spent + market.media.plans[0].posted
    assert differences(market, world(FULL["evaluate_and_adjust"] | {"measured": "counterfactual", "review_days": 20}, after=20)) == []
    market.strategies = []
    market.run_days(20)
    assert [path for path in differences(usual, market) if not path.startswith("strategies.")] == []


def test_who_found_no_more_to_buy_is_given_no_more_than_it_can_spend():
    found = capped(np.array([50.0, 30.0, 20.0]), np.array([10.0, np.inf, np.inf]))
    assert found == pytest.approx([10, 54, 36])


def test_a_budget_that_may_be_cut_to_nothing_is_no_reason_to_stumble():
    nothing = {**ADS[1], "budget_cny": 0.0}
    market = world(FULL["evaluate_and_adjust"] | {"least_share": 0.0}, tactics=[ADS[0], nothing, *ADS[2:]], consumers__count=4000)
    assert sum(market.media.moved.values()) == 0 and not market.media.moved.get(1), "who was given no budget gets none of the others'"
    assert (capped(np.array([5.0, 0.0]), np.array([1.0, np.inf])) == [1, 0]).all()


def test_a_tactic_that_was_banned_is_not_starved_for_it():
    ban = {"kind": "advertising_rules", "banned": ["social_video"], "start": FIRST, "end": datetime.date(2012, 1, 31)}
    shares = CopyOfEachDay(lambda m: m.media.budget(m, 1))
    least = {"least_share": .1}
    market = world(FULL["evaluate_and_adjust"] | least, shocks=[ban], observers=[shares], consumers__count=4000)
    assert shares.days[15] > .05 * 160e6 * 100 / market.scenario.weight and market.media.plans[1].spent > 0


def test_what_twins_cost_is_the_cost_of_all_their_days():
    strategy = FULL["evaluate_and_adjust"] | {"measured": "counterfactual", "review_days": 20, "look_days": 5}
    market = world(strategy, after=20, consumers__count=4000)
    before = sum(market.media.plans[number].spent for number in range(4))
    market.run_days(1)
    cost = market.strategies[0].cost
    usual = world(after=25, consumers__count=4000)
    assert sum(cost.values()) == sum(usual.media.plans[number].spent for number in range(4)) - before


# --- the emergency plan -----------------------------------------------------------------------------------------------


def test_a_rule_fires_once_and_is_in_force_for_its_days():
    seen = CopyOfEachDay(lambda m: (0 in m.media.silent_today, m.service.staff_factor_today[0], round(m.prices.shown[0], 9)))
    market = world(FULL["emergency_plan"], observers=[seen])
    silent, staff, fee = zip(*seen.days)
    first = market.strategies[0].fired_on
    assert first.keys() == {0, 1, 2} and sum(silent) == staff.count(3.0) == fee.count(.02) == 10
    assert silent[first[0]] and staff[first[1]] == 3.0 and fee[first[2]] == .02


def test_nothing_is_spent_on_advertising_while_it_is_stopped():
    spent = CopyOfEachDay(lambda m: -m.ledger.money_today[31, m.ledger.entities.index("platform 0")])
    world(FULL["emergency_plan"], observers=[spent])
    assert not any(spent.days[2:10]) and spent.days[12] > 0


@pytest.mark.parametrize("order", [1, -1])
def test_an_emergency_cut_stands_beside_another_strategy_of_the_price_in_any_order(order):
    rule = {"indicator": "complaints_waiting", "above": -1.0, "do": "cut_fee", "size": .01, "days": 50}
    plans = [{"kind": "match", "lag_days": 1}, {"kind": "emergency_plan", "rules": [rule]}][::order]
    market = world(*plans, after=10, tactics=[])
    assert market.prices.shown[0] == pytest.approx(.01), "a rival's 2% less one"


def test_an_emergency_cut_ends_where_the_fee_does():
    rule = {"indicator": "complaints_waiting", "above": -1.0, "do": "cut_fee", "size": .3, "days": 50}
    market = world({"kind": "emergency_plan", "rules": [rule]}, after=10, tactics=[])
    assert market.prices.shown[0] == 0 and not market.prices.fees_today[0] and not market.prices.subsidies_today[0]


def test_a_fork_under_another_plan_remembers_nothing_of_the_first(tmp_path):
    world(FULL["emergency_plan"], after=5).save(tmp_path / "checkpoint")
    same, other = world(FULL["emergency_plan"], after=0), world({**FULL["emergency_plan"], "rules": RULES[1:]}, after=0)
    for market in (same, other):
        market.resume(tmp_path / "checkpoint")
    assert same.strategies[0].fired_on and not other.strategies[0].fired_on


def test_registrations_of_thirty_days_are_unknown_before_an_entrant_is_open_so_long():
    rule = {"indicator": "registrations", "below": 1e9, "do": "cut_fee", "size": .01}
    entrant = {"kind": "start_up", "opens": datetime.date(2012, 1, 11)}
    market = world({"kind": "emergency_plan", "platform": 3, "rules": [rule]}, entrants=[entrant], tactics=[])
    assert market.strategies[0].fired_on == {0: 40}
