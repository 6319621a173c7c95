"""A user's mistakes are lines: where, which setting, which value, what is allowed, did you mean."""

import pytest

from scenarios import load
from sim.core.errors import UserError
from tests.scenarios.sample import SampleScenario
from tests.scenarios.test_files import SHIPPED, lines_of, read, written


def test_every_mistake_of_a_file_is_reported_at_once_in_the_order_of_its_lines(tmp_path):
    path = written(tmp_path, my="weight = 0\ndays = 1.5\n\n[consumers]\ncuont = 3\ncount = -5\n"
                                "[[tactics]]\nkind='coupn'")
    assert [line.removeprefix(str(tmp_path) + "/") for line in lines_of(path)] == [
        "my.toml:1: weight = 0 (real actors per simulated actor): must be at least 0.001 and at most 1_000_000_000",
        "my.toml:2: days = 1.5 (days): must be a whole number, at least 1 and at most 36_500",
        "my.toml:5: consumers.cuont: no such setting - did you mean 'count'?",
        "my.toml:6: consumers.count = -5 (persons): must be at least 1 and at most 10_000_000",
        "my.toml:8: tactics: no tactic of kind 'coupn'; known kinds: coupon, rate_promotion - did you mean 'coupon'?",
    ]


def test_a_mistake_in_an_extended_file_names_that_file(tmp_path):
    path = written(tmp_path, top='extends = "below.toml"\ndays = 0', below="[consumers]\ncount = 0")
    assert [line.split(":")[0].rpartition("/")[2] for line in lines_of(path)] == ["below.toml", "top.toml"]


def test_a_misspelt_scenario_is_met_with_the_name_meant():
    assert lines_of("flash-rte") == ["no scenario called 'flash-rte'; shipped: baseline, flash-rate"
                                     " - did you mean 'flash-rate'?"]


def test_the_name_of_a_file_beside_is_met_with_the_file(tmp_path, monkeypatch):
    written(tmp_path, mine="days = 3")
    monkeypatch.chdir(tmp_path)
    assert lines_of("mine") == ["no scenario called 'mine'; shipped: baseline, flash-rate"
                                " - did you mean the file 'mine.toml'?"]


def test_an_extended_scenario_that_is_missing_is_reported_at_its_line(tmp_path):
    path = written(tmp_path, my='days = 3\nextends = "basline"')
    assert lines_of(path) == [f"{path}:2: extends: no scenario called 'basline'; shipped: baseline, flash-rate"
                              " - did you mean 'baseline'?"]


@pytest.mark.parametrize("content, words", [
    (b"", "is empty"), (b" \n\t\n", "is empty"), (b"\xff\xfe", "not UTF-8"), (b"days = 3\nx = '\xe9'", ":2: byte"),
    (b"days = = 3", "Invalid value (column 8)"),
    (b"a = " + b"[" * 100_000, "nested too deeply"), (b"a = 1\na = 2", "not TOML"),
    (b"days = " + b"9" * 5000, "cannot be read as TOML"), (b"days = 0x" + b"f" * 9000, "too large a number"),
    (b"a = " + b"[" * 40 + b"]" * 40, "nested too deeply"), (b"#" * 1_000_001, "larger than"),
    (b".".join([b"a"] * 2000) + b" = 1", "nested too deeply"), (b"\x00", "not TOML"), (b"days = nan", "whole number"),
    (b"weight = inf", "finite number"), (b'"a\\nb" = 1', "a\\nb"),
])
def test_whatever_a_file_holds_is_met_with_clean_lines(tmp_path, content, words):
    path = tmp_path / "my.toml"
    path.write_bytes(content)
    lines = lines_of(path)
    assert any(words in line for line in lines)
    for line in lines:
        assert line.startswith(f"{path}:")
        assert line.isprintable() and len(line) < 600


@pytest.mark.parametrize("name", ["", "\0", "x" * 5000, "a/b.toml", "x" * 5000 + ".toml", "\0.toml", "\ud800.toml",
                                  "a\nb.toml"])
def test_whatever_the_name_there_is_one_clean_line(name):
    (line,) = lines_of(name)
    assert line.isprintable() and line.startswith("no scenario")


def test_a_folder_is_not_a_scenario(tmp_path):
    folder = tmp_path / "my.toml"
    folder.mkdir()
    assert lines_of(folder) == [f"{folder}: is a folder, not a scenario file"]


def test_a_value_no_file_could_hold_is_a_mistake_too():
    assert lines_of("baseline", {"consumers": {1: 2}}) == [
        "override: consumers = {...}: names of settings must be text",
    ]
    assert lines_of("baseline", {"days": object(), "title": "\ud800"}) == [
        "override: days = (object): cannot be the value of a setting",
        'override: title = "\\ud800": not valid text',
    ]
    assert lines_of("baseline", {"a\ud800": 1}) == ["override: a\\ud800: names of settings must be text"]


def test_an_override_that_leads_nowhere_says_what_is_there():
    assert lines_of("baseline", {"tactics.cupon.value_cny": 3, "days.x": 3, "platforms.focal": 3}) == [
        "override: tactics.cupon.value_cny: this scenario has no entry called 'cupon' here; it has coupon"
        " - did you mean 'coupon'?",
        "override: days.x: there is nothing inside a plain value for 'x' to name",
        "override: platforms[0] = 3: must be a table of settings, as under [platforms]",
    ]


def test_two_entries_of_one_name_are_a_mistake():
    tactic = {"kind": "coupon", "name": "a"}
    assert lines_of("baseline", {"tactics": [tactic, tactic]}) == [
        "override: tactics: the name 'a' is taken by an earlier entry",
    ]
    assert len(read("baseline", {"tactics": [{"kind": "coupon"}, {"kind": "coupon"}]}).tactics) == 2


def test_a_missing_setting_says_what_it_should_be():
    assert lines_of("baseline", {"experiment.burn_in_days": 3}) == ["override: experiment.fork: is missing (date)"]


def test_a_rule_between_settings_is_reported_at_its_table(tmp_path):
    path = written(tmp_path, my='days=3\n[[tactics]]\nkind="coupon"\nstart=2012-02-02\nend=2012-02-01')
    assert lines_of(path) == [f"{path}:2: tactics.coupon: the end 2012-02-01 lies before the start 2012-02-02"]


def test_a_setting_of_another_section_is_found():
    assert lines_of("baseline", {"officers": 3}) == [
        "override: officers: no such setting - did you mean 'credit.officers'?",
    ]


def test_a_file_with_thousands_of_mistakes_says_how_many_more(tmp_path):
    path = written(tmp_path, my="\n".join(f"x{i} = 1" for i in range(3000)))
    lines = lines_of(path)
    assert len(lines) == 51 and lines[-1] == f"{path}: and 2950 more mistakes"


def test_a_scaled_scenario_cannot_be_changed():
    scaled = read("baseline").model_copy()
    scaled._is_scaled = True
    with pytest.raises(ValueError, match="scaled") as wrong:
        load(scaled, {"days": 3}, schema=SampleScenario, folder=SHIPPED)
    assert not isinstance(wrong.value, UserError)


def test_a_file_whose_name_is_not_text_is_a_clean_line(tmp_path):
    path = tmp_path / "\udce9.toml"
    path.write_text("days = 3")
    assert lines_of(path) == [f"{tmp_path}/\\udce9.toml: name = \"\\udce9\": not valid text"]
