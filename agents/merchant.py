"""Merchants: what they have, what they know, what they do.

Choice: owners keep a target of own cash and withdraw the rest; orders come in cycles of about two weeks.
Source: DESIGN 4.7.  Alternative: profit-maximising inventory (newsvendor) with retained earnings.
Reason: with retained earnings the credit need of a profitable shop is gone within months, and S14 with it.
"""

import numpy as np
from pydantic import model_validator

from agents.lending.pricing import MOST_LENDERS
from agents.yearly_sales import MONTHS_KEPT, add_to_month
from sim.core.finance import MINUTES_PER_DAY, fen
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.population import Population, Row, column
from sim.core.random import Stream, normal, normals, stream_key, uniform, uniforms, uniforms_of
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

VENUES = ("marketplace", "B2B", "offline")
N_SECTORS = 12
CERTIFIED_ABOVE, CERTIFIED_BY_QUALITY = -.524, .8  # seven in ten are certified, the better shops more often (assumption)
OPEN, CLOSED = 0, 1  # status; a closed shop sells nothing and refunds what waits in escrow
UNDECIDED, TAKES, LEAVES = 0, 1, 2  # credit_choice: nothing offered yet; borrows when in need; never borrows
LONGEST_REVIEW = 40  # days
FORGOTTEN = ("closed_on", "walked_on", "returns_on", "trouble_since", "unpaid_days", "normal_sales", "rating", "complaint_share",
             "sales_trend", "sales_recent", "fake_sales", "score", "credit_limit", "is_frozen", "loan_life", "last_draw_on",
             "credit_choice", "decided_on", "trial", "offered_offset", "rate_offset", "term_applied_on", "term_lender", "term_due_on",
             "term_reserve", "supply_share", "is_certified", "visit_wanted_on", "visited_on", "impression", "stated_sales",
             "stated_margin", "term_ask_again_on", "term_tries", "monthly_sales")  # what nobody knows of a shop under another name
RING_DAYS = 64  # columns of the bundles in escrow, as sim.markets.goods.ESCROW_DAYS (a test holds them equal)


class MerchantSettings(Settings):
    """Who the merchants are and how they keep shop."""

    count: int = setting(2_150, unit="merchants", ge=2, le=1_000_000,
                         source="assumption: one per 47 consumers; credit-eligible shops are larger than the average of one per 30")
    size_spread: float = setting(1.0, unit="standard deviation of log size", ge=0, le=3, source="assumption: body of the size distribution")
    size_tail: float = setting(2.0, unit="Pareto exponent", gt=1, le=10,
                               source="Axtell 2001 has firms near 1; the shops of one slice are thinner", calibrated=True)
    cost_share_low: float = setting(.70, unit="share of price", ge=0, le=1, source="assumption: gross margin 20-30%")
    cost_share_high: float = setting(.80, unit="share of price", ge=0, le=1, source="assumption: gross margin 20-30%")
    demand_persistence: float = setting(.97, unit="a day", ge=0, lt=1, source="assumption: a shop's luck lasts about a month")
    demand_spread: float = setting(.25, unit="standard deviation of log demand", ge=0, le=2, source="assumption")
    quality_drift: float = setting(.01, unit="a day, standard deviations", ge=0, le=1, source="assumption")
    review_mean_days: float = setting(17.0, unit="days", ge=2, le=40, source="DESIGN 4.7: order cycles of about two weeks", calibrated=True)
    review_spread: float = setting(.30, unit="standard deviation of log days", ge=0, le=1, source="assumption")
    safety_days: float = setting(3.0, unit="days of sales", ge=0, le=30, source="assumption")
    own_cash_low: float = setting(.06, unit="share of a typical order", ge=0, le=2, source="assumption", calibrated=True,
                                  meaning="Own cash an owner leaves in the shop: lowest")
    own_cash_high: float = setting(.62, unit="share of a typical order", ge=0, le=2, source="assumption", calibrated=True,
                                   meaning="Own cash an owner leaves in the shop: highest")
    trust_in_line: float = setting(.85, unit="share of the line", ge=0, le=1.5,
                                   source="assumption: owners count most of the line as liquidity", calibrated=True,
                                   meaning="Owners with a line leave at least order - this share of the line in the shop")
    operating_cost_share: float = setting(.08, unit="share of sales", ge=0, le=1, source="assumption: rent, wages, parcels")
    relink_days: float = setting(30.0, unit="days, mean", ge=1, le=3650, source="assumption: a month to find another supplier",
                                 meaning="Until a shop has replaced a supplier whose account was cleared")
    bank_application_rate: float = setting(.10, unit="a year", ge=0, le=12, source="assumption: one shop in ten asks a bank each year")
    term_rate_slope: float = setting(-.0204, unit="utility per percentage point", ge=-1, le=0, source="L04",
                                     meaning="Of the yearly rate of a term loan, in the choice of a lender")
    home_bank_bonus: float = setting(2.0, unit="utility", ge=0, le=20, source="M35: nine in ten borrow from their main bank")

    @model_validator(mode="after")
    def _lowest_is_not_above_highest(self):
        for name in ("cost_share", "own_cash"):
            low, high = getattr(self, f"{name}_low"), getattr(self, f"{name}_high")
            if low > high:
                raise ValueError(f"{name}_low = {low:g} is more than {name}_high = {high:g}; change both so that low is at most high")
        return self


# --- columns ----------------------------------------------------------------------------------------------------------


class Merchant(Row):
    """One merchant, looked at."""


class Merchants(Population):
    """All merchants; in a slice, the shops that may be granted credit."""

    name = "merchants"
    row_type = Merchant

    venue = column(np.int8, "number", "Marketplace, B2B or offline, in the order of VENUES")
    sector = column(np.int8, "number", "Line of trade 0-11")
    region = column(np.int8, "number", "Region 0-7")
    is_certified = column(np.bool_, "yes/no", "Has passed the platform's certification")
    opened_on = column(np.int32, "day", "Day the shop opened; negative before the run")
    home_bank = column(np.int16, "bank", "Bank of the cash account")
    size = column(np.float64, "relative", "How often the shop is met by chance; mean 1")
    cost_share = column(np.float64, "share of price", "Cost of goods")
    price = column(np.float32, "relative", "Price level, 1 is ordinary")
    quality = column(np.float64, "standard deviations", "Latent quality; drifts, is never seen by anybody")
    review_days = column(np.int16, "days", "Between two stock orders")
    own_cash_share = column(np.float64, "share of a typical order", "Own cash the owner leaves in the shop")
    is_strategic = column(np.bool_, "yes/no", "The owner would walk away from a debt if it paid; nobody sees it")
    dependence = column(np.float64, "share", "Part of the owner's trade that lives on this platform alone")

    status = column(np.int8, "number", "Open or closed")
    closed_on = column(np.int32, "day", "Day the shop closed; -1 while open", default=-1)
    trouble_since = column(np.int32, "day", "In trouble since; -1 not in trouble", default=-1)
    normal_sales = column(np.float64, "fen a day", "Sales before the trouble; bills still follow them")
    unpaid_days = column(np.int32, "days", "Days in this trouble on which bills stayed unpaid")
    walked_on = column(np.int32, "day", "The owner refuses to repay since; -1 not", default=-1)
    returns_on = column(np.int32, "day", "A cleared owner opens again under another name from this day on; -1 never", default=-1)
    reopened_on = column(np.int32, "day", "Day the shop of this row opened under another name; -1 not", default=-1)
    supply_share = column(np.float64, "share", "Part of the shop's suppliers that deliver", default=1.0)
    demand_shock = column(np.float64, "log", "Luck of the shop, persistent")
    appeal = column(np.float32, "relative", "Weight in the choice of each segment today", width=5)
    rating = column(np.float32, "share", "Mean rating as shown to buyers", default=.9)
    complaint_share = column(np.float32, "share of orders", "Complaints, as the platform counts them", default=.02)
    n_favourites = column(np.int32, "consumers", "Consumers whose last purchase was here, counted once a month")
    cash = column(np.int64, "fen", "Money at the home bank")
    escrow = column(np.int64, "fen", "Sold, not yet settled by the platform")
    inventory = column(np.int64, "fen", "Goods on the shelf, at cost")
    sales_today = column(np.int64, "fen", "Sold today")
    demand_today = column(np.int64, "fen", "Asked for today at this shop first")
    orders_today = column(np.int32, "orders", "Sold today")
    monthly_sales = column(np.int64, "fen", "Sold in each of the last months of four weeks, see agents/yearly_sales.py", width=MONTHS_KEPT)
    forecast = column(np.float64, "fen a day", "The owner's forecast of demand, season taken out")
    sales_trend = column(np.float64, "fen a day", "Two-month average of sales, season taken out: what the platform sees")
    fake_sales = column(np.float64, "fen a day", "Brushed: orders without goods that the platform takes for sales")
    sales_recent = column(np.float64, "fen a day", "Two-week average of sales, season taken out")
    typical_order = column(np.float64, "fen", "Average stock order")
    next_review = column(np.int32, "day", "Next stock order")
    order_today = column(np.int64, "fen", "Goods wanted today")
    need_today = column(np.int64, "fen", "Credit wanted today")
    surplus_today = column(np.int64, "fen", "What the owner takes out today before buying")
    draw_minute = column(np.int16, "minute", "When the merchant asks for credit today")
    reviews_today = column(np.bool_, "yes/no", "Today is the day of the ordinary stock order")
    is_early = column(np.bool_, "yes/no", "Orders early today, only at the promoted rate")
    review_if_refused = column(np.int32, "day", "Next stock order if the early one is not served")

    bundle_amount = column(np.int64, "fen", "Sales of one day in escrow", width=RING_DAYS)
    bundle_due = column(np.int32, "day", "When that day's sales settle", default=-1, width=RING_DAYS)
    bundle_loan = column(np.int8, "slot", "Order loan the bundle is pledged to; -1 free", default=-1, width=RING_DAYS)

    lender = column(np.int16, "micro-loan company", "Company that serves the shop")
    score = column(np.float64, "points 0-1", "Credit score of the platform's lender")
    credit_limit = column(np.int64, "fen", "Granted line; 0 before approval")
    visit_wanted_on = column(np.int32, "day", "Waits for a client manager since; -1 not", default=-1)
    visited_on = column(np.int32, "day", "Seen by a client manager last; -100000 never", default=-100_000)
    impression = column(np.float64, "standard deviations", "What the client manager found")
    is_frozen = column(np.bool_, "yes/no", "The lender lets nothing more be drawn: cash flow dried up")
    credit_choice = column(np.int8, "number", "Undecided, takes loans at the offered price, or leaves them")
    decided_on = column(np.int32, "day", "Day of that decision; -1 none", default=-1)
    trial = column(np.int16, "number", "Tactic that set the price, counted from 1; 0 the list price")
    offered_offset = column(np.float64, "percentage points a year", "Offered above the list rate")
    rate_offset = column(np.float64, "percentage points a year", "Charged above the list rate")
    loan_life = column(np.float64, "days", "What the owner expects a draw to last", default=7.0)
    last_draw_on = column(np.int32, "day", "Day of the last draw; -100000 never", default=-100_000)
    bad_on = column(np.int32, "day", "Last day a platform loan became more than 90 days past due; -1 never", default=-1)
    days_past_due = column(np.int32, "days", "Oldest arrears at any lender")

    pursued = column(np.int64, "fen", "Written off by the platform's lender, which still asks for it")
    pursued_since = column(np.int32, "day", "Day of the last of these write-offs; -1 none", default=-1)
    collateral = column(np.int64, "fen", "Property the owner could pledge")
    stated_sales = column(np.float64, "fen a year", "Sales in the last annual statement")
    stated_margin = column(np.float64, "share of sales", "Mean margin in the annual statements on file; nan without any", default=np.nan)
    term_asked = column(np.int16, "lender of term loans", "Asked last: a bank, or a financier counted after the banks")
    term_applied_on = column(np.int32, "day", "Application in a queue since; -1 none", default=-1)
    term_ask_again_on = column(np.int32, "day", "After a refusal asks the next lender then; -1 not", default=-1)
    term_also_asked = column(np.int16, "lender of term loans", "Asked at the same time; -1 nobody more", default=-1, width=MOST_LENDERS - 1)
    term_tries = column(np.int16, "lenders", "Asked in vain in this search")
    term_lender = column(np.int16, "lender of term loans", "Who lent or has granted; -1 none", default=-1)
    term_apr = column(np.float64, "per year", "Rate of the term loan named in a contest; 0: the lender's list price")
    term_is_joint = column(np.bool_, "yes/no", "The platform bears a part of what is lost on the term loan")
    moved_on = column(np.int32, "day", "A client of the platform's lenders left them for cheaper money since; -1 not", default=-1)
    term_granted = column(np.int64, "fen", "Granted, not yet paid out")
    term_granted_on = column(np.int32, "day", "Day of the grant")
    term_pledge = column(np.int64, "fen", "What the lender may take if the loan goes bad")
    term_paid_on = column(np.int32, "day", "A term loan was paid out last; -1 never", default=-1)
    term_paid_by = column(np.int16, "lender of term loans", "Who paid it out; -1 nobody", default=-1)
    term_bad_on = column(np.int32, "day", "Last day a term loan became more than 90 days past due; -1 never", default=-1)
    term_bad_by = column(np.int16, "lender of term loans", "Whose loan that was; -1 nobody's", default=-1)
    term_loan = column(np.int64, "fen", "Owed on a term loan, principal and interest")
    term_instalment = column(np.int64, "fen a month", "Fixed instalment")
    term_reserve = column(np.int64, "fen", "Set aside for the next instalment")
    term_part_paid = column(np.int64, "fen", "Paid towards the instalment that is due")
    term_due_on = column(np.int32, "day", "Next instalment; -1 none", default=-1)
    term_carry = column(np.float64, "fen", "Fraction of a fen of bank interest")

    payables = column(np.int64, "fen", "Owed to suppliers who are shops, for goods delivered on credit")
    receivables = column(np.int64, "fen", "Owed by customers who are shops")
    wholesale_debt = column(np.int64, "fen", "Owed outside for what it delivered to them on credit")
    called = column(np.int64, "fen", "Owed to lenders because it stood for the loan of a shop that failed")

    def usable_line(self, rows) -> np.ndarray:
        """What the platform's lender lets the shops `rows` owe, fen; nothing while the line is frozen."""
        return np.where(self.is_frozen[rows], 0, self.credit_limit[rows])

    def ordinary_sales(self, habits) -> np.ndarray:
        """What each shop would sell if consumers with these `habits` spread by size alone, fen a day."""
        return self.size / self.size.sum() * habits.count * habits.purchases_a_year / 365 * fen(habits.basket_cny)

    def begin_again(self, rows, day: int, habits) -> None:
        """The shops `rows` open today under another name, with goods, size and owner, and nothing else of what they were."""
        for name in FORGOTTEN:
            getattr(self, name)[rows] = self.columns[name].default
        self.status[rows] = OPEN
        self.opened_on[rows] = self.reopened_on[rows] = self.next_review[rows] = day
        self.forecast[rows] = self.ordinary_sales(habits)[rows]
        self.typical_order[rows] = self.cost_share[rows] * self.forecast[rows] * self.review_days[rows]


# --- birth ------------------------------------------------------------------------------------------------------------


def create_merchants(m) -> Merchants:
    """Merchants as they are on the first day, in the middle of their order cycles.

    Draws: MERCHANT_BIRTH.  Size is lognormal with a Pareto tail above the 90th percentile.
    """
    s, n = m.settings.merchants, m.settings.merchants.count
    key = stream_key(m.world_seed, Stream.MERCHANT_BIRTH)
    shops = Merchants(m, n)
    u = [uniforms(key, 0, n, 20 + k) for k in range(14)]
    shops.venue[:] = 0
    shops.sector[:] = (u[0] * N_SECTORS).astype(np.int8)
    shops.region[:] = (u[1] * 8).astype(np.int8)
    shops.opened_on[:] = -(60 + u[3] * 1800).astype(np.int32)
    shops.home_bank[:] = m.banks.draw_home(u[4])
    size = np.exp(s.size_spread * normals(key, 0, n, 0))
    threshold = np.exp(s.size_spread * 1.2816)  # 90th percentile of the body
    tail = size > threshold
    size[tail] = threshold * u[5][tail] ** (-1.0 / s.size_tail)
    shops.size[:] = np.minimum(size, threshold * 30) / np.exp(s.size_spread ** 2 / 2)
    shops.cost_share[:] = s.cost_share_low + u[6] * max(0.0, s.cost_share_high - s.cost_share_low)
    shops.price[:] = np.exp(.05 * normals(key, 0, n, 1))
    shops.quality[:] = normals(key, 0, n, 2)
    effort = normals(key, 0, n, 5) + CERTIFIED_BY_QUALITY * shops.quality
    shops.is_certified[:] = effort > CERTIFIED_ABOVE * np.hypot(1.0, CERTIFIED_BY_QUALITY)
    days = s.review_mean_days * np.exp(s.review_spread * normals(key, 0, n, 3) - s.review_spread ** 2 / 2)
    shops.review_days[:] = np.clip(np.rint(days), 3, LONGEST_REVIEW)
    shops.own_cash_share[:] = s.own_cash_low + u[7] * max(0.0, s.own_cash_high - s.own_cash_low)
    shops.is_strategic[:] = uniforms(key, 0, n, 40) < m.settings.distress.strategic_share
    low, high = m.settings.distress.dependence_low, m.settings.distress.dependence_high
    shops.dependence[:] = low + (high - low) * uniforms(key, 0, n, 41)
    owns = uniforms(key, 0, n, 42) < m.settings.data.collateral_share
    shops.collateral[:] = np.where(owns, fen(m.settings.data.collateral_cny) * np.exp(.5 * normals(key, 0, n, 6)), 0)
    shops.demand_shock[:] = s.demand_spread * normals(key, 0, n, 4)
    shops.next_review[:] = (u[8] * shops.review_days).astype(np.int32)
    shops.lender[:] = (u[9] < 1000 / 1600).astype(np.int16)  # S23: 600 M and 1 000 M of capital

    sales = shops.ordinary_sales(m.settings.consumers)
    shops.forecast[:] = shops.sales_trend[:] = shops.sales_recent[:] = sales
    shops.typical_order[:] = shops.cost_share * sales * shops.review_days
    cycle_left = shops.next_review.astype(float)
    shops.inventory[:] = shops.cost_share * sales * (cycle_left + s.safety_days)
    shops.cash[:] = shops.own_cash_share * shops.typical_order * (1 - cycle_left / shops.review_days)
    return shops


# --- steps ------------------------------------------------------------------------------------------------------------


def drift(m):
    """Luck and quality of every shop move a little; today's appeal to each segment follows.

    Reads: merchants.price, status, trouble_since.  Writes: merchants.demand_shock, quality, rating,
    complaint_share, appeal.  Draws: MERCHANT_DEMAND, one per merchant, and MERCHANT_QUALITY, three.
    """
    s, shops = m.settings.merchants, m.merchants
    demand = stream_key(m.path_seed, Stream.MERCHANT_DEMAND, m.day)
    quality = stream_key(m.path_seed, Stream.MERCHANT_QUALITY, m.day)
    sensitivity = np.array([segment.price_sensitivity for segment in m.settings.consumers.segments.in_order()])
    in_trouble = shops.trouble_since >= 0
    decline = np.where(in_trouble, m.settings.distress.decline_a_month / 30 * (m.day - shops.trouble_since), 0.0)
    _drift(demand, quality, s.demand_persistence, s.demand_spread, s.quality_drift, shops.demand_shock, shops.quality,
           shops.price, shops.rating, shops.complaint_share, shops.orders_today, shops.status, decline,
           m.goods.merchant_factor_today, sensitivity, shops.appeal)


def plan_orders(m):
    """On review days owners set their surplus aside and want stock up to target; the gap is the credit need.

    target = cost share x forecast x (season over the coming review period + safety days);
    own cash kept = max(share x typical order, typical order - trust x line); a bank loan is taken out, for equipment or rent;
    need = target - stock - delivered on account + invoices now due + instalment due before the next review - min(cash, kept).
    Reads: merchants.forecast, inventory, credit_limit, is_frozen, cash, term_loan, term_instalment, term_due_on.
    Writes: merchants.order_today, need_today, surplus_today, term_reserve, next_review, typical_order, reviews_today,
    is_early, draw_minute.
    Draws: MERCHANT_DRAW_MINUTE, one per merchant.
    """
    shops = m.merchants
    shops.is_early[:] = False
    shops.order_today[:] = shops.need_today[:] = shops.surplus_today[:] = 0
    due = np.flatnonzero((shops.status == OPEN) & (shops.next_review <= m.day))
    shops.reviews_today[:] = False
    shops.reviews_today[due] = True
    _plan_orders(m, due, 0)
    key = stream_key(m.path_seed, Stream.MERCHANT_DRAW_MINUTE, m.day)
    shops.draw_minute[due] = ordinary_minute(key, due)


def answer_offer(m):
    """Owners who noticed a promoted rate wait for its start if they need credit that day, and order early if that pays.

    Early pays iff days early < life / 3: the saving (1 - p) r L life exceeds the extra interest p r L days at p = 3/4
    (in general life (1 - p) / p).  Early orders are stock for the days until the review and one period after it;
    who does not get the price keeps the old plan.  Ordinary owners come at their usual minute and take the price if
    it is still there; at a lower price a few more of them come (`arrivals`).
    Reads: m.credit.offer, merchants.loan_life.  Writes: merchants.is_early, order_today, need_today, surplus_today,
    draw_minute, next_review, review_if_refused.  Draws: TACTIC_ATTENTION, TACTIC_ARRIVAL, TACTIC_RESPONSE and
    MERCHANT_DRAW_MINUTE, one per merchant.
    """
    offer, shops, n = m.credit.offer, m.merchants, len(m.merchants)
    if offer.pool <= 0 or offer.price >= 1.0:
        return
    rows = np.arange(n)
    usual = ordinary_minute(stream_key(m.path_seed, Stream.MERCHANT_DRAW_MINUTE, m.day), rows)
    is_client = (shops.status == OPEN) & (shops.credit_limit > 0) & (shops.credit_choice == TAKES) & (m.day - shops.last_draw_on <= 365)
    may_come_early = is_client & ~shops.reviews_today
    days_early = shops.next_review - m.day
    notices = uniforms(stream_key(m.path_seed, Stream.TACTIC_ATTENTION, m.day), 0, n, 0) < offer.attention
    horizon = shops.loan_life * (1.0 - offer.price) / offer.price if offer.pulls_forward else np.zeros(n)
    keen = notices & (is_client & (shops.need_today > 0) | may_come_early & (days_early < horizon))
    u = uniforms(stream_key(m.path_seed, Stream.TACTIC_RESPONSE, m.day), 0, n, 0)
    tempted = may_come_early & ~keen & (usual >= offer.start_minute) & (u < (offer.arrivals - 1.0) / shops.review_days)
    early = np.flatnonzero((keen | tempted) & may_come_early)
    shops.review_if_refused[early] = shops.next_review[early]
    _plan_orders(m, early, days_early[early])
    shops.is_early[early] = True
    delay = offer.delay_median * np.exp(offer.delay_spread * normals(stream_key(m.path_seed, Stream.TACTIC_ARRIVAL, m.day), 0, n, 0))
    at_screen = np.minimum(offer.start_minute + delay, MINUTES_PER_DAY - 1)
    shops.draw_minute[keen] = at_screen[keen]
    shops.draw_minute[tempted] = usual[tempted]


def _plan_orders(m, rows, days_early):
    """Order, need and surplus of the owners `rows`, who order `days_early` before their review (shape (n,) or 0)."""
    s, shops = m.settings.merchants, m.merchants
    if len(rows) == 0:
        return
    ahead = np.concatenate(([0.0], np.cumsum(m.goods.season[m.day + 1: m.day + 1 + 2 * LONGEST_REVIEW])))
    period = np.minimum(shops.review_days[rows] + days_early, len(ahead) - 1)
    target = shops.cost_share[rows] * shops.forecast[rows] * (ahead[period] + s.safety_days)
    order = np.maximum(0, target.astype(np.int64) - shops.inventory[rows])
    shops.typical_order[rows] += (order - shops.typical_order[rows]) / 4.0 * (np.asarray(days_early) == 0)
    line = np.where(shops.credit_choice[rows] == LEAVES, 0, shops.usable_line(rows))
    kept = np.maximum(shops.own_cash_share[rows] * shops.typical_order[rows],
                      shops.typical_order[rows] - s.trust_in_line * line)
    falls_due = (shops.term_loan[rows] > 0) & (shops.term_due_on[rows] <= m.day + period)
    instalment = np.where(falls_due, np.minimum(shops.term_instalment[rows], shops.term_loan[rows]), 0)
    invoices = m.trade_credit.falls_due(rows)
    on_account = (order * m.trade_credit.on_account(rows)).astype(np.int64)
    spare = np.maximum(shops.cash[rows] + line - order + on_account, shops.cash[rows] // 2)  # a bare shelf earns nothing
    reserve = np.minimum(instalment, spare)
    shops.term_reserve[rows] = np.where(np.asarray(days_early) == 0, reserve, shops.term_reserve[rows])
    shops.surplus_today[rows] = np.maximum(0, shops.cash[rows] - kept.astype(np.int64) - reserve)
    shops.order_today[rows] = order
    shops.need_today[rows] = np.maximum(0, order - on_account + invoices + reserve - shops.cash[rows] + shops.surplus_today[rows])
    shops.next_review[rows] = np.maximum(shops.next_review[rows], m.day) + shops.review_days[rows]


def ordinary_minute(key, rows) -> np.ndarray:
    """When in the day a merchant asks for credit: the peaks of M04 at 13-15 and 20-23 o'clock; shape (len(rows),)."""
    return _ordinary_minutes(key, rows, INTRADAY_CDF)


def buy_stock(m):
    """Owners take their surplus out and buy as much of the wanted stock as cash allows; goods arrive tonight.

    A part is delivered on account where shops give one another credit (m.trade_credit).
    Early orders that did not get the promoted price are dropped; who lost suppliers gets only what the others deliver, and
    replaces a part of the missing ones each day.
    Reads: merchants.last_draw_on.  Writes: merchants.cash, inventory, next_review, order_today, surplus_today, supply_share, payables,
    receivables, wholesale_debt; credit.stock_bought_today; trade_credit.owed, fresh, is_late, outside, bought_today, paid_today.
    """
    shops = m.merchants
    if shops.is_early.any():
        refused = shops.is_early & (shops.last_draw_on != m.day)
        shops.order_today[refused] = shops.surplus_today[refused] = 0
        shops.next_review[refused] = shops.review_if_refused[refused]
    rows = np.flatnonzero(shops.surplus_today)
    m.ledger.pay(m.books.cash, rows, m.books.world, 0, shops.surplus_today[rows], purpose=Purpose.OWNER_DRAW)
    lacks = shops.supply_share < 1.0
    if lacks.any():
        shops.order_today[lacks] = (shops.order_today[lacks] * shops.supply_share[lacks]).astype(np.int64)
        shops.supply_share[lacks] += (1.0 - shops.supply_share[lacks]) / m.settings.merchants.relink_days
    rows = np.flatnonzero((shops.order_today > 0) | m.trade_credit.pays_today(shops.reviews_today))
    to_spend = np.maximum(0, shops.cash[rows] - shops.term_reserve[rows])
    to_spend -= m.trade_credit.pay_suppliers(m, rows, np.where(m.trade_credit.falls_due(rows) <= to_spend, to_spend, to_spend // 2))
    goods = np.minimum(shops.order_today[rows], (to_spend / (1.0 - m.trade_credit.on_account(rows))).astype(np.int64))
    owed = m.trade_credit.deliver(m, rows, goods)
    paid = np.minimum(goods - owed, to_spend)
    m.ledger.pay(m.books.cash, rows, m.books.world, 0, paid, purpose=Purpose.STOCK)
    shops.inventory[rows] += paid + owed
    m.credit.stock_bought_today = int(paid.sum() + owed.sum())


def pay_costs(m):
    """Rent, wages and parcels, a share of today's sales, in trouble of those before it, as far as the cash reaches.

    Reads: merchants.sales_today, trouble_since, normal_sales.  Writes: merchants.cash, unpaid_days.
    """
    shops = m.merchants
    in_trouble = (shops.trouble_since >= 0) & (shops.status == OPEN)
    basis = np.where(in_trouble, np.maximum(shops.normal_sales, shops.sales_today), shops.sales_today)
    rows = np.flatnonzero(basis > 0)
    costs = (basis[rows] * m.settings.merchants.operating_cost_share).astype(np.int64)
    paid = np.minimum(costs, shops.cash[rows])
    m.ledger.pay(m.books.cash, rows, m.books.world, 0, paid, purpose=Purpose.OPERATING_COSTS)
    shops.unpaid_days[rows] += in_trouble[rows] & (paid < costs)


def learn_demand(m):
    """Owners update their forecast and the platform its trend from today's demand, season taken out; sales enter the month's.

    Writes: merchants.forecast, sales_trend, sales_recent, monthly_sales.
    """
    shops = m.merchants
    add_to_month(shops.monthly_sales, shops.sales_today, m.day)
    season = max(m.goods.season[m.day], .05)
    _learn(season, shops.status, shops.demand_today, shops.sales_today, shops.forecast, shops.sales_trend,
           shops.sales_recent)


def ask_for_term_loan(m):
    """A few owners want a term loan and ask the lender they like best of those they know; who was refused asks the next one.

    utility = slope x rate + bonus of the own bank + a taste for each lender.  Source: DESIGN 4.3; McFadden (1974).
    Reads: merchants.home_bank, dependence; banks.apr, reach; financiers.apr, reach.
    Where merchants ask several at once, the next best are asked too; where lenders who see the platform's records call on its clients,
    who is called wants a loan too.
    Writes: merchants.term_asked, term_also_asked, term_applied_on, term_ask_again_on, term_tries.
    Draws: BANK_APPLICATION, POACHING_CALL, one per merchant.
    """
    shops = m.merchants
    u = uniforms(stream_key(m.path_seed, Stream.BANK_APPLICATION, m.day), 0, len(shops), 0)
    is_free = ((shops.status == OPEN) & (shops.term_loan == 0) & (shops.term_granted == 0) & (shops.term_applied_on < 0)
               & (shops.days_past_due == 0))
    tries_next = (shops.term_ask_again_on >= 0) & (shops.term_ask_again_on <= m.day)
    wants = u < m.settings.merchants.bank_application_rate / 365
    if m.settings.offers.calls_a_year > 0 and m.open_data.banks_see_platform():
        called = uniforms(stream_key(m.path_seed, Stream.POACHING_CALL, m.day), 0, len(shops), 0)
        is_client = (shops.credit_choice == TAKES) & (m.day - shops.last_draw_on <= 365)
        wants |= is_client & (called < m.settings.offers.calls_a_year / 365) & m.open_data.consents(np.arange(len(shops)))
    starts = is_free & (shops.term_ask_again_on < 0) & wants
    shops.term_tries[starts] = 0
    shops.term_tries[tries_next] += 1
    shops.term_ask_again_on[tries_next] = -1
    rows = np.flatnonzero(starts | tries_next & is_free)
    if len(rows) == 0:
        return
    k = m.settings.offers.most_lenders
    lenders = _lenders_of_choice(m, rows, shops.term_tries[rows], k)
    knows = lenders[:, 0] >= 0
    asks = rows[knows]
    shops.term_asked[asks] = lenders[knows, 0]
    if k > 1:
        shops.term_also_asked[asks, :k - 1] = lenders[knows, 1:]
    shops.term_applied_on[asks] = m.day


def _lenders_of_choice(m, rows, rank, k: int = 1) -> np.ndarray:
    """The k lenders of term loans that each of `rows` likes from number `rank` on, 0 the best; -1 if it knows no more; shape (n, k).

    Draws: LENDER_CHOICE, two per merchant and lender: who is known, and taste.
    """
    shops, s = m.merchants, m.settings.merchants
    key = stream_key(m.world_seed, Stream.LENDER_CHOICE)
    n = sum(len(group.lenders) for group in m.term_lenders)
    apr, reach = (np.concatenate([getattr(group.lenders, name) for group in m.term_lenders]) for name in ("apr", "reach"))
    known, taste = (np.column_stack([uniforms_of(key, rows, 2 * lender + k) for lender in range(n)]) for k in (0, 1))
    reach = np.where(np.arange(n) == m.term_lenders[1].first, reach * (1.0 - shops.dependence[rows])[:, None], reach)
    is_home = np.arange(n) == shops.home_bank[rows][:, None]
    utility = s.term_rate_slope * 100 * apr + s.home_bank_bonus * is_home - np.log(-np.log(np.clip(taste, 1e-12, 1 - 1e-12)))
    utility = np.where(is_home | (known < reach), utility, -np.inf)
    order = np.argsort(-utility, axis=1, kind="stable")
    place = np.asarray(rank)[:, None] + np.arange(k)
    chosen = np.take_along_axis(order, np.minimum(place, n - 1), axis=1)
    return np.where((place < n) & np.isfinite(np.take_along_axis(utility, chosen, axis=1)), chosen, -1)


# Loans asked for by hour of the day: peaks at 13-15 and 20-23 (M04); the level of the other hours is an assumption.
_BY_HOUR = np.array([2, 1, .5, .3, .3, .5, 1, 2, 4, 6, 6.5, 5.5, 5, 8, 8, 6, 5.5, 4.5, 4, 5, 8, 8, 7, 4])
INTRADAY_CDF = np.concatenate(([0.0], np.cumsum(_BY_HOUR) / _BY_HOUR.sum()))


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _drift(demand_key, quality_key, persistence, spread, drift_size, demand_shock, quality, price, rating, complaints,
           orders, status, decline, factor, sensitivity, appeal):
    """x' = rho x + spread sqrt(1 - rho^2) z;  q' = sqrt(1 - d^2) q + d z;  appeal = factor exp(x + .2 q - decline) rating price^-s.

    The rating moves towards what today's buyers experienced, .9 + .03 q, less .1 in trouble, each by chance .15 off, by 1% per
    order, at most 10% a day; the share of complaints in the same way towards .02 exp(-.4 q), threefold in trouble.
    """
    innovation, stay = spread * np.sqrt(1.0 - persistence * persistence), np.sqrt(1.0 - drift_size * drift_size)
    for j in range(len(demand_shock)):
        demand_shock[j] = persistence * demand_shock[j] + innovation * normal(demand_key, j, 0)
        if drift_size > 0:
            quality[j] = stay * quality[j] + drift_size * normal(quality_key, j, 0)
        if orders[j] > 0:
            in_trouble, weight = decline[j] > 0, np.float32(min(.01 * orders[j], .1))
            error = normal(quality_key, j, 1) / np.sqrt(orders[j])
            experience = min(max(.9 + .03 * quality[j] - (.1 if in_trouble else 0.0) + .15 * error, 0.0), 1.0)
            rating[j] += weight * np.float32(experience - rating[j])
            expected = min(.02 * np.exp(-.4 * quality[j]) * (3.0 if in_trouble else 1.0), .5)
            counted = max(expected + np.sqrt(expected * (1.0 - expected) / orders[j]) * normal(quality_key, j, 2), 0.0)
            complaints[j] += weight * np.float32(counted - complaints[j])
        base = factor[j] * rating[j] * np.exp(demand_shock[j] + .2 * quality[j] - decline[j]) if status[j] == 0 else 0.0
        log_price = np.log(price[j])
        for g in range(len(sensitivity)):
            appeal[j, g] = base * np.exp(-sensitivity[g] * log_price)


@kernel
def _ordinary_minutes(key, rows, cdf):
    """Inverse of the hourly distribution, uniform inside the hour."""
    minute = np.empty(len(rows), np.int16)
    for k in range(len(rows)):
        u = uniform(key, rows[k], 0)
        hour = 0
        while u > cdf[hour + 1]:
            hour += 1
        minute[k] = np.int16(60.0 * (hour + (u - cdf[hour]) / (cdf[hour + 1] - cdf[hour])))
    return minute


@kernel
def _learn(season, status, demand_today, sales_today, forecast, sales_trend, sales_recent):
    """f += (demand / season - f) / 20;  trend += (sales / season - trend) / 60; recent by 14."""
    for j in range(len(forecast)):
        if status[j] == OPEN:
            forecast[j] += (demand_today[j] / season - forecast[j]) / 20.0
            sales_trend[j] += (sales_today[j] / season - sales_trend[j]) / 60.0
            sales_recent[j] += (sales_today[j] / season - sales_recent[j]) / 14.0
