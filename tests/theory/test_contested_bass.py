"""Where platforms compete registrations are Bass too, in the limit of one platform, considered by all, that converts every visit."""

import numpy as np
import pytest

from agents import customer
from agents.customer import REGISTERED
from results.bass import recursion
from sim.model import Market
from tests.theory.test_bass import DAYS, WORLD, N, P, Q, furthest, spread_of_one_world

LIMIT = {**WORLD, "customers.is_contested": True, "platforms.count": 1, "customers.visits_alone": P, "customers.visits_social": Q,
         "customers.conversion": 1.0, "customers.conversion_trust": 0.0, "customers.conversion_fit": 0.0,
         "customers.conversion_friction": 0.0, "customers.search_share": 0.0, "standing.focal.users_share": 0.0,
         "standing.focal.aware_share": 1.0, "standing.focal.considering_share": 1.0}


def registered_share(seed, **overrides):
    """Share registered after each day, (DAYS + 1,); only the step of visits of each day is lived."""
    market = Market("baseline", seed=seed, **{**LIMIT, **overrides})
    share = [0.0]
    for market.day in range(DAYS):
        customer.visit_and_register(market)
        share.append(np.mean(market.customers.stage >= REGISTERED))
    return np.array(share)


def test_on_a_complete_graph_the_funnel_lives_the_bass_model():
    mean = np.mean([registered_share(seed) for seed in range(1, 5)], axis=0)
    expected = recursion(P / 365, Q / 365, DAYS)
    assert expected[-1] > .95
    assert (np.abs(mean - expected) <= 4 * spread_of_one_world() / 2 + 1 / N).all() and furthest(mean) < .02


@pytest.mark.slow
def test_fifty_worlds_stay_within_two_hundredths_of_the_market_on_every_day():
    assert furthest(np.mean([registered_share(seed) for seed in range(1, 51)], axis=0)) < .02


def test_what_the_limit_leaves_out_moves_it_away():
    """Half of them considering it, or half of the visits converting, is another curve by far."""
    assert furthest(registered_share(1, **{"standing.focal.considering_share": .5})) > .2
    assert furthest(registered_share(1, **{"customers.conversion": .5})) > .1
