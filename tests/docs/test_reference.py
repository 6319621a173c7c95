"""REFERENCE.md and schema.json say what the settings classes say."""

from scenarios.reference import stale
from scenarios.schema import Scenario


def test_the_reference_of_settings_is_fresh():
    assert stale(Scenario) == [], "run: python -m scenarios.reference"
