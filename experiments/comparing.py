"""Comparing scenarios: the same worlds and the same luck, one thing changed, each difference with its interval."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from experiments import options
from experiments.loading import all_loaded, loaded
from experiments.progress import Progress
from experiments.running import run
from experiments.workers import all_results, usual_workers
from results.effects import fan, is_sure, paired_effects
from results.store import LENSES, git_state, new_folder, versions, write_json, write_lenses, write_table, write_targets
from results.targets import compare_paths, target_table
from scenarios.overrides import parse_set
from sim.core.errors import UserError

OF_ONE_RUN = ("borrowers",)  # tables that only a run keeps: a row a look is too much for all replicates
MOST_DAILY = 200  # replicates of which days are kept: enough for quantiles, and memory stays bounded


@dataclass(repr=False)
class Comparison:
    """Several scenarios on the same replicates; the first is the baseline.

    effects: scenario, measure, baseline, value, difference, low, high, n, variance_ratio, one row a scenario and measure.
    runs: one row a run: scenario, replicate and the summary of every measure.
    daily: one row a day of the first 200 replicates: scenario, replicate, day, date and every measure.
    lending, marketing, savings, open_data, contagion: tables of the same replicates by name (`results.lending` ...), after scenario and
    replicate; empty unless lenders learn, platforms compete for customers, there are products, data are shared, there are channels.
    targets: how far each scenario's targets are (`results.targets.target_table`), from the days that are kept.
    manifest: how to repeat it.
    """

    scenarios: list[Any]
    replicates: int
    seed: int
    effects: pd.DataFrame
    runs: pd.DataFrame
    daily: pd.DataFrame
    manifest: dict[str, Any]
    lending: dict[str, pd.DataFrame] = field(default_factory=dict)
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    marketing: dict[str, pd.DataFrame] = field(default_factory=dict)
    savings: dict[str, pd.DataFrame] = field(default_factory=dict)
    open_data: dict[str, pd.DataFrame] = field(default_factory=dict)
    contagion: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __repr__(self):
        names = ", ".join(each.name for each in self.scenarios[1:])
        return f"<Comparison of {names} with {self.scenarios[0].name}: {self.replicates} replicates, seed {self.seed}>"

    def days_of(self, scenario: str) -> pd.DataFrame:
        """The rows of `daily` of one scenario, by name."""
        return self.daily[self.daily["scenario"] == scenario]

    def fan(self, scenario: str, measure: str, against: str | None = None) -> pd.DataFrame:
        """Quantiles over replicates, day by day; `against` another scenario: of the differences, world by world."""
        return fan(self.days_of(scenario), measure, None if against is None else self.days_of(against))

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.report import compare_report

        return compare_report(self, folder or new_folder(folder_name(self.scenarios)), lang)


def compare(baseline, *others, replicates: int = 20, seed: int = 1, workers: int = 1,
            progress: Callable[[str, float], None] | None = None, on_run: Callable[[dict], None] | None = None) -> Comparison:
    """Run every scenario on the same `replicates` worlds and paths and pair them with the baseline.

    baseline, others: `Scenario`s, names or files; at least one other.  workers: processes; numbers do not depend on it.
    on_run: called with each run's row as it is finished.
    Raises: UserError if scenarios cannot be paired (other start or other weight), or for a mistake in one of them.
    """
    scenarios = counterpart(all_loaded((baseline, *others)))
    check_comparable(scenarios)
    tasks = [(each, seed, replicate) for replicate in range(replicates) for each in scenarios]
    done = all_results([(one_run, task) for task in tasks], workers, on_run and (lambda _, result: on_run(result[0])), progress)
    runs = pd.DataFrame([row for row, _, _ in done])
    daily = pd.concat([days for _, days, _ in done], ignore_index=True)
    names = [each.name for each in scenarios]
    manifest = {"kind": "compare", "scenarios": names, "replicates": replicates, "seed": seed, "versions": versions(), "git": git_state()}
    result = Comparison(scenarios, replicates, seed, effects_of(runs, names), runs, daily, manifest)
    for lens in LENSES:
        setattr(result, lens, _joined([tables.get(lens, {}) for _, _, tables in done]))
    result.targets = target_table(compare_paths(result))
    return result


def _joined(kept: list[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Each table of all runs in one, in the order of the runs."""
    names = dict.fromkeys(name for tables in kept for name in tables)
    parts = {name: [tables[name] for tables in kept if name in tables] for name in names}
    return {name: pd.concat([each for each in tables if len(each)] or tables[:1], ignore_index=True) for name, tables in parts.items()}


def counterpart(scenarios: list, changes: dict | None = None) -> list:
    """The same list; if the first is the shipped `baseline` and cannot be paired with the others, what they extend takes its place.

    That is the last of the scenarios that the second one extends which agrees with all others in start, days and weight; with the same
    `changes`, settings by path.
    """
    if scenarios[0].name != "baseline" or len(scenarios) < 2 or _comparable(scenarios):
        return scenarios
    found, name = None, scenarios[1].based_on
    while name and name != "baseline":
        below = loaded(name, changes)
        if _comparable([below, *scenarios[1:]]) and below.name not in [each.name for each in scenarios[1:]]:
            found = below
        name = below.based_on
    return scenarios if found is None else [found, *scenarios[1:]]


def _comparable(scenarios) -> bool:
    return all(getattr(each, setting) == getattr(scenarios[0], setting) for each in scenarios for setting in ("start", "days", "weight"))


def check_comparable(scenarios) -> None:
    """Raises: UserError if the scenarios cannot be compared pair by pair."""
    if len(scenarios) < 2:
        raise UserError("compare: name a baseline and at least one other scenario")
    names = [each.name for each in scenarios]
    if len(set(names)) < len(names):
        raise UserError(f"compare: each scenario needs a name of its own; got {', '.join(names)}")
    first = scenarios[0]
    for each in scenarios[1:]:
        for setting in ("start", "days", "weight"):
            its, baselines = getattr(each, setting), getattr(first, setting)
            if its != baselines:
                raise UserError(f"compare: {each.name} has {setting} = {its}, {first.name} has {baselines}; "
                                f"they must agree (--set {setting}=... sets it for both)")


def one_run(scenario, seed: int, replicate: int) -> tuple[dict, pd.DataFrame | None, dict[str, dict[str, pd.DataFrame]]]:
    """One run as a row of the table of runs, its days and its tables of each lens; not those beyond the first replicates."""
    result, key = run(scenario, seed=seed, replicate=replicate), {"scenario": scenario.name, "replicate": replicate}
    if replicate >= MOST_DAILY:
        return {**key, **result.summary}, None, {}
    kept = {lens: {name: _keyed(key, table) for name, table in getattr(result, lens).items() if name not in OF_ONE_RUN} for lens in LENSES}
    return {**key, **result.summary}, _keyed(key, result.daily.reset_index()), kept


def _keyed(key: dict, table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([pd.DataFrame(key, index=table.index), table], axis=1)


def folder_name(scenarios) -> str:
    """What the folder of a comparison is called, before the time."""
    return "compare-" + "-".join(each.name for each in scenarios[1:3])


def effects_of(runs: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Paired effects of every scenario against the first, from the table of runs."""
    tables = {name: runs[runs["scenario"] == name].sort_values("replicate").drop(columns=["scenario", "replicate"]).dropna(axis=1,
                                                                                                                           how="all")
              for name in names}
    parts = []
    for name in names[1:]:
        shared = [column for column in tables[names[0]].columns if column in tables[name].columns]
        effects = paired_effects(tables[names[0]][shared], tables[name][shared]).rename(columns={"scenario": "value"})
        effects.insert(0, "scenario", name)
        parts.append(effects)
    return pd.concat(parts, ignore_index=True)


def compare_command(
    names: Annotated[list[str], typer.Argument(help="Scenarios, the baseline first", metavar="BASELINE SCENARIO...")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, for all of them")] = None,
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Worlds to pair on", min=2, max=100_000)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the experiment", min=0)] = 1,
    workers: options.Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results")] = None,
    lang: options.Language = "en",
) -> None:
    """Compare scenarios with a baseline, pair by pair."""
    scenarios = counterpart(named := all_loaded(names, set_here := parse_set(changes or [])), set_here)
    if scenarios is not named:
        print(f"{named[0].name} has other days or another weight; {scenarios[0].name}, which {named[1].name} extends, takes its place")
    check_comparable(scenarios)
    folder = new_folder(folder_name(scenarios), out)
    finished: list[dict] = []
    started = time.time()
    try:
        with Progress() as progress:
            result = compare(*scenarios, replicates=replicates, seed=seed, workers=usual_workers(workers),
                             progress=progress, on_run=finished.append)
    finally:
        if finished:
            write_table(folder, "runs", pd.DataFrame(finished), csv=True)
    write_table(folder, "effects", result.effects, csv=True)
    write_table(folder, "daily", result.daily)
    write_targets(folder, result.targets)
    write_lenses(folder, result, 2)
    write_json(folder / "manifest.json", result.manifest)
    _say(result)
    print(f"done in {time.time() - started:.0f} s; report: {result.report(folder, lang)}; tables: {folder}")


def _say(result: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    from results.targets_section import sentence
    from results.words import Words

    table = Table(title=repr(result).strip("<>"))
    for name in ("scenario", "measure", "baseline", "difference", "95% interval"):
        table.add_column(name, justify="left" if name in ("scenario", "measure") else "right")
    for row in result.effects.itertuples():
        if is_sure(row.low, row.high):
            table.add_row(row.scenario, row.measure, f"{row.baseline:,.4g}", f"{row.difference:+,.4g}",
                          f"{row.low:+,.3g} to {row.high:+,.3g}")
    console = Console()
    console.print(table)
    for each in result.scenarios if len(result.targets) else ():
        if each.targets:
            console.print(sentence(result.targets[result.targets["scenario"] == each.name], each.name, Words()), markup=False)
    console.print("measures whose interval includes 0 are in effects.csv; with many measures one in twenty excludes 0 by chance")
