"""What is written at the scale of the real market is divided by the weight, once."""

import pickle

import pytest

from scenarios.scaling import SIZES, scaled, sized
from sim.core.errors import UserError
from tests.scenarios.test_files import read


def test_settings_at_real_scale_are_divided_and_others_are_not():
    real = read("flash-rate", {"weight": 10})
    model = scaled(real)
    assert [platform.capital_cny for platform in model.platforms] == [60e6, 60e6]
    assert model.tactics[1].pool_cny == 10e6
    assert model.credit.officers == 25
    assert model.credit.daily_rate == real.credit.daily_rate
    assert model.consumers == real.consumers
    assert model.weight == 10


def test_what_was_there_does_not_vanish_and_what_was_not_does_not_appear():
    model = scaled(read("baseline", {"weight": 1000, "credit.officers": 0, "credit.pools_cny": [3, 1700, 0]}))
    assert model.credit.officers == 0
    assert model.credit.pools_cny == (1, 2, 0)


def test_the_division_happens_once():
    model = scaled(read("baseline"))
    assert model.is_scaled and scaled(model) is model


def test_scaling_leaves_the_scenario_itself_as_it_was():
    real = read("baseline")
    scaled(real)
    assert real == read("baseline") and not real.is_scaled
    assert scaled(real) != real


def test_a_weight_of_one_changes_no_setting():
    real = read("baseline", {"weight": 1})
    assert scaled(real).model_dump() == real.model_dump()


@pytest.mark.parametrize("size", SIZES)
def test_every_size_stands_for_the_same_real_market(size):
    below = read("baseline", {"consumers.count": 3000, "merchants.count": 100})
    found = sized(below, size)
    assert found.consumers.count == SIZES[size]
    assert found.merchants.count == round(SIZES[size] / 30)
    assert found.consumers.count * found.weight == pytest.approx(3000 * below.weight, rel=1e-12)
    assert found.credit == below.credit


def test_an_unknown_size_is_met_with_the_known_ones():
    with pytest.raises(UserError) as wrong:
        sized(read("baseline"), "larg")
    assert wrong.value.lines == ["--size larg: no such size; known sizes: small, medium, large - did you mean 'large'?"]


def test_a_scenario_travels_to_other_processes_as_it_is():
    for scenario in (read("flash-rate"), scaled(read("flash-rate"))):
        copy = pickle.loads(pickle.dumps(scenario))
        assert copy == scenario and copy.is_scaled == scenario.is_scaled
