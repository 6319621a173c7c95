"""The contract of lenders: a policy sees a view and nothing else; no loan above line, cap, capital or funding."""

import ast
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from agents.lending import POLICIES
from sim.core.finance import fen
from sim.core.views import (
    BankFileView,
    ClosedLoopView,
    ConsumerView,
    CreditDecision,
    OrderHistoryView,
    ThinFileView,
    VisitedFileView,
)
from sim.markets.loans import SLOTS
from tests.worlds import promotion, small_market

LENDING = Path(__file__).resolve().parents[2] / "agents" / "lending"


def closed_loop_view(n, rng):
    return ClosedLoopView(rng.lognormal(10, 2, n), rng.integers(-5, 3000, n), rng.random(n), rng.random(n) < .5,
                          rng.random(n) < .9, rng.integers(0, 3, n), rng.lognormal(0, .5, n), rng.lognormal(2, 1, n),
                          rng.lognormal(2, 1, n), rng.random(n) * .1, rng.integers(0, 50, n), rng.integers(0, 9, n))


def bank_view(n, rng):
    return BankFileView(rng.lognormal(16, 3, n), rng.integers(-5, 5000, n), rng.integers(0, 3, n), rng.normal(.15, .1, n),
                        rng.integers(0, 3000, n), rng.lognormal(16, 2, n) * (rng.random(n) < .6))


def consumer_view(n, rng):
    on_time, friends = (np.where(rng.random(n) < .1, np.nan, rng.random(n)) for _ in range(2))
    return ConsumerView(rng.lognormal(1, 1, n), rng.lognormal(11, 1, n), rng.random(n) * 90, on_time, rng.integers(0, 4, n),
                        rng.random(n) < .5, rng.random(n) < .5, friends, rng.integers(0, 2, n), rng.random(n) < .9)


def visited_view(n, rng):
    return VisitedFileView(rng.normal(0, 1, n), rng.lognormal(10, 2, n), rng.normal(.12, .08, n), rng.lognormal(14, 1, n),
                           rng.integers(-5, 5000, n), rng.integers(0, 3000, n), rng.integers(0, 3, n))


def orders_view(n, rng):
    return OrderHistoryView(rng.lognormal(8, 2, n), rng.lognormal(0, .5, n), rng.integers(-5, 3000, n))


def thin_view(n, rng):
    return ThinFileView(rng.integers(-5, 3000, n), rng.random(n) < .5, rng.integers(0, 8, n))


VIEWS = {"platform_card": closed_loop_view, "learned_card": closed_loop_view, "large_bank": bank_view, "relationship_bank": bank_view,
         "micro_specialist": visited_view, "supply_chain": orders_view, "p2p": thin_view, "credit_payment": consumer_view}
KNOW_ARREARS = [kind for kind, view in VIEWS.items() if view not in (orders_view, thin_view)]


def policy(kind):
    return POLICIES[kind](POLICIES[kind].Settings())


def test_every_policy_is_tried_here():
    assert VIEWS.keys() == POLICIES.keys()


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize("n", [0, 1, 500])
def test_a_policy_decides_from_a_view_alone(kind, n):
    decision = policy(kind).decide(VIEWS[kind](n, np.random.default_rng(1)))
    assert isinstance(decision, CreditDecision)
    assert decision.is_approved.shape == decision.score.shape == (n,)
    assert decision.is_approved.dtype == bool and ((0 <= decision.score) & (decision.score <= 1)).all()
    assert n < 500 or 0 < decision.is_approved.sum() < n


@pytest.mark.parametrize("kind", POLICIES)
def test_a_policy_is_a_function_of_the_view(kind):
    """The same view gets the same answer, an applicant's answer does not depend on the others, and the view stays as it was."""
    view = VIEWS[kind](300, np.random.default_rng(2))
    before = [value.copy() for value in dataclasses.astuple(view)]
    answer = policy(kind).decide(view)
    again = policy(kind).decide(view)
    assert (answer.score == again.score).all() and (answer.is_approved == again.is_approved).all()
    assert all(np.array_equal(old, new, equal_nan=True) for old, new in zip(before, dataclasses.astuple(view)))
    some = np.arange(0, 300, 7)
    part = policy(kind).decide(type(view)(*(value[some] for value in dataclasses.astuple(view))))
    assert (part.score == answer.score[some]).all() and (part.is_approved == answer.is_approved[some]).all()


@pytest.mark.parametrize("kind", KNOW_ARREARS)
def test_arrears_are_refused(kind):
    view = VIEWS[kind](300, np.random.default_rng(3))
    late = dataclasses.replace(view, days_past_due=np.ones(300, int))
    assert not policy(kind).decide(late).is_approved.any()


@pytest.mark.parametrize("file", sorted(LENDING.glob("*.py")), ids=lambda file: file.name)
def test_a_policy_imports_no_population_and_no_market(file):
    modules = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {module for module in modules if module.split(".")[0] in ("agents", "sim", "scenarios", "results", "experiments")}
    allowed = ("agents.lending", "sim.core.views", "sim.core.settings", "sim.core.finance", "sim.core.random", "sim.core.kernels")
    assert all(module.startswith(allowed) for module in ours), ours


def test_a_policy_that_reaches_for_the_population_fails():
    class Peeping:
        def decide(self, view):
            return CreditDecision(view.merchants.cash > 0, np.zeros(1))

    with pytest.raises(AttributeError):
        Peeping().decide(closed_loop_view(5, np.random.default_rng(1)))


# --- what views show --------------------------------------------------------------------------------------------------


def test_views_are_copies():
    market = small_market(after=3)
    rows = np.arange(80)
    for view in (market.data_sharing.closed_loop(market, rows), market.data_sharing.bank_file(market, rows)):
        columns = [column for name, column in market.merchants.state().items()]
        assert not any(np.shares_memory(value, column) for value in dataclasses.astuple(view) for column in columns)


def test_what_the_view_of_consumers_shows_is_a_copy_and_what_it_hides_is_missing():
    market = small_market(after=70, credit_payment__is_offered=True, credit_payment__first_day=20)
    rows = np.arange(2000)
    view = market.data_sharing.consumer_view(market, rows)
    columns = [*market.credit_users.state().values(), *market.consumers.state().values()]
    assert not any(np.shares_memory(value, column) for value in dataclasses.astuple(view) for column in columns)
    assert np.nanmin(view.on_time_share) >= 0 and np.nanmax(view.on_time_share) == 1 and np.nanmax(view.friends_good_share) <= 1
    assert not set(view.features()) & {"days_past_due", "is_eligible"} and "diligence" not in view.features()
    hidden = small_market(after=70, credit_payment__is_offered=True, data__shows_prefix=False, data__shows_gender=False,
                          data__shows_friends=False)
    view = hidden.data_sharing.consumer_view(hidden, rows)
    assert np.isnan(view.is_139).all() and np.isnan(view.is_woman).all() and np.isnan(view.friends_good_share).all()
    assert hidden.payment_lender.decide(view).is_approved.any()


def test_a_lender_sees_arrears_at_itself_and_not_at_others():
    """Closed loop and bank file are two worlds until somebody shares data."""
    market = small_market(after=30)
    shops, rows = market.merchants, np.arange(80)
    shops.term_loan[3], shops.term_due_on[3] = 100, market.day - 50
    shops.days_past_due[:] = 50  # what an omniscient lender would see
    in_debt = int(np.flatnonzero(market.loans.outstanding)[0])
    market.loans.due_on[in_debt] = market.day - 9
    platform, bank = market.data_sharing.closed_loop(market, rows), market.data_sharing.bank_file(market, rows)
    assert list(np.flatnonzero(platform.days_past_due)) == [in_debt // SLOTS] and platform.days_past_due.max() == 9
    assert list(np.flatnonzero(bank.days_past_due)) == [3] and bank.days_past_due.max() == 50


def test_what_a_bank_is_told_is_right_on_average_and_wrong_for_each():
    market = small_market(after=2, merchants__count=2000, consumers__count=4000)
    told = market.data_sharing.bank_file(market, np.arange(2000)).annual_sales
    last_year = market.merchants.sales_trend * 365 / (1 + market.settings.data.growth_before_start)
    ratio = told / last_year
    spread = market.settings.data.bank_file_noise
    assert abs(np.log(ratio).mean() + spread ** 2 / 2) < 4.5 * spread / np.sqrt(2000)
    assert abs(np.log(ratio).std() - spread) < 4.5 * spread / np.sqrt(2 * 2000)


# --- limits -----------------------------------------------------------------------------------------------------------


class WatchLimits:
    """After every close: what was drawn against line, cap, cash and leverage."""

    def __init__(self):
        self.largest, self.n_draws, self.highest_debt, self.above = 0, 0, 0.0, 0

    def __call__(self, m):
        row, _, amount, _, _, contract = m.credit.draws.T
        self.n_draws += len(row)
        assert (amount <= fen(m.settings.credit.loan_cap_cny)).all() and (amount >= fen(m.settings.credit.smallest_draw_cny)).all()
        assert (amount % 10_000 == 0).all(), "whole 100 CNY"
        owed = m.loans.principal.reshape(-1, SLOTS).sum(axis=1)  # of open contracts
        assert (owed[row] <= m.merchants.credit_limit[row]).all(), "principal never above the line on the day of a draw"
        assert (m.lenders.cash >= 0).all()
        above = np.maximum(m.lenders.borrowed - m.lenders.borrowing_limit(m), 0)
        interest = m.lenders.borrowed * m.settings.platforms.lender_funding_apr / 365 + 1
        assert (above <= self.above + interest).all(), "only interest may lift a lender above the rule, no draw"
        self.above = above
        self.largest = max(self.largest, int(amount.max(initial=0)))
        self.highest_debt = max(self.highest_debt, float((m.lenders.borrowed / np.maximum(m.lenders.capital, 1)).max()))


@pytest.mark.parametrize("seed", [1, 2])
def test_no_loan_above_line_or_cap_and_no_lender_above_its_capital(seed):
    watch = WatchLimits()
    market = small_market(seed=seed, observers=[watch], platforms__lender_capital_cny=(80e6, 80e6), tactics=[promotion(pool_cny=1e9)])
    market.run_days()
    assert watch.n_draws > 50 and watch.largest <= fen(59_900)
    assert .49 < watch.highest_debt < .502, "the leverage rule must have been reached in this world"


def test_without_capital_nobody_lends():
    market = small_market(after=40, platforms__lender_capital_cny=(0.0, 0.0))
    assert not market.loans.outstanding.any() and not market.lenders.borrowed.any()
    assert (market.merchants.credit_limit > 0).any() and (market.merchants.need_today >= 0).all()


def test_a_line_is_months_of_sales_times_score_in_whole_hundreds_up_to_the_cap():
    market = small_market(after=1)
    shops, s = market.merchants, market.settings.credit
    assert (shops.credit_limit % 10_000 == 0).all() and shops.credit_limit.max() <= fen(s.line_cap_cny)
    with_line = shops.credit_limit > 0
    assert 40 < with_line.sum() < 80, "the expert card refuses some"
    assert (shops.score[with_line] >= market.settings.platform_card.pass_mark).all()


def test_bank_loans_stay_inside_their_limits():
    most = {f"{kind}__{name}": value for kind in ("large_bank", "relationship_bank", "micro_specialist")
            for name, value in (("officers", 3e5), ("largest_loan_cny", 20_000))}
    market = small_market(after=59, merchants__bank_application_rate=6.0, p2p__reach=0.0, supply_chain__reach=0.0, **most)
    first = market.merchants.term_loan[market.merchants.term_loan > 0]
    apr = market.banks.apr.max()
    assert len(first) > 5 and first.max() <= fen(20_000) * (1 + apr / 365) ** 60
    instalments = market.merchants.term_instalment[market.merchants.term_loan > 0]
    assert (instalments <= fen(20_000) * (1 / 12 + apr / 12) + 1).all()
