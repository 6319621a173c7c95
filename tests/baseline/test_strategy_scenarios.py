"""The shipped scenarios about rivals and management, in smaller worlds: what each was made to show."""

import numpy as np
import pytest

from agents.strategies import STRATEGIES
from experiments.facts import CLAIMS, TESTS
from experiments.strategy_outcomes import Takings, _budgets, _war, worth_of_truth
from scenarios import load
from sim.model import Market
from tests.worlds import CopyOfEachDay

SMALLER = {"consumers.count": 6000, "merchants.count": 12, "weight": 1666.0, "days": 240}
BUDGETED = ("evaluate-and-adjust", "evaluate-and-adjust-hold-out", "evaluate-and-adjust-counterfactual")


def lived(name, **changes):
    takings = Takings()
    market = Market(load(name, {**SMALLER, **changes}), seed=1, observers=[takings])
    market.run_days()
    return market, takings


@pytest.mark.parametrize("name", ["fixed-prices", "price-war", "even-budgets", *BUDGETED, "bank-opens-shop", "rival-credit",
                                  "tech-giant-enters"])
def test_it_opens_with_its_question(name):
    scenario = load(name)
    assert scenario.question.endswith("?") and scenario.title and scenario.question not in (load("marketing-baseline").question, "")


def test_fees_fall_in_a_war_and_stay_where_nobody_moves():
    (_, peace), (market, war) = lived("fixed-prices"), lived("price-war")
    assert set(np.round(peace.index, 9)) == {1.0}
    assert np.mean(war.index[-30:]) < .95 and (market.prices.shown < .01).all()


def test_the_three_ways_to_measure_move_the_same_money_differently():
    moved = []
    for name in BUDGETED[:2]:
        market, _ = lived(name, days=120)
        assert sum(market.media.moved.values()) == 0 and market.strategies[0].settings.measured in STRATEGIES[
            "evaluate_and_adjust"].Settings.model_fields["measured"].annotation.__args__
        moved.append(market.media.moved)
    assert moved[0] != moved[1]
    assert load(BUDGETED[2]).strategies[0].measured == "counterfactual"


@pytest.mark.parametrize("name", ["bank-opens-shop", "rival-credit", "tech-giant-enters"])
def test_an_entrant_sells_from_its_day_on_and_the_platform_feels_it(name):
    world = {"days": 330, "consumers.count": 10_000, "weight": 1000.0}
    sold = CopyOfEachDay(lambda m: int(m.prices.paid_today[3]))
    market = Market(load(name, {**SMALLER, **world}), seed=1, observers=[sold])
    market.run_days()
    assert not any(sold.days[:181]) and sum(sold.days[181:]) > 0 and sum(sold.days[280:]) > 0
    if name != "bank-opens-shop":
        usual, _ = lived("marketing-baseline", **world)
        assert market.prices.recent_payments(market, 30)[0] < usual.prices.recent_payments(usual, 30)[0]


@pytest.mark.slow
def test_claims_have_numbers_a_band_and_a_null():
    small = {"consumers.count": 4000, "merchants.count": 8, "weight": 2500.0, "days": 150}
    found = _war(small, 1, nulls=True) | _budgets(small, 1, nulls=True)
    for key in CLAIMS:
        assert {TESTS[key].value, TESTS[key].null, TESTS[key].events} <= found.keys()
    assert found["fixed_price_index"] == pytest.approx(1) and found["war_price_index"] < .97 < found["debit_price_index"]
    assert np.isfinite(worth_of_truth(1, {**small, "days": 100}))
