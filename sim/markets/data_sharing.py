"""Who may see what about whom: the only door through which a lender learns anything.

Each regime is a view.  What a regime tells about a shop's quality differs in kind: the platform counts every order, a bank
reads a statement once a year, a B2B site knows the surface.  The errors below are what makes the regimes differ.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from sim.core.random import Stream, normals, stream_key, uniforms
from sim.core.settings import Settings, setting
from sim.core.views import BankFileView, ClosedLoopView, LimitedView, OrderHistoryView, ThinFileView
from sim.markets.loans import days_past_due

MARGIN_BY_QUALITY = .05  # of sales, a standard deviation of quality (assumption: good shops earn more)
HIDDEN_WHEN_LIMITED = ("rating", "sales_growth", "stock_days", "settlement_days", "complaint_share", "n_favourites")
YEAR_DAYS = 365
STATEMENTS = 1 << 20  # days of draws that belong to the statement of a year, not to a day


class DataSettings(Settings):
    """What the platform's lenders are shown, and how good the data are."""

    platform_sees: Literal["closed_loop", "limited"] = setting(
        "closed_loop", unit="data regime", source="SOURCES 1.5", meaning="Everything on the platform, or the surface of a B2B site")
    bank_file_noise: float = setting(.25, unit="standard deviation of log sales", ge=0, le=3,
                                     source="assumption: stated sales are a quarter off")
    statement_noise: float = setting(1.2, unit="standard deviations of quality", ge=0, le=20, source="D16: AUC of a bank file near .72",
                                     calibrated=True, meaning="Error of what an annual statement tells about the shop")
    limited_noise: float = setting(1.3, unit="standard deviations of quality", ge=0, le=20, source="SOURCES 1.5: no better than a bank",
                                   calibrated=True, meaning="Error of what the surface of a B2B site tells about the shop")


class DataSharing:
    """Hands out views; a lender never holds the population itself."""

    def view(self, m, regime: str, rows):
        """The view of one regime (a name in REGIMES) of the merchants `rows`."""
        return getattr(self, regime)(m, rows)

    def platform_view(self, m, rows) -> ClosedLoopView:
        """What the platform's lenders are shown of the merchants `rows`; what they may not see is nan."""
        view = self.closed_loop(m, rows)
        if m.settings.data.platform_sees == "closed_loop":
            return view
        return replace(view, **{name: np.full(len(rows), np.nan) for name in HIDDEN_WHEN_LIMITED})

    def closed_loop(self, m, rows) -> ClosedLoopView:
        """The platform's view of the merchants `rows`: what happens on it, and arrears at its own lenders only."""
        shops = m.merchants
        fake = shops.fake_sales[rows]  # praised by who placed them
        trend = np.maximum(shops.sales_trend[rows] + fake, 1.0)
        rating = shops.rating[rows] + (1.0 - shops.rating[rows]) * fake / trend
        return ClosedLoopView(
            shops.sales_trend[rows] + fake, m.day - shops.opened_on[rows], rating, shops.is_certified[rows].copy(),
            shops.status[rows] == 0, days_past_due(m, rows), (shops.sales_recent[rows] + fake) / trend,
            shops.inventory[rows] / (trend * shops.cost_share[rows]), shops.escrow[rows] / trend,
            shops.complaint_share[rows].astype(float), shops.n_favourites[rows].copy(), _ties(m)[rows])

    def limited(self, m, rows) -> LimitedView:
        """What a B2B site shows of the merchants `rows`.  Draws: SURFACE_NOISE, one per merchant."""
        shops = m.merchants
        error = normals(stream_key(m.world_seed, Stream.SURFACE_NOISE), 0, len(shops), 0)[rows]
        return LimitedView(m.day - shops.opened_on[rows], shops.is_certified[rows].copy(), _ties(m)[rows],
                           shops.quality[rows] + m.settings.data.limited_noise * error)

    def bank_file(self, m, rows) -> BankFileView:
        """What the merchants `rows` tell a bank: a yearly statement with error; of arrears it knows those on its own loans.

        Draws: LENDER_NOISE, two per merchant and year; BANK_RELATIONSHIP, one per merchant.
        """
        shops, s = m.merchants, m.settings.data
        statement = stream_key(m.path_seed, Stream.LENDER_NOISE, STATEMENTS + m.day // YEAR_DAYS)
        sales_error, error = (normals(statement, 0, len(shops), slot)[rows] for slot in (0, 1))
        known = uniforms(stream_key(m.world_seed, Stream.BANK_RELATIONSHIP), 0, len(shops), 0)[rows]
        margin = (1.0 - shops.cost_share[rows] - m.settings.merchants.operating_cost_share - m.settings.goods.commission_share
                  + MARGIN_BY_QUALITY * (shops.quality[rows] + s.statement_noise * error))
        late = np.where(shops.bank_loan[rows] > 0, np.maximum(m.day - shops.bank_due_on[rows], 0), 0)
        age = m.day - shops.opened_on[rows]
        sales = shops.sales_trend[rows] * YEAR_DAYS * np.exp(s.bank_file_noise * sales_error - s.bank_file_noise ** 2 / 2)
        return BankFileView(sales, age, late, margin, (known * age).astype(np.int64))

    def order_history(self, m, rows) -> OrderHistoryView:
        """What a buyer with monthly settlement knows of its suppliers or drivers `rows`."""
        shops = m.merchants
        return OrderHistoryView(shops.sales_trend[rows].copy(), shops.sales_recent[rows] / np.maximum(shops.sales_trend[rows], 1.0),
                                m.day - shops.opened_on[rows])

    def thin_file(self, m, rows) -> ThinFileView:
        """What anybody can find out about the merchants `rows`."""
        shops = m.merchants
        return ThinFileView(m.day - shops.opened_on[rows], shops.is_certified[rows].copy(), shops.region[rows].astype(np.int64))


REGIMES = {"closed_loop": ClosedLoopView, "limited": LimitedView, "bank_file": BankFileView, "order_history": OrderHistoryView,
           "thin_file": ThinFileView}


def publish_counts(m):
    """Once in 30 days the platform counts whose last purchase was at which shop.

    Reads: consumers.favourite.  Writes: merchants.n_favourites.
    """
    if m.day % 30 == 0:
        last = m.consumers.favourite[:, 0]
        m.merchants.n_favourites[:] = np.bincount(last[last >= 0], minlength=len(m.merchants))


def _ties(m) -> np.ndarray:
    """Suppliers and customers of every merchant; a shop under another name has none that anybody knows."""
    return np.where(m.merchants.reopened_on >= 0, 0, m.supply.degrees())
