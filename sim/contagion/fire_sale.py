"""Fire sales: who must sell lowers the price of what others hold.

Choice: price impact is linear in what is sold (`leverage_targeting`, `threshold_deleveraging`) or exponential
(`capital_ratio_sale`), each as in its source.  Alternative: one impact function for all.  Reason: published numbers.
"""

from dataclasses import dataclass

import numpy as np

from sim.contagion.matrix import numbers, vector
from sim.core.errors import UserError

TIE = 1e-12


@dataclass(frozen=True, eq=False)
class LeverageTargeting:
    """One round of sales that restore leverage; n banks, k assets, amounts in the caller's unit."""

    direct_loss: np.ndarray  # (n,): from the price shock itself
    sales: np.ndarray  # (n,): what each bank sells to return to its leverage
    volume_by_asset: np.ndarray  # (k,)
    price_impact: np.ndarray  # (k,): fall of the price, as a share
    indirect_loss: np.ndarray  # (n,): from that fall
    aggregate_vulnerability: float  # sum of indirect losses over total equity
    indirect_vulnerability: np.ndarray  # (n,): indirect loss over own equity; 0 without equity
    systemicness: np.ndarray  # (n,): what the sales of each bank add to the aggregate; they sum to it


def leverage_targeting(equity, debt, weights, price_shock, impact) -> LeverageTargeting:
    """Banks hit by a price shock sell in proportion to their holdings until leverage is what it was.

    equity, debt: (n,).  weights: (n, k), shares of each bank's assets, rows sum to at most 1.  price_shock: (k,),
    falls as shares (0.01 is 1% lower).  impact: (k,) or (k, k), fall of price per unit sold.  A bank sells at most all
    it has.

    Raises: UserError on a wrong shape or sign.  Source: Greenwood, Landier & Thesmar (2015), section 2.
    """
    weights = numbers("weights", weights)
    if weights.ndim != 2:
        raise UserError("weights: must be a matrix, one row a bank, one column an asset")
    n, k = weights.shape
    equity, debt = vector("equity", equity, n), vector("debt", debt, n, low=0.0)
    shock = vector("price_shock", price_shock, k)
    impact = numbers("impact", impact)
    if impact.shape not in ((), (k,), (k, k)):
        raise UserError(f"impact: has shape {impact.shape}; it must be ({k},) or ({k}, {k})")
    assets = equity + debt
    direct = assets * (weights @ shock)
    leverage = np.divide(debt, equity, out=np.zeros(n), where=equity > 0)
    sales = np.where(direct >= equity, np.inf, leverage * direct)  # equity gone: everything is sold
    sales = np.clip(sales, 0.0, np.maximum(assets - direct, 0.0))
    sold = sales[:, None] * weights
    falls = (lambda volume: impact @ volume) if impact.ndim == 2 else (lambda volume: impact * volume)
    volume = sold.sum(axis=0)
    fall = falls(volume)
    indirect = assets * (weights @ fall)
    total = equity.sum()
    exposed = assets @ weights
    caused = np.array([exposed @ falls(row) for row in sold])
    return LeverageTargeting(
        direct,
        sales,
        volume,
        fall,
        indirect,
        float(indirect.sum() / total) if total > 0 else np.nan,
        np.divide(indirect, equity, out=np.zeros(n), where=equity > 0),
        caused / total if total > 0 else caused * np.nan,
    )


@dataclass(frozen=True, eq=False)
class Deleveraging:
    """Rounds of sales by banks above a leverage limit."""

    price_path: np.ndarray  # after the shock, then after each round; (rounds + 1,) or (rounds + 1, k)
    final_holdings: np.ndarray  # units, (n,) or (n, k)
    failed: list  # ids of banks without equity, ascending
    rounds: int  # rounds in which something was sold
    equity: np.ndarray  # (n,) at the last price
    converged: bool


def threshold_deleveraging(equity, holdings, p0, lmax, lbuffer, shock, depth, *, max_rounds=10_000) -> Deleveraging:
    """Banks sell only when leverage is above `lmax`, and then down to `lbuffer`, all at the price before the sales.

    equity: (n,) before the shock.  holdings: (n,) units of one asset or (n, k).  p0: price before the shock.
    shock: fall as a share, scalar or (k,).  depth: value whose sale lowers the price by 1, scalar or (k,).
    Debt is holdings x p0 - equity.  A bank whose equity is 0 or less sells everything at once.
    Sales are the same share of each asset held.

    Raises: UserError on a wrong shape or if lbuffer is above lmax.
    Source: Cont & Schaanning (2017), with linear impact.
    """
    if not 1.0 <= lbuffer <= lmax:
        raise UserError(f"lbuffer: is {lbuffer}; leverage limits must satisfy 1 <= lbuffer <= lmax = {lmax}")
    units = numbers("holdings", holdings)
    single = units.ndim == 1
    units = units.reshape(-1, 1).copy() if single else units.copy()
    n, k = units.shape
    price, shock = vector("p0", p0, k, low=0.0), vector("shock", shock, k, high=1.0)
    depth = vector("depth", depth, k, low=0.0)
    if (depth <= 0).any():
        raise UserError("depth: must be above 0")
    debt = units @ price - vector("equity", equity, n)
    price = price * (1.0 - shock)
    path, rounds, converged = [price], 0, False
    while rounds < max_rounds:
        value = units @ price
        own = value - debt
        broke = own <= TIE * np.maximum(np.abs(debt), value)
        over = ~broke & (value > lmax * own * (1.0 + TIE))
        share = np.zeros(n)
        share[over] = 1.0 - lbuffer * own[over] / value[over]
        share[broke & (value > 0)] = 1.0
        if not (share > 0).any():
            converged = True
            break
        sold = units * share[:, None]
        debt = debt - sold @ price
        units = units - sold
        price = np.maximum(price - (sold.sum(axis=0) * price) / depth, 0.0)
        path.append(price)
        rounds += 1
    own = units @ price - debt
    failed = np.flatnonzero(own <= TIE * np.maximum(np.abs(debt), units @ price)).tolist()
    path = np.array(path)
    return Deleveraging(
        path[:, 0] if single else path, units[:, 0] if single else units, failed, rounds, own, converged
    )


@dataclass(frozen=True, eq=False)
class CapitalRatioSale:
    """Sales that restore a capital ratio, at the price they bring about."""

    price: float  # of the illiquid asset, 1 before
    price_path: np.ndarray
    sold: np.ndarray  # (n,) units
    capital_ratio: np.ndarray  # (n,) afterwards; inf without risky assets
    failed: list  # ids: equity below 0, or below the minimum with nothing left to sell
    converged: bool


def capital_ratio_sale(
    illiquid,
    liquid,
    liabilities,
    minimum_ratio,
    impact,
    *,
    interbank_assets=0.0,
    shock=0.0,
    tol=1e-13,
    max_rounds=10_000,
) -> CapitalRatioSale:
    """Banks sell an illiquid asset until equity over risky assets is at least `minimum_ratio`; every sale lowers the
    price.

        (price (illiquid - sold) + price sold + liquid + interbank - liabilities)
            / (price (illiquid - sold) + interbank) >= minimum_ratio,     price = (1 - shock) exp(-impact total sold)

    illiquid, liquid, liabilities, interbank_assets: (n,) or scalar, at price 1.  The highest clearing price is found.
    Raises: UserError on a wrong shape or sign.  Source: Cifuentes, Ferrucci & Shin (2005), section 2.
    """
    illiquid = np.atleast_1d(numbers("illiquid", illiquid))
    n = illiquid.size
    illiquid = vector("illiquid", illiquid, n, low=0.0)
    liquid, owed = vector("liquid", liquid, n, low=0.0), vector("liabilities", liabilities, n, low=0.0)
    claims = vector("interbank_assets", interbank_assets, n, low=0.0)
    if not 0.0 < minimum_ratio < 1.0 or impact < 0.0 or not 0.0 <= shock < 1.0:
        raise UserError(
            "capital_ratio_sale: minimum_ratio must lie in (0, 1), impact be 0 or more and shock lie in [0, 1)"
        )
    price, sold, path, converged = 1.0 - shock, np.zeros(n), [1.0 - shock], False
    for _ in range(max_rounds):
        own = price * illiquid + liquid + claims - owed
        must = illiquid - (own / minimum_ratio - claims) / price
        sold = np.maximum(sold, np.where(own < 0, illiquid, np.clip(must, 0.0, illiquid)))
        after = (1.0 - shock) * np.exp(-impact * sold.sum())
        path.append(after)
        if price - after <= tol * price:
            converged = True
            price = after
            break
        price = after
    own = price * illiquid + liquid + claims - owed
    risky = price * (illiquid - sold) + claims
    ratio = np.divide(own, risky, out=np.where(own >= 0, np.inf, -np.inf), where=risky > 0)
    failed = np.flatnonzero((own < 0) | ((ratio < minimum_ratio * (1 - 1e-9)) & (sold >= illiquid))).tolist()
    return CapitalRatioSale(float(price), np.array(path), sold, ratio, failed, converged)
