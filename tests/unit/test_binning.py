"""Bins: monotone, large enough, with weights that follow the evidence."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agents.lending.binning import BinningSettings, NumberBins, bin_feature, quantile_edges, weight_of_evidence

EXAMPLES = settings(deadline=None, derandomize=True)


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=20, max_size=300), st.booleans())
def test_bins_are_monotone_large_enough_and_lose_no_case(rows, is_monotone):
    column, is_bad = (np.array(each) for each in zip(*rows))
    assume(0 < is_bad.sum() < len(is_bad))
    rules = BinningSettings(most_values=2, least_bin_share=.1, is_monotone=is_monotone)
    feature = bin_feature("x", column.astype(float), is_bad, np.ones(len(is_bad)), rules)
    assume(feature is not None)
    cases, bads = feature.cases[:-2], feature.bads[:-2]
    assert cases.sum() == len(column) and bads.sum() == is_bad.sum()
    if isinstance(feature.bins, NumberBins):
        steps = np.diff(bads / cases)
        assert cases.min() >= .1 * len(column)
        assert not is_monotone or np.all(steps > 0) or np.all(steps < 0)


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=10))
def test_weight_of_evidence_has_the_sign_of_the_difference_and_shrinks_with_smoothing(rows):
    goods, bads = np.array(rows, float).T
    assume(goods.sum() and bads.sum())
    cases = goods + bads
    little, much = (weight_of_evidence(cases, bads, m) for m in (1e-9, 20))
    difference = goods / goods.sum() - bads / bads.sum()
    clear = np.abs(difference) > 1e-9
    assert np.array_equal(np.sign(little[clear]), np.sign(difference[clear])) and np.all(np.abs(much) <= np.abs(little) + 1e-9)
    both = (goods > 0) & (bads > 0)
    assert little[both] == pytest.approx(np.log(goods[both] / goods.sum() / (bads[both] / bads.sum())), abs=1e-6)


@EXAMPLES
@given(st.lists(st.one_of(st.integers(0, 20).map(float), st.just(np.inf), st.just(-np.inf)), max_size=100), st.integers(1, 20))
def test_quantile_edges_rise_and_leave_no_bin_empty(values, n_bins):
    edges = quantile_edges(np.array(values), n_bins)
    assert np.all(edges[1:] > edges[:-1]) and len(edges) < n_bins
    if values:
        assert len(edges) or n_bins == 1 or len(set(values)) == 1
        assert np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1).min() > 0
