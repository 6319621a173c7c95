"""Survival: what share of customers is still there after so many days, when many of them have not left yet."""

import numpy as np
import pandas as pd
from scipy import stats


def kaplan_meier(days, has_left, confidence: float = .95) -> pd.DataFrame:
    """day, at_risk, left, survival, error, low, high: one row at 0 and one a day on which somebody left.

    days: from the first use until leaving, or until the last day seen; has_left: whether she left; (n,).
    S(t) = prod (1 - d_j / n_j); Greenwood's error S sqrt(sum d_j / (n_j (n_j - d_j))); ends by log(-log S), which stay in [0, 1].
    Source: Kaplan and Meier (1958); Greenwood (1926); Kalbfleisch and Prentice (1980).
    """
    days, has_left = np.asarray(days, float), np.asarray(has_left, bool)
    when, left = np.unique(days[has_left], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), when, side="left")
    survival = np.cumprod(1.0 - left / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.cumsum(left / (at_risk * (at_risk - left)))
        spread = stats.norm.ppf(.5 + confidence / 2) * np.sqrt(total) / np.abs(np.log(survival))
        error = np.where(survival > 0, survival * np.sqrt(total), 0.0)
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    gone = survival == 0
    table = pd.DataFrame({"day": when, "at_risk": at_risk, "left": left, "survival": survival, "error": error,
                          "low": np.where(gone, 0.0, low), "high": np.where(gone, np.nan, high)})
    first = {"day": 0.0, "at_risk": len(days), "left": 0, "survival": 1.0, "error": 0.0, "low": 1.0, "high": 1.0}
    return pd.concat([pd.DataFrame([first]), table], ignore_index=True)


def survival_at(table: pd.DataFrame, day: float) -> tuple[float, float, float]:
    """Share still there after so many days, and its interval, from a table of `kaplan_meier`."""
    row = table[table["day"] <= day].iloc[-1]
    return float(row["survival"]), float(row["low"]), float(row["high"])
