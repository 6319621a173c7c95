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


def is_sure(low: float, high: float) -> bool:
    """True if an interval leaves out 0."""
    return bool(low > 0 or high < 0)


def count_interval(events: float, confidence: float = .95) -> tuple[float, float]:
    """Ends of the interval of a mean of which so many events were seen: exact for a Poisson count.  Source: Garwood (1936)."""
    tail = (1 - confidence) / 2
    low = float(stats.chi2.ppf(tail, 2 * events)) / 2 if events > 0 else 0.0
    return low, float(stats.chi2.ppf(1 - tail, 2 * events + 2)) / 2


def rate_interval(events: float, trials: float, confidence: float = .95) -> tuple[float, float, float]:
    """events / trials and the ends of its interval; NaN without trials.  Source: Wilson (1927)."""
    if trials <= 0:
        return np.nan, np.nan, np.nan
    z, rate = float(stats.norm.ppf(.5 + confidence / 2)), events / trials
    middle, reach = rate + z * z / (2 * trials), z * np.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    return rate, float(max(middle - reach, 0) / (1 + z * z / trials)), float(min((middle + reach) / (1 + z * z / trials), 1))


def median_interval(values, confidence: float = .95) -> tuple[float, float, float]:
    """Median and the ends of its interval; unknown values are left out; the ends are NaN below two values.

    From six values on the ends are order statistics x_(k) and x_(n+1-k), with the largest k for which P(Bin(n, 1/2) < k) <= .025:
    right whatever the distribution.  Below six no such interval has 95%; the ends are then Student's, which takes the values for
    normal.  Source: Conover (1999), 3.2; Student (1908).
    """
    values = np.asarray(values, float)
    values = np.sort(values[~np.isnan(values)])
    n = len(values)
    if n == 0:
        return np.nan, np.nan, np.nan
    k = int(stats.binom.ppf((1 - confidence) / 2, n, .5))  # P(B < k) is at most that, P(B <= k) more
    ends = (values[k - 1], values[n - k]) if k >= 1 else mean_interval(values, confidence)[1:]
    return float(np.median(values)), float(ends[0]), float(ends[1])


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


def ratio_interval(top, bottom, confidence: float = .95, resamples: int = 4000) -> tuple[float, float, float]:
    """Ratio of the means of pairs, and the ends of its percentile bootstrap interval: pairs are resampled, both sides together.

    The ends are NaN below three pairs, and where one resample in 200 has a mean below of the other sign, or 0: then any ratio is possible.
    Source: Efron and Tibshirani (1993).
    """
    top, bottom = np.asarray(top, float), np.asarray(bottom, float)
    keep = ~(np.isnan(top) | np.isnan(bottom))
    top, bottom, n = top[keep], bottom[keep], int(keep.sum())
    if n == 0 or bottom.mean() == 0:
        return np.nan, np.nan, np.nan
    ratio = float(top.mean() / bottom.mean())
    if n < 3:
        return ratio, np.nan, np.nan
    which = np.random.Generator(np.random.PCG64(n)).integers(0, n, (resamples, n))  # the same for the same number of pairs
    below = bottom[which].mean(axis=1)
    if (np.sign(below) != np.sign(bottom.mean())).mean() > .005:
        return ratio, np.nan, np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.nanquantile(top[which].mean(axis=1) / below, (.5 - confidence / 2, .5 + confidence / 2))
    return ratio, float(low), float(high)


def relative_half_width(values, confidence: float = .95) -> float:
    """Half the interval of the mean over the mean's size; infinity below two values or at a mean of 0."""
    mean, low, high = mean_interval(values, confidence)
    if not np.isfinite(high - low):
        return np.inf
    return 0.0 if high == low else (high - low) / 2 / abs(mean) if mean else np.inf


def holm(p_values) -> np.ndarray:
    """p-values corrected for their number: the chance of one false finding among all stays below the level.

    Of n, the i-th smallest is multiplied by n - i + 1, and none is less than the one before.  Unknown ones are not counted.
    Source: Holm (1979).
    """
    p = np.asarray(p_values, float)
    corrected, known = np.full(p.shape, np.nan), np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors)) if len(order) else []
    return corrected


def table_of_worlds(runs: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One row a point, one column a replicate: the same column is the same world; a run that failed is missing."""
    return runs.pivot(index="point", columns="replicate", values=measure)


def point_means(runs: pd.DataFrame, measures, confidence: float = .95) -> pd.DataFrame:
    """point, measure, mean, low, high, n: the mean of every point, with its Student-t interval."""
    parts = []
    for name in measures:
        worlds = table_of_worlds(runs, name)
        parts.append(pd.DataFrame({"point": worlds.index, "measure": name, **_intervals(worlds.to_numpy(float), confidence)}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def point_effects(runs: pd.DataFrame, measures, against: int = 0, confidence: float = .95) -> pd.DataFrame:
    """Differences of every point from the point `against`, world by world.

    Returns point, measure, mean (the difference), low, high, n, p (two-sided paired t), p_holm (corrected over the whole
    table) and variance_ratio (variance of an unpaired comparison over that of the pairs).
    """
    parts = []
    for name in measures:
        worlds = table_of_worlds(runs, name)
        if against not in worlds.index:
            continue
        base, others = worlds.loc[against].to_numpy(float), worlds.drop(index=against)
        values = others.to_numpy(float)
        difference = values - base
        found = _intervals(difference, confidence)
        pairs = ~np.isnan(difference)
        unpaired = _variance(np.where(pairs, values, np.nan)) + _variance(np.where(pairs, base, np.nan))
        paired = _variance(difference)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(found["mean"]) / np.sqrt(paired / found["n"])
            p = np.where(np.isnan(t), np.nan, 2 * stats.t.sf(t, np.maximum(found["n"] - 1, 1)))
            ratio = np.where(paired > 0, unpaired / paired, np.nan)
        parts.append(pd.DataFrame({"point": others.index, "measure": name, **found, "p": p, "variance_ratio": ratio}))
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    table.insert(len(table.columns) - 1, "p_holm", holm(table["p"]))
    return table


def response(runs: pd.DataFrame, factor: str, measure: str, levels: int = 8, confidence: float = .95) -> pd.DataFrame:
    """How a measure answers to one factor, the others averaged over: value, mean, low, high, n worlds.

    from_first, from_first_low, from_first_high: the difference from the first value, world by world.
    A factor with more values than `levels` is cut into groups of equal size, each named by its mean.  The mean is first
    taken over points within a world, then over worlds: points of one world share their luck and are not independent.
    """
    table = runs[["replicate", factor, measure]].copy()
    if pd.api.types.is_numeric_dtype(table[factor]) and table[factor].nunique() > levels:
        groups = pd.qcut(table[factor], levels, duplicates="drop")
        table[factor] = table.groupby(groups, observed=True)[factor].transform("mean")
    worlds = table.groupby([factor, "replicate"], observed=True)[measure].mean().unstack("replicate")
    values = worlds.to_numpy(float)
    away = _intervals(values - values[0], confidence)
    return pd.DataFrame({"value": worlds.index, **_intervals(values, confidence), "from_first": away["mean"],
                         "from_first_low": away["low"], "from_first_high": away["high"]})


def fan(daily: pd.DataFrame, measure: str, against: pd.DataFrame | None = None, shares=(.05, .25, .5, .75, .95)) -> pd.DataFrame:
    """Quantiles over worlds for every day: one row a day, one column a share.

    daily: columns day, replicate and the measure.  against: days of the same kind; then of the differences from them, world
    by world.  A world in which the measure is not known on a day is left out of that day.
    """
    worlds = daily.pivot(index="day", columns="replicate", values=measure)
    if against is not None:
        worlds = worlds - against.pivot(index="day", columns="replicate", values=measure)
    table = worlds.quantile(list(shares), axis=1).T
    table.columns = [f"q{round(100 * share):02d}" for share in shares]
    return table


def _intervals(values: np.ndarray, confidence: float) -> dict[str, np.ndarray]:
    """mean, low, high, n of every row; unknown values are left out."""
    n = (~np.isnan(values)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=1) / n, np.nan)
        half = stats.t.ppf(.5 + confidence / 2, np.maximum(n - 1, 1)) * np.sqrt(_variance(values) / n)
    half = np.where(n > 1, half, np.nan)
    return {"mean": mean, "low": mean - half, "high": mean + half, "n": n}


def _variance(values: np.ndarray) -> np.ndarray:
    """Variance of every row, NaN below two values."""
    n = (~np.isnan(values)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = values - (np.nansum(values, axis=1) / n)[:, None]
        return np.where(n > 1, np.nansum(centred**2, axis=1) / (n - 1), np.nan)
