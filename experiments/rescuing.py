"""What each rescue saves and costs: the same worlds with it alone and with none, and what is saved for each yuan spent.

    saved = losses by failures of others without any rescue - with it;   cost = what rescues cost with it - without any
    saved per yuan = sum of saved / sum of cost over worlds, with a bootstrap interval; not known unless it costs something

Losses are those booked (`m.contagion`): of consumers, shops, banks and companies, by the failure of others; what owners of the failed lose
is not among them.  Costs are gross but for loans of last resort, which cost what is not paid back: what a bail-out or an insurer pays
counts in full, whatever the payer may get for it, and is money that somebody else here receives.  A payer may be the state, other banks
or creditors.
A delay costs nothing here: neither what a payment holiday puts off nor who waits behind a circuit breaker is counted.
Source: DESIGN 5; common random numbers (Glasserman and Yao 1992).
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
from experiments.loading import loaded
from experiments.progress import Progress
from experiments.workers import all_results, usual_workers
from results.effects import mean_interval, ratio_interval
from results.measuring import cny
from results.store import git_state, new_folder, versions, write_json, write_table
from scenarios import load
from scenarios.overrides import parse_set
from sim.contagion.booking import FAILING
from sim.core.errors import UserError
from sim.model import Market

# name of the rescue: what is set without it (all are off, whatever the scenario says), what with it
RESCUES: dict[str, tuple[dict, dict]] = {
    "bail-out": ({"rescue.bail_out": []}, {"rescue.bail_out": ["banks", "financiers", "products"]}),
    "lender of last resort": ({"rescue.last_resort": False}, {"rescue.last_resort": True}),
    "deposit insurance": ({"rescue.insurance_cover_cny": 0.0}, {"rescue.insurance_cover_cny": 500_000.0}),
    "payment holiday": ({"rescue.payment_holiday_days": 0}, {"rescue.payment_holiday_days": 60}),
    "ring-fencing": ({"rescue.is_ring_fenced": False}, {"rescue.is_ring_fenced": True}),
    "circuit breaker": ({"rescue.most_withdrawn_share": 1.0}, {"rescue.most_withdrawn_share": .05}),
}
SHOWN = {"lost_without": "lost without, M CNY", "saved": "saved, M CNY", "cost": "cost, M CNY", "fewer_failed": "fewer houses failed",
         "per_yuan": "saved per yuan"}


@dataclass(repr=False)
class Rescued:
    """runs: one row a replicate and rescue.  table: one row a rescue and number, with its 95% interval."""

    scenario: Any
    replicates: int
    seed: int
    runs: pd.DataFrame
    table: pd.DataFrame
    manifest: dict[str, Any]

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.causes_report import rescues_report

        return rescues_report(self, folder or new_folder(f"rescues-{self.scenario.name}"), lang)

    def __repr__(self):
        return f"<Rescues in {self.scenario.name}: {self.replicates} replicates, seed {self.seed}>"


def one_replicate(scenario, seed: int, replicate: int, names: tuple[str, ...]) -> list[dict]:
    """A row for each rescue: losses, costs and failures with it and with none, CNY; worlds that are the same are lived once."""
    lived: dict[str, dict] = {}

    def live(changes: dict) -> dict:
        world = load(scenario, changes)
        key = repr(world.rescue)
        if key not in lived:
            market = Market(world, seed=seed, replicate=replicate)
            market.run_days()
            book = market.contagion
            lived[key] = {"lost": cny(market, book.total()), "spent": cny(market, market.rescue.total()),
                          "to_state": cny(market, market.rescue.total(payer="state")),
                          "ledger_residual": float(abs(market.ledger.residual())),
                          "failed": sum(book.n_failed(layer=layer) for layer in FAILING if layer != "merchants")}
        return lived[key]

    rows, off = [], {path: value for changes, _ in RESCUES.values() for path, value in changes.items()}
    without = live(off)
    for name in names:
        with_it = live({**off, **RESCUES[name][1]})
        rows.append({"replicate": replicate, "rescue": name, "lost_without": without["lost"], "saved": without["lost"] - with_it["lost"],
                     "cost": with_it["spent"] - without["spent"], "cost_to_state": with_it["to_state"] - without["to_state"],
                     "fewer_failed": float(without["failed"] - with_it["failed"]),
                     "ledger_residual": max(without["ledger_residual"], with_it["ledger_residual"])})
    return rows


def table_of(runs: pd.DataFrame) -> pd.DataFrame:
    """Means and their 95% intervals by rescue, and what is saved per yuan as a ratio of sums."""
    rows = []
    for name, mine in runs.groupby("rescue", sort=False):
        for number in ("lost_without", "saved", "cost", "cost_to_state", "fewer_failed"):
            mean, low, high = mean_interval(mine[number])
            rows.append({"rescue": name, "number": number, "mean": mean, "low": low, "high": high, "n": len(mine)})
        ratio, low, high = ratio_interval(mine["saved"], mine["cost"]) if mine["cost"].sum() > 0 else (np.nan,) * 3
        rows.append({"rescue": name, "number": "per_yuan", "mean": ratio, "low": low, "high": high, "n": len(mine)})
    return pd.DataFrame(rows)


def rescues(scenario, *, replicates: int = 20, seed: int = 1, workers: int = 1, names: tuple[str, ...] = tuple(RESCUES),
            progress: Callable[[str, float], None] | None = None) -> Rescued:
    """Live a scenario with each rescue alone and with none, on the same worlds and luck.

    Raises: UserError if the scenario has no channels, or no such rescue is known.
    """
    scenario = loaded(scenario)
    if not scenario.channels:
        raise UserError(f"{scenario.name}: has no channels; rescues need at least one [[channels]]")
    for name in names:
        if name not in RESCUES:
            raise UserError(f"rescues: no rescue '{name}'; known: {', '.join(RESCUES)}")
    tasks = [(one_replicate, (scenario, seed, replicate, names)) for replicate in range(replicates)]
    done = all_results(tasks, workers, progress=progress, what="replicates")
    runs = pd.DataFrame([row for rows in done for row in rows])
    manifest = {"kind": "rescues", "scenario": scenario.name, "replicates": replicates, "seed": seed, "versions": versions(),
                "git": git_state()}
    return Rescued(scenario, replicates, seed, runs, table_of(runs), manifest)


def rescues_command(
    name: Annotated[str, typer.Argument(help="Scenario with channels", metavar="SCENARIO")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Name of a rescue; may be repeated")] = None,
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Worlds to pair on", min=2, max=100_000)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the experiment", min=0)] = 1,
    workers: options.Workers = None,
    lang: options.Language = "en",
    out: Annotated[Path | None, typer.Option(help="Folder for the results")] = None,
) -> None:
    """Say what each rescue saves, costs, and saves for each yuan spent."""
    scenario = loaded(name, parse_set(changes or []))
    folder, started = new_folder(f"rescues-{scenario.name}", out), time.time()
    with Progress() as progress:
        result = rescues(scenario, replicates=replicates, seed=seed, workers=usual_workers(workers), progress=progress,
                         names=tuple(only) if only else tuple(RESCUES))
    for table in ("runs", "table"):
        write_table(folder, table, getattr(result, table), csv=True)
    write_json(folder / "manifest.json", result.manifest)
    print(text_of(result))
    print(f"done in {time.time() - started:.0f} s; report: {result.report(folder, lang)}; tables: {folder}")


def text_of(result: Rescued) -> str:
    """The table in words, a line a rescue."""
    lines = [repr(result).strip("<>")]
    for name, mine in result.table.groupby("rescue", sort=False):
        parts = []
        numbers = mine.set_index("number")
        for row in numbers.loc[list(SHOWN)].itertuples():
            scale = 1e6 if SHOWN[row.Index].endswith("M CNY") else 1.0
            value = f"{row.mean / scale:,.4g} ({row.low / scale:,.3g} to {row.high / scale:,.3g})"
            if np.isnan(row.mean):
                value = "costs nothing" if numbers.loc["cost", "mean"] == 0 else "not known: it costs less than none"
            parts.append(f"{SHOWN[row.Index]} {value}")
        lines.append(f"{name}: " + "; ".join(parts))
    return "\n".join(lines)
