"""Runs: the point at which people run is that of the literature, it moves with insurance, and queues are served in order."""

import datetime

import numpy as np
import pytest

from agents import panic
from sim.contagion.panic import rochet_vives, threshold_run
from tests.worlds import banking_market, differences

ONE_BANK = {"consumers__count": 500, "merchants__count": 30, "banks__count": 1, "banks__large": 1, "banks__micro_specialist": 0,
            "channels": [{"kind": "panic"}]}
EXACT = {"panic__error": 0.0, "panic__friends_weight": 0.0, "panic__relation_dampens": 0.0, "panic__loan_dampens": 0.0}


def told(dent, house="bank", reach=1.0, **settings):
    """A one-bank world in which people read this morning that it is weaker by `dent`."""
    m = banking_market(**{**ONE_BANK, **settings}, after=2)
    m.panic.tell(house, -1, dent, reach)
    return m


def point_of(m, leaving_share):
    """R* of the library for the bank of a one-bank world, when `leaving_share` of what it owes may leave at most."""
    cash, other, owed = panic.strength(m, m.panic.houses[0])
    return rochet_vives(other / owed, cash / owed, m.settings.panic.fire_sale_cost, 1.0 - leaving_share).R_star


@pytest.mark.parametrize("cover_cny", [0.0, 1_000.0, 3_000.0])
def test_people_run_at_the_point_of_rochet_and_vives_which_insurance_lowers(cover_cny):
    """With exact signals all who are not insured in full run below R*, nobody above it."""
    settings = {**EXACT, "rescue__insurance_cover_cny": cover_cny, "panic__cost_of_leaving": .5, "panic__fire_sale_cost": .1}
    m = told(.0, **settings)
    held, owed = m.consumers.deposit, m.sheets.deposits(m)[0]
    insured = np.minimum(held, round(100 * cover_cny)) / np.maximum(held, 1)
    gamma = .5 / np.maximum(1.0 - insured, 1e-12)
    leaving = float((held * np.maximum(1.0 - gamma, 0)).sum()) / owed
    point = point_of(m, leaving)
    for off, runs in ((-.003, False), (.003, True)):
        m = told(1.0 - point + off, **settings)
        m.step()
        left = m.depositors.left_on[panic.rows_of(m, m.panic.houses[0])] >= 0
        assert left.any() == runs
        if runs:
            assert (left == (gamma < 1) & (held > 0)).mean() > .99  # deposits of the day have moved a little


def test_insurance_lowers_the_point_and_full_insurance_ends_runs():
    points = []
    for cover_cny in (0.0, 1_000.0, 3_000.0, 1e9):
        m = told(.9, **EXACT, rescue__insurance_cover_cny=cover_cny, panic__cost_of_leaving=.5)
        ids = np.flatnonzero(m.consumers.deposit > 0)
        cost = panic.costs_of_leaving(m, m.panic.houses[0], ids)
        leaving = float((m.consumers.deposit[ids] * np.maximum(1 - cost, 0)).sum()) / m.sheets.deposits(m)[0]
        points.append(panic.run_point(*panic.strength(m, m.panic.houses[0]), leaving, .25))
        m.step()
        assert (m.depositors.left_on >= 0).any() == (cover_cny < 1e9)
    assert points[0] > points[1] > points[2] > points[3]


def test_capital_and_cash_lower_the_point():
    def point(cash, other):
        return panic.run_point(cash, other, 100.0, .6, .25)

    assert point(20, 86) > point(20, 92) > point(30, 82) and point(100, 6) == -np.inf and point(20, 0) == np.inf
    assert panic.run_point(20, 86, 100, 0.0, .25) == pytest.approx(80 / 86)


def test_without_news_a_run_spreads_as_the_threshold_model_says(monkeypatch):
    """Given the point, who leaves day by day is `threshold_run` with thresholds (1 + error - R*) / weight of friends."""
    monkeypatch.setattr(panic, "run_point", lambda *_: .89)
    monkeypatch.setattr(panic, "costs_of_leaving", lambda m, house, ids: np.full(len(ids), .5))
    m = told(0.0, panic__error=.06, panic__friends_weight=.3, panic__failure_reach=0.0)
    house, n = m.panic.houses[0], len(m.consumers)
    seeds = np.arange(0, n, 25)
    m.depositors.left_on[seeds], m.depositors.asked_minute[seeds] = m.day, 0
    m.panic.fresh, m.panic.n_queued[0] = seeds, len(seeds)
    error = .06 * panic.normals_of(panic.stream_key(m.path_seed, panic.Stream.PANIC_SIGNAL), np.arange(n), house.number)
    graph = m.social.to_sparse()
    threshold = np.maximum((1.0 + error - .89) / .3, 1e-9)
    wanted = threshold_run(graph, threshold, seeds, inclusive=False)
    m.run_days(25)
    left = m.depositors.left_on[:n] >= 0
    assert len(wanted.rounds) > 3 and .1 < wanted.defaulted.mean() < .99
    assert (left == wanted.defaulted).mean() > .98  # who has no deposit does not leave, nor is watched


def test_queues_are_served_first_come_first_served_and_who_is_not_paid_makes_the_bank_fail():
    m = told(.6, **EXACT, panic__cost_of_leaving=.3)
    m.step()
    n = len(m.consumers)
    minute, before = m.depositors.asked_minute[:n].copy(), m.consumers.deposit.copy()
    m.step()
    paid = before - m.consumers.deposit
    waits = np.flatnonzero(minute >= 0)
    waits = waits[np.lexsort((waits, minute[waits]))]
    served = m.depositors.currency[waits] > 0
    first = np.flatnonzero(~served)[0]
    assert served[:first].all() and not served[first + 1:].any() and 0 < first < len(waits) - 1 and paid[waits[0]] > 0
    assert m.sheets.failed_on[0] == 2 + 1 and m.contagion.failures[3, "banks", 0] == 1
    assert m.ledger.residual() == 0


def test_who_leaves_takes_the_account_to_another_bank_and_does_not_return():
    m = banking_market(consumers__count=500, merchants__count=30, **EXACT, panic__failure_reach=0.0,
                       after=2)
    before = m.consumers.home_bank.copy()
    m.panic.tell("bank", 3, .9, 1.0)
    m.run_days(3)
    moved = m.consumers.home_bank != before
    assert moved.any() and (before[moved] == 3).all() and (m.consumers.home_bank[moved] == 0).all()
    assert (m.depositors.left_house[np.flatnonzero(moved)] == 3).all()
    m.run_days(5)
    assert (m.depositors.currency == 0).all() and (m.consumers.home_bank[moved] == 0).all() and m.ledger.residual() == 0


def test_a_circuit_breaker_makes_the_queue_last_and_keeps_the_bank():
    settings = {**EXACT, "panic__cost_of_leaving": .3}
    for share, fails in ((1.0, True), (.02, False)):
        m = told(.6, **settings, rescue__most_withdrawn_share=share)
        m.run_days(4)
        assert (m.sheets.failed_on[0] >= 0) == fails
        assert fails or m.panic.waiting[0] > 0 == m.panic.unmet[0]  # a rationed queue waits, and no house fails by it
        assert m.panic.paid_today.sum() >= 0 and m.ledger.residual() == 0


def test_holders_flee_a_fund_and_take_it_up_no_more():
    fund = {"kind": "money_market_fund", "licensed_on": datetime.date(2012, 1, 1), "adopt_alone": 60.0}
    m = banking_market(consumers__count=500, merchants__count=30, customers__is_contested=True, standing__focal__users_share=.9,
                       products=[fund], **EXACT, after=30)
    house = next(each for each in m.panic.houses if each.kind == "money_market_fund")
    held = m.savings.owed[0]
    assert held > 0
    m.panic.tell("money_market_fund", -1, .5, 1.0)
    m.run_days(12)
    left = m.depositors.left_on[panic.rows_of(m, house)] >= 0
    assert left.any() and m.savings.owed[0] < .6 * held
    m.run_days(20)
    assert (m.holdings.joined_on[left] < 0).all() and m.ledger.residual() == 0


@pytest.mark.parametrize("funds", [0.0, .9])
def test_a_freeze_binds_the_queue_of_a_fund(funds):
    """What the fund can turn into cash on a day is what the freeze leaves, and the queue gets no more."""
    fund = {"kind": "money_market_fund", "licensed_on": datetime.date(2012, 1, 1), "adopt_alone": 60.0, "liquid_share": .2}
    freeze = {"kind": "interbank_freeze", "start": datetime.date(2012, 1, 19), "end": datetime.date(2012, 1, 25), "funds": funds}
    m = banking_market(consumers__count=300, merchants__count=20, customers__is_contested=True, standing__focal__users_share=.9,
                       products=[fund], shocks=[freeze], **EXACT, after=18)
    house = next(each for each in m.panic.houses if each.kind == "money_market_fund").number
    m.panic.tell("money_market_fund", -1, .5, 1.0)
    m.step()
    owed = int(m.savings.owed[0])
    m.step()
    assert m.panic.paid_today[house] == int(owed * .2 * (1.0 - funds)) and m.panic.waiting[house] > 0


def test_who_waits_is_paid_from_a_bail_out_of_the_product():
    notes = {"kind": "p2p_notes", "licensed_on": datetime.date(2012, 1, 1), "adopt_alone": 60.0, "trust_needed": 0.0}
    m = banking_market(consumers__count=300, merchants__count=20, customers__is_contested=True, standing__focal__users_share=.9,
                       products=[notes], rescue__bail_out=("products",), resolution__patience_days=2, **EXACT, after=18)
    house = next(each for each in m.panic.houses if each.kind == "p2p_notes").number
    m.panic.tell("p2p_notes", -1, .9, 1.0)
    m.run_days(4)
    waits = int(m.panic.unmet[house])
    assert m.rescue.total("bail_out", "state") == waits == m.panic.paid_in[house] > 0
    m.step()
    assert m.panic.waiting[house] == 0 == m.panic.n_queued[house] and m.panic.paid_today[house] >= waits
    assert not m.contagion.is_failed("products", 0) and m.ledger.residual() == 0


def test_nobody_takes_up_a_product_whose_issuer_failed():
    fund = {"kind": "money_market_fund", "licensed_on": datetime.date(2012, 1, 1), "adopt_alone": 60.0}
    m = banking_market(consumers__count=300, merchants__count=20, customers__is_contested=True, standing__focal__users_share=.9,
                       products=[fund], **EXACT, after=4)
    holders = len(m.holdings.members(0))
    m.contagion.fail("products", [0])
    m.run_days(3)
    assert holders > 0 and len(m.holdings.members(0)) <= holders and not m.savings.joined_today.any()


def test_a_quiet_world_with_panic_is_the_world_without_it():
    """Nobody looks: the same bits, but for the counts of the channel itself."""
    with_it = banking_market(consumers__count=500, merchants__count=30, after=25)
    without = banking_market(consumers__count=500, merchants__count=30, after=25,
                             channels=[{"kind": kind} for kind in ("fire_sale", "interbank", "funding_withdrawal")])
    found = [path for path in differences(with_it, without) if not path.startswith(("depositors.", "panic.", "channels."))]
    assert found == []
