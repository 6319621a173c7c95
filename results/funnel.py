"""The funnel and the cohorts: who stands where, who goes on within how many days and why, who still pays after how many months."""

import numpy as np
import pandas as pd

from agents.customer import REASONS, STAGES
from results.effects import rate_interval
from results.journeys import RETURN_DAYS, STEPS, Journeys
from results.survival import kaplan_meier

WITHIN_DAYS = (30, 90)
EVERYBODY = "all"


def funnel_table(journeys: Journeys) -> pd.DataFrame:
    """date (last day of each month), stage, consumers at real scale."""
    weight = journeys.market.scenario.weight
    rows = [{"date": date, "stage": name, "consumers": stages[k] * weight} for date, stages, _ in journeys.months
            for k, name in enumerate(STAGES)]
    return pd.DataFrame(rows, columns=["date", "stage", "consumers"])


def step_table(journeys: Journeys) -> pd.DataFrame:
    """step_from, step_to, within_days, entered, went_on, rate, low, high, median_days.

    Of those who took a step in the run and were seen for so many days after it, who took the next; entered and went_on are simulated
    consumers; the interval is Wilson's.  Two steps of one day count.  median_days: of those who went on.
    """
    rows = []
    for step in range(len(STEPS) - 1):
        for days in WITHIN_DAYS:
            entered, went_on, median = step_counts(journeys.taken_on[step], journeys.taken_on[step + 1], journeys.last_day, days)
            rate, low, high = rate_interval(went_on, entered)
            rows.append({"step_from": STAGES[STEPS[step]], "step_to": STAGES[STEPS[step + 1]], "within_days": days, "entered": entered,
                         "went_on": went_on, "rate": rate, "low": low, "high": high, "median_days": median})
    return pd.DataFrame(rows)


def step_counts(entered_on: np.ndarray, next_on: np.ndarray, last_day: int, within: int) -> tuple[int, int, float]:
    """(who entered early enough to be seen for `within` days, of them who took the next step by then, median of their days).

    Days are -1 for never and -2 for before the first day; who had taken the next step before is not in question.
    """
    counted = (entered_on >= 0) & (entered_on.astype(np.int64) + within <= last_day) & (next_on != -2)
    wait = next_on[counted].astype(np.int64) - entered_on[counted]
    on = (next_on[counted] >= 0) & (wait <= within)
    return int(counted.sum()), int(on.sum()), float(np.median(wait[on])) if on.any() else np.nan


def move_table(journeys: Journeys) -> pd.DataFrame:
    """month, stage entered, reason, consumers at real scale; the last move of a day counts."""
    weight = journeys.market.scenario.weight
    rows = [{"month": month, "stage": STAGES[stage], "reason": REASONS[reason], "consumers": counts[stage, reason] * weight}
            for month, counts in journeys.moves for stage, reason in np.argwhere(counts)]
    return pd.DataFrame(rows, columns=["month", "stage", "reason", "consumers"])


def retention_table(journeys: Journeys) -> pd.DataFrame:
    """cohort (month of the first use), source, month (0 is that of the first use), customers, active, share, low, high.

    customers and active are simulated; active: paid at the platform in that calendar month.  Source "all" is everybody.
    """
    first = np.datetime64(journeys.market.scenario.start) + journeys.first_day
    rows = []
    for date, _, found in journeys.months:
        if found is None:
            continue
        now = int(journeys.month_of((date - journeys.market.scenario.start).days))
        for cohort in range(found.shape[1]):
            named = [(EVERYBODY, found[:, cohort].sum(axis=1)), *((name, found[:, cohort, k]) for k, name in enumerate(journeys.names))]
            for name, (customers, active) in named:
                if customers:
                    share, low, high = rate_interval(active, customers)
                    month = (first.astype("datetime64[M]") + cohort).astype("datetime64[D]").item()
                    rows.append({"cohort": month, "source": name, "month": now - cohort, "customers": int(customers), "active": int(active),
                                 "share": share, "low": low, "high": high})
    return pd.DataFrame(rows, columns=["cohort", "source", "month", "customers", "active", "share", "low", "high"])


def day_retention_table(journeys: Journeys) -> pd.DataFrame:
    """source, days, customers, returned, share, low, high: new customers who paid again on the very day so many days later (M22)."""
    rows = np.flatnonzero(journeys.is_customer)
    source, age = journeys.column("source")[rows], journeys.last_day - journeys.column("first_use_on")[rows]
    found = []
    for k, days in enumerate(RETURN_DAYS):
        seen = np.bincount(source[age >= days], minlength=len(journeys.names))
        for name, customers, returned in ((EVERYBODY, seen.sum(), journeys.returned[k].sum()),
                                          *zip(journeys.names, seen, journeys.returned[k])):
            if customers:
                share, low, high = rate_interval(returned, customers)
                found.append({"source": name, "days": days, "customers": int(customers), "returned": int(returned), "share": share,
                              "low": low, "high": high})
    return pd.DataFrame(found, columns=["source", "days", "customers", "returned", "share", "low", "high"])


def lifetimes(journeys: Journeys) -> pd.DataFrame:
    """source, days and has_left of every new customer: from the first use until she left for good, or until the last day."""
    rows = np.flatnonzero(journeys.is_customer)
    left = journeys.left_on[rows].astype(np.int64)
    end = np.where(left >= 0, left, journeys.last_day)
    return pd.DataFrame({"source": np.array(journeys.names)[journeys.column("source")[rows]],
                         "days": end - journeys.column("first_use_on")[rows], "has_left": left >= 0})


def survival_table(journeys: Journeys) -> pd.DataFrame:
    """source and the columns of `kaplan_meier`: days from the first use until a customer leaves for good; "all" is everybody."""
    lived = lifetimes(journeys)
    groups = [(EVERYBODY, lived), *((name, each) for name, each in lived.groupby("source", sort=False))]
    parts = [kaplan_meier(each["days"], each["has_left"]).assign(source=name) for name, each in groups if len(each)]
    table = pd.concat(parts, ignore_index=True) if parts else kaplan_meier([], []).iloc[:0].assign(source="")
    return table[["source", *(name for name in table.columns if name != "source")]]
