"""Prices: who charges less wins payments, who pays what is in the books, and without a fee nothing is as much as looked at."""

import datetime

import numpy as np
import pytest

from sim.core.errors import UserError
from sim.core.finance import fen
from sim.core.ledger import Purpose
from tests.worlds import CopyOfEachDay, contested_market, differences, saving_market

FIRST, LAST = datetime.date(2012, 1, 4), datetime.date(2012, 1, 26)
FEE = {"kind": "price", "fee": .02, "start": FIRST, "end": LAST}
CUT = {"kind": "fee_cut", "depth": .02, "budget_cny": 1e9, "start": FIRST, "end": LAST}


def payments(**settings):
    """Payments by platform of forty days, (n_platforms,)."""
    paid = CopyOfEachDay(lambda m: m.prices.paid_today.copy())
    contested_market(consumers__count=6000, observers=[paid], after=40, **settings)
    return np.sum(paid.days, axis=0)


def test_undercutting_wins_payments_from_rivals_and_from_banks():
    usual, cut = payments(), payments(tactics=[CUT])
    assert cut[0] > 1.05 * usual[0] and cut[1] < usual[1] and cut.sum() > usual.sum()


def test_a_rivals_fee_sends_customers_to_the_platform():
    usual, dear = payments(), payments(tactics=[FEE | {"platform": 1}])
    assert dear[0] > usual[0] and dear[1] < .95 * usual[1]


def test_the_price_sensitive_leave_first():
    """Students feel a fee twice as much as the affluent do."""
    def by_segment(**settings):
        bought = CopyOfEachDay(lambda m: np.bincount(m.consumers.segment[m.goods.buyers_today], minlength=5))
        contested_market(consumers__count=12_000, observers=[bought], after=60, **settings)
        return np.sum(bought.days, axis=0)

    left = by_segment(standing__focal__fee=.05) / by_segment()
    assert left[0] < left[4] < 1


def test_a_consumer_who_does_not_mind_moves_nowhere():
    same = {"prices__sensitivity": 0.0}
    assert payments(tactics=[FEE], **same) == pytest.approx(payments(**same), rel=.01)  # a little money is gone


def test_the_fee_goes_from_consumers_to_the_platform_in_the_books():
    flows = CopyOfEachDay(lambda m: (m.ledger.money_today[Purpose.CONSUMER_FEE].copy(), m.prices.fees_today.copy(),
                                     m.prices.paid_today.copy(), m.ledger.residual()))
    market = contested_market(observers=[flows], after=30, standing__focal__fee=.01, standing__rival__fee=.02)
    names = market.ledger.entities
    for money, fees, paid, residual in flows.days:
        assert money[names.index("consumers")] == -fees.sum() and money[names.index("platform 1")] == fees[1] and residual == 0
        assert (fees[:2] <= np.array([.01, .02]) * paid[:2]).all() and fees[2] == 0
        assert fees[0] > .97 * .01 * paid[0] or paid[0] < fen(50)


def test_a_subsidy_goes_into_the_wallet_here_and_onto_the_deposit_elsewhere():
    subsidised = {"standing__focal__fee": -.02, "standing__rival__fee": -.02}
    market, usual = contested_market(after=30, **subsidised), contested_market(after=30)
    assert market.prices.subsidies_today[:2].all() and not market.prices.fees_today.any()
    assert market.consumers.wallet.sum() > usual.consumers.wallet.sum()
    assert market.ledger.money_total[Purpose.SUBSIDY, market.ledger.entities.index("platform 1")] < 0


def test_the_usual_fee_comes_back_after_the_window():
    shown = CopyOfEachDay(lambda m: m.prices.shown[0])
    contested_market(observers=[shown], after=40, standing__focal__fee=.01, tactics=[FEE | {"fee": .03}])
    assert shown.days == [.01] * 3 + [.03] * 23 + [.01] * 14


def test_who_comes_when_the_money_is_gone_pays_the_full_fee():
    market = contested_market(after=40, standing__focal__fee=.02, tactics=[CUT | {"budget_cny": 1e6}])
    budget = fen(1e6 / market.scenario.weight)
    assert .95 * budget < market.prices.spent[0] <= budget


@pytest.mark.parametrize("tactic, usual", [(CUT | {"depth": .03}, .01), (FEE | {"fee": -.02}, 0.0)])
def test_a_cut_whose_money_did_not_reach_draws_nobody_any_more(tactic, usual):
    """Though a few fen are left of it, who shops later sees the full price."""
    looks = CopyOfEachDay(lambda m: (m.prices.shown[0], m.prices.ended))
    market = contested_market(after=27, standing__focal__fee=.01, tactics=[tactic | {"budget_cny": 2e6}], observers=[looks])
    shown, ended = zip(*looks.days)
    over = ended.index((0,))
    assert 3 <= over < 20 and shown[over] < 0 and set(shown[over + 1: 26]) == {usual} and shown[26] == .01
    assert market.prices.spent[0] <= fen(2e6 / market.scenario.weight)


def test_discounts_that_meet_never_pay_out_more_than_half_a_payment():
    cuts = [CUT | {"name": name, "depth": .5, "budget_cny": 1e11} for name in "abc"]
    looks = CopyOfEachDay(lambda m: (m.prices.shown[0], m.prices.subsidies_today[0] - .5 * m.prices.paid_today[0],
                                     m.customers.stage.min(), m.ledger.residual()))
    market = contested_market(after=10, tactics=cuts, observers=[looks])
    shown, beyond, _, residual = zip(*looks.days)
    assert min(shown) == -.5 and max(beyond) <= 0 and not any(residual) and market.prices.subsidies_today[0] > 0
    spent = [market.prices.spent[number] for number in range(3)]
    assert max(spent) - min(spent) == 0, "all three pay the same part"


def test_a_fork_with_another_cut_in_the_same_place_has_its_whole_budget(tmp_path):
    used_up = contested_market(after=20, tactics=[CUT | {"budget_cny": 1e6}])
    used_up.save(tmp_path / "checkpoint")
    same, other = (contested_market(tactics=[CUT | {"budget_cny": 1e6, **more}]) for more in ({}, {"depth": .04}))
    for market in (same, other):
        market.resume(tmp_path / "checkpoint")
    assert used_up.prices.ended == same.prices.ended == (0,) and other.prices.ended == () and not other.prices.spent
    other.run_days(1)
    assert other.prices.spent[0] > 0


def test_a_fork_with_another_boost_in_the_same_place_has_its_whole_budget(tmp_path):
    boost = {"kind": "rate_boost", "points": 3.0, "budget_cny": 1e5, "start": FIRST, "end": LAST}
    used_up = saving_market(after=20, tactics=[boost])
    used_up.save(tmp_path / "checkpoint")
    same, other = (saving_market(tactics=[boost | more]) for more in ({}, {"points": 4.0}))
    for market in (same, other):
        market.resume(tmp_path / "checkpoint")
    assert used_up.savings.ended == same.savings.ended == (0,) and other.savings.ended == () and not other.savings.spent


def test_rivals_earn_the_commission_the_platform_earns():
    market = contested_market(after=30)
    names, total = market.ledger.entities, market.ledger.money_total
    sales = total[Purpose.RIVAL_SALE, names.index("world")]
    earned = total[Purpose.COMMISSION, names.index("platform 1"): names.index("platform 2") + 1].sum()
    assert earned == pytest.approx(.03 * sales, rel=.001)
    assert market.ledger.profit_today()[names.index("platform 1")] != 0


def test_a_fee_scares_away_at_registration():
    def registered(**settings):
        market = contested_market(after=60, consumers__count=6000, customers__conversion=.5, **settings)
        return (market.customers.registered_on[:6000] > 0).sum()

    assert registered(standing__focal__fee=.05) < .8 * registered()


def test_a_price_that_is_what_it_was_changes_nothing():
    assert differences(contested_market(after=30), contested_market(after=30, tactics=[FEE | {"fee": 0.0}])) == []


@pytest.mark.parametrize("wrong, says", [
    (FEE | {"fee": .7}, "at most 0.5"), (FEE | {"platform": 9}, "3 platforms"), (CUT | {"depth": -.1}, "at least 0"),
    (FEE | {"fee": -.01}, "set budget_cny")])
def test_a_price_that_cannot_be_is_said_in_one_line(wrong, says):
    with pytest.raises(UserError, match=says) as refusal:
        contested_market(tactics=[wrong])
    assert len(refusal.value.lines) == 1
