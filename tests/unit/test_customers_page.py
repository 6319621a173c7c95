"""The section on customers: there where platforms compete for them, in both languages, with its figures' files and its tables kept."""

import functools
from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.comparing import compare
from experiments.exporting import Format, export
from experiments.running import run
from results.customers_section import run_section
from results.page import render
from results.report import compare_page, compare_report, run_page, run_report
from results.store import read_table, tables_in, write_run
from results.words import Words
from scenarios import load
from tests.unit.test_report import Text, outside, unknown

START, END = date(2013, 1, 1), date(2013, 4, 30)
CONTESTED = {"consumers.count": 3_000, "merchants.count": 40, "weight": 3000.0, "days": 120, "customers.conversion": .6,
             "customers.need_a_year": 50.0, "consumers.purchases_a_year": 150.0}
FRIENDS = {"kind": "referral", "name": "friends", "start": START, "end": END, "budget_cny": 3e7, "invitations_a_month": 3.0}
SURVEY = {"kind": "survey", "name": "asked", "start": START, "end": END, "sample": 300, "budget_cny": 1e6}
FIGURES = ("budget_to_effect", "new_customers", "segments", "funnel", "retention", "survival", "lifetime_value")


def scenario(name, *more, **changes):
    base = load("marketing-baseline", {**CONTESTED, **changes})
    tactics = [each.model_dump() for each in base.tactics]
    for each in tactics:
        each["budget_cny"] *= 3
    return load("marketing-baseline", {**CONTESTED, **changes, "name": name, "tactics": [*tactics, *more]})


@functools.cache
def run_of_rivals():
    """A run in which platforms compete, with friends who invite and a survey; lived once."""
    return run(scenario("lived", FRIENDS, SURVEY), seed=1)


@pytest.fixture(scope="module")
def lived():
    return run_of_rivals()


@pytest.fixture(scope="module")
def compared():
    return compare(scenario("plain", days=60), scenario("with-friends", FRIENDS, days=60), replicates=2)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_in_which_platforms_compete_has_a_section_on_customers(lived, lang):
    page = render(run_page(lived, lang), lang)
    assert f'<a href="#customers">{Words(lang)("section_customers")}</a>' in page and Words(lang)("tile_cac") in page
    assert outside(page) == [] and unknown(page) == []


def test_elsewhere_there_is_no_section_and_no_measure_of_customers():
    plain = run(load("baseline", {"days": 2, "consumers.count": 500, "merchants.count": 20}))
    page = render(run_page(plain), "en")
    assert plain.marketing == {} and 'id="customers"' not in page
    assert "market_share" not in page and "new_users" not in page and "registered_share" in page


def test_the_measures_of_customers_are_on_the_page_where_they_are_known(lived):
    text = Text(render(run_page(lived), "en")).text
    assert "market_share" in text and "Consumers who know the platform (K01)" in text


def test_every_source_has_a_line_and_every_answer_of_a_survey_another(lived):
    (found,) = run_section(lived, "en")
    assert len(found.tables[0].groups[0][1]) == len(lived.marketing["channels"])
    assert len(found.tables[1].groups[0][1]) == len(lived.marketing["surveys"]) == 8
    assert any("new customers paid for the first time" in each for each in found.paragraphs)
    assert any("K = " in each for each in found.paragraphs)


def test_every_figure_lies_beside_the_page_as_png_pdf_and_csv(lived, tmp_path):
    run_report(lived, tmp_path)
    files = {each.name for each in (tmp_path / "figures").iterdir()}
    assert {f"{name}.{ending}" for name in FIGURES for ending in ("png", "pdf", "csv")} <= files
    drawn = pd.read_csv(tmp_path / "figures" / "budget_to_effect.csv")
    assert drawn.query("what == 'first_uses' and source == 'all'")["mean"].item() == lived.daily["new_users"].sum()


def test_the_tables_are_kept_and_exported(lived, tmp_path):
    write_run(tmp_path, lived)
    names = [f"marketing_{name}" for name in lived.marketing]
    assert set(names) < set(tables_in(tmp_path))
    pd.testing.assert_frame_equal(read_table(tmp_path, "marketing_channels").reset_index(), lived.marketing["channels"], check_dtype=False)
    for format in Format:
        assert set(names) < {each.stem for each in export(tmp_path, format, tmp_path / format.value)}


@pytest.mark.filterwarnings("error")
def test_a_comparison_sets_every_source_against_the_baseline(compared, tmp_path, no_pdf):
    page = compare_report(compared, tmp_path).read_text(encoding="utf-8")
    assert "with-friends against plain by source, pair by pair" in Text(page).text and outside(page) == [] and unknown(page) == []
    table = compared.marketing["channels"]
    assert set(table["scenario"]) == {"plain", "with-friends"} and table["replicate"].nunique() == 2
    assert set(table.query("scenario == 'plain'")["source"]) == set(table["source"]) - {"referral"}
    none = type(compared)(**{**vars(compared), "marketing": {}})
    assert 'id="customers"' not in render(compare_page(none), "en")


@pytest.mark.parametrize("days", [1, 20, 70])
@pytest.mark.filterwarnings("error")
def test_a_page_stands_however_short_the_run(days):
    short = run(scenario("short", days=days, **{"consumers.count": 800}))
    page = render(run_page(short), "en")
    assert unknown(page) == [] and 'id="customers"' in page


@pytest.mark.filterwarnings("error")
def test_a_page_stands_without_media_or_anybody_who_came():
    nobody = run(load("marketing-baseline", {**CONTESTED, "days": 40, "tactics": [], "customers.conversion": 1e-9}))
    text = Text(render(run_page(nobody), "en")).text
    assert "Nobody became a customer" in text and np.isnan(nobody.marketing["channels"]["cac"]).all()
