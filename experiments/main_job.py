"""What `jishi run` does: run or fork a scenario, keep the results, say the answer, write the report."""

import time
from pathlib import Path

import numpy as np

from experiments.forking import Fork, check_fork, fork
from experiments.loading import loaded
from experiments.progress import Progress
from experiments.running import Run, run
from experiments.workers import usual_workers
from results.promotion import promotion_of, rush_of
from results.store import new_folder, write_run, write_table
from scenarios.overrides import parse_set
from scenarios.scaling import sized
from sim.core.errors import UserError

# Measured on two cores of a 2020s server, medians: seconds and bytes; `--dry-run` multiplies them out.
SECONDS_PER_CONSUMER_DAY, SECONDS_PER_MERCHANT_DAY, SECONDS_PER_WORLD = 1.0e-7, 1.5e-6, 1.5
BYTES_PER_CONSUMER, BYTES_PER_MERCHANT, BYTES_BASE = 220, 6_000, 350e6
BYTES_ON_DISK_PER_DAY = 6_000


def run_and_report(name: str, changes: list[str], *, seed=1, replicates=None, workers=None, size=None, out=None, dry_run=False, lang="en"):
    """Run the scenario `name` and write its folder and report; prints where they are.

    Raises: UserError for a mistake in scenario, settings or options.
    """
    base = loaded(name) if size is None else sized(loaded(name), size)
    scenario = loaded(base, parse_set(changes))  # what the user sets wins over the size
    forks = scenario.experiment.fork is not None
    if replicates and not forks:
        pair = f"baseline {scenario.name}" if scenario.name != "baseline" else "baseline SCENARIO"
        raise UserError(f"--replicates {replicates}: {scenario.name} has no experiment.fork, so there is nothing to pair; "
                        f"use jishi compare {pair} --replicates {replicates}")
    workers = usual_workers(workers)
    check_fork(scenario)
    if dry_run:
        print(estimate(scenario, replicates or scenario.experiment.pairs, workers))
        return
    folder = new_folder(scenario.name, out)
    print(f"{scenario.title or scenario.name}: {scenario.question}" if scenario.question else scenario.name)
    started = time.time()
    with Progress() as progress:
        if forks:
            result = fork(scenario, seed=seed, pairs=replicates, workers=workers, progress=progress, on_path=_keep_paths(folder))
        else:
            result = run(scenario, seed=seed, progress=lambda day, days: progress("days", day / days))
    if forks:
        _write_fork(folder, result)
        _say_fork(result)
    else:
        write_run(folder, result)
        _say_run(result)
    _say_targets(result)
    print(f"done in {time.time() - started:.0f} s; report: {result.report(folder, lang)}; tables: {folder}")


def _keep_paths(folder: Path):
    """Write each finished path at once, so that Ctrl-C leaves it readable."""
    paths = folder / "paths"
    paths.mkdir(exist_ok=True)

    def keep(each: Run, tried: bool):
        name = f"pair-{each.manifest['pair']}-{'with' if tried else 'without'}"
        write_table(paths, f"{name}-daily", each.daily)
        write_table(paths, f"{name}-draws", each.draws)

    return keep


def _write_fork(folder: Path, result: Fork) -> None:
    first = result.with_tactics[0]
    past = result.past if result.past is not None else first
    summary = {"effects": result.effects.to_dict("records"), "rush": rush_summary(result)}
    manifest = {**first.manifest, "kind": "fork", "pairs": len(result.with_tactics), "seed": result.seed}
    kept = Run(result.scenario, result.seed, 0, past.daily, summary, past.flows, past.draws, past.clients, manifest)
    kept.effects, kept.targets = result.effects, result.targets
    if len(result.surface):
        write_table(folder, "surface", result.surface, csv=True)
    write_run(folder, kept)


def rush_summary(result: Fork) -> dict:
    """Medians over pairs of the promotion's facts; empty if the scenario has no rate promotion."""
    if promotion_of(result.scenario) is None:
        return {}
    rushes = [rush_of(each.draws, result.scenario) for each in result.with_tactics]
    return {"sold_out_minutes": float(np.median([each.sold_out_minutes for each in rushes])),
            "winners": float(np.median([each.winners for each in rushes])),
            "mean_loan_cny": float(np.median([each.mean_loan_cny for each in rushes])),
            "largest_loan_cny": float(np.max([each.largest_loan_cny for each in rushes])),
            "simulated_winners": int(np.median([each.n_simulated for each in rushes])),
            "has_enough_events": all(each.has_enough_events for each in rushes)}


def _say_fork(result: Fork) -> None:
    rush = rush_summary(result)
    if rush and not rush["has_enough_events"]:
        print(f"too few events: {rush['simulated_winners']} simulated winners, at least 75 are needed to speak of minutes; "
              "a larger world (--set consumers.count, merchants.count) has more")
    elif rush:
        minutes = rush["sold_out_minutes"]
        sold = f"sold out in {minutes:.0f} minutes" if np.isfinite(minutes) else "did not sell out"
        print(f"the pool {sold} (median of {len(result.with_tactics)} pairs); {rush['winners']:,.0f} winners, "
              f"mean loan {rush['mean_loan_cny']:,.0f} CNY, largest {rush['largest_loan_cny']:,.0f} CNY")
    effects = result.effects.set_index("measure")
    for name, words in (("drawn", "lending"), ("lender_profit", "profit of the micro-loan companies")):
        row = effects.loc[name]
        print(f"{words} over {len(result.with_tactics[0].daily)} days: {row.difference / 1e6:+.2f} M CNY "
              f"(95% interval {row.low / 1e6:+.2f} to {row.high / 1e6:+.2f}, {int(row.n)} pairs)")


def _say_targets(result: Run | Fork) -> None:
    """One line, if the scenario has targets; of a fork, with what is tried."""
    from results.targets_section import sentence
    from results.words import Words

    if len(result.targets):
        rows = result.targets[result.targets["path"] != "without"]
        print(sentence(rows, result.scenario.name, Words()))


def _say_run(result: Run) -> None:
    from results.measures import MEASURES

    for name, each in MEASURES.items():
        if each.is_optional and result.summary[name] != result.summary[name]:
            continue  # a part of the market that this scenario lacks
        print(f"  {name:<26}{result.summary[name]:>20,.4g}  {each.unit} ({each.over_days})")


def estimate(scenario, pairs: int, workers: int) -> str:
    """What a run will take, in one line: runs, days, time, memory, disk."""
    n, shops = scenario.consumers.count, scenario.merchants.count
    per_day = n * SECONDS_PER_CONSUMER_DAY + shops * SECONDS_PER_MERCHANT_DAY
    fork_day = check_fork(scenario)
    if scenario.experiment.fork is None:
        runs, days, seconds = 1, scenario.days, scenario.days * per_day
        disk = scenario.days * BYTES_ON_DISK_PER_DAY
    else:
        runs, length = 2 * pairs, scenario.days - fork_day
        days = fork_day + runs * length
        seconds = fork_day * per_day + runs * (length * per_day + SECONDS_PER_WORLD) / max(1, min(workers, runs))
        disk = days * BYTES_ON_DISK_PER_DAY
    memory = BYTES_BASE + n * BYTES_PER_CONSUMER + shops * BYTES_PER_MERCHANT
    return (f"{scenario.name}: {runs} run{'s' if runs > 1 else ''}, {days:,} days of {n:,} consumers and {shops:,} merchants; "
            f"about {seconds + SECONDS_PER_WORLD:,.0f} s on {workers} process{'es' if workers > 1 else ''} (compilation apart), "
            f"{memory / 1e6:,.0f} MB of memory each, {disk / 1e6:,.1f} MB on disk")


