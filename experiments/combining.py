"""What the parts of a scenario contribute alone and together: every combination of them is lived, on the same worlds and luck.

A part is what a text switches off, as `promotion: tactics.cheap-loans.pool_cny=0`; a scenario may say its own in `experiment.parts`.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from experiments import options
from experiments.loading import loaded
from experiments.progress import Progress
from experiments.running import run
from experiments.workers import all_results, usual_workers
from results.measures import MEASURES
from results.store import digest_of, git_state, new_folder, versions, write_json, write_scenario, write_table
from results.together import key_of, subsets_of, together_table
from scenarios import load
from scenarios.overrides import parse_set
from sim.core.errors import UserError, did_you_mean

MOST_PARTS = 6  # 64 runs a replicate
BETWEEN = re.compile(r",\s*(?=[^\s,=]+=)")  # two settings of a part
USUAL = ("contagion_loss", "contagion_loss_of_lenders", "failed_shops", "written_off", "loan_book", "bank_loans", "platform_profit",
         "lender_profit", "gmv")


@dataclass(frozen=True, repr=False)
class Together:
    """What the parts of a scenario contribute.

    parts: name -> settings that switch it off, by path; texts: as they were written.  measures: those the page tells of.
    runs: one row a run: parts (those that are on, `results.together.key_of`), replicate, and the summary of every measure.
    manifest: how to repeat it.
    """

    scenario: Any
    parts: dict[str, dict[str, Any]]
    texts: tuple[str, ...]
    measures: tuple[str, ...]
    replicates: int
    seed: int
    runs: pd.DataFrame
    manifest: dict[str, Any]

    def __repr__(self):
        return f"<Together: {', '.join(self.parts)} in {self.scenario.name}, {self.replicates} replicates, seed {self.seed}>"

    def table(self, measure: str) -> pd.DataFrame:
        """What each part adds to a measure (`results.together.together_table`).  Raises: UserError if there is no such measure."""
        return together_table(self.runs, list(self.parts), _known(measure, self.runs.columns))

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.together_report import together_report

        return together_report(self, folder or new_folder(f"together-{self.scenario.name}"), lang)


def together(scenario, parts=(), *, measures=(), replicates: int = 20, seed: int = 1, workers: int = 1,
             progress: Callable[[str, float], None] | None = None, on_run: Callable[[dict], None] | None = None) -> Together:
    """Live every combination of the parts of a scenario on the same `replicates` worlds.

    scenario: a `Scenario`, or the name or file of one.  parts: texts as `name: path=value, path=value`, with what switches the part off;
    those of the scenario (`experiment.parts`) if none.  measures: names; what there is of the usual ones if none.  workers: processes;
    the numbers do not depend on it.  on_run: called with each run's row as it is finished.
    Raises: UserError for a mistake in the scenario, a part or a measure.
    """
    scenario = loaded(scenario)
    if replicates < 2:
        raise UserError(f"--replicates {replicates}: must be at least 2, or there is no interval")
    found = parts_of(scenario, parts)
    for each in measures:
        _known(each, MEASURES)
    tasks = [(one_run, (_with_only(scenario, found, chosen), key_of(chosen), seed, replicate))
             for replicate in range(replicates) for chosen in subsets_of(list(found))]
    runs = pd.DataFrame(all_results(tasks, workers, on_run and (lambda _, row: on_run(row)), progress))
    usual = tuple(each for each in USUAL if each in runs and runs[each].notna().all())
    texts = tuple(parts or scenario.experiment.parts)
    manifest = {"kind": "together", "scenario": scenario.name, "parts": list(texts), "measures": list(measures or usual),
                "replicates": replicates, "seed": seed, "versions": versions(), "git": git_state(),
                "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    return Together(scenario, found, texts, tuple(measures or usual), replicates, seed, runs, manifest)


def parts_of(scenario, texts=()) -> dict[str, dict[str, Any]]:
    """name -> what switches it off, by path.  Raises: UserError if there are too few or too many, or a text or setting makes no sense."""
    texts, found, lines = texts or scenario.experiment.parts, {}, []
    for text in texts:
        name, colon, off = (each.strip() for each in text.partition(":"))
        if not colon or not name or not off:
            lines.append(f"part '{text}': must be name: path=value, with what switches it off, "
                         "such as promotion: tactics.cheap-loans.pool_cny=0")
        elif name in found or name == "none" or " + " in name:
            lines.append(f"part '{name}': each part needs a name of its own, other than none and without ' + '")
        else:
            found[name] = parse_set(each.strip() for each in BETWEEN.split(off))
    if not lines and not 2 <= len(found) <= MOST_PARTS:
        lines.append(f"together: {scenario.name} has {len(found)} parts, must be 2 to {MOST_PARTS}; say them with "
                     "--part 'name: path=value' or in experiment.parts")
    if lines:
        raise UserError(*lines)
    paths = [(path, name) for name, off in found.items() for path in off]
    for number, (path, name) in enumerate(paths):
        for other, owner in paths[:number]:
            if owner != name and (path + ".").startswith(other + ".") | (other + ".").startswith(path + "."):
                raise UserError(f"part '{name}': {path} is set by part '{owner}' too ({other}); a setting belongs to one part, or what is "
                                "off in one combination is on in another")
    for name, off in found.items():
        if load(scenario, off) == scenario:
            raise UserError(f"part '{name}': {', '.join(f'{path} = {value}' for path, value in off.items())} changes nothing in "
                            f"{scenario.name}, so there is nothing to switch off")
    return found


def _with_only(scenario, parts, chosen):
    """The scenario with the parts `chosen` on and the others off."""
    off = {path: value for name, settings in parts.items() if name not in chosen for path, value in settings.items()}
    return load(scenario, off) if off else scenario


def one_run(scenario, key: str, seed: int, replicate: int) -> dict:
    """One run as a row of the table of runs."""
    return {"parts": key, "replicate": replicate, **run(scenario, seed=seed, replicate=replicate).summary}


def _known(measure: str, known) -> str:
    if measure not in known:
        raise UserError(f"--for {measure}: no such measure{did_you_mean(measure, known) or '; docs/odd.md lists them'}")
    return measure


def together_command(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a scenario file")],
    parts: Annotated[list[str] | None, typer.Option("--part", help="'name: path=value, path=value': what switches a part off; may be "
                                                    "repeated; default: the scenario's own")] = None,
    measures: Annotated[list[str] | None, typer.Option("--for", help="Measure of the page; may be repeated")] = None,
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Worlds to pair on", min=2, max=100_000)] = 20,
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as days=365")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the experiment", min=0)] = 1,
    workers: options.Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: results/runs/together-<name>-<time>")] = None,
    lang: options.Language = "en",
) -> None:
    """Tell what the parts of a scenario contribute alone and together."""
    read = load(scenario, parse_set(changes or []))
    parts_of(read, parts or ())
    folder = new_folder(f"together-{read.name}", out)
    finished: list[dict] = []
    started = time.time()
    try:
        with Progress() as progress:
            result = together(read, parts or (), measures=measures or (), replicates=replicates, seed=seed, workers=usual_workers(workers),
                              progress=progress, on_run=finished.append)
    finally:
        if finished:
            write_table(folder, "runs", pd.DataFrame(finished), csv=True)
    write_together(folder, result)
    for measure in result.measures:
        print(result.table(measure).set_index("row").rename_axis(measure)[["alone", "alone_low", "alone_high", "last", "share"]].to_string(
            float_format=lambda number: f"{number:,.4g}", na_rep=""))
    print(f"done in {time.time() - started:.0f} s; report: {result.report(folder, lang)}; tables: {folder}")


def write_together(folder: Path, result: Together) -> None:
    """The scenario, the tables and, last, the manifest that repeats them."""
    write_scenario(folder, result.scenario)
    write_table(folder, "runs", result.runs, csv=True)
    tables = [result.table(measure).assign(measure=measure) for measure in result.measures]
    if tables:
        write_table(folder, "together", pd.concat(tables, ignore_index=True), csv=True)
    write_json(folder / "manifest.json", {**result.manifest, "scenario_sha256": digest_of(folder / "scenario.toml")})
