"""Scenario files are found, laid over what they extend, changed by overrides and written back."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from scenarios import dump, load
from scenarios.overrides import parse_set
from sim.core.errors import UserError
from tests.scenarios.sample import SampleScenario

SHIPPED = Path(__file__).parent / "shipped"


def read(scenario, overrides=None):
    return load(scenario, overrides, schema=SampleScenario, folder=SHIPPED)


def lines_of(scenario, overrides=None):
    with pytest.raises(UserError) as wrong:
        read(scenario, overrides)
    return wrong.value.lines


def written(folder, **files):
    """Write each text to `folder/name.toml`; the path of the first."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.toml"


def kinds(scenario):
    return [tactic.kind for tactic in scenario.tactics]


def test_a_shipped_scenario_is_loaded_by_name_and_a_file_by_path():
    assert read("baseline") == read(str(SHIPPED / "baseline.toml"))
    assert read("baseline").consumers.count == 2000


def test_a_scenario_cannot_be_changed_after_loading():
    with pytest.raises(ValueError):
        read("baseline").days = 3


def test_a_file_without_a_name_is_called_after_itself(tmp_path):
    assert read(written(tmp_path, mine='extends = "baseline"')).name == "mine"


def test_an_extending_file_changes_only_what_it_says():
    below, above = read("baseline"), read("flash-rate")
    assert above.consumers == below.consumers
    assert above.based_on == "baseline"
    assert above.credit.officers == 250
    assert above.question != below.question


def test_questions_are_not_inherited(tmp_path):
    assert read(written(tmp_path, mine='extends = "baseline"')).question == ""


def test_a_chain_of_three_files_is_followed(tmp_path):
    top = written(tmp_path, top='extends = "middle.toml"\ndays = 3', middle='extends = "flash-rate"\nweight = 7')
    found = read(top)
    assert (found.days, found.weight, found.credit.officers) == (3, 7, 250)


def test_files_that_extend_each_other_are_a_mistake(tmp_path):
    top = written(tmp_path, a='extends = "b.toml"', b='extends = "a.toml"')
    assert lines_of(top) == [f"{tmp_path}/a.toml: extends: a.toml extends b.toml extends a.toml, a circle"]


def test_a_named_entry_merges_and_others_stay():
    assert kinds(read("flash-rate")) == ["coupon", "rate_promotion"]


def test_a_name_reaches_an_inherited_entry_without_name_by_its_kind(tmp_path):
    found = read(written(tmp_path, mine='extends = "baseline"\n[[tactics]]\nname = "coupon"\nvalue_cny = 9'))
    assert [(tactic.kind, tactic.value_cny) for tactic in found.tactics] == [("coupon", 9.0)]


def test_a_list_with_an_entry_without_name_replaces_the_inherited_list(tmp_path):
    found = read(written(tmp_path, mine='extends = "flash-rate"\n[[tactics]]\nkind = "coupon"'))
    assert kinds(found) == ["coupon"]


def test_an_empty_list_takes_everything_out(tmp_path):
    assert read(written(tmp_path, mine='extends = "flash-rate"\ntactics = []')).tactics == ()


def test_an_inherited_entry_is_removed_by_name(tmp_path):
    found = read(written(tmp_path, mine='extends = "baseline"\n[[platforms]]\nname = "rival"\nremove = true'))
    assert [platform.name for platform in found.platforms] == ["focal"]


def test_removing_what_is_not_there_is_a_mistake(tmp_path):
    path = written(tmp_path, mine='extends = "baseline"\n[[platforms]]\nname = "rivl"\nremove = true')
    assert lines_of(path) == [f"{path}:2: platforms: nothing called 'rivl' is inherited to be removed"]


def test_another_kind_of_network_forgets_the_settings_of_the_first(tmp_path):
    below = '[networks.social]\nkind = "small_world"\nrewire_prob = 0.5'
    path = written(tmp_path, top='extends = "below.toml"\n[networks.social]\nkind = "scale_free"', below=below)
    assert read(path).networks.social.exponent == 2.5


def test_a_table_that_names_no_kind_keeps_the_kind_below_it(tmp_path):
    assert read(written(tmp_path, mine="[networks.social]\ndegree = 4")).networks.social.rewire_prob == 0.1


def test_a_section_keeps_the_defaults_its_schema_gives_it(tmp_path):
    assert read(written(tmp_path, mine="[merchants]\nis_open = false")).merchants.count == 40


def test_whole_numbers_may_be_written_as_1e3(tmp_path):
    assert read(written(tmp_path, mine="[consumers]\ncount = 1e3")).consumers.count == 1000


def test_overrides_reach_settings_entries_by_name_by_kind_and_by_number():
    found = read("flash-rate", {"consumers.count": np.int64(10), "tactics.rate_promotion.depth": np.float64(0.3),
                                "tactics.0.value_cny": 4, "start": date(2012, 2, 1)})
    assert (found.consumers.count, found.tactics[1].depth, found.tactics[0].value_cny) == (10, 0.3, 4.0)
    assert found.start == date(2012, 2, 1)


def test_overrides_reach_entries_of_a_list_that_stands_only_in_the_defaults(tmp_path):
    found = read(written(tmp_path, mine="days = 3"), {"platforms.focal.fee": 0.5})
    assert [platform.fee for platform in found.platforms] == [0.5, 0.03]


def test_overrides_may_be_nested_tables():
    assert read("baseline", {"consumers": {"count": 7}}).consumers.count == 7


def test_an_override_of_kind_takes_effect_before_the_settings_of_that_kind():
    found = read("baseline", {"networks.social.exponent": 2.9, "networks.social.kind": "scale_free"})
    assert found.networks.social.exponent == 2.9


def test_an_override_of_none_brings_the_default_back():
    found = read("baseline", {"consumers.count": None, "merchants.count": None, "tactics.coupon.value_cny": None})
    assert (found.consumers.count, found.merchants.count, found.tactics[0].value_cny) == (1000, 40, 5.0)


def test_a_table_of_names_is_added_to(tmp_path):
    found = read(written(tmp_path, mine="[consumers.segments]\nothers = 0.5\nrural = 0.2"))
    assert found.consumers.segments == {"students": 0.3, "others": 0.5, "rural": 0.2}


def test_a_loaded_scenario_can_be_changed_by_overrides():
    below = read("flash-rate")
    changed = read(below, {"tactics.rate_promotion.depth": 0.5})
    assert changed.tactics[1].depth == 0.5
    assert read(changed, {"tactics.rate_promotion.depth": 0.25}) == below


def test_set_reads_values_as_toml_and_bare_words_as_text():
    texts = ["a.b=10_000", "c = 0.3", "d=true", "e=2012-10-18", "f=marketplace", 'g="x=y"', "h=[1, 2]", "a.b=5",
             "i=rate event"]
    assert parse_set(texts) == {"a.b": 5, "c": 0.3, "d": True, "e": date(2012, 10, 18), "f": "marketplace", "g": "x=y",
                                "h": [1, 2], "i": "rate event"}


def test_set_reports_every_text_it_cannot_read():
    with pytest.raises(UserError) as wrong:
        parse_set(["consumers.count", "=3", "a..b=3", "a=[1,", "a=1\nb=2", "days=3"])
    assert len(wrong.value.lines) == 5
    assert wrong.value.lines[0] == "--set consumers.count: must be path=value, such as consumers.count=10_000"


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", ["baseline", "flash-rate"])
def test_a_written_scenario_reads_back_equal(tmp_path, name, full):
    scenario = read(name, {"consumers.segments": {"a b": 0.1, "学生": 0.2}, "merchants.order_days": [1e-9, 0.1 + 0.2]})
    assert read(written(tmp_path, copy=dump(scenario, full=full))) == scenario


def test_writing_only_differences_writes_nothing_of_the_defaults():
    text = dump(read("baseline"), full=False)
    assert "price_sensitivity" not in text
    assert "[merchants]" not in text
    assert "count = 2000" in text
