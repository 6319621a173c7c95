"""What a stress test says, in words, tables and a page that loads nothing from elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd

from results.stress_figure import draw_curve, draw_network, states

TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 15  # in the tables of the page; the CSV files have all


def leading(stress):
    """The outcome the answer is about: clearing if it was asked for, on the network looked at closer."""
    return next(outcome for outcome in stress.outcomes
                if outcome.method == stress.options["leading"] and outcome.network == stress.options["closer"])


def question(stress) -> str:
    """The question of the test, one sentence."""
    names = stress.banks.names
    share = "all their" if stress.loss == 1.0 else f"{_percent(stress.loss)} of their"
    if len(stress.hit) == len(names):
        return f"What happens if every one of the {len(names)} banks loses {_percent(stress.loss)} of its external assets?"
    who = [names[i] for i in stress.hit]
    if len(who) == 1:
        return f"What happens if {who[0]} loses {share.replace('their', 'its')} external assets?"
    listed = f"{', '.join(who[:-1])} and {who[-1]}" if len(who) <= 6 else f"{len(who)} banks ({', '.join(who[:4])} ...)"
    return f"What happens if {listed} lose {share} external assets?"


def answer(stress) -> str:
    """The answer in one sentence, from the leading method."""
    outcome = leading(stress)
    n, by_shock = len(stress.banks.names), int(outcome.by_shock.sum())
    lost, direct = _percent(outcome.equity_lost), _percent(outcome.equity_lost_directly)
    if outcome.failures == 0:
        return f"No bank fails; the system loses {lost} of its equity, {direct} to the shock itself."
    through = f"{outcome.contagion or 'none'} because others do not pay"
    return (f"{outcome.failures} of {n} banks fail{'s' if outcome.failures == 1 else ''}: {by_shock or 'none'} from the shock itself, "
            f"{through}; the system loses {lost} of its equity, {direct} to the shock itself.")


def changes(stress) -> list:
    """[(what, sentence)] of what would change the answer."""
    found, names = [], stress.banks.names
    counts = sorted({outcome.failures for outcome in stress.outcomes})
    if len(counts) > 1:
        what = "The method and the network." if len(stress.exposures) > 1 else "The method."
        found.append((what, f"Side by side they say between {counts[0]} and {counts[-1]} failures; see the table."))
    curve = stress.curve
    through = curve[curve["failures"] > curve["by_shock"]]["loss"]
    first = curve[curve["failures"] > 0]["loss"]
    if len(first):
        text = f"On the losses tried, the first bank fails at {_percent(first.iloc[0])} of external assets"
        text += f", the first through the network at {_percent(through.iloc[0])}." if through.size else "."
        found.append(("The size of the loss.", text))
    else:
        found.append(("The size of the loss.", "Not even the loss of everything makes a bank fail."))
    helped = np.flatnonzero(stress.rescue.bailout > 0)
    if helped.size:
        top = [names[i] for i in helped[np.argsort(-stress.rescue.bailout[helped], kind="stable")][:4]]
        listed = ", ".join(top) + (" ..." if helped.size > 4 else "")
        banks = f"{helped.size} bank{'s' if helped.size > 1 else ''} ({listed})"
        found.append(("A rescue.", f"{_amount(stress.rescue.total)} handed to {banks} "
                      "would keep everybody from default; it is the least that does."))
    top = stress.ranking.iloc[0]
    if top["fail_if_it_fails"] > 1:
        others = int(top["fail_if_it_fails"]) - 1
        found.append(("Another bank.", f"The failure of {top['bank']} alone would bring down {others} other{'s' * (others > 1)} "
                      "(Furfine); no other single failure does more."))
    return found


def print_stress(stress, methods: dict, networks: dict):
    """The question, the answer and the table of methods, in the terminal."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"[bold]{question(stress)}[/bold]")
    console.print(answer(stress))
    table = Table(*["network"] * (len(stress.exposures) > 1), "method", box=None, header_style="bold", pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    for head in ("fail", "by shock", "by others", "loss", "direct"):
        table.add_column(head, justify="right")
    for o in stress.outcomes:
        cells = [networks[o.network]] * (len(stress.exposures) > 1) + [methods[o.method] + ("" if o.converged else " (not converged)")]
        table.add_row(*cells, str(o.failures), str(int(o.by_shock.sum())), str(o.contagion), _percent(o.equity_lost),
                      _percent(o.equity_lost_directly))
    console.print(table)
    for what, text in changes(stress):
        console.print(f"[bold]{what}[/bold] {text}")


def write_stress(stress, folder, methods: dict, networks: dict, files=()) -> Path:
    """Write report.html, figures and tables into `folder`; the path of the page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    outcome = leading(stress)
    network, drawn = draw_network(stress, outcome, folder)
    curve = draw_curve(stress, folder)
    stress.table.to_csv(folder / "methods.csv", index=False)
    stress.ranking.to_csv(folder / "ranking.csv", index=False)
    banks_table(stress).to_csv(folder / "banks.csv", index=False)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    n = len(stress.banks.names)
    page = environment.get_template("stress.html.j2").render(
        question=question(stress), answer=answer(stress), changes=changes(stress), network=network, curve=curve, n=n, drawn=drawn,
        several=len(stress.exposures) > 1, leading=methods[outcome.method], network_of=networks[outcome.network],
        methods=[{"network": networks[o.network], "method": methods[o.method], "failures": o.failures, "by_shock": int(o.by_shock.sum()),
                  "contagion": o.contagion, "lost": _percent(o.equity_lost), "direct": _percent(o.equity_lost_directly),
                  "converged": o.converged} for o in stress.outcomes],
        banks=_worst(stress, outcome), ranking=_ranked(stress), rows=MOST_ROWS, options=stress.options, files=files,
        links=int(stress.exposures[outcome.network].nnz), reconstructed=stress.banks.exposures is None)
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def banks_table(stress) -> pd.DataFrame:
    """One row a bank: balance sheet, and state and loss under each method and network."""
    banks = stress.banks
    table = pd.DataFrame({"bank": banks.names, "external_assets": banks.external_assets, "interbank_assets": banks.interbank_assets,
                          "external_liabilities": banks.external_liabilities, "interbank_liabilities": banks.interbank_liabilities,
                          "equity": banks.equity, "hit": np.isin(np.arange(len(banks.names)), stress.hit)})
    for outcome in stress.outcomes:
        label = outcome.method if len(stress.exposures) == 1 else f"{outcome.method}_{outcome.network}"
        table[f"{label}_fails"] = outcome.defaulted
        table[f"{label}_equity_lost_share"] = outcome.loss_share
    return table


def _worst(stress, outcome) -> list:
    """The banks that lose the largest part of their equity, the failed first."""
    order = np.lexsort((-stress.banks.equity, -outcome.loss_share, ~outcome.defaulted))[:MOST_ROWS]
    state = states(outcome)
    return [{"bank": stress.banks.names[i], "state": state[i], "lost": _percent(outcome.loss_share[i]),
             "direct": _percent(outcome.direct_share[i]), "threat": f"{stress.threat_index[i]:.2f}",
             "rescue": _amount(stress.rescue.bailout[i])} for i in order]


def _ranked(stress) -> list:
    return [{"bank": row.bank, "others": row.fail_if_it_fails - 1, "owed": _amount(row.owed_inside)}
            for row in stress.ranking.head(MOST_ROWS).itertuples()]


def _percent(share: float) -> str:
    share = 100.0 * float(share)
    return f"{share:.0f}%" if share >= 99.95 or share == 0 else f"{share:.1f}%" if share >= 0.1 else "below 0.1%"


def _amount(value: float) -> str:
    value = float(value)
    return "0" if value == 0 else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
