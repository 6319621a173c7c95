"""Fire sales: leverage targeting, leverage limits, capital ratios."""

import numpy as np
import pytest

from sim.contagion import fire_sale
from sim.core.errors import UserError
from tests.theory.contagion_cases import array, cases, number


@pytest.mark.parametrize("case", cases("12_fire_sale.json", "FS_glt"))
def test_leverage_targeting_is_that_of_greenwood_landier_and_thesmar(case):
    found = fire_sale.leverage_targeting(
        *[array(case[key]) for key in ("equity", "debt", "weights", "price_shock", "impact_per_unit")]
    )
    for key in ("direct_loss", "sales", "volume_by_asset", "price_impact", "indirect_loss"):
        np.testing.assert_allclose(getattr(found, key), array(case["expected"][key]), rtol=1e-13, err_msg=key)
    assert found.aggregate_vulnerability == pytest.approx(
        number(case["expected"]["aggregate_vulnerability"]), rel=1e-13
    )
    assert found.systemicness.sum() == pytest.approx(found.aggregate_vulnerability, rel=1e-13)


@pytest.mark.parametrize("case", cases("12_fire_sale.json", "FS_threshold"))
def test_deleveraging_above_a_limit_follows_the_worked_path(case):
    found = fire_sale.threshold_deleveraging(
        *[case[key] for key in ("equity", "holdings", "p0", "lmax", "lbuffer", "shock", "depth")]
    )
    np.testing.assert_allclose(found.price_path, case["expected"]["price_path"], rtol=0, atol=case["tolerance"])
    np.testing.assert_allclose(found.final_holdings, case["expected"]["final_holdings"], rtol=0, atol=1e-8)
    assert (found.failed, found.rounds) == (case["expected"]["failed"], case["expected"]["rounds"])
    assert found.converged


def test_one_asset_written_as_a_matrix_gives_the_same_path():
    one = fire_sale.threshold_deleveraging([5, 8], [100, 100], 1, 25, 20, 0.02, 2000)
    two = fire_sale.threshold_deleveraging([5, 8], [[100, 0], [100, 0]], [1, 1], 25, 20, [0.02, 0.5], [2000, 2000])
    np.testing.assert_allclose(two.price_path[:, 0], one.price_path, rtol=1e-12)


def test_nobody_sells_below_the_limit_or_without_a_shock():
    found = fire_sale.threshold_deleveraging([5, 8], [100, 100], 1, 25, 20, 0.0, 2000)
    assert found.rounds == 0 and found.final_holdings.tolist() == [100.0, 100.0]


def test_a_bank_sells_no_more_than_it_has():
    found = fire_sale.leverage_targeting([1.0], [99.0], [[1.0]], [0.02], [1e-4])
    assert found.sales[0] == pytest.approx(98.0)


def test_a_capital_ratio_is_restored_at_the_price_the_sales_bring_about():
    found = fire_sale.capital_ratio_sale([50, 50], [10, 10], [50, 40], 0.2, 0.0005, shock=0.05)
    assert found.converged and found.failed == []
    assert found.price == pytest.approx(0.95 * np.exp(-0.0005 * found.sold.sum()), rel=1e-12)
    assert found.sold[0] > 0 and found.capital_ratio[0] == pytest.approx(0.2, rel=1e-9)
    assert found.sold[1] == 0 and found.capital_ratio[1] > 0.2


def test_a_mistake_is_named():
    with pytest.raises(UserError, match="lbuffer"):
        fire_sale.threshold_deleveraging([5], [100], 1, 20, 25, 0.02, 2000)
