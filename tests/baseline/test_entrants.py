"""Entrants: unknown before they open, then known, used, perhaps closed; a world in which none has opened is the world without."""

import datetime

import numpy as np
import pytest

from agents.customer import CHURNED, CLOSED, REGISTERED, UNAWARE, VERIFIED
from agents.entrants import PRESETS
from sim.core.errors import UserError
from sim.core.finance import fen
from sim.core.ledger import Purpose
from tests.worlds import CopyOfEachDay, campaign, contested_market, differences, state_of

OPENS = datetime.date(2012, 1, 16)
DAY = 15
N = 2000


def entrant(kind, **settings):
    return {"kind": kind, "opens": OPENS, **settings}


def world(*entrants, after=50, **settings):
    return contested_market(after=after, entrants=list(entrants), **settings)


def of_entrant(m, column):
    return getattr(m.customers, column)[m.customers.of(3)]


@pytest.mark.parametrize("kind", PRESETS)
def test_nobody_knows_an_entrant_before_it_opens(kind):
    market = world(entrant(kind), after=DAY)
    assert (of_entrant(market, "stage") == UNAWARE).all() and not of_entrant(market, "goodwill").any()
    assert market.platforms.own_funds[3] == 0
    market.run_days(1)
    assert (of_entrant(market, "stage") > UNAWARE).any() and market.platforms.own_funds[3] > 0


@pytest.mark.parametrize("kind", PRESETS)
def test_before_it_opens_the_world_is_the_world_without_it(kind):
    without, before = state_of(world(after=40)), state_of(world(entrant(kind) | {"opens": datetime.date(2012, 3, 1)}, after=40))
    for path, value in without.items():
        there = before[path]
        if not isinstance(value, np.ndarray) or path.startswith(("ledger", "credit.offer")):
            continue
        if value.shape != there.shape and path.startswith("customers."):
            there = there[: len(value)]
        elif value.shape != there.shape:  # by platform
            there = np.delete(there, 3, axis=value.shape.index(3)) if 3 in value.shape else there
        assert value.tobytes() == there.tobytes(), path


def test_a_giant_without_a_licence_takes_no_payment():
    paid = CopyOfEachDay(lambda m: int(m.prices.paid_today[3]))
    market = world(entrant("tech_giant", licence=datetime.date(2012, 2, 5)), observers=[paid], after=59)
    assert not any(paid.days[:35]) and any(paid.days[35:])
    assert (of_entrant(market, "registered_on") == DAY).mean() == pytest.approx(.40, abs=.05)
    waiting = world(entrant("tech_giant", licence=datetime.date(2012, 2, 5)), after=30)
    assert not (of_entrant(waiting, "stage") >= VERIFIED).any() and (of_entrant(waiting, "stage") == REGISTERED).any()


def test_a_giant_takes_payments_from_the_others():
    usual, giant = (CopyOfEachDay(lambda m: m.prices.paid_today[:3].sum()) for _ in range(2))
    world(observers=[usual])
    world(entrant("tech_giant", licence_days=0), observers=[giant])
    assert sum(giant.days[30:]) < .95 * sum(usual.days[30:])


def test_a_start_up_closes_when_its_money_is_gone_and_its_users_leave():
    market = world(entrant("start_up", own_funds_cny=4e5, running_cost_cny=1e8, brought_share=.2))
    assert not market.platforms.is_open[3] and market.platforms.is_open[:3].all()
    stage, reason = of_entrant(market, "stage"), of_entrant(market, "reason")
    assert set(stage) <= {UNAWARE, CHURNED} and (reason[stage == CHURNED] == CLOSED).any()
    owed = market.platforms.own_funds[3]
    market.run_days(10)
    assert market.platforms.own_funds[3] == owed and not market.prices.paid_today[3], "nothing is earned or spent any more"


def test_nothing_is_heard_or_seen_of_a_platform_that_closed():
    """Neither what it had advertised nor what friends said of it wins it a customer after its end."""
    ads = [campaign(platform=3, name=channel, channel=channel, start=OPENS, end=datetime.date(2012, 2, 25), budget_cny=3e7)
           for channel in ("broadcast", "social_video", "search_optimisation")]
    short = entrant("start_up", own_funds_cny=3e7, running_cost_cny=1e8, brought_share=.2)
    looks = CopyOfEachDay(lambda m: (m.platforms.is_open[3], np.isin(of_entrant(m, "stage"), (UNAWARE, CHURNED)).all(),
                                     m.service.n_waiting[3], any(plan.is_alive for plan in m.media.plans.values())))
    market = world(short, tactics=ads, observers=[looks], word_of_mouth__volume=20.0)
    closed = [day[1:] for day in looks.days[DAY:] if not day[0]]
    assert 5 < len(closed) < 34 and set(closed) == {(True, 0, False)} and market.media.plans[0].spent > 0


def test_a_year_of_running_costs_is_paid_to_the_fen():
    paid = CopyOfEachDay(lambda m: -m.ledger.money_today[Purpose.OPERATING_COSTS, m.ledger.entities.index("platform 3")])
    market = world(entrant("bank_shop", running_cost_cny=1e6), observers=[paid])
    year = fen(1e6 / market.scenario.weight)
    assert year % 365 and sum(paid.days[DAY:]) == year * 35 // 365


def test_a_bank_that_has_spent_its_money_goes_on():
    assert world(entrant("bank_shop", own_funds_cny=4e5)).platforms.is_open[3]


def test_credit_draws_those_who_are_short_of_cash():
    """They choose the rival that lends more often than they would if it did not."""
    def at_entrant(perk):
        short = CopyOfEachDay(lambda m: (m.rival_sales_today[0] // len(m.consumers) == 3).sum())
        world(entrant("rival_credit", brought_share=.6, standing={"credit_perk": perk}), consumers__savings_months=.3, observers=[short])
        return sum(short.days)

    assert at_entrant(2.0) > 1.05 * at_entrant(0.0) > 0


def test_the_books_balance_through_an_entry_and_a_failure():
    residual = CopyOfEachDay(lambda m: m.ledger.residual())
    market = world(entrant("start_up", own_funds_cny=4e5), entrant("tech_giant"), observers=[residual])
    assert residual.days == [0] * 50
    assert market.ledger.money_total[Purpose.CAPITAL, market.ledger.entities.index("platform 4")] > 0


@pytest.mark.parametrize("day", [10, 20, 40])
def test_a_run_taken_up_around_an_entry_is_the_run_that_was_never_interrupted(day, tmp_path):
    entrants = entrant("start_up", own_funds_cny=4e5, running_cost_cny=1e8, brought_share=.2), entrant("tech_giant", licence_days=10)
    undisturbed, first, second = world(*entrants), world(*entrants, after=day), world(*entrants, after=0)
    first.save(tmp_path / "checkpoint")
    second.resume(tmp_path / "checkpoint")
    second.run_days(50 - day)
    assert differences(undisturbed, second) == []


def test_advertising_of_an_entrant_waits_until_it_opens():
    ads = campaign(platform=3, start=datetime.date(2012, 1, 4), end=datetime.date(2012, 2, 20))
    spent = CopyOfEachDay(lambda m: m.media.plans[0].spent if 0 in m.media.plans else 0)
    world(entrant("start_up", own_funds_cny=1e9), tactics=[ads], observers=[spent])
    assert not any(spent.days[:DAY + 1]) and spent.days[-1] > 0


@pytest.mark.parametrize("wrong, says", [
    (entrant("start-up"), "no entrant of kind 'start-up'"), (entrant("start_up", opens=datetime.date(2011, 1, 1)), "first simulated day"),
    (entrant("bank_shop", licence=datetime.date(2012, 1, 1)), "before it opens"),
    (entrant("bank_shop", licence=datetime.date(2012, 2, 1), licence_days=9), "both given"),
    (entrant("bank_shop", brought_share=2.0), "at most 1"),
    (entrant("bank_shop", standing={"users_share": .1}), "has none yet"), (entrant("bank_shop", standing={"fricton": .1}), "friction")])
def test_an_entrant_that_cannot_be_is_said_in_one_line(wrong, says):
    with pytest.raises(UserError, match=says) as refusal:
        world(wrong, after=0)
    assert len(refusal.value.lines) == 1


def test_an_entrant_needs_a_market():
    with pytest.raises(UserError, match="is_contested = true"):
        world(entrant("start_up"), after=0, customers__is_contested=False)


def test_what_a_scenario_says_of_an_entrant_wins_over_its_kind():
    standing = world(entrant("tech_giant", standing={"friction": .9}), after=0).standing_of(3)
    assert standing.friction == .9 and standing.innovative == .8 and standing.aware_share == 1.0
