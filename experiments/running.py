"""Running one path of a scenario: `run(load("baseline"), seed=1)`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from experiments import options
from experiments.loading import loaded
from results.clients import client_facts
from results.lenses import lenses_for
from results.measures import MEASURES
from results.recorder import Recorder
from results.store import git_state, new_folder, versions
from results.targets import run_paths, target_table
from sim.model import Market


@dataclass(repr=False)
class Run:
    """One path and what was recorded of it.

    daily: one row a day, one column a measure.  summary: one number a measure, and the facts about clients.
    flows: the books by sector and purpose.  draws, clients: at simulated scale, see `results.recorder`.
    lending: tables about lenders by name, see `results.lending`; empty unless lenders learn.
    marketing: tables about customers by name, see `results.acquisition`; empty unless platforms compete for them.
    savings: the table of products by week, see `results.savings`; empty without products.
    open_data: who looked at whom, who got what, see `results.open_data`; empty unless data are shared or lenders learn.
    contagion: tables of failures, losses, runs and rescues, see `results.contagion`; empty without channels.
    targets: how far the scenario's targets are (`results.targets.target_table`).
    market: the market after the last day; None if the path was lived in another process.  manifest: how to repeat it.
    """

    scenario: Any
    seed: int
    replicate: int
    daily: pd.DataFrame
    summary: dict[str, float]
    flows: pd.DataFrame
    draws: pd.DataFrame
    clients: pd.DataFrame
    manifest: dict
    market: Market | None = field(default=None)
    lending: dict[str, pd.DataFrame] = field(default_factory=dict)
    marketing: dict[str, pd.DataFrame] = field(default_factory=dict)
    savings: dict[str, pd.DataFrame] = field(default_factory=dict)
    open_data: dict[str, pd.DataFrame] = field(default_factory=dict)
    contagion: dict[str, pd.DataFrame] = field(default_factory=dict)
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self):
        days = f"{len(self.daily)} days, {self.daily['date'].iloc[0]} to {self.daily['date'].iloc[-1]}" if len(self.daily) else "no days"
        return f"<Run {self.scenario.name}, seed {self.seed}, replicate {self.replicate}: {days}, {len(self.daily.columns) - 1} measures>"

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.report import run_report

        return run_report(self, folder or new_folder(self.scenario.name), lang)


def run(scenario="baseline", *, seed: int = 1, replicate: int = 0, threads: int = 1, progress: Callable[[int, int], None] | None = None,
        since: int = 0) -> Run:
    """Live all days of a scenario and record them.

    scenario: a `Scenario`, or the name or file of one.  seed, replicate: of world and path.  threads: of kernels.
    progress: called with (days lived, days in all).  since: day from which sums over clients are kept.
    Raises: UserError for a mistake in the scenario.
    """
    scenario = loaded(scenario)
    started = time.process_time()
    recorder, lenses = Recorder(since), lenses_for(scenario)
    market = Market(scenario, seed=seed, replicate=replicate, threads=threads, observers=[recorder, *lenses.values()])
    for day in range(scenario.days):
        market.step()
        if progress:
            progress(day + 1, scenario.days)
    result = finished(market, recorder, time.process_time() - started)
    for name, lens in lenses.items():
        setattr(result, name, lens.tables())
    result.targets = target_table(run_paths(result))
    return result


def finished(market: Market, recorder: Recorder, cpu_seconds: float, keep_market: bool = True) -> Run:
    """The `Run` of a market that was recorded."""
    daily, clients = recorder.daily(), recorder.clients()
    manifest = {"scenario": market.scenario.name, "seed": market.seed, "replicate": market.replicate, "path_seed": market.path_seed,
                "world_seed": market.world_seed, "days": len(daily), "versions": versions(), "git": git_state(),
                "cpu_seconds": round(cpu_seconds, 3), "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    return Run(market.scenario, market.seed, market.replicate, daily, summary_of(daily, clients), recorder.flows(), recorder.draws(),
               clients, manifest, market if keep_market else None)


def summary_of(daily: pd.DataFrame, clients: pd.DataFrame) -> dict[str, float]:
    """One number for each measure (sum, mean or last, as the measure says), then the facts about clients."""
    summary = {}
    for name, each in MEASURES.items():
        values = daily[name].to_numpy(float)
        known = values[~np.isnan(values)]
        if len(known) == 0:
            summary[name] = float("nan")
        else:
            summary[name] = float({"sum": known.sum,
                                   "mean": known.mean}[each.over_days]()) if each.over_days != "last" else float(known[-1])
    return {**summary, **client_facts(clients)}


def run_command(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a scenario file")] = "flash-rate",
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as consumers.count=10_000")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the experiment", min=0)] = 1,
    replicates: Annotated[int | None, typer.Option("--replicates", "-n", help="Paired paths, if the scenario forks", min=1)] = None,
    workers: options.Workers = None,
    size: Annotated[str | None, typer.Option(help="small, medium or large: 10 000, 100 000 or 1 000 000 consumers")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: results/runs/<name>-<time>")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would take: runs, time, memory, disk")] = False,
    lang: options.Language = "en",
) -> None:
    """Run a scenario and write its report."""
    from experiments.main_job import run_and_report

    run_and_report(scenario, changes or [], seed=seed, replicates=replicates, workers=workers, size=size, out=out, dry_run=dry_run,
                   lang=lang)
