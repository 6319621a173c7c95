"""What one seed says about how much to share: defaults alone or full history, under moral hazard and under selection (L21).

Moral hazard: owners who could pay think about walking away, without account clearing and monitoring, so that lost credit is all they fear.
Selection: how well banks tell who fails, from what each kind of agreement shows them, if a card were fitted to it; nobody walks away.

Choice: the worlds of one comparison share everything but the agreement.  Source: common random numbers.  Alternative: worlds apart.
Reason: the direction then shows in few seeds.
"""

import datetime

import numpy as np

from agents.lending.discrimination import auc
from agents.lending.scorecard import NotFitted, ScorecardSettings, fit_scorecard
from experiments.deterrence import WORLD as OWNERS
from scenarios import load
from sim.model import Market

START = datetime.date(2011, 1, 1)
MODES = ("defaults_only", "full_history")
TEMPTED = {**OWNERS, "loans.account_clearing": False, "days": 300, "distress.temptation_rate": 2.0}
SELECTED = {**OWNERS, "loans.monitoring": True, "distress.strategic_share": 0.0, "days": 560, "distress.trouble_rate": .25}
LOOK_ON, A_YEAR = 180, 365
UNKNOWN = {"distress.detection": 0.0}  # nobody is recognised, so nobody loses credit
ALIKE = {"distress.quality_slope": 0.0, "distress.decline_a_month": 0.0}  # trouble strikes good and bad alike, and does not show


def agreement(kind: str) -> list[dict]:
    """Platform and banks tell each other from the first day."""
    return [{"kind": kind, "start": START, "sharers": ["platform", "banks"], "lenders": ["banks"]}]


def discipline_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of both comparisons; with `nulls` also where the mechanism is off."""
    overrides = overrides or {}
    found = moral_hazard(seed, overrides) | selection(seed, overrides)
    if nulls:
        found |= {f"unknown_{name}": value for name, value in moral_hazard(seed, {**overrides, **UNKNOWN}).items()}
        found |= {f"alike_{name}": value for name, value in selection(seed, {**overrides, **ALIKE}).items()}
    return found


def moral_hazard(seed: int, overrides: dict) -> dict[str, float]:
    """Strategic owners who walked away, percent, by what is shared; what default-only sharing deters beyond full, points."""
    walked = {}
    for name, agreements in {"nothing": [], **{kind: agreement(kind) for kind in MODES}}.items():
        market = Market(load("credit-baseline", {**TEMPTED, **overrides, "agreements": agreements}), seed=seed)
        market.run_days()
        shops = market.merchants
        walked[name] = (shops.walked_on >= 0)[shops.is_strategic]
    return {**{f"walked_{name}_percent": 100 * float(each.mean()) for name, each in walked.items()},
            "defaults_deter_more_points": 100 * float(walked["full_history"].mean() - walked["defaults_only"].mean()),
            "sharing_deters_points": 100 * float(walked["nothing"].mean() - walked["full_history"].mean()),
            "walked_unshared": float(walked["nothing"].sum())}


def selection(seed: int, overrides: dict) -> dict[str, float]:
    """AUC of cards on a bank's file and what is shared, by who fails within a year; fitted on half of the shops, tried on the others."""
    market = Market(load("credit-baseline", {**SELECTED, **overrides, "agreements": agreement("full_history")}), seed=seed)
    market.run_days(LOOK_ON)
    shops = market.merchants
    rows = np.flatnonzero(shops.status == 0)
    seen = market.data_sharing.seen_by(market, len(market.banks) // 2, rows).features()
    own = set(market.data_sharing.bank_file(market, rows).features())
    shown = {"defaults_only": {name: column for name, column in seen.items() if name in own or name.startswith("elsewhere_")},
             "full_history": {name: column for name, column in seen.items() if name != "shared_bad"}}
    market.run_days(A_YEAR)
    is_bad, learns = (shops.status[rows] != 0) | (shops.closed_on[rows] >= LOOK_ON), rows % 2 == 0
    found = {f"auc_{kind}": _auc(columns, is_bad, learns) for kind, columns in shown.items()}
    return found | {"full_tells_more_auc": found["auc_full_history"] - found["auc_defaults_only"],
                    "selection_bads": float(is_bad[~learns].sum())}


def _auc(columns, is_bad, learns) -> float:
    """Of a card on these columns; .5 if none can be fitted."""
    columns = {name: np.asarray(column, float) for name, column in columns.items()}
    card = fit_scorecard({name: column[learns] for name, column in columns.items()}, is_bad[learns], settings=ScorecardSettings())
    if isinstance(card, NotFitted):
        return .5
    return auc(-card.points({name: column[~learns] for name, column in columns.items()}).astype(float), is_bad[~learns])
