"""Whatever a user types, and whatever happens to the machine: a clear line, the right exit code, never a traceback."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

import experiments.__main__ as command_line
from experiments.running import run
from results.store import write_run, write_whole
from scenarios import load

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"consumers.count": 500, "merchants.count": 30, "weight": 20_000.0, "days": 3, "experiment.fork": None, "tactics": []}
EVENT = """extends = "flash-rate"
start = 2012-10-16
days = 20
weight = 20_000.0
[consumers]
count = 500
[merchants]
count = 30
"""
DESIGN = """replicates = 500
runs_per_block = 2
[base]
consumers.count = 500
merchants.count = 30
days = 30
[[factors]]
path = "goods.commission_share"
values = [0.01, 0.1]
"""


def answer(capsys, *arguments):
    """Exit code and the lines of complaint; in this process."""
    with pytest.raises(SystemExit) as end:
        command_line.main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert all(line.startswith("jishi: ") and line.isprintable() for line in err.splitlines() if "compiling" not in line)
    return end.value.code, [line.removeprefix("jishi: ") for line in err.splitlines() if "compiling" not in line]


@pytest.fixture
def started():
    """Starts the command line in a process and a process group of its own; whatever is left of the group is killed afterwards."""
    groups = []

    def start(*arguments, folder, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)):  # even if this process ignores it
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        groups.append(subprocess.Popen([sys.executable, "-m", "experiments", *map(str, arguments)], cwd=folder, env=environment, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=preexec_fn))
        return groups[-1]

    yield start
    for process in groups:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def alive_in_group(group):
    """Process ids of a group that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = status.read_text().partition(" (")
            state, _, its_group = rest.rpartition(") ")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(number))
    return found


def wait_for(what, seconds):
    """Wait until `what()` is true; its value, or a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(.05)
    pytest.fail(f"did not come within {seconds} s")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a finished run of three days, to copy from."""
    folder = tmp_path_factory.mktemp("finished")
    write_run(folder, run(load("baseline", SMALL)))
    return folder


@pytest.fixture
def run_folder(finished, tmp_path):
    """A copy of the folder of a finished run, to do harm to."""
    return shutil.copytree(finished, tmp_path / "run")


@pytest.fixture
def event(tmp_path):
    """A small event as a scenario file."""
    (tmp_path / "event.toml").write_text(EVENT)
    return tmp_path / "event.toml"


# --- what a user types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words, line", [
    ("rnu", "no command or scenario 'rnu' - did you mean 'run'?"),
    ("flash-rte", "no command or scenario 'flash-rte' - did you mean 'flash-rate'?"),
    ("run flash-rte", "- did you mean 'flash-rate'?"),
    ("run nowhere.toml", "no scenario file nowhere.toml"),
    ("run /", "/: is a folder, not a scenario file"),
    ("run baseline --bad", "No such option: --bad; jishi run --help lists what it takes"),
    ("run baseline extra", "extra"),
    ("run baseline --seed", "'--seed' requires an argument"),
    ("run baseline --seed x", "--seed x: must be a whole number; jishi run --help lists what it takes"),
    ("run baseline --seed -1", "--seed -1: must be at least 0"),
    ("run baseline --workers 0", "--workers 0: must be at least 1"),
    ("run baseline --workers=999", "--workers 999: must be at most 256"),
    ("run flash-rate --replicates 0", "--replicates 0: must be at least 1"),
    ("run flash-rate -n 0", "-n 0: must be at least 1"),
    ("run baseline -n 3", "--replicates 3: baseline has no experiment.fork, so there is nothing to pair; "
                          "use jishi compare baseline SCENARIO --replicates 3"),
    ("run baseline --size smal", "--size smal: no such size; known sizes: small, medium, large - did you mean 'small'?"),
    ("run baseline --lang fr", "--lang fr: must be en or zh"),
    ("compare baseline flash-rate --lang fr", "--lang fr: must be en or zh"),
    ("sweep nowhere.toml --lang fr", "--lang fr: must be en or zh"),
    ("run baseline --set days", "--set days: must be path=value, such as consumers.count=10_000"),
    ("run baseline --set days=", "--set days=: the value is missing; write it without blanks around =, or all in quotes"),
    ("run baseline --set =3", "--set =3: must be path=value, such as consumers.count=10_000"),
    ("run baseline --set days=[1,", "--set days: cannot read the value [1,; write it as in a scenario file"),
    ("run baseline --set days=0", "--set: days = 0 (days): must be at least 1 and at most 36_500"),
    ("run baseline --set cosumers.count=5", "--set: cosumers: no such setting - did you mean 'consumers'?"),
    ("run baseline --set tactics.coupon.depth=.3", "this scenario has no entry called 'coupon' here; it has none"),
    ("run flash-rate --set days=100", "flash-rate: experiment.fork = 2012-10-18: must be one of the scenario's days, "
                                      "2012-01-01 to 2012-04-09 (start and days set them)"),
    ("run flash-rate --set experiment.fork=2012-12-01", "rate_promotion starts on 2012-10-18, before experiment.fork = 2012-12-01"),
    ("run baseline --set networks.social.mean_degree=900 --set consumers.count=300 --out new",
     "networks.social.mean_degree: 900 is too much for a ring of 300 actors; at most 298"),
    ("compare", "Missing argument"),
    ("compare baseline", "compare: name a baseline and at least one other scenario"),
    ("compare baseline baseline", "compare: each scenario needs a name of its own; got baseline, baseline"),
    ("compare baseline flash-rate -n 1", "-n 1: must be at least 2"),
    ("describe", "Missing argument"),
    ("describe baselin", "- did you mean 'baseline'?"),
    ("scenarios nowhere", "nowhere: no such folder of scenario files"),
    ("repeat nowhere", "nowhere: no such folder; runs are in results/runs unless --out named another"),
    ("repeat .", ".: no manifest.json, so this is no finished run"),
    ("export nowhere", "nowhere: no such folder"),
    ("export . --format xls", "--format xls: must be one of 'csv', 'parquet', 'stata'"),
    ("validate S99", "validate: no fact 'S99'; known ids are in results/reference/facts.json"),
    ("validate S03 -n 0", "-n 0: must be at least 1"),
    ("validate S03 --workers 0", "--workers 0: must be at least 1"),
])
def test_a_slip_is_one_line_and_exit_code_2(capsys, tmp_path, monkeypatch, words, line):
    monkeypatch.chdir(tmp_path)
    code, lines = answer(capsys, *words.split(" "))
    assert code == 2 and len(lines) == 1
    assert line in lines[0]


@pytest.mark.parametrize("words", [[""], [" "], ["a\nb"], ["\x1b[31m"], ["run", ""], ["run", "\x00"], ["run", "a" * 5000], ["--"], ["-"],
                                   ["run", "baseline", "--set", "\x00=1"], ["run", "baseline", "--size", ""],
                                   ["describe", "名.toml"], ["compare", "", ""], ["repeat", "\x00"], ["export", "a" * 5000]])
def test_any_words_are_met_with_clean_lines(capsys, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    code, lines = answer(capsys, *words)
    assert code == 2 and lines


# --- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_that_holds_something_is_not_written_into(capsys, tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    assert answer(capsys, "run", "baseline", "--out", tmp_path) == (2, [f"--out {tmp_path}: the folder is not empty; name a new one"])


@pytest.mark.parametrize("command", [["run", "baseline"], ["compare", "baseline", "flash-rate"], ["validate", "S26", "-n", "1"]])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(capsys, tmp_path, command):
    file = tmp_path / "file"
    file.write_text("no folder")
    begun = time.monotonic()
    code, lines = answer(capsys, *command, "--out", file / "inside")
    assert code == 2 and lines == [f"--out {file}/inside: cannot write there (Not a directory)"]
    assert time.monotonic() - begun < 5


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_refused_before_the_work(capsys, tmp_path):
    tmp_path.chmod(0o500)
    code, lines = answer(capsys, "run", "baseline", "--out", tmp_path)
    assert code == 2 and lines == [f"--out {tmp_path}: cannot write there (Permission denied)"]


@pytest.mark.parametrize("name", ["manifest.json", "daily.parquet", "scenario.toml"])
@pytest.mark.parametrize("damage", ["cut", "emptied", "foreign", "gone"])
def test_a_damaged_run_is_not_repeated_but_named(capsys, run_folder, name, damage):
    file = run_folder / name
    whole = file.read_bytes()
    {"cut": lambda: file.write_bytes(whole[: len(whole) // 2]), "emptied": lambda: file.write_bytes(b""),
     "foreign": lambda: file.write_bytes(b"PAR1\xff\xfe[1, 2]PAR1"), "gone": file.unlink}[damage]()
    code, lines = answer(capsys, "repeat", run_folder)
    assert code == 2 and all(str(run_folder) in line for line in lines)


@pytest.mark.parametrize("manifest, words", [
    ([], "not one that Jishi wrote"), (None, "not one that Jishi wrote"), ({"versions": 3}, "not one that Jishi wrote"),
    ({"versions": {}}, "does not say the seed"), ({"versions": {}, "seed": "1"}, "does not say the seed"),
    ({"versions": {}, "seed": 1}, "does not say the replicate"), ({"versions": {}, "kind": "fork", "seed": 1}, "does not say the pairs"),
    ({"versions": {}, "kind": "compare", "seed": 1, "replicates": 20}, "holds a comparison; repeat takes the folder of a run"),
])
def test_a_manifest_of_another_kind_is_said(capsys, run_folder, manifest, words):
    (run_folder / "manifest.json").write_text(json.dumps(manifest))
    code, lines = answer(capsys, "repeat", run_folder)
    assert code == 2 and len(lines) == 1 and words in lines[0]


@pytest.mark.parametrize("format", ["csv", "parquet", "stata"])
def test_a_torn_table_is_not_exported_but_named(capsys, run_folder, format):
    (run_folder / "flows.parquet").write_bytes((run_folder / "flows.parquet").read_bytes()[:500])
    code, lines = answer(capsys, "export", run_folder, "--format", format)
    assert code == 2 and len(lines) == 1
    assert lines[0].startswith(f"{run_folder}/flows.parquet: cannot be read, it is torn or no table (")


def test_a_table_is_never_half_written(started, run_folder):
    """A file that may not grow stands for a full disk where one cannot be mounted."""
    def no_larger():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = started("export", run_folder, "--out", "there", folder=run_folder, preexec_fn=no_larger)
    _, err = done.communicate(timeout=60)
    assert done.returncode == 2 and "Traceback" not in err
    assert err.splitlines()[-1].endswith("cannot be written (File too large)")
    assert list((run_folder / "there").iterdir()) == []


def test_what_is_stopped_while_it_is_written_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "table").write_text("old")

    def stopped(partial):
        partial.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "table", stopped)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


@pytest.fixture
def full_disk(tmp_path):
    """A disk with room for next to nothing."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_and_leaves_no_half_a_file(capsys, run_folder, full_disk):
    code, lines = answer(capsys, "export", run_folder, "--out", full_disk / "there")
    assert code == 2 and lines[0].endswith("cannot be written (No space left on device)")
    assert not list(full_disk.rglob("*.part"))


# --- a user's own network ---------------------------------------------------------------------------------------------


@pytest.fixture
def own_network(tmp_path, monkeypatch):
    """A scenario in a folder of its own, beside the file of links it names; the work is done elsewhere."""
    folder, elsewhere = tmp_path / "mine", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (folder / "friends.csv").write_text("source,target\n0,1\n1,2\n2,3\n")
    (folder / "world.toml").write_text('weight = 20_000.0\ndays = 2\n[consumers]\ncount = 300\n[merchants]\ncount = 20\n'
                                       '[networks.social]\nkind = "edges"\nfile = "friends.csv"\n')
    return folder


def test_a_file_of_links_is_sought_beside_the_scenario_that_names_it(own_network):
    found = run(own_network / "world.toml")
    assert found.market.social.n == 300 and len(found.market.social.edges()[0]) == 3
    (own_network / "above.toml").write_text('extends = "world.toml"\n[networks.social]\ndirected = false\n')
    assert load(own_network / "above.toml").networks.social.file == str(own_network / "friends.csv")


def test_a_run_of_a_users_network_is_repeated_from_its_folder(own_network, tmp_path, capsys):
    folder = tmp_path / "run"
    folder.mkdir()
    write_run(folder, run(own_network / "world.toml"))
    assert answer(capsys, "repeat", folder) == (0, [])


def test_a_file_of_links_after_set_is_sought_where_one_stands(own_network):
    Path("here.csv").write_text("source,target\n5,6\n")
    changed = load(own_network / "world.toml", {"networks.social.file": "here.csv"})
    assert changed.networks.social.file == str(Path("here.csv").resolve())


@pytest.mark.parametrize("links, line", [
    ("source,target\n0,1\n1,999\n", "{file}, row 3: column 'target': unknown id 999; ids are whole numbers 0..299"),
    ("source,target\n0,0\n", "{file}, row 2: 0 is linked to itself; links join two actors"),
    ("from,target\n0,1\n", "{file}: no column 'source' (source); columns: from, target"),
    ("", "{file}: the file is empty"), (None, "{file}: no such file"),
])
def test_mistakes_in_a_file_of_links_name_file_row_and_column(own_network, capsys, links, line):
    file = own_network / "friends.csv"
    file.unlink() if links is None else file.write_text(links)
    code, lines = answer(capsys, "run", own_network / "world.toml", "--out", "new")
    assert (code, lines) == (2, [f"networks.social: {line.format(file=file)}"])


# --- stopped in the middle --------------------------------------------------------------------------------------------


@pytest.fixture
def begun(started, event):
    """A run of many pairs on two workers, of which some paths are finished; the process and the folder of paths."""
    process = started("run", event, "-n", 500, "--workers", 2, "--out", "new", folder=event.parent)
    paths = event.parent / "new" / "paths"
    wait_for(lambda: len(list(paths.glob("*-draws.parquet"))) >= 2 or process.poll() is not None, 180)
    assert process.poll() is None, process.communicate()[1]
    return process, paths


def check_nothing_was_lost(paths):
    assert not list(paths.glob("*.part"))
    files = list(paths.glob("*.parquet"))
    assert len(files) >= 4
    assert all(len(pd.read_parquet(file).columns) for file in files)


def test_ctrl_c_ends_a_run_with_one_line_and_keeps_what_is_finished(begun):
    process, paths = begun
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and its workers
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert [line for line in err.splitlines() if "left" not in line and "compiling" not in line] == [
        "jishi: stopped; what was finished is kept"]
    check_nothing_was_lost(paths)
    wait_for(lambda: not alive_in_group(process.pid), 10)


def test_ctrl_c_while_workers_start_ends_with_one_line(started, event):
    process = started("run", event, "-n", 500, "--workers", 4, "--out", "new", folder=event.parent)
    wait_for(lambda: len(alive_in_group(process.pid)) > 2 or process.poll() is not None, 180)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in err, err
    wait_for(lambda: not alive_in_group(process.pid), 10)


@pytest.mark.parametrize("moment", ["workers start", "runs are done"])
def test_ctrl_c_ends_a_sweep_with_one_line_and_keeps_what_is_finished(started, tmp_path, moment):
    (tmp_path / "design.toml").write_text(DESIGN)
    process = started("sweep", "design.toml", "--workers", 3 if moment == "workers start" else 2, "--out", "new", folder=tmp_path)
    parts = tmp_path / "new" / "data"
    wait_for(lambda: process.poll() is not None or (len(alive_in_group(process.pid)) > 2 if moment == "workers start"
                                                    else len(list(parts.glob("part-*.parquet"))) > 2), 180)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert [line for line in err.splitlines() if "left" not in line and "compiling" not in line] == [
        "jishi: stopped; what was finished is kept"]
    assert not list(parts.glob("*.part")) and (moment == "workers start" or len(list(parts.glob("part-*.parquet"))) > 2)
    wait_for(lambda: not alive_in_group(process.pid), 10)


def test_a_worker_killed_from_outside_is_one_clear_line(begun):
    process, paths = begun
    workers = [number for number in alive_in_group(process.pid) if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()]
    os.kill(workers[0], signal.SIGKILL)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "Traceback" not in err
    assert err.splitlines()[-1].startswith("jishi: a worker process was ended from outside, most often for lack of memory; ")
    check_nothing_was_lost(paths)
    wait_for(lambda: not alive_in_group(process.pid), 10)


def test_workers_end_when_the_command_itself_is_killed(begun):
    process, _ = begun
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: not alive_in_group(process.pid), 20)
