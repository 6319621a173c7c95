"""Savings: what consumers hold in products beside their deposits, who put money in and took it out, what it earned.

A product's money lies with its issuer, an entity of its own in the books; what is held is the issuer's debt to holders, one fen for one
fen.  Returns are paid as more of it (or less), whole fen, the fraction carried to tomorrow.

Choice: the issuer's money is placed outside this slice, and what it earns comes from there.  Source: at the end of 2013 nine tenths of the
fund were deposits agreed with banks at the interbank rate.  Alternative: deposits at the banks of this market.  Reason: banks here
earn the rate on reserves on what they hold, so they could not pay the fund's yield, and that deposits leave them would not show.
"""

import numpy as np

from sim.core.budgets import Budgets
from sim.core.ledger import Purpose
from sim.core.population import Population, Row, column

ALL = 2**62  # asked for: everything that is held when it is paid


class Holding(Row):
    """One consumer's part in one product, looked at."""


class Holdings(Population):
    """All consumers in all products: row k n + i is consumer i in product k; no rows where there are no products."""

    name = "holdings"
    row_type = Holding

    joined_on = column(np.int32, "day", "Took the product up; -1 does not have it", default=-1)
    friends = column(np.int32, "consumers", "Friends who have it")
    held = column(np.int64, "fen", "What is held in it")
    carry = column(np.float64, "fen", "Fraction of a fen of its return, paid later")
    boost_carry = column(np.float64, "fen", "The same of a platform's boost")
    requested = column(np.int64, "fen", "Asked for and not yet paid out; 2^62 is all")
    due_on = column(np.int32, "day", "Day on which that is due; -1 nothing is", default=-1)

    def of(self, product: int) -> slice:
        """The rows of one product."""
        n = len(self.model.consumers)
        return slice(product * n, (product + 1) * n)

    def members(self, product: int) -> np.ndarray:
        """Consumers who have it, ascending."""
        return np.flatnonzero(self.joined_on[self.of(product)] >= 0)

    def enter(self, product: int, ids, day: int) -> None:
        """The consumers `ids` take it up (day of it) or give it up (-1), and their friends see it."""
        self.joined_on[self.of(product)][ids] = day
        self.model.social.push_change(ids, 1 if day >= 0 else -1, self.friends[self.of(product)])


class Saver(Row):
    """One consumer as a saver, looked at."""


class Savers(Population):
    """All consumers, where there are products."""

    name = "savers"
    row_type = Saver

    to_live = column(np.int64, "fen", "Kept back on payday to live on until the next")
    shopped = column(np.int64, "fen", "Taken out of a product since payday to pay for shopping")


class Boost:
    """Extra points in force today: number of the tactic, product, platform that pays, per year, and what may still be spent, fen."""

    def __init__(self, number: int, product: int, platform: int, apr: float, left: int):
        self.number, self.product, self.platform, self.apr, self.left = number, product, platform, apr, left


class Savings(Budgets):
    """What the market for savings keeps.

    cash, owed: money of each product's issuer and what it owes holders, fen, (n_products,).  fee_carry: fraction of a fen of its fee.
    boosts_today: in force.  yield_cut_today: taken off yields by a shock, per year.
    ease_today: friction taken off paying on a phone, by row of the customers; empty without wallets.
    joined_today, left_today: consumers.  subscribed_today, redeemed_today, returned_today, boosted_today: fen, (n_products,).
    """

    COUNTS = ("joined_today", "left_today", "subscribed_today", "redeemed_today", "returned_today", "boosted_today")

    def __init__(self, m):
        super().__init__()
        n = len(m.products)
        self.cash, self.owed, self.fee_carry = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n)
        for name in self.COUNTS:
            setattr(self, name, np.zeros(n, np.int64))
        for number, product in enumerate(m.products):
            self.cash[number] = round(100 * getattr(product.settings, "reserve_cny", 0.0))
        self._start_day(n)

    def _start_day(self, n: int) -> None:
        self.boosts_today: list[Boost] = []
        self.yield_cut_today = np.zeros(n)
        self.ease_today = np.zeros(0, np.float32)
        self.wishes_today: list[tuple] = []
        self.living_today = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def state(self) -> dict:
        """What a checkpoint keeps: the issuers' money, budgets spent, the counts of the day."""
        return {name: getattr(self, name) for name in ("cash", "owed", "fee_carry", "spent", "ended", *self.COUNTS)}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's books back."""
        for name in ("cash", "owed", "fee_carry", *self.COUNTS):
            getattr(self, name)[...] = state[name]
        self.spent, self.ended = dict(state["spent"]), tuple(state["ended"])
        self._start_day(len(self.cash))

    def open_day(self, m) -> None:
        """No wish, no boost, no cut yet; phones with a wallet pay easily at its platform."""
        self._start_day(len(m.products))
        for name in self.COUNTS:
            getattr(self, name)[:] = 0
        for number, product in enumerate(m.products):
            ease = getattr(product.settings, "ease", 0.0)
            if ease > 0 and product.settings.platform < len(m.platforms):
                if not len(self.ease_today):
                    self.ease_today = np.zeros(len(m.customers), np.float32)
                self.ease_today[m.holdings.members(number) + m.customers.of(product.settings.platform).start] += np.float32(ease)

    def boost(self, number: int, product: int, platform: int, apr: float, left: int) -> None:
        """A tactic adds points to a product today, of which it can pay `left` fen."""
        self.boosts_today.append(Boost(number, product, platform, apr, left))

    def held_by(self, m, rows):
        """What the consumers `rows` hold in all products, fen; 0 where there are none."""
        if not m.products:
            return 0
        return m.holdings.held.reshape(len(m.products), -1)[:, rows].sum(axis=0)

    def keep_to_live(self, m, rows, amount):
        """Savers among the consumers `rows` spend `amount`, fen each, by and by until the next payday; returns what is kept back."""
        if not m.products:
            return 0
        purses = [m.holdings.joined_on[m.holdings.of(number)][rows] >= 0 for number, product in enumerate(m.products) if product.is_purse]
        kept = np.where(np.any(purses, axis=0), amount, 0) if purses else np.zeros(len(rows), np.int64)
        m.savers.to_live[rows] += kept
        return kept


# --- steps ------------------------------------------------------------------------------------------------------------


def take_subscriptions(m):
    """Savers pay from their deposits into products what they wished to, as far as it is there and reaches the minimum.

    Reads: savings.wishes_today.  Writes: consumers.deposit; holdings.held; savings.cash, owed, subscribed_today.
    """
    for number, ids, wish in m.savings.wishes_today:
        minimum, held = round(100 * m.products[number].settings.minimum_cny), m.holdings.held[m.holdings.of(number)]
        amount = np.minimum(wish, m.consumers.deposit[ids])
        amount = np.where((amount >= minimum) | (held[ids] >= minimum), amount, 0)
        rows = ids + m.holdings.of(number).start
        m.savings.subscribed_today[number] += m.ledger.pay(m.books.deposit, ids, m.books.product_cash, number, amount,
                                                           purpose=Purpose.SUBSCRIPTION)
        m.ledger.owe(m.books.product_debt, number, m.books.held, rows, amount, purpose=Purpose.SUBSCRIPTION)


def pay_redemptions(m):
    """What was asked for and is due is paid out, all in the same proportion if a product's liquid money does not reach; the rest waits.

    Reads: savings.subscribed_today.  Writes: consumers.deposit; holdings.held, requested, due_on; savings.cash, owed, redeemed_today.
    """
    for number, product in enumerate(m.products):
        rows = np.arange(m.holdings.of(number).start, m.holdings.of(number).stop)
        due = rows[(m.holdings.due_on[rows] >= 0) & (m.holdings.due_on[rows] <= m.day)]
        if len(due) == 0:
            continue
        wanted = np.minimum(m.holdings.requested[due], m.holdings.held[due])
        open_share = m.conditions.fund_liquidity_today if product.kind == "money_market_fund" else 1.0
        liquid = int(m.savings.owed[number] * product.settings.liquid_share * open_share) + int(m.savings.subscribed_today[number])
        liquid = max(liquid - int(m.savings.redeemed_today[number]), 0)  # who fled was served in the morning
        liquid, total = min(liquid, int(m.savings.cash[number])), int(wanted.sum())
        paid = wanted if total <= liquid else (wanted * (liquid / total)).astype(np.int64)
        m.savings.redeemed_today[number] += m.ledger.pay(m.books.product_cash, number, m.books.deposit, due % len(m.consumers), paid,
                                                         purpose=Purpose.REDEMPTION)
        m.ledger.cancel(m.books.held, due, m.books.product_debt, number, paid, purpose=Purpose.REDEMPTION)
        done = paid == wanted
        m.holdings.requested[due] = np.where(done, 0, np.where(m.holdings.requested[due] == ALL, ALL, wanted - paid))
        m.holdings.due_on[due[done]] = -1


def pay_living(m):
    """Savers who kept back what they live on spend a day's part of it; what their deposits do not reach they go without.

    Reads: savings.living_today.  Writes: consumers.deposit; savers.to_live.
    """
    ids, amount = m.savings.living_today
    if len(ids) == 0:
        return
    m.savers.to_live[ids] -= amount
    m.ledger.pay(m.books.deposit, ids, m.books.world, 0, np.minimum(amount, m.consumers.deposit[ids]), purpose=Purpose.LIVING_COSTS)


def pay_returns(m):
    """Products credit holders with what they earned today, or lost, and pay their platform its fee; platforms pay their boosts.

    Paid_i = floor(held_i r + carry_i).  Whoever closed a product and waits for money earns on it until it is paid.
    Writes: holdings.held, carry, boost_carry; savings.cash, owed, fee_carry, returned_today, boosted_today, spent, ended;
    platforms.own_funds; consumers.deposit, customers.satisfaction (insurance and advice).
    """
    for number, product in enumerate(m.products):
        if product.holds_money and m.savings.owed[number] > 0:
            _pay_return(m, number, product.return_today(m, number))
            _pay_fee(m, number, product.settings.fee_apr)
        product.work(m, number)
    for boost in m.savings.boosts_today:
        _pay_boost(m, boost)


def _pay_return(m, number: int, growth: float):
    holdings, books = m.holdings, m.books
    rows = np.flatnonzero(holdings.held[holdings.of(number)] > 0) + holdings.of(number).start
    exact = holdings.held[rows] * growth + holdings.carry[rows]
    whole = np.maximum(np.floor(exact).astype(np.int64), -holdings.held[rows])
    holdings.carry[rows] = exact - whole
    gained, lost = whole > 0, whole < 0
    total = m.ledger.pay(books.world, 0, books.product_cash, number, int(whole[gained].sum()), purpose=Purpose.PRODUCT_RETURN)
    m.ledger.owe(books.product_debt, number, books.held, rows[gained], whole[gained], purpose=Purpose.PRODUCT_RETURN)
    m.ledger.cancel(books.held, rows[lost], books.product_debt, number, -whole[lost], purpose=Purpose.PRODUCT_RETURN)
    total -= m.ledger.pay(books.product_cash, number, books.world, 0, int(-whole[lost].sum()), purpose=Purpose.PRODUCT_RETURN)
    m.savings.returned_today[number] += total


def _pay_fee(m, number: int, fee_apr: float):
    """The fee is earned beside what holders get: yields are stated after it.  A platform that is not open gets none."""
    if not m.platforms.is_open[m.products[number].settings.platform]:
        return
    exact = m.savings.owed[number] * (fee_apr / 365) + m.savings.fee_carry[number]
    fee = int(exact)
    m.savings.fee_carry[number] = exact - fee
    m.ledger.pay(m.books.world, 0, m.books.product_cash, number, fee, purpose=Purpose.PRODUCT_RETURN)
    m.ledger.pay(m.books.product_cash, number, m.books.platform_own, m.products[number].settings.platform, fee, purpose=Purpose.PRODUCT_FEE)


def _pay_boost(m, boost: Boost):
    """Extra points for whoever holds anything tonight, while the budget lasts; on the last day all get the same part."""
    holdings = m.holdings
    rows = np.flatnonzero(holdings.held[holdings.of(boost.product)] > 0) + holdings.of(boost.product).start
    exact = holdings.held[rows] * (boost.apr / 365) + holdings.boost_carry[rows]
    whole = np.floor(exact).astype(np.int64)
    total = int(whole.sum())
    if total > boost.left:
        whole = (whole * (boost.left / total)).astype(np.int64)
        m.savings.end(boost.number)
    holdings.boost_carry[rows] = exact - np.floor(exact)
    paid = m.ledger.pay(m.books.platform_own, boost.platform, m.books.product_cash, boost.product, int(whole.sum()),
                        purpose=Purpose.RATE_BOOST)
    m.ledger.owe(m.books.product_debt, boost.product, m.books.held, rows, whole, purpose=Purpose.RATE_BOOST)
    m.savings.book(boost.number, paid)
    m.savings.boosted_today[boost.product] += paid
