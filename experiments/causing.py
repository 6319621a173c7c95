"""What contagion causes: the same worlds with every channel, with every channel but one, and with none.

    caused by all = all - none;   by a channel = all - all but it;   alone = it alone - none
    interaction = caused by all - sum over channels of what each causes
    any day = what all cause in the same world without its shocks;   shock = caused by all - any day

Shops fail on ordinary days too, and channels spread those failures: what contagion adds to a shock is the row `shock`.

The network off is the same world with the same claims: what the failed owe is made good from outside (`transmits = false`).  So paths
are the same to the bit until a channel has something to pass on, and differences are due to contagion alone.  For channels of losses that
is the first failure; fire sales, withdrawal of funding and panic may act before it, on a shock or news.  Booked losses, which each channel
writes itself, are reported beside them: they say what moved, not what would not have happened.
Source: DESIGN 5; common random numbers (Glasserman and Yao 1992).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from experiments import options
from experiments.forking import check_fork, without_tactics
from experiments.loading import loaded
from experiments.progress import Progress
from experiments.workers import all_results, usual_workers
from results.effects import is_sure, mean_interval
from results.measuring import cny, count
from results.store import git_state, new_folder, versions, write_json, write_table
from scenarios.overrides import parse_set
from sim.contagion.booking import FAILING, LAYERS
from sim.core.errors import UserError
from sim.model import Market

ALL, NONE = "all", "none"
CALM = "without the shock"


@dataclass(repr=False)
class Causes:
    """Paired runs of one scenario with channels on and off.

    runs: one row a run: replicate, network (all, none, without X, only X) and its outcomes.
    causes: network, outcome, mean, low, high, n: what all channels, each of them (all - without it), each alone and interaction cause.
    booked: layer, channel, round and CNY a run, mean over the runs with all channels.
    """

    scenario: Any
    replicates: int
    seed: int
    runs: pd.DataFrame
    causes: pd.DataFrame
    booked: pd.DataFrame
    manifest: dict[str, Any]

    def __repr__(self):
        return f"<Contagion in {self.scenario.name}: {self.replicates} replicates, seed {self.seed}>"

    def figure(self, lang: str = "en"):
        """Losses by layer: all channels, each of them, their interaction (a `Picture`, with `save(folder)`).  lang: en or zh."""
        from results.figures.causes import causes
        from results.style import figure_language
        from results.words import Words

        return causes(self.causes, Words(figure_language(lang)))

    def report(self, folder: str | Path | None = None, lang: str = "en") -> Path:
        """Write report.html and figures/ (default: into a new folder of results/runs); returns the page.  lang: en or zh."""
        from results.causes_report import causes_report

        return causes_report(self, folder or new_folder(f"contagion-{self.scenario.name}"), lang)


def variants(scenario) -> dict[str, Any]:
    """The scenario with each network: all, none, without each channel, only each of them."""
    kinds = [each.kind for each in scenario.channels]
    if not kinds:
        raise UserError(f"{scenario.name}: has no channels; contagion needs at least one [[channels]]")
    on = {ALL: set(kinds), NONE: set()}
    if len(kinds) > 1:
        on |= {f"without {kind}": set(kinds) - {kind} for kind in kinds} | {f"only {kind}": {kind} for kind in kinds}
    return {name: scenario.model_copy(update={"channels": tuple(
        each.model_copy(update={"transmits": each.kind in chosen}) for each in scenario.channels)}) for name, chosen in on.items()}


def without_shocks(scenario) -> dict[str, Any]:
    """The scenario with all and with no channels where nothing strikes; empty if nothing strikes in it anyway."""
    if not scenario.shocks:
        return {}
    calm = scenario.model_copy(update={"shocks": ()})
    return {f"{name} {CALM}": each for name, each in variants(calm).items() if name in (ALL, NONE)}


def outcomes(market) -> dict[str, float]:
    """What is compared, at the scale of the real market: failures, losses booked by layer, what was sold since the fork."""
    book = market.contagion
    found = {f"failed {layer}": float(book.n_failed(layer=layer)) * (market.scenario.weight if layer == "merchants" else 1.0)
             for layer in FAILING}
    found["lost, CNY"] = cny(market, book.total())
    found |= {f"loss of {layer}, CNY": cny(market, book.total(layer=layer)) for layer in LAYERS}
    found["open shops"] = count(market, (market.merchants.status == 0).sum())
    found["loans to shops, CNY"] = cny(market, market.lenders.loans.sum() + market.banks.loans.sum() + market.financiers.loans.sum())
    return found


def past_of(scenario, seed: int, replicate: int = 0) -> dict | None:
    """The market on the eve of the fork, lived with all channels, its losses so far forgotten; None if paths differ from the first day."""
    fork_day = check_fork(scenario)
    if not fork_day:
        return None
    past = Market(without_tactics(scenario), seed=seed, replicate=replicate)
    past.run_days(fork_day)
    state = past.state()
    state["contagion"]["losses"], state["contagion"]["failures"] = {}, {}
    return state


def one_replicate(scenario, seed: int, replicate: int) -> tuple[list[dict], list[dict]]:
    """(rows of runs, rows of booked losses) of one replicate: the past is lived once, with all channels."""
    state, rows, booked = past_of(scenario, seed, replicate), [], []
    for name, each in {**variants(scenario), **without_shocks(scenario)}.items():
        market, sold = Market(each, seed=seed, replicate=replicate), [0]

        def look(m, sold=sold):
            sold[0] += m.goods.gmv_today

        if state is not None:
            market.restore(state)
        market.observers = [look]
        market.run_days()
        rows.append({"replicate": replicate, "network": name, **outcomes(market), "sales, CNY": cny(market, sold[0]),
                     "ledger_residual": float(abs(market.ledger.residual()))})
        if name == ALL:
            booked = [{"replicate": replicate, "day": day, "layer": layer, "channel": channel, "round": number, "cny": cny(market, fen)}
                      for (day, layer, channel, number), fen in market.contagion.losses.items()]
    return rows, booked


def causes_of(runs: pd.DataFrame, kinds) -> pd.DataFrame:
    """Paired differences with their intervals, from the table of runs."""
    tables = {name: table.set_index("replicate").drop(columns=["network", "ledger_residual"]) for name, table in runs.groupby("network")}
    caused = {ALL: tables[ALL] - tables[NONE]}
    if f"{ALL} {CALM}" in tables:
        caused["any day"] = tables[f"{ALL} {CALM}"] - tables[f"{NONE} {CALM}"]
        caused["shock"] = caused[ALL] - caused["any day"]
    if len(kinds) > 1:
        each = {kind: tables[ALL] - tables[f"without {kind}"] for kind in kinds}
        caused |= each
        caused |= {f"{kind} alone": tables[f"only {kind}"] - tables[NONE] for kind in kinds}
        caused["interaction"] = caused[ALL] - sum(each.values())
    rows = []
    for network, table in caused.items():
        for outcome in table.columns:
            mean, low, high = mean_interval(table[outcome])
            rows.append({"network": network, "outcome": outcome, "mean": mean, "low": low, "high": high, "n": len(table)})
    return pd.DataFrame(rows)


def contagion(scenario, *, replicates: int = 20, seed: int = 1, workers: int = 1,
              progress: Callable[[str, float], None] | None = None) -> Causes:
    """Run a scenario with all its channels, with all but each, with each alone and with none, on the same worlds and luck.

    If the scenario has a fork, what is before it is lived once with all channels, and only losses after it count.
    Raises: UserError if the scenario has no channels.
    """
    scenario = loaded(scenario)
    kinds = [each.kind for each in scenario.channels]
    variants(scenario)
    tasks = [(one_replicate, (scenario, seed, replicate)) for replicate in range(replicates)]
    done = all_results(tasks, workers, progress=progress, what="replicates")
    runs = pd.DataFrame([row for rows, _ in done for row in rows])
    losses = pd.DataFrame([row for _, booked in done for row in booked],
                          columns=["replicate", "day", "layer", "channel", "round", "cny"])
    by_round = losses.groupby(["layer", "channel", "round"], as_index=False)["cny"].sum()
    by_round["cny"] /= replicates
    manifest = {"kind": "contagion", "scenario": scenario.name, "replicates": replicates, "seed": seed, "versions": versions(),
                "git": git_state()}
    return Causes(scenario, replicates, seed, runs, causes_of(runs, kinds), by_round, manifest)


def contagion_command(
    name: Annotated[str, typer.Argument(help="Scenario with channels", metavar="SCENARIO")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value")] = None,
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Worlds to pair on", min=2, max=100_000)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the experiment", min=0)] = 1,
    workers: options.Workers = None,
    lang: options.Language = "en",
    out: Annotated[Path | None, typer.Option(help="Folder for the results")] = None,
) -> None:
    """Say what each channel of contagion causes, alone and together."""
    scenario = loaded(name, parse_set(changes or []))
    variants(scenario)
    folder, started = new_folder(f"contagion-{scenario.name}", out), time.time()
    with Progress() as progress:
        result = contagion(scenario, replicates=replicates, seed=seed, workers=usual_workers(workers), progress=progress)
    for table in ("runs", "causes", "booked"):
        write_table(folder, table, getattr(result, table), csv=True)
    write_json(folder / "manifest.json", result.manifest)
    _say(result)
    print(f"done in {time.time() - started:.0f} s; report: {result.report(folder, lang)}; tables: {folder}")


def _say(result: Causes) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=repr(result).strip("<>"))
    for heading in ("caused by", "outcome", "mean", "95% interval"):
        table.add_column(heading, justify="left" if heading in ("caused by", "outcome") else "right")
    for row in result.causes.itertuples():
        if is_sure(row.low, row.high):
            table.add_row(row.network, row.outcome, f"{row.mean:+,.4g}", f"{row.low:+,.3g} to {row.high:+,.3g}")
    console = Console()
    console.print(table)
    for row in result.booked.itertuples():
        console.print(f"booked: {row.layer}, {row.channel}, round {row.round}: {row.cny:,.0f} CNY a run", markup=False)
    console.print("differences whose interval includes 0 are in causes.csv")
