"""The market for goods: who meets whom, what is on the shelf, how it is paid, and when the seller gets the money."""

import numpy as np

from sim.core.finance import spring_festival_days
from sim.core.kernels import kernel
from sim.core.random import Stream, exponential, stream_key, uniform
from sim.core.settings import Settings, setting
from sim.markets.payments import BY_CARD, BY_CREDIT, BY_WALLET, LOST, pay_into_escrow

# --- settings ---------------------------------------------------------------------------------------------------------

ESCROW_DAYS = 64  # columns of the ring in which sales wait for settlement; the longest delay is one less


class GoodsSettings(Settings):
    """Seasons, escrow and commission."""

    weekend_factor: float = setting(.93, unit="factor", ge=0, le=5, source="assumption: online shopping is a weekday habit",
                                    meaning="Shopping on Saturdays and Sundays relative to the mean weekday")
    singles_day_factor: float = setting(3.0, unit="factor", ge=0, le=50,
                                        source="press: 19.1 bn CNY on 11 November 2012, damped for credit-eligible shops")
    twelve_twelve_factor: float = setting(2.0, unit="factor", ge=0, le=50, source="press 2012, rounded")
    new_year_factor: float = setting(.35, unit="factor", ge=0, le=5, source="assumption: couriers rest at Spring Festival")
    before_new_year_factor: float = setting(1.2, unit="factor", ge=0, le=5, source="assumption")
    escrow_mean_days: float = setting(7.0, unit="days", ge=1, le=40, source="DESIGN 3: tau ~ Gamma, mean 7 days")
    escrow_shape: int = setting(4, unit="Gamma shape", ge=1, le=20, source="assumption: most parcels take 3 to 12 days")
    commission_share: float = setting(.03, unit="share of sales", ge=0, le=.5,
                                      source="assumption: marketplace fees and advertising bought from the platform")


def season(date, s: GoodsSettings) -> float:
    """Demand of a date relative to an ordinary weekday.  Source: GoodsSettings; dates of the lunar calendar."""
    factor = s.weekend_factor if date.weekday() >= 5 else 1.0
    if (date.month, date.day) == (11, 11):
        factor *= s.singles_day_factor
    elif (date.month, date.day) == (12, 12):
        factor *= s.twelve_twelve_factor
    for days in spring_festival_days(date):
        if -3 <= days <= 6:
            factor *= s.new_year_factor
        elif -24 <= days <= -8:
            factor *= s.before_new_year_factor
    return factor


class GoodsMarket:
    """What the market for goods keeps between steps: the season's factors and the table of who meets whom.

    season: demand factor by day of the run, with 90 days beyond the end, shape (days + 90,).
    alias_*: Vose's table to draw a merchant by its size in constant time; sizes never change, so one merchant's
    failure moves only the consumers who meet it.
    """

    def __init__(self, m):
        s = m.settings.goods
        self.season = np.array([season(m.calendar.date(day), s) for day in range(m.days + 90)])
        self.alias_threshold, self.alias_other = alias_table(m.merchants.size)
        self.demand_factor_today = 1.0
        self.merchant_factor_today = np.ones(len(m.merchants))
        self.gmv_today = self.lost_to_payment_today = self.lost_to_stock_today = 0
        self.phone_card_attempts_today = self.phone_card_successes_today = 0
        self.n_purchases_today = 0
        self.buyers_today = np.zeros(0, np.int64)  # whose purchases were paid, by id
        self.paid_today = np.zeros(0, np.int64)  # what each of them paid, fen
        self.refused_today = np.zeros(0, np.int64)  # who wanted to buy, and the shelf was empty or no payment went through

    def state(self) -> dict:
        """What a checkpoint keeps: the counts of the day; factors start afresh every morning."""
        return {name: value for name, value in vars(self).items() if name.endswith("_today") and isinstance(value, int)}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's day back."""
        vars(self).update(state)

    def open_day(self, day: int) -> None:
        """Today's season; shocks may still multiply `demand_factor_today` and `merchant_factor_today`."""
        self._season_today = self.season[min(day, len(self.season) - 1)]
        self.demand_factor_today = 1.0
        self.merchant_factor_today[:] = 1.0

    @property
    def shopping_factor_today(self) -> float:
        """Season times today's shocks."""
        return self._season_today * self.demand_factor_today


def alias_table(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds and partners to draw j with probability weight_j / sum.  Source: Vose (1991)."""
    n = len(weight)
    scaled = np.asarray(weight, float) * n / np.sum(weight)
    threshold, other = np.ones(n), np.arange(n, dtype=np.int32)
    small, large = [int(j) for j in np.flatnonzero(scaled < 1)], [int(j) for j in np.flatnonzero(scaled >= 1)]
    while small and large:
        j, k = small.pop(), large[-1]
        threshold[j], other[j] = scaled[j], k
        scaled[k] -= 1.0 - scaled[j]
        if scaled[k] < 1.0:
            small.append(large.pop())
    return threshold, other


# --- steps ------------------------------------------------------------------------------------------------------------


def settle_purchases(m):
    """Shelves and payments decide which intended purchases happen; the money goes into escrow.

    Reads: m.purchases.  Writes: merchants.inventory, sales_today, orders_today, demand_today, escrow, bundle_amount,
    bundle_due; consumers.favourite, satisfaction, deposit, wallet; customers.satisfaction; platforms.own_funds; goods.gmv_today,
    n_purchases_today, buyers_today, paid_today, refused_today, lost_to_payment_today, lost_to_stock_today,
    phone_card_attempts_today, phone_card_successes_today;
    credit_users.balance, used_on, n_purchases, spent; banks.own_funds, lender_claims; guarantors.cash, claims, borrowed;
    credit_payment.bank_claims, payers_today, fees_today, lent_today, n_purchases_today, leverage_today.
    Draws: CONSUMER_PAYMENT and PAYMENT_SUCCESS, one per buyer and attempt.  Buyers are served in order of id.
    """
    buyer, amount, first, second = m.purchases
    c, s, pay, g = m.consumers, m.merchants, m.settings.payments, m.goods
    habits = m.settings.consumers
    s.sales_today[:] = 0
    s.demand_today[:] = 0
    s.orders_today[:] = 0
    method, merchant, counts = _match(
        stream_key(m.path_seed, Stream.CONSUMER_PAYMENT, m.day), stream_key(m.path_seed, Stream.PAYMENT_SUCCESS, m.day),
        buyer, amount, first, second, c.stage, c.is_mobile, c.deposit, c.wallet, c.favourite, c.satisfaction,
        m.credit_users.room(buyer), m.credit_payment.to_lend(m), m.settings.credit_users.credit_preference,
        m.settings.credit_payment.success, habits.wallet_preference, habits.retry_prob, pay.wallet_success,
        pay.card_on_phone_success, pay.card_on_pc_success, s.cost_share, s.inventory, s.sales_today, s.demand_today, s.orders_today)
    g.lost_to_payment_today, g.lost_to_stock_today, g.phone_card_attempts_today, g.phone_card_successes_today = (int(x) for x in counts)
    pay_into_escrow(m, buyer, amount, merchant, method)
    paid = method != LOST
    g.buyers_today, g.paid_today, g.refused_today = buyer[paid], amount[paid], buyer[~paid & (first >= 0) & (amount > 0)]
    _put_in_ring(m)


def _put_in_ring(m):
    """Today's sales of a shop travel together and settle together after tau days.

    Draws: SETTLEMENT_DELAY, one per merchant.  tau ~ Gamma(shape, mean), at least 1 day.
    """
    s, proceeds = m.settings.goods, m.merchants.sales_today
    if m.credit_payment.fees_today is not None:
        proceeds = proceeds - m.credit_payment.fees_today
    _schedule(stream_key(m.path_seed, Stream.SETTLEMENT_DELAY, m.day), m.day, proceeds, s.escrow_shape,
              s.escrow_mean_days, m.merchants.bundle_amount, m.merchants.bundle_due, m.merchants.bundle_loan)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _match(method_key, success_key, buyer, amount, first, second, stage, is_mobile, deposit, wallet, favourite, satisfaction,
           room, to_lend, credit_preference, credit_success, wallet_preference, retry_prob, wallet_success, phone_success,
           pc_success, cost_share, inventory, sales_today, demand_today, orders_today):
    """For every buyer in turn: first choice if its shelf covers the cost, else the second; then up to two payments.

    room: on each buyer's line, empty without credit payment; to_lend: on all lines together.  A retry goes to the line if
    there is room and it was not tried yet.
    """
    n = len(buyer)
    method, merchant = np.full(n, LOST, np.int8), np.empty(n, np.int32)
    lost_payment, lost_stock, phone_attempts, phone_successes = 0, 0, 0, 0
    for k in range(n):
        i, a, j = buyer[k], amount[k], first[k]
        merchant[k] = j
        if j < 0 or a <= 0:
            continue
        demand_today[j] += a
        cost = np.int64(np.floor(a * cost_share[j]))
        if inventory[j] < cost:
            j = second[k]
            if j >= 0:
                cost = np.int64(np.floor(a * cost_share[j]))
            if j < 0 or inventory[j] < cost:
                lost_stock += 1
                satisfaction[i] -= np.float32(.02) * satisfaction[i]
                continue
        can_card = deposit[i] >= a
        can_wallet = stage[i] >= 3 and (len(room) == 0 or deposit[i] + wallet[i] >= a)
        can_credit = len(room) > 0 and room[k] >= a and to_lend >= a
        way = BY_WALLET if can_wallet and (uniform(method_key, i, 0) < wallet_preference or not can_card) else BY_CARD
        other = BY_CARD if way == BY_WALLET else BY_WALLET
        if can_credit:
            if uniform(method_key, i, 2) < credit_preference or not (can_wallet or can_card):
                way, other = BY_CREDIT, way
            else:
                other = BY_CREDIT
        paid = LOST
        for attempt in range(2):
            if attempt == 1:
                if uniform(method_key, i, 1) >= retry_prob or stage[i] < 3:
                    break
                way = other
            if (way == BY_CARD and not can_card) or (way == BY_WALLET and not can_wallet):
                break
            u = uniform(success_key, i, attempt)
            if way == BY_CREDIT:
                if u < credit_success:
                    paid = BY_CREDIT
                    to_lend -= a
            elif way == BY_WALLET:
                if u < wallet_success:
                    paid = BY_WALLET
            elif is_mobile[i]:
                phone_attempts += 1
                if u < phone_success:
                    phone_successes += 1
                    paid = BY_CARD
            elif u < pc_success:
                paid = BY_CARD
            if paid != LOST:
                break
        if paid == LOST:
            lost_payment += 1
            satisfaction[i] -= np.float32(.05) * satisfaction[i]
            continue
        method[k], merchant[k] = paid, j
        inventory[j] -= cost
        sales_today[j] += a
        orders_today[j] += 1
        satisfaction[i] += np.float32(.01) * (np.float32(1.0) - satisfaction[i])
        if favourite[i, 0] != j:
            favourite[i, 1] = favourite[i, 0]
            favourite[i, 0] = j
    return method, merchant, np.array([lost_payment, lost_stock, phone_attempts, phone_successes])


@kernel
def _schedule(key, day, sales_today, shape, mean_days, bundle_amount, bundle_due, bundle_loan):
    """bundle[day mod ring] = sales; due = day + max(1, round(mean / shape * sum of `shape` exponentials))."""
    ring = bundle_amount.shape[1]
    slot = day % ring
    for j in range(len(sales_today)):
        bundle_amount[j, slot] = sales_today[j]
        bundle_loan[j, slot] = -1
        if sales_today[j] > 0:
            total = 0.0
            for k in range(shape):
                total += exponential(key, j, k)
            delay = np.int64(np.rint(total * mean_days / shape))
            bundle_due[j, slot] = day + min(max(delay, 1), ring - 1)
        else:
            bundle_due[j, slot] = -1
