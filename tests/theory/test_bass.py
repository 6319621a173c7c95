"""Bass: on a complete graph the market's own step of registration is the discrete Bass model; without imitation no S is left."""

import numpy as np
import pytest

from agents import consumer
from agents.consumer import REGISTERED
from results.bass import fit_bass, recursion
from sim.model import Market
from tests.worlds import small_market

N, DAYS = 20_000, 640
FAST = 8  # years lived in one: p .03 and q .38 a year (L42), in steps of 8 days, so that 14 years take 640 steps
P, Q = .03 * FAST, .38 * FAST
WORLD = {"consumers.count": N, "merchants.count": 20, "days": DAYS, "experiment.fork": None, "consumers.registered_share": 0.0,
         "consumers.adoption_alone": P, "consumers.adoption_social": Q, "networks.social": {"kind": "complete"}}


def adoption(seed, **overrides):
    """Share with a wallet after each day, (DAYS + 1,), and the market; only the step `register` of each day is lived."""
    market = Market("baseline", seed=seed, **{**WORLD, **overrides})
    share = [0.0]
    for market.day in range(DAYS):
        consumer.register(market)
        share.append(np.mean(market.consumers.stage == REGISTERED))
    return np.array(share), market


def spread_of_one_world():
    """Standard deviation of the share after each day, by linear noise: V' = (1 + J)^2 V + h(1 - h)(1 - F) / N around the recursion."""
    p, q = P / 365, Q / 365
    variance = np.zeros(DAYS + 1)
    for t, share in enumerate(recursion(p, q, DAYS)[:-1]):
        hazard = p + q * share
        variance[t + 1] = (1 + q * (1 - share) - hazard) ** 2 * variance[t] + hazard * (1 - hazard) * (1 - share) / N
    return np.sqrt(variance)


def furthest(share):
    return np.abs(share - recursion(P / 365, Q / 365, DAYS)).max()


@pytest.fixture(scope="module")
def four_worlds():
    return [adoption(seed) for seed in range(1, 5)]


def test_a_complete_graph_lives_the_bass_model(four_worlds):
    mean = np.mean([share for share, _ in four_worlds], axis=0)
    expected = recursion(P / 365, Q / 365, DAYS)
    assert expected[-1] > .95
    error = spread_of_one_world() / 2
    assert (np.abs(mean - expected) <= 4 * error + 1 / N).all()  # 4 standard errors of four seeds on every day: at most .016
    assert furthest(mean) < .02


def test_a_neighbour_with_a_wallet_is_everybody_with_one_but_oneself(four_worlds):
    c = four_worlds[0][1].consumers
    registered = c.stage == REGISTERED
    assert 0 < registered.sum() < N
    assert np.array_equal(c.registered_neighbours, registered.sum() - registered)


def test_a_small_world_is_not_the_bass_model():
    share, _ = adoption(1, **{"networks.social": {"kind": "small_world", "mean_degree": 8.0, "rewiring": .01}})
    assert furthest(share) > .05


def test_the_whole_day_registers_as_the_step_alone():
    overrides = {name.replace(".", "__"): value for name, value in {**WORLD, "consumers.count": 2000}.items()}
    whole, alone = small_market(seed=3, after=20, **overrides), small_market(seed=3, **overrides)
    for alone.day in range(20):
        consumer.register(alone)
    assert (whole.consumers.registered_on > 0).sum() > 20
    for name in ("stage", "registered_on", "registered_neighbours"):
        assert np.array_equal(getattr(whole.consumers, name), getattr(alone.consumers, name))


def test_the_isolated_are_nobodys_neighbours(four_worlds):
    c = adoption(1, **{"consumers.isolated": 500})[1].consumers
    assert np.array_equal(c.registered_on[:N], four_worlds[0][1].consumers.registered_on)
    assert not c.registered_neighbours[N:].any()


def test_bass_fitted_to_a_complete_graph_finds_its_settings(four_worlds):
    share = np.mean([share for share, _ in four_worlds], axis=0)
    found = fit_bass(np.diff(share[::8]), periods_a_year=365 / 8)
    assert (found.p, found.q, found.market_size) == pytest.approx((P, Q, 1.0), rel=.06)  # 4 standard errors of four seeds, about


def test_without_imitation_the_s_is_gone(four_worlds):
    share, _ = adoption(1, **{"consumers.adoption_social": 0.0})
    null = fit_bass(np.diff(share[::16]), periods_a_year=365 / 16, market_size=1.0)
    with_imitation = fit_bass(np.diff(four_worlds[0][0][::16]), periods_a_year=365 / 16, market_size=1.0)
    assert null.q / null.p < 1 < 5 < with_imitation.q / with_imitation.p
    assert null.peak_year == 0.0 and np.argmax(np.diff(share[::80])) == 0


@pytest.mark.slow
def test_fifty_worlds_stay_within_two_hundredths_of_bass_on_every_day():
    mean = np.mean([adoption(seed)[0] for seed in range(101, 151)], axis=0)
    assert furthest(mean) < .02
    assert (np.abs(mean - recursion(P / 365, Q / 365, DAYS)) <= 4 * spread_of_one_world() / np.sqrt(50) + .003).all()  # steps of 8 days
