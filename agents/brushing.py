"""Brushing: owners who mean to walk away buy fake orders and praise, so that the platform grants them a larger line.

Choice: an owner brushes in a month iff what the larger line adds to walking away, or saves in interest, exceeds what the fake
orders cost.  Source: DESIGN 4.10; Xu, Liu, Wang and Stavrou (2015) on markets for fake orders.  Alternative: a fixed share of
shops brushes.  Reason: then gaming would not answer to enforcement, which is what one wants to know.
"""

import numpy as np

from agents import distress, owner
from agents.merchant import OPEN
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import Settings, setting

STRUCK_RATING = .5  # what is left of the rating of a shop that is caught: its praise is struck (assumption)


class BrushingSettings(Settings):
    """Who could brush, how much, at what cost and risk; off unless asked for."""

    share: float = setting(0.0, unit="share of strategic owners", ge=0, le=1, source="assumption: off, a question to ask",
                           meaning="Strategic owners who know where to buy fake orders")
    fake_share: float = setting(.5, unit="of true sales", ge=0, le=10, source="assumption: more would show")
    cost_share: float = setting(.02, unit="share of fake sales", ge=0, le=1,
                                source="assumption: some CNY an order to the brusher; the platform's commission comes on top")
    caught_rate: float = setting(.10, unit="probability a month", ge=0, le=1, source="assumption")


def brush(m):
    """On the day before its line is reviewed a shop may be caught, and its owner decides whether to brush this month.

    Worth it iff V(larger line) - V(line) + saved interest > cost, with V(debt) = what walking away with it would bring, or 0.
    Who is caught loses certification and praise.  Fake orders bring no goods to anybody and no money back but the owner's own.
    Reads: merchants.is_strategic, walked_on, sales_trend, credit_limit, cash.
    Writes: merchants.fake_sales, is_certified, rating, cash; platforms.own_funds.
    Draws: BRUSHING, one per merchant and month (caught), BRUSHING_KNOWN, one per merchant for good (knows where).
    """
    s, shops = m.settings.brushing, m.merchants
    if s.share == 0 or s.fake_share == 0:
        return
    rows = np.arange((m.day + 1) % 30, len(shops), 30)
    caught = uniforms(stream_key(m.path_seed, Stream.BRUSHING, m.day), 0, len(shops), 0)[rows] < s.caught_rate
    caught = rows[caught & (shops.fake_sales[rows] > 0)]
    shops.is_certified[caught], shops.rating[caught], shops.fake_sales[rows] = False, STRUCK_RATING, 0
    knows = uniforms(stream_key(m.world_seed, Stream.BRUSHING_KNOWN), 0, len(shops), 0)[rows] < s.share
    rows = rows[knows & shops.is_strategic[rows] & (shops.status[rows] == OPEN) & (shops.walked_on[rows] < 0)]
    rows = np.setdiff1d(rows, caught)
    fake = s.fake_share * shops.sales_trend[rows]
    commission, fee = (np.floor(30 * fake * share).astype(np.int64) for share in (m.settings.goods.commission_share, s.cost_share))
    worth = gain_of_a_larger_line(m, rows) > commission + fee
    worth &= shops.cash[rows] >= commission + fee
    rows, commission, fee = rows[worth], commission[worth], fee[worth]
    shops.fake_sales[rows] = fake[worth]
    m.ledger.pay(m.books.cash, rows, m.books.platform_own, 0, commission, purpose=Purpose.COMMISSION)
    m.ledger.pay(m.books.cash, rows, m.books.world, 0, fee, purpose=Purpose.OPERATING_COSTS)


def gain_of_a_larger_line(m, rows) -> np.ndarray:
    """What a line larger by the fake share is worth to the owners `rows` this month, fen."""
    s, shops, terms = m.settings.brushing, m.merchants, m.settings.loans
    line = shops.credit_limit[rows].astype(float)
    larger = np.minimum(line * (1.0 + s.fake_share), np.maximum(line, fen(m.settings.credit.line_cap_cny)))
    away = [np.subtract(*distress.what_walking_away_costs(m, rows, debt, terms.account_clearing, terms.monitoring))
            for debt in (line, larger)]
    saved = (larger - line) * max(m.settings.owners.outside_apr - owner.LIST_APR, 0.0) / 12
    return np.maximum(away[1], 0.0) - np.maximum(away[0], 0.0) + saved
