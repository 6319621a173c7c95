"""Bins and their weight of evidence: how one feature of an application becomes a few weights.

WoE_b = ln((goods_b / goods) / (bads_b / bads)): above 0 the bin is safer than the average case, below 0 riskier.

Choice: quantile bins, joined until the bad rate only rises or only falls.  Source: Siddiqi (2006, chapter 6); Barlow et al.
(1972) for pooling adjacent violators.  Alternative: the finest bins that pass a test.  Reason: a trend that reverses is
noise more often than news in the few hundred bads of a young lender, and a refused applicant can be told the direction.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.settings import Settings, setting


class BinningSettings(Settings):
    """How a feature is cut into bins."""

    n_first_bins: int = setting(20, unit="bins", ge=2, le=1000, source="Siddiqi (2006, chapter 6): fine classing",
                                meaning="Quantile bins of a number before neighbours are joined")
    least_bin_share: float = setting(.02, unit="share of cases", ge=0, le=.5,
                                     source="assumption: below the 5% of Siddiqi (2006), because arrears are rare and telling",
                                     meaning="Smaller bins of a number join a neighbour, rarer values join one another")
    most_values: int = setting(12, unit="values", ge=2, le=1000, source="assumption",
                               meaning="A feature of whole numbers with at most so many values gets a bin for each")
    smoothing_cases: float = setting(20, unit="cases", gt=0, le=10_000,
                                     source="Cestnik (1990): m-estimate; half a bad where one case in forty is bad",
                                     meaning="Average cases that are added to each bin, so that small bins weigh little")
    is_monotone: bool = setting(True, unit="yes/no", source="Siddiqi (2006, chapter 6): logical trend",
                                meaning="Join bins of a number until its bad rate only rises or only falls")


@dataclass(frozen=True, eq=False)
class NumberBins:
    """Bins of a number between edges; a number that equals an edge is in the lower bin.  edges: (n_bins - 1,), rising."""

    edges: np.ndarray

    @property
    def labels(self) -> list[str]:
        """The bins in words."""
        edges = [f"{edge:,.6g}" for edge in self.edges]
        if not edges:
            return ["any"]
        return [f"up to {edges[0]}", *(f"{low} to {high}" for low, high in zip(edges, edges[1:])), f"above {edges[-1]}"]

    def place(self, values) -> np.ndarray:
        """Bin of each row (n,); `len(labels)` where the number is missing."""
        column = as_column(values, is_text=False)
        return np.where(np.isnan(column), len(self.edges) + 1, np.searchsorted(self.edges, column))


@dataclass(frozen=True, eq=False)
class ValueBins:
    """A bin for each frequent value, then one for the rare ones together.

    values: (n_values,), rising.  bin_of_value: (n_values,).  labels: (n_bins,).
    """

    values: np.ndarray
    bin_of_value: np.ndarray
    labels: list[str]

    def place(self, values) -> np.ndarray:
        """Bin of each row (n,); `len(labels)` where the value is missing, one more where it was never seen.

        Numbers beyond the ends count as the lowest or the highest that was seen.
        """
        is_text = self.values.dtype.kind == "U"
        column = as_column(values, is_text)
        if not is_text:
            column = np.clip(column, self.values[0], self.values[-1])
        at = np.minimum(np.searchsorted(self.values, column), len(self.values) - 1)
        seen = np.where(self.values[at] == column, self.bin_of_value[at], len(self.labels) + 1)
        return np.where(is_missing(column), len(self.labels), seen)


@dataclass(frozen=True, eq=False)
class BinnedFeature:
    """A feature in bins; the arrays have a place for each bin, then one for missing and one for never seen.

    cases, bads: weighted counts (n_bins + 2,).  woe: weight of evidence (n_bins + 2,), 0 where there were no cases.
    """

    name: str
    bins: NumberBins | ValueBins
    cases: np.ndarray
    bads: np.ndarray
    woe: np.ndarray

    @property
    def information_value(self) -> float:
        """How much the feature tells by itself."""
        return information_value(self.cases, self.bads, self.woe)


def bin_feature(name: str, column, is_bad, weights, settings: BinningSettings) -> BinnedFeature | None:
    """The bins of a column and their weights of evidence; None if all cases fall into one bin.

    column: as `as_column` gives it.  is_bad, weights: (n,), with some of both classes.
    """
    bins = _cut(column, is_bad, weights, settings)
    if bins is None:
        return None
    cases, bads = _tally(bins.place(column), len(bins.labels) + 2, is_bad, weights)
    if np.count_nonzero(cases) < 2:
        return None
    return BinnedFeature(name, bins, cases, bads, weight_of_evidence(cases, bads, settings.smoothing_cases))


def weight_of_evidence(cases, bads, smoothing_cases: float) -> np.ndarray:
    """WoE_b = ln((goods_b + m g) / (bads_b + m (1 - g))) - ln(g / (1 - g)), g the share of goods, m the smoothing cases."""
    good_share = 1 - bads.sum() / cases.sum()
    odds = (cases - bads + smoothing_cases * good_share) / (bads + smoothing_cases * (1 - good_share))
    return np.where(cases > 0, np.log(odds) - np.log(good_share / (1 - good_share)), 0.0)


def information_value(cases, bads, woe) -> float:
    """Sum over bins of (share of all goods - share of all bads) x WoE.  Source: Kullback (1959); Siddiqi (2006, chapter 6)."""
    goods = cases - bads
    return float(((goods / goods.sum() - bads / bads.sum()) * woe).sum())


def quantile_edges(values, n_bins: int) -> np.ndarray:
    """Rising inner edges of at most `n_bins` bins of about equal counts; a value that equals an edge is in the lower bin."""
    ordered = np.sort(values)
    n_below_highest = np.count_nonzero(ordered < ordered[-1:])
    if n_below_highest == 0:
        return ordered[:0]
    edges = ordered[np.maximum(np.arange(1, n_bins) * len(ordered) // n_bins - 1, 0)]
    return np.unique(np.minimum(edges, ordered[n_below_highest - 1]))  # however common the highest value, it has a bin


def as_column(values, is_text: bool | None = None) -> np.ndarray:
    """A feature as numbers (float, NaN where missing) or text (empty where missing); `is_text` None: whatever it is."""
    column = np.asarray(values)
    if is_text is None:
        is_text = column.dtype.kind in "UST" or column.dtype.kind == "O" and any(isinstance(value, str) for value in column)
    if not is_text:
        return column.astype(float)
    if column.dtype.kind in "OfT":
        column = np.array(["" if value is None or value != value else str(value) for value in column], dtype=str)
    return column.astype(str)


def is_missing(column) -> np.ndarray:
    """True where a column of `as_column` has no value."""
    return column == "" if column.dtype.kind == "U" else np.isnan(column)


def _cut(column, is_bad, weights, settings):
    """The bins of a column, or None if no value of it is known."""
    is_known = ~is_missing(column)
    least_cases = settings.least_bin_share * weights.sum()
    column, is_bad, weights = column[is_known], is_bad[is_known], weights[is_known]
    if len(column) == 0:
        return None
    is_text = column.dtype.kind == "U"
    if is_text or np.all(column == np.floor(column)):
        values, value_of = np.unique(column, return_inverse=True)
        if is_text or len(values) <= settings.most_values:
            return _value_bins(values, np.bincount(value_of, weights), least_cases)
    edges = quantile_edges(column, settings.n_first_bins)
    cases, bads = _tally(np.searchsorted(edges, column), len(edges) + 1, is_bad, weights)
    bins = _join_small([_Bin(*each) for each in zip(range(len(cases)), cases, bads)], least_cases)
    if settings.is_monotone:
        bins = _monotone(bins, settings.smoothing_cases)
    return NumberBins(edges[[each.first - 1 for each in bins[1:]]])


def _value_bins(values, cases, least_cases):
    """A bin for each value with enough cases, one for all others."""
    is_frequent = cases >= least_cases
    n_frequent = np.count_nonzero(is_frequent)
    labels = [value if isinstance(value, str) else f"{value:,.6g}" for value in values[is_frequent].tolist()]
    bin_of_value = np.where(is_frequent, np.cumsum(is_frequent) - 1, n_frequent)
    return ValueBins(values, bin_of_value, labels if is_frequent.all() else [*labels, "rare values"])


@dataclass(frozen=True)
class _Bin:
    """Some neighbouring first bins: the first of them, and what is in them."""

    first: int
    cases: float
    bads: float

    @property
    def bad_rate(self):
        return self.bads / self.cases if self.cases > 0 else 0.0

    def __add__(self, right):
        return _Bin(self.first, self.cases + right.cases, self.bads + right.bads)


def _join_small(bins, least_cases):
    """Join the smallest bin with the neighbour most like it until all have enough cases."""
    while len(bins) > 1:
        k = min(range(len(bins)), key=lambda i: bins[i].cases)
        if bins[k].cases >= least_cases and bins[k].cases > 0:
            break
        neighbours = [i for i in (k - 1, k + 1) if 0 <= i < len(bins)]
        left = min(k, min(neighbours, key=lambda i: abs(bins[i].bad_rate - bins[k].bad_rate)))
        bins = [*bins[:left], bins[left] + bins[left + 1], *bins[left + 2:]]
    return bins


def _monotone(bins, smoothing_cases):
    """Join neighbours until the bad rate only rises or only falls, whichever keeps more information."""
    def information(joined):
        cases, bads = np.array([(each.cases, each.bads) for each in joined]).T
        return information_value(cases, bads, weight_of_evidence(cases, bads, smoothing_cases))

    rising, falling = _pool(bins, 1), _pool(bins, -1)
    return max((joined for joined in (rising, falling) if len(joined) > 1), key=information, default=rising)


def _pool(bins, direction):
    """Pool adjacent violators: join a bin with the one before it while its bad rate is not above (1) or below (-1)."""
    pooled = []
    for each in bins:
        while pooled and direction * (each.bad_rate - pooled[-1].bad_rate) <= 0:
            each = pooled.pop() + each
        pooled.append(each)
    return pooled


def _tally(place, n_places, is_bad, weights):
    """Weighted cases and bads of each place."""
    return np.bincount(place, weights, n_places), np.bincount(place, weights * is_bad, n_places)
