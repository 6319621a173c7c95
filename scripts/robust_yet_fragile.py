"""Robust yet fragile, in the market itself: how often and how far the failure of one shop spreads, by connectivity and by capital.

    python scripts/robust_yet_fragile.py                          200 paths a point; writes results/reference/robust_yet_fragile.{csv,png}
    python scripts/robust_yet_fragile.py --paths 20 --out quick  a quick look
    python scripts/robust_yet_fragile.py --null                   suppliers are paid in cash: nothing may spread

Each path is a world of its own: shops of one size on a random network of supply, which live a month with trade credit; then one of them,
drawn at random, fails.  A cascade is large if more than a twentieth of the shops fail.  Beside the market stands what Gai and Kapadia
(2010) say of a network of the same mean number of customers whose members have the same capital and exposure (library, analytic).

Choice: on the eve of the failure every shop is given the goods that make what it owns exceed what it owes by one share of its claims on
customers, the capital of the figure (goods bring an estate nothing, so that a creditor of a failed shop loses about half); line and coming
income count for nothing; claims on customers are not limited.  The library is asked with the same capital over the same loss.
Source: Gai and Kapadia (2010), section 2.  Alternative: the market's own cushions.  Reason: those differ from shop to shop, and a third
of the shops that have none fall at a touch whatever the network.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from results.effects import mean_interval, rate_interval
from results.figures.picture import Picture
from results.style import ACCENT, DOUBLE, WITH, WITHOUT, canvas, in_style
from sim.contagion.estates import TRADE
from sim.contagion.threshold import gai_kapadia_analytic
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms
from sim.day import spread_failures
from sim.markets.closures import close_shops
from sim.model import Market

OUT = Path(__file__).resolve().parents[1] / "results" / "reference"
DEGREES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.5, 8.0, 12.0, 18.0)
CAPITALS = (0.03, 0.06, 0.1, 0.14, 0.18, 0.24, 0.32)  # of claims on customers
DEGREE, CAPITAL = 3.0, 0.1  # what is held while the other changes
LARGE = .05
NAME = "robust_yet_fragile"
SHOPS, DAYS = 300, 30
WORLD = {"consumers.count": 1500, "merchants.count": SHOPS, "weight": 50.0, "days": DAYS + 1, "merchants.size_spread": 0.0,
         "merchants.trust_in_line": 0.0, "credit.line_months": 0.0, "merchants.bank_application_rate": 0.0, "distress.trouble_rate": 0.0,
         "distress.strategic_share": 0.0, "distress.stock_price": 1.0, "distress.income_days": 0.0}


def world(degree: float, credit_share: float) -> dict:
    """Settings of a point of the figure."""
    return {**WORLD, "networks.supply": {"kind": "erdos_renyi", "mean_degree": degree},
            "channels": [{"kind": "trade_credit", "credit_share": credit_share, "most_a_customer": 100.0, "stops_deliveries": False}]}


def path(degree: float, capital: float, credit_share: float, seed: int) -> dict:
    """One failure in one world: share of the shops that fail, and what the library needs to say the same."""
    market = Market("baseline", seed=seed, **world(degree, credit_share))
    market.run_days(DAYS)
    shops = market.merchants
    market.ledger.open_day()
    market.contagion.open_day(market.day)
    spare = shops.cash + shops.escrow + shops.receivables - shops.payables - shops.wholesale_debt
    wanted = (capital * shops.receivables).astype(np.int64) - spare
    shops.inventory[:] = np.maximum(wanted, 0)
    rich = np.flatnonzero(wanted < 0)
    out = np.minimum(-wanted[rich], shops.cash[rich])
    market.ledger.pay(market.books.cash, rich, market.books.world, 0, out, purpose=Purpose.OWNER_DRAW)
    first = int(uniforms(stream_key(seed, Stream.SHOCK_TARGET), 0, 1, 0)[0] * len(shops))
    close_shops(market, np.array([first]))
    spread_failures(market)
    assert market.ledger.residual() == 0
    failed = market.contagion.n_failed(day=market.day)
    estates = market.contagion.estates
    claims = estates.of(TRADE)
    return {"share": failed / len(shops), "rounds": market.contagion.round, "claims_fen": float(estates.amount[claims].sum()),
            "lost_fen": float(estates.lost[claims].sum())}


def point(degree: float, capital: float, paths: int, credit_share: float = .6) -> dict:
    """Frequency and extent of large cascades at one point, with 95% intervals, and the analytic value beside it."""
    found = pd.DataFrame([path(degree, capital, credit_share, 10_000 + number) for number in range(paths)])
    large = found["share"] > LARGE
    frequency, low, high = rate_interval(int(large.sum()), paths)
    extent, extent_low, extent_high = mean_interval(found["share"][large])
    loss = found["lost_fen"].sum() / max(found["claims_fen"].sum(), 1.0)
    same = gai_kapadia_analytic(degree, min(capital / max(loss, 1e-9), 1.0), 1.0)
    return {"mean_degree": degree, "capital": capital, "paths": paths, "frequency": frequency, "frequency_low": low,
            "frequency_high": high, "extent": extent, "extent_low": extent_low, "extent_high": extent_high, "large": int(large.sum()),
            "mean_share": found["share"].mean(), "rounds": found["rounds"][large].mean(), "loss_given_failure": loss,
            "analytic_frequency": same.frequency, "analytic_extent": same.extent if same.cascade_condition > 1 else np.nan}


@in_style
def figure(table: pd.DataFrame) -> Picture:
    """Two panels: by connectivity and by capital."""
    drawn, panels = canvas(DOUBLE, 2.6, 1, 2, sharey=True)
    for axes, (vary, label) in zip(panels, (("mean_degree", "mean number of customers on account"),
                                            ("capital", "capital, share of claims on customers"))):
        rows = table[table["varied"] == vary].sort_values(vary)
        axes.plot(rows[vary], rows["frequency"], "o-", color=WITH, markersize=3, label="frequency of large cascades")
        axes.fill_between(rows[vary], rows["frequency_low"], rows["frequency_high"], color=WITH, alpha=.2, linewidth=0)
        reach = [rows["extent"] - rows["extent_low"], rows["extent_high"] - rows["extent"]]
        axes.errorbar(rows[vary], rows["extent"], yerr=reach, fmt="s--", markersize=3, color=ACCENT, label="share that fails in one")
        axes.plot(rows[vary], rows["analytic_frequency"], ":", color=WITHOUT, label="frequency, Gai and Kapadia (2010)")
        axes.set_xlabel(label)
        axes.set_ylim(0, 1.02)
    panels[0].set_ylabel("probability, share")
    panels[0].legend(loc="center right")
    return Picture(NAME, drawn, table, "How often and how far the failure of one shop spreads, by connectivity and by capital", True)


def write(table: pd.DataFrame, folder: Path) -> None:
    """The table and its figure."""
    picture = figure(table)
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(folder)
    (folder / f"{NAME}.pdf").unlink()  # the reference is a picture and a table


def main():
    """Read the options, live the paths, write the table and the figure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--paths", type=int, default=200)
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--null", action="store_true")
    options.add_argument("--draw", action="store_true", help="only draw the table that is there anew")
    chosen = options.parse_args()
    if chosen.draw:
        write(pd.read_csv(chosen.out / f"{NAME}.csv"), chosen.out)
        return
    started, rows = time.process_time(), []
    for vary, points in (("mean_degree", [(z, CAPITAL) for z in DEGREES]), ("capital", [(DEGREE, k) for k in CAPITALS])):
        for degree, capital in points:
            row = {"varied": vary, **point(degree, capital, chosen.paths, 0.0 if chosen.null else .6)}
            rows.append(row)
            print(f"degree {degree:g}, capital {capital:g}: frequency {row['frequency']:.2f} ({row['frequency_low']:.2f} to "
                  f"{row['frequency_high']:.2f}), extent {row['extent']:.2f}, loss {row['loss_given_failure']:.2f}; "
                  f"analytic {row['analytic_frequency']:.2f}", flush=True)
    table = pd.DataFrame(rows).round(6)
    if chosen.null:
        print("nothing spreads" if not table["large"].any() else "something spread without trade credit")
        return
    write(table, chosen.out)
    print(f"wrote robust_yet_fragile.csv and .png to {chosen.out}; {time.process_time() - started:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
