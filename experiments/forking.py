"""Paired paths from one common past: the world is lived once up to the fork, then with and without what is tried.

Choice: pairs share the past and the path seed after the fork; a pair differs only in the tactics and shocks.
Source: common random numbers (Glasserman and Yao 1992).  Alternative: independent worlds with and without.
Reason: measured variance of a paired difference is many times smaller; `effects` prints how many.
"""

import pickle
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.loading import loaded
from experiments.running import Run, finished
from experiments.workers import all_results
from results.effects import paired_effects
from results.promotion import promotion_of, rush_of
from results.recorder import Recorder
from results.store import new_folder
from results.targets import fork_paths, target_table
from scenarios import load
from sim.core.errors import UserError
from sim.core.random import derive_seed
from sim.model import Market

ATTENTION = (.45, .55, .68, .80, .95)
THROUGHPUT = (150.0, 250.0, 400.0, 800.0, 1600.0)


@dataclass(repr=False)
class Fork:
    """A forked experiment.

    past: the common path up to the fork (None if paths differ from the first day).  without, with_tactics: one `Run` a pair.
    effects: table of paired differences (`results.effects`).  surface: minutes to sell out by attention, throughput and pair.
    targets: how far the scenario's targets are, with what is tried and without (`results.targets.target_table`).
    """

    scenario: Any
    seed: int
    past: Run | None
    without: list[Run]
    with_tactics: list[Run]
    effects: pd.DataFrame
    surface: pd.DataFrame
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self):
        return f"<Fork {self.scenario.name}, seed {self.seed}: {len(self.with_tactics)} pairs of {len(self.with_tactics[0].daily)} days>"

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.report import fork_report

        return fork_report(self, folder or new_folder(self.scenario.name), lang)


def without_tactics(scenario):
    """The same scenario with no tactics and no shocks: what would have happened anyway."""
    return load(scenario, {"tactics": [], "shocks": []})


def fork(scenario, *, seed: int = 1, pairs: int | None = None, workers: int = 1, threads: int = 1, surface: bool = True,
         progress: Callable[[str, float], None] | None = None, on_path: Callable[[Run, bool], None] | None = None) -> Fork:
    """Live the past once, then `pairs` paired futures with and without the scenario's tactics and shocks.

    workers: processes; the numbers do not depend on it.  surface: also map the sell-out minutes of a rate promotion.
    progress: called with (what is being done, share done 0-1).  on_path: called with each path as it is finished, and
    whether tactics were in force.
    Raises: UserError if the fork lies outside the scenario's days or a tactic starts before it.
    """
    scenario = loaded(scenario)
    pairs = scenario.experiment.pairs if pairs is None else pairs
    tell = progress or (lambda *_: None)
    fork_day = check_fork(scenario)
    bare = without_tactics(scenario)
    past, state = None, None
    if fork_day:
        recorder, started = Recorder(), time.process_time()
        market = Market(bare, seed=seed, threads=threads, observers=[recorder])
        for day in range(fork_day):
            market.step()
            tell("the common past", .3 * (day + 1) / fork_day)
        past, state = finished(market, recorder, time.process_time() - started, keep_market=False), market.state()
    with tempfile.TemporaryDirectory(prefix="jishi-") as folder:
        checkpoint = Path(folder) / "fork.pickle"
        checkpoint.write_bytes(pickle.dumps(state, protocol=5))
        tasks = [(future, (checkpoint, each, seed, pair)) for pair in range(pairs) for each in (bare, scenario)]
        if surface and promotion_of(scenario) is not None and state is not None:
            tasks += [(surface_of, (checkpoint, scenario, seed, pair)) for pair in range(min(pairs, 10))]

        def keep(number, result):
            if on_path and number < 2 * pairs:
                on_path(result, number % 2 == 1)

        done = all_results(tasks, workers, keep, lambda what, share: tell(what, .3 + .7 * share), "paired paths")
    runs = done[: 2 * pairs]
    without, with_tactics = runs[0::2], runs[1::2]
    effects = paired_effects(pd.DataFrame([each.summary for each in without]), pd.DataFrame([each.summary for each in with_tactics]))
    minutes = pd.concat(done[2 * pairs:], ignore_index=True) if len(done) > 2 * pairs else pd.DataFrame()
    result = Fork(scenario, seed, past, without, with_tactics, effects, minutes)
    result.targets = target_table(fork_paths(result))
    return result


def check_fork(scenario) -> int:
    """The day of the fork, 0 if paths differ from the first day.  Raises: UserError if it makes no sense."""
    date = scenario.experiment.fork
    if date is None:
        return 0
    day = (date - scenario.start).days
    if not 0 <= day < scenario.days:
        last = scenario.start + timedelta(days=scenario.days - 1)
        raise UserError(f"{scenario.name}: experiment.fork = {date}: must be one of the scenario's days, {scenario.start} to {last} "
                        "(start and days set them)")
    early = [each for each in (*scenario.tactics, *scenario.shocks) if each.start < date]
    if early:
        raise UserError(f"{scenario.name}: {early[0].kind} starts on {early[0].start}, before experiment.fork = {date}; "
                        "what is lived once cannot differ between the paths")
    return day


def future(checkpoint: Path, scenario, seed: int, pair: int) -> Run:
    """One path from the checkpoint to the last day; pair p has path seed p, the same with and without tactics."""
    started = time.process_time()
    recorder = Recorder()
    market = _from_checkpoint(checkpoint, scenario, seed, pair)
    market.observers.append(recorder)
    market.run_days()
    result = finished(market, recorder, time.process_time() - started, keep_market=False)
    result.manifest["pair"] = pair
    result.replicate = pair
    return result


def surface_of(checkpoint: Path, scenario, seed: int, pair: int) -> pd.DataFrame:
    """Minutes to sell out on the day of the event for each attention and throughput: the two no fact pins down alone.

    Returns pair, attention, throughput, minutes (infinity if the pool lasts), winners.
    """
    state = pickle.loads(checkpoint.read_bytes())
    rows = []
    market = Market(scenario, seed=seed)
    tactic = next(each for each in market.tactics if each.kind == "rate_promotion")
    own = tactic.settings
    for attention in ATTENTION:
        for throughput in THROUGHPUT:
            market.restore(state)
            market.path_seed = derive_seed(seed, "path", pair)
            tactic.settings = own.model_copy(update={"attention_share": attention, "throughput": throughput / scenario.weight})
            recorder = Recorder()
            market.observers = [recorder]
            while market.date < own.start:
                market.step()
            market.step()
            rush = rush_of(recorder.draws(), scenario)
            rows.append({"pair": pair, "attention": attention, "throughput": throughput, "minutes": rush.sold_out_minutes,
                         "winners": rush.winners})
    return pd.DataFrame(rows)


def _from_checkpoint(checkpoint: Path, scenario, seed: int, pair: int) -> Market:
    state = pickle.loads(checkpoint.read_bytes())
    market = Market(scenario, seed=seed)
    if state is not None:
        market.restore(state)
    market.path_seed = derive_seed(seed, "path", pair)
    return market
