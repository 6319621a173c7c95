"""Effects: what a scenario changes, from paired paths on common random numbers, each with an honest interval."""

import numpy as np
import pandas as pd
from scipy import stats


def mean_interval(values, confidence: float = .95) -> tuple[float, float, float]:
    """Mean and the ends of its Student-t interval; the ends are NaN below two values.  Source: Student (1908)."""
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    n = len(values)
    if n == 0:
        return np.nan, np.nan, np.nan
    mean = float(values.mean())
    if n < 2:
        return mean, np.nan, np.nan
    half = float(stats.t.ppf(.5 + confidence / 2, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def paired_effects(baseline: pd.DataFrame, scenario: pd.DataFrame, confidence: float = .95) -> pd.DataFrame:
    """Differences scenario - baseline, pair by pair.

    baseline, scenario: one row a pair, one column a measure.  Returns measure, baseline, scenario, difference, low, high,
    n and variance_ratio (variance of an unpaired comparison over that of the pairs: what common random numbers saved).
    """
    rows = []
    for name in scenario.columns:
        a, b = baseline[name].to_numpy(float), scenario[name].to_numpy(float)
        keep = ~(np.isnan(a) | np.isnan(b))
        a, b = a[keep], b[keep]
        difference, low, high = mean_interval(b - a, confidence)
        unpaired = a.var(ddof=1) + b.var(ddof=1) if len(a) > 1 else np.nan
        paired = (b - a).var(ddof=1) if len(a) > 1 else np.nan
        rows.append({"measure": name, "baseline": a.mean() if len(a) else np.nan, "scenario": b.mean() if len(b) else np.nan,
                     "difference": difference, "low": low, "high": high, "n": len(a),
                     "variance_ratio": unpaired / paired if paired else np.nan})
    return pd.DataFrame(rows)


def pairs_needed(low: float, high: float, n: int, effect: float, power: float = .8, confidence: float = .95) -> float:
    """Pairs that would detect `effect` with this power, from the interval that n pairs gave; infinity if none would.

    n = ((t_confidence + t_power) sd / effect)^2 with n - 1 degrees of freedom.  Source: Student (1908); Cohen (1988).
    """
    if n < 2 or not np.isfinite(high - low) or not np.isfinite(effect) or effect == 0:
        return np.inf
    spread = (high - low) / 2 / stats.t.ppf(.5 + confidence / 2, n - 1) * np.sqrt(n)
    if spread == 0:
        return 2.0

    def detects(pairs: int) -> bool:
        t = stats.t.ppf(.5 + confidence / 2, pairs - 1) + stats.t.ppf(power, pairs - 1)
        return np.sqrt(pairs) * abs(effect) >= t * spread

    most = 2
    while not detects(most):
        most *= 2
        if most > 1e9:
            return np.inf
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if detects(middle) else (middle, most)
    return float(most)
