"""Lifetime value: what a new customer has earned the platform, and what she will, if customers buy and leave as BG/NBD says.

Choice: one BG/NBD for all new customers, their own histories, the mean margin of a payment of their source, three years ahead,
discounted at 10% a year.  Source: Fader, Hardie and Lee (2005); the rate is an assumption.  Alternative: a model a source.  Reason: small
sources have too few repeat customers; a source whose customers buy less shows it in their histories.
The interval is a bootstrap over customers, given the fit; it does not hold what the model gets wrong.
"""

import numpy as np
import pandas as pd

from results.channels import ALL, margin_rates
from results.customer_base import CustomerBase, fit_customer_base
from results.journeys import Journeys, shown_sources
from sim.core.errors import UserError

HORIZON_DAYS, QUARTER = 3 * 365, 365 / 4
DISCOUNT = .10  # a year
MOST_CUSTOMERS = 6_000  # fitted and forecast, evenly spaced by id
LEAST_CUSTOMERS = 30
BOOTSTRAPS = 400
COLUMNS = ["source", "customers", "margin_to_date", "margin_per_payment", "payments_to_date", "payments_ahead", "value_ahead", "ltv", "low",
           "high", "ltv_to_cac"]


def histories(journeys: Journeys) -> pd.DataFrame:
    """source, paid (fen), frequency, recency and observed (days) of every new customer seen for a day at least, indexed by consumer."""
    rows = np.flatnonzero(journeys.is_customer & (journeys.column("first_use_on") < journeys.last_day))
    first, last = (journeys.column(name)[rows].astype(np.int64) for name in ("first_use_on", "last_use_on"))
    return pd.DataFrame({"source": journeys.column("source")[rows], "paid": journeys.paid[rows],
                         "frequency": journeys.column("n_uses")[rows] - 1, "recency": last - first, "observed": journeys.last_day - first},
                        index=pd.Index(rows, name="consumer"))


def value_table(journeys: Journeys, cac: dict[str, float]) -> pd.DataFrame:
    """One row a source and one for all; CNY and payments of the mean customer; COLUMNS.

    value_ahead: margin expected within HORIZON_DAYS, discounted.  low, high: of ltv.  ltv_to_cac: over `cac` by source.  What rests on
    fewer than LEAST_CUSTOMERS, or on too few who bought again, is nan.
    """
    table = histories(journeys)
    table = table.iloc[np.unique(np.linspace(0, len(table) - 1, min(len(table), MOST_CUSTOMERS)).astype(int))] if len(table) else table
    base = _fitted(table)
    share, service = margin_rates(journeys)
    payments = table["frequency"].to_numpy() + 1.0
    earned = (table["paid"].to_numpy() * share - payments * service) / 100
    undiscounted, ahead = _ahead(base, table)
    rows = []
    for name, mine in ((ALL, np.ones(len(table), bool)),
                       *((journeys.names[source], table["source"].to_numpy() == source) for source in shown_sources(journeys))):
        rows.append({"source": name, **_values(earned[mine], payments[mine], undiscounted[mine], ahead[mine], cac.get(name, np.nan))})
    return pd.DataFrame(rows, columns=COLUMNS)


def _fitted(table: pd.DataFrame) -> CustomerBase | None:
    try:
        return fit_customer_base(table["frequency"], table["recency"], table["observed"])
    except UserError:
        return None


def _ahead(base: CustomerBase | None, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Payments expected of each customer within the horizon: as they are, and each quarter's discounted from its middle."""
    if base is None:
        return np.full((2, len(table)), np.nan)
    x, t_x, observed = (table[name].to_numpy(float) for name in ("frequency", "recency", "observed"))
    ends = np.append(np.arange(QUARTER, HORIZON_DAYS, QUARTER), HORIZON_DAYS)
    until = np.array([np.zeros(len(table)), *(base.expected_purchases(end, x, t_x, observed) for end in ends)])
    middle = np.diff(np.append(0.0, ends)) / 2 + np.append(0.0, ends)[:-1]
    return until[-1], (np.diff(until, axis=0) * ((1 + DISCOUNT) ** (-middle / 365))[:, None]).sum(axis=0)


def _values(earned, payments, undiscounted, ahead, cac: float) -> dict:
    if len(earned) < LEAST_CUSTOMERS:
        return {"customers": len(earned), **dict.fromkeys(COLUMNS[2:], np.nan)}
    drawn = np.random.default_rng(len(earned)).multinomial(len(earned), np.full(len(earned), 1 / len(earned)), BOOTSTRAPS)
    sums = drawn @ np.stack((earned, payments, ahead), axis=1) / len(earned)
    again = sums[:, 0] + sums[:, 0] / sums[:, 1] * sums[:, 2]
    margin = earned.sum() / payments.sum()
    value = earned.mean() + margin * ahead.mean()
    low, high = np.quantile(again, (.025, .975)) if np.isfinite(value) else (np.nan, np.nan)
    return {"customers": len(earned), "margin_to_date": earned.mean(), "margin_per_payment": margin, "payments_to_date": payments.mean(),
            "payments_ahead": undiscounted.mean(), "value_ahead": margin * ahead.mean(), "ltv": value, "low": low, "high": high,
            "ltv_to_cac": value / cac if cac > 0 else np.nan}
