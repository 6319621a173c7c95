"""Lift: last touch adds up, nothing spent causes nothing, an experiment without friends is right, and the page never says zero."""

import datetime
import re

import numpy as np
import pandas as pd
import pytest

import experiments.__main__ as command_line
from experiments import incrementality, lift, repeat
from experiments.incrementality import Arm, Lift, changed, measured_tactics, names_of, one_run, write_lift
from results.conversions import GOALS, can_be_held_out, spends_by_head
from results.effects import mean_interval, ratio_interval
from results.lift import MORE, curve_table, lift_table
from results.lift_report import answers_of, lift_page
from results.page import render
from results.words import Words
from scenarios import load
from sim.core.errors import UserError
from tests.worlds import SMALL, campaign

TINY = {**SMALL, "consumers.count": 1200, "merchants.count": 20, "days": 25, "customers.is_contested": True, "customers.conversion": 1.0,
        "standing.focal.users_share": .1, "standing.focal.aware_share": .6}
REFERRAL = {"kind": "referral", "start": datetime.date(2012, 1, 4), "end": datetime.date(2012, 1, 26), "budget_cny": 60e6,
            "invitations_a_month": 3.0}


def world(*tactics, **overrides):
    """A tiny world in which platforms compete, with these tactics."""
    return load("baseline", {**TINY, "tactics": list(tactics), **overrides})


# --- bookkeeping ------------------------------------------------------------------------------------------------------


def test_every_registration_has_one_last_touch():
    scenario = world(campaign(name="ads"), REFERRAL, campaign(name="rival", platform=1))
    row, touches = one_run(scenario, Arm("base"), (0, 1), ("ads", "referral"), .2, 1, 0)
    credited = pd.DataFrame(touches)
    assert credited["registrations"].sum() == row["registrations"] > 0 and credited["new_users"].sum() == row["new_users"] > 0
    by_name = credited.set_index("source")
    assert by_name.loc["organic", "registrations"] > 0 and by_name.loc["0", "spent"] > 0
    assert by_name.loc["1", "registrations"] > 0 and "referral" not in by_name.index  # one programme: what referral has is its own
    assert by_name.loc["2", "registrations"] == 0  # a rival's advertisement is credited at the rival
    assert by_name.loc["1", "tactic"] == "referral" and by_name.loc["2", "tactic"] == ""
    assert row["ledger_residual"] == 0 and row["outlay"] == pytest.approx(by_name["spent"].drop("2").sum())


def test_last_touch_does_not_tell_two_programmes_apart_and_says_so():
    _, touches = one_run(world(REFERRAL, {**REFERRAL, "name": "second"}), Arm("base"), (0, 1), ("referral", "second"), .2, 1, 0)
    by_source = pd.DataFrame(touches).set_index("source")
    assert by_source.loc[["0", "1"], list(GOALS)].isna().all().all() and by_source.loc["referral", "registrations"] > 0


def test_a_budget_of_nothing_causes_exactly_nothing():
    result = lift(world(campaign(name="nothing", budget_cny=0.0)), replicates=2)
    for goal in GOALS:
        row = result.of(goal).table.iloc[0]
        assert row["lift"] == row["lift_low"] == row["lift_high"] == row["cost"] == row["last_touch"] == row["more"] == 0
        assert np.isnan(row["roi"]) and not row["needed"] > 0
    assert "did not differ in any of the 2 replicates" in answers_of(result, Words("en"))[0]


def test_an_experiment_spares_the_part_of_a_budget_that_buys_exposures_by_the_head():
    channels = ("social_video", "search_generic", "content", "search_brand")
    scenario = world(*(campaign(channel=channel) for channel in channels), REFERRAL)
    kept = [changed(scenario, Arm("experiment", (number,)), .25).tactics[number] for number in range(3)]
    assert [each.budget_cny / 40e6 for each in kept] == [.75, 1, 1] and all(each.holdout_share == .25 for each in kept)
    assert [can_be_held_out(each) for each in scenario.tactics] == [True, True, True, True, False]
    assert [spends_by_head(each) for each in scenario.tactics] == [True, False, False, False, False]
    assert changed(scenario, Arm("more", (1,), MORE), .2).tactics[1].budget_cny == pytest.approx(44e6)
    off = changed(scenario, Arm("none", (0, 4), 0.0), .2).tactics
    assert [each.budget_cny > 0 for each in off] == [False, True, True, True, False]


def experiments_and_truths(replicates, **overrides):
    """Tables of replicates, with, without and with a hold-out of a tactic that reaches nearly everybody."""
    scenario = world(campaign(name="centres", channel="offline_centre", budget_cny=4e8),
                     **{"days": 45, "standing.focal.aware_share": .2, "customers.visits_alone": 3.0, **overrides})
    arms = (Arm("base"), Arm("without", (0,), 0.0), Arm("experiment", (0,)))
    runs = pd.DataFrame([one_run(scenario, arm, (0,), ("centres",), .3, 3, replicate)[0]
                         for replicate in range(replicates) for arm in arms])
    return {arm: part.set_index("replicate") for arm, part in runs.groupby("arm")}


def test_without_friends_the_experiment_is_unbiased():
    """Nobody tells, nobody imitates: over replicates the experiment's mean is the truth, within 4 standard errors."""
    of = experiments_and_truths(10, **{"word_of_mouth.volume": 0.0, "loyalty.friends_weight": 0.0})
    for goal in ("registrations", "new_users"):
        truth, held = of["base"][goal] - of["without"][goal], of["experiment"][f"held_{goal}"]
        bias = held - truth
        assert mean_interval(truth)[1] > .9 * truth.mean() > 0, goal  # there is something to find
        assert abs(bias.mean()) < 4 * bias.std(ddof=1) / np.sqrt(len(bias)) < .1 * truth.mean(), goal
        stated = of["experiment"][f"held_{goal}_error"].mean()
        assert .4 < held.std(ddof=1) / stated < 2, goal  # the error an analyst states is about the real one


def test_friends_reach_the_held_out_and_the_experiment_finds_too_little():
    of = experiments_and_truths(6, **{"word_of_mouth.volume": 15.0})
    bias = of["experiment"]["held_registrations"] - (of["base"]["registrations"] - of["without"]["registrations"])
    assert bias.mean() < -4 * bias.std(ddof=1) / np.sqrt(len(bias))


# --- made-up runs -----------------------------------------------------------------------------------------------------


def made_up(goal="registrations", n=20, curve=True):
    """Runs in which `sure` causes 1 000 +- 30 for 5 M CNY, `unsure` 20 +- 200, and together 100 less than the sum of both."""
    rng = np.random.default_rng(1)
    scenario = world(campaign(name="sure"), campaign(name="unsure", channel="search_brand", budget_cny=3e6))
    tactics, rows, touches = measured_tactics(scenario), [], []
    for replicate in range(n):
        level, sure, unsure = rng.normal(50_000, 5_000), rng.normal(1000, 30), rng.normal(20, 200)
        both = sure + unsure - rng.normal(100, 20)
        arms = [("base", "", 1.0, 0.0, 0.0), ("none", "", 0.0, both, 8e6), ("without", "sure", 0.0, sure, 5e6),
                ("without", "unsure", 0.0, unsure, 3e6), ("experiment", "sure", 1.0, 0.0, 0.0), ("more", "sure", MORE, -50.0, -.5e6),
                ("more", "unsure", MORE, 0.0, -.3e6)]
        for factor in (.25, .5, 1.5, 2.0, 3.0) if curve else ():
            arms += [("times", "sure", factor, sure * (1 - factor**.5), 5e6 * (1 - factor)),
                     ("times", "unsure", factor, unsure * (1 - factor), 3e6 * (1 - factor))]
        for arm, name, factor, less, saved in arms:
            held = {f"held_{each}": rng.normal(900, 400) for each in GOALS} | {f"held_{each}_error": 400.0 for each in GOALS}
            rows.append({"replicate": replicate, "arm": arm, "tactic": name, "factor": factor,
                         **dict.fromkeys(GOALS, level - less), "commission": 1e8 - 3000 * less, "outlay": 8e6 - saved,
                         "ledger_residual": 0.0, **(held if arm == "experiment" else {})})
        for source, name, credited in (("organic", "", 400.0), ("0", "sure", 2000.0 + 90 * (-1)**replicate), ("1", "unsure", 500.0)):
            touches.append({"replicate": replicate, "source": source, "tactic": name, **dict.fromkeys(GOALS, credited), "spent": 5e6})
    runs, touches = pd.DataFrame(rows), pd.DataFrame(touches)
    curves = curve_table(runs, tactics, goal) if curve else pd.DataFrame()
    return Lift(scenario, goal, n, 1, .2, lift_table(runs, touches, tactics, goal), curves, runs, touches, tactics,
                {"kind": "lift", "versions": {}})


def test_the_table_holds_three_ways_to_count():
    table = made_up().table.set_index("tactic")
    assert list(table["row"]) == ["tactic", "tactic", "together", "remainder"]
    sure, unsure = table.loc["sure"], table.loc["unsure"]
    assert sure["last_touch"] == 2000 and sure["lift"] == pytest.approx(1000, abs=30) and np.isnan(sure["needed"])
    assert sure["ratio"] == pytest.approx(2, abs=.05) and sure["ratio_low"] < sure["ratio"] < sure["ratio_high"]
    assert sure["cost"] == pytest.approx(5e6) and sure["cost_each"] == pytest.approx(5000, rel=.03)
    assert sure["roi"] == pytest.approx(3000 * sure["lift"] / 5e6 - 1) and sure["marginal_roi"] == pytest.approx(50 * 3000 / .5e6 - 1)
    assert sure["held_out"] == pytest.approx(900, abs=300) and sure["error"] == 400 and sure["variance_ratio"] > 1000
    assert unsure["lift_low"] < 0 < unsure["lift_high"] and unsure["needed"] > 20
    assert np.isnan(unsure["held_out"]) and np.isnan(unsure["ratio_low"])  # any ratio is possible
    assert table.loc["together", "last_touch"] == 2500 and table.loc["together", "budget"] == 43e6
    assert table.loc["remainder", "lift"] == pytest.approx(-100, abs=20) and table.loc["remainder", "lift_high"] < 0


def test_a_curve_starts_at_nothing_and_passes_through_the_scenario():
    result = made_up()
    curve = result.curves[result.curves["tactic"] == "sure"].set_index("factor")
    assert list(curve.index) == [0, .25, .5, 1, 1.5, 2, 3] and curve.loc[0, ["lift", "lift_low", "lift_high", "cost"]].eq(0).all()
    assert curve.loc[1, "lift"] == pytest.approx(result.table.loc[0, "lift"])
    assert curve.loc[3, "lift"] == pytest.approx(curve.loc[1, "lift"] * 3**.5) and curve.loc[3, "budget"] == 120e6


def test_the_same_runs_answer_for_profit_too_and_then_there_is_no_ratio():
    profit = made_up().of("profit")
    assert profit.measure == "profit" and "ratio" not in profit.table.columns
    assert profit.table.loc[0, "last_touch"] == 2000 - 5e6  # less what was spent


@pytest.mark.parametrize("lang, undetected, needs", [("en", "not detectable", r"about \d[\d,]* replicates"),
                                                     ("zh", "未检出", r"需约 \d[\d,]* 次重复")])
def test_the_page_says_what_is_not_detectable_and_never_zero(tmp_path, lang, undetected, needs):
    result = made_up()
    page = result.report(tmp_path, lang).read_text(encoding="utf-8")
    assert Words(lang)("lift_question") in page and undetected in page and re.search(needs, page)
    assert page.count('<svg role="img"') == 2 and "http" not in re.sub(r"http://www\.w3\.org/\S+", "", page)
    assert {file.name for file in (tmp_path / "figures").iterdir()} == {
        f"{name}.{ending}" for name in ("three_ways", "response_curves") for ending in ("png", "pdf", "csv")}
    for row in result.table.itertuples():
        assert not re.search(rf">{row.tactic}<.*?>0</td>", page)
    assert ("jishi lift scenario.toml --tactic sure --tactic unsure --for registrations --replicates 20 --holdout 0.2 --seed 1 "
            "--curve") in page


def test_one_tactic_alone_has_no_total_and_profit_its_own_caveat():
    result = made_up(curve=False)
    alone = Lift(**{**vars(result), "tactics": result.tactics.iloc[:1], "table": result.table.iloc[:1]}).of("profit")
    page = render(lift_page(alone), "en")
    assert len(alone.table) == 1 and "All together" not in page and "profit in the books" in page and "sure changed profit by" in page


# --- ratios -----------------------------------------------------------------------------------------------------------


def test_a_ratio_of_means_has_an_interval_that_pairs_make_narrow():
    rng = np.random.default_rng(2)
    bottom = rng.normal(10, 3, 50)
    ratio, low, high = ratio_interval(2 * bottom + rng.normal(0, .1, 50), bottom)
    assert ratio == pytest.approx(2, abs=.02) and high - low < .02 and low < 2.005 and high > 1.995
    shuffled = ratio_interval(rng.permutation(2 * bottom), bottom)
    assert shuffled[2] - shuffled[1] > 10 * (high - low)


@pytest.mark.parametrize("top, bottom", [([1, 2, 3, 4], [-1, 1, 2, -1.5]), ([1, 2], [1, 2])])
def test_a_ratio_over_what_may_be_nothing_has_no_interval(top, bottom):
    ratio, low, high = ratio_interval(top, bottom)
    assert np.isfinite(ratio) and np.isnan(low) and np.isnan(high)
    assert np.isnan(ratio_interval([1, 2], [0, 0])[0]) and np.isnan(ratio_interval([], [])[0])


# --- mistakes, folders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given, words", [
    ({"scenario": "baseline"}, "do not compete"),
    ({"tactics": ("adds",)}, "no such tactic; those of the focal platform: ads - did you mean 'ads'?"),
    ({"tactics": ("rival",)}, "is of rival 1"),
    ({"tactics": ("survey",)}, "lift measures media and referral"),
    ({"measure": "new_user"}, "did you mean 'new_users'?"),
    ({"holdout": 1.0}, "--holdout 1: must be above 0 and below 1"),
    ({"replicates": 1}, "must be at least 2"),
])
def test_a_mistake_is_said_in_one_line(given, words):
    scenario = world(campaign(name="ads"), campaign(name="rival", platform=1), {"kind": "survey", "start": datetime.date(2012, 1, 4)})
    with pytest.raises(UserError) as error:
        lift(**{"scenario": scenario, **given})
    assert len(error.value.lines) == 1 and words in error.value.lines[0]


def test_a_scenario_with_tactics_of_rivals_only_has_nothing_to_measure():
    with pytest.raises(UserError, match="no media or referral tactic of the focal platform"):
        lift(world(campaign(platform=1)))


def test_tactics_without_a_name_are_told_apart():
    assert names_of(world(campaign(), campaign(), REFERRAL)) == ["media", "media (2)", "referral"]


def test_what_was_finished_is_kept_when_it_is_stopped(tmp_path, monkeypatch):
    def stopped(*_, on_run, **__):
        on_run({"replicate": 0, "arm": "base"})
        raise KeyboardInterrupt

    monkeypatch.setattr(incrementality, "lift", stopped)
    with pytest.raises(SystemExit) as ended:
        command_line.main(["lift", "marketing-baseline", "--out", str(tmp_path / "kept")])
    assert ended.value.code == 130 and len(pd.read_parquet(tmp_path / "kept" / "runs.parquet")) == 1


def test_a_folder_repeats_its_numbers(tmp_path):
    told = []
    result = lift(world(campaign(name="ads"), days=8), replicates=2, measure="registrations", seed=4,
                  progress=lambda what, share: told.append(share), on_run=told.append)
    assert len(result.runs) == 8 and told[-1] == 1.0 and "Lift of ads" in repr(result)
    write_lift(tmp_path, result)
    assert {"runs.parquet", "runs.csv", "touches.csv", "lift.parquet", "lift.csv", "scenario.toml", "manifest.json"} <= {
        file.name for file in tmp_path.iterdir()}
    assert repeat(tmp_path)["is_equal"]
