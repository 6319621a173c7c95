"""The market for customers: who comes to know a platform, who considers and uses it, who leaves, and what moves each."""

import datetime

import numpy as np
import pytest

from agents.customer import ACTIVE, AWARE, CHURNED, CONSIDERING, FIRST_USE, REGISTERED, UNAWARE, VERIFIED
from sim.core.errors import UserError
from sim.markets.service import coverage
from tests.worlds import CopyOfEachDay, campaign, contested_market

FIRST, LAST = datetime.date(2012, 1, 1), datetime.date(2012, 2, 29)
ADS = campaign(start=FIRST, end=LAST, budget_cny=40e6)
QUIET = {"word_of_mouth__volume": 0.0, "customers__forget_rate": 0.0}


def focal(market, column):
    return getattr(market.customers, column)[market.customers.of(0)]


@pytest.fixture(scope="module")
def lived():
    """Two months of a contested market in which nobody advertises, and the same with advertising."""
    return contested_market(after=60), contested_market(after=60, tactics=[ADS])


# --- the funnel -------------------------------------------------------------------------------------------------------


def test_every_customer_stands_somewhere_and_got_there_in_order(lived):
    for market in lived:
        c = market.customers
        assert len(c) == 3 * len(market.consumers)
        new = c.registered_on > 0
        used = c.first_use_on > 0
        assert new.sum() > 20 and (c.stage[new] >= REGISTERED).all()
        assert (c.registered_on[used] >= 0).all() and (c.first_use_on[used] >= c.registered_on[used]).all()
        assert (c.last_use_on >= c.first_use_on).all() and ((c.n_uses > 0) <= (c.first_use_on >= 0)).all()
        assert (c.stage[c.stage > VERIFIED] != UNAWARE).all() and (c.since <= 60).all()


def test_advertising_moves_awareness_and_through_it_registrations(lived):
    without, with_ads = lived
    aware = [float((focal(market, "stage") >= AWARE).mean()) for market in lived]
    assert aware[1] > aware[0] + .03
    assert (focal(with_ads, "registered_on") > 0).sum() > (focal(without, "registered_on") > 0).sum()
    rivals = [market.customers.stage[market.customers.of(1)] for market in lived]
    assert abs((rivals[0] >= AWARE).mean() - (rivals[1] >= AWARE).mean()) < .01


def test_advertising_does_not_move_the_choice_of_who_is_a_customer_already():
    """L36: awareness, not choice.  Without trust to be won from it, users use the platform exactly as often."""
    plain = {**QUIET, "customers__visits_alone": 0.0, "customers__visits_social": 0.0}
    calm = {"channel": "broadcast", "credibility": 0.0}
    a, b = contested_market(after=40, **plain), contested_market(after=40, tactics=[ADS | calm], media__annoyance=0.0, **plain)
    assert (a.customers.n_uses == b.customers.n_uses).all() and (focal(a, "goodwill") < focal(b, "goodwill")).any()


def test_last_touch_knows_nothing_of_who_saw_television():
    viewed = [focal(contested_market(after=5, tactics=[ADS | {"channel": channel}]), "viewed") for channel in ("broadcast", "social_video")]
    assert not viewed[0].any() and viewed[1].any()


def test_on_the_second_look_only_what_is_known_is_considered(lived):
    stage, reason = focal(lived[0], "stage"), focal(lived[0], "reason")
    assert ((stage == CONSIDERING) <= (reason != 6)).all()  # nobody considers what was forgotten
    assert (focal(lived[0], "registered_on")[stage == UNAWARE] < 0).all()


def test_trust_raises_consideration():
    base = {**QUIET, "customers__need_a_year": 300.0}
    shares = []
    for prior in (.4, .6):
        market = contested_market(**base)
        market.customers.trust_good[:], market.customers.trust_bad[:] = 6 * prior, 6 * (1 - prior)
        market.run_days(10)
        stage = focal(market, "stage")
        shares.append((stage == CONSIDERING).sum() / np.isin(stage, (AWARE, CONSIDERING)).sum())
    assert shares[1] > shares[0] + .1


def test_a_platform_without_friction_verifies_sooner():
    left = []
    for friction in (0.0, 1.0):
        market = contested_market(after=30, standing__focal__friction=friction, customers__conversion=.6,
                                  customers__conversion_friction=0.0)
        registered = focal(market, "registered_on") > 0
        left.append((focal(market, "stage")[registered] == REGISTERED).mean())
    assert left[1] > 1.5 * left[0] > 0


# --- media ------------------------------------------------------------------------------------------------------------


def test_reach_is_that_of_a_negative_binomial():
    """reach = 1 - (1 + m / k)^-k for m exposures a head, in each segment."""
    market = contested_market(after=50, consumers__count=6000, tactics=[ADS | {"channel": "broadcast", "budget_cny": 60e6}])
    plan = market.media.plans[0]
    heads = plan.impressions / 6000
    weight = np.array(plan.channel.habit)[market.consumers.segment]
    expected = np.mean(1 - (1 + heads * weight / weight.mean() / plan.channel.reach_shape) ** -plan.channel.reach_shape)
    error = (expected * (1 - expected) / 6000) ** .5
    assert .3 < expected < .95 and abs(plan.reached.mean() - expected) < 4 * error + .01  # .01: of the table of quantiles


def test_a_frequency_cap_holds_back_what_lies_beyond():
    heavy = ADS | {"channel": "portal", "weekly_cap": 2.0}
    capped = contested_market(after=40, tactics=[heavy]).media.plans[0]
    assert capped.blocked > 0 and capped.frequency.max() <= 2.0 + 1.0
    free = contested_market(after=40, tactics=[heavy | {"weekly_cap": 0.0}]).media.plans[0]
    assert free.frequency.max() > 4.0 and free.blocked == 0 and free.spent >= capped.spent


def test_whom_a_lot_holds_out_is_never_shown_anything():
    from agents.tactics.media import held_out

    market = contested_market(after=40, tactics=[ADS | {"holdout_share": .3}])
    out = held_out(market, 0)
    assert abs(out.mean() - .3) < 4 * (.21 / len(out)) ** .5 and not market.media.plans[0].reached[out].any()
    assert market.media.plans[0].reached[~out].any()


@pytest.mark.parametrize("audience, inside", [
    (("students",), lambda m: m.consumers.segment == 0),
    (("women", "affluent"), lambda m: m.consumers.is_woman | (m.consumers.segment == 4)),
    (("new",), lambda m: focal(m, "registered_on") != 0)])
def test_an_audience_is_who_sees_it(audience, inside):
    nobody_comes = {"customers__visits_alone": 0.0, "customers__visits_social": 0.0}
    market = contested_market(after=12, tactics=[ADS | {"audience": audience, "channel": "broadcast"}], **nobody_comes)
    reached = market.media.plans[0].reached
    assert reached.any() and (reached <= inside(market)).all()


def test_a_burst_spends_half_in_its_first_fifth_and_pulses_rest():
    spent = CopyOfEachDay(lambda m: [plan.spent for plan in m.media.plans.values()])
    market = contested_market(observers=[spent], tactics=[
        ADS | {"name": name, "channel": "broadcast", "flighting": name, "budget_cny": 8e6} for name in ("burst", "pulse")])
    market.run_days(60)
    burst, pulse = np.array([day for day in spent.days if len(day) == 2]).T
    assert burst[12] / burst[-1] == pytest.approx(.5, abs=.05)
    assert pulse[27] == pytest.approx(pulse[15], rel=.02) and pulse[-1] > pulse[27]


def test_what_is_shown_on_the_own_name_brings_about_nothing():
    """Nearly all who search for the name come anyway: last touch credits the advertisement, a world without it hardly misses it."""
    brand = ADS | {"name": "own name", "channel": "search_brand"}
    world = {"consumers__count": 12_000, "customers__conversion": .3}
    with_it, without = contested_market(after=50, tactics=[brand], **world), contested_market(after=50, **world)
    credited = (focal(with_it, "source") == 2).sum()
    caused = (focal(with_it, "registered_on") > 0).sum() - (focal(without, "registered_on") > 0).sum()
    assert credited > 50 and caused < .25 * credited


def test_a_banned_channel_posts_nothing():
    rule = {"kind": "advertising_rules", "start": FIRST, "end": LAST, "banned": ("social_video",)}
    market = contested_market(after=30, tactics=[ADS, ADS | {"name": "press", "channel": "public_relations"}], shocks=[rule])
    assert 0 not in market.media.plans and market.media.plans[1].spent > 0


def test_a_stock_of_readers_outlasts_what_fed_it():
    impressions = CopyOfEachDay(lambda m: sum(plan.impressions_today for plan in m.media.plans.values()))
    market = contested_market(observers=[impressions], tactics=[
        ADS | {"channel": "content", "end": datetime.date(2012, 1, 20), "budget_cny": 40e6}])
    market.run_days(60)
    assert impressions.days[19] > impressions.days[3] and impressions.days[-1] > .5 * impressions.days[22] > 0


# --- trust, service, leaving ------------------------------------------------------------------------------------------


def test_one_failure_outweighs_one_success():
    market = contested_market(after=1)
    c = market.customers
    s = market.settings
    prior = s.customers.prior_trust * s.customers.prior_strength
    good, bad = prior + 1, (1 - s.customers.prior_trust) * s.customers.prior_strength + s.loyalty.negativity
    assert c.trust().max() <= 1 and good / (good + 6 - prior) - s.customers.prior_trust < s.customers.prior_trust - prior / (prior + bad)


def test_payments_that_fail_drive_customers_away():
    left = [(lambda m: (m.customers.stage[m.customers.of(1)] == CHURNED).sum())(
        contested_market(after=60, standing__rival__payment_success=success, consumers__purchases_a_year=150.0)) for success in (.99, .6)]
    assert left[1] > 1.5 * left[0] > 0


def test_a_desk_open_day_and_night_answers_sooner_than_one_of_office_hours():
    waits = {}
    for name, hours in (("office", {"standing__focal__service_hours": 8.0, "standing__focal__service_days": 5.0}),
                        ("always", {"standing__focal__service_hours": 24.0, "standing__focal__service_days": 7.0})):
        seen = CopyOfEachDay(lambda m: (m.service.wait_days_today[0], m.service.n_answered_today[0]))
        market = contested_market(observers=[seen], loyalty__complaint_prob=1.0, standing__focal__service_staff=4e4,
                                  consumers__purchases_a_year=150.0, **hours)
        market.run_days(40)
        days = np.array(seen.days)
        waits[name] = (days[:, 0] * days[:, 1]).sum() / days[:, 1].sum()
        assert days[:, 1].sum() > 50
    assert waits["always"] < .5 * waits["office"]
    assert coverage(market.settings.standing.focal) == 1.0


def test_without_people_complaints_are_given_up_and_customers_leave():
    staffed, empty = (contested_market(after=60, loyalty__complaint_prob=1.0, standing__focal__service_staff=staff,
                                       consumers__purchases_a_year=150.0) for staff in (4e4, 0.0))
    assert focal(empty, "satisfaction").mean() < focal(staffed, "satisfaction").mean()
    assert (focal(empty, "stage") == CHURNED).sum() > (focal(staffed, "stage") == CHURNED).sum()


def test_a_breach_turns_customers_away_and_the_loyal_less():
    """L49 in miniature: who was hit pays there less than who was not; who had many good experiences loses less trust."""
    breach = {"kind": "breach", "start": datetime.date(2012, 1, 20), "share_hit": .5, "news_share": 0.0}
    world = {"consumers__count": 6000, "standing__focal__users_share": .5, **QUIET}
    before, after = contested_market(after=60, **world), contested_market(after=60, shocks=[breach], **world)
    hit = focal(after, "trust_bad") > focal(before, "trust_bad") + 6
    uses = [focal(market, "n_uses")[hit].sum() for market in (before, after)]
    assert hit.sum() > 500 and uses[1] < .95 * uses[0]
    loyal = focal(before, "trust_good")[hit] > np.median(focal(before, "trust_good")[hit])
    fall = (before.customers.trust() - after.customers.trust())[after.customers.of(0)][hit]
    assert fall[loyal].mean() < fall[~loyal].mean()


# --- word of mouth and referral ---------------------------------------------------------------------------------------


def test_praise_makes_a_platform_known_and_warnings_cost_trust():
    silent, loud = contested_market(after=50, **QUIET), contested_market(after=50, customers__forget_rate=0.0, word_of_mouth__volume=4.0)
    assert (focal(loud, "stage") >= AWARE).sum() > (focal(silent, "stage") >= AWARE).sum()
    grumbling = contested_market(after=50, word_of_mouth__volume=4.0, word_of_mouth__praise_prob=0.0, word_of_mouth__warning_prob=1.0)
    outsiders = focal(grumbling, "first_use_on") < 0
    assert (grumbling.customers.trust()[grumbling.customers.of(0)][outsiders] < .6 - 1e-3).any()


def test_the_referral_tree_is_a_tree_and_rewards_are_paid_on_first_payment():
    market = contested_market(after=60, consumers__count=5000, customers__conversion=.6, tactics=[
        {"kind": "referral", "start": FIRST, "end": LAST, "budget_cny": 1e9, "invitations_a_month": 8.0}])
    c, n = market.customers, len(market.consumers)
    came = np.flatnonzero(focal(market, "depth") > 0)
    assert len(came) > 50 and focal(market, "depth").max() > 1
    by = focal(market, "referrer")[came]
    assert (focal(market, "depth")[by] + 1 == focal(market, "depth")[came]).all()
    assert (focal(market, "first_use_on")[by] <= focal(market, "registered_on")[came]).all()
    paid = ((focal(market, "depth") > 0) & (focal(market, "first_use_on") >= 0)).sum()
    assert market.word_of_mouth.spent[0] == paid * 4000 > 0
    same = (market.consumers.segment[by] == market.consumers.segment[came]).mean()
    shares = np.bincount(market.consumers.segment, minlength=5) / n
    by_chance = (shares ** 2).sum()
    error = (by_chance * (1 - by_chance) / len(came)) ** .5
    assert same > by_chance + 4 * error, "friends of the own segment are preferred"
    assert c.depth.max() < 60


# --- what a survey says -----------------------------------------------------------------------------------------------


def test_surveys_are_right_within_their_error():
    market = contested_market(after=60, consumers__count=8000, tactics=[
        {"kind": "survey", "start": FIRST, "end": LAST, "every_days": 2, "sample": 400.0, "budget_cny": 1e9}])
    off = np.array([(each["awareness"] - each["true_awareness"]) / each["awareness_error"] for each in market.surveys])
    assert len(off) == 30 and abs(off.mean()) < 4 / len(off) ** .5 and .5 < off.std() < 1.6
    assert market.surveys[0]["cost_fen"] == int(400 * 3000 / 4000)


def test_nobody_is_in_two_minds(lived):
    """Every row that left says why, and its day is the day of its stage."""
    c = lived[1].customers
    assert (c.reason[c.stage == CHURNED] >= 10).all() and (c.since[c.stage == FIRST_USE] == c.first_use_on[c.stage == FIRST_USE]).all()
    assert (c.last_use_on[c.stage == ACTIVE] >= 0).all()


# --- what fresh eyes found --------------------------------------------------------------------------------------------


def test_a_fork_shows_its_advertisements_to_its_own_audience():
    """The audience is weighed anew in a market that took up a checkpoint: a fork may change whom a tactic is for."""
    before = contested_market(after=10, tactics=[ADS | {"channel": "broadcast"}])
    fork = contested_market(tactics=[ADS | {"channel": "broadcast", "region": 2}])
    fork.restore(before.state())
    fork.run_days(1)
    assert not fork.media.plans[0].weight[fork.consumers.region != 2].any() and fork.media.plans[0].weight.any()


@pytest.mark.parametrize("weight", [1000.0, 16_000.0])
def test_what_is_seen_is_what_is_paid_for_at_any_weight(weight):
    """Exposures bought piece by piece: lucky days cost more, unlucky days less, and none is given away."""
    dear = {"channel": "events", "budget_cny": 40e6, "end": datetime.date(2012, 2, 20)}
    plan = contested_market(after=60, weight=weight, tactics=[ADS | dear]).media.plans[0]
    assert plan.spent == pytest.approx(plan.impressions * plan.channel.cpm_cny / 10, rel=.01) and plan.impressions > 10


def test_two_referral_programmes_pay_each_newcomer_once():
    programmes = [{"kind": "referral", "name": name, "start": FIRST, "end": LAST, "budget_cny": 1e9, "invitations_a_month": 4.0}
                  for name in ("one", "two")]
    market = contested_market(after=60, customers__conversion=.6, tactics=programmes)
    paid = ((focal(market, "depth") > 0) & (focal(market, "first_use_on") >= 0)).sum()
    assert sum(market.word_of_mouth.spent.values()) == paid * 4000 and len(market.word_of_mouth.spent) == 2


def test_a_budget_that_binds_on_the_own_name_gives_no_clicks_away():
    tight = {"channel": "search_brand", "budget_cny": 6e5}
    plan = contested_market(after=60, consumers__count=8000, customers__visits_alone=30.0, tactics=[ADS | tight]).media.plans[0]
    assert 0 < plan.clicks * 120 <= 1.1 * plan.spent


@pytest.mark.parametrize("wrong, says", [
    ({"channel": "search_brand", "region": 2}, "do nothing on search_brand"),
    ({"channel": "portal", "cpc_cny": 2.0}, "not heard while"),
    ({"channel": "search_generic", "cpc_cny": 0.0}, "would be free"), ({"channel": "broadcast", "cpm_cny": 0.0, "cpc_cny": 2.0}, "be free"),
    ({"channel": "search_generic", "weekly_cap": 3.0}, "does nothing on search_generic"), ({"channel": "tv"}, "no channel 'tv'"),
    ({"channel": "portal", "audience": ("pupils",)}, "no audience 'pupils'"), ({"channel": "portal", "platform": 7}, "3 platforms")])
def test_what_a_tactic_cannot_do_is_said_in_one_line(wrong, says):
    with pytest.raises(UserError, match=says) as refusal:
        contested_market(tactics=[ADS | wrong])
    assert len(refusal.value.lines) == 1
