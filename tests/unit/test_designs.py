"""Designs: what is written becomes points, runs and blocks, always the same; what is wrong is one line."""

import numpy as np
import pytest

from experiments.design_runs import block_runs, fitting_block, n_blocks, run_id, run_number
from experiments.designs import load_design
from experiments.sampling import latin_hypercube, sobol
from experiments.stopping import Until, looks, parse_until
from sim.core.errors import UserError

COMMISSION = {"path": "goods.commission_share", "values": [.01, .02, .05]}
SHOPS = {"path": "merchants.count", "low": 20, "high": 40, "levels": 3}


def design(**changes):
    return load_design({"base": {"consumers.count": 500, "days": 10}, "factors": [COMMISSION, SHOPS], "replicates": 7, **changes})


def lines(**changes) -> list[str]:
    with pytest.raises(UserError) as refusal:
        design(**changes)
    return refusal.value.lines


def test_a_grid_has_every_combination_and_keeps_whole_numbers_whole():
    points = design().points
    assert points["goods.commission_share"].tolist() == [.01] * 3 + [.02] * 3 + [.05] * 3
    assert points["merchants.count"].tolist() == [20, 30, 40] * 3 and points["merchants.count"].dtype == np.int64


def test_a_file_says_the_same_as_a_dict(tmp_path):
    (tmp_path / "design.toml").write_text("""
        replicates = 7
        [base]
        consumers.count = 500
        days = 10
        [[factors]]
        path = "goods.commission_share"
        values = [0.01, 0.02, 0.05]
        [[factors]]
        path = "merchants.count"
        low = 20
        high = 40
        levels = 3
    """)
    assert load_design(tmp_path / "design.toml").hash == design().hash


def test_a_design_may_start_from_a_scenario_beside_it(tmp_path):
    (tmp_path / "mine.toml").write_text('extends = "baseline"\ndays = 9\n')
    (tmp_path / "d.toml").write_text('scenario = "mine.toml"\n[[factors]]\npath = "goods.commission_share"\nvalues = [0.1]\n')
    assert load_design(tmp_path / "d.toml").scenario.days == 9


def test_the_hash_names_what_decides_the_numbers_and_nothing_else():
    base = design().hash
    assert base == design().hash == design(name="other", limits={"seconds": 5}, smallest_effect={"measure": "gmv", "size": 1}).hash
    others = [design(seed=2), design(replicates=8), design(measures=["gmv"]), design(daily=False), design(runs_per_block=2),
              design(base={"consumers.count": 501, "days": 10}), design(factors=[COMMISSION])]
    assert len({base, *(each.hash for each in others)}) == 8


def test_every_point_is_run_in_the_same_worlds():
    d = design()
    runs = [d.run(number) for number in range(d.n_runs)]
    assert sorted((each.point, each.replicate) for each in runs) == [(p, r) for p in range(9) for r in range(7)]
    assert {each.replicate for each in runs[:45]} == set(range(5))  # a round first, point by point


@pytest.mark.parametrize("n_points, replicates", [(9, 7), (1, 1), (3, 12), (4, 5)])
def test_the_number_of_a_run_is_its_point_and_replicate(n_points, replicates):
    for number in range(n_points * replicates):
        each = run_id(number, n_points, replicates)
        assert run_number(each.point, each.replicate, n_points, replicates) == number


def test_blocks_hold_every_run_once():
    runs = [run for block in range(n_blocks(23, 4)) for run in block_runs(block, 23, 4)]
    assert runs == list(range(23))


def test_blocks_take_about_four_seconds_and_large_worlds_travel_alone():
    assert fitting_block(design(base={"days": 60, "consumers.count": 1000}).scenario, 10_000) in range(10, 40)
    assert fitting_block(design(base={"days": 366}).scenario, 10_000) <= 2
    assert fitting_block(design().scenario, 20) == 1


def test_a_latin_hypercube_has_one_value_in_every_stratum():
    x = latin_hypercube(50, 3, seed=4)
    assert (np.sort((x * 50).astype(int), axis=0) == np.arange(50)[:, None]).all()
    assert (x == latin_hypercube(50, 3, seed=4)).all() and (x != latin_hypercube(50, 3, seed=5)).any()


def test_a_sobol_sequence_fills_every_sixteenth_of_the_square_equally():
    x = sobol(256, 2, seed=4)
    counts = np.histogram2d(*x.T, bins=4, range=[[0, 1], [0, 1]])[0]
    assert np.abs(counts - 16).max() <= 2 and ((0 <= x) & (x < 1)).all()


def test_samples_lie_in_their_ranges_and_equal_ratios_are_equally_likely_on_a_log_scale():
    d = design(sampling="latin_hypercube", samples=40, factors=[{"path": "goods.commission_share", "low": .001, "high": .1, "scale": "log"},
                                                                {"path": "merchants.count", "low": 20, "high": 40}])
    shares = d.points["goods.commission_share"]
    assert shares.between(.001, .1).all() and (shares < .01).sum() == 20
    assert d.points["merchants.count"].between(20, 40).all()


def test_a_list_says_each_point_and_leaves_the_rest_alone():
    d = load_design({"sampling": "list", "points": [{"goods": {"commission_share": .1}}, {"days": 5}]})
    assert d.overrides == [{"goods.commission_share": .1}, {"days": 5}] and d.points["days"].isna().tolist() == [True, False]


def test_a_setting_of_a_tactic_can_be_varied():
    d = load_design({"scenario": "flash-rate", "factors": [{"path": "tactics.rate_promotion.attention_share", "values": [.1, .2]}]})
    assert d.n_points == 2


@pytest.mark.parametrize("changes, words", [
    ({"factors": [{**COMMISSION, "path": "goods.comission_share"}]}, "did you mean 'commission_share'"),
    ({"factors": [{**COMMISSION, "values": [.1, 3]}]}, "goods.commission_share = 3"),
    ({"factors": [{**SHOPS, "low": -5}]}, "merchants.count = -5"),
    ({"factors": [{**SHOPS, "low": 50}]}, "low = 50 must be less than high = 40"),
    ({"factors": [{"path": "days"}]}, "needs either values or low and high"),
    ({"factors": [COMMISSION, COMMISSION]}, "is there twice"),
    ({"factors": []}, "factors: missing"),
    ({"sampling": "sobol", "samples": 12}, "power of two, such as 8 or 16"),
    ({"sampling": "latin_hypercube"}, "samples: missing"),
    ({"samples": 12}, "only for latin_hypercube and sobol"),
    ({"sampling": "list"}, "points: missing"),
    ({"sampling": "gird"}, "did you mean 'grid'"),
    ({"measures": ["gvm"]}, "did you mean 'gmv'"),
    ({"measures": ["gmv"], "smallest_effect": {"measure": "drawn", "size": 1}}, "not among the measures"),
    ({"replicate": 3}, "did you mean 'replicates'"),
    ({"replicates": 0}, "must be at least 1"),
    ({"scenario": "baselin"}, "did you mean 'baseline'"),
    ({"limits": {"seconds": -1}}, "must be more than 0"),
])
def test_a_mistake_is_one_line_that_says_where(changes, words):
    found = lines(**changes)
    assert any(words in line for line in found) and len(found) <= 2, found


def test_a_missing_file_is_one_line(tmp_path):
    (tmp_path / "design.toml").write_text("replicates = 2\n")
    with pytest.raises(UserError, match="did you mean 'design.toml'"):
        load_design(tmp_path / "desing.toml")


def test_one_looks_at_whole_rounds_and_at_the_end():
    assert list(looks(100)) == [10, 15, 25, 40, 60, 90, 100] and list(looks(7)) == [7]


def test_a_sweep_stops_only_when_every_point_is_known_well_enough():
    d = design(factors=[COMMISSION])
    values = {number: 100.0 + (d.run(number).replicate if d.run(number).point == 2 else 0) for number in range(d.n_runs)}
    assert Until("gmv", .05).is_reached(values, d, 7) and not Until("gmv", .01).is_reached(values, d, 7)
    assert not Until("gmv", .05).is_reached(values, d, 1)  # of one replicate nothing is known


@pytest.mark.parametrize("text", ["ci", "ci=2", "ci=x", "gvm=0.1", "ci=0.1"])
def test_a_goal_that_makes_no_sense_is_refused(text):
    with pytest.raises(UserError, match="--until"):
        parse_until(text, design())


def test_ci_is_about_the_smallest_effect():
    assert parse_until("ci=0.02", design(smallest_effect={"measure": "drawn", "size": 1})) == Until("drawn", .02)
