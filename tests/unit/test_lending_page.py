"""The section on lending: there when lenders learn, in both languages, with its figures' files, and no number that rests on too little."""

import numpy as np
import pandas as pd
import pytest

from experiments.comparing import compare
from experiments.exporting import Format, export
from experiments.running import run
from results.effects import mean_interval
from results.figures.lenders import over_replicates
from results.lending_section import run_section
from results.page import render
from results.report import compare_page, compare_report, run_page, run_report
from results.store import read_table, tables_in, write_run
from results.words import Words
from scenarios import load
from tests.unit.test_report import Text, outside, unknown
from tests.worlds import LEARNS, run_of_learning

FIGURES = ("calibration", "auc_by_data", "npl_by_lender", "score_shift")


@pytest.fixture(scope="module")
def lived():
    return run_of_learning()


@pytest.fixture(scope="module")
def compared():
    small = {**LEARNS, "consumers.count": 2_000, "merchants.count": 200, "days": 460}
    base = load("baseline", {**small, "name": "watched"})
    return compare(base, load(base, {"loans.monitoring": False, "name": "unwatched"}), replicates=2)


def section(run, lang="en"):
    (found,) = run_section(run, lang)
    return found


def row(found, label):
    """The cells beside a label in the table of lenders."""
    return next(cells[1:] for _, rows in found.tables[0].groups for cells in rows if cells[0].text == label)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_in_which_lenders_learn_has_a_section_on_lending(lived, lang):
    page = render(run_page(lived, lang), lang)
    assert f'<a href="#lending">{Words(lang)("section_lending")}</a>' in page
    assert outside(page) == [] and unknown(page) == []
    plain = run(load("baseline", {"days": 2, "consumers.count": 500, "merchants.count": 20}))
    assert 'id="lending"' not in render(run_page(plain, lang), lang)


def test_every_lender_has_a_column_and_every_attempt_at_a_card_a_line(lived, undrawn):
    found = section(lived)
    assert [text for text, _ in found.tables[0].head[1:]] == [Words()(f"lender_{name}") for name in lived.lending["lenders"]["lender"]]
    assert len(found.tables[1].groups[0][1]) == len(lived.lending["fits"]) > 0


def test_what_rests_on_too_few_bads_is_no_number(lived, undrawn):
    table = lived.lending["lenders"].set_index("lender")
    assert table.loc["platform", "n_turned_bad"] < 30 or table.loc["large_bank", "n_turned_bad"] < 30
    cells = dict(zip(table.index, row(section(lived), Words()("lending_npl_360"))))
    for lender, cell in cells.items():
        assert (cell.kind == "number") == (table.loc[lender, "n_turned_bad"] >= 30)
    poor = {**lived.lending, "lenders": lived.lending["lenders"].assign(n_bads_all=499)}
    lived_poor = type(lived)(**{**vars(lived), "lending": poor})
    assert {cell.text for cell in row(section(lived_poor), Words()("lending_auc_all"))} == {"too few"}
    assert "499 failures were seen" in section(lived_poor).paragraphs[0]


def test_why_there_is_no_card_is_on_the_page(lived, undrawn):
    reason = "3 bads and 0 goods; a card needs at least 10 of each."
    failed = pd.DataFrame([{"lender": "platform", "day": 40, "n": 3, "n_bads": 3, "auc": np.nan, "psi": np.nan, "reason": reason}])
    changed = type(lived)(**{**vars(lived), "lending": {**lived.lending, "fits": failed}})
    ((line,),) = [rows for _, rows in section(changed).tables[1].groups]
    assert (line[0].text, line[-1].text) == ("2012-02-10", reason)
    none = type(lived)(**{**vars(lived), "lending": {**lived.lending, "fits": failed[:0]}})
    assert section(none).tables[1].groups[0][1][0][0].text.startswith("No card was tried")


def test_a_size_from_which_no_loan_pays_is_said_to_be_none(lived, undrawn):
    table = lived.lending["lenders"].assign(break_even_size=np.inf)
    changed = type(lived)(**{**vars(lived), "lending": {**lived.lending, "lenders": table}})
    assert {cell.text for cell in row(section(changed), Words()("lending_break_even_size"))} == {"none pays"}


def test_every_figure_lies_beside_the_page_as_png_pdf_and_csv(lived, tmp_path):
    run_report(lived, tmp_path)
    files = {each.name for each in (tmp_path / "figures").iterdir()}
    assert {f"{name}.{ending}" for name in FIGURES for ending in ("png", "pdf", "csv")} <= files


def test_the_tables_are_kept_and_exported(lived, tmp_path):
    write_run(tmp_path, lived)
    names = [f"lending_{name}" for name in lived.lending]
    assert set(names) < set(tables_in(tmp_path))
    kept = read_table(tmp_path, "lending_scores").reset_index()
    pd.testing.assert_frame_equal(kept, lived.lending["scores"], check_dtype=False)
    assert len(pd.read_csv(tmp_path / "lending_lenders.csv")) == len(lived.lending["lenders"])
    for format in Format:
        files = {each.stem for each in export(tmp_path, format, tmp_path / format.value)}
        assert set(names) < files


@pytest.mark.filterwarnings("error")
def test_a_comparison_sets_every_lender_against_the_baseline(compared, tmp_path, no_pdf):
    page = compare_report(compared, tmp_path).read_text(encoding="utf-8")
    text = Text(page).text
    assert "unwatched against watched by lender, pair by pair" in text and outside(page) == [] and unknown(page) == []
    assert set(compared.lending["lenders"]["scenario"]) == {"watched", "unwatched"}
    assert compared.lending["lenders"]["replicate"].nunique() == 2
    assert {"mean", "low", "high", "n"} <= set(pd.read_csv(tmp_path / "figures" / "score_shift.csv").columns)


def test_a_comparison_that_starts_from_lenders_who_do_not_learn_has_no_section(compared):
    plain = type(compared)(**{**vars(compared), "lending": {}})
    assert 'id="lending"' not in render(compare_page(plain), "en")


def test_intervals_over_replicates_are_those_of_effects():
    table = pd.DataFrame({"scenario": ["a"] * 4 + ["b"], "x": [1.0, 2.0, 4.0, np.nan, 7.0]})
    found = over_replicates(table, ["scenario"], "x").set_index("scenario")
    assert found.loc["a", ["mean", "low", "high"]].tolist() == pytest.approx(mean_interval([1, 2, 4])) and found.loc["a", "n"] == 3
    assert found.loc["b", "mean"] == 7 and np.isnan(found.loc["b", "low"])


@pytest.mark.parametrize("days", [1, 40, 200])
def test_a_page_stands_however_short_the_run(days):
    short = run(load("baseline", {**LEARNS, "consumers.count": 1_000, "merchants.count": 50, "days": days}))
    page = render(run_page(short), "en")
    assert unknown(page) == [] and 'id="lending"' in page
