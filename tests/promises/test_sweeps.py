"""Sweeps: the same parts whoever does the runs, whatever is killed; what fails is named, and nothing else is lost."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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


def children(pid: int) -> list[int]:
    """Processes started by `pid` that sweep (not Python's own tracker of resources)."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        found += [int(each) for each in (task / "children").read_text().split()]
    return [each for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """One worker, nothing in its way."""
    return sweep(DESIGN, workers=1, out=tmp_path_factory.mktemp("sweep") / "undisturbed")


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
    """Start a sweep, kill its driver when `when()` is true, and see that its workers end too."""
    driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not when() and time.monotonic() < until and driver.poll() is None:
        time.sleep(.005)
    workers = children(driver.pid)
    driver.kill()
    driver.wait()
    until = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < until:
        time.sleep(.05)
    assert not any(map(is_alive, workers))


def test_a_driver_that_is_killed_goes_on_where_it_was_and_leaves_no_worker(undisturbed, tmp_path):
    (tmp_path / "small.toml").write_text(DESIGN_FILE)
    folder = tmp_path / "s"
    kill_driver([sys.executable, "-m", "experiments", "sweep", str(tmp_path / "small.toml"), "--workers", "1", "--out", str(folder)],
                lambda: len(list((folder / "data").glob("part-*.parquet"))) >= 2)
    executor = Here()
    done_with(executor, folder, tmp_path / "small.toml")
    assert 0 < len(executor.given) <= 4 and parts(folder) == parts(undisturbed.folder)


@pytest.mark.slow
def test_a_driver_killed_at_twenty_moments_leaves_the_parts_of_an_undisturbed_sweep(tmp_path):
    design = {**DESIGN, "replicates": 30, "base": {**DESIGN["base"], "days": 60, "consumers.count": 1000}}
    (tmp_path / "small.toml").write_text(toml_document(nested(design)))
    whole = sweep(design, workers=2, out=tmp_path / "whole")
    luck, folder = random.Random(7), tmp_path / "s"
    command = [sys.executable, "-m", "experiments", "sweep", str(tmp_path / "small.toml"), "--workers", "2", "--out", str(folder)]
    for _ in range(20):
        end = time.monotonic() + luck.uniform(1, 14)
        kill_driver(command, lambda end=end: time.monotonic() > end)
    sweep(tmp_path / "small.toml", workers=2, out=folder)
    assert parts(folder) == parts(whole.folder)


@pytest.mark.slow
def test_workers_killed_at_twenty_moments_leave_the_parts_of_an_undisturbed_sweep(tmp_path):
    design = {**DESIGN, "replicates": 60, "base": {**DESIGN["base"], "days": 60, "consumers.count": 1000}}
    whole = sweep(design, workers=2, out=tmp_path / "whole")
    luck, over, killed = random.Random(8), threading.Event(), []

    def kill_some():
        while len(killed) < 20 and not over.wait(luck.uniform(.5, 4)):
            if workers := children(os.getpid()):
                killed.append(luck.choice(workers))
                os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill_some)
    killer.start()
    result = sweep(design, workers=2, out=tmp_path / "s")
    over.set()
    killer.join()
    assert len(killed) >= 5 and parts(tmp_path / "s") == parts(whole.folder) and len(result.failures) == 0


@pytest.mark.slow
@pytest.mark.cluster
def test_a_scheduler_killed_at_three_moments_leaves_the_parts_of_an_undisturbed_sweep(tmp_path):
    design = {**DESIGN, "replicates": 30, "base": {**DESIGN["base"], "days": 60, "consumers.count": 1000}}
    whole = sweep(design, workers=2, out=tmp_path / "whole")
    for n_parts in (2, 8, 16):
        with dask_cluster() as (scheduler, address):
            def kill(what, share, scheduler=scheduler, n_parts=n_parts):
                if scheduler.poll() is None and len(list((tmp_path / "s" / "data").glob("part-*.parquet"))) >= n_parts:
                    scheduler.kill()

            with pytest.raises(UserError, match="gone"):
                sweep(design, cluster=address, out=tmp_path / "s", progress=kill)
    sweep(design, workers=2, out=tmp_path / "s")
    assert parts(tmp_path / "s") == parts(whole.folder)


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
def test_the_run_that_hangs_and_the_run_that_eats_memory_are_exactly_those_that_fail(tmp_path):
    design = {"name": "poison", "sampling": "list", "replicates": 2, "runs_per_block": 4, "limits": {"seconds": 60, "memory_mb": 400},
              "base": DESIGN["base"], "measures": ["gmv"],
              "points": [{"goods.commission_share": .01}, {"consumers.count": 9_000_000}, {"goods.commission_share": .02}]}
    result = sweep(design, workers=2, out=tmp_path / "memory")
    assert result.failures["point"].tolist() == [1, 1] and result.failures["reason"].str.contains("memory").all()
    assert sorted(result.runs["point"]) == [0, 0, 2, 2]
    design |= {"points": [{"goods.commission_share": .01}, {"days": 36_000}], "replicates": 1, "limits": {"seconds": 4}}
    result = sweep(design, workers=1, out=tmp_path / "hangs")
    assert result.failures["reason"].tolist() == ["ran longer than its limit of 4 s"] and result.runs["point"].tolist() == [0]


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
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        with pytest.raises(UserError, match="No space left"):
            done_with(Here(), disk)
        kept = set(parts(disk))
        assert 0 < len(kept) < 6 and not any(name.endswith(".part") for name in kept)
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        done_with(Here(), disk)
        assert parts(disk) == parts(undisturbed.folder)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


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
