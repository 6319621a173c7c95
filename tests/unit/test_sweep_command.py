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


VALUES = "values = [0.01, 0.1]"


@pytest.mark.parametrize("old, new, words", [
    (DESIGN, "", "is empty; a design names its scenario with scenario = "),
    (DESIGN, "factors = [", "is not TOML"),
    (DESIGN, '[[factors]]\npath = "goods.commission_share"\n', "needs either values or low and high"),
    (DESIGN, "factors = 3", "factors = 3 (factors): must be a list of tables, each under [[factors]]"),
    ('name = "small"', 'extends = "baseline"', "extends: no design of that name; a design names its scenario with scenario ="),
    ('name = "small"', 'extends = "small.toml"', "a circle"),
    ('name = "small"', 'scenario = "small.toml"', "this is the design itself"),
    ('name = "small"', 'scenario = "nowhere.toml"', "no scenario file nowhere.toml"),
    ('name = "small"', 'name = "a/b"', 'name = "a/b": must be of letters, digits'),
    ('name = "small"', "workers = 2", "workers: no such setting; known here: name,"),
    ('name = "small"', "runs_per_block = 0", "runs_per_block = 0 (runs): must be at least 1"),
    ("replicates = 4", "replicates = 2.5", "replicates = 2.5 (replicates): must be a whole number"),
    ("replicates = 4", "replicates = 1_000_000\nsampling = 'sobol'\nsamples = 16", "are 16,000,000 runs; at most 10,000,000"),
    ('["gmv"]', '"gmv"', 'measures = "gmv" (measures): must be a list'),
    ('["gmv"]', '["gvm"]', "measures: no measure called 'gvm' - did you mean 'gmv'?"),
    ("days = 5", "dais = 5", "small.toml: dais: no such setting - did you mean 'days'?"),
    ("days = 5", "days = 0", "small.toml: days = 0 (days): must be at least 1"),
    ("goods.commission_share", "goods.comission_share", "small.toml: goods.comission_share: no such setting - did you mean"),
    ("goods.commission_share", "tactics.coupon.depth", "no entry called 'coupon' here"),
    ("goods.commission_share", "goods", "goods = 0.01: must be a table of settings"),
    (VALUES, "values = [0.1, 0.1]", "goods.commission_share: 0.1 is there twice"),
    (VALUES, 'values = [0.1, "much"]', 'goods.commission_share = "much" (share of sales): must be a number'),
    (VALUES, "values = [nan, 0.1]", "goods.commission_share = nan (share of sales): must be a finite number"),
    (VALUES, "values = 0.1", "factors[0].values = 0.1 (values of that setting): must be a list"),
    (VALUES, "low = 0.1\nhigh = 3", "goods.commission_share = 3.0 (share of sales): must be at least 0 and at most 0.5"),
    (VALUES, "low = 0.1\nhigh = inf", "high = inf (as the setting): must be a finite number"),
    (f'goods.commission_share"\n{VALUES}', 'networks.social.kind"\nlow = 0\nhigh = 1', "is no number, so it has no range; name its values"),
    (f"[[factors]]\npath = \"goods.commission_share\"\n{VALUES}", '[[points]]\ndays = 3\n[[points]]\ndays = 3',
     'points: only for sampling = "list"'),
    (VALUES, VALUES + '\n[limits]\nsecond = 1', "limits.second: no such setting - did you mean 'seconds'?"),
    (VALUES, VALUES + '\n[smallest_effect]\nmeasure = "gvm"\nsize = 1', "measures: no measure called 'gvm'"),
])
def test_a_mistake_in_a_design_is_one_line(small, capsys, old, new, words):
    assert old in DESIGN
    Path(small).write_text(DESIGN.replace(old, new))
    code, out, err = said(capsys, "sweep", small, "--out", "s")
    lines = [line for line in err.splitlines() if "factors: missing" not in line]
    assert code == 2 and len(lines) == 1 and words in lines[0] and out == "" and not Path("s").exists()


@pytest.mark.parametrize("arguments, words", [
    (["nowhere.toml"], "no design file nowhere.toml"), (["smal.toml"], "did you mean 'small.toml'"), (["."], "no design file ."),
    (["a" * 5000], "no design file aaaa"), (["\0"], "null"), ([], "Missing argument"), (["small.toml", "small.toml"], "extra argument"),
    (["small.toml", "--until", "gvm=0.1"], "did you mean 'gmv'"), (["small.toml", "--until", ""], "such as ci=0.02"),
    (["small.toml", "--until", "gmv=nan"], "such as ci=0.02"), (["small.toml", "--until", "drawn=0.1"], "no measure of that name is kept"),
    (["small.toml", "--workers", "0"], "--workers 0: must be at least 1"), (["small.toml", "--replicates", "3"], "No such option"),
    (["small.toml", "--run", "-1"], "--run -1: must be at least 0"), (["small.toml", "--run", "1", "--dry-run"], "name one of them"),
    (["small.toml", "--cluster", ""], "such as tcp://host:8786"), (["small.toml", "--cluster", "nonsense"], "such as tcp://host:8786"),
    (["small.toml", "--cluster", "http://host:80"], "such as tcp://host:8786"),
    (["small.toml", "--cluster", "tcp://host:99999"], "such as tcp://host:8786"),
    (["small.toml", "--out", "small.toml"], "small.toml: cannot write there (Not a directory)"),
    (["small.toml", "--out", ""], ".: holds list and no sweep; name a new folder with --out"),
    (["small.toml", "--out", "mine"], "mine: holds report.html and no sweep; name a new folder with --out"),
    (["small.toml", "--dry-run", "--out", "mine"], "mine: holds report.html and no sweep"),
    (["small.toml", "--out", "run"], "run: holds something else than a sweep"),
    (["small.toml", "--out", "torn"], "torn: manifest.json cannot be read"),
    (["small.toml", "--dry-run", "--out", "list"], "list: manifest.json is not one that Jishi wrote"),
    (["small.toml", "--cluster", "tcp://127.0.0.1:9", "--out", "s"], "no Dask scheduler answers there")])
def test_a_mistake_is_one_line(small, capsys, monkeypatch, arguments, words):
    monkeypatch.setattr("experiments.executing.CLUSTER_ANSWERS_IN", "1s")
    if "tcp://127.0.0.1:9" in arguments:
        pytest.importorskip("distributed")
    for name, file, content in (("mine", "report.html", "my own"), ("run", "manifest.json", '{"kind": "run"}'),
                                ("torn", "manifest.json", '{"kind": "swe'), ("list", "manifest.json", "[1]")):
        Path(name).mkdir()
        (Path(name) / file).write_text(content)
    code, _, err = said(capsys, "sweep", *arguments)
    assert code == 2 and words in err and err.count("\n") == 1 and "Traceback" not in err
    assert Path("mine/report.html").read_text() == "my own" and len(list(Path("mine").iterdir())) == 1


def test_a_design_whose_runs_all_fail_says_why_and_ends_with_1(small, capsys):
    Path(small).write_text(DESIGN.replace("days = 5", 'days = 5\nnetworks.social.kind = "edges"\nnetworks.social.file = "no.csv"'))
    code, out, err = said(capsys, "sweep", small, "--workers", "1", "--out", "s")
    assert code == 1 and "Traceback" not in err and f"networks.social: {Path.cwd()}/no.csv: no such file" in out
    assert "0 runs" in out and "8 runs failed; s/failures.jsonl says why" in out


def test_a_file_named_in_a_design_is_sought_beside_it(small, capsys, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "links.csv").write_text("source,target\n0,1\n1,2\n")
    base = 'days = 5\nnetworks.social.kind = "edges"\nnetworks.social.file = "links.csv"'
    (tmp_path / "mine" / "my design.toml").write_text(DESIGN.replace("days = 5", base).replace('name = "small"\n', ""))
    design = load_design(tmp_path / "mine" / "my design.toml")
    assert design.scenario.networks.social.file == str(tmp_path / "mine" / "links.csv") and design.name == "my-design"
    assert said(capsys, "sweep", "mine/my design.toml", "--run", "0")[0] == 0


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
