"""The ODD document follows the code."""

import pytest

from experiments.documenting import ODD, day_steps, step_function, what_it_says, written
from sim.core.random import Stream


def test_the_generated_tables_of_the_odd_document_are_fresh():
    text = ODD.read_text(encoding="utf-8")
    assert written(text) == text, "run python -m experiments.documenting"


def test_the_day_has_ten_phases_in_order():
    phases = list(dict.fromkeys(phase for phase, _ in day_steps()))
    assert [phase.split()[0] for phase in phases] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("step", sorted({step for _, step in day_steps() if step_function(step)}))
def test_every_step_says_what_it_writes_and_draws_from_known_streams(step):
    said = what_it_says(step_function(step).__doc__)
    assert said["does"]
    assert said["Writes"] or "Returns" in step_function(step).__doc__
    for word in said["Draws"].replace(",", " ").split():
        if word.isupper() and "_" in word:
            assert word in Stream.__members__
