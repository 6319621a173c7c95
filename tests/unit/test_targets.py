"""Targets: what they are held against, how far they are, when they were first reached, and what cannot be said."""

import datetime
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments import compare, export, repeat, run
from experiments.forking import fork
from results.effects import mean_interval, median_interval
from results.store import read_table, write_run
from results.targets import COLUMNS, Paths, compare_paths, course, run_paths, status_of, target_table
from scenarios import load
from scenarios.target import Target
from sim.model import Market

START = datetime.date(2012, 1, 1)
SMALL = {"consumers.count": 500, "merchants.count": 30, "days": 12}


def day(number):
    return START + datetime.timedelta(days=number)


def paths(measure, *replicates, **target):
    """One scenario whose measure took these values, a list a replicate, and a target for it."""
    wanted = Target(name="it", measure=measure, **target)
    days = [pd.DataFrame({"date": [day(k) for k in range(len(values))], measure: values, "bad_loans_simulated": 100.0})
            for values in replicates]
    return [Paths("made", "", (wanted,), frozenset({"it"}), days)]


def row(measure, *replicates, **target):
    return target_table(paths(measure, *replicates, **target)).iloc[0]


# --- what is held against a target ------------------------------------------------------------------------------------


def test_a_flow_counts_as_its_sum_since_the_first_day_and_a_day_without_a_value_adds_nothing():
    assert course([1.0, 2, math.nan, 4], "sum").tolist() == [1, 3, 3, 7]


def test_a_share_of_a_day_counts_as_its_mean_over_thirty_days_and_not_before_the_thirtieth():
    values = np.arange(50.0)
    found = course(values, "mean")
    assert np.isnan(found[:29]).all() and found[29:].tolist() == pytest.approx([values[k - 29: k + 1].mean() for k in range(29, 50)])


def test_a_mean_leaves_out_days_without_a_value_and_a_short_run_has_it_on_its_last_day():
    assert course([math.nan, 2.0, math.nan, 4.0], "mean")[3] == 3.0 and np.isnan(course([1.0, 2.0], "mean")[0])


def test_a_stock_counts_as_it_is_and_keeps_its_value_over_a_day_without_one():
    found = course([math.nan, .5, math.nan, .7], "last")
    assert np.isnan(found[0]) and found[1:].tolist() == [.5, .5, .7]


# --- dates and gaps ---------------------------------------------------------------------------------------------------


def test_the_value_on_the_date_decides_and_the_first_day_it_was_met_is_told():
    found = row("registered_share", [.2, .6, .4, .9], value=.5, by=day(2))
    assert (found["value"], found["status"], found["date"], found["reached_on"]) == (.4, "missed", day(2), day(1))
    assert found["gap"] == pytest.approx(-.1) and found["met_share"] == 0 and found["reached_share"] == 1
    assert row("registered_share", [.2, .6, .4, .9], value=.5)["status"] == "met"


def test_a_sum_reaches_its_target_on_the_day_it_passes_it():
    found = row("gmv", [10.0, 10, 10, 10], value=25.0, by=day(1))
    assert (found["value"], found["gap"], found["reached_on"], found["reached_share"]) == (20, -5, day(2), 0)
    assert found["unit"] == "CNY" and found["held_against"] == "running_sum"


def test_a_target_never_reached_has_no_day():
    found = row("registered_share", [.1, .2], value=.5)
    assert found["reached_on"] is None and found["status"] == "missed"


def test_exactly_the_value_is_enough_either_way():
    assert [row("registered_share", [.5], value=.5, direction=each)["status"] for each in ("at_least", "at_most")] == ["met", "met"]


def test_at_most_turns_the_sides_round():
    found = row("registered_share", [.6, .4], value=.5, direction="at_most")
    assert (found["status"], found["reached_on"]) == ("met", day(1)) and found["gap"] == pytest.approx(-.1)


def test_a_date_after_the_run_is_not_due_and_the_last_day_is_looked_at():
    found = row("registered_share", [.1, .2], value=.5, by=day(9))
    assert (found["status"], found["is_due"], found["date"], found["by"]) == ("not_due", False, day(1), day(9))
    assert row("registered_share", [.1, .7], value=.5, by=day(9))["status"] == "met"
    assert row("gmv", [1.0, 1.0], value=5, by=day(9), direction="at_most")["status"] == "not_due"  # it still grows


def test_what_has_no_value_is_unknown_and_no_number():
    found = row("payment_success_rate", [math.nan] * 3, value=.5)
    assert found["status"] == "unknown" and found["n"] == 0 and math.isnan(found["gap"]) and math.isnan(found["met_share"])
    assert found["reached_on"] is None


def test_a_replicate_without_a_value_is_left_out():
    found = row("registered_share", [.6], [math.nan], [.8], value=.5)
    assert found["n"] == 2 and found["value"] == pytest.approx(.7) and found["met_share"] == 1
    assert found["reached_share"] == pytest.approx(2 / 3)


def test_the_day_is_the_median_over_replicates_and_missing_if_half_never_reach_it():
    reach = [.1, .6, .6, .6], [.1, .1, .6, .6], [.1, .1, .1, .6]
    never = [.1] * 4
    assert row("registered_share", *reach, value=.5)["reached_on"] == day(2)
    assert row("registered_share", *reach, never, never, value=.5)["reached_on"] == day(3)
    assert row("registered_share", reach[0], never, value=.5)["reached_on"] is None


def test_a_ratio_of_bad_loans_needs_bad_loans():
    made = paths("npl_ratio", [.02, .02], value=.05, direction="at_most")
    assert target_table(made)["status"].tolist() == ["met"]
    made[0].daily[0]["bad_loans_simulated"] = 29.0
    assert target_table(made)["status"].tolist() == ["unknown"]


@pytest.mark.parametrize("low, high, status", [(.51, .6, "met"), (.4, .49, "missed"), (.45, .55, "undecided"), (math.nan, math.nan, "met")])
def test_an_interval_on_both_sides_of_the_target_decides_nothing(low, high, status):
    assert status_of(SimpleNamespace(value=.5, direction="at_least"), .52, low, high, True) == status


# --- the interval of a median -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n, k", [(6, 1), (8, 1), (9, 2), (20, 6), (30, 10)])
def test_the_interval_of_a_median_is_the_narrowest_pair_of_order_statistics_with_95_percent(n, k):
    middle, low, high = median_interval(np.arange(1.0, n + 1)[::-1])
    assert (middle, low, high) == ((n + 1) / 2, k, n + 1 - k)
    assert 1 - 2 * stats.binom.cdf(k - 1, n, .5) >= .95 > 1 - 2 * stats.binom.cdf(k, n, .5)


def test_it_covers_the_median_of_a_skewed_distribution():
    rng = np.random.default_rng(2)
    inside = np.mean([low <= math.log(2) <= high for _, low, high in (median_interval(rng.exponential(size=9)) for _ in range(4000))])
    assert inside == pytest.approx(1 - 2 * stats.binom.cdf(1, 9, .5), abs=4 * math.sqrt(.04 * .96 / 4000))


def test_below_six_values_it_is_students_and_holds_the_median_and_one_value_has_none():
    values = [1.0, 2.0, 4.0, 100.0, math.nan]
    middle, low, high = median_interval(values)
    assert middle == 3.0 and (low, high) == mean_interval(values)[1:] and low < middle < high
    assert math.isnan(median_interval([3.0])[1]) and math.isnan(median_interval([])[0])


# --- runs, forks, comparisons -----------------------------------------------------------------------------------------


USERS = {"name": "users", "measure": "registered_share", "value": .5}
SALES = {"name": "sales", "measure": "gmv", "value": 1e12, "by": "2014-01-01"}


def test_targets_change_nothing_in_the_world():
    plain, planned = (Market(load("baseline", {**SMALL, "targets": targets}), seed=4) for targets in ([], [USERS, SALES]))
    for market in (plain, planned):
        market.run_days(6)
    for name in Market.POPULATIONS:
        ours, theirs = (getattr(market, name).state() for market in (plain, planned))
        assert all(np.array_equal(ours[column], theirs[column], equal_nan=ours[column].dtype.kind == "f") for column in ours)
    changed = Market(load("baseline", {**SMALL, "targets": [SALES]}), seed=4)
    changed.restore(plain.state())  # a fork may have other targets
    assert changed.day == 6


def test_a_run_says_how_far_its_targets_are_and_keeps_it_in_its_folder(tmp_path):
    result = run(load("baseline", {**SMALL, "targets": [USERS, SALES]}), seed=1)
    assert result.targets.columns.tolist() == list(COLUMNS)
    assert result.targets["value"].tolist() == pytest.approx([result.daily["registered_share"].iloc[-1], result.daily["gmv"].sum()])
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", result)
    kept = read_table(tmp_path / "run", "targets")
    assert kept["target"].tolist() == ["users", "sales"] and (tmp_path / "run" / "targets.csv").exists()
    assert kept["date"].tolist() == [day(11)] * 2 and kept["by"].tolist() == [None, datetime.date(2014, 1, 1)]
    for format in ("csv", "parquet", "stata"):
        assert "targets" in [file.stem for file in export(tmp_path / "run", format, tmp_path / format)]
    assert repeat(tmp_path / "run")["is_equal"]


def test_a_run_without_targets_has_an_empty_table_and_writes_none(tmp_path):
    result = run(load("baseline", {**SMALL, "days": 2}))
    write_run(tmp_path, result)
    assert len(result.targets) == 0 and not (tmp_path / "targets.csv").exists() and run_paths(result) == []


def test_a_fork_counts_from_the_first_day_of_the_common_past():
    changes = {"consumers.count": 500, "merchants.count": 30, "weight": 2e4, "start": "2012-10-14", "days": 8, "targets": [
        USERS, {**SALES, "by": "2012-10-16"}, {**SALES, "name": "all sales", "by": None}]}
    lived = fork(load("flash-rate", changes), pairs=2, surface=False)
    table = lived.targets.set_index(["path", "target"])
    past = lived.past.daily["gmv"]
    assert len(past) == 4 and len(table) == 6
    for path, runs in (("with", lived.with_tactics), ("without", lived.without)):
        assert table.loc[(path, "sales"), "value"] == pytest.approx(past[:3].sum())  # its date lies in the past they share
        assert table.loc[(path, "all sales"), "value"] == pytest.approx(past.sum() + np.mean([each.daily["gmv"].sum() for each in runs]))


def test_scenarios_of_a_comparison_have_targets_of_their_own_and_show_those_of_the_others():
    base = load("baseline", {**SMALL, "targets": [USERS]})
    other = load(base, {"name": "other", "targets.users.value": .9})
    other = load(other, {"targets": [{"name": "sales", "measure": "gmv", "value": 1.0}]})
    result = compare(base, other, replicates=2)
    table = result.targets.set_index(["scenario", "target"])
    assert table["is_own"].to_dict() == {("baseline", "users"): True, ("baseline", "sales"): False, ("other", "users"): True,
                                         ("other", "sales"): True}
    assert table["target_value"].tolist() == [.5, 1.0, .9, 1.0] and (table["n"] == 2).all()
    worlds = result.days_of("other").groupby("replicate")["gmv"].sum()
    assert table.loc[("other", "sales"), "value"] == pytest.approx(worlds.median())
    assert [each.scenario for each in compare_paths(result)] == ["baseline", "other"]
