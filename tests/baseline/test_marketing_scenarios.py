"""The shipped scenarios about marketing, in smaller worlds: what each was made to show."""

import numpy as np
import pytest

from agents.customer import AWARE, CHURNED, REGISTERED
from scenarios import load
from scenarios.files import SHIPPED
from sim.markets.service import coverage
from sim.model import Market

SMALLER = {"consumers.count": 10_000, "merchants.count": 16, "weight": 1000.0, "days": 200}
NAMES = sorted(file.stem for file in SHIPPED.glob("*.toml") if 'extends = "marketing-baseline"' in file.read_text(encoding="utf-8"))
KPIS = {"K01", "K02", "K03", "K04", "K05", "K06", "K07", "K08", "K09", "S33"}


def lived(name, **changes):
    market = Market(load(name, {**SMALLER, **{path.replace("__", "."): value for path, value in changes.items()}}), seed=1)
    market.run_days()
    return market


def focal(market, column):
    return getattr(market.customers, column)[market.customers.of(0)]


def aware(market, who=None):
    return float((focal(market, "stage") >= AWARE)[slice(None) if who is None else who].mean())


@pytest.fixture(scope="module")
def usual():
    return lived("marketing-baseline")


def test_each_opens_with_its_question_and_the_plans_targets():
    assert len(NAMES) >= 13
    for name in NAMES:
        scenario = load(name)
        assert scenario.question.endswith("?") and {target.source for target in scenario.targets} - {"S29"} == KPIS


def test_a_brand_campaign_makes_it_known_and_a_ban_on_broadcast_keeps_it_from_rivals(usual):
    assert aware(lived("brand-awareness-50")) > aware(usual) + .03
    ruled = lived("advertising-rules", shocks__advertising_rules__start="2013-02-01")
    rival, usual_rival = (market.media.plans[4].spent for market in (ruled, usual))
    assert rival < .3 * usual_rival


def test_offline_work_reaches_small_cities_and_nobody_else(usual):
    offline = lived("offline-small-city")
    there = usual.consumers.segment == 3
    assert aware(offline, there) > aware(usual, there) + .05
    assert abs(aware(offline, ~there) - aware(usual, ~there)) < .02


def test_a_hotline_around_the_clock_leaves_nobody_waiting(usual):
    hotline = lived("hotline")
    assert coverage(hotline.settings.standing.focal) == 1.0 > coverage(usual.settings.standing.focal)
    users = (focal(usual, "stage") >= REGISTERED) & (focal(hotline, "stage") >= REGISTERED)
    assert focal(hotline, "satisfaction")[users].mean() > focal(usual, "satisfaction")[users].mean()
    waiting = [(focal(market, "complaint_on") >= 0).sum() for market in (usual, hotline)]
    assert waiting[1] <= waiting[0]


def test_customers_bring_customers_if_they_are_paid(usual):
    referral = lived("referral")
    came = focal(referral, "source") == 1
    assert came.sum() > 10 and (focal(referral, "registered_on") > 0).sum() > (focal(usual, "registered_on") > 0).sum()


def test_after_a_breach_fewer_stay(usual):
    breached = lived("security-breach", shocks__breach__start="2013-02-01")
    uses = [focal(market, "n_uses").sum() for market in (usual, breached)]
    assert uses[1] < .97 * uses[0] and focal(breached, "trust_bad").sum() > focal(usual, "trust_bad").sum()
    assert (focal(breached, "stage") == CHURNED).any()


def test_content_pays_late(usual):
    plans = [plan for plan in lived("content-and-seo").media.plans.values() if plan.channel.way == "followed"]
    assert len(plans) == 2 and all(plan.stock > 0 and plan.impressions > 0 for plan in plans)
    assert np.mean([plan.impressions_today for plan in plans]) > 2 * np.mean([plan.impressions / 200 for plan in plans]) * .5


def test_promotions_of_the_scenarios_bring_what_they_promise(usual):
    """Newcomers by a bonus and red packets, payments by coupons and points; and the pages know where the money went."""
    uses = int(focal(usual, "n_uses").sum())
    known = int((focal(usual, "registered_on") > 0).sum())
    bonus, packets = lived("sign-up-bonus"), lived("red-packet")
    assert (focal(bonus, "registered_on") > 0).sum() > known < (focal(packets, "registered_on") > 0).sum()
    coupons, points = lived("coupon"), lived("loyalty")
    assert focal(coupons, "n_uses").sum() > uses < focal(points, "n_uses").sum()
    for market in (bonus, packets, coupons, points):
        account = next(iter(market.promotions.accounts.values()))
        assert 0 < account.spent == account.paid.sum() <= account.terms.budget
