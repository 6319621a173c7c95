"""Promotions: who comes for them, who is paid, what they move in time, and what rings make of them."""

import datetime

import numpy as np
import pytest

from agents.abuse_ring import break_even_cny, expected_gain
from agents.customer import CHURNED, VERIFIED
from agents.deal_seeker import pull_of
from results.promotions import promotion_table
from sim.core.views import ABUSED, ANYWAY, WON
from tests.worlds import CopyOfEachDay, contested_market, differences, small_market

FIRST, LAST = datetime.date(2012, 1, 5), datetime.date(2012, 1, 30)
WINDOW = {"start": FIRST, "end": LAST, "budget_cny": 1e10}
EAGER = {"customers__conversion": .3, "customers__need_a_year": 30.0, "consumers__purchases_a_year": 150.0}


def offer(kind, **settings):
    return {"kind": kind, **WINDOW, **settings}


MANY = {"abuse__first_accounts": 4e4, "abuse__most_accounts": 1e7}  # rings of which a world of 2 000 sees some


def lived(*tactics, after=60, **world):
    return contested_market(after=after, tactics=list(tactics), **EAGER, **world)


@pytest.fixture(scope="module")
def plain():
    return lived()


@pytest.fixture(scope="module")
def bonus():
    return lived(offer("sign_up_bonus", bonus_cny=60.0), **MANY)


# --- welcomes ---------------------------------------------------------------------------------------------------------


def test_a_bonus_brings_newcomers_and_most_of_it_goes_to_who_would_have_come(plain, bonus):
    new = [(market.customers.registered_on[: len(market.consumers)] > 0).sum() for market in (plain, bonus)]
    assert new[1] > 1.1 * new[0] and not plain.customers.for_deal.any()
    came_for_it = bonus.customers.for_deal[: len(bonus.consumers)].sum()
    assert abs(came_for_it - (new[1] - new[0])) < .35 * came_for_it  # the draw says what a second world says
    paid = bonus.promotions.accounts[0].paid
    assert 0 < paid[WON] < paid[ANYWAY] + paid[ABUSED]


def test_a_bonus_that_vests_is_paid_after_the_days_and_payments_it_asks_for(plain):
    days = CopyOfEachDay(lambda m: (m.promotions.accounts[0].n_redeemed if m.promotions.accounts else 0))
    market = contested_market(tactics=[offer("sign_up_bonus", bonus_cny=60.0, vest_days=20, vest_payments=2)], observers=[days], **EAGER)
    market.run_days(60)
    first_day = (FIRST - datetime.date(2012, 1, 1)).days
    assert max(days.days[: first_day + 20]) == 0 < days.days[-1]
    account, c = market.promotions.accounts[0], market.customers
    assert account.n_redeemed < account.n_given and account.spent == account.paid.sum()
    still = np.flatnonzero(account.worth > 0)
    due = (c.n_uses[still] >= 2) & (market.day - 1 - c.registered_on[still] >= 20) & (c.stage[still] >= VERIFIED)
    assert not (due & (c.stage[still] != CHURNED)).any()


def test_a_promise_that_falls_due_later_or_asks_for_payments_draws_less():
    s = small_market().settings.deals
    assert pull_of(s, 50, 0, 0) > pull_of(s, 50, 30, 0) > pull_of(s, 50, 30, 2) > 0
    assert pull_of(s, 1, 0, 0) == pytest.approx(1, rel=.01) and pull_of(s, 1e6, 0, 0) <= s.most_pull_cny


def test_promises_are_kept_and_budgets_not_overdrawn():
    market = lived(offer("sign_up_bonus", bonus_cny=60.0, vest_days=10, budget_cny=4e6))
    account = market.promotions.accounts[0]
    assert account.spent + account.reserved <= account.terms.budget and account.left < 6_000 * 5
    assert account.reserved == account.worth.sum() + sum(batch[2] for batch in market.rings.waiting.get(0, ())) * 6_000


def test_a_first_use_rebate_is_a_part_of_the_first_payment():
    market = lived(offer("first_use_rebate", rebate_share=.1, most_cny=15.0))
    account = market.promotions.accounts[0]
    honest = int(account.paid[WON] + account.paid[ANYWAY])
    assert 0 < honest < account.n_redeemed * 1_500  # some first payments were below 150 CNY


# --- abuse ------------------------------------------------------------------------------------------------------------


def fakes(bonus_cny, **settings):
    return lived(offer("sign_up_bonus", bonus_cny=bonus_cny, **settings), after=35, **MANY).promotions.accounts[0].n_fake


def test_rings_come_once_a_bonus_pays_for_the_account_and_the_risk():
    """M23: attack if and only if bonus x (1 - detection) exceeds what an account costs."""
    market = lived(offer("sign_up_bonus"), after=10)
    pays_from = break_even_cny(market.settings.abuse, market.promotions.accounts[0].terms)
    s = market.settings.abuse
    assert pays_from == pytest.approx(s.account_cost_cny / (.2 * s.cash_share))
    assert fakes(.9 * pays_from) == 0 < fakes(1.5 * pays_from) < fakes(10 * pays_from)


def test_vesting_and_screening_keep_rings_away_longer():
    s = small_market().settings.abuse
    open_terms = lived(offer("sign_up_bonus"), after=10).promotions.accounts[0].terms
    vests = lived(offer("sign_up_bonus", vest_days=30, vest_payments=2), after=10).promotions.accounts[0].terms
    assert break_even_cny(s, vests) > 2 * break_even_cny(s, open_terms)
    assert expected_gain(s, 20.0, vests) < expected_gain(s, 20.0, open_terms)
    assert fakes(8.0) > 0 == fakes(8.0, vest_days=30, vest_payments=2) == fakes(8.0, screening=.95)


def test_money_of_rings_leaves_the_platform_and_brings_no_user(bonus):
    account = bonus.promotions.accounts[0]
    assert account.paid[ABUSED] > 0 and account.paid[ABUSED] % 6_000 == 0
    table = promotion_table(bonus, ["organic", "referral", "bonus"])
    assert table["leak"][0] == pytest.approx(account.paid[ABUSED] / account.paid.sum())
    assert table["spent"][0] == pytest.approx(table[["won", "anyway", "abused"]].sum(axis=1)[0])


def test_a_sharper_check_hurts_more_honest_newcomers():
    soft, sharp = (lived(offer("sign_up_bonus", screening=screening), after=40) for screening in (.5, .99))
    assert soft.promotions.accounts[0].n_false_alarms < sharp.promotions.accounts[0].n_false_alarms
    assert sharp.settings.abuse.false_alarm_rate(0.0) == 0


# --- coupons, points, personal offers ---------------------------------------------------------------------------------


def test_coupons_bring_trips_now_and_fewer_later(plain):
    """Pull-forward and the dip after a promotion."""
    bought = [CopyOfEachDay(lambda m: m.goods.n_purchases_today) for _ in range(2)]
    for observer, tactics in zip(bought, ([], [offer("coupon", value_cny=60.0, end=FIRST, expiry_days=15)])):
        market = contested_market(tactics=tactics, observers=[observer], days=90, deals__pulled_share=1.0, deals__ahead_days=15.0,
                                  consumers__purchases_a_year=150.0)
        market.run_days(60)
    without, with_coupons = (np.array(each.days) for each in bought)
    start = (FIRST - datetime.date(2012, 1, 1)).days
    assert with_coupons[start: start + 15].sum() > 1.05 * without[start: start + 15].sum()
    assert with_coupons[start + 17: start + 50].sum() < without[start + 17: start + 50].sum()


def test_a_coupon_is_good_once_for_a_payment_that_is_large_enough_and_not_for_ever():
    market = lived(offer("coupon", value_cny=30.0, least_basket_cny=200.0, end=FIRST, expiry_days=10))
    account = market.promotions.accounts[0]
    assert 0 < account.n_redeemed < account.n_given and account.spent <= account.n_redeemed * 3_000
    assert account.n_expired == account.n_given - account.n_redeemed and not account.worth.any()


def test_points_are_paid_when_there_are_enough_and_gone_when_the_customer_is():
    market = lived(offer("loyalty", points_share=.05, threshold_cny=40.0, end=datetime.date(2012, 2, 29)))
    account, mine = market.promotions.accounts[0], market.customers.of(0)
    left = (market.customers.stage[mine] == CHURNED) & (market.customers.since[mine] < market.day - 1)
    assert account.n_redeemed > 0 and account.spent >= account.n_redeemed * 4_000
    assert (account.worth < 4_000 + .05 * 1e7).all() and left.any() and not account.worth[left].any()
    assert account.reserved == account.worth.sum()


def test_personal_offers_go_to_who_is_late_and_cost_trust(plain):
    market = lived(offer("personal_offer"), after=40)
    account = market.promotions.accounts[0]
    assert 0 < account.n_given < len(market.consumers) / 4
    assert market.customers.trust_bad.sum() > lived(after=40).customers.trust_bad.sum()


def test_red_packets_travel_and_bring_who_is_new(plain):
    market = lived(offer("red_packet", packets_a_day=.1))
    account = market.promotions.accounts[0]
    referred = (market.customers.programme[: len(market.consumers)] == 0) & (market.customers.depth[: len(market.consumers)] > 0)
    assert account.n_redeemed > 50 and referred.sum() > 10 and market.customers.depth.max() > 1
    silent = lived(offer("red_packet", packets_a_day=.1, pass_on=0.0))
    assert silent.promotions.accounts[0].n_redeemed < account.n_redeemed


def test_rivals_promote_too():
    market = lived(offer("coupon", platform=1, value_cny=50.0, every_days=10), offer("sign_up_bonus", platform=1, name="b"))
    own = market.platforms.own_funds
    assert market.promotions.accounts[0].n_redeemed > 0 and market.promotions.accounts[1].n_redeemed > 0
    assert own[1] < lived().platforms.own_funds[1]


# --- free-interest days -----------------------------------------------------------------------------------------------


def test_free_days_give_back_the_interest_of_the_first_days_of_new_loans():
    market = small_market(after=30, tactics=[{"kind": "free_interest", **WINDOW, "free_days": 3}])
    spent = market.credit.free_interest[0]
    interest = -market.ledger.claims_total  # all that accrued; the free part is below it
    assert 0 < spent < np.abs(interest).sum()
    dearer = small_market(after=30, tactics=[{"kind": "free_interest", **WINDOW, "free_days": 10}])
    assert dearer.credit.free_interest[0] > spent


def test_without_competition_for_customers_nothing_of_it_exists(plain):
    market = small_market(after=5)
    assert len(market.promotions.keenness) == 0 and len(market.promotions.ahead) == 0
    assert differences(plain, lived()) == []


# --- what fresh eyes found --------------------------------------------------------------------------------------------


def test_a_welcome_of_the_first_day_is_for_who_registers_then():
    market = lived({**offer("sign_up_bonus"), "start": datetime.date(2012, 1, 1)}, after=1)
    assert 0 < market.promotions.accounts[0].n_given <= len(market.promotions.newcomers_today) < 50  # not the 600 users of the start


def test_a_coupon_that_could_not_be_paid_draws_nobody():
    poor = lived(offer("coupon", value_cny=60.0, budget_cny=2e5), after=30)  # 50 CNY of this world
    assert poor.promotions.accounts[0].n_redeemed == 0 and not poor.promotions.is_extra.any() and len(poor.promotions.ahead) == 0


def test_two_coupons_never_pay_more_than_was_paid():
    big = {"value_cny": 3000.0, "least_basket_cny": 0.0, "end": FIRST}
    market = lived(offer("coupon", **big), offer("coupon", name="b", **big), after=30)
    spent = sum(account.spent for account in market.promotions.accounts.values())
    assert 0 < spent <= sum(account.n_redeemed for account in market.promotions.accounts.values()) * 300_000
    assert market.promotions.accounts[1].n_redeemed < market.promotions.accounts[0].n_redeemed


def test_who_was_offered_something_rests_before_the_next_offer():
    market = lived(offer("personal_offer", rest_days=40), after=40)
    assert market.promotions.accounts[0].n_given <= (market.customers.n_uses[: len(market.consumers)] >= 3).sum()
