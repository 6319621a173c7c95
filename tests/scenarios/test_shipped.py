"""Every shipped scenario loads, is called after its file and asks a question."""

import pytest

from results.questions_zh import QUESTIONS_ZH
from scenarios import dump, load
from scenarios.describing import describe, listing
from scenarios.files import shipped_names
from scenarios.scaling import scaled


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_scenario_loads_and_asks_a_question(name):
    scenario = load(name)
    assert scenario.name == name
    assert scenario.question.endswith("?")
    assert scenario.question in describe(scenario)
    assert scaled(scenario).is_scaled


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_scenario_is_written_and_read_back_exactly(tmp_path, name, full):
    path = tmp_path / "copy.toml"
    path.write_text(dump(load(name), full=full), encoding="utf-8")
    assert load(path) == load(name)


def test_the_listing_has_a_question_for_every_shipped_scenario():
    assert [name for name, _ in listing()] == shipped_names()
    assert all(question.endswith("?") for _, question in listing())


@pytest.mark.parametrize("name", shipped_names())
def test_question_and_title_are_there_in_chinese(name):
    scenario = load(name)
    assert {text for text in (scenario.question, scenario.title) if text} <= QUESTIONS_ZH.keys()
