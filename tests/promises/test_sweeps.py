"""Sweeps: the same parts whoever does the runs, whatever is killed; what fails is named, and nothing else is lost."""

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import experiments.__main__ as command_line
from experiments import run, sweep
from experiments.blocks import Done, do_block
from experiments.code_version import code_version
from experiments.designs import load_design
from experiments.dispatching import dispatch
from experiments.sweeping import Work, manifest_of
from experiments.workers import Workers
from results.part_file import decode, joined
from results.parts import SweepFolder
from scenarios import load
from scenarios.toml_text import toml_document
from sim.core.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
DESIGN = {"name": "small", "replicates": 6, "runs_per_block": 4, "measures": ["gmv", "drawn", "loan_book"],
          "base": {"consumers.count": 300, "merchants.count": 15, "days": 8},
          "factors": [{"path": "goods.commission_share", "values": [.01, .02, .05, .1]}]}
DESIGN_FILE = """
name = "small"
replicates = 6
runs_per_block = 4
measures = ["gmv", "drawn", "loan_book"]
[base]
consumers.count = 300
merchants.count = 15
days = 8
[[factors]]
path = "goods.commission_share"
values = [0.01, 0.02, 0.05, 0.1]
"""


def parts(folder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((Path(folder) / "data").glob("*"))}


def n_parts(folder) -> int:
    return len(list((Path(folder) / "data").glob("part-*.parquet")))


def children(pid: int) -> list[int]:
    """Living processes started by `pid` that sweep (not Python's own tracker of resources)."""
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(each) for each in tasks.read_text().split()]
    return [each for each in found if sweeps(each) and is_alive(each)]


def sweeps(pid: int) -> bool:
    with suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def wait_until(what, seconds=180.0) -> None:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(.005)


@contextmanager
def mounted(folder, options="size=9m"):
    """A small disk of its own."""
    folder.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def jishi(*arguments, **options) -> tuple[int, list[str]]:
    """Exit code and the lines of complaint of the command line, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "experiments", *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, **options)
    return done.returncode, complaints(done.stderr)


def complaints(err: str) -> list[str]:
    return [line for line in err.splitlines() if not line.endswith("s left") and "compiling" not in line]


class Here(Executor):
    """Does everything at once in this process; `breaks(block)` says when the worker would have died."""

    def __init__(self, breaks=lambda block: False):
        self.breaks, self.given = breaks, []

    def submit(self, function, /, *arguments, **named):
        future = Future()
        if function is do_block:
            self.given.append([each.run for each in arguments[0].runs])
            if self.breaks(arguments[0]):
                future.set_exception(BrokenProcessPool("died"))
                return future
        future.set_result(function(*arguments, **named))
        return future


@contextmanager
def done_here():
    """Whatever number of workers a sweep asks for, this process does the runs: who does them is the matter of other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.sweeping.workers_of", lambda *_: nullcontext((Here(), 1)))
        yield


def jishi_here(capsys, *arguments) -> tuple[int, list[str]]:
    """Exit code and the lines of complaint of the command line, in this process."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end, done_here():
        command_line.main([str(each) for each in arguments])
    return end.value.code, complaints(capsys.readouterr().err)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Done run by run in this process, nothing in its way."""
    with done_here():
        return sweep(DESIGN, out=tmp_path_factory.mktemp("sweep") / "undisturbed")


def done_with(executor, folder, design=None):
    """The design done by an executor; the folder."""
    design = load_design(design or DESIGN)
    store = SweepFolder(folder)
    store.open(manifest_of(design), "", design.points)
    Work(design, store, None, None, False).do(executor, 2)
    store.close()
    return store


def test_a_row_of_a_sweep_is_what_run_gives(undisturbed):
    row = undisturbed.runs[(undisturbed.runs["point"] == 2) & (undisturbed.runs["replicate"] == 5)].iloc[0]
    alone = run(load("baseline", {**DESIGN["base"], "goods.commission_share": .05}), seed=1, replicate=5)
    assert [row[name] for name in DESIGN["measures"]] == [alone.summary[name] for name in DESIGN["measures"]]
    assert len(undisturbed.runs) == 24 and len(undisturbed.failures) == 0 and "4 points x 6 replicates" in repr(undisturbed)
    daily = undisturbed.daily(2)
    assert daily["gmv"].tolist()[-8:] == alone.daily["gmv"].tolist()


def test_the_tables_of_a_sweep_are_on_disk(undisturbed):
    folder = undisturbed.folder
    assert len(pd.read_parquet(folder / "design.parquet")) == 24
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "summary/runs.parquet"), undisturbed.runs)
    assert set(pd.read_csv(folder / "summary/effects.csv")) >= {"point", "measure", "mean", "low", "high", "n", "p_holm"}
    assert load_design(folder / "design.toml").hash == load_design(DESIGN).hash


def test_two_workers_give_the_parts_of_one_and_a_killed_worker_costs_nothing(undisturbed, tmp_path):
    killed = []

    def kill_one(what, share):
        if not killed:
            killed.extend(children(os.getpid())[:1])
            os.kill(killed[0], signal.SIGKILL)

    result = sweep(DESIGN, workers=2, out=tmp_path / "s", progress=kill_one)
    assert killed and parts(tmp_path / "s") == parts(undisturbed.folder) and len(result.failures) == 0


def kill_driver(command, when) -> None:
    """Start a sweep, kill its driver at work when `when()` is true, and see that its workers end too."""
    driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    wait_until(lambda: when() or driver.poll() is not None)
    workers = children(driver.pid)
    driver.kill()
    assert driver.wait() == -signal.SIGKILL  # it was still at work
    wait_until(lambda: not any(map(is_alive, workers)), 10)
    assert not any(map(is_alive, workers))


def test_a_driver_that_is_killed_goes_on_where_it_was_and_leaves_no_worker(undisturbed, tmp_path):
    (tmp_path / "small.toml").write_text(DESIGN_FILE)
    folder = tmp_path / "s"
    kill_driver([sys.executable, "-m", "experiments", "sweep", str(tmp_path / "small.toml"), "--workers", "1", "--out", str(folder)],
                lambda: n_parts(folder) >= 2)
    executor = Here()
    done_with(executor, folder, tmp_path / "small.toml")
    assert 0 < len(executor.given) <= 4 and parts(folder) == parts(undisturbed.folder)


LONG = {**DESIGN, "replicates": 100, "base": {**DESIGN["base"], "days": 40, "consumers.count": 600}}


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """400 runs in 100 blocks, nothing in their way."""
    whole = sweep(LONG, workers=2, out=tmp_path_factory.mktemp("sweep") / "long")
    assert n_parts(whole.folder) == 100 and len(whole.failures) == 0
    return whole


@pytest.mark.slow
def test_a_driver_killed_at_twenty_moments_leaves_the_parts_of_an_undisturbed_sweep(long, tmp_path):
    (tmp_path / "long.toml").write_text(toml_document(nested(LONG)))
    luck, folder = random.Random(7), tmp_path / "s"
    command = [sys.executable, "-m", "experiments", "sweep", str(tmp_path / "long.toml"), "--workers", "2", "--out", str(folder)]
    for _ in range(20):  # while it starts, and after up to four blocks more
        wanted, late = n_parts(folder) + luck.randrange(5), luck.uniform(0, 1.5)
        began = time.monotonic()
        kill_driver(command, lambda wanted=wanted, late=late, began=began: n_parts(folder) >= wanted and time.monotonic() > began + late)
    assert n_parts(folder) < 100
    sweep(tmp_path / "long.toml", workers=2, out=folder)
    assert parts(folder) == parts(long.folder)


@pytest.mark.slow
def test_workers_killed_at_twenty_moments_leave_the_parts_of_an_undisturbed_sweep(long, tmp_path):
    luck, over, killed = random.Random(8), threading.Event(), []

    def kill_twenty():
        for number in range(20):  # one in each three blocks, at any moment
            wanted = 3 * number + luck.randrange(3)
            wait_until(lambda wanted=wanted: over.is_set() or n_parts(tmp_path / "s") >= wanted and children(os.getpid()))
            over.wait(luck.uniform(0, .5))
            wait_until(lambda: over.is_set() or children(os.getpid()))
            if not over.is_set():
                killed.append(luck.choice(children(os.getpid())))
                os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill_twenty)
    killer.start()
    try:
        result = sweep(LONG, workers=2, out=tmp_path / "s")
    finally:
        over.set()
        killer.join()
    assert len(set(killed)) == 20 and parts(tmp_path / "s") == parts(long.folder) and len(result.failures) == 0


@pytest.mark.slow
@pytest.mark.cluster
def test_a_scheduler_killed_at_three_moments_leaves_the_parts_of_an_undisturbed_sweep(long, tmp_path):
    luck, folder = random.Random(9), tmp_path / "s"
    for _ in range(3):
        with dask_cluster() as (scheduler, address):
            wanted = n_parts(folder) + luck.randrange(1, 12)

            def kill(scheduler=scheduler, wanted=wanted):
                wait_until(lambda: n_parts(folder) >= wanted)
                time.sleep(luck.uniform(0, .5))
                scheduler.kill()

            killer = threading.Thread(target=kill)
            killer.start()
            with pytest.raises(UserError, match="gone"):
                sweep(LONG, cluster=address, out=folder)
            killer.join()
            assert scheduler.wait() == -signal.SIGKILL and wanted <= n_parts(folder) < 100
    sweep(LONG, workers=2, out=folder)
    assert parts(folder) == parts(long.folder)


@contextmanager
def dask_cluster():
    """A scheduler and two workers as processes of their own: (the scheduler's process, its address)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    start, quiet = [sys.executable, "-m", "distributed.cli.dask_scheduler"], {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*start, "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"], **quiet)
    workers = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard",
                                 "--death-timeout", "30"], **quiet) for _ in range(2)]
    try:
        from distributed import Client

        with Client(address, timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield scheduler, address
    finally:
        for each in (*workers, scheduler):
            each.terminate()
            each.wait()


def nested(design: dict) -> dict:
    """A design as a file writes it."""
    base: dict = {}
    for path, value in design["base"].items():
        *tables, name = path.split(".")
        here = base
        for table in tables:
            here = here.setdefault(table, {})
        here[name] = value
    return {**design, "base": base}


@pytest.mark.cluster
def test_a_dask_cluster_gives_the_parts_of_one_process(undisturbed, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        sweep(DESIGN, cluster=cluster.scheduler_address, out=tmp_path / "s")
    assert parts(tmp_path / "s") == parts(undisturbed.folder)


def test_a_finished_sweep_runs_nothing_again(undisturbed):
    before = {file: file.stat().st_mtime_ns for file in (undisturbed.folder / "data").glob("*")}
    again = sweep(DESIGN, workers=1, out=undisturbed.folder)
    assert {file: file.stat().st_mtime_ns for file in (undisturbed.folder / "data").glob("*")} == before
    pd.testing.assert_frame_equal(again.runs, undisturbed.runs)


@pytest.mark.parametrize("harm", ["cut short", "a byte in its middle", "empty", "of another block"])
def test_a_torn_part_is_found_and_done_again(harm, tmp_path):
    store = done_with(Here(), tmp_path)
    whole, path = parts(tmp_path), store.part(2)
    content = path.read_bytes()
    middle = len(content) // 4
    path.write_bytes({"cut short": content[: len(content) // 2], "empty": b"", "of another block": store.part(1).read_bytes(),
                      "a byte in its middle": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]}[harm])
    executor = Here()
    done_with(executor, tmp_path)
    assert executor.given == [[8, 9, 10, 11]] and parts(tmp_path) == whole


def test_a_block_done_run_by_run_has_the_bytes_of_a_block_done_at_once(undisturbed, tmp_path):
    broken = Here(breaks=lambda block: len(block.runs) > 1 and block.number in (0, 3))
    done_with(broken, tmp_path)
    assert parts(tmp_path) == parts(undisturbed.folder) and [13] in broken.given and [5] not in broken.given


def test_exactly_the_run_that_kills_its_worker_is_blamed(undisturbed, tmp_path):
    store = done_with(Here(breaks=lambda block: 6 in [each.run for each in block.runs]), tmp_path)
    failures = store.failures()
    assert [each["run"] for each in failures] == [6] and "worker died" in failures[0]["reason"]
    assert failures[0]["command"].endswith("design.toml --run 6") and failures[0]["seed"] == 1
    assert store.done(load_design(DESIGN).hash)[1] == [4, 5, 7]
    executor = Here()
    done_with(executor, tmp_path)
    assert executor.given == []  # what failed is not tried again unless asked
    store.forget_failures()
    done_with(Here(), tmp_path)
    assert parts(tmp_path) == parts(undisturbed.folder)


def test_one_chance_death_is_nobodys_fault(tmp_path):
    deaths = []
    store = done_with(Here(breaks=lambda block: block.number == 1 and not (len(deaths) >= 2 or deaths.append(1))), tmp_path)
    assert store.failures() == [] and len(deaths) == 2


def test_workers_that_cannot_work_are_not_the_runs_fault(tmp_path):
    class Gone(Executor):
        def submit(self, function, /, *arguments, **named):
            future = Future()
            future.set_exception(BrokenProcessPool("gone"))
            return future

    with pytest.raises(UserError, match="workers are gone"):
        done_with(Gone(), tmp_path)
    assert SweepFolder(tmp_path).failures() == []


@pytest.mark.slow
def test_runs_that_raise_hang_or_eat_memory_are_exactly_those_that_fail_and_their_commands_repeat_them(tmp_path):
    design = {"name": "poison", "sampling": "list", "replicates": 2, "runs_per_block": 4, "limits": {"seconds": 6, "memory_mb": 300},
              "base": DESIGN["base"], "measures": ["gmv"],
              "points": [{"goods": {"commission_share": .01}}, {"networks": {"social": {"mean_degree": 299}}}, {"days": 12_000},
                         {"consumers": {"count": 3_000_000}}, {"goods": {"commission_share": .02}}]}
    (tmp_path / "poison.toml").write_text(toml_document(nested(design)))
    code, _ = jishi("sweep", "poison.toml", "--workers", 2, "--out", "my sweep", cwd=tmp_path)
    failures = SweepFolder(tmp_path / "my sweep").failures()
    assert code == 0 and [(each["point"], each["replicate"], each["seed"]) for each in failures] == [
        (point, replicate, 1) for point in (1, 2, 3) for replicate in (0, 1)]
    raised, _, hung, _, ate, _ = (each["reason"] for each in failures)
    assert "299 is too much for a ring of 300" in raised and "more memory than its limit" in ate
    assert hung == "ran longer than its limit of 6 s"
    runs = pd.read_parquet(tmp_path / "my sweep" / "summary" / "runs.parquet")
    assert sorted(zip(runs["point"], runs["replicate"])) == [(0, 0), (0, 1), (4, 0), (4, 1)]

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "jishi").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m experiments "$@"\n')
    (tmp_path / "bin" / "jishi").chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    for each in failures[::2]:  # pasted into a shell: done here, without limits
        done = subprocess.run(each["command"], shell=True, cwd=tmp_path, capture_output=True, text=True, env=environment)
        assert f"run {each['run']}: point {each['point']} (" in done.stdout
        if each["reason"] == raised:
            assert done.returncode == 2 and done.stderr.splitlines()[-1] == f"jishi: {raised}"
        else:
            assert done.returncode == 0 and "gmv" in done.stdout


def test_a_run_that_raises_is_recorded_and_its_neighbours_are_done(tmp_path):
    class Spoils(Here):  # a setting that no check has seen
        def submit(self, function, /, *arguments, **named):
            if function is do_block and arguments[0].number == 2:
                arguments = (replace(arguments[0], overrides={**arguments[0].overrides, 2: {"goods.commission_share": "much"}}),)
            return super().submit(function, *arguments, **named)

    store = done_with(Spoils(), tmp_path)
    spoilt = [each.run for each in load_design(DESIGN).runs(2) if each.point == 2]
    assert [each["run"] for each in store.failures()] == spoilt and 0 < len(spoilt) < 4
    assert all("goods.commission_share" in each["reason"] for each in store.failures())
    assert sum(map(len, store.done(load_design(DESIGN).hash).values())) == 24 - len(spoilt)


def test_a_worker_that_dies_takes_no_other_with_it():
    pool = Workers(2)
    try:
        bad, good = pool.submit(os._exit, 3), pool.submit(time.sleep, .5)
        with pytest.raises(BrokenProcessPool):
            bad.result()
        assert good.result() is None
        assert pool.submit(os.getpid).result() != pool.submit(os.getpid).result()  # a new one stands in its place
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def test_another_design_or_version_is_not_mixed_in(undisturbed, monkeypatch):
    with pytest.raises(UserError, match="replicates is 6 there and 7 here.*--out"):
        sweep({**DESIGN, "replicates": 7}, out=undisturbed.folder)
    with pytest.raises(UserError, match="consumers.count is 300 there and 301 here"):
        sweep({**DESIGN, "base": {**DESIGN["base"], "consumers.count": 301}}, out=undisturbed.folder)
    other = {**code_version(), "sources": "other"}
    monkeypatch.setattr("experiments.designs.code_version", lambda: other)
    monkeypatch.setattr("experiments.sweeping.code_version", lambda: other)
    with pytest.raises(UserError, match="code.sources is .* there and other here"):
        sweep(DESIGN, out=undisturbed.folder)


def test_two_sweeps_do_not_work_in_one_folder(undisturbed):
    other = SweepFolder(undisturbed.folder)
    design = load_design(DESIGN)
    other.open(manifest_of(design), "", design.points)
    try:
        with pytest.raises(UserError, match="another sweep is at work"):
            sweep(DESIGN, out=undisturbed.folder)
    finally:
        other.close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write there"):
        sweep(DESIGN, out=tmp_path / "file" / "s")


def test_a_full_disk_is_one_sentence_and_loses_nothing(undisturbed, tmp_path):
    with mounted(tmp_path / "disk", "size=20k") as disk:
        with pytest.raises(UserError, match="No space left"):
            done_with(Here(), disk)
        kept = set(parts(disk))
        assert 0 < len(kept) < 6 and not any(name.endswith(".part") for name in kept)
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        done_with(Here(), disk)
        assert parts(disk) == parts(undisturbed.folder)


@pytest.mark.slow
@pytest.mark.parametrize("size", [4, 8, 16, 24, 40, 60, 120])  # the design, the manifest, a part, the tables, the figures
def test_a_disk_that_is_full_at_any_stage_is_one_line(undisturbed, tmp_path, size):
    (tmp_path / "small.toml").write_text(DESIGN_FILE)
    with mounted(tmp_path / "disk", f"size={size}k") as disk:
        command = ("sweep", tmp_path / "small.toml", "--workers", 1, "--out", disk / "s")
        code, lines = jishi(*command)
        assert code == 2 and len(lines) == 1 and lines[0].endswith("cannot be written (No space left on device)")
        assert not list(disk.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=9m", str(disk)], check=True)
        assert jishi(*command) == (0, []) and parts(disk / "s") == parts(undisturbed.folder)


@contextmanager
def no_file_above(most):
    """No file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("most", [100, 3_500, 20_000])  # bytes of a file: of the scenario, of a table, of a figure
def test_a_file_that_may_not_grow_is_one_line(undisturbed, tmp_path, capsys, most):
    """Stands for a full disk where none can be mounted; the middle one in processes of its own."""
    (tmp_path / "small.toml").write_text(DESIGN_FILE)
    command = ("sweep", tmp_path / "small.toml", "--workers", 1, "--out", tmp_path / "s")
    if most == 3_500:
        code, lines = jishi(*command, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    else:
        with no_file_above(most):
            code, lines = jishi_here(capsys, *command)
    assert code == 2 and len(lines) == 1 and lines[0].endswith("cannot be written (File too large)")
    assert not list((tmp_path / "s").rglob("*.part"))
    with done_here():
        result = sweep(tmp_path / "small.toml", out=tmp_path / "s")
    assert parts(result.folder) == parts(undisturbed.folder)


def test_a_read_only_folder_is_one_line(tmp_path, capsys):
    (tmp_path / "small.toml").write_text(DESIGN_FILE)
    with mounted(tmp_path / "disk", "ro") if os.geteuid() == 0 else nullcontext(tmp_path / "disk") as disk:
        disk.mkdir(exist_ok=True)
        disk.chmod(0o500) if os.geteuid() else None
        code, lines = jishi_here(capsys, "sweep", tmp_path / "small.toml", "--out", disk / "s")
    reason = "Permission denied" if os.geteuid() else "Read-only file system"
    assert (code, lines) == (2, [f"jishi: {disk}/s: cannot write there ({reason})"])


def test_a_folder_that_becomes_read_only_loses_nothing(undisturbed, tmp_path):
    with mounted(tmp_path / "disk") as disk:
        data = str(disk / "data")

        def protect(what, share):
            if share > .4:
                subprocess.run(["mount", "--bind", data, data], check=True)
                subprocess.run(["mount", "-o", "remount,bind,ro", data], check=True)

        try:
            with pytest.raises(UserError, match=r"part-0000\d.parquet: cannot be written \(Read-only file system\)"), done_here():
                sweep(DESIGN, out=disk, progress=protect)
        finally:
            subprocess.run(["umount", data], check=True)
        assert n_parts(disk) == 3
        with done_here():
            sweep(DESIGN, out=disk)
        assert parts(disk) == parts(undisturbed.folder)


def test_a_line_of_failures_that_was_cut_off_is_no_failure(tmp_path):
    store = SweepFolder(tmp_path)
    store.add_failure({"run": 3, "reason": "x"})
    with open(tmp_path / "failures.jsonl", "a") as file:
        file.write('{"run": 4, "rea')
    store.add_failure({"run": 5, "reason": "y"})
    assert [each["run"] for each in store.failures()] == [3, 5]


def test_a_part_gives_back_its_numbers_to_the_bit(undisturbed):
    head, table = decode(SweepFolder(undisturbed.folder).part(0))
    assert head["runs"] == [0, 1, 2, 3] and head["block"] == 0
    assert joined([SweepFolder(undisturbed.folder).part(0).read_bytes()]) == SweepFolder(undisturbed.folder).part(0).read_bytes()
    assert table["gmv"].to_numpy().dtype == np.float64 and table.num_rows == 32


def test_a_year_says_the_facts_about_clients(tmp_path):
    design = load_design({**DESIGN, "base": {**DESIGN["base"], "days": 301}, "factors": [DESIGN["factors"][0] | {"values": [.05]}],
                          "replicates": 1, "daily": False, "measures": []})
    block = next(Work(design, SweepFolder(tmp_path), None, None, False).missing(1))
    done = do_block(block)
    head, table = decode(done.part)
    alone = run(load("baseline", {**DESIGN["base"], "days": 301, "goods.commission_share": .05}), seed=1)
    assert isinstance(done, Done) and table.num_rows == 1
    assert {name: table[name][0].as_py() for name in ("gmv", "loan_book")} == {name: alone.summary[name] for name in ("gmv", "loan_book")}
    assert head["facts"]["0"]["debt_days_per_client_year"] == alone.summary["debt_days_per_client_year"]


def test_a_sweep_stops_when_it_knows_enough(tmp_path):
    design = load_design({**DESIGN, "replicates": 40, "runs_per_block": 20, "factors": [DESIGN["factors"][0] | {"values": [.01, .05]}]})
    from experiments.stopping import parse_until

    store = SweepFolder(tmp_path)
    store.open(manifest_of(design), "", design.points)
    assert Work(design, store, None, parse_until("gmv=0.5", design), False).do(Here(), 1) == 10
    assert Work(design, store, None, parse_until("gmv=0.000001", design), False).do(Here(), 1) == 40


def test_dispatch_keeps_a_bounded_number_of_blocks_at_work():
    class Slow(Executor):
        def __init__(self):
            self.open, self.most = [], 0

        def submit(self, function, /, *arguments):
            self.open = [future for future in self.open if not future.done()] + [Future()]
            self.most = max(self.most, len(self.open))
            if len(self.open) == 3:
                self.open[0].set_result(Done(None, [], []))
            return self.open[-1]

    executor, seen = Slow(), []

    def blocks():
        for number in range(50):
            seen.append(number)
            yield number

    def finished(block, done):
        for future in executor.open:
            if not future.done():
                future.set_result(Done(None, [], []))
        assert len(seen) <= block + 7

    dispatch(blocks(), executor, 3, finished)
    assert executor.most <= 3 and len(seen) == 50
