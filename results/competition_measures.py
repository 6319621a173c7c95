"""Daily measures of competition: what platforms charge consumers, what they earn, and how entrants fare.

Known where platforms compete for customers, as those of customers.
"""

import numpy as np

from results.measuring import cny, of_customers, share
from sim.core.ledger import Purpose

FOCAL = 0


def _flow(m, purpose: Purpose, platform: int = FOCAL) -> float:
    return cny(m, m.ledger.money_today[purpose, m.ledger.entities.index(f"platform {platform}")])


def _profit_of(m, platforms) -> float:
    first = m.ledger.entities.index("platform 0")
    return cny(m, m.ledger.profit_today()[[first + platform for platform in platforms]].sum())


@of_customers("CNY a day", "Fees consumers paid to the platform", "sum", "消费者手续费")
def consumer_fees(m):
    return _flow(m, Purpose.CONSUMER_FEE)


@of_customers("CNY a day", "Subsidies the platform paid to consumers", "sum", "消费者补贴")
def consumer_subsidies(m):
    return -_flow(m, Purpose.SUBSIDY)


@of_customers("share", "The platform's fee for consumers, less what is taken off it, as a share of a payment", "mean", "平台费率")
def own_fee(m):
    return m.prices.shown[FOCAL]


@of_customers("share", "Rivals' fee for consumers, less what is taken off it, as a share of a payment; over their payments", "mean",
               "对手费率")
def rival_fee(m):
    paid = m.prices.paid_today[1:]
    return share((paid * m.prices.shown[1:]).sum(), paid.sum())


@of_customers("relative", "What platforms take of a payment, from shops and consumers together, over all payments; the first day is 1",
               "mean", "价格指数")
def price_index(m):
    paid = m.prices.paid_today.sum()
    level = m.settings.goods.commission_share + (m.prices.paid_today * m.prices.shown).sum() / max(paid, 1)
    return share(level, m.prices.first_level) if paid else np.nan


def _entrants(m) -> slice:
    return slice(m.settings.platforms.count, len(m.platforms))


@of_customers("CNY a day", "Payments at entrants", "sum", "新进入者成交额")
def entrant_sales(m):
    return cny(m, m.prices.paid_today[_entrants(m)].sum())


@of_customers("share", "Payments at entrants / payments at all platforms, by value", "mean", "新进入者份额")
def entrant_share(m):
    return share(m.prices.paid_today[_entrants(m)].sum(), m.prices.paid_today.sum())


@of_customers("CNY a day", "Profit of the strong rival", "sum", "主要对手利润")
def rival_profit(m):
    return _profit_of(m, range(1, min(2, len(m.platforms))))


@of_customers("CNY a day", "Profit of all other platforms together, entrants included", "sum", "其他平台利润")
def other_platforms_profit(m):
    return _profit_of(m, range(2, len(m.platforms)))


@of_customers("CNY a day", "Profit of entrants together", "sum", "新进入者利润")
def entrant_profit(m):
    return _profit_of(m, range(m.settings.platforms.count, len(m.platforms)))
