"""Made-up results with numbers chosen by the test: a fork, a comparison and a sweep, in the shape of the real ones."""

import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd

from experiments.comparing import Comparison, effects_of
from experiments.designs import load_design
from experiments.sweeping import Sweep
from results.effects import paired_effects
from results.measures import MEASURES
from scenarios import load

ORDINARY, PROMOTED, DAYS = 90e6, 100e6, 20
START = datetime.date(2012, 10, 18)
SCENARIO = load("flash-rate")


def no_files(figure, table, folder, name):
    """Stands in for the writing of a figure's files where only the page is looked at."""
    folder.mkdir(parents=True, exist_ok=True)


def made_up_fork(net, pulled=66e6, winners=100, bad_loans=8, minutes=40, past=True, surface=True):
    """Pairs in which net lending differs by `net` (CNY, one a pair) after `pulled` came forward from the next three days."""
    without = [_path(pair, 0.0, 0.0, 0, bad_loans, minutes) for pair in range(len(net))]
    tried = [_path(pair, pulled, value, winners, bad_loans, minutes) for pair, value in enumerate(net)]
    rows = [{"pair": pair, "attention": a, "throughput": t, "minutes": np.inf if a < .5 else 60 / a, "winners": 10_000.0}
            for pair in range(len(net)) for a in (.45, .68, .95) for t in (150.0, 400.0, 1600.0)]
    return SimpleNamespace(scenario=SCENARIO, seed=1, past=_path(99, 0.0, 0.0, 0, bad_loans, minutes) if past else None, without=without,
                           with_tactics=tried, effects=paired_effects(pd.DataFrame([each.summary for each in without]),
                                                                      pd.DataFrame([each.summary for each in tried])),
                           surface=pd.DataFrame(rows) if surface else pd.DataFrame())


def _path(pair, pulled, net, winners, bad_loans, minutes):
    rng = np.random.default_rng(pair)
    daily = pd.DataFrame({name: 1e6 * (1 + rng.random(DAYS)) for name in MEASURES})
    daily["drawn"] = ORDINARY * (1 + .1 * rng.random(DAYS))
    daily["drawn_promoted"] = 0.0
    daily["npl_ratio"], daily["bank_npl_ratio"] = .012, np.nan
    daily["bad_loans_simulated"], daily["ledger_residual"] = float(bad_loans), 0.0
    if winners:
        daily.loc[0, "drawn"] += pulled
        daily.loc[1:3, "drawn"] -= pulled / 3
        daily.loc[10, "drawn"] += net
        daily.loc[0, "drawn_promoted"] = PROMOTED
        daily["interest"] += rng.random(DAYS) * 1e3
    daily.insert(0, "date", [START + datetime.timedelta(days=k) for k in range(DAYS)])
    daily.index.name = "day"
    summary = {name: float({"sum": daily[name].sum, "mean": daily[name].mean}.get(each.over_days, lambda name=name: daily[name].iloc[-1])())
               for name, each in MEASURES.items()}
    amount = int(PROMOTED * 100 / SCENARIO.weight / winners) if winners else 0
    draws = pd.DataFrame({"day": 0, "merchant": np.arange(winners), "minute": 671 + np.arange(winners) * minutes // max(winners, 1),
                          "fen": amount, "kind": 1 + np.arange(winners) % 2, "promoted": 1}).astype(int)
    ordinary = pd.DataFrame({"day": [0, 1], "merchant": [3, 4], "minute": [600, 700], "fen": [800_000, 90_000], "kind": [1, 2],
                             "promoted": 0})
    draws = pd.concat([draws, ordinary], ignore_index=True)
    clients = pd.DataFrame({"line_fen_days": 1e6 * np.arange(200) * DAYS, "drawn_fen": 1e5 * np.arange(200)})
    clients.attrs.update(days=DAYS, loans_closed=100, loan_days=730)
    lent = 9e7 + (net if winners else 0)
    entries = (("merchants", "loan_drawn", lent), ("lenders", "loan_drawn", -lent), ("consumers", "sale", -3e8), ("merchants", "sale", 3e8))
    flows = pd.DataFrame(entries, columns=["sector", "purpose", "cny"]).assign(day=0, instrument="money")
    manifest = {"path_seed": pair, "versions": {"jishi": "0"}, "git": None, "finished": "2026-01-01T00:00:00Z"}
    return SimpleNamespace(scenario=SCENARIO, seed=1, replicate=pair, daily=daily, summary=summary, flows=flows, draws=draws,
                           clients=clients, manifest=manifest)


def made_up_comparison(net, others=("flash-rate",)):
    """The baseline's replicates against those of some scenarios, in which lending differs by `net` (CNY, one a replicate)."""
    fork = made_up_fork(net)
    scenarios = [load(name) for name in ("baseline", *others)]
    paths = [(each.name, path) for each in scenarios for path in (fork.without if each.name == "baseline" else fork.with_tactics)]
    runs = pd.DataFrame([{"scenario": name, "replicate": path.replicate, **path.summary} for name, path in paths])
    daily = pd.concat([path.daily.reset_index().assign(scenario=name, replicate=path.replicate) for name, path in paths],
                      ignore_index=True)
    return Comparison(scenarios, len(net), 7, effects_of(runs, [each.name for each in scenarios]), runs, daily,
                      {"versions": {"jishi": "0"}})


def made_up_sweep(folder, failures=(), **changes):
    """Sales that answer to the commission alone, by -100 a percent point, in worlds that differ by 1000."""
    design = load_design({"name": "made", "replicates": 8, "measures": ["gmv", "commission"], "base": {"days": 12},
                          "factors": [{"path": "goods.commission_share", "values": [.01, .02, .05]},
                                      {"path": "merchants.count", "low": 20, "high": 40, "levels": 3}], **changes})
    luck = np.random.default_rng(3)
    rows = [{"point": p, "replicate": r, **design.overrides[p]} for p in range(design.n_points) for r in range(8)]
    runs = pd.DataFrame(rows).rename_axis("run")
    world = 1e3 * luck.standard_normal(8)
    runs["gmv"] = 1e6 - 1e4 * runs["goods.commission_share"] + world[runs["replicate"]] + 10 * luck.standard_normal(len(runs))
    runs["commission"] = runs["gmv"] * runs["goods.commission_share"]

    class Made(Sweep):
        manifest = {"versions": {"jishi": "0"}}

        def daily(self, point):
            mine = self.runs[self.runs["point"] == point].reset_index()
            days = mine.loc[mine.index.repeat(12), ["run", "replicate", "gmv", "commission"]].assign(day=np.tile(range(12), len(mine)))
            return days.assign(gmv=days["gmv"] / 12 + days["day"], commission=days["commission"] / 12).reset_index(drop=True)

    return Made(design, folder, runs, pd.DataFrame(failures), 8)
