"""One score for many banks: mean loss and expected shortfall as its share grows, in paired paths with and without a downturn.

    python -m experiments.common_model     400 paths from seed 1000, 8 CPU-minutes; prints tables, writes paths.csv and a figure to --out

A path is a small world of its own: banks lend for six weeks by scores with an error each, a downturn follows, and a year later the
loans to shops that failed are lost but for what lenders count on getting back.  Errors are those of `sim/markets/common_scores.py`:
in common for the banks that use the common score, or (the counterfactual) independent and as large.

Choice: only the steps of the day that make a loan and decide its fate are lived: asking, deciding, paying out; trouble and failure.
Source: assumption.  Alternative: whole days.  Reason: a path takes .05 s, not 3 s, so that a shortfall rests on hundreds of worlds;
instalments and the trade of shops are left out, so a loss is the loan, times the lenders' loss given default.
Choice: a loss is in percent of what was lent in the path.  Source: Basel I, capital is a share of loans.  Alternative: money, which is
in the table beside it.  Reason: a better score lends more, and capital grows with loans.
"""

import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from agents import distress, merchant
from results.figures.shortfall import by_share
from results.shortfall import bootstrap, expected_shortfall
from scenarios import load
from sim.markets import data_sharing, term_credit
from sim.markets.common_scores import model_of_bank
from sim.model import Market

SHARES = (0.0, .25, .5, .75, 1.0)
ARMS = {"common": True, "independent": False}
LENDS, LIVES, DECIDES_EVERY = 42, 365, 7  # days of lending, days after it, days between two meetings of a bank's officers
DOWNTURN = {"kind": "downturn", "size": 10.0, "start": datetime.date(2012, 2, 12), "end": datetime.date(2012, 5, 12)}
WORLD = {"start": datetime.date(2012, 1, 1), "days": LENDS + LIVES, "shocks": [DOWNTURN], "tactics": [], "common_model.is_used": True,
         "consumers.count": 500, "merchants.count": 1_500, "weight": 6_400.0, "consumers.basket_cny": 52_170.0,  # sales as ever
         "merchants.size_spread": .5, "merchants.size_tail": 10.0,  # shops of like size: no path hangs on one loan
         "merchants.bank_application_rate": 12.0, "merchants.home_bank_bonus": 0.0,
         "banks.large": 0, "banks.micro_specialist": 0, "supply_chain.reach": 0.0, "p2p.reach": 0.0,  # banks of one kind, no pledges
         "relationship_bank.officers": 1e7, "relationship_bank.cases_a_year": 5_000.0, "relationship_bank.least_annual_sales_cny": 10_000.0}
FATE = ("status", "trouble_since", "normal_sales", "unpaid_days")
QUICK_REFIT = {"common_model.refit_days": 7}


def lend(m) -> None:
    """Six weeks in which shops ask, and banks meet once a week to decide and pay out."""
    data_sharing.publish_statements(m)
    for m.day in range(LENDS):
        merchant.ask_for_term_loan(m)
        if m.day % DECIDES_EVERY == DECIDES_EVERY - 1:
            term_credit.decide_applications(m)
            term_credit.pay_out(m)


def live_on(m, shocks) -> None:
    """A year in which shops fall into trouble, recover or fail."""
    for m.day in range(LENDS, LENDS + LIVES):
        m.conditions.open_day()
        for shock in m.active(shocks):
            shock.strike(m)
        failed = distress.change_fortunes(m)
        m.merchants.status[failed], m.merchants.trouble_since[failed] = 1, -1


def losses(m) -> dict[str, float]:
    """What was lent and lost, CNY, in all and by banks with and without the common score; loans and failures in numbers."""
    shops, users = m.merchants, model_of_bank(m)
    lent = np.where(shops.term_loan > 0, shops.term_loan, 0) / 100
    lost = np.where(shops.status != 0, lent, 0.0) * m.settings.relationship_bank.loss_share
    uses = (shops.term_lender >= 0) & ((users == 0) | (users > len(users)))[np.clip(shops.term_lender, 0, len(users) - 1)]
    return {"lent": lent.sum(), "lost": lost.sum(), "loans": int((lent > 0).sum()), "failed": int((lost > 0).sum()),
            "users_lent": lent[uses].sum(), "users_lost": lost[uses].sum()}


def path(seed: int, share: float, arm: str, change: dict | None = None) -> list[dict]:
    """Two rows of one world: with the downturn and without it."""
    settings = {**WORLD, "common_model.bank_share": share, "common_model.is_one_error": ARMS[arm], **(change or {})}
    market = Market(load("baseline", settings), seed=seed)
    lend(market)
    before = {name: getattr(market.merchants, name).copy() for name in FATE}
    rows = []
    for has_downturn in (True, False):
        for name, column in before.items():
            getattr(market.merchants, name)[:] = column
        live_on(market, market.shocks if has_downturn else ())
        rows.append({"seed": seed, "share": share, "arm": arm, "downturn": has_downturn, **losses(market)})
    return rows


def pair(seed: int, change: dict | None = None) -> pd.DataFrame:
    """All paths of one seed; at share 0 nobody uses the common score, so both arms are one; "refit": share 1, fitted anew each week."""
    nobody = path(seed, 0.0, "common", change)
    rows = nobody + [{**row, "arm": "independent"} for row in nobody]
    for arm in ARMS:
        for share in SHARES[1:]:
            rows += path(seed, share, arm, change)
    rows += [{**row, "arm": "refit"} for row in path(seed, 1.0, "common", {**(change or {}), **QUICK_REFIT})]
    return pd.DataFrame(rows)


def paths(pairs: int = 400, first_seed: int = 1_000, change: dict | None = None) -> pd.DataFrame:
    """The paths of many seeds, with `percent`, what was lost of what was lent."""
    found = pd.concat([pair(seed, change) for seed in range(first_seed, first_seed + pairs)], ignore_index=True)
    return found.assign(percent=100 * found["lost"] / found["lent"].clip(lower=1.0))


def shortfall_table(found: pd.DataFrame, what: str = "percent", replications: int = 2_000) -> pd.DataFrame:
    """By downturn, arm and share: mean and shortfall of `what`, and their change against share 0, with 95% bootstrap intervals.

    The effect of errors being in common is the change in shortfall against the same share with independent errors.  All are of pairs:
    a bootstrap draws seeds.
    """
    rows = []
    for has_downturn in (True, False):
        part = found[found["downturn"] == has_downturn]
        wide = part.pivot(index="seed", columns=["arm", "share"], values=what)
        for arm, share in wide.columns:
            own, base = wide[arm, share].to_numpy(), wide["common", 0.0].to_numpy()
            row = {"downturn": has_downturn, "arm": arm, "share": share, "mean": own.mean(), "shortfall": expected_shortfall(own)}
            for name, number in (("mean_change", np.mean), ("shortfall_change", expected_shortfall)):
                row[name], row[f"{name}_low"], row[f"{name}_high"] = bootstrap((own, base), partial(_difference, number), replications)
            if arm == "common":
                alone = wide["independent", share].to_numpy()
                row["in_common"], row["in_common_low"], row["in_common_high"] = bootstrap(
                    (own, alone), partial(_difference, expected_shortfall), replications)
            rows.append(row)
    return pd.DataFrame(rows).sort_values(["downturn", "arm", "share"], ascending=[False, True, True], ignore_index=True)


def _difference(number, a, b):
    return number(a) - number(b)


def verdict(table: pd.DataFrame) -> str:
    """Whether, under a downturn, the change in shortfall is below 0 at some share and above 0 at share 1, and not with independent errors.

    Sure: the 95% intervals say so too, not the estimates alone.
    """
    hit, lines = table[table["downturn"] & (table["share"] > 0)], []
    for arm, name in (("common", "errors in common"), ("independent", "independent errors, the null")):
        part = hit[hit["arm"] == arm].sort_values("share")
        best, last = part.loc[part["shortfall_change"].idxmin()], part.iloc[-1]
        turns = best["shortfall_change"] < 0 < last["shortfall_change"]
        is_sure = turns and best["shortfall_change_high"] < 0 < last["shortfall_change_low"]
        says = "changes sign, surely" if is_sure else "changes sign, by the estimates" if turns else "does not change sign"
        lines.append(f"{name}: the change in shortfall {says}: {_with_interval(best)}; {_with_interval(last)}")
    return "\n".join(lines)


def _with_interval(row) -> str:
    change, low, high = (row[f"shortfall_change{end}"] for end in ("", "_low", "_high"))
    return f"{change:+.3g} at share {row['share']:g} ({low:+.3g} to {high:+.3g})"


def main(pairs: Annotated[int, typer.Option(min=20)] = 400, first_seed: int = 1_000,
         out: Annotated[Path, typer.Option(help="Folder for paths.csv")] = Path("results/runs/common-model"),
         vintage_error: Annotated[float | None, typer.Option(help="In place of the setting's")] = None) -> None:
    """Live the paths, write them and a figure, print the tables and whether the sign changes."""
    change = None if vintage_error is None else {"common_model.vintage_error": vintage_error}
    found = paths(pairs, first_seed, change)
    out.mkdir(parents=True, exist_ok=True)
    found.to_csv(out / "paths.csv", index=False)
    with pd.option_context("display.width", 240, "display.max_columns", 20, "display.float_format", "{:.2f}".format):
        for what, unit in (("percent", "% of what was lent"), ("lost", "CNY of the small world")):
            table = shortfall_table(found, what)
            if what == "percent":
                by_share(table).save(out)
            print(f"{pairs} pairs; losses in {unit}\n{table.to_string(index=False)}\n{verdict(table)}\n")


if __name__ == "__main__":
    typer.run(main)
