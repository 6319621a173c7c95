"""Running, forking, comparing, repeating, exporting: what comes back and what it promises."""

import numpy as np
import pandas as pd
import pytest

from experiments import compare, export, repeat, run
from experiments.forking import check_fork, fork
from experiments.main_job import estimate, run_and_report
from experiments.validation import calibrated_settings, ratio_of_sums, verdict
from results.clients import client_facts
from results.effects import mean_interval, paired_effects
from results.measures import MEASURES
from results.promotion import rush_of
from results.store import write_run
from scenarios import load
from sim.core.errors import UserError
from tests.unit.made_up import no_files

SMALL = {"consumers.count": 3_000, "merchants.count": 120, "weight": 1_700.0, "start": "2012-10-08", "days": 20,
         "experiment.pairs": 2}


def small_event(**overrides):
    return load("flash-rate", {**SMALL, **overrides})


@pytest.fixture(scope="module")
def forked():
    return fork(small_event(), seed=5, workers=1, surface=False)


def test_a_run_has_a_row_a_day_and_a_number_for_every_measure():
    result = run(load("baseline", {"consumers.count": 500, "merchants.count": 30, "days": 12}), seed=1)
    assert list(result.daily.index) == list(range(12)) and set(MEASURES) <= set(result.daily.columns) & set(result.summary)
    assert result.market.day == 12 and not result.market.running
    assert result.summary["gmv"] == pytest.approx(result.daily["gmv"].sum())
    assert result.manifest["seed"] == 1 and "mesa" in result.manifest["versions"]
    assert "12 days" in repr(result)


def test_paths_of_a_pair_share_the_past_and_differ_only_by_the_tactic(forked):
    for without, tried in zip(forked.without, forked.with_tactics):
        assert without.manifest["path_seed"] == tried.manifest["path_seed"]
        assert without.daily["drawn_promoted"].sum() == 0 < tried.daily["drawn_promoted"].sum()
        assert without.daily["date"].iloc[0].isoformat() == "2012-10-18" == tried.daily["date"].iloc[0].isoformat()
    assert len({each.manifest["path_seed"] for each in forked.without}) == len(forked.without)


def test_a_fork_gives_the_same_numbers_on_two_processes(forked):
    again = fork(small_event(), seed=5, workers=2, surface=False)
    pd.testing.assert_frame_equal(again.effects, forked.effects)
    pd.testing.assert_frame_equal(again.with_tactics[1].draws, forked.with_tactics[1].draws)


def test_the_pool_is_never_overdrawn_and_no_loan_reaches_60_000(forked):
    for each in forked.with_tactics:
        rush = rush_of(each.draws, forked.scenario)
        assert 0 < rush.lent_cny <= 100e6 and rush.largest_loan_cny < 60_000
        assert (np.diff(rush.minutes) >= 0).all() and rush.minutes.min() >= 0


def test_too_few_winners_are_said_to_be_too_few(forked):
    assert not rush_of(forked.with_tactics[0].draws, forked.scenario).has_enough_events


def test_a_tactic_before_the_fork_is_refused():
    with pytest.raises(UserError, match="before experiment.fork"):
        check_fork(small_event(**{"tactics.rate_promotion.start": "2012-10-10"}))
    with pytest.raises(UserError, match="must be one of the scenario's days"):
        check_fork(small_event(**{"experiment.fork": "2013-10-18"}))


def test_a_comparison_pairs_worlds_and_finds_no_effect_of_nothing():
    base = load("baseline", {"consumers.count": 600, "merchants.count": 30, "days": 10})
    result = compare(base, load(base, {"name": "the same again"}), replicates=3, seed=2)
    assert set(result.effects["n"]) == {3} and (result.effects["difference"].abs() == 0).all()
    assert set(result.effects.columns) >= {"measure", "baseline", "difference", "low", "high", "n"}


def test_a_comparison_keeps_the_days_of_its_first_replicates_and_says_how_they_spread(monkeypatch):
    monkeypatch.setattr("experiments.comparing.MOST_DAILY", 2)
    base = load("baseline", {"consumers.count": 600, "merchants.count": 30, "days": 5})
    result = compare(base, load(base, {"name": "low fee", "goods.commission_share": .001}), replicates=3, seed=2)
    assert result.daily.groupby(["scenario", "replicate"]).size().to_dict() == dict.fromkeys(
        [("baseline", 0), ("baseline", 1), ("low fee", 0), ("low fee", 1)], 5)
    days = result.days_of("low fee").pivot(index="day", columns="replicate", values="commission")
    assert days[1].tolist() == run(result.scenarios[1], seed=2, replicate=1).daily["commission"].tolist()
    assert result.fan("low fee", "commission")["q25"].tolist() == pytest.approx((.75 * days.min(axis=1) + .25 * days.max(axis=1)).tolist())
    away = result.fan("low fee", "commission", against="baseline")
    assert (away.loc[3:] < 0).all(axis=None) and (result.fan("low fee", "gmv", "low fee") == 0).all(axis=None)


def test_results_write_their_own_page_with_the_scenarios_that_repeat_it(forked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("results.figures.picture.save", no_files)  # files of figures are the matter of test_report
    base = load("baseline", {"consumers.count": 600, "merchants.count": 30, "days": 5})
    alone, both = run(base), compare(base, load(base, {"name": "low fee", "goods.commission_share": .001}), replicates=2)
    assert alone.report().parts[:2] == ("results", "runs") and forked.report("fork", "zh").read_text().count("活动") > 3
    page = both.report("both").read_text()
    assert "jishi compare baseline.toml &#39;low fee.toml&#39; --replicates 2 --seed 1" in page and "mesa 3." in page
    again = compare("both/baseline.toml", "both/low fee.toml", replicates=2)
    pd.testing.assert_frame_equal(again.effects, both.effects)
    with pytest.raises(UserError, match="--lang fr: must be en or zh"):
        both.report("french", "fr")


def test_the_shipped_scenarios_can_be_compared():
    small = {"consumers.count": 600, "merchants.count": 30, "days": 3}
    assert compare(load("baseline", small), load("flash-rate", small), replicates=2).replicates == 2


def test_scenarios_of_different_lengths_are_not_compared():
    with pytest.raises(UserError, match="days = 9"):
        compare(load("baseline"), load("baseline", {"name": "short", "days": 9}))


def test_a_run_is_repeated_from_its_folder_bit_for_bit(tmp_path):
    result = run(load("baseline", {"consumers.count": 500, "merchants.count": 30, "days": 6}), seed=7)
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", result)
    found = repeat(tmp_path / "run")
    assert found == {"is_equal": True, "different": [], "changed_versions": {}}


def test_a_run_folder_is_exported_to_every_format(tmp_path):
    result = run(load("baseline", {"consumers.count": 500, "merchants.count": 30, "days": 4}), seed=7)
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", result)
    for name, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet), ("stata", pd.read_stata)):
        files = export(tmp_path / "run", name, tmp_path / name)
        daily = read(next(file for file in files if file.stem == "daily"))
        assert daily["gmv"].tolist() == pytest.approx(result.daily["gmv"].tolist())


def test_a_folder_that_holds_no_run_is_refused_in_one_line(tmp_path):
    for action in (repeat, export):
        with pytest.raises(UserError, match="no manifest.json"):
            action(tmp_path)


def test_a_dry_run_says_what_it_takes_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_and_report("flash-rate", [], dry_run=True)
    said = capsys.readouterr().out
    assert "10 runs" in said and "MB of memory" in said and "on disk" in said and not list(tmp_path.iterdir())
    assert "1 run," in estimate(load("baseline"), 1, 1)


def test_intervals_are_those_of_student():
    mean, low, high = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert (mean, low, high) == pytest.approx((2.5, .4457397, 4.5542603))
    assert all(np.isnan(mean_interval([1.0])[1:]))


def test_pairing_recovers_a_small_difference_under_large_common_noise():
    noise = np.random.default_rng(1).normal(0, 100, 30)
    effects = paired_effects(pd.DataFrame({"x": noise}), pd.DataFrame({"x": noise + 1 + np.linspace(-.5, .5, 30)})).iloc[0]
    assert effects["low"] < 1 < effects["high"] and effects["high"] - effects["low"] < .3 and effects["variance_ratio"] > 1e4


def test_client_facts_follow_their_definitions():
    table = pd.DataFrame({"draws": [10, 0], "open_days": [365, 365], "debt_days": [100, 0], "interest_fen": [600, 0],
                          "line_fen_days": [365 * 10_000, 365 * 5_000], "balance_fen_days": [73_0000,
                                                                                             0], "line_in_debt_fen_days": [100_0000, 0],
                          "drawn_fen": [10_000_00, 0], "peak_fen": [12_000, 0]})
    table.attrs.update(days=365, loans_closed=10, loan_days=73)
    facts = client_facts(table)
    assert facts["clients_simulated"] == 1 and facts["debt_days_per_client_year"] == 100
    assert facts["interest_over_line"] == pytest.approx(.06) and facts["interest_over_peak"] == pytest.approx(.05)
    assert facts["mean_draw_cny"] == 1_000 and facts["draw_life_days"] == pytest.approx(7.3) and facts["draws_per_client_year"] == 10


def test_a_verdict_needs_events_and_a_null_that_fails():
    fact = {"id": "S03", "group": "credit", "role": "validate", "band": [20, 60], "description": ""}
    good = pd.DataFrame({"sold_out_minutes": [30.0, 40, 50], "price_only_110_minutes": [np.inf, 500, 600], "simulated_winners": [100, 90,
                                                                                                                                 80]})
    assert verdict(fact, good)["passed"] and verdict(fact, good)["null_fails"]
    assert not verdict(fact, good.assign(price_only_110_minutes=30.0))["null_fails"]
    assert verdict(fact, good.assign(simulated_winners=20))["note"] == "too few events"
    assert not verdict(fact, good.assign(sold_out_minutes=[70.0, 80, 90]))["passed"]


def test_a_ratio_over_all_worlds_is_one_of_sums_with_the_error_of_leaving_one_out():
    estimate, error = ratio_of_sums([1.0, 0.0, 5.0], [100.0, 200.0, 300.0])
    assert estimate == 1.0
    without = 100 * np.array([5 / 500, 6 / 400, 1 / 300])
    assert error == pytest.approx(np.sqrt(2 / 3 * ((without - without.mean()) ** 2).sum()))
    assert np.isnan(ratio_of_sums([0.0], [0.0])[0])


def test_a_pooled_fact_is_judged_by_the_ratio_of_sums_and_so_is_its_null():
    fact = {"id": "S11", "group": "credit", "role": "validate", "band": [.7, 1.1], "description": ""}
    worlds = pd.DataFrame({"micro_npl_percent": [0.0, 0.0, 2.7], "micro_bad_cny": [0.0, 0.0, 2.7], "micro_owed_cny": [100.0, 100.0, 100.0],
                           "bad_micro_loans": [0, 0, 40], "blind_micro_npl_percent": [9.0, 9.0, 9.0],
                           "blind_micro_bad_cny": [9.0, 9.0, 9.0], "blind_micro_owed_cny": [100.0, 100.0, 100.0]})
    found = verdict(fact, worlds)
    assert found["median"] == pytest.approx(.9) and found["median_of_seeds"] == 0 and found["passed"] and found["null_fails"]
    assert not verdict(fact, worlds.assign(blind_micro_bad_cny=.9))["null_fails"]


def test_calibrated_settings_are_found_with_their_paths():
    found = calibrated_settings()
    assert found["tactics.rate_promotion.attention_share"] == .68 and found["credit.line_months"] == .227 and len(found) >= 8
