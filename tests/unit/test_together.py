"""What parts contribute alone and together: the arithmetic of all combinations, and worlds in which parts are switched off."""

import numpy as np
import pandas as pd
import pytest

import experiments.__main__ as command_line
from experiments import together
from experiments.combining import Together, parts_of
from results.page import render
from results.together import key_of, subsets_of, together_table
from results.together_report import together_page
from scenarios import load
from sim.core.errors import UserError
from tests.worlds import SMALL, promotion

PARTS = ("promotion: tactics.rate_promotion.pool_cny=0", "demand: shocks.demand.size=0")
MADE_UP = {(): 0.0, ("a",): 3.0, ("b",): 1.0, ("c",): 0.0, ("a", "b"): 6.0, ("a", "c"): 3.0, ("b", "c"): 1.0, ("a", "b", "c"): 6.0}


def made_up_runs(noise=2e5):
    luck = np.random.Generator(np.random.PCG64(1)).normal(0, 1, (8, 5))
    return pd.DataFrame([{"parts": key_of(chosen), "replicate": k, "ledger_residual": 0.0,
                          "written_off": MADE_UP[chosen] * 1e6 + 3e6 * luck[0, k] + noise * luck[number, k]}
                         for number, chosen in enumerate(subsets_of(["a", "b", "c"])) for k in range(5)])


def world():
    start = promotion()["start"]
    return load("flash-rate", {**SMALL, "days": 30, "tactics": [promotion()], "experiment.fork": None,
                               "shocks": [{"kind": "demand", "start": start, "size": .3}]})


def test_alone_last_and_share_are_those_of_the_combinations():
    table = together_table(made_up_runs(noise=0.0), ["a", "b", "c"], "written_off").set_index("row")
    assert table["alone"].to_dict() == pytest.approx({"a": 3e6, "b": 1e6, "c": 0, "all": 6e6, "surplus": 2e6}, abs=1)
    assert table.loc[["a", "b", "c"], "last"].tolist() == pytest.approx([5e6, 3e6, 0], abs=1)
    assert table.loc[["a", "b", "c"], "share"].tolist() == pytest.approx([4e6, 2e6, 0], abs=1)
    assert table.loc[["a", "b", "c"], "share"].sum() == pytest.approx(table.loc["all", "alone"])


def test_every_combination_is_lived_on_the_same_worlds_and_the_whole_is_the_scenario(tmp_path, no_pdf):
    result = together(world(), PARTS, replicates=2)
    assert list(result.runs.groupby("replicate")["parts"].count()) == [4, 4]
    runs = result.runs.set_index(["parts", "replicate"])
    assert (runs.loc["none", "drawn_promoted"] == 0).all() and (runs.loc["promotion", "drawn_promoted"] > 0).all()
    assert (runs.loc["demand", "gmv"] < runs.loc["none", "gmv"]).all()
    from experiments import run
    assert run(world(), replicate=1).summary["gmv"] == runs.loc[("promotion + demand", 1), "gmv"]
    assert (tmp_path / "page").mkdir() is None and result.report(tmp_path / "page").read_text().startswith("<!")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_says_what_only_arises_together(lang, undrawn):
    result = Together(world(), {"a": {}, "b": {}, "c": {}}, ("a: x=1", "b: x=1", "c: x=1"), ("written_off",), 5, 1, made_up_runs(), {})
    page = together_page(result, lang)
    assert ("theirs only together" if lang == "en" else "只在共同作用时出现") in page.answers[0] and "{" not in page.answers[0]
    assert "{measure" not in render(page, lang)


@pytest.mark.parametrize("texts, words", [
    (["promotion"], "must be name: path=value"), (PARTS[:1], "has 1 parts, must be 2 to 6"),
    ([PARTS[0], PARTS[0]], "needs a name of its own"),
    ([PARTS[0], "b: tactics.rate_promotion.pool_cny=x"], "pool_cny"), ([PARTS[0], "b: shocks.demand.size=0.3"], "changes nothing"),
    ([PARTS[0], "b: shocks.demnd.size=0"], "demand"),
    ([PARTS[1], "b: shocks.demand.size=0.1"], "a setting belongs to one part")])
def test_a_mistake_in_a_part_is_said(texts, words):
    with pytest.raises(UserError, match=words):
        parts_of(world(), texts)


def test_the_command_writes_tables_and_a_page_and_says_a_mistake_in_one_line(tmp_path, capsys, monkeypatch, no_pdf):
    monkeypatch.chdir(tmp_path)
    settings = [text for path, value in {**SMALL, "days": 12}.items() if value is not None for text in ("--set", f"{path}={value}")]
    with pytest.raises(SystemExit) as end:
        command_line.main(["together", "flash-rate", *settings, "--part", PARTS[0]])
    assert end.value.code == 2 and capsys.readouterr().err.count("\n") == 1
    file = tmp_path / "mine.toml"
    file.write_text('extends = "baseline"\n[experiment]\nparts = ["a: goods.commission_share=0", "b: consumers.purchases_a_year=30"]\n')
    with pytest.raises(SystemExit) as end:
        command_line.main(["together", str(file), *settings, "-n", "2", "--for", "gmv", "--out", "out", "--workers", "1"])
    said = capsys.readouterr()
    assert end.value.code == 0, said.err
    assert "surplus" in said.out and {"runs.csv", "together.csv", "scenario.toml", "manifest.json", "report.html"} <= {
        each.name for each in (tmp_path / "out").iterdir()}
    with pytest.raises(SystemExit) as end:
        command_line.main(["repeat", "out"])
    assert end.value.code == 2
