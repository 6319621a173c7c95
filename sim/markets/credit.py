"""The platform's credit market: lines, requests in order of the minute, offers at a promoted price, draws.

Choice: one product for one need: an order loan if pledged orders carry (almost) all of it, else a credit loan.
Source: SOURCES 1.3 (order loan, credit loan).  Alternative: top up one with the other.
Reason: topping up makes two draws of each need, 6 000 CNY on average, outside M01 and M32.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.core.finance import MINUTES_PER_DAY, fen
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms_of
from sim.core.settings import Settings, setting
from sim.core.views import part_of
from sim.markets.loans import CREDIT, NONE, ORDER, SLOTS, days_past_due
from sim.markets.officers import can_decide_today, error_of_visits, note_work
from sim.markets.shared_columns import told_bad_since

REVIEW_DAYS = 30  # each line is looked at once in
VISIT_DAYS = 365  # a visit is good for


class CreditSettings(Settings):
    """Who decides on lines, how large a line is and what may be drawn on it."""

    policy: Literal["platform_card", "learned_card"] = setting(
        "platform_card", unit="policy", source="DESIGN 4.8", meaning="How the platform's lenders decide: expert card or learnt card")
    line_months: float = setting(.227, unit="months of sales at full score", ge=0, le=12, source="assumption; M01 and S08", calibrated=True)
    line_cap_cny: float = setting(60_000, unit="CNY", ge=0, le=1e7, source="assumption: cap against the heavy tail (S05)")
    loan_cap_cny: float = setting(59_900, unit="CNY", ge=0, le=1e7, source="S05: no loan of 60 000 or more; does not scale with weight")
    smallest_draw_cny: float = setting(500, unit="CNY", ge=0, le=1e6, source="assumption: below it nobody bothers")
    advance_share: float = setting(.60, unit="share of orders in escrow", ge=0, le=1, source="assumption: refunds happen")
    topup_share: float = setting(.10, unit="share of the need", ge=0, le=1, source="assumption",
                                 meaning="An order loan is used if it leaves at most this share of the need open")
    freeze_share: float = setting(.5, unit="share of the two-month average", ge=0, le=1, source="assumption",
                                  meaning="A line is frozen while the sales of two weeks are below it, if loans are monitored")
    manual_share: float = setting(.15, unit="share of approved shops", ge=0, le=1, source="D07: 30 000 of 200 000 clients",
                                  meaning="The doubtful ones, whom a client manager sees by video or on site once a year")
    least_impression: float = setting(-.5, unit="standard deviations of quality", ge=-20, le=20, source="assumption: refuses three in ten",
                                      meaning="What a client manager must find")
    decision_cost_cny: float = setting(2.0, unit="CNY a decision", ge=0, le=10_000, source="M05")


@dataclass(frozen=True)
class Offer:
    """A promoted price for today, posted by a tactic and settled by the queue of draws.

    tactic: number of who posted it.  pool: fen still to lend at the price.  price: multiple of the daily rate.  start_minute: of the day.
    largest_loan: fen.  gap_minutes: time the system needs per simulated loan (1 / throughput).
    attention, delay_median, delay_spread: who is at the screen and how long after the start they ask (minutes, log).
    pulls_forward: owners may order early.  arrivals: multiple of ordinary arrivals at this price.
    """

    tactic: int
    pool: int
    price: float
    start_minute: int
    largest_loan: int
    gap_minutes: float
    attention: float
    delay_median: float
    delay_spread: float
    pulls_forward: bool
    arrivals: float


NO_OFFER = Offer(-1, 0, 1.0, MINUTES_PER_DAY, 0, 0.0, 0.0, 1.0, 0.0, False, 1.0)


class CreditMarket:
    """What the credit market keeps during a day, and of an offer while it lasts."""

    def __init__(self):
        self.offer = NO_OFFER
        self.draws = np.zeros((0, 6), np.int64)  # today: merchant, minute, fen, kind, promoted, contract
        self.interest_today = self.written_off_today = self.recovered_today = self.stock_bought_today = 0
        self.closed_today = self.closed_days_today = 0
        self.free_interest: dict[int, int] = {}  # paid back so far, fen by number of the tactic
        self.doubtful_carry = 0.0  # part of a shop that the share of the doubtful left over yesterday
        self.promotion_log: list[np.ndarray] = []  # draws at promoted prices: day, minute, merchant, fen, tactic

    def post_offer(self, **terms) -> None:
        """A tactic's offer for today; the last one posted stands."""
        self.offer = Offer(**terms)

    def promoted_by(self, tactic: int) -> int:
        """Lent so far at the price of one tactic, fen."""
        return int(sum(log[log[:, 4] == tactic, 3].sum() for log in self.promotion_log))

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {**vars(self), "promotion_log": list(self.promotion_log)}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's day back."""
        vars(self).update(state, promotion_log=list(state["promotion_log"]))

    def open_day(self) -> None:
        """Forget yesterday's offers and draws."""
        self.offer = NO_OFFER
        self.draws = self.draws[:0]
        self.closed_today = self.closed_days_today = 0


def review_lines(m):
    """Each shop's line is reviewed on the first day and then once in 30 days by its lender, from what the lender is shown.

    line = line_months x monthly sales trend x score, whole 100 CNY, at most the cap; 0 if not approved, or if doubtful and not
    seen by a client manager within the year.
    Reads: what the platform's lenders are shown.
    Writes: merchants.score, credit_limit, visit_wanted_on, visited_on, impression; lenders.decisions_today; credit.doubtful_carry;
    open_data.looks_today, look_ups, look_ups_today.
    """
    s, shops = m.settings.credit, m.merchants
    rows = np.arange(m.day % REVIEW_DAYS, len(shops), REVIEW_DAYS) if m.day else np.arange(len(shops))
    view = m.data_sharing.seen_by(m, m.open_data.platform, rows, note=True)
    decision = m.platform_lender.decide(view)
    if m.settings.credit.policy == "learned_card":
        sampled = (m.day - rows) % m.settings.learned_card.sample_every_days < 30
        m.platform_lender.remember(rows[sampled] + m.day * len(shops), m.day, part_of(view, sampled), part_of(decision, sampled))
    exact = s.manual_share * decision.is_approved.sum() + m.credit.doubtful_carry
    doubtful = _lowest(decision.score, decision.is_approved, int(exact))
    m.credit.doubtful_carry = exact - int(exact)
    if m.day == 0:
        _recall_visits(m, rows[doubtful])
    seen = m.day - shops.visited_on[rows] < VISIT_DAYS
    granted = decision.is_approved & (~doubtful | seen & (shops.impression[rows] >= s.least_impression))
    waits = doubtful & ~seen
    shops.visit_wanted_on[rows] = np.where(waits, np.where(shops.visit_wanted_on[rows] < 0, m.day, shops.visit_wanted_on[rows]), -1)
    line = np.minimum(s.line_months * 30 * view.sales_trend * decision.score, fen(s.line_cap_cny))
    line = (line // 10_000).astype(np.int64) * 10_000
    shops.score[rows] = decision.score
    shops.credit_limit[rows] = np.where(granted, line, 0)
    m.lenders.book_decisions(m, rows)


def visit_clients(m):
    """Client managers see the doubtful who wait longest, by video or on site, as many as they can.

    Reads: merchants.visit_wanted_on, status.
    Writes: merchants.visit_wanted_on, visited_on, impression; platforms.capacity_carry, load, applications_today, queue.
    """
    shops, team = m.merchants, m.platforms
    shops.visit_wanted_on[shops.status != 0] = -1
    waiting = np.flatnonzero(shops.visit_wanted_on >= 0)
    arrived = int((shops.visit_wanted_on[waiting] == m.day).sum())
    waiting = waiting[np.lexsort((waiting, shops.visit_wanted_on[waiting]))]
    rows = np.sort(waiting[:can_decide_today(team)[0]])
    only_first = np.arange(len(team)) == 0
    note_work(team, arrived * only_first, len(rows) * only_first)
    team.queue[0] = len(waiting) - len(rows)
    if len(rows) == 0:
        return
    _see(m, rows)
    shops.visited_on[rows] = m.day
    shops.visit_wanted_on[rows] = -1


def _lowest(score, is_approved, n) -> np.ndarray:
    """Which of the approved are the `n` with the lowest score, a mask; ties by id."""
    doubtful = np.zeros(len(score), bool)
    approved = np.flatnonzero(is_approved)
    order = approved[np.argsort(score[approved], kind="stable")]
    doubtful[order[:n]] = True
    return doubtful


def _recall_visits(m, rows):
    """Before the run managers saw a year's worth of the doubtful `rows`, at any day of it.  Draws: PAST_VISITS, two per merchant."""
    key, shops = stream_key(m.world_seed, Stream.PAST_VISITS), m.merchants
    first, when = (uniforms_of(key, rows, slot) for slot in (0, 1))
    seen = np.argsort(first, kind="stable")[:int(m.platforms.officers[0] * m.platforms.cases_a_year[0])]
    _see(m, np.sort(rows[seen]))
    shops.visited_on[rows[seen]] = -1 - (when[seen] * (VISIT_DAYS - 1)).astype(np.int32)


def _see(m, rows):
    """Managers form an impression of the shops `rows`."""
    error = error_of_visits(m.settings.officers, m.platforms.cases_a_year[0], m.platforms.load[0])
    m.merchants.impression[rows] = m.data_sharing.visited_file(m, rows, error).impression


def report_outcomes(m):
    """The platform's lender is told how its approved applications ended whose time is up, and may make a new card.

    Bad: more than 90 days past due within the outcome window, here or at a lender that tells; good: drew and did not; who never drew
    has no outcome.
    Reads: merchants.bad_on, last_draw_on.  Returns nothing: what was learnt stays with the lender.
    """
    if m.settings.credit.policy != "learned_card":
        return
    shops, window = m.merchants, m.settings.learned_card.outcome_days
    ids = m.platform_lender.cases_to_judge(m.day)
    rows = ids % len(shops)
    is_bad = (shops.bad_on[rows] >= m.day - window) | told_bad_since(m, m.open_data.platform, rows, m.day - window)
    is_known = is_bad | (shops.last_draw_on[rows] >= m.day - window)
    m.platform_lender.learn(ids[is_known], is_bad[is_known], m.day)


def watch_cash_flow(m):
    """Nothing more is lent to who is past due here or was written off; nor, if loans are monitored, where receipts dried up.

    Reads: merchants.sales_recent, sales_trend, fake_sales, walked_on, pursued; loans.due_on.  Writes: merchants.is_frozen.
    Source: SOURCES 1.4, monitoring of cash flow.
    """
    shops = m.merchants
    shops.is_frozen[:] = (days_past_due(m, np.arange(len(shops))) > 0) | (shops.pursued > 0)
    if m.settings.loans.monitoring:
        least = m.settings.credit.freeze_share * (shops.sales_trend + shops.fake_sales)
        shops.is_frozen |= (shops.sales_recent + shops.fake_sales < least) | (shops.walked_on >= 0)


def settle_draws(m):
    """Requests are served by the minute, at the promoted price while the pool lasts, within line and funds.

    Reads: merchants.need_today, draw_minute, is_early, credit_limit, is_frozen, rate_offset; m.credit.offer.
    Writes: loans.kind, outstanding, principal, daily_rate, drawn_on, due_on; merchants.cash, bundle_loan, last_draw_on;
    lenders.cash, loans, borrowed; banks.own_funds, lender_claims; m.credit.draws, promotion_log.
    """
    s, shops, loans, offer = m.settings.credit, m.merchants, m.loans, m.credit.offer
    asking = np.flatnonzero(shops.need_today >= fen(s.smallest_draw_cny))
    if len(asking) == 0:
        return
    asking = asking[np.argsort(shops.draw_minute[asking], kind="stable")]
    funds = m.lenders.available(m)
    terms = m.settings.loans
    draws = _serve(asking, shops.draw_minute, shops.is_early, shops.need_today, shops.usable_line(slice(None)), shops.lender, funds,
                   loans.kind, loans.outstanding, shops.bundle_amount, shops.bundle_due, shops.bundle_loan, m.day,
                   s.advance_share, s.topup_share, fen(s.smallest_draw_cny), fen(s.loan_cap_cny),
                   offer.pool, offer.start_minute, offer.largest_loan, offer.gap_minutes)
    m.credit.draws = draws
    if len(draws) == 0:
        return
    row, minute, amount, kind, promoted, contract = draws.T
    m.lenders.draw_funding(m, shops.lender[row], amount)
    m.ledger.pay(m.books.lender_cash, shops.lender[row], m.books.cash, row, amount, purpose=Purpose.LOAN_DRAWN)
    m.ledger.owe(m.books.loan_debt, contract, m.books.loan_claim, shops.lender[row], amount, purpose=Purpose.LOAN_DRAWN)
    price = np.where(promoted == 1, offer.price, 1.0)
    loans.kind[contract] = kind
    loans.principal[contract] = amount
    listed = np.where(kind == ORDER, terms.order_daily_rate, terms.credit_daily_rate)
    loans.daily_rate[contract] = np.maximum(listed + shops.rate_offset[row] / 36_500, 0.0) * price
    loans.drawn_on[contract] = m.day
    loans.due_on[contract] = m.day + np.where(kind == ORDER, terms.order_maturity_days, terms.credit_maturity_days)
    shops.last_draw_on[row] = m.day
    at_price = promoted == 1
    if at_price.any():
        day, tactic = (np.full(int(at_price.sum()), number) for number in (m.day, offer.tactic))
        m.credit.promotion_log.append(np.column_stack((day, minute[at_price], row[at_price], amount[at_price], tactic)))


@kernel
def _serve(asking, draw_minute, is_early, need_today, credit_limit, lender, funds, kind, outstanding, bundle_amount,
           bundle_due, bundle_loan, day, advance, topup, smallest, cap, pool, start, largest, gap):
    """First come, first served: rows of (merchant, minute, fen, kind, promoted, contract).

    From `start` on, a request is promoted, up to `largest`, while the pool covers the smallest draw; the system serves
    one request per `gap` minutes, so the minute is when it is served, before midnight.  Early orders want nothing else.
    """
    draws = np.empty((len(asking), 6), np.int64)
    count, clock, ring = 0, float(start), bundle_amount.shape[1]
    for j in asking:
        owed, contract = 0, -1
        for slot in range(SLOTS):
            row = j * SLOTS + slot
            owed += outstanding[row]
            if kind[row] == NONE and contract < 0:
                contract = row
        room = min(min(credit_limit[j] - owed, cap), funds[lender[j]])
        served_at = max(clock, float(draw_minute[j])) + gap
        promoted = pool >= smallest and draw_minute[j] >= start and served_at < MINUTES_PER_DAY
        if promoted:
            room = min(room, min(largest, pool))
        if is_early[j] and not promoted:
            continue
        if room < smallest or contract < 0:
            continue
        amount = min((need_today[j] + 9999) // 10_000 * 10_000, room // 10_000 * 10_000)
        if amount < smallest:
            continue
        free = 0
        for k in range(ring):
            if bundle_amount[j, k] > 0 and bundle_loan[j, k] < 0 and bundle_due[j, k] > day:
                free += bundle_amount[j, k]
        carried = min(amount, np.int64(advance * free) // 10_000 * 10_000)
        is_order_loan = carried >= smallest and carried >= (1.0 - topup) * amount
        if is_order_loan:
            amount, pledged = carried, 0
            for age in range(ring - 1, -1, -1):  # oldest orders first
                k = (day - age) % ring
                if pledged * advance >= amount:
                    break
                if bundle_amount[j, k] > 0 and bundle_loan[j, k] < 0 and bundle_due[j, k] > day:
                    bundle_loan[j, k] = contract % SLOTS
                    pledged += bundle_amount[j, k]
        minute = float(draw_minute[j])
        if promoted:
            clock = minute = served_at
            pool -= amount
        funds[lender[j]] -= amount
        kind[contract] = ORDER if is_order_loan else CREDIT
        draws[count, 0], draws[count, 1], draws[count, 2] = j, np.int64(minute), amount
        draws[count, 3], draws[count, 4], draws[count, 5] = kind[contract], promoted, contract
        count += 1
    return draws[:count]
