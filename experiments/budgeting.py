"""Dividing an extra budget: `optimise("marketing-baseline", budget=10e6, goal="first-use")` finds what to spend it on.

    best = optimise("marketing-baseline", budget=10e6)
    best.plan, best.plans, best.margins, best.trials      # CNY by lever; tables
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.code_version import code_version
from experiments.evaluating import GOALS, Evaluator, key_of
from experiments.levers import Plan, Space, chosen
from experiments.loading import loaded
from experiments.proposing import surface_of
from experiments.searching import STEP, Effort, Found, Trial, search, with_more
from results.optimum import margin_table, plan_table, slice_table, trial_table
from results.search_folder import SearchFolder, hash_of
from results.store import git_state, versions, write_json, write_table, write_whole
from scenarios import dump, load
from scenarios.toml_text import toml_document
from sim.core.errors import UserError, did_you_mean

MOST_CNY = 1e12


@dataclass(repr=False)
class Optimisation:
    """The best division of a budget that was found, and how sure that is.

    plan: CNY by lever.  trials, plans, margins: tables (`results.optimum`).  runs: one row a run.  found: the search itself.
    """

    scenario: Any
    space: Space
    goal: str
    days: int
    with_value: bool
    effort: Effort
    seed: int
    found: Found
    runs: pd.DataFrame
    folder: Path
    manifest: dict[str, Any]

    def __post_init__(self):
        best, names = self.found.best, self.space.names
        keys = {"": key_of(best), **{name: key_of(with_more(self.space, best, k)) for k, name in enumerate(names)}}
        self.trials, self.plans = trial_table(self.found, self.space), plan_table(self.found, self.space)
        self.margins = margin_table(self.found, self.space, STEP / 100 * self.space.budget, self.runs, keys)
        self.plan = {name: float(cny) for name, cny in zip(names, self.space.spent(best)) if cny}

    def __repr__(self):
        spent = ", ".join(f"{name} {cny / 1e6:g} M" for name, cny in self.plan.items()) or "nothing"
        return f"<Optimisation of {self.space.budget / 1e6:g} M CNY in {self.scenario.name} for {self.goal}: {spent}; {self.folder}>"

    @property
    def budget(self) -> float:
        """CNY."""
        return self.space.budget

    @cached_property
    def surface(self):
        """The response surface fitted to all trials."""
        return surface_of(self.space, [(each.plan, each.values) for each in self.found.trials])

    @cached_property
    def slices(self) -> pd.DataFrame:
        """The surface along each lever (`results.optimum.slice_table`)."""
        return slice_table(self.space, self.surface, self.found.best)

    def spent(self, plan: Plan) -> dict[str, float]:
        """What a plan's levers really spent, CNY, mean over its runs."""
        mine = self.runs[self.runs["plan"] == key_of(plan)]
        return {name: float(mine[f"spent_{name}"].mean()) for name in self.space.names}

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into the search's own folder); returns the page.  lang: en or zh."""
        from results.optimum_report import optimum_report

        return optimum_report(self, folder or self.folder, lang)


def optimise(scenario, *, budget: float, goal: str = "first-use", levers=(), days: int = 90, trials: int = 60, fresh: int = 30,
             seed: int = 1, workers: int = 1, with_value: bool = False, out: str | Path | None = None,
             progress: Callable[[str, float], None] | None = None) -> Optimisation:
    """Find how to divide an extra budget over channels and tactics; a search that was stopped goes on where it was.

    scenario: a `Scenario`, or the name or file of one in which platforms compete.  budget: CNY, real scale, on top of what the scenario
    spends.  goal: first-use, profit or share.  levers: names (`experiments.levers.LEVERS`); the usual ones if none.  days: over which it
    is spent, from the first; the rest of the scenario shows what it does.  trials: plans to try; fresh: replicates of the last look.
    with_value: to profit, add what new customers will bring within three years.  workers: processes; numbers do not depend on it.
    out: folder (default: results/optimisations/<scenario>-<goal>-<hash>).  progress: called with (what, share done).
    Raises: UserError for a mistake in any of them, or a folder of another search.
    """
    scenario = loaded(scenario)
    space, effort = checked(scenario, budget, goal, levers, days, trials, fresh, with_value)
    asked = asked_of(space, goal, days, effort, seed, with_value)
    more = {"scenario": scenario.name, "seed": seed, "versions": versions(), "git": git_state()}
    path = Path(out or default_folder(scenario, goal, asked))
    with SearchFolder(path, asked, code_version(), dump(scenario), more) as folder:
        study = folder.study()
        n_runs, said = effort.n_runs(len(space.levers)), ["trials"]

        def tell(done: int) -> None:
            if progress:
                progress(said[0], min(done / n_runs, 1.0))

        with Evaluator(scenario, space, days, goal, with_value, seed, workers, folder.runs(), folder.add_run, tell) as evaluate:
            found = search(space, evaluate, effort, seed=seed, kept=trials_of(study), on_trial=lambda each: keep(study, space, each),
                           tell=lambda what: said.__setitem__(0, what))
        result = Optimisation(scenario, space, goal, days, with_value, effort, seed, found, evaluate.runs(), path, folder.manifest)
        write_optimum(result)
    return result


def checked(scenario, budget, goal, levers, days, trials, fresh, with_value) -> tuple[Space, Effort]:
    """The space and the effort.  Raises: UserError with a line for every mistake."""
    mistakes, found = [], []
    if not scenario.customers.is_contested:
        mistakes.append(f"optimise: in {scenario.name} platforms do not compete for customers, so a budget can win none "
                        "(customers.is_contested = true makes them, as marketing-baseline does)")
    if not 0 < budget <= MOST_CNY:
        mistakes.append(f"--budget {budget:g}: must be above 0 and at most {MOST_CNY:g} CNY")
    if goal not in GOALS:
        mistakes.append(f"--for {goal}: must be {', '.join(list(GOALS)[:-1])} or {list(GOALS)[-1]}{did_you_mean(goal, GOALS)}")
    if with_value and goal in GOALS and goal != "profit":
        mistakes.append(f"--with-value: adds to profit what new customers will bring; it does nothing for {goal}")
    try:
        found = chosen(levers)
    except UserError as wrong:
        mistakes += wrong.lines
    if not 1 <= days <= scenario.days:
        mistakes.append(f"--days {days}: must be 1 to {scenario.days}, the days of {scenario.name} (--set days=... gives it others)")
    least = len(found) + 4
    if trials < least:
        mistakes.append(f"--trials {trials}: must be at least {least} to divide over {len(found)}: nothing, evenly, each alone, two more")
    if fresh < 2:
        mistakes.append(f"--fresh {fresh}: must be at least 2, or there is no interval")
    if mistakes:
        raise UserError(*mistakes)
    space = Space(found, budget, may_keep=goal == "profit")
    for plan in (space.evenly(), *(space.alone(k) for k in range(len(found)))):
        with_plan(scenario, space, plan, days)  # whatever a scenario may say against it is said now
    return space, Effort.of(trials, fresh)


def with_plan(scenario, space: Space, plan: Plan, days: int):
    """The scenario with the plan's tactics added.  Raises: UserError if that is no scenario."""
    return load(scenario, {"tactics": space.entries(plan, scenario, days)})  # a list adds to the one below it


def asked_of(space: Space, goal: str, days: int, effort: Effort, seed: int, with_value: bool) -> dict[str, Any]:
    """All that decides the numbers beside the scenario and the code, as JSON has it."""
    return {"budget": space.budget, "goal": goal, "levers": space.names, "days": days, "trials": effort.trials, "fresh": effort.fresh,
            "replicates": effort.replicates, "race": [list(each) for each in effort.race], "seed": seed, "with_value": with_value}


def default_folder(scenario, goal: str, asked: dict[str, Any]) -> Path:
    """Where the search goes if not told."""
    return Path("results") / "optimisations" / f"{scenario.name}-{goal}-{hash_of(asked, code_version(), dump(scenario))[:8]}"


def trials_of(study) -> list[Trial]:
    """The trials that the folder holds."""
    found = []
    for each in study.trials:
        note = each.user_attrs
        found.append(Trial(each.number, note["round"], note["by"], Plan(tuple(note["shares"]), tuple(note["sizes"])), list(note["values"])))
    return found


def keep(study, space: Space, trial: Trial) -> None:
    """Put a trial into the journal, whole."""
    import optuna

    weights = space.weights_of(trial.plan)
    ranges = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in weights}
    plan = trial.plan
    note = {"round": trial.round, "by": trial.by, "shares": list(plan.shares), "sizes": list(plan.sizes), "values": trial.values}
    study.add_trial(optuna.trial.create_trial(params=weights, distributions=ranges, value=float(np.mean(trial.values)), user_attrs=note))


def write_optimum(result: Optimisation) -> None:
    """Tables, the plan as a scenario and, last, the summary that says it is whole."""
    folder = result.folder
    for name in ("trials", "plans", "margins"):
        table = getattr(result, name)
        write_whole(folder / f"{name}.csv", lambda partial, table=table: table.to_csv(partial, index=False))
    write_table(folder, "runs", result.runs)
    text = plan_text(result)
    write_whole(folder / "plan.toml", lambda partial: partial.write_text(text, encoding="utf-8"))
    best = result.plans.iloc[0]
    write_json(folder / "summary.json", {"plan": result.plan, "goal": result.goal, "mean": best["mean"], "low": best["low"],
                                         "high": best["high"], "fresh": best["n"], "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                                                                                             time.gmtime())})


def plan_text(result: Optimisation) -> str:
    """The best plan as a scenario file that extends the scenario beside it."""
    head = {"extends": "scenario.toml", "name": f"{result.scenario.name}-plan"[:100],
            "title": f"The best plan found for {result.budget / 1e6:g} M CNY ({result.goal})",
            "question": f"What does it do to {result.scenario.name} to spend {result.budget / 1e6:g} M CNY like this?"[:300]}
    return toml_document({**head, "tactics": result.space.entries(result.found.best, result.scenario, result.days)})
