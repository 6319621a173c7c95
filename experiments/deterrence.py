"""What one seed says about deterrence: the same owners with account clearing and without, on common random numbers (L26).

Both worlds are without monitoring, which takes from receipts what the threat would have had to bring.
"""

import numpy as np

from scenarios import load
from sim.model import Market

WITH, WITHOUT = "credit-baseline", "no-account-clearing"
# Fewer buyers with larger baskets, the expert card, and more owners of the kind asked about, of every dependence: 0 to 1.
WORLD = {"consumers.count": 45_000, "consumers.basket_cny": 1_150.0, "merchants.count": 3_000, "weight": 69.5, "days": 450,
         "credit.policy": "platform_card", "loans.monitoring": False, "distress.strategic_share": .3, "distress.dependence_low": 0.0}
UNKNOWN = {"distress.detection": 0.0}


def deterrence_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Strategic default with clearing and without; with `nulls`, where nobody who comes back is recognised."""
    found = _compared(seed, overrides or {})
    if nulls:
        found |= {f"unknown_{name}": value for name, value in _compared(seed, {**(overrides or {}), **UNKNOWN}).items()}
    return found


def _compared(seed, overrides):
    with_it, without = (_lived(load(name, {**WORLD, **overrides}), seed) for name in (WITH, WITHOUT))
    return deterred(_ever_walked(with_it), _ever_walked(without), with_it.dependence, with_it.is_strategic)


def _ever_walked(shops):
    """Who walked away at any time; who did and came back under another name has opened again."""
    return (shops.walked_on >= 0) | (shops.reopened_on >= 0)


def _lived(scenario, seed):
    market = Market(scenario, seed=seed)
    market.run_days()
    return market.merchants


def deterred(with_it: np.ndarray, without: np.ndarray, dependence: np.ndarray, is_strategic: np.ndarray) -> dict[str, float]:
    """Shares of strategic owners who walked away, percent; by how much clearing lowers it, and the slope of that in dependence."""
    spared = without[is_strategic].astype(float) - with_it[is_strategic]
    away = dependence[is_strategic] - dependence[is_strategic].mean()
    return {"walked_percent": 100 * float(with_it[is_strategic].mean()),
            "walked_without_percent": 100 * float(without[is_strategic].mean()),
            "deterred_percent": 100 * float(spared.sum() / max(without[is_strategic].sum(), 1)),
            "deterred_by_dependence": float(away @ spared / (away @ away)), "walked_without": float(without[is_strategic].sum())}
