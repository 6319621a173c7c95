"""Hand-made worlds: a handful of shops that have what a test says, owe whom it says, and nothing else."""

import numpy as np

from sim.day import spread_failures
from sim.markets.closures import close_shops
from tests.worlds import small_market

EMPTY = ("escrow", "inventory", "sales_recent", "credit_limit", "bundle_amount", "payables", "receivables", "wholesale_debt", "called",
         "term_loan", "term_pledge")


def hand_made(n, *channels, cash, owed=None, outside=None, loans=None, lender=None, **settings):
    """A market of `n` shops. cash: fen (n,). owed[i, j]: what i owes j on account. outside: owed to wholesalers. loans: term loans."""
    market = small_market(consumers__count=60, merchants__count=n, networks__supply__mean_degree=1.0,
                          channels=[{"kind": each} if isinstance(each, str) else each for each in channels], **settings)
    shops, trade = market.merchants, market.trade_credit
    for name in EMPTY:
        getattr(shops, name)[:] = 0
    shops.cash[:] = cash
    if trade.is_on:
        owed = np.zeros((n, n), np.int64) if owed is None else np.asarray(owed, np.int64)
        customer, supplier = np.nonzero(owed)
        trade.start, trade.customer, trade.supplier = np.concatenate(([0], np.cumsum((owed > 0).sum(axis=1)))), customer, supplier
        trade.owed, trade.fresh = owed[customer, supplier], np.zeros(len(customer), np.int64)
        trade.is_assigned, trade.share = np.zeros(len(customer), np.bool_), np.full(len(customer), .1)
        trade.part, trade.credit = np.zeros(len(customer)), np.zeros(n)
        trade.by_supplier = np.argsort(supplier, kind="stable")
        trade.first = np.concatenate(([0], np.cumsum((owed > 0).sum(axis=0))))
        shops.payables[:], shops.receivables[:] = owed.sum(axis=1), owed.sum(axis=0)
        shops.wholesale_debt[:] = 0 if outside is None else outside
        trade.outside[0] = shops.wholesale_debt.sum()
    if loans is not None:
        shops.term_loan[:], shops.term_lender[:] = loans, 0 if lender is None else lender
        for group in market.term_lenders:
            mine, rows = group.rows(shops.term_lender.astype(np.int64))
            np.add.at(group.claims.balance, rows, shops.term_loan[mine])
    market.ledger.start()
    market.ledger.open_day()
    return market


def fail(market, rows):
    """The shops `rows` fail today; what becomes of the others. The books must balance."""
    for channel in market.channels:
        channel.open_day(market)
    close_shops(market, np.asarray(rows, np.int64))
    spread_failures(market)
    assert market.ledger.residual() == 0
    market.ledger.close()
    return np.flatnonzero(market.merchants.status != 0)
