"""What `jishi sweep` says: the plan before, the bar during, the result after; and one run again, alone."""

import tempfile
import time
from pathlib import Path

import pandas as pd

from experiments.design_runs import estimated_seconds
from experiments.designs import Design, load_design
from experiments.progress import Progress
from experiments.running import run as live
from experiments.sweeping import Sweep, default_folder, sweep
from experiments.workers import usual_workers
from results.effects import mean_interval, pairs_needed, table_of_worlds
from results.numbers import by_chance
from results.parts import SweepFolder
from results.store import is_file
from scenarios import load
from sim.core.errors import UserError

BYTES_PER_CONSUMER, BYTES_PER_MERCHANT, BYTES_BASE = 220, 6_000, 350e6  # as measured for `jishi run`
BYTES_PER_NUMBER, BYTES_PER_PART = 5.0, 6_000
PILOT_SECONDS, PILOT_REPLICATES = 60.0, 5


def sweep_and_say(design: Design, *, lang: str = "en", **options) -> Sweep:
    """Sweep with a bar, then say what came of it."""
    folder = options["out"] or default_folder(design)
    print(f"{design!r}".strip("<>").removeprefix("Design "))
    print(f"folder: {folder} (the same command goes on from there)")
    for line in elsewhere(design, Path(folder)):
        print(line)
    started = time.time()
    with Progress() as progress:
        result = sweep(design, progress=progress, **options)
    print(f"done in {time.time() - started:.0f} s: {len(result.runs):,} runs, {result.replicates} replicates of {design.n_points} points")
    if len(result.failures):
        print(f"{len(result.failures)} runs failed; {folder}/failures.jsonl says why and how to repeat each; the first: "
              f"run {result.failures['run'].iloc[0]}, {result.failures['reason'].iloc[0]}")
    say_effects(result)
    if len(result.runs):
        print(f"report: {result.report(lang=lang)}")
    print(f"tables: {folder}/summary")
    return result


def say_effects(result: Sweep, most: int = 12) -> None:
    """The differences that survive Holm's correction, the largest first, and what pairing saved."""
    table = result.effects
    tested = int(table["p"].notna().sum()) if len(table) else 0
    if not tested:
        return
    found = table[table["p_holm"] < .05].sort_values("p_holm")
    print(f"{len(found)} of {tested} differences from point 0 are other than 0 after Holm's correction "
          f"(by chance alone, {by_chance(tested)} would seem so without it)")
    saved = table["variance_ratio"].replace([float("inf")], float("nan")).median()
    if saved == saved:
        print(f"pairing by worlds: the same precision would need {saved:.1f} times as many unpaired runs (median)")
    for row in found.head(most).itertuples():
        settings = ", ".join(f"{path} = {result.design.overrides[row.point][path]}" for path in result.design.overrides[row.point])
        print(f"  {row.measure} {row.mean:+,.4g} (95% {row.low:+,.4g} to {row.high:+,.4g}, {row.n} worlds) at {settings}")


def elsewhere(design: Design, folder: Path) -> list[str]:
    """A line for each sweep of this name beside the folder that this one cannot go on from."""
    beside = sorted(folder.parent.glob(f"{design.name}-????????")) if folder.name.startswith(f"{design.name}-") else []
    return [f"note: {each} holds an earlier sweep of this name, of another design or other code; it is left alone"
            for each in beside if each != folder and (each / "manifest.json").exists()]


def plan(design: Design, workers: int | None, out: Path | None) -> None:
    """Say what the sweep would take, and how many replicates its smallest effect needs."""
    workers, folder = usual_workers(workers), out or default_folder(design)
    SweepFolder(folder).is_there()
    scenario, n = design.scenario, design.n_runs
    seconds = estimated_seconds(scenario) * n / min(workers, max(1, design.n_blocks))
    rows = n * (scenario.days if design.file.daily else 1)
    disk = rows * len(design.measures) * BYTES_PER_NUMBER + design.n_blocks * BYTES_PER_PART
    memory = BYTES_BASE + scenario.consumers.count * BYTES_PER_CONSUMER + scenario.merchants.count * BYTES_PER_MERCHANT
    print(f"{design.name}: {design.n_points:,} points x {design.replicates:,} replicates = {n:,} runs of {scenario.days} days, "
          f"{scenario.consumers.count:,} consumers and {scenario.merchants.count:,} merchants, in {design.n_blocks:,} blocks; "
          f"about {seconds / 3600:,.2f} hours on {workers} process{'es' if workers > 1 else ''}, {memory / 1e6:,.0f} MB of memory each, "
          f"{disk / 1e6:,.1f} MB on disk")
    print(power(design, workers, folder))


def power(design: Design, workers: int, folder: Path) -> str:
    """How many replicates the user's smallest effect needs, from what is there already or from a pilot."""
    effect = design.file.smallest_effect
    if effect is None:
        return "replicates: give the design a [smallest_effect] with measure and size, and this says how many are needed"
    if design.n_points < 2:
        return "replicates: there is one point, so there is nothing to compare"
    source, runs = "the runs in the folder", _kept(design, folder)
    if runs is None:
        pilot = 2 * PILOT_REPLICATES * estimated_seconds(design.scenario)
        if pilot > PILOT_SECONDS:
            return f"replicates: a pilot would take about {pilot:,.0f} s; start the sweep, stop it after a while, and ask again"
        source, runs = f"a pilot of {PILOT_REPLICATES} replicates at the first and last point", _pilot(design, workers)
    worlds = table_of_worlds(runs, effect.measure)
    needs = []
    for point in worlds.index[1:]:
        difference = (worlds.loc[point] - worlds.iloc[0]).dropna()
        _, low, high = mean_interval(difference)
        needs.append(pairs_needed(low, high, len(difference), effect.size))
    if not needs or max(needs) == float("inf"):
        return f"replicates: {source} are too few to say how many {effect.measure} needs"
    enough = "enough" if max(needs) <= design.replicates else "too few"
    return (f"replicates: a difference of {effect.size:,.6g} in {effect.measure} needs {max(needs):,.0f} (80% power, 95% intervals, "
            f"from {source}); the design has {design.replicates:,}, {enough}")


def _kept(design: Design, folder: Path) -> pd.DataFrame | None:
    from experiments.sweeping import runs_table

    if not is_file(folder / "manifest.json") or SweepFolder(folder).manifest.get("hash") != design.hash:
        return None
    runs = SweepFolder(folder).runs()
    joined = runs_table(design).join(runs, how="inner")
    return joined if len(joined) and joined.groupby("point").size().min() >= 3 and joined["point"].nunique() > 1 else None


def _pilot(design: Design, workers: int) -> pd.DataFrame:
    small = design.file.model_copy(update={"replicates": PILOT_REPLICATES})
    two = Design(small, design.scenario, [design.overrides[0], design.overrides[-1]], design.measures, 1)
    with tempfile.TemporaryDirectory(prefix="jishi-pilot-") as folder:
        return sweep(two, workers=workers, out=folder).runs


def do_one(design: Design, number: int) -> None:
    """One run of a design in this process, without limits, so that a mistake can be looked at where it happens."""
    if number >= design.n_runs:
        raise UserError(f"--run {number}: this design has the runs 0 to {design.n_runs - 1}")
    each = design.run(number)
    settings = design.overrides[each.point]
    print(f"run {number}: point {each.point} ({', '.join(f'{path} = {value}' for path, value in settings.items())}), "
          f"replicate {each.replicate}, seed {design.seed}")
    result = live(load(design.scenario, settings), seed=design.seed, replicate=each.replicate)
    for name in design.measures:
        print(f"  {name:<26}{result.summary[name]:>20,.6g}")


__all__ = ["do_one", "load_design", "plan", "power", "sweep_and_say"]
