"""The page of a sweep: figures with the numbers behind them, a table that says what survives, and nothing from elsewhere."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.designs import load_design
from results.effects import fan, holm, point_effects, point_means, relative_half_width, response, table_of_worlds
from results.swept import sweep_report
from tests.unit.made_up import made_up_sweep


@pytest.fixture
def runs(tmp_path):
    return made_up_sweep(tmp_path).runs


def test_differences_are_between_the_same_worlds_and_pairing_saves_what_worlds_differ(runs):
    table = point_effects(runs, ["gmv"]).set_index("point")
    assert table.loc[6, "mean"] == pytest.approx(-400, abs=30) and table.loc[6, "p_holm"] < .05
    assert table.loc[1, "low"] < 0 < table.loc[1, "high"]  # only shops differ there, which do nothing
    assert table["variance_ratio"].median() > 100
    worlds = table_of_worlds(runs, "gmv")
    by_hand = worlds.loc[6] - worlds.loc[0]
    assert table.loc[6, "mean"] == pytest.approx(by_hand.mean())
    assert table.loc[6, "high"] - table.loc[6, "low"] == pytest.approx(2 * 2.3646 * by_hand.std() / np.sqrt(8), rel=1e-4)


def test_a_world_that_failed_is_left_out_of_both_sides(runs):
    runs = runs.drop(index=0)  # replicate 0 of point 0
    assert (point_effects(runs, ["gmv"])["n"] == 7).all()
    assert point_means(runs, ["gmv"])["n"].tolist() == [7] + [8] * 8


def test_a_response_is_an_interval_over_worlds_not_over_runs(runs):
    table = response(runs, "goods.commission_share", "gmv")
    assert table["value"].tolist() == [.01, .02, .05] and table["n"].tolist() == [8] * 3
    assert (table["high"] - table["low"]).min() > 500  # 24 runs, but 8 worlds


def test_many_values_of_a_factor_are_cut_into_equal_groups():
    runs = pd.DataFrame({"point": range(80), "replicate": np.tile([0, 1], 40), "x": np.arange(80.0), "y": np.arange(80.0)})
    table = response(runs, "x", "y", levels=8)
    assert len(table) == 8 and np.allclose(table["value"], table["mean"])


@pytest.mark.parametrize("given, wanted", [([.01, .04, .03], [.03, .06, .06]), ([.5, np.nan, .6], [1, np.nan, 1]), ([], [])])
def test_holm_multiplies_the_smallest_by_their_number(given, wanted):
    assert np.allclose(holm(given), wanted, equal_nan=True)


def test_a_width_is_relative_and_unknown_below_two_values():
    assert relative_half_width([10.0]) == np.inf and relative_half_width([10.0, 10.0]) == 0
    assert relative_half_width([9.0, 10.0, 11.0]) == pytest.approx(4.3027 / np.sqrt(3) / 10, rel=1e-4)


def test_a_response_is_also_told_from_the_left_end_in_the_same_worlds(runs):
    table = response(runs, "goods.commission_share", "gmv")
    worlds = runs.groupby(["goods.commission_share", "replicate"])["gmv"].mean().unstack()
    assert table["from_first"].tolist() == pytest.approx([0, *(worlds.iloc[1:] - worlds.iloc[0]).mean(axis=1)])
    assert (table["from_first_high"] - table["from_first_low"]).iloc[1:].between(1, 50).all()  # worlds differ by 1000, not by this


def test_a_fan_is_the_quantiles_over_worlds_of_every_day():
    days = pd.DataFrame({"day": np.tile([0, 1], 5), "replicate": np.repeat(range(5), 2), "gmv": [1.0, 2, 2, 3, 3, 4, 4, 5, 5, 6]})
    table = fan(days.sample(frac=1, random_state=1), "gmv")
    assert table.index.tolist() == [0, 1] and table["q50"].tolist() == [3, 4]
    assert table.loc[0].tolist() == pytest.approx(np.quantile([1, 2, 3, 4, 5], [.05, .25, .5, .75, .95]))


def test_a_fan_of_differences_is_world_by_world_and_leaves_out_what_is_missing():
    first = pd.DataFrame({"day": 0, "replicate": range(4), "gmv": [0.0, 100, 200, 300]})
    other = pd.DataFrame({"day": 0, "replicate": [3, 2, 1], "gmv": [301.0, 202, 103]})
    assert fan(other, "gmv", first).loc[0].tolist() == pytest.approx(np.quantile([1, 2, 3], [.05, .25, .5, .75, .95]))


def test_the_page_shows_curves_a_map_a_fan_and_what_failed(tmp_path):
    failure = {"run": 4, "reason": "ran longer than its limit of 4 s", "command": "jishi sweep design.toml --run 4"}
    page = made_up_sweep(tmp_path, [failure]).report().read_text()
    names = {file.name for file in (tmp_path / "figures").iterdir()}
    for name in ("response_gmv", "response_commission", "heat_commission", "fan_commission", "fan_gmv"):
        assert {f"{name}.png", f"{name}.pdf", f"{name}.csv"} <= names
    assert "left out: 1;" in page and "--run 4" in page and "16 differences" in page and "(8 worlds)" in page
    assert f"jishi sweep {tmp_path}/design.toml" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_the_numbers_behind_a_fan_are_levels_and_differences_at_the_ends_and_the_middle(tmp_path, no_pdf):
    made = made_up_sweep(tmp_path)
    made.report()
    table = pd.read_csv(tmp_path / "figures" / "fan_gmv.csv")
    assert table.groupby("what")["of"].nunique().to_dict() == {"level": 3, "difference": 2}
    last = table[(table["what"] == "difference") & (table["of"] == "commission_share 0.05, count 40")]
    assert last["q50"].tolist() == pytest.approx(made.fan(8, "gmv", against=0)["q50"].tolist())
    assert last["q50"].between(-40, -25).all()  # -400 in twelve days


@pytest.mark.parametrize("n_factors", [1, 6])
def test_a_sample_of_many_factors_is_drawn_too(tmp_path, no_pdf, n_factors):
    paths = [("goods.commission_share", .01, .1), ("merchants.count", 20, 400), ("credit.line_months", .5, 3),
             ("merchants.review_mean_days", 3, 9), ("consumers.count", 500, 900), ("credit.line_cap_cny", 1e5, 1e6)][:n_factors]
    factors = [{"path": path, "low": low, "high": high} for path, low, high in paths]
    made_up_sweep(tmp_path, sampling="latin_hypercube", samples=40, factors=factors).report()
    assert (tmp_path / "figures" / "heat_gmv.png").exists() == (n_factors > 1)


def test_a_sweep_without_variation_has_a_page_too(tmp_path):
    design = load_design({"name": "flat", "replicates": 2, "measures": ["gmv"], "daily": False,
                          "factors": [{"path": "goods.commission_share", "values": [.1]}]})
    runs = pd.DataFrame({"point": 0, "replicate": [0, 1], "goods.commission_share": .1, "gmv": 5.0}).rename_axis("run")
    flat = SimpleNamespace(design=design, folder=tmp_path, runs=runs, failures=pd.DataFrame(), replicates=2, effects=pd.DataFrame(),
                           manifest={"versions": {}})
    assert "nothing to compare" in sweep_report(flat, tmp_path).read_text()
