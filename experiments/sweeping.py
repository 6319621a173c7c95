"""Sweeping: all runs of a design, on any number of workers, to be stopped and resumed at will.

    s = sweep("design.toml", workers=8)        # or load_design({...})
    s.runs, s.effects, s.failures, s.response("goods.commission_share", "gmv")
"""

import pickle
import shlex
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from experiments import options
from experiments.blocks import Block, Done
from experiments.code_version import code_version
from experiments.design_runs import run_number
from experiments.designs import Design, load_design
from experiments.dispatching import dispatch
from experiments.executing import check_address, workers_of
from experiments.stopping import Until, looks, parse_until
from experiments.workers import usual_workers
from results import effects
from results.part_file import decode, joined
from results.parts import SweepFolder
from results.store import versions, write_table, write_whole
from scenarios import dump
from scenarios.toml_text import toml_document
from scenarios.writing import as_data
from sim.core.errors import UserError


@dataclass(repr=False)
class Sweep:
    """A sweep and what it found.

    runs: one row a finished run: point, replicate, the factors, a number for every measure.  failures: one row a failed run.
    means: every point's mean with its interval.  effects: paired differences from point 0, with Holm's correction.
    replicates: of every point, so many were asked for; fewer if it stopped earlier.
    """

    design: Design
    folder: Path
    runs: pd.DataFrame
    failures: pd.DataFrame
    replicates: int

    @property
    def manifest(self) -> dict[str, Any]:
        """What was asked, and the versions it was done with."""
        return SweepFolder(self.folder).manifest

    def __post_init__(self):
        self.means = effects.point_means(self.runs, self.design.measures)
        self.effects = effects.point_effects(self.runs, self.design.measures)

    def __repr__(self):
        failed = f", {len(self.failures)} failed" if len(self.failures) else ""
        return (f"<Sweep {self.design.name}: {len(self.runs):,} runs, {self.design.n_points} points x {self.replicates} replicates"
                f"{failed}; {self.folder}>")

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into the sweep's own folder); returns the page.  lang: en or zh."""
        from results.swept import sweep_report

        return sweep_report(self, folder or self.folder, lang)

    def response(self, factor: str, measure: str) -> pd.DataFrame:
        """How a measure answers to one factor, the others averaged over."""
        return effects.response(self.runs, factor, measure)

    def daily(self, point: int) -> pd.DataFrame:
        """Every day of a point's runs, if the design keeps days."""
        replicates = self.runs.loc[self.runs["point"] == point, "replicate"]
        wanted = set(replicates.index)
        parts = [table.to_pandas() for head, table in SweepFolder(self.folder).tables() if wanted & set(head["runs"])]
        none = pd.DataFrame(columns=["run", "day", *self.design.measures])
        days = pd.concat([each[each["run"].isin(wanted)] for each in parts], ignore_index=True) if parts else none
        days.insert(1, "replicate", days["run"].map(replicates))
        return days

    def fan(self, point: int, measure: str, against: int | None = None) -> pd.DataFrame:
        """Quantiles over a point's replicates, day by day; `against` another point: of the differences, world by world."""
        return effects.fan(self.daily(point), measure, None if against is None else self.daily(against))


def sweep(design, *, workers: int | None = None, cluster: str | None = None, out: str | Path | None = None,
          progress: Callable[[str, float], None] | None = None, until: str | None = None, retry_failed: bool = False) -> Sweep:
    """Do all runs of a design that are not done yet; the numbers do not depend on who does them.

    design: a `Design`, a file or a dict.  workers: processes (default: the processors, at most 8).  cluster: address of a
    Dask scheduler instead.  out: folder (default: results/sweeps/<name>-<hash>).  progress: called with (what, share done).
    until: "ci=0.02" or "gmv=0.02", to stop as soon as every point's interval is within 2% of its mean.
    retry_failed: try runs again that failed before.
    Raises: UserError for a mistake in the design, a folder of another sweep, a full disk, or workers that are gone.
    """
    design = load_design(design)
    goal = parse_until(until, design) if until is not None else None
    if cluster is not None:
        check_address(cluster)
    folder = SweepFolder(out or default_folder(design))
    folder.open(manifest_of(design), dump(design.scenario), runs_table(design))
    try:
        write_design(design, folder)
        with Work(design, folder, progress, goal, retry_failed) as work:
            if work.is_needed:
                with workers_of(usual_workers(workers), cluster) as (executor, window):
                    replicates = work.do(executor, window)
            else:
                replicates = design.replicates
        return summarise(design, folder, replicates)
    finally:
        folder.close()


class Work:
    """The runs of a design that are still to be done, and what to do with each as it is finished."""

    def __init__(self, design: Design, folder: SweepFolder, progress, goal: Until | None, retry_failed: bool):
        self.design, self.folder, self.goal = design, folder, goal
        self.tell = progress or (lambda *_: None)
        if retry_failed:
            folder.forget_failures()
        self.done = folder.done(design.hash)
        self.failed = {each["run"] for each in folder.failures()}
        self.n_done = sum(map(len, self.done.values())) + len(self.failed)
        self.is_needed = self.n_done < design.n_runs
        self.scenario = pickle.dumps(design.scenario, protocol=5)
        self.values: dict[int, float] = {}
        if goal:
            for _, table in folder.tables():
                self._watch(table)

    def __enter__(self):
        if self.is_needed:
            self.folder.append("sessions.jsonl", {"began": _now(), "host": socket.gethostname(), "runs_done_before": self.n_done})
        return self

    def __exit__(self, *error):
        return None

    def do(self, executor, window: int) -> int:
        """Do what is missing; returns the replicates that are done of every point."""
        for replicates in looks(self.design.replicates) if self.goal else [self.design.replicates]:
            dispatch(self.missing(replicates), executor, window, self.finished)
            if self.goal and self.goal.is_reached(self.values, self.design, replicates):
                break
        return replicates

    def missing(self, replicates: int) -> Iterator[Block]:
        """Blocks with a run among the first `replicates` of every point, without what they have already."""
        design = self.design
        last = run_number(design.n_points - 1, replicates - 1, design.n_points, design.replicates) // design.runs_per_block
        for number in range(last + 1):
            runs = [each for each in design.runs(number) if each.run not in self.failed and each.run not in self.done.get(number, ())]
            if runs:
                points = {each.point for each in runs}
                yield Block(number, runs, {point: design.overrides[point] for point in points}, self.scenario, design.hash, code_version(),
                            design.seed, design.measures, design.file.daily, design.file.limits.seconds, design.file.limits.memory_mb)

    def finished(self, block: Block, done: Done) -> None:
        """Failures first, then the part: a kill between them costs a block, never a failure."""
        for run, reason in done.failures:
            self.folder.add_failure(self.failure(run, reason))
            self.failed.add(run)
        if done.part is not None:
            part = done.part
            if self.done.get(block.number):
                part = joined([self.folder.part(block.number).read_bytes(), part])
            self.folder.write_part(block.number, part)
            self.done[block.number] = [*self.done.get(block.number, ()), *done.runs]
            if self.goal:
                self._watch(decode(done.part)[1])
        self.n_done += len(done.runs) + len(done.failures)
        self.tell("runs", self.n_done / self.design.n_runs)

    def _watch(self, table) -> None:
        self.values |= self.goal.values_of(table)

    def failure(self, run: int, reason: str) -> dict[str, Any]:
        """What is recorded of a run that failed: enough to do it again, alone and without limits."""
        each = self.design.run(run)
        return {"run": run, "point": each.point, "replicate": each.replicate, "seed": self.design.seed,
                "settings": {path: str(value) for path, value in self.design.overrides[each.point].items()}, "reason": reason,
                "command": shlex.join(["jishi", "sweep", str(self.folder.path / "design.toml"), "--run", str(run)])}


def default_folder(design: Design) -> Path:
    """Where the sweep goes if not told."""
    return Path("results") / "sweeps" / f"{design.name}-{design.hash[:8]}"


def manifest_of(design: Design) -> dict[str, Any]:
    """What was asked, and by which code; nothing in it depends on when or where."""
    asked = {name: value for name, value in design.content.items() if name not in ("scenario", "points")}
    asked["points"] = f"{design.n_points} of {', '.join(design.factors) or 'nothing varied'}, {_short_hash(design.content['points'])}"
    return {"kind": "sweep", "name": design.name, "hash": design.hash, "asked": asked, "code": code_version(), "versions": versions()}


def runs_table(design: Design) -> pd.DataFrame:
    """One row a run: run, point, replicate and the value of every factor; the design as a table."""
    table = pd.DataFrame([design.run(number) for number in range(design.n_runs)]).set_index("run")
    return table.join(design.points, on="point")


def write_design(design: Design, folder: SweepFolder) -> None:
    """The design as a file of its own, beside the scenario it starts from; it gives the same design again."""
    data = {**as_data(design.file), "scenario": "scenario.toml", "runs_per_block": design.runs_per_block}
    data.pop("base", None)
    text = toml_document(data)
    if not (folder.path / "design.toml").exists():
        write_whole(folder.path / "design.toml", lambda partial: partial.write_text(text, encoding="utf-8"))


def summarise(design: Design, folder: SweepFolder, replicates: int) -> Sweep:
    """The tables of what is finished; also written under summary/."""
    found = folder.runs()
    runs = runs_table(design).join(found.reindex(columns=[*dict.fromkeys([*found.columns, *design.measures])]), how="inner")
    result = Sweep(design, folder.path, runs, pd.DataFrame(folder.failures()), replicates)
    try:
        (folder.path / "summary").mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder.path}: cannot write there ({error.strerror or error})") from None
    write_table(folder.path / "summary", "runs", runs)
    write_table(folder.path / "summary", "means", result.means, csv=True)
    write_table(folder.path / "summary", "effects", result.effects, csv=True)
    return result


def _short_hash(data) -> str:
    import hashlib
    import json

    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def sweep_command(
    design: Annotated[Path, typer.Argument(help="Design file")],
    workers: options.Workers = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786")] = None,
    until: Annotated[str | None, typer.Option(help="Stop early: ci=0.02, or gmv=0.02: every point known within 2%")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: results/sweeps/<name>-<hash>")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would take: runs, time, memory, disk, replicates")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try runs again that failed before")] = False,
    lang: options.Language = "en",
    run: Annotated[int | None, typer.Option("--run", help="Do this one run again, here and without limits", min=0)] = None,
) -> None:
    """Run a design of many runs; may be stopped and resumed by the same command."""
    from experiments.sweep_job import do_one, plan, sweep_and_say

    read = load_design(design)
    if run is not None:
        if dry_run:
            raise UserError("--run and --dry-run: one does a run, the other none; name one of them")
        do_one(read, run)
    elif dry_run:
        plan(read, workers, out)
    elif not len(sweep_and_say(read, workers=workers, cluster=cluster, until=until, out=out, retry_failed=retry_failed, lang=lang).runs):
        raise typer.Exit(1)
