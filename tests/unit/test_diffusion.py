"""What `jishi validate` says about diffusion: every number a test asks for is there, and each null is told from the fact."""

import pytest

from experiments.diffusion_outcomes import diffusion_outcome
from experiments.facts import DIFFUSION_TESTS, TESTS


@pytest.fixture(scope="module")
def found():
    return diffusion_outcome(1)


def test_every_number_that_is_tested_is_there_with_its_null(found):
    assert len(DIFFUSION_TESTS) == 5
    for key in DIFFUSION_TESTS:
        assert {TESTS[key].value, TESTS[key].null, TESTS[key].events} <= found.keys()


@pytest.mark.parametrize("key", sorted(DIFFUSION_TESTS))
def test_one_seed_passes_and_its_null_fails(key, found):
    low, high = TESTS[key].band
    assert low <= found[TESTS[key].value] <= high
    assert not low <= found[TESTS[key].null] <= high


def test_a_network_slows_diffusion_down(found):
    assert found["small_world_adopters"] < found["scale_free_adopters"] < 20_000
    assert found["no_imitation_adopters"] < .5 * found["small_world_adopters"]
