"""Chains of trade credit, guarantee circles, and several layers together, composed from the library's pieces."""

from fractions import Fraction

import numpy as np
import pytest

from sim.contagion.clearing import clear
from sim.contagion.guarantee import clear_guarantees
from tests.theory.contagion_cases import array, cases, number

FILE = "09_trade_credit_guarantee.json"
EXACT = 1e-12


@pytest.mark.parametrize("case", cases(FILE, "TC_chain"))
def test_trade_credit_chains(case):
    n, payable, buffer = case["n_firms"], number(case["payable"]), number(case["buffer"])
    liabilities = payable * np.eye(n + 1, k=1)
    cash = np.append(np.full(n, buffer), 0.0)
    cash[0] = payable + buffer - number(case["shock"])
    recovery = 1.0 - number(case["bankruptcy_cost"])
    found = clear(liabilities, cash, alpha=recovery, beta=recovery)
    np.testing.assert_allclose(found.payments, array(case["expected"]["payments"]), rtol=0, atol=EXACT)
    assert found.rounds == case["expected"]["rounds"]
    assert found.defaulted.sum() == case["expected"]["defaults"]


@pytest.mark.parametrize("case", cases(FILE, "TC_lattice"))
def test_trade_credit_lattices(case):
    liabilities = np.zeros((12, 12))
    for k in range(6):
        liabilities[k, 6 + k] = liabilities[k, 6 + (k + 1) % 6] = 5.0
    cash = np.append(np.full(6, 12.0), np.zeros(6))
    cash[case["dead_retailers"]] = 0.0
    found = clear(
        liabilities, cash, external_liabilities=np.append(np.zeros(6), np.full(6, number(case["supplier_due"])))
    )
    assert np.flatnonzero(found.defaulted).tolist() == case["expected"]["defaulted"]


@pytest.mark.parametrize("case", cases(FILE, "GU"))
def test_guarantee_circles(case):
    found = clear_guarantees(case["assets"], case["own_loans"], case["G"])
    expected = case["expected"]
    for key in ("own_loan_payment", "calls", "total_paid"):
        np.testing.assert_allclose(getattr(found, key), expected[key], rtol=0, atol=case["tolerance"], err_msg=key)
    assert found.bank_receives == pytest.approx(expected["bank_receives"], abs=case["tolerance"])
    assert found.bank_loss == pytest.approx(expected["bank_loss"], abs=case["tolerance"])
    assert np.flatnonzero(found.defaulted).tolist() == expected["defaulted"]
    alone = clear_guarantees(case["assets"], case["own_loans"], np.zeros_like(case["G"]))
    assert alone.bank_loss == pytest.approx(expected["bank_loss_without_guarantees"], abs=case["tolerance"])
    assert np.flatnonzero(alone.defaulted).tolist() == expected["defaults_without_guarantees"]


def layers(case):
    """Merchants clear, a guarantee company covers part, the platform clears, depositors may run, banks clear."""
    merchants = np.zeros((4, 4))  # three merchants and the platform
    merchants[0, 1], merchants[1, 2] = 40 * case["trade_credit_scale"], 30 * case["trade_credit_scale"]
    merchants[:3, 3] = 60, 50, 40
    trade = clear(merchants, np.append(array(case["cash"]), 0.0))
    share = np.divide(trade.payments, merchants.sum(axis=1), out=np.ones(4), where=merchants.sum(axis=1) > 0)
    receives = merchants[:3, 3] * share[:3]
    gross_loss = merchants[:3, 3].sum() - receives.sum()
    called = number(case["guarantee_share"]) * gross_loss
    guarantee = clear([[0.0, called], [0.0, 0.0]], [number(case["guarantee_capital"]), 0.0])
    platform = clear([[0, 80, 40], [0, 0, 0], [0, 0, 0]], [10 + receives.sum() + guarantee.payments[0], 0, 0])
    from_platform = platform.payments[0] * np.array([80, 40]) / 120
    cash, illiquid = number(case["bank1"]["cash"]), number(case["bank1"]["illiquid"])

    def banks(loss):  # B1 owes B2 30 and depositors 100, all of equal rank; B2 owes depositors 90
        outside = [cash + illiquid - loss + from_platform[0], 60 + from_platform[1]]
        return outside, clear([[0, 30], [0, 0]], outside, external_liabilities=[100, 90])

    assets, cleared = banks(0.0)
    loss, run = 0.0, False
    if case["panic"] is not None:
        run = bool((assets[0] - 130) / assets[0] < number(case["panic"]["trigger"]))
    if run:
        discount = number(case["panic"]["discount"])
        needed = number(case["panic"]["withdraw"]) * 100 - cash
        loss = discount * min(illiquid, max(needed, 0.0) / (1 - discount))
        assets, cleared = banks(loss)
    to_b2 = 30 * cleared.payments[0] / 130
    defaults = [f"M{i + 1}" for i in range(3) if trade.defaulted[i]]
    defaults += (
        ["G"] * bool(guarantee.defaulted[0]) + ["P"] * bool(platform.defaulted[0]) + ["B1"] * bool(cleared.defaulted[0])
    )
    return {
        "merchant_payments": trade.payments[:3],
        "platform_receives": receives,
        "platform_gross_loss": gross_loss,
        "guarantee_paid": guarantee.payments[0],
        "platform_pays": platform.payments[0],
        "bank_receives": from_platform,
        "run_on_B1": run,
        "fire_sale_loss": loss,
        "B1_equity": assets[0] - 130,
        "B1_pays_B2": to_b2,
        "B2_equity": assets[1] + to_b2 - 90,
        "depositor_loss": 100 * (1 - cleared.payments[0] / 130),
        "defaults": defaults,
    }


@pytest.mark.parametrize("case", cases("13_multilayer.json"))
def test_layers_together(case):
    found = layers(case)
    for key, value in case["expected"].items():
        if isinstance(value, bool) or key == "defaults":
            assert found[key] == value, key
        else:
            exact = [float(Fraction(v)) for v in value] if isinstance(value, list) else float(Fraction(value))
            np.testing.assert_allclose(found[key], exact, rtol=0, atol=1e-11, err_msg=key)
