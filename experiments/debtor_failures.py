"""What one seed says about shops whose customers fail: who fails of it, by how much was lost, how much cash there was, and in a downturn.

A slice of `supplier-failure` in which the two hundred shops that buy from most others fail a month after the fork.  Every shop that loses
a claim on a customer is looked at on that day, unless it fails on that day without trade credit too (the same luck, what the failed owe
made good): then the loss is not why.  Loss and cash are counted in months of its sales.  Cost: about 20 CPU-seconds a seed.
Source: Jacobson and von Schedvin (2015): a supplier's risk of failing rises with what it lost by a customer's failure, more in a downturn
and for suppliers with little cash.
"""

import datetime

import numpy as np
import pandas as pd

from experiments.causing import ALL, past_of, variants
from scenarios import load
from sim.model import Market

FAILS = {"kind": "large_merchant", "start": datetime.date(2012, 8, 1), "count": 200, "by": "suppliers"}
DOWNTURN = {"kind": "downturn", "start": datetime.date(2012, 7, 1), "end": datetime.date(2012, 8, 31), "size": 10.0}
DAYS = 243
MONTH = 30
LARGE = .05  # of a month's sales


class ClaimsLost:
    """An observer, put on before the first day: shops that lost claims by trade credit, with loss and cash at that moment.

    rows: one table a day: shop, loss and cash (months of sales), fails (on that day).
    """

    def __init__(self, market: Market, closed_anyway: np.ndarray):
        self.rows, self._today, self._anyway = [], [], closed_anyway
        self._market, self._book = market, market.contagion.book
        market.contagion.book = self._note

    def _note(self, layer: str, round: int, channel: str, rows, amounts) -> int:
        if layer == "merchants" and channel == "trade_credit":
            shop = np.atleast_1d(rows)
            self._today.append(pd.DataFrame({"shop": shop, "loss": np.broadcast_to(amounts, shop.shape),
                                             "cash": self._market.merchants.cash[shop]}))
        return self._book(layer, round, channel, rows, amounts)

    def __call__(self, m) -> None:
        if not self._today:
            return
        lost = pd.concat(self._today).groupby("shop", as_index=False).agg(loss=("loss", "sum"), cash=("cash", "first"))
        self._today.clear()
        lost = lost[(lost["loss"] > 0) & (self._anyway[lost["shop"]] != m.day)]
        month = np.maximum(MONTH * m.merchants.forecast[lost["shop"]], 1.0)
        fails = m.merchants.closed_on[lost["shop"]] == m.day
        self.rows.append(lost.assign(loss=lost["loss"] / month, cash=lost["cash"] / month, fails=fails))

    def table(self) -> pd.DataFrame:
        """All days together."""
        empty = pd.DataFrame({"shop": [], "loss": [], "cash": [], "fails": []})
        return pd.concat(self.rows, ignore_index=True) if self.rows else empty


def claims_lost(seed: int, shocks: list[dict], overrides: dict, past: dict) -> pd.DataFrame:
    """What was lost, and by whom, in one world from its past on."""
    networks = variants(load("supplier-failure", {"days": DAYS, "shocks": shocks, **overrides}))
    closed_on = np.zeros(0, np.int64)
    for name in ("without trade_credit", ALL):
        market = Market(networks[name], seed=seed)
        market.restore(past)
        losses = ClaimsLost(market, closed_on)
        market.observers = [losses] if name == ALL else []
        market.run_days()
        closed_on = market.merchants.closed_on.copy()
    return losses.table()


def debtor_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of the tests of L29 for one seed; the nulls shuffle losses, or cash, among the shops that lost something."""
    overrides = overrides or {}
    past = past_of(load("supplier-failure", {"days": DAYS, **overrides}), seed)
    calm, downturn = (claims_lost(seed, shocks, overrides, past) for shocks in ([FAILS], [FAILS, DOWNTURN]))
    found = {"debtor_losses": float(len(calm)), "debtor_failures": float(calm["fails"].sum()),
             "large_loss_fails_percent": _percent(calm, calm["loss"] > LARGE),
             "downturn_adds_points": _percent(downturn, downturn["loss"] > LARGE) - _percent(calm, calm["loss"] > LARGE)}
    large = calm["loss"] > calm["loss"].median()
    found |= {"size_points": _more(calm, large, ~large), "cash_points": _by_cash(calm, large, calm["cash"])}
    if nulls:
        order = np.random.default_rng(seed).permutation(len(calm))  # a test of the method, no part of the market
        among = large.to_numpy()[order]
        found |= {"shuffled_size_points": _more(calm, among, ~among),
                  "shuffled_cash_points": _by_cash(calm, large, calm["cash"].to_numpy()[order])}
    return found


def _by_cash(table: pd.DataFrame, large, cash) -> float:
    """Of shops with a large loss: how many more fail of the poorer half."""
    poor = cash <= np.median(cash[large]) if large.any() else large
    return _more(table, large & poor, large & ~poor)


def _more(table: pd.DataFrame, these, than_those) -> float:
    return _percent(table, these) - _percent(table, than_those)


def _percent(table: pd.DataFrame, chosen) -> float:
    """How many of the chosen shops fail on the day of the loss, percent; nan if nobody is chosen."""
    return 100.0 * float(table["fails"][chosen].mean()) if chosen.any() else np.nan
