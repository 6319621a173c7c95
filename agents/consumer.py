"""Consumers: what they have, what they know, what they do."""

import numpy as np
from pydantic import model_validator

from sim.core.finance import fen, is_last_payday_before_spring_festival
from sim.core.kernels import kernel, run_in_blocks
from sim.core.ledger import Purpose
from sim.core.population import Population, Row, column
from sim.core.random import Stream, bits, exponential, normal, normals, stream_key, uniform, uniforms
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

UNAWARE, REGISTERED = 0, 3  # funnel stages used so far: unaware 0, aware 1, considering 2, registered 3
NO_PURCHASES = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))
N_CANDIDATES = 3  # merchants met by chance beside the two favourites


class Segment(Settings):
    """One group of consumers."""

    share: float = setting(unit="share of consumers", ge=0, le=1, source="SOURCES 1.1: the young are over 70% of users")
    monthly_income_cny: float = setting(unit="CNY a month", gt=0, le=1e6, source="National Bureau of Statistics 2012, rounded")
    mobile_share: float = setting(unit="share", ge=0, le=1, source="assumption", meaning="Who shops on a phone rather than a PC")
    price_sensitivity: float = setting(unit="utility per log price", ge=0, le=20, source="Bijmolt et al. 2005 (mean elasticity 2.6)")
    innovative_weight: float = setting(unit="share", ge=0, le=1, source="assumption",
                                       meaning="What counts of a brand; the rest is professional")
    convenient_weight: float = setting(unit="share", ge=0, le=1, source="assumption",
                                       meaning="What counts of a brand; the rest is professional")
    privacy_concern: float = setting(unit="relative", ge=0, le=5, source="L23: three in ten are privacy-conscious; spread is an assumption",
                                     meaning="How much it hurts to be targeted")


class Segments(Settings):
    """The five groups, in the order of `consumers.segment`."""

    students: Segment = Segment(share=.24, monthly_income_cny=1500, mobile_share=.60, price_sensitivity=3.2,
                                innovative_weight=.45, convenient_weight=.40, privacy_concern=.6)
    young_professionals: Segment = Segment(share=.48, monthly_income_cny=4500, mobile_share=.55, price_sensitivity=2.6,
                                           innovative_weight=.35, convenient_weight=.45, privacy_concern=.9)
    middle_income: Segment = Segment(share=.14, monthly_income_cny=8000, mobile_share=.40, price_sensitivity=2.2,
                                     innovative_weight=.20, convenient_weight=.35, privacy_concern=1.3)
    small_city_rural: Segment = Segment(share=.10, monthly_income_cny=2500, mobile_share=.35, price_sensitivity=3.0,
                                        innovative_weight=.15, convenient_weight=.40, privacy_concern=1.1)
    affluent: Segment = Segment(share=.04, monthly_income_cny=20000, mobile_share=.50, price_sensitivity=1.6,
                                innovative_weight=.20, convenient_weight=.25, privacy_concern=1.6)

    @model_validator(mode="after")
    def _shares_sum_to_one(self):
        total = sum(segment.share for segment in self.in_order())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the shares of the five segments sum to {total:g}; they must sum to 1")
        return self

    def in_order(self) -> list[Segment]:
        """The segments by number."""
        return [getattr(self, name) for name in type(self).model_fields]


class ConsumerSettings(Settings):
    """Who the consumers are and how they shop."""

    count: int = setting(100_000, unit="consumers", ge=10, le=10_000_000, source="DESIGN 2")
    isolated: int = setting(0, unit="consumers", ge=0, le=1_000_000, source="DESIGN 6",
                            meaning="Added after `count`, without income or ties: they must not move anybody else")
    segments: Segments = Segments()
    income_spread: float = setting(.45, unit="standard deviation of log income", ge=0, le=2,
                                   source="assumption (Gini about .25 inside a segment)")
    living_share: float = setting(.55, unit="share of income", ge=0, le=1,
                                  source="National Bureau of Statistics 2012: consumption share, rounded",
                                  meaning="Spent outside the platform on payday")
    bonus_months: float = setting(0.0, unit="months of income", ge=0, le=24,
                                  source="usual practice in China: a thirteenth month; off unless a scenario says so",
                                  meaning="Paid beside the last income before Spring Festival, and saved")
    savings_months: float = setting(4.0, unit="months of income", ge=0, le=60, source="assumption",
                                    meaning="Deposits above this leave for other investments on payday")
    purchases_a_year: float = setting(60.0, unit="purchases a year", ge=0, le=365, source="assumption: a little more than weekly")
    basket_cny: float = setting(370.0, unit="CNY", gt=0, le=100_000,
                                source="assumption: 16 000 CNY a year after failed payments; sets the size of draws (M01)", calibrated=True)
    basket_spread: float = setting(.8, unit="standard deviation of log basket", ge=0, le=3, source="assumption")
    favourite_bonus: float = setting(1.2, unit="utility", ge=0, le=10, source="assumption: inertia of repeat purchase",
                                     meaning="Advantage of a merchant bought from before")
    registered_share: float = setting(.80, unit="share", ge=0, le=1, source="assumption for 2012",
                                      meaning="Consumers with a wallet on the first day")
    adoption_alone: float = setting(.03, unit="per year", ge=0, le=5, source="L42 (Bass p)")
    adoption_social: float = setting(.38, unit="per year, all neighbours registered", ge=0, le=20, source="L42 (Bass q)")
    wallet_preference: float = setting(.75, unit="probability", ge=0, le=1, source="assumption",
                                       meaning="A registered consumer tries the wallet before the bank card")
    phone_adoption: float = setting(.0, unit="per year", ge=0, le=20, source="user",
                                    meaning="Consumers at a desk who turn to shopping on a phone, for good")
    retry_prob: float = setting(.6, unit="probability", ge=0, le=1, source="assumption",
                                meaning="Tries the other way to pay after a failure")


# --- columns ----------------------------------------------------------------------------------------------------------


class Consumer(Row):
    """One consumer, looked at."""


class Consumers(Population):
    """All consumers."""

    name = "consumers"
    row_type = Consumer

    segment = column(np.int8, "number", "Segment, in the order of consumers.segments")
    region = column(np.int8, "number", "Region 0-7")
    is_woman = column(np.bool_, "yes/no", "Gender as the platform records it")
    is_mobile = column(np.bool_, "yes/no", "Shops on a phone rather than a PC")
    home_bank = column(np.int16, "bank", "Bank of the deposit")
    payday = column(np.int8, "day of the month", "Income arrives on this day, 1-28")
    income = column(np.int64, "fen a month", "Income")
    deposit = column(np.int64, "fen", "Sight deposit at the home bank")
    wallet = column(np.int64, "fen", "Balance at the focal platform")
    is_investor = column(np.bool_, "yes/no", "Would buy P2P notes")
    notes = column(np.int64, "fen", "P2P notes held")
    shopping_rate = column(np.float32, "purchases a day", "Propensity to shop on an ordinary day")
    basket_scale = column(np.float32, "fen", "Median basket")
    stage = column(np.int8, "number", "Funnel stage at the focal platform")
    registered_on = column(np.int32, "day", "Day of registration; -1 before", default=-1)
    registered_neighbours = column(np.int32, "consumers", "Neighbours with a wallet")
    favourite = column(np.int32, "merchant", "Two merchants bought from last; -1 none", default=-1, width=2)
    satisfaction = column(np.float32, "share", "Satisfaction with the marketplace, 0-1", default=.8)
    last_platform = column(np.int8, "platform", "Platform used last, where they compete; -1 none", default=-1)
    known_banks = column(np.uint64, "bits", "Banks known, a bit each, where platforms compete")
    considered_banks = column(np.uint64, "bits", "Of them those considered")


# --- birth ------------------------------------------------------------------------------------------------------------


def create_consumers(m) -> Consumers:
    """Consumers as they are on the first day; every property depends on the world seed and the own id only.

    Draws: CONSUMER_BIRTH, slots 0-3 and 20-28.
    """
    s = m.settings.consumers
    key, n = stream_key(m.world_seed, Stream.CONSUMER_BIRTH), s.count + s.isolated
    c = Consumers(m, n)
    segments = s.segments.in_order()
    edges = np.cumsum([segment.share for segment in segments])
    c.segment[:] = np.minimum(np.searchsorted(edges, uniforms(key, 0, n, 20), side="right"), len(segments) - 1)
    c.region[:] = (uniforms(key, 0, n, 21) * 8).astype(np.int8)
    c.is_woman[:] = uniforms(key, 0, n, 22) < .5
    c.is_mobile[:] = uniforms(key, 0, n, 23) < np.array([segment.mobile_share for segment in segments])[c.segment]
    c.home_bank[:] = m.banks.draw_home(uniforms(key, 0, n, 24))
    c.payday[:] = 1 + (uniforms(key, 0, n, 25) * 28).astype(np.int8)
    typical = np.array([fen(segment.monthly_income_cny) for segment in segments])[c.segment]
    relative = np.exp(s.income_spread * normals(key, 0, n, 0) - s.income_spread ** 2 / 2)
    c.income[:] = typical * relative
    c.income[s.count:] = 0
    c.deposit[:] = c.income * (.5 + uniforms(key, 0, n, 26) * s.savings_months)
    keenness = np.exp(.6 * normals(key, 0, n, 1) - .18)
    c.shopping_rate[:] = np.minimum(s.purchases_a_year / 365 * keenness, .9)
    average_income = sum(segment.share * segment.monthly_income_cny for segment in segments) * 100
    affordable = np.sqrt(c.income / average_income)
    c.basket_scale[:] = fen(s.basket_cny) * np.exp(-s.basket_spread ** 2 / 2) * affordable
    c.stage[:] = np.where(uniforms(key, 0, n, 27) < s.registered_share, REGISTERED, UNAWARE)
    c.registered_on[c.stage == REGISTERED] = 0
    c.is_investor[:] = uniforms(key, 0, n, 28) < m.settings.p2p.investor_share
    return c


# --- steps ------------------------------------------------------------------------------------------------------------


def receive_income(m):
    """Consumers are paid, live on a part of their usual income, and invest elsewhere what exceeds their savings target.

    Who has a purse among the products keeps what she lives on until she spends it.
    Reads: consumers.income, consumers.payday, holdings.held, m.conditions.  Writes: consumers.deposit, savers.to_live.
    """
    c, s = m.consumers, m.settings.consumers
    rows = np.flatnonzero(c.payday == m.calendar.month_day(m.day)[1])
    if len(rows) == 0:
        return
    income = c.income[rows]
    paid = m.conditions.income_of(rows, income)
    if s.bonus_months > 0 and is_last_payday_before_spring_festival(m.date):
        paid = paid + (income * s.bonus_months).astype(np.int64)
    m.ledger.pay(m.books.world, 0, m.books.deposit, rows, paid, purpose=Purpose.WAGES)
    surplus = np.maximum(0, c.deposit[rows] + m.savings.held_by(m, rows) - (income * s.savings_months).astype(np.int64))
    living = (income * s.living_share).astype(np.int64)
    spent = np.minimum(c.deposit[rows], living + surplus // 2)
    kept = m.savings.keep_to_live(m, rows, np.minimum(living, spent))
    m.ledger.pay(m.books.deposit, rows, m.books.world, 0, spent - kept, purpose=Purpose.LIVING_COSTS)


def change_device(m):
    """Some consumers who shop at a desk turn to a phone.

    Writes: consumers.is_mobile.  Draws: PHONE_ADOPTION, one per consumer.
    """
    s, c = m.settings.consumers, m.consumers
    if s.phone_adoption > 0:
        u = uniforms(stream_key(m.path_seed, Stream.PHONE_ADOPTION, m.day), 0, len(c), 0)
        c.is_mobile[(u < s.phone_adoption / 365) & (c.income > 0)] = True


def wish_for_notes(m) -> tuple[np.ndarray, np.ndarray]:
    """On payday investors among the registered would put a part of what income leaves over living costs into P2P notes.

    Returns (rows, fen each).  Reads: consumers.is_investor, payday, stage, deposit, income.
    """
    c = m.consumers
    rows = np.flatnonzero(c.is_investor & (c.payday == m.calendar.month_day(m.day)[1]) & (c.stage >= REGISTERED))
    left = c.income[rows] * (1.0 - m.settings.consumers.living_share)
    return rows, np.minimum(c.deposit[rows], (left * m.settings.p2p.saved_share).astype(np.int64))


def register(m):
    """Consumers without a wallet register with the Bass hazard of their registered neighbours, where no platform competes.

    Reads: consumers.registered_neighbours.  Writes: consumers.stage, consumers.registered_on,
    consumers.registered_neighbours.  Draws: CONSUMER_ADOPTION, one per unregistered consumer.
    P = 1 - (1 - p)(1 - q / degree)^(registered neighbours), per day.  Source: Rand and Rust (2011), micro form of Bass.
    """
    c, s = m.consumers, m.settings.consumers
    if m.settings.customers.is_contested:
        return
    key = stream_key(m.path_seed, Stream.CONSUMER_ADOPTION, m.day)
    degrees = m.social.degrees()
    new = np.concatenate(run_in_blocks(lambda start, stop: _register(
        key, start, stop, c.stage, c.registered_neighbours, degrees, s.adoption_alone / 365, s.adoption_social / 365),
        len(c), m.threads))
    c.stage[new] = REGISTERED
    c.registered_on[new] = m.day
    m.social.push_change(new, 1, c.registered_neighbours)


def go_shopping(m):
    """Some consumers shop today, who holds a promise more, who bought ahead less.

    Reads: consumers.shopping_rate, promotions.urge_today, need_today.  Writes: m.shoppers, promotions.is_extra.
    Draws: CONSUMER_SHOPS, one per consumer.
    """
    key, factor = stream_key(m.path_seed, Stream.CONSUMER_SHOPS, m.day), np.float32(m.goods.shopping_factor_today)
    if len(m.promotions.urge_today):
        m.shoppers = _urged_shoppers(key, m.consumers.shopping_rate, factor, m.promotions.need_today, m.promotions.urge_today,
                                     m.promotions.is_extra)
        return
    m.shoppers = np.concatenate(run_in_blocks(lambda start, stop: _shoppers(key, start, stop, m.consumers.shopping_rate, factor),
                                              len(m.consumers), m.threads))


def choose_purchases(m):
    """Today's shoppers choose a basket and a merchant; intentions only, nothing is paid.

    What is owed on a line of the credit payment is money gone, a part of the line money at hand.
    Reads: m.shoppers, consumers.favourite, deposit, wallet, merchants.appeal, credit_users.line.  Writes: m.purchases (a list of
    intentions: buyer, first and second merchant, amount).  Draws: CONSUMER_BASKET, one per consumer;
    CONSUMER_MERCHANT, one per (consumer, merchant) and one per candidate.  Source: McFadden (1974).
    """
    c, s = m.consumers, m.settings.consumers
    basket, choice = (stream_key(m.path_seed, stream, m.day) for stream in (Stream.CONSUMER_BASKET, Stream.CONSUMER_MERCHANT))
    bonus = np.exp(s.favourite_bonus)

    def block(start, stop):
        buyer = m.shoppers[start:stop]
        return buyer, *_baskets_and_merchants(basket, choice, buyer, c.segment, c.basket_scale, s.basket_spread,
                                              c.deposit, c.wallet, m.credit_users.line_at_hand(buyer), c.favourite, bonus,
                                              m.merchants.appeal, m.goods.alias_threshold, m.goods.alias_other)

    parts = run_in_blocks(block, len(m.shoppers), m.threads)
    m.purchases = tuple(np.concatenate(column) for column in zip(*parts)) if parts else NO_PURCHASES


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _register(key, start, stop, stage, registered_neighbours, degrees, alone, social):
    """Rows that register: u < 1 - (1 - p)(1 - q / d)^k."""
    new = np.empty(stop - start, np.int64)
    count = 0
    for i in range(start, stop):
        if stage[i] < REGISTERED:
            unmoved = 1.0 - alone
            if degrees[i] > 0:
                unmoved *= (1.0 - min(social / degrees[i], 1.0)) ** registered_neighbours[i]
            if uniform(key, i, 0) < 1.0 - unmoved:
                new[count] = i
                count += 1
    return new[:count]


@kernel
def _shoppers(key, start, stop, shopping_rate, factor):
    """Rows with u_i < rate_i * factor, compacted without branches."""
    rows = np.empty(stop - start + 1, np.int64)
    count = 0
    scale = np.float32(1.0 / 16777216.0)
    for i in range(start, stop):
        u = np.float32(np.int32(bits(key, i, 0) >> np.uint64(40))) * scale
        rows[count] = i
        count += u < shopping_rate[i] * factor
    return rows[:count]


@kernel
def _urged_shoppers(key, shopping_rate, factor, need, urge, is_extra):
    """Rows with u_i < rate_i factor need_i urge_i; extra are those with u_i >= rate_i factor need_i."""
    rows = np.empty(len(shopping_rate), np.int64)
    count = 0
    scale = np.float32(1.0 / 16777216.0)
    for i in range(len(shopping_rate)):
        u = np.float32(np.int32(bits(key, i, 0) >> np.uint64(40))) * scale
        base = shopping_rate[i] * factor * need[i]
        if u < base * urge[i]:
            is_extra[i] = u >= base
            rows[count] = i
            count += 1
    return rows[:count]


@kernel
def _baskets_and_merchants(basket_key, choice_key, buyer, segment, basket_scale, basket_spread, deposit, wallet, line_at_hand,
                           favourite, bonus, appeal, alias_threshold, alias_other):
    """Basket b_i = scale_i exp(spread z_i), at most half the money at hand; merchants argmin_j Exp_ij / appeal_j.

    The two best of {favourites} + {N_CANDIDATES drawn by size} are kept, so that an empty shelf has a second choice.
    """
    n = len(buyer)
    amount, first, second = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    n_merchants = len(alias_threshold)
    candidates = np.empty(2 + N_CANDIDATES, np.int32)
    for k in range(n):
        i = buyer[k]
        wish = basket_scale[i] * np.exp(basket_spread * normal(basket_key, i, 0))
        at_hand = np.float64(deposit[i] + wallet[i])
        if len(line_at_hand) > 0:
            at_hand = max(at_hand + line_at_hand[k], 0.0)
        amount[k] = np.int64(min(wish, .5 * at_hand))
        candidates[0], candidates[1] = favourite[i, 0], favourite[i, 1]
        for slot in range(N_CANDIDATES):
            x = uniform(choice_key, i, slot - N_CANDIDATES) * n_merchants
            j = np.int64(x)
            candidates[2 + slot] = j if x - j < alias_threshold[j] else alias_other[j]
        best, next_best, best_cost, next_cost = -1, -1, np.inf, np.inf
        for slot in range(2 + N_CANDIDATES):
            j = candidates[slot]
            if j < 0 or j == best or j == next_best:
                continue
            weight = appeal[j, segment[i]] * (bonus if slot < 2 else 1.0)
            if weight <= 0.0:
                continue
            cost = exponential(choice_key, i, j) / weight
            if cost < best_cost:
                next_best, next_cost = best, best_cost
                best, best_cost = j, cost
            elif cost < next_cost:
                next_best, next_cost = j, cost
        first[k], second[k] = best, next_best
    return amount, first, second
