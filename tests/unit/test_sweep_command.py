"""What `jishi sweep` and `jishi cluster-help` say."""

from pathlib import Path

import pytest

import experiments.__main__ as command_line
from experiments.cluster_help import cluster_help
from experiments.designs import load_design
from experiments.sweep_job import power
from sim.core.errors import UserError

DESIGN = """
name = "small"
replicates = 4
measures = ["gmv"]
[base]
consumers.count = 200
merchants.count = 12
days = 5
[[factors]]
path = "goods.commission_share"
values = [0.01, 0.1]
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(DESIGN)
    return "small.toml"


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        command_line.main(list(arguments))
    return end.value.code, *capsys.readouterr()


def test_a_dry_run_says_runs_hours_memory_and_disk_and_does_nothing(small, capsys):
    code, out, _ = said(capsys, "sweep", small, "--dry-run", "--workers", "2")
    assert code == 0 and not Path("results").exists()
    assert all(words in out for words in ("2 points x 4 replicates = 8 runs", "hours on 2 processes", "MB of memory", "MB on disk",
                                          "smallest_effect"))


def test_one_run_can_be_done_again(small, capsys):
    code, out, _ = said(capsys, "sweep", small, "--run", "5")
    assert code == 0 and "point 1 (goods.commission_share = 0.1), replicate 1, seed 1" in out and "gmv" in out
    assert said(capsys, "sweep", small, "--run", "8")[2] == "jishi: --run 8: this design has the runs 0 to 7\n"


@pytest.mark.parametrize("arguments, words", [
    (["nowhere.toml"], "no design file nowhere.toml"), (["small.toml", "--until", "gvm=0.1"], "did you mean 'gmv'"),
    (["small.toml", "--cluster", "tcp://127.0.0.1:9", "--out", "s"], "no Dask scheduler answers there")])
def test_a_mistake_is_one_line(small, capsys, arguments, words):
    if "--cluster" in arguments:
        pytest.importorskip("distributed")
    code, _, err = said(capsys, "sweep", *arguments)
    assert code == 2 and words in err and err.count("\n") == 1 and "Traceback" not in err


def test_a_design_of_one_point_has_nothing_to_compare(small):
    one = load_design({"replicates": 2, "factors": [{"path": "goods.commission_share", "values": [.1]}],
                       "smallest_effect": {"measure": "gmv", "size": 1}})
    assert "nothing to compare" in power(one, 1, Path("none"))


def test_help_for_clusters_fills_in_names_and_numbers():
    text = cluster_help("node7", 9000, 4)
    assert "tcp://node7:9000" in text and "--nworkers 4" in text and "#SBATCH" in text and "{" not in text.replace("{...}", "")


def test_a_list_of_points_without_a_design_is_refused():
    with pytest.raises(UserError):
        load_design({})
