"""The market as a Mesa model: what a Mesa user expects works, and looking at a million rows costs nothing."""

import gc
import os
import subprocess
import sys
import warnings
import weakref
from pathlib import Path

import mesa
import numpy as np
import pytest

from agents.bank import Bank, Banks
from agents.consumer import Consumer, Consumers
from agents.merchant import Merchant, Merchants
from agents.platform import Lenders, Platform, Platforms
from sim.core.population import Population, Row, Rows
from sim.markets.loans import Loans
from sim.model import Market
from tests.worlds import small_market

ROOT = Path(__file__).resolve().parents[2]
OTHER_PYTHON = "JISHI_OTHER_PYTHON"


@pytest.fixture(scope="module")
def market():
    return small_market(after=5)


# --- the model --------------------------------------------------------------------------------------------------------


def test_the_market_is_a_mesa_model(market):
    assert isinstance(market, mesa.Model)
    assert market.steps == market.day == 5 and market.running


def test_a_new_market_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small_market(after=1)


def test_only_banks_and_platforms_are_registered(market):
    assert {type(agent) for agent in market.agents} == {Bank, Platform}
    assert market.agent_types == [Bank, Platform, Consumer, Merchant]
    assert len(market.agents) == len(market.banks) + len(market.platforms) == 27


def test_agents_by_type_shows_consumers_and_merchants_as_populations(market):
    by_type = market.agents_by_type
    assert by_type[Consumer] is market.consumers and by_type[Merchant] is market.merchants
    assert len(by_type[Bank]) == 24 and len(by_type[Platform]) == 3


def test_looking_at_rows_registers_nothing_and_moves_no_id(market):
    before = len(market.agents), market.random.getstate()
    shoppers = list(market.consumers)
    assert len(shoppers) == 2000 and shoppers[7].unique_id == 7
    assert (len(market.agents), market.random.getstate()) == before
    newcomer = mesa.Agent(market)
    assert newcomer.unique_id == 28  # after 24 banks and 3 platforms, whatever was looked at
    newcomer.remove()


def test_a_bank_is_an_ordinary_agent_that_is_always_the_same_object(market):
    bank = market.banks[3]
    assert bank is market.banks[3] and bank in market.agents
    assert list(market.banks.get("unique_id")) == [agent.unique_id for agent in market.banks] == list(range(1, 25))
    assert {agent.unique_id for agent in market.platforms} == {25, 26, 27}
    assert bank.model is market and bank.apr == market.banks.apr[3]
    assert market.agents.select(agent_type=Bank).agg("loans", sum) == market.banks.loans.sum()
    assert market.agents.select(lambda agent: isinstance(agent, Platform)).get("brand") == [1.0, 1.0, 1.0]


def test_running_turns_false_on_the_last_day_and_further_steps_do_nothing():
    market = Market("baseline", **{"consumers.count": 1000, "merchants.count": 40, "days": 4})
    ran = []
    while market.running:
        market.step()
        ran.append(market.day)
    assert ran == [1, 2, 3, 4]
    books = market.ledger.money_total.copy()
    market.step()
    assert (market.day, market.steps, market.running) == (4, 4, False)
    assert (market.ledger.money_total == books).all()


def test_run_model_is_mesas_own_loop():
    market = Market("baseline", **{"consumers.count": 1000, "merchants.count": 40, "days": 3})
    market.run_model()
    assert market.day == 3 and not market.running


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_row_is_a_mesa_agent_that_reads_and_writes_the_columns():
    market = small_market()
    consumer = market.consumers[7]
    assert isinstance(consumer, mesa.Agent) and isinstance(consumer, Consumer)
    assert consumer.deposit == market.consumers.deposit[7]
    consumer.satisfaction = .25
    assert market.consumers.satisfaction[7] == np.float32(.25)
    assert consumer == market.consumers[7] and consumer != market.consumers[8] and consumer != market.merchants[7]
    assert len({market.consumers[7], market.consumers[7], market.consumers[-1]}) == 2
    assert consumer.model is market and consumer.random is market.random and consumer.pos is None


def test_a_misspelt_column_is_named_with_the_one_that_was_meant(market):
    with pytest.raises(AttributeError, match="Consumer has no column 'depositt' - did you mean 'deposit'?"):
        market.consumers[0].depositt
    with pytest.raises(AttributeError, match="did you mean 'deposit'?"):
        market.consumers[0].deposits = 3
    with pytest.raises(AttributeError, match="consumers have no column 'walet' - did you mean 'wallet'?"):
        market.consumers.get("walet")
    with pytest.raises(AttributeError, match="no column"):
        market.consumers.set("walet", 0)


@pytest.mark.parametrize("population", [Consumers, Merchants, Banks, Platforms, Lenders, Loans])
def test_no_column_hides_a_word_of_the_protocol(population):
    words = set(dir(Rows)) | set(dir(Population)) | {"model", "population", "n_rows"}
    agent_words = set(dir(Row)) | {"unique_id", "pos", "row", "model", "population"}
    assert not population.columns.keys() & (words - {"columns", *population.columns})
    assert not population.columns.keys() & agent_words


@pytest.mark.parametrize("population", [Consumers, Merchants, Banks, Platforms, Lenders, Loans])
def test_every_column_says_its_unit_and_meaning(population):
    assert population.columns
    for name, column in population.columns.items():
        assert column.unit.strip() and column.meaning.strip(), name


# --- the protocol of a set of agents ----------------------------------------------------------------------------------


def test_a_population_has_length_order_index_and_slices(market):
    consumers = market.consumers
    assert len(consumers) == 2000
    assert [agent.unique_id for agent in consumers][:3] == [0, 1, 2]
    assert consumers[-1].unique_id == 1999
    assert [agent.unique_id for agent in consumers[5:9]] == [5, 6, 7, 8]
    assert consumers[3] in consumers and market.merchants[3] not in consumers
    with pytest.raises(IndexError):
        consumers[2000]
    assert [agent.row for agent in consumers.to_list()[:2]] == [0, 1]


def test_select_by_predicate_mask_number_and_share(market):
    consumers = market.consumers
    rich = consumers.select(lambda agent: agent.income > 1_000_000)
    mask = consumers.select(consumers.income > 1_000_000)
    assert 0 < len(rich) < len(consumers) and list(rich.index) == list(mask.index)
    assert len(consumers.select(at_most=10)) == 10
    assert len(consumers.select(at_most=.25)) == 500
    assert len(rich.select(lambda agent: agent.is_woman, at_most=3)) == 3
    assert list(rich.select(rich.get("is_woman")).index) == [row for row in rich.index if consumers.is_woman[row]]
    assert len(consumers.select(agent_type=Merchant)) == 0 and len(consumers.select(agent_type=Consumer)) == 2000
    assert len(consumers.select()) == 2000


def test_get_one_column_several_columns_and_a_default(market):
    consumers = market.consumers
    deposits = consumers.get("deposit")
    deposits[:] = 0
    assert consumers.deposit.any(), "get gives a copy"
    assert consumers.get(["unique_id", "segment"])[4] == [4, consumers.segment[4]]
    assert list(consumers.get("nonsense", handle_missing="default", default_value=7)[:2]) == [7, 7]
    with pytest.raises(ValueError, match="handle_missing"):
        consumers.get("deposit", handle_missing="maybe")


def test_set_a_column_for_all_or_for_some():
    consumers = small_market().consumers
    assert consumers.set("satisfaction", .5) is consumers
    assert (consumers.satisfaction == .5).all()
    few = consumers.select(at_most=3)
    few.set("satisfaction", np.array([.1, .2, .3]))
    assert np.allclose(consumers.satisfaction[:4], [.1, .2, .3, .5])


def test_agg_count_and_map(market):
    consumers = market.consumers
    assert consumers.agg("deposit", np.sum) == consumers.deposit.sum()
    assert consumers.agg("deposit", [np.min, np.max]) == [consumers.deposit.min(), consumers.deposit.max()]
    assert consumers.count() == 2000
    assert consumers.count(lambda agent: agent.is_woman) == consumers.is_woman.sum() == consumers.count(consumers.is_woman)
    assert consumers.map(lambda agent, add: agent.row + add, 5)[:2] == [5, 6]


def test_groupby_gives_groups_as_mesa_does(market):
    groups = market.consumers.groupby("segment")
    assert groups.count() == {g: int((market.consumers.segment == g).sum()) for g in range(5)}
    assert groups.agg("income", np.mean)[4] == market.consumers.income[market.consumers.segment == 4].mean()
    assert groups.map(len) == groups.count() == groups.map("count")
    assert {key: len(group) for key, group in groups} == groups.count() and len(groups) == 5
    by_wealth = market.consumers.groupby(lambda agent: agent.deposit > 1_000_000)
    assert sum(by_wealth.count().values()) == 2000


def test_sort_and_shuffle(market):
    rich_first = market.merchants.sort("size")
    assert (np.diff(rich_first.get("size")) <= 0).all()
    assert (np.diff(market.merchants.sort(lambda shop: shop.size, ascending=True).get("size")) >= 0).all()
    state = market.random.getstate()
    once = market.merchants.shuffle().index
    market.random.setstate(state)
    assert list(once) == list(market.merchants.shuffle().index) and sorted(once) == list(range(80))
    market.random.setstate(state)


def test_do_runs_row_methods_on_small_worlds():
    market = small_market()
    market.merchants.do(lambda shop: setattr(shop, "rating", .5))
    assert (market.merchants.rating == .5).all()
    assert market.merchants.select(at_most=2).do("step") is not None  # Mesa's own, empty, step


def test_do_refuses_above_ten_thousand_rows_and_names_the_columns():
    market = Market("baseline", **{"consumers.count": 10_001, "merchants.count": 40, "days": 1})
    calls = []
    with pytest.raises(ValueError, match=r"do: 10,001 consumers are too many .* `m\.consumers\."):
        market.consumers.do(calls.append)
    assert not calls
    market.consumers.select(at_most=10_000).do(calls.append)
    assert len(calls) == 10_000


# --- data collector and batch run -------------------------------------------------------------------------------------


def test_a_data_collector_reports_model_and_agents():
    market = small_market()
    market.datacollector = mesa.DataCollector(
        model_reporters={"deposits": lambda m: m.consumers.agg("deposit", np.sum), "day": "day"},
        agenttype_reporters={Bank: {"loans": "loans"}, Merchant: {"cash": "cash"}})
    market.run_days(3)
    daily = market.datacollector.get_model_vars_dataframe()
    assert list(daily.columns) == ["deposits", "day"] and len(daily) == 3
    assert daily["deposits"].iloc[-1] == market.consumers.deposit.sum()
    cash = market.datacollector.get_agenttype_vars_dataframe(Merchant)
    assert len(cash) == 3 * 80 and cash["cash"].iloc[-1] == market.merchants.cash[-1]


def test_the_own_data_collector_has_a_row_for_every_day(market):
    daily = market.datacollector.get_model_vars_dataframe()
    assert list(daily["date"]) == [f"2012-01-0{day}" for day in range(1, 6)]
    assert (daily["sales"] > 0).all() and daily["loans"].iloc[-1] == market.lenders.loans.sum()


BATCH = {"scenario": "baseline", "consumers.count": [1000, 2000], "merchants.count": 40, "days": 4}


def batch(**how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = mesa.batch_run(Market, BATCH, display_progress=False, data_collection_period=1, **how)
    return sorted(found, key=lambda run: (run["consumers.count"], run["Step"]))


def test_mesas_batch_run_runs_the_market():
    runs = batch(number_processes=1)
    assert [run["consumers.count"] for run in runs] == [1000] * 4 + [2000] * 4
    alone = Market("baseline", **{"consumers.count": 2000, "merchants.count": 40, "days": 4})
    alone.run_days()
    assert runs[-1]["sales"] == alone.goods.gmv_today > runs[3]["sales"] > 0


@pytest.mark.slow
def test_mesas_batch_run_gives_the_same_in_two_processes():
    assert [run["sales"] for run in batch(number_processes=2)] == [run["sales"] for run in batch(number_processes=1)]


# --- the newest Mesa --------------------------------------------------------------------------------------------------


def other_python():
    """Another interpreter with Mesa: from the variable JISHI_OTHER_PYTHON, or an environment beside this one."""
    named = os.environ.get(OTHER_PYTHON)
    for path in ([named] if named else [ROOT / f".venv-{version}" / "bin" / "python" for version in ("3.13", "3.12")]):
        if Path(path).is_file():
            return str(path)
    return None


@pytest.mark.slow
@pytest.mark.skipif(OTHER_PYTHON + "_INSIDE" in os.environ, reason="this is the other interpreter")
@pytest.mark.skipif(other_python() is None, reason=f"no second environment: ./test --python 3.13 makes one, {OTHER_PYTHON} names one")
def test_the_newest_mesa_passes_these_tests_too():
    done = subprocess.run([other_python(), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", str(Path(__file__)),
                           str(ROOT / "tests/promises/test_worlds.py")], cwd=ROOT, capture_output=True, text=True,
                          env=os.environ | {OTHER_PYTHON + "_INSIDE": "1", "PYTHONPATH": str(ROOT)}, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert sys.executable != other_python()


def test_a_market_that_nobody_holds_is_freed():
    """Mesa 3.3 keeps every model it numbered agents for; thousands of runs in one process would fill the memory."""
    market = Market("baseline", **{"consumers.count": 300, "merchants.count": 20, "days": 3})
    market.step()
    held = weakref.ref(market)
    del market
    gc.collect()
    assert held() is None
