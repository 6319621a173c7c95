"""`jishi optimise`: a small real search end to end, killed in the middle and gone on with to the same bits, and mistakes in one line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import experiments.__main__ as command_line
from experiments import optimise
from experiments.budgeting import checked
from experiments.evaluating import one_run
from results.search_folder import SearchFolder
from scenarios import load
from sim.core.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
WORLD = """extends = "marketing-baseline"
days = 40
weight = 20_000.0
[consumers]
count = 500
[customers]
conversion = 1.0
[merchants]
count = 6
[standing.focal]
users_share = 0.1
aware_share = 0.5
"""
WORDS = ["--budget", "200e6", "--try", "events,referral", "--trials", "8", "--fresh", "4", "--days", "30"]
TABLES = ("trials.csv", "plans.csv", "margins.csv", "plan.toml", "scenario.toml")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    path = tmp_path_factory.mktemp("optimise") / "world.toml"
    path.write_text(WORLD)
    return path


def ended(*words):
    with pytest.raises(SystemExit) as end:
        command_line.main([str(each) for each in words])
    return end.value.code


@pytest.fixture(scope="module")
def finished(world):
    """The folder of a search that was never stopped, in this process alone."""
    folder = world.parent / "whole"
    assert ended("optimise", world, *WORDS, "--workers", "1", "--out", folder) == 0
    return folder


def test_a_small_search_ends_with_a_plan_that_runs(finished):
    assert {*TABLES, "runs.parquet", "runs.jsonl", "trials.log", "report.html", "summary.json", "manifest.json"} <= {
        each.name for each in finished.iterdir()}
    plan, base = load(finished / "plan.toml"), load(finished / "scenario.toml")
    added = plan.tactics[len(base.tactics):]
    assert plan.tactics[:len(base.tactics)] == base.tactics and plan.days == 40
    assert 0 < sum(each.budget_cny for each in added) <= 200e6 + 1 and all(each.name.startswith("next-") for each in added)
    runs = pd.read_parquet(finished / "runs.parquet")
    assert (runs["ledger_residual"] == 0).all() and (runs["spent_events"] > 0).any() and runs["replicate"].max() >= 1_000_000
    trials = pd.read_csv(finished / "trials.csv")
    assert len(trials) == 8 and list(trials["by"][:4]) == ["reference", "reference", "alone", "alone"]
    summary = json.loads((finished / "summary.json").read_text())
    assert summary["fresh"] == 4 and summary["mean"] == pytest.approx(pd.read_csv(finished / "plans.csv")["mean"][0])


@pytest.mark.slow
def test_a_search_killed_in_the_middle_goes_on_to_the_same_bits(finished, world):
    folder = world.parent / "killed"
    process = subprocess.Popen([sys.executable, "-P", "-m", "experiments", "optimise", str(world), *WORDS, "--workers", "2", "--out",
                                str(folder)], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        end = time.monotonic() + 300
        while not (folder / "runs.jsonl").exists() or (folder / "runs.jsonl").read_bytes().count(b"\n") < 20:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(.02)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    before = (folder / "runs.jsonl").read_bytes().count(b"\n")
    with open(folder / "runs.jsonl", "ab") as file:
        file.write(b'{"plan": "12,')  # as a kill may leave it
    with open(folder / "trials.log", "ab") as file:
        file.write(b'{"op_code": 4')
    assert ended("optimise", world, *WORDS, "--workers", "1", "--out", folder) == 0
    assert before < len((finished / "runs.jsonl").read_bytes().splitlines())
    for name in TABLES:
        assert (folder / name).read_bytes() == (finished / name).read_bytes(), name
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "runs.parquet"), pd.read_parquet(finished / "runs.parquet"))


def test_a_finished_search_says_its_answer_again_without_a_run(finished, world, capsys):
    before = (finished / "runs.jsonl").read_bytes()
    assert ended("optimise", world, *WORDS, "--out", finished, "--lang", "zh") == 0
    assert (finished / "runs.jsonl").read_bytes() == before and "最佳方案" in capsys.readouterr().out


def test_it_is_no_run_to_repeat(finished, capsys):
    assert ended("repeat", finished) == 2
    assert "holds a search for the best plan" in capsys.readouterr().err


def test_two_searches_are_not_mixed_and_two_do_not_work_at_once(finished, world, capsys):
    assert ended("optimise", world, *WORDS, "--seed", "2", "--out", finished) == 2
    line = capsys.readouterr().err
    assert "holds another search, and the two are not mixed: seed is 1 there and 2 here" in line and line.count("\n") == 1
    assert ended("optimise", world, *WORDS, "--set", "days=41", "--out", finished) == 2
    assert "days is 40 there and 41 here" in capsys.readouterr().err
    manifest = json.loads((finished / "manifest.json").read_text())
    folder = SearchFolder(finished, manifest["asked"], manifest["code"], (finished / "scenario.toml").read_text(), {})
    with folder, pytest.raises(UserError, match="another search is at work"):
        with SearchFolder(finished, manifest["asked"], manifest["code"], (finished / "scenario.toml").read_text(), {}):
            pass


def test_stopping_it_keeps_what_was_finished(world, monkeypatch, capsys):
    from experiments import evaluating

    done = []

    def stopped(*arguments):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(arguments)
        return {"new_users": 1.0, "profit": 0.0, "market_share": .1, "outlay": 0.0, "spent": {}, "ledger_residual": 0.0}

    monkeypatch.setattr(evaluating, "one_run", stopped)
    folder = world.parent / "stopped"
    assert ended("optimise", world, *WORDS, "--workers", "1", "--out", folder) == 130
    assert len((folder / "runs.jsonl").read_text().splitlines()) == 5 and "what was finished is kept" in capsys.readouterr().err


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words, line", [
    ("--budget 10e6 --try serch_generic", "--try serch_generic: no such channel or tactic; known: public_relations, broadcast"),
    ("--budget 10e6 --try serch_generic", "- did you mean 'search_generic'?"),
    ("--budget 10e6 --try referral,referral", "--try referral: named twice"),
    ("--budget 0", "--budget 0: must be above 0 and at most 1e+12 CNY"),
    ("--budget -5", "--budget -5: must be above 0"),
    ("--budget nan", "--budget nan: must be above 0"),
    ("--budget x", "--budget x: "),
    ("", "Missing option '--budget'"),
    ("--budget 10e6 --for profits", "--for profits: must be first-use, profit or share - did you mean 'profit'?"),
    ("--budget 10e6 --days 900", "--days 900: must be 1 to 730, the days of marketing-baseline"),
    ("--budget 10e6 --trials 5", "--trials 5: must be at least 15 to divide over 11"),
    ("--budget 10e6 --fresh 1", "--fresh 1: must be at least 2, or there is no interval"),
    ("--budget 10e6 --with-value", "--with-value: adds to profit what new customers will bring; it does nothing for first-use"),
    ("--budget 10e6 --size smal", "--size smal: no such size"),
    ("--budget 10e6 --size small --consumers 5000", "--size and --consumers: both say how large the world is"),
    ("--budget 10e6 --consumers 5", "--consumers 5: must be at least 100"),
])
def test_a_mistake_is_said_in_one_line_and_nothing_is_written(words, line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert ended("optimise", "marketing-baseline", *words.split()) == 2
    said = capsys.readouterr().err
    assert line in said and "Traceback" not in said and said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_in_which_nobody_competes_is_refused(capsys):
    assert ended("optimise", "baseline", "--budget", "10e6") == 2
    assert "in baseline platforms do not compete for customers" in capsys.readouterr().err


def test_what_customers_bring_later_needs_enough_of_them(world):
    with pytest.raises(UserError, match="--with-value: a run has too few new customers"):
        one_run(load(world, {"days": 3}), [], [], True, 1, 0)


def test_all_mistakes_are_said_at_once():
    with pytest.raises(UserError) as error:
        optimise("baseline", budget=-1, goal="profitt", levers=["x"], days=0, fresh=0)
    assert len(error.value.lines) == 6


def test_a_foreign_folder_is_left_alone(tmp_path, world, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert ended("optimise", world, *WORDS, "--out", tmp_path) == 2
    assert "holds thesis.txt and no search" in capsys.readouterr().err and len(list(tmp_path.iterdir())) == 1


def test_it_says_beforehand_what_it_would_take(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert ended("optimise", "marketing-baseline", "--budget", "10e6", "--size", "small", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "60 trials, up to 8" in said and "10,000 consumers" in said and list(tmp_path.iterdir()) == []
    space, effort = checked(load("marketing-baseline"), 10e6, "profit", (), 90, 60, 30, True)
    assert space.may_keep and effort.race == ((8, 10), (20, 4))
