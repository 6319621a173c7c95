"""In hand-made worlds the channels of the market give what the library of contagion gives, to the rounding of whole fen."""

import numpy as np
import pytest

from sim.contagion.clearing import clear
from sim.contagion.furfine import furfine
from sim.contagion.guarantee import clear_guarantees
from sim.core.graph import Graph
from tests.hand_made import fail, hand_made
from tests.theory.contagion_cases import cases, number

FILE = "09_trade_credit_guarantee.json"
ROUNDING = 1  # fen by claim: each is paid down to the fen, and what a creditor misses so may reach its own creditors


def first_defaults(owed, cash, outside):
    """Who cannot pay although everybody else does."""
    return np.flatnonzero(cash + owed.sum(axis=0) < owed.sum(axis=1) + outside)


def cleared_in_the_market(owed, cash, outside):
    n = len(cash)
    market = hand_made(n, "trade_credit", cash=cash, owed=owed, outside=outside)
    failed = fail(market, first_defaults(owed, cash, outside))
    estates = market.contagion.estates
    paid = np.zeros(n)
    np.add.at(paid, estates.debtor, estates.paid)
    return market, failed, paid


def assert_same(owed, cash, outside):
    owed, cash, outside = (np.asarray(each, np.int64) for each in (owed, cash, outside))
    market, failed, paid = cleared_in_the_market(owed, cash, outside)
    expected = clear(owed.astype(float), cash.astype(float), external_liabilities=outside.astype(float))
    assert failed.tolist() == np.flatnonzero(expected.defaulted).tolist()
    slack = ROUNDING * ((owed > 0).sum() + len(cash))
    assert np.all(paid[failed] <= expected.payments[failed] + 1e-6) and np.all(expected.payments[failed] - paid[failed] <= slack)
    lost = owed - np.divide(expected.payments, owed.sum(axis=1) + outside, out=np.ones(len(cash)),
                            where=owed.sum(axis=1) + outside > 0)[:, None] * owed
    assert np.all(np.abs(market.contagion.lost["merchants"] - lost.sum(axis=0)) <= slack)
    sizes = {at: count for (_, _, at), count in market.contagion.failures.items()}
    assert [sizes[at] for at in sorted(sizes)] == [len(each) for each in expected.rounds]
    return market


@pytest.mark.parametrize("seed", range(12))
def test_trade_credit_clears_as_eisenberg_and_noe(seed):
    rng = np.random.default_rng(seed)
    n = 8
    owed = (rng.random((n, n)) < .4) * rng.integers(1, 10**rng.integers(3, 11), (n, n))
    np.fill_diagonal(owed, 0)
    outside = rng.integers(0, max(int(owed.max()), 1), n)
    cash = (outside * rng.uniform(.2, 1.4, n)).astype(np.int64)
    assert_same(owed, cash, outside)


def test_a_circle_of_debt_without_cash_is_netted():
    owed = np.zeros((3, 3), np.int64)
    owed[0, 1] = owed[1, 2] = owed[2, 0] = 100
    assert_same(owed, [0, 0, 0], [0, 0, 1])


SCALE = 1_000_000  # fen for 1 in the worked cases


@pytest.mark.parametrize("case", [each for each in cases(FILE, "TC_chain") if number(each.values[0]["bankruptcy_cost"]) == 0
                                  and number(each.values[0]["shock"]) <= 11])
def test_known_chains_of_trade_credit(case):
    n, payable, buffer = case["n_firms"], number(case["payable"]) * SCALE, number(case["buffer"]) * SCALE
    cash = np.append(np.full(n, buffer), 0.0)
    cash[0] = payable + buffer - number(case["shock"]) * SCALE
    market = assert_same(payable * np.eye(n + 1, k=1), cash, np.zeros(n + 1))
    assert market.contagion.n_failed() == case["expected"]["defaults"]


@pytest.mark.parametrize("case", cases(FILE, "TC_lattice"))
def test_known_lattices_of_trade_credit(case):
    owed = np.zeros((12, 12))
    for k in range(6):
        owed[k, 6 + k] = owed[k, 6 + (k + 1) % 6] = 5 * SCALE
    cash = np.append(np.full(6, 12 * SCALE), np.zeros(6))
    cash[case["dead_retailers"]] = 0.0
    market = assert_same(owed, cash, np.append(np.zeros(6), np.full(6, number(case["supplier_due"]) * SCALE)))
    assert np.flatnonzero(market.merchants.status != 0).tolist() == case["expected"]["defaulted"]


def circle(n, *, cash, loans, members=None):
    market = hand_made(n, {"kind": "guarantee_circle", "recall_share": 1.0}, "lender_loss", cash=cash, loans=loans)
    members = np.arange(n) if members is None else members
    pairs = [(a, b) for k, a in enumerate(members) for b in members[k + 1:]]
    market.guarantees = Graph.from_edges(n, [a for a, _ in pairs], [b for _, b in pairs])
    return market


@pytest.mark.parametrize("seed", range(8))
def test_guarantee_circles_pay_what_the_library_says(seed):
    rng = np.random.default_rng(seed)
    n = 5
    loans, cash = rng.integers(10**6, 10**8, n), rng.integers(0, 2 * 10**8, n)
    market = circle(n, cash=cash, loans=loans)
    shares = (np.ones((n, n)) - np.eye(n)) / (n - 1)
    expected = clear_guarantees(cash.astype(float), loans.astype(float), shares)
    market.merchants.term_due_on[:] = -1
    failed = fail(market, np.flatnonzero(cash < loans))
    assert failed.tolist() == np.flatnonzero(expected.defaulted).tolist()
    book = market.contagion
    assert np.abs(book.lost["merchants"] - expected.calls).max() <= n * n
    assert abs(book.total(layer="banks") - expected.bank_loss) <= n * n


def test_lenders_fail_in_the_rounds_of_furfine():
    exposures, capital = np.zeros((6, 6)), np.array([0, 0, 50, 60, 10**9, 10**9])
    exposures[2, 0] = exposures[3, 1] = 100
    expected = furfine(exposures, capital.astype(float), [0, 1])
    market = hand_made(3, "lender_loss", cash=[0, 0, 0], loans=[100, 100, 0], lender=[0, 1, 0])
    market.banks.capital[:2] = capital[2:4]
    fail(market, [0, 1])
    assert np.flatnonzero(market.contagion.has_failed["banks"]).tolist() == [0, 1]
    assert market.contagion.failures == {(0, "merchants", 0): len(expected.rounds[0]), (0, "banks", 1): len(expected.rounds[1])}


@pytest.mark.parametrize("cash, goes_under", [(90, False), (120, True), (260, False)])
def test_a_shop_fails_only_if_what_it_lost_made_the_difference(cash, goes_under):
    """Shop 1 owes 200 outside and is owed 100 by shop 0, who has nothing: it could pay before if 100 + cash reach, after if cash does."""
    owed = np.zeros((3, 3), np.int64)
    owed[0, 1] = 100
    market = hand_made(3, "trade_credit", cash=[0, cash, 0], owed=owed, outside=[0, 200, 0])
    assert (1 in fail(market, [0])) == goes_under
