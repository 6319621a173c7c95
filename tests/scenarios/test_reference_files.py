"""The reference lists every setting of a schema with its unit, bounds and source; the JSON Schema serves editors."""

import json

from scenarios.reference import files, main, reference, stale
from tests.scenarios.sample import SampleScenario


def rows():
    """Setting -> cells of its row in the reference."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in reference(SampleScenario).splitlines()
             if line.startswith("| `")]
    return {each[0].strip("`"): each[1:] for each in cells}


def test_a_row_says_type_default_unit_bounds_meaning_source_and_marks():
    assert rows()["consumers.count"] == ["whole number", "`1_000`", "persons", "at least 1 and at most 10_000_000",
                                         "Simulated consumers", "assumption", ""]
    assert rows()["credit.daily_rate"][-2:] == ["S07", "**c**"]
    assert rows()["platforms.NAME.capital_cny"][-1] == "**w**"
    assert rows()["experiment.fork"][1] == "required"


def test_a_section_shows_its_own_defaults():
    assert rows()["merchants.count"][1] == "`40`"


def test_every_kind_of_plug_in_has_its_settings_at_the_path_that_sets_them():
    assert rows()["tactics.rate_promotion.depth"][1] == "`0.25`"
    assert {"tactics.coupon.value_cny", "networks.social.exponent", "networks.social.rewire_prob"} <= set(rows())


def test_every_setting_has_a_unit_column_and_a_source():
    assert all(cells[5] for cells in rows().values())


def test_stale_files_are_found_and_written_afresh(tmp_path, capsys):
    assert stale(SampleScenario, tmp_path) == ["REFERENCE.md", "schema.json"]
    assert main(["--check"], SampleScenario, tmp_path) == 1
    assert main([], SampleScenario, tmp_path) == 0
    assert main(["--check"], SampleScenario, tmp_path) == 0
    (tmp_path / "REFERENCE.md").write_text("old")
    assert stale(SampleScenario, tmp_path) == ["REFERENCE.md"]
    assert main(["--chek"], SampleScenario, tmp_path) == 2
    assert "usage" in capsys.readouterr().out


def test_the_json_schema_gives_editors_units_bounds_and_kinds():
    schema = json.loads(files(SampleScenario)["schema.json"])
    count = schema["$defs"]["ConsumerSettings"]["properties"]["count"]
    assert (count["minimum"], count["maximum"]) == (1, 10_000_000) and "Unit: persons" in count["description"]
    alternatives = schema["properties"]["tactics"]["items"]["anyOf"][:-1]
    kinds = [each["allOf"][1]["properties"]["kind"]["const"] for each in alternatives]
    assert kinds == ["rate_promotion", "coupon"]
    assert "extends" in schema["properties"] and "remove" not in schema["properties"]
    assert "required" not in schema
