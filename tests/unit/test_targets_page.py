"""Targets on the pages of runs, forks and comparisons: a tile, a table, a figure each, in both languages."""

import numpy as np
import pytest

from results.page import render
from results.report import compare_page, fork_page, fork_report, run_page
from results.targets import fork_paths
from results.targets_section import sentence, target_tiles
from results.words import Words
from scenarios import load
from tests.unit.made_up import made_up_comparison, made_up_fork
from tests.unit.test_report import Text, outside, unknown

NET = 2e6 * np.array([-1.0, .5, 1.2, -.3, -.4])
TARGETS = [{"name": "lending", "measure": "drawn", "value": 1e9, "by": "2012-11-01", "source": "K02", "note": "a remark"},
           {"name": "目标 2", "measure": "payment_success_rate", "value": .9},
           {"name": "bad <loans>", "measure": "npl_ratio", "value": .01, "direction": "at_most"},
           {"name": "later", "measure": "open_merchants", "value": 1e9, "by": "2020-01-01"},
           {"name": "gone", "measure": "bank_npl_ratio", "value": .05, "direction": "at_most"}]


def planned_fork(**named):
    fork = made_up_fork(NET, past=False, **named)
    fork.scenario = load(fork.scenario, {"start": "2012-10-18", "targets": TARGETS})
    for each in (*fork.without, *fork.with_tactics):
        each.scenario = fork.scenario
        each.daily["payment_success_rate"] = .8
    return fork


def planned_comparison():
    comparison = made_up_comparison(NET)
    comparison.daily["payment_success_rate"] = .8
    comparison.scenarios[1] = load(comparison.scenarios[1], {"start": "2012-10-18", "targets": TARGETS[:2]})
    return comparison


def pages(lang):
    fork = planned_fork()
    return {"fork": fork_page(fork, lang), "run": run_page(fork.without[0], lang), "comparison": compare_page(planned_comparison(), lang)}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["fork", "run", "comparison"])
def test_the_first_screen_counts_targets_and_a_section_has_a_row_and_a_figure_for_each(kind, lang):
    page, say = pages(lang)[kind], Words(lang)
    listed = TARGETS[:2] if kind == "comparison" else TARGETS
    tile = page.tiles[-1]
    assert tile.name.startswith(say("tile_targets")) and tile.value == say("targets_of", met=1, all=len(listed))
    table, courses = (next(each for each in page.sections if each.id == name) for name in ("targets", "target-courses"))
    paths = 1 if kind == "run" else 2
    assert [len(rows) for _, rows in table.tables[0].groups] == [len(listed)] * paths and len(courses.pictures) == len(listed)
    html = render(page, lang)
    text = Text(html).text
    assert unknown(html) == [] and outside(html) == [] and say("section_targets") in text
    assert all(each["name"] in text for each in listed) and "K02" in text and "a remark" in text and "bad <loans>" not in html


def test_a_fork_says_each_path_and_why_what_is_not_known_is_not():
    text = Text(render(fork_page(planned_fork()), "en")).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "With the event: 1 of 5 targets met. Missed: 目标 2; not due yet: later; not known: bad <loans>, gone." in text
    assert "Without it: 1 of 5 targets met" in text and "at least 1.00 bn CNY" in text and "run ends 2012-11-06" in text
    assert "too few events" in text and "−10.0 pp" in text and "5 of 5" in text and "0 of 5" in text


def test_a_scenario_that_lists_no_targets_counts_none_and_shows_those_of_the_other():
    page = compare_page(planned_comparison())
    section = next(each for each in page.sections if each.id == "targets")
    assert [tile.name for tile in page.tiles] == ["Targets met"] and len(section.paragraphs) == 1
    (_, borrowed), (_, own) = section.tables[0].groups
    assert all("a target of another scenario" in row[0].note for row in borrowed)
    assert not any("another scenario" in row[0].note for row in own)


def test_pages_without_targets_say_nothing_of_them():
    for page in (fork_page(made_up_fork(NET)), compare_page(made_up_comparison(NET)), run_page(made_up_fork(NET).without[0])):
        assert not any("target" in section.id for section in page.sections) and not any("Targets" in tile.name for tile in page.tiles)
    assert target_tiles([], Words()) == [] and len(fork_paths(made_up_fork(NET))) == 0


def test_figures_of_targets_lie_beside_the_page_with_their_numbers(tmp_path):
    fork_report(planned_fork(), tmp_path)
    names = {"target_1_lending", "target_2_2", "target_3_bad_loans", "target_4_later", "target_5_gone"}
    written = {file.name for file in (tmp_path / "figures").glob("target_*")}
    assert written == {f"{name}.{end}" for name in names for end in ("png", "pdf", "csv")}
    head, first, *_ = (tmp_path / "figures" / "target_1_lending.csv").read_text().splitlines()
    assert head == "median,low,high,date,of,target" and first.endswith(",2012-10-18,with the event,1000000000.0")


def test_the_sentence_is_empty_for_who_lists_none():
    from results.targets import target_table

    assert sentence(target_table([]), "nobody", Words()) == ""
