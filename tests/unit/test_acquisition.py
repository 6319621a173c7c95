"""Winning and keeping customers in numbers: exact on tables made by hand, and adding up to what the market says."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from agents.customer import REFERRED, REGISTERED, STAGES
from results.acquisition import Lens, shows_marketing, survey_table
from results.channels import ALL, cost_per_event, day_of_payback
from results.effects import count_interval, rate_interval
from results.funnel import step_counts
from results.journeys import AGE_DAYS, Journeys
from results.lifetime_value import histories
from results.recorder import Recorder
from results.referrals import homophily, k_factor
from scenarios import load
from sim.core.ledger import Purpose
from tests.worlds import campaign, contested_market, differences

START, END = date(2012, 1, 1), date(2012, 3, 30)
TACTICS = [campaign(start=START, end=END, name="video", audience=("new",)),
           campaign(start=START, end=END, name="partner", channel="co_marketing", partner_share=.3),
           campaign(start=START, end=END, name="search", channel="search_generic"),
           campaign(start=START, end=END, name="the rival's", platform=1),
           {"kind": "referral", "name": "friends", "start": START, "end": END, "budget_cny": 5e7, "invitations_a_month": 5.0},
           {"kind": "survey", "name": "asked", "start": START, "end": END, "sample": 400, "budget_cny": 1e6}]
WORLD = {"days": 90, "tactics": TACTICS, "customers__conversion": .6, "customers__need_a_year": 50.0, "loyalty__leave_prob": .03,
         "consumers__purchases_a_year": 200.0, "consumers__isolated": 3}


@pytest.fixture(scope="module")
def seen():
    """(market, lens, recorder) after ninety days with every kind of tactic."""
    lens, recorder = Lens(), Recorder()
    market = contested_market(after=90, observers=[lens, recorder], **WORLD)
    return market, lens, recorder


@pytest.fixture(scope="module")
def tables(seen):
    return seen[1].tables()


def source(table, name):
    return table.set_index("source").loc[name]


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_cost_is_money_over_those_who_came_with_the_exact_interval_of_a_count():
    cost, low, high = cost_per_event(1200.0, 10)
    assert cost == 120 and (low, high) == pytest.approx((1200 / 18.390, 1200 / 4.7954), rel=1e-3)  # Garwood (1936) for a count of 10
    cost, low, high = cost_per_event(500.0, 0)
    assert np.isnan(cost) and low == pytest.approx(500 / 3.6889, rel=1e-3) and high == np.inf


def test_a_count_as_low_as_its_interval_says_is_as_rare_as_it_says():
    low, high = count_interval(7)
    assert 1 - stats.poisson.cdf(6, low) == pytest.approx(.025) and stats.poisson.cdf(7, high) == pytest.approx(.025)


def test_a_rate_has_wilsons_interval():
    assert rate_interval(15, 50) == pytest.approx((.3, .1910, .4375), abs=2e-4)
    assert rate_interval(0, 20)[1] == 0 and np.isnan(rate_interval(0, 0)).all()


def test_the_k_factor_is_invitations_a_customer_times_new_customers_an_invitation():
    assert k_factor(600, 200, 30) == (3.0, .05, pytest.approx(.15))


def test_pairs_are_alike_against_what_asking_anybody_would_give():
    segment = np.array([0, 0, 0, 1])
    same, by_chance = homophily(np.array([0, 3]), np.array([1, 2]), segment)
    assert same == .5 and by_chance == pytest.approx((.75 + .25) / 2)


def test_money_is_back_when_the_mean_margin_by_age_has_added_up_to_the_cost():
    ages = np.array([60, 60])  # two customers, both seen for two buckets
    assert day_of_payback(np.array([60.0, 40.0, 0.0]), ages, 30.0) == AGE_DAYS
    assert day_of_payback(np.array([60.0, 40.0, 0.0]), ages, 40.0) == 1.5 * AGE_DAYS
    assert np.isnan(day_of_payback(np.array([60.0, 40.0, 0.0]), ages, 51.0))


def test_only_those_seen_long_enough_count_for_a_step_and_only_in_time():
    entered = np.array([0, 10, 50, 95, -1, -2, 5])
    after = np.array([20, 45, -1, 96, -1, 3, -2])
    assert step_counts(entered, after, 100, 30) == (3, 1, 20.0)  # of days 0, 10 and 50 only the first went on within 30 days


def test_a_survey_lies_in_its_interval_or_not():
    asked = {"day": 31, "tactic": 0, "platform": 0, "asked": 100, "cost_fen": 300, "awareness": .5, "awareness_error": .05,
             "satisfaction": .8, "satisfaction_error": .01, "true_awareness": .55, "true_satisfaction": .7}
    table = survey_table([asked], ["organic", "referral", "asked"], load("baseline", {"weight": 10.0}))
    assert table["is_inside"].tolist() == [True, False] and table["low"].iloc[0] == pytest.approx(.5 - 1.96 * .05, abs=1e-4)
    assert table["cost"].tolist() == [30.0, 30.0] and table["survey"].tolist() == ["asked", "asked"]


# --- against the market -----------------------------------------------------------------------------------------------


def test_registrations_of_all_sources_are_those_of_the_days(seen, tables):
    daily, channels = seen[2].daily(), tables["channels"]
    for what, measured in (("registrations", "registrations"), ("first_uses", "new_users"), ("impressions", "impressions"),
                           ("clicks", "clicks")):
        assert channels.loc[channels["source"] != ALL, what].sum() == source(channels, ALL)[what] == daily[measured].sum() > 0
    by_month = tables["channels_by_month"][["registrations", "spend"]].sum()
    assert by_month["registrations"] == daily["registrations"].sum()
    assert tables["segments"]["registrations"].sum() == daily["registrations"].sum()
    assert tables["referral_depth"]["registrations"].sum() == daily["registrations"].sum()


def test_what_channels_cost_is_what_the_books_say(seen, tables):
    market, _, recorder = seen
    channels, daily = tables["channels"], recorder.daily()
    media = channels[~channels["source"].isin([ALL, "organic", "referral"])]
    assert media["spend"].sum() == pytest.approx(daily["ad_spending"].sum()) and source(channels, "referral")["spend"] > 0
    assert source(channels, "referral")["spend"] == pytest.approx(daily["referral_rewards"].sum())
    everything = source(channels, ALL)
    assert everything["spend"] + everything["partner_share"] == pytest.approx(daily["marketing_spending"].sum())
    books = recorder.flows().query("purpose == 'partner_share' and sector == 'platforms'")["cny"].sum()
    assert source(channels, "partner")["partner_share"] == pytest.approx(-books) and books < 0
    assert everything["cac"] == pytest.approx(daily["marketing_spending"].sum() / daily["new_users"].sum())


def test_spending_by_segment_is_the_spending_of_the_channel(tables):
    by_segment = tables["segments"].groupby("source")["spend"].sum()
    for name in ("video", "partner", "search"):
        assert by_segment[name] == pytest.approx(source(tables["channels"], name)["spend"])


def test_the_funnel_holds_every_consumer_in_every_month(seen, tables):
    market = seen[0]
    totals = tables["funnel"].groupby("date")["consumers"].sum()
    assert (totals == market.settings.consumers.count * market.scenario.weight).all() and len(totals) == 3
    last = tables["funnel"].query("date == date.max()").set_index("stage")["consumers"] / market.scenario.weight
    stage = market.customers.stage[: market.settings.consumers.count]
    assert last.tolist() == np.bincount(stage, minlength=len(STAGES)).tolist()


def test_steps_are_dated_in_order_and_agree_with_what_customers_keep(seen):
    market, lens, _ = seen
    j = lens.journeys
    new = np.flatnonzero(j.is_new)
    assert (j.taken_on[2, new] == j.column("registered_on")[new]).all()
    used = np.flatnonzero(j.is_customer)
    assert (j.taken_on[4, used] == j.column("first_use_on")[used]).all() and len(used) > 30
    taken = j.taken_on[:, new].astype(int)
    both = (taken[:-1] >= 0) & (taken[1:] >= 0)
    assert (taken[1:] >= taken[:-1])[both].all()
    assert j.was_user.sum() == (contested_market(**WORLD).customers.stage[: j.n] >= REGISTERED).sum()


def test_reach_never_exceeds_one_and_clicks_do_not_exceed_impressions(tables):
    shown = source(tables["channels"], "video")
    assert 0 < shown["audience_reach"] <= 1 and 0 < shown["reach"] <= 1 and shown["frequency"] >= 1
    assert shown["clicks"] <= shown["impressions"]


def test_cohorts_hold_all_new_customers_and_nobody_returns_before_she_came(seen, tables):
    lens = seen[1]
    retention = tables["retention"]
    whole = retention[(retention["source"] == ALL) & (retention["month"] == 0)]
    assert (whole["share"] == 1).all() and set(retention["month"]) <= {0, 1, 2} and (retention["active"] <= retention["customers"]).all()
    parts = retention[retention["source"] != ALL].groupby(["cohort", "month"])[["customers", "active"]].sum()
    everybody = retention[retention["source"] == ALL].set_index(["cohort", "month"])[["customers", "active"]]
    pd.testing.assert_frame_equal(parts.sort_index(), everybody.sort_index(), check_dtype=False)
    days = source(tables["day_retention"].query("source == 'all'").assign(source=lambda t: t["days"]), 1)
    assert 0 <= days["returned"] <= days["customers"] <= lens.journeys.is_customer.sum()


def test_those_who_left_in_the_curve_left_in_the_market(seen, tables):
    lens = seen[1]
    left = tables["survival"].query("source == 'all'")["left"].sum()
    assert left == ((lens.journeys.left_on >= 0) & lens.journeys.is_customer).sum() > 0


def test_histories_hold_every_payment_of_new_customers(seen):
    j = seen[1].journeys
    table = histories(j)
    assert ((table["recency"] > 0) == (table["frequency"] > 0)).all() and (table["recency"] <= table["observed"]).all()
    today = j.is_customer & (j.column("first_use_on") == j.last_day)
    assert (table["frequency"] + 1).sum() + today.sum() == j.total("payments").sum()
    assert table["paid"].sum() + j.paid[today].sum() == j.total("paid").sum() == j.paid_by_age.sum()


def test_what_customers_paid_and_cost_in_service_and_fees_is_what_the_books_say(seen):
    market, lens, recorder = seen
    platform = market.ledger.entities.index("platform 0")
    flows = recorder.flows().query("sector == 'platforms' and instrument == 'money'").groupby("purpose")["cny"].sum()
    assert -lens.journeys.costs[Purpose.PAYMENT_FEE] / 100 * market.scenario.weight == pytest.approx(flows["payment_fee"])
    assert lens.journeys.costs[Purpose.SERVICE] > 0 and platform > 0
    assert lens.journeys.paid.sum() / 100 * market.scenario.weight == pytest.approx(recorder.daily()["gmv"].sum())


def test_referral_is_counted_from_invitation_to_pair(seen, tables):
    market, lens, recorder = seen
    row = tables["referral"].iloc[0]
    assert row["invitations"] == recorder.daily()["invitations"].sum()
    assert row["k_factor"] == pytest.approx(row["first_uses"] / row["customers"])
    registered = lens.journeys.is_new & (lens.journeys.column("source") == REFERRED)
    assert row["registrations"] == registered.sum() * market.scenario.weight and row["n_pairs"] <= registered.sum()
    assert row["same_segment"] > row["by_chance"]  # inviters prefer their own segment


def test_a_worth_needs_customers_enough_and_holds_what_they_brought(tables):
    value = tables["lifetime_value"].set_index("source")
    assert value.loc[ALL, "low"] < value.loc[ALL, "ltv"] < value.loc[ALL, "high"]
    assert value.loc[ALL, "ltv"] == pytest.approx(value.loc[ALL, "margin_to_date"] + value.loc[ALL, "value_ahead"])
    assert value.loc[value["customers"] < 30, "ltv"].isna().all()


def test_looking_changes_nothing():
    shown, plain = (contested_market(after=45, observers=observers, **WORLD) for observers in ([Lens()], []))
    assert differences(shown, plain) == []


def test_a_lens_that_saw_nothing_has_no_tables_and_no_customers_no_marketing():
    assert Lens().tables() == {} and Journeys().market is None
    assert not shows_marketing(load("baseline")) and shows_marketing(load("marketing-baseline"))
    lens = Lens()
    contested_market(after=1, observers=[lens], days=1)
    tables = lens.tables()
    assert source(tables["channels"], ALL)["spend"] == 0 and tables["lifetime_value"]["ltv"].isna().all()
    assert all(len(table.columns) for table in tables.values())
