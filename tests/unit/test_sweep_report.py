"""The page of a sweep: figures with the numbers behind them, a table that says what survives, and nothing from elsewhere."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.designs import load_design
from experiments.sweeping import Sweep
from results.effects import fan, holm, point_effects, point_means, relative_half_width, response, table_of_worlds
from results.swept import sweep_report


@pytest.fixture
def found():
    """Made-up numbers: gmv answers to the commission alone, by -100 a percent point, and worlds differ by 1000."""
    design = load_design({"name": "made", "replicates": 8, "measures": ["gmv", "commission"], "base": {"days": 12},
                          "factors": [{"path": "goods.commission_share", "values": [.01, .02, .05]},
                                      {"path": "merchants.count", "low": 20, "high": 40, "levels": 3}]})
    luck = np.random.default_rng(3)
    rows = [{"point": p, "replicate": r, **design.overrides[p]} for p in range(9) for r in range(8)]
    runs = pd.DataFrame(rows).rename_axis("run")
    world = 1e3 * luck.standard_normal(8)
    runs["gmv"] = 1e6 - 1e4 * runs["goods.commission_share"] + world[runs["replicate"]] + 10 * luck.standard_normal(72)
    runs["commission"] = runs["gmv"] * runs["goods.commission_share"]
    return design, runs


def sweep_of(found, folder, failures=()):
    design, runs = found

    class Made(Sweep):
        manifest = {"versions": {"jishi": "0"}}

        def daily(self, point):
            days = pd.DataFrame({"run": np.repeat(range(8), 12), "day": np.tile(range(12), 8)})
            return days.assign(gmv=days["run"] + days["day"] * 1.0, commission=1.0 * days["run"])

    return Made(design, folder, runs, pd.DataFrame(failures), 8)


def test_differences_are_between_the_same_worlds_and_pairing_saves_what_worlds_differ(found):
    table = point_effects(found[1], ["gmv"]).set_index("point")
    assert table.loc[6, "mean"] == pytest.approx(-400, abs=30) and table.loc[6, "p_holm"] < .05
    assert table.loc[1, "low"] < 0 < table.loc[1, "high"]  # only shops differ there, which do nothing
    assert table["variance_ratio"].median() > 100
    worlds = table_of_worlds(found[1], "gmv")
    by_hand = worlds.loc[6] - worlds.loc[0]
    assert table.loc[6, "mean"] == pytest.approx(by_hand.mean())
    assert table.loc[6, "high"] - table.loc[6, "low"] == pytest.approx(2 * 2.3646 * by_hand.std() / np.sqrt(8), rel=1e-4)


def test_a_world_that_failed_is_left_out_of_both_sides(found):
    runs = found[1].drop(index=0)  # replicate 0 of point 0
    assert (point_effects(runs, ["gmv"])["n"] == 7).all()
    assert point_means(runs, ["gmv"])["n"].tolist() == [7] + [8] * 8


def test_a_response_is_an_interval_over_worlds_not_over_runs(found):
    table = response(found[1], "goods.commission_share", "gmv")
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


def test_a_fan_has_a_row_a_day():
    days = pd.DataFrame({"day": np.repeat([0, 1], 5), "gmv": [1.0, 2, 3, 4, 5, 2, 3, 4, 5, 6]})
    assert fan(days, "gmv")["q50"].tolist() == [3, 4]


def test_the_page_shows_curves_a_map_a_fan_and_what_failed(found, tmp_path):
    failure = {"run": 4, "reason": "ran longer than its limit of 4 s", "command": "jishi sweep design.toml --run 4"}
    page = sweep_report(sweep_of(found, tmp_path, [failure]), tmp_path).read_text()
    names = {file.name for file in (tmp_path / "figures").iterdir()}
    for name in ("response_gmv", "response_commission", "heat_commission", "fan_commission"):
        assert {f"{name}.png", f"{name}.pdf", f"{name}.csv"} <= names
    assert "left out: 1;" in page and "--run 4" in page and "16 differences" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_a_sweep_without_variation_has_a_page_too(tmp_path):
    design = load_design({"name": "flat", "replicates": 2, "measures": ["gmv"], "daily": False,
                          "factors": [{"path": "goods.commission_share", "values": [.1]}]})
    runs = pd.DataFrame({"point": 0, "replicate": [0, 1], "goods.commission_share": .1, "gmv": 5.0}).rename_axis("run")
    flat = SimpleNamespace(design=design, folder=tmp_path, runs=runs, failures=pd.DataFrame(), replicates=2, effects=pd.DataFrame(),
                           manifest={"versions": {}})
    assert "nothing to compare" in sweep_report(flat, tmp_path).read_text()
