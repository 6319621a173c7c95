"""A scorecard: whole points for each bin of each feature; more points are safer.

Weight of evidence of each bin (`binning.py`), a logistic regression on them, and its coefficients in points:

    score = base_points + points_to_double log2(odds / base_odds),   odds = goods to a bad

Choice: the regression is rounded to whole points before it is used.  Source: Siddiqi (2006, chapter 6); DESIGN 6.
Alternative: the regression itself.  Reason: sums of whole points are the same bits on every machine, and can be read.

Choice: a feature whose coefficient turns against its own evidence is dropped.  Source: Siddiqi (2006, chapter 6).
Alternative: keep it.  Reason: with correlated features it would add points for what is risky alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agents.lending.binning import BinnedFeature, BinningSettings, as_column, bin_feature
from sim.core.settings import setting


class ScorecardSettings(BinningSettings):
    """How a scorecard is fitted and written in points."""

    least_of_each_class: int = setting(10, unit="cases", ge=1, le=1_000_000, source="assumption",
                                       meaning="With fewer bads or fewer goods no card is fitted")
    least_information_value: float = setting(.02, unit="information value", ge=0, le=1,
                                             source="Siddiqi (2006, chapter 6): below .02 not predictive")
    l2_penalty: float = setting(1.0, unit="1 / variance of a coefficient", gt=0, le=1e6,
                                source="assumption: scikit-learn's default; 1 is also the coefficient of independent features",
                                meaning="Ridge penalty of the regression on weights of evidence")
    base_points: int = setting(600, unit="points", ge=0, le=10_000, source="Siddiqi (2006, chapter 6)")
    base_odds: float = setting(50.0, unit="goods to a bad at the base points", gt=0, le=1e6, source="Siddiqi (2006, chapter 6)")
    points_to_double: float = setting(20.0, unit="points that double the odds", gt=0, le=1000, source="Siddiqi (2006, chapter 6)")


@dataclass(frozen=True)
class NotFitted:
    """No scorecard came out, and why: one sentence."""

    reason: str


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Points for each bin of each feature.

    start_points: points of an applicant whose features all weigh 0.  features: by name.  points_of_bin: one array of
    whole numbers for each feature, shape (n_bins + 2,), as in `BinnedFeature`.  dropped: features left out, and why.
    """

    start_points: int
    features: tuple[BinnedFeature, ...]
    points_of_bin: tuple[np.ndarray, ...]
    dropped: dict[str, str]
    settings: ScorecardSettings

    def points(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Points of each applicant (n,), int64: a sum of whole numbers.  Raises: ValueError if a feature is not given."""
        absent = [feature.name for feature in self.features if feature.name not in features]
        if absent:
            raise ValueError(f"points: {', '.join(absent)} not given; the card needs {', '.join(self.information_value)}")
        return self.start_points + sum(points[feature.bins.place(features[feature.name])]
                                       for feature, points in zip(self.features, self.points_of_bin))

    def probability(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Probability of bad of each applicant (n,): 1 / (1 + odds) at its points."""
        s = self.settings
        return 1 / (1 + s.base_odds * np.exp2((self.points(features) - s.base_points) / s.points_to_double))

    @property
    def information_value(self) -> dict[str, float]:
        """How much each feature of the card tells by itself."""
        return {feature.name: feature.information_value for feature in self.features}

    def table(self):
        """The card to read: a DataFrame with a row for each bin that has points."""
        import pandas as pd
        rows = []
        for feature, points in zip(self.features, self.points_of_bin):
            labels = [*feature.bins.labels, "missing"]
            rows += [row for row in zip([feature.name] * len(labels), labels, feature.cases, feature.bads, feature.woe, points)
                     if row[2] > 0]
        return pd.DataFrame(rows, columns=["feature", "bin", "cases", "bads", "woe", "points"])


def fit_scorecard(features: Mapping[str, np.ndarray], is_bad, *, settings: ScorecardSettings,
                  weights=None) -> Scorecard | NotFitted:
    """Fit a card to outcomes; data that cannot carry one give `NotFitted`.

    features: columns (n,) of numbers, yes/no or text; NaN, None or empty text where missing; the order of the columns does
    not matter.  is_bad: (n,).  weights: cases each row stands for (n,), 0 or more; 1 if not given.
    Rows in order of id make the same sums, and the regression runs on one thread: the same data give the same bits.
    """
    is_bad = np.asarray(is_bad, dtype=bool)
    weights = np.ones(len(is_bad)) if weights is None else np.asarray(weights, dtype=float)
    if weights.shape != is_bad.shape or not np.all(np.isfinite(weights) & (weights >= 0)):
        raise ValueError(f"weights: shape {weights.shape} beside outcomes of shape {is_bad.shape}; all must be 0 or more")
    n_bads = (weights * is_bad).sum()
    n_goods = weights.sum() - n_bads
    if min(n_bads, n_goods) < settings.least_of_each_class:
        return NotFitted(f"{n_bads:,.6g} bads and {n_goods:,.6g} goods; a card needs at least {settings.least_of_each_class} of each.")
    binned, dropped = _binned(features, is_bad, weights, settings)
    woe = [feature.woe[feature.bins.place(features[feature.name])] for feature in binned]
    while binned:
        intercept, coefficients = _regress(np.column_stack(woe), is_bad, weights, settings.l2_penalty)
        worst = int(np.argmin(coefficients))
        if coefficients[worst] > 0:
            return _in_points(intercept, coefficients, binned, dropped, settings)
        dropped[binned.pop(worst).name] = "beside the others it would count against its own evidence"
        woe.pop(worst)
    return NotFitted(f"None of the {len(features)} features tells bads from goods.")


def _binned(features, is_bad, weights, settings):
    """The features that tell something, in order of name, and those that do not with the reason."""
    binned, dropped = [], {}
    for name in sorted(features):
        column = as_column(features[name])
        if column.shape != is_bad.shape:
            raise ValueError(f"feature {name}: shape {column.shape} beside outcomes of shape {is_bad.shape}; both must be (n,)")
        feature = bin_feature(name, column, is_bad, weights, settings)
        if feature is None:
            dropped[name] = "all cases fall into one bin"
        elif feature.information_value < settings.least_information_value:
            dropped[name] = f"its information value {feature.information_value:.3g} is below {settings.least_information_value:g}"
        else:
            binned.append(feature)
    return binned, dropped


def _regress(woe, is_bad, weights, penalty):
    """Intercept and coefficients of ln(odds of good) on the weights of evidence, ridge-penalised but for the intercept."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits
    with threadpool_limits(1):
        model = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-8, max_iter=100)
        model.fit(woe, ~is_bad, sample_weight=weights)
    return float(model.intercept_[0]), model.coef_[0]


def _in_points(intercept, coefficients, binned, dropped, settings):
    """The card: ln(odds) of each bin times points_to_double / ln 2, rounded to whole points."""
    points_per_log_odds = settings.points_to_double / np.log(2)
    start = settings.base_points + points_per_log_odds * (intercept - np.log(settings.base_odds))
    points = tuple(np.rint(points_per_log_odds * coefficient * feature.woe).astype(np.int64)
                   for coefficient, feature in zip(coefficients, binned))
    return Scorecard(int(np.rint(start)), tuple(binned), points, dropped, settings)
