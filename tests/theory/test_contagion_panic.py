"""Bank runs: contracts and thresholds of the literature, runs on graphs."""

import networkx as nx
import numpy as np
import pytest

from sim.contagion import panic
from sim.core.errors import UserError
from tests.theory.contagion_cases import cases

FILE = "08_bank_run.json"


def check(found, case):
    named = {key: value for key, value in case["expected"].items() if hasattr(found, key)}
    assert len(named) >= 2
    for key, value in named.items():
        assert getattr(found, key) == pytest.approx(value, abs=case["tolerance"]), key


@pytest.mark.parametrize("case", cases(FILE, "DD"))
def test_diamond_dybvig(case):
    check(panic.diamond_dybvig(case["gamma"], case["R"], case["t"], rho=case["rho"]), case)


@pytest.mark.parametrize("case", cases(FILE, "MS"))
def test_morris_shin(case):
    check(panic.morris_shin(case["cost"], case["sigma"]), case)


@pytest.mark.parametrize("case", cases(FILE, "GP"))
def test_goldstein_pauzner(case):
    check(panic.goldstein_pauzner(case["r1"], case["R"], case["lam"], case["gamma"]), case)


@pytest.mark.parametrize("case", cases(FILE, "RVIV"))
def test_rochet_vives(case):
    found = panic.rochet_vives(case["I"], case["m"], case["fire_sale_cost"], case["gamma"])
    check(found, case)
    for value in case["expected"]["iterated_best_response_R"]:
        assert found.R_star == pytest.approx(value, abs=case["tolerance"])


def test_more_liquidity_insurance_and_more_early_consumers_make_runs_more_likely():
    base = panic.goldstein_pauzner(1.1, 3.0, 0.1, 2.0).theta_star
    assert panic.goldstein_pauzner(1.15, 3.0, 0.1, 2.0).theta_star > base
    assert panic.goldstein_pauzner(1.1, 3.0, 0.3, 2.0).theta_star > base


def test_no_run_equilibrium_without_liquidity_insurance():
    assert not panic.diamond_dybvig(1.0, 2.0, 0.5).run_equilibrium
    assert panic.diamond_dybvig(2.0, 2.0, 0.5).run_equilibrium


PATH = nx.path_graph(4)


def test_a_run_walks_down_a_path_if_half_of_the_watched_are_enough():
    assert panic.threshold_run(PATH, 0.5, [0]).rounds == [[0], [1], [2], [3]]
    assert panic.threshold_run(PATH, 0.5, [0], inclusive=False).rounds == [[0]]
    assert panic.threshold_run(nx.to_numpy_array(PATH), [1, 0.5, 0.6, 1], [0]).rounds == [[0], [1]]


def test_who_watches_nobody_follows_nobody_and_instigators_start():
    graph = np.zeros((3, 3))
    graph[1, 0] = 1
    found = panic.threshold_run(graph, [0.0, 0.4, 0.4])
    assert found.rounds == [[0], [1]] and found.defaulted.tolist() == [True, True, False]


def test_a_mistake_is_named():
    with pytest.raises(UserError, match="R: is 0.9; it must be above 1"):
        panic.diamond_dybvig(2, 0.9, 0.5)
    with pytest.raises(UserError, match="no node 9"):
        panic.threshold_run(PATH, 0.5, [9])
