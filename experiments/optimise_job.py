"""What `jishi optimise` does: find the plan with a bar, say it, write the page; or only say what it would take."""

import time
from pathlib import Path
from typing import Annotated

import typer

from experiments import options
from experiments.budgeting import Optimisation, asked_of, checked, default_folder, optimise
from experiments.progress import Progress
from experiments.workers import usual_workers
from scenarios import load
from scenarios.overrides import parse_set
from scenarios.scaling import resized, sized
from sim.core.errors import UserError

SECONDS_PER_CONSUMER_DAY, SECONDS_PER_RUN = 3.5e-7, .6  # of a contested world, measured at 10 000 consumers and 365 days


def optimise_command(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a scenario file")],
    budget: Annotated[float, typer.Option(help="CNY to divide, at the scale of the real market, beside what the scenario spends")],
    goal: Annotated[str, typer.Option("--for", help="first-use, profit or share")] = "first-use",
    levers: Annotated[list[str] | None, typer.Option("--try", help="Channels and tactics, as search_generic,referral; default: the usual "
                                                                   "ones")] = None,
    days: Annotated[int, typer.Option(help="Days over which it is spent, from the first; the rest shows what it does")] = 90,
    trials: Annotated[int, typer.Option(help="Plans to try, 3 replicates each; the best are run again")] = 60,
    fresh: Annotated[int, typer.Option(help="Replicates of the last look, on worlds that no choice has seen")] = 30,
    with_value: Annotated[bool, typer.Option("--with-value", help="For profit: add what new customers will bring in three years")] = False,
    size: Annotated[str | None, typer.Option(help="small, medium or large: 10 000, 100 000 or 1 000 000 consumers")] = None,
    consumers: Annotated[int | None, typer.Option(help="So many simulated consumers, of the same real market", min=100)] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as days=365")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search and its worlds", min=0)] = 1,
    workers: options.Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: results/optimisations/<scenario>-<goal>-<hash>")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would take: runs and time")] = False,
    lang: options.Language = "en",
) -> None:
    """Find how to divide an extra budget over channels and tactics."""
    if size and consumers:
        raise UserError("--size and --consumers: both say how large the world is; name one of them")
    found = load(scenario, parse_set(changes or []))
    found = sized(found, size) if size else resized(found, consumers) if consumers else found
    space, effort = checked(found, budget, goal, levers or (), days, trials, fresh, with_value)
    workers = usual_workers(workers)
    runs = effort.n_runs(len(space.levers))
    seconds = runs * (SECONDS_PER_RUN + found.days * found.consumers.count * SECONDS_PER_CONSUMER_DAY) / workers
    print(f"{found.name}: {budget / 1e6:g} M CNY over {', '.join(space.names)}, for {goal}; {trials} trials, up to {runs:,} runs of "
          f"{found.days} days and {found.consumers.count:,} consumers, about {max(seconds / 60, 1):.0f} minutes on {workers} "
          f"process{'es' if workers > 1 else ''}")
    if dry_run:
        return
    folder = out or default_folder(found, goal, asked_of(space, goal, days, effort, seed, with_value))
    print(f"folder: {folder} (the same command goes on from there)")
    started = time.time()
    with Progress() as progress:
        result = optimise(found, budget=budget, goal=goal, levers=levers or (), days=days, trials=trials, fresh=fresh, seed=seed,
                          workers=workers, with_value=with_value, out=folder, progress=progress)
    say(result, lang)
    print(f"done in {time.time() - started:.0f} s; report: {result.report(lang=lang)}; plan: {folder}/plan.toml; tables: {folder}")


def say(result: Optimisation, lang: str) -> None:
    """The answer in sentences, as the page has it."""
    from results.optimum_sentences import answers_of, unsure_of
    from results.words import Words

    words = Words(lang)
    for sentence in answers_of(result, words):
        print(sentence)
    for sentence in unsure_of(result, words):
        print(f"  {sentence}")
