"""What one seed says about runs: who runs (L30), where the point lies at which people run, and what insurance does to it.

Four banks of the baseline's kind, of which the smallest loses its loans on the fifth day; customers of the others read of it and see
friends leave.  Deposits are insured up to 3 000 CNY, so that some are insured in full, most in part.  Nulls are the same days with friends
shuffled, or the same worlds in which relation, loans and insurance mean nothing, or nobody reads.
"""

import datetime

import numpy as np

from agents import panic
from scenarios import load
from sim.contagion.panic import rochet_vives
from sim.core.random import Stream, stream_key, uniforms_of
from sim.model import Market

WORLD = {"consumers.count": 20_000, "merchants.count": 200, "weight": 500.0, "days": 25, "banks.count": 4, "banks.large": 1,
         "banks.micro_specialist": 0, "panic.cost_of_leaving": .5, "panic.failure_news": .06,
         "networks.interbank.mean_degree": 2.0, "bank_sheets.is_kept": True,
         "channels": [{"kind": kind} for kind in ("fire_sale", "funding_withdrawal", "panic")]}  # no loans between banks: those would
DAY = 5  # end the healthy ones with the first, and who is left runs from nobody
FAILS = [{"kind": "bank_failure", "start": datetime.date(2012, 1, 1) + datetime.timedelta(days=DAY), "bank": 3, "size": .5}]
COVER_CNY = 3_000.0
MEANINGLESS = {"panic.relation_dampens": 0.0, "panic.loan_dampens": 0.0, "rescue.insurance_cover_cny": 0.0}
UNREAD = {"panic.failure_reach": 0.0}
EXACT = {"panic.friends_weight": 0.0, "panic.error": .001}
COVERS_CNY = (0.0, 3_000.0, 10_000.0)
NAMES = ("friends", "relation", "loan", "insured")


class PersonDays:
    """An observer: each depositor of the three healthy banks on each day after the failure: what she sees, and whether she leaves."""

    def __init__(self):
        self.rows, self.left = [], None

    def __call__(self, m) -> None:
        house, n = m.panic.houses[0], len(m.consumers)
        left = m.depositors.left_on[:n] >= 0
        before, self.left = (np.zeros(n, bool) if self.left is None else self.left), left.copy()
        if m.day <= DAY:
            return
        bank = np.where(left, m.depositors.left_house[:n], m.consumers.home_bank)
        ids = np.flatnonzero(~before & (bank != 3) & (m.consumers.deposit > 0))
        friends = panic.share_who_left(m.social, ids, bank.astype(np.int64), m.consumers.deposit > 0, before)
        key, s = stream_key(m.world_seed, Stream.DEPOSITOR_BIRTH), m.settings.panic
        years = -s.relation_years * np.log(uniforms_of(key, ids, 2 * house.number))
        loan = uniforms_of(key, ids, 2 * house.number + 1) < s.loan_share
        insured = np.minimum(100 * COVER_CNY, m.consumers.deposit[ids]) / m.consumers.deposit[ids]
        self.rows.append(np.column_stack((friends, years, loan, insured, bank[ids] == 1, bank[ids] == 2, left[ids])))

    def signs(self, luck: int) -> dict[str, float]:
        """Coefficients of a logistic regression of leaving today, banks and days apart, in standard errors; and how many left.

        Days on which nobody left say nothing.  shuffled_friends_z: with the shares of friends shuffled within each day.
        """
        days = [rows for rows in self.rows if 0 < rows[:, -1].sum() < len(rows)]
        if not days:
            return {f"{name}_z": 0.0 for name in (*NAMES, "shuffled_friends")} | {"runners": 0.0}
        table = np.concatenate(days)
        day = np.repeat(np.arange(len(days)), [len(rows) for rows in days])
        apart = (day[:, None] == np.arange(1, len(days))).astype(float)
        shuffle = np.random.default_rng(luck)  # a test of the method, no part of the market
        other = np.concatenate([shuffle.permutation(rows[:, 0]) for rows in days])
        z = logit_z(np.column_stack((table[:, :-1], apart)), table[:, -1])
        null = logit_z(np.column_stack((other, table[:, 1:-1], apart)), table[:, -1])
        found = {f"{name}_z": float(value) for name, value in zip(NAMES, z)} | {"shuffled_friends_z": float(null[0])}
        return found | {"runners": float(table[:, -1].sum())}


def logit_z(x, y) -> np.ndarray:
    """Coefficient over standard error of each column of `x` in a logistic regression of `y` with a constant; 0 if nobody does it."""
    if not 0 < y.sum() < len(y):
        return np.zeros(x.shape[1])
    spread = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    x = np.column_stack((np.ones(len(x)), (x - x.mean(axis=0)) / spread))
    beta, tiny = np.zeros(x.shape[1]), 1e-6 * np.eye(x.shape[1])
    beta[0] = np.log(y.mean() / (1 - y.mean()))
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30, 30)))
        information = x.T @ (x * (p * (1 - p))[:, None]) + tiny
        step = np.linalg.solve(information, x.T @ (y - p))
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return (beta / np.sqrt(np.diag(np.linalg.inv(information))))[1:]


def after_a_failure(seed: int, overrides: dict) -> dict[str, float]:
    """Who ran after the failure of the smallest bank, in one world."""
    days = PersonDays()
    market = Market(load("baseline", {**WORLD, "shocks": FAILS, "rescue.insurance_cover_cny": COVER_CNY, **overrides}), seed=seed,
                    observers=[days])
    market.run_days()
    healthy = market.depositors.left_house[:len(market.consumers)] != 3
    ran = (market.depositors.left_on[:len(market.consumers)] >= 0) & healthy
    return days.signs(seed) | {"ran_percent": 100 * float(ran.mean()), "banks_failed": float((market.sheets.failed_on >= 0).sum())}


def run_points(seed: int, overrides: dict) -> dict[str, float]:
    """News at which half of those run who are not insured in full, by what is insured, beside 1 - R* of Rochet and Vives (2004), percent.

    At the largest bank, friends not seen.  The library is told of cash, other assets, and the share of debts that may leave.
    """
    found = {}
    for cover in COVERS_CNY:
        m = Market(load("baseline", {**WORLD, **overrides, **EXACT, "rescue.insurance_cover_cny": cover}),
                   seed=seed)
        m.run_days(1)
        house, c = m.panic.houses[0], m.consumers
        ids = np.flatnonzero((c.home_bank == 0) & (c.deposit > 0))
        gamma = panic.costs_of_leaving(m, house, ids)
        goes = ids[gamma < 1]
        low, high = 0.0, 1.0
        for _ in range(20):
            middle = .5 * (low + high)
            m.depositors.heard[goes] = middle
            low, high = (low, middle) if panic.leaves(m, house, goes).mean() >= .5 else (middle, high)
        cash, other, owed = panic.strength(m, house, 0)
        leaving = float((c.deposit[ids] * np.maximum(1 - gamma, 0)).sum()) / owed
        theory = 1.0 - rochet_vives(other / owed, cash / owed, m.settings.panic.fire_sale_cost, min(1 - leaving, 1 - 1e-12)).R_star
        name = f"{cover / 1e3:g}k"
        found |= {f"run_point_{name}": 100 * high, f"run_point_theory_{name}": 100 * theory}
    found["run_point_error"] = max(abs(found[f"run_point_{c / 1e3:g}k"] - found[f"run_point_theory_{c / 1e3:g}k"]) for c in COVERS_CNY)
    found["uninsured_run_point_error"] = abs(found["run_point_10k"] - found["run_point_theory_0k"])  # as if insurance meant nothing
    found["run_point_shift"] = found["run_point_10k"] - found["run_point_0k"]
    return found


def panic_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of runs for one seed; with `nulls` also of the worlds without the mechanism behind each."""
    overrides = overrides or {}
    found = after_a_failure(seed, overrides) | run_points(seed, overrides)
    uninsured = after_a_failure(seed, {**overrides, "rescue.insurance_cover_cny": 0.0})
    insured = after_a_failure(seed, {**overrides, "rescue.insurance_cover_cny": 1e9})
    found |= {"uninsured_ran_percent": uninsured["ran_percent"], "insured_ran_percent": insured["ran_percent"],
              "ran_less_insured_percent": uninsured["ran_percent"] - found["ran_percent"]}
    if nulls:
        meaningless = after_a_failure(seed, {**overrides, **MEANINGLESS})
        found |= {f"meaningless_{number}": value for number, value in meaningless.items()}
        unread = [after_a_failure(seed, {**overrides, **UNREAD, "rescue.insurance_cover_cny": cover})["ran_percent"]
                  for cover in (0.0, COVER_CNY)]
        found["unread_ran_less_insured_percent"] = unread[0] - unread[1]
    return found
