"""Trade credit: a shop that fails does not pay its suppliers, who still owe outside for what they delivered; its customers miss goods."""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.contagion.estates import ASSIGNED, OUTSIDE, TRADE, WHOLESALE
from sim.core.ledger import Purpose
from sim.core.settings import setting


class TradeCreditSettings(ChannelSettings):
    """How much is bought on account, and what a failure stops."""

    kind: Literal["trade_credit"] = setting("trade_credit", unit="name", source="CHANNELS")
    credit_share: float = setting(.5, unit="share of a stock order", ge=0, le=.95,
                                  source="Atradius 2020: firms in China sell 44-53% on credit", meaning="Delivered on account")
    most_a_customer: float = setting(.2, unit="months of the supplier's sales", ge=0, le=100,
                                     source="assumption: suppliers limit what one customer may owe",
                                     meaning="Largest claim on one customer; what is above it is sold for cash")
    stops_deliveries: bool = setting(True, unit="yes/no", source="Barrot and Sauvagnat (2016)",
                                     meaning="Customers of a shop that failed miss its deliveries until they find another")


class TradeCredit(Channel):
    """Losses on receivables, round by round; the market of trade credit itself is sim/markets/trade_credit.py."""

    kind = "trade_credit"
    Settings = TradeCreditSettings
    purposes = (Purpose.SUPPLIER_LOSS,)

    def enter(self, m, failed) -> None:
        """Suppliers claim what the failed owe, wholesalers what they passed on; receivables belong to an estate."""
        rows = failed.merchants
        if not self.settings.transmits or len(rows) == 0:
            return
        trade, shops, estates = m.trade_credit, m.merchants, m.contagion.estates
        mine = estates.creditor_lost(rows)
        estates.add_assets(rows, shops.receivables[rows] + mine)
        links = trade.links_of_customer(rows)
        links = links[trade.owed[links] > 0]
        sold = trade.is_assigned[links]
        for kind, some in ((TRADE, links[~sold]), (ASSIGNED, links[sold])):
            creditor = trade.supplier[some] if kind == TRADE else OUTSIDE
            estates.enter(kind, trade.customer[some], creditor, some, trade.owed[some])
        estates.enter(WHOLESALE, rows, OUTSIDE, rows, shops.wholesale_debt[rows])

    def settle(self, m, failed, round: int) -> None:
        """Suppliers write off what estates will not pay; so do wholesalers, who are not of this market."""
        estates, books, purpose = m.contagion.estates, m.books, Purpose.SUPPLIER_LOSS
        estates.value()
        claims, lost = estates.newly_lost(TRADE)
        supplier, customer = estates.creditor[claims], estates.debtor[claims]
        m.ledger.cancel(books.receivables, supplier, books.payables, customer, lost, purpose=purpose)
        m.trade_credit.owed[estates.ref[claims]] -= lost
        m.contagion.book("merchants", round, self.name, supplier, lost)
        for kind, debt in ((ASSIGNED, books.payables), (WHOLESALE, books.wholesale_debt)):
            claims, lost = estates.newly_lost(kind)
            m.ledger.cancel(books.wholesalers, 0, debt, estates.debtor[claims], lost, purpose=purpose)
            if kind == ASSIGNED:
                m.trade_credit.owed[estates.ref[claims]] -= lost
        if self.settings.stops_deliveries:
            _stop_deliveries(m, failed.merchants)

    def absorb(self, m, failed, round: int) -> None:
        """Who insures from outside takes over what the failed owe and are owed, and what suppliers owe for it."""
        trade, books, purpose = m.trade_credit, m.books, Purpose.ESTATE
        links = trade.links_of_customer(failed.merchants)
        links = links[trade.owed[links] > 0]
        sold, owed = trade.is_assigned[links], trade.owed[links].copy()
        customer, supplier = trade.customer[links], trade.supplier[links]
        m.ledger.cancel(books.receivables, supplier[~sold], books.payables, customer[~sold], owed[~sold], purpose=purpose)
        m.ledger.cancel(books.wholesalers, 0, books.wholesale_debt, supplier[~sold], owed[~sold], purpose=purpose)
        m.ledger.cancel(books.wholesalers, 0, books.payables, customer[sold], owed[sold], purpose=purpose)
        trade.owed[links] = trade.fresh[links] = 0
        _assign(m, failed.merchants)
        rows = failed.merchants
        m.ledger.cancel(books.wholesalers, 0, books.wholesale_debt, rows, m.merchants.wholesale_debt[rows].copy(), purpose=purpose)

    def close_day(self, m) -> None:
        """Estates pay suppliers and wholesalers through one clearing account outside, sell what customers still owe, and are empty."""
        estates, books, ledger, trade, purpose = m.contagion.estates, m.books, m.ledger, m.trade_credit, Purpose.ESTATE
        if not self.settings.transmits or len(estates.rows) == 0:
            return
        sold, price = _assign(m, estates.rows)
        ledger.pay(books.world, 0, books.cash, sold, price, purpose=purpose)
        claims = np.flatnonzero(np.isin(estates.kind, (TRADE, ASSIGNED, WHOLESALE)) & (estates.paid > 0))
        kind, debtor, creditor, paid = (getattr(estates, name)[claims] for name in ("kind", "debtor", "creditor", "paid"))
        of = kind == TRADE
        ledger.pay(books.world, 0, books.cash, creditor[of], paid[of], purpose=purpose)
        ledger.pay(books.cash, debtor, books.world, 0, paid, purpose=purpose)
        ledger.cancel(books.receivables, creditor[of], books.payables, debtor[of], paid[of], purpose=purpose)
        for number, debt in ((ASSIGNED, books.payables), (WHOLESALE, books.wholesale_debt)):
            of = kind == number
            ledger.cancel(books.wholesalers, 0, debt, debtor[of], paid[of], purpose=purpose)
        links = estates.ref[np.flatnonzero(np.isin(estates.kind, (TRADE, ASSIGNED)))]
        trade.owed[links] = trade.fresh[links] = 0
        trade.is_late[estates.rows] = False


def _assign(m, suppliers):
    """Outside takes over what customers owe the failed `suppliers` and will pay when due; (suppliers, fen), one row a link.

    Writes: merchants.receivables; trade_credit.is_assigned, outside.
    """
    trade, books, purpose = m.trade_credit, m.books, Purpose.ESTATE
    links = trade.links_of_supplier(suppliers)
    links = links[(trade.owed[links] > 0) & ~trade.is_assigned[links] & (m.merchants.status[trade.customer[links]] == 0)]
    supplier, customer, owed = trade.supplier[links], trade.customer[links], trade.owed[links].copy()
    m.ledger.cancel(books.receivables, supplier, books.payables, customer, owed, purpose=purpose)
    m.ledger.owe(books.payables, customer, books.wholesalers, 0, owed, purpose=purpose)
    trade.is_assigned[links] = True
    return supplier, owed


def _stop_deliveries(m, suppliers):
    """Customers miss their share of deliveries; of owners who were cleared the closure did it.  Writes: merchants.supply_share."""
    trade, shops = m.trade_credit, m.merchants
    suppliers = suppliers[(shops.walked_on[suppliers] != m.day) & (shops.reopened_on[suppliers] < 0)]
    links = trade.links_of_supplier(suppliers)
    links = links[shops.reopened_on[trade.customer[links]] < 0]
    np.subtract.at(shops.supply_share, trade.customer[links], trade.share[links])
    shops.supply_share[trade.customer[links]] = np.maximum(shops.supply_share[trade.customer[links]], 0.0)
