"""What one seed says about price, selection and effort: a randomised trial of the rate, and the nulls, on common random numbers.

A charge-off is more than 90 days past due by the end of the run, about a year after the decision.
"""

import numpy as np

from agents.merchant import TAKES
from agents.owner import fail_prob
from scenarios import load
from sim.model import Market

TRIAL = "rate-trial"
MAILING = {"merchants.count": 30_000, "consumers.count": 150_000, "weight": 6.95, "days": 45}  # who takes which offer is known by then
BLIND_TO_PRICE = {"owners.rate_slope": 0.0}
SURPRISED = {"tactics.rate_trial.surprise_share": 1.0}  # whoever took the dear offer is charged the cheap price
CERTAIN = 1e-9  # a Newton step smaller than this ends the fit


def trial_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of the trial for one seed.

    Who takes an offer is asked in a wide world for a few weeks, what becomes of the loans in the scenario's own for a year.
    With `nulls` also where owners do not look at the price, and where takers of the dear offer are charged the cheap price:
    what is left of the slope there is whom the offers drew, and the defaults of the dear offers that are gone are those of
    effort, honesty and burden (L05; Karlan and Zinman 2009); the takers of cheap offers, charged the same in both, are its placebo.
    """
    overrides = overrides or {}
    found = _take_up(overrides, seed) | _charge_offs(overrides, seed)
    if nulls:
        blind, surprised = _take_up({**overrides, **BLIND_TO_PRICE}, seed), _charge_offs({**overrides, **SURPRISED}, seed)
        found |= {f"blind_{name}": value for name, value in blind.items()}
        found |= {f"surprised_{name}": value for name, value in surprised.items()}
        for arm in ("dear", "cheap"):
            found[f"{arm}_asymmetric_percent"] = 100 * (1 - surprised[f"{arm}_charge_off_percent"] / found[f"{arm}_charge_off_percent"])
    return found


def _take_up(overrides, seed):
    return take_up(lived(load(TRIAL, {**overrides, **MAILING}), seed))


def _charge_offs(overrides, seed):
    return charge_offs(lived(load(TRIAL, overrides), seed))


class Offers:
    """An observer of `Market`: every shop in a trial on the day it decides, with what only its owner knew."""

    def __init__(self):
        self.rows, self.risk, self.score = [], [], []

    def __call__(self, m) -> None:
        shops = m.merchants
        rows = np.flatnonzero((shops.decided_on == m.day) & (shops.trial > 0))
        self.rows.append(rows)
        self.risk.append(fail_prob(m, rows))
        self.score.append(shops.score[rows].copy())

    def table(self, m) -> dict[str, np.ndarray]:
        """One row an offer: points offered and charged above the list rate, taken, charged off, risk, score."""
        rows, shops = np.concatenate(self.rows), m.merchants
        return {"offered": shops.offered_offset[rows], "charged": shops.rate_offset[rows], "taken": shops.credit_choice[rows] == TAKES,
                "charged_off": shops.bad_on[rows] >= 0, "risk": np.concatenate(self.risk), "score": np.concatenate(self.score)}


def lived(scenario, seed: int) -> dict[str, np.ndarray]:
    """The offers of a trial (as `Offers.table`) when its run is over."""
    offers = Offers()
    market = Market(scenario, seed=seed, observers=[offers])
    market.run_days()
    return offers.table(market)


def take_up(offers: dict[str, np.ndarray]) -> dict[str, float]:
    """Take-up by arm, its slope in the rate, and how much worse than all who were offered it are the takers of the dear one (L06)."""
    taken, is_dear = offers["taken"], offers["offered"] > 0
    found = {"offers": float(len(taken))}
    found["take_up_slope"], found["take_up_slope_se"] = logit_slope(offers["offered"], taken)
    worse = {}
    for name, arm in (("dear", is_dear), ("cheap", ~is_dear)):
        found[f"{name}_take_up_percent"] = 100 * float(taken[arm].mean())
        worse[name] = [float(offers[what][arm & taken].mean() - offers[what][arm].mean()) for what in ("risk", "score")]
    found["hidden_risk_points"] = 100 * (worse["dear"][0] - worse["cheap"][0])
    found["score_points"] = 100 * (worse["dear"][1] - worse["cheap"][1])
    return found


def charge_offs(offers: dict[str, np.ndarray]) -> dict[str, float]:
    """Charge-offs of the takers by arm and their slope in the rate offered."""
    taken, is_dear = offers["taken"], offers["offered"] > 0
    slope, error = line_slope(offers["offered"][taken], offers["charged_off"][taken])
    found = {"charge_off_slope": 100 * slope, "charge_off_slope_se": 100 * error,
             "charge_offs": float(offers["charged_off"][taken].sum())}
    for name, arm in (("dear", is_dear), ("cheap", ~is_dear)):
        found[f"{name}_charge_off_percent"] = 100 * float(offers["charged_off"][arm & taken].mean())
    return found


def logit_slope(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(slope, standard error) of P(y) = logistic(a + slope x), by Newton's method; nan if y is all one or all zero."""
    if y.all() or not y.any():
        return np.nan, np.nan
    table, coefficients = np.column_stack((np.ones(len(x)), x)), np.zeros(2)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-table @ coefficients))
        information = table.T @ (table * (p * (1.0 - p))[:, None])
        step = np.linalg.solve(information, table.T @ (y - p))
        coefficients += step
        if np.abs(step).max() < CERTAIN:
            break
    return float(coefficients[1]), float(np.sqrt(np.linalg.inv(information)[1, 1]))


def line_slope(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(slope, standard error) of y = a + slope x by least squares; the error allows for unequal variances (White 1980)."""
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    left = y - y.mean() - slope * away
    return slope, float(np.sqrt((away ** 2) @ (left ** 2)) / (away @ away))
