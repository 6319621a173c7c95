"""What each tactic really caused: last touch, a hold-out experiment inside the world, and the world without it, side by side.

Choice: the truth of a tactic is the same world and luck with its budget at 0, all else equal.  Source: potential outcomes (Rubin 1974),
common random numbers.  Alternative: Shapley values over all subsets.  Reason: a budget is decided one tactic at a time; what tactics do
together is told by turning all of them off, and the remainder is printed.
Choice: the held-out part of a budget that buys exposures is not spent.  Source: how hold-outs are run (Gordon et al. 2019).
Alternative: the whole budget on those who are left.  Reason: then each of them would see more than in the campaign in question.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from experiments import options
from experiments.progress import Progress
from experiments.workers import all_results, usual_workers
from results.conversions import FOCAL, GOALS, Conversions, can_be_held_out, experiment, spends_by_head, spent_on
from results.lift import MORE, curve_table, lift_table
from results.store import digest_of, git_state, new_folder, versions, write_json, write_scenario, write_table
from scenarios import load
from scenarios.overrides import parse_set
from sim.core.errors import UserError, did_you_mean
from sim.model import Market

KINDS = ("media", "referral")
FACTORS = (.25, .5, 1.5, 2.0, 3.0)  # of the budget, beside 0 and 1, which are run anyway
ALL = -1


@dataclass(frozen=True, repr=False)
class Lift:
    """What some tactics of a scenario caused.

    table: one row a tactic, then all together and the remainder (`results.lift.lift_table`).  curves: response curves; empty if not
    asked for.  runs: one row a run.  touches: whom last touch credits, one row a source and replicate.  tactics: those measured.
    manifest: how to repeat it.
    """

    scenario: Any
    measure: str
    replicates: int
    seed: int
    holdout: float
    table: pd.DataFrame
    curves: pd.DataFrame
    runs: pd.DataFrame
    touches: pd.DataFrame
    tactics: pd.DataFrame
    manifest: dict[str, Any]

    def __repr__(self):
        return (f"<Lift of {', '.join(self.tactics['tactic'])} in {self.scenario.name}: {self.measure.replace('_', ' ')}, "
                f"{self.replicates} replicates, seed {self.seed}>")

    def of(self, measure: str) -> "Lift":
        """The same runs, asked for another measure."""
        known_measure(measure)
        fields = {**vars(self), "measure": measure, "table": lift_table(self.runs, self.touches, self.tactics, measure),
                  "curves": _curves(self.runs, self.tactics, measure), "manifest": {**self.manifest, "measure": measure}}
        return Lift(**fields)

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.lift_report import lift_report

        return lift_report(self, folder or new_folder(f"lift-{self.scenario.name}"), lang)


@dataclass(frozen=True)
class Arm:
    """One way to live a replicate: which tactic is changed (ALL of `tactics`, or none), and how."""

    arm: str  # base, without, experiment, more, times or none
    tactics: tuple[int, ...] = ()
    factor: float = 1.0


def lift(scenario, tactics=(), *, measure: str = "new_users", replicates: int = 30, seed: int = 1, curve: bool = False,
         holdout: float = .2, workers: int = 1, progress: Callable[[str, float], None] | None = None,
         on_run: Callable[[dict], None] | None = None) -> Lift:
    """Measure what media and referral tactics of the focal platform caused, three ways, on the same worlds and luck.

    scenario: a `Scenario`, or the name or file of one.  tactics: names; all if none.  measure: new_users, registrations, payments or
    profit.  curve: also the response to 0 to 3 times each budget.  holdout: share of the audience that the experiment keeps a tactic
    from.  workers: processes; numbers do not depend on it.  on_run: called with each run's row as it is finished.
    Raises: UserError for a mistake in the scenario, a name or a number.
    """
    scenario = load(scenario) if not hasattr(scenario, "consumers") else scenario
    known_measure(measure)
    possible_share(holdout)
    if replicates < 2:
        raise UserError(f"--replicates {replicates}: must be at least 2, or there is no interval")
    table = measured_tactics(scenario, tactics)
    arms = _arms(scenario, table, curve)
    tasks = [(one_run, (scenario, arm, tuple(table["number"]), tuple(table["tactic"]), holdout, seed, replicate))
             for replicate in range(replicates) for arm in arms]
    done = all_results(tasks, workers, on_run and (lambda _, result: on_run(result[0])), progress)
    runs = pd.DataFrame([row for row, _ in done])
    touches = pd.DataFrame([each for _, credited in done for each in credited])
    manifest = {"kind": "lift", "scenario": scenario.name, "tactics": list(table["tactic"]), "measure": measure, "replicates": replicates,
                "seed": seed, "curve": curve, "holdout": holdout, "versions": versions(), "git": git_state(),
                "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    return Lift(scenario, measure, replicates, seed, holdout, lift_table(runs, touches, table, measure), _curves(runs, table, measure),
                runs, touches, table, manifest)


def _curves(runs: pd.DataFrame, table: pd.DataFrame, measure: str) -> pd.DataFrame:
    return curve_table(runs, table, measure) if (runs["arm"] == "times").any() else pd.DataFrame()


def known_measure(measure: str) -> str:
    """The measure itself.  Raises: UserError if lift does not know it."""
    if measure not in GOALS:
        raise UserError(f"--for {measure}: must be {', '.join(list(GOALS)[:-1])} or {list(GOALS)[-1]}{did_you_mean(measure, GOALS)}")
    return measure


def possible_share(holdout: float) -> float:
    """The share to hold out itself.  Raises: UserError if it leaves nobody to compare."""
    if not 0 < holdout < 1:
        raise UserError(f"--holdout {holdout:g}: must be above 0 and below 1, a share of the audience")
    return holdout


def names_of(scenario) -> list[str]:
    """A name for each tactic of a scenario: its own, else its kind; the second of a name is told apart by its number."""
    names: list[str] = []
    for each in scenario.tactics:
        name = each.name or each.kind
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return names


def measured_tactics(scenario, wanted=()) -> pd.DataFrame:
    """number, tactic, kind, channel, budget (CNY), experiment (can be held out) of the tactics to measure.

    Raises: UserError if there is nothing to measure, or a name is unknown, of a rival or of another kind of tactic.
    """
    if not scenario.customers.is_contested:
        raise UserError(f"lift: in {scenario.name} platforms do not compete for customers, so nothing can cause any "
                        "(customers.is_contested = true makes them, as marketing-baseline does)")
    names = names_of(scenario)
    ours = [number for number, each in enumerate(scenario.tactics) if each.kind in KINDS and each.platform == FOCAL]
    if not ours:
        raise UserError(f"lift: {scenario.name} has no media or referral tactic of the focal platform")
    mistakes, known = [], [names[number] for number in ours]
    for name in wanted:
        if name not in names:
            mistakes.append(f"--tactic {name}: {scenario.name} has no such tactic; those of the focal platform: "
                            f"{', '.join(known)}{did_you_mean(name, known)}")
        elif (each := scenario.tactics[names.index(name)]).kind not in KINDS:
            mistakes.append(f"--tactic {name}: is a {each.kind.replace('_', ' ')}; lift measures media and referral")
        elif each.platform != FOCAL:
            mistakes.append(f"--tactic {name}: is of rival {each.platform}; lift measures those of the focal platform: {', '.join(known)}")
    if mistakes:
        raise UserError(*mistakes)
    chosen = [number for number in ours if not wanted or names[number] in wanted]
    settings = [scenario.tactics[number] for number in chosen]
    return pd.DataFrame({"number": chosen, "tactic": [names[number] for number in chosen], "kind": [each.kind for each in settings],
                         "channel": [getattr(each, "channel", each.kind) for each in settings],
                         "budget": [each.budget_cny for each in settings],
                         "experiment": [can_be_held_out(each) for each in settings]})


def _arms(scenario, table: pd.DataFrame, curve: bool) -> list[Arm]:
    """The runs of a replicate: the scenario itself once for all tactics, then what each tactic asks for."""
    numbers = tuple(int(number) for number in table["number"])
    arms = [Arm("base")] + ([Arm("none", numbers, 0.0)] if len(numbers) > 1 else [])
    for number, can_experiment in zip(numbers, table["experiment"]):
        arms += [Arm("without", (number,), 0.0)] + ([Arm("experiment", (number,))] if can_experiment else [])
        arms += [Arm("more", (number,), MORE)] + ([Arm("times", (number,), factor) for factor in FACTORS] if curve else [])
    return arms


def changed(scenario, arm: Arm, holdout: float):
    """The scenario of an arm: budgets times its factor, or a part of the audience held out."""
    tactics = list(scenario.tactics)
    for number in arm.tactics:
        tactic = tactics[number]
        changes = {"budget_cny": tactic.budget_cny * arm.factor}
        if arm.arm == "experiment":
            spared = (1.0 - holdout) / (1.0 - tactic.holdout_share) if spends_by_head(tactic) else 1.0
            changes = {"budget_cny": tactic.budget_cny * spared, "holdout_share": holdout}
        tactics[number] = tactic.model_copy(update=changes)
    return scenario.model_copy(update={"tactics": tuple(tactics)})


def one_run(scenario, arm: Arm, numbers: tuple[int, ...], names: tuple[str, ...], holdout: float, seed: int,
            replicate: int) -> tuple[dict, list[dict]]:
    """One run as a row, and of the scenario itself what last touch credits; nothing else is kept."""
    market = Market(changed(scenario, arm, holdout), seed=seed, replicate=replicate)
    conversions = Conversions(market)
    market.run_days()
    called = dict(zip(numbers, names))
    row = {"replicate": replicate, "arm": arm.arm, "tactic": called[arm.tactics[0]] if len(arm.tactics) == 1 else "",
           "factor": arm.factor, **conversions.totals(market), "ledger_residual": conversions.residual}
    if arm.arm == "experiment":
        row |= experiment(market, conversions, arm.tactics[0], 1.0 - scenario.tactics[arm.tactics[0]].holdout_share)
    return row, _touches(market, conversions, replicate, called) if arm.arm == "base" else []


def _touches(market, conversions: Conversions, replicate: int, called: dict[int, str]) -> list[dict]:
    """A row a source: organic, referral or a tactic, by number and by the name under which it is measured."""
    kinds = [each.settings.kind if each.settings.kind not in KINDS or each.settings.platform == FOCAL else "" for each in market.tactics]
    credited, rows = conversions.last_touch(market), []
    if kinds.count("referral") == 1:  # one programme: what referral is credited with is its own
        credited[str(kinds.index("referral"))] = credited.pop("referral")
    unknown = dict.fromkeys(GOALS, np.nan) if kinds.count("referral") > 1 else None
    for source, values in credited.items():
        number = int(source) if source.isdigit() else ALL
        if number != ALL and kinds[number] == "referral" and unknown:
            values = unknown
        rows.append({"replicate": replicate, "source": source, "tactic": called.get(number, ""), **values,
                     "spent": spent_on(market, number) if number != ALL else 0.0})
    return rows


def lift_command(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a scenario file")],
    tactics: Annotated[list[str] | None, typer.Option("--tactic", help="Name of one to measure; may be repeated; default: all")] = None,
    measure: Annotated[str, typer.Option("--for", help="new_users, registrations, payments or profit",
                                         callback=known_measure)] = "new_users",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Worlds to pair on", min=2, max=100_000)] = 30,
    curve: Annotated[bool, typer.Option("--curve", help="Also the response to 0, .25, .5, 1.5, 2 and 3 times each budget")] = False,
    holdout: Annotated[float, typer.Option(help="Share of the audience the experiment keeps a tactic from",
                                           callback=possible_share)] = .2,
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as days=365")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the experiment", min=0)] = 1,
    workers: options.Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: results/runs/lift-<name>-<time>")] = None,
    lang: options.Language = "en",
) -> None:
    """Measure what each media or referral tactic really caused."""
    loaded = load(scenario, parse_set(changes or []))
    measured_tactics(loaded, tactics or ())
    folder = new_folder(f"lift-{loaded.name}", out)
    finished: list[dict] = []
    started = time.time()
    try:
        with Progress() as progress:
            result = lift(loaded, tactics or (), measure=measure, replicates=replicates, seed=seed, curve=curve, holdout=holdout,
                          workers=usual_workers(workers), progress=progress, on_run=finished.append)
    finally:
        if finished:
            write_table(folder, "runs", pd.DataFrame(finished), csv=True)
    write_lift(folder, result)
    _say(result, lang)
    print(f"done in {time.time() - started:.0f} s; report: {result.report(folder, lang)}; tables: {folder}")


def write_lift(folder: Path, result: Lift) -> None:
    """The scenario, the tables and, last, the manifest that repeats them."""
    write_scenario(folder, result.scenario)
    for name in ("runs", "touches", "curves"):
        if len(getattr(result, name)):
            write_table(folder, name, getattr(result, name), csv=True)
    write_table(folder, "lift", result.table, csv=True)
    write_json(folder / "manifest.json", {**result.manifest, "scenario_sha256": digest_of(folder / "scenario.toml")})


def _say(result: Lift, lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from results.lift_report import answers_of, said
    from results.words import Words

    say = Words(lang)
    shown = Table(title=say(f"lift_goal_{result.measure}"))
    for number, head in enumerate(("tactic", "last_touch", "held_out", "truth", "interval")):
        shown.add_column(say(head if head == "interval" else f"lift_{head}"), justify="left" if number == 0 else "right")
    for row in result.table.itertuples():
        name = say(f"lift_{row.tactic}") if row.row != "tactic" else row.tactic
        shown.add_row(name, *(said(row, what, result.measure, say)[0] for what in ("last_touch", "held_out", "lift")),
                      said(row, "lift", result.measure, say)[1])
    Console().print(shown)
    for sentence in answers_of(result, say):
        print(sentence)
