"""The credit payment, a virtual credit card: lines, purchases on the line, statements, guarantee calls, write-off.

Model "guarantee": the first bank pays the shop and is owed by the user; the guarantee company pays the bank what is a month
past due and then collects for itself.  Model "own_book": the company pays the shop from its own money and what it may borrow.

Choice: the leverage rule binds what is owed to the bank, purchase by purchase, against the company's net assets.  Source: M31
and the rule of 2010 for guarantee companies (liability balance at most ten times net assets).  Alternative: bind the sum of
lines, as D13 counts.  Reason: lines are cut without notice here, so that what is owed is what is guaranteed.
"""

from typing import Literal

import numpy as np
from pydantic import model_validator

from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting
from sim.core.views import part_of

PARTNER = 0  # the bank that funds; the company's own money lies there too
REVIEW_DAYS = 30  # between two decisions on a line; consumers look at the offer on the same day


class CreditPaymentSettings(Settings):
    """Whether it is offered, who funds it, its lines, its price and what happens to arrears."""

    is_offered: bool = setting(False, unit="yes/no", source="SOURCES 1.6: April 2013",
                               meaning="Off: nothing of it exists.  On: the platform keeps records from the first day")
    first_day: int = setting(60, unit="day of the run", ge=0, le=10_000, source="assumption: two months of records first",
                             meaning="Lines are granted from this day on")
    model: Literal["guarantee", "own_book"] = setting(
        "guarantee", unit="name", source="SOURCES 1.4: the bank funds, the platform guarantees",
        meaning="guarantee: the bank funds and the company guarantees; own_book: the company lends its own money")
    line_months: float = setting(2.0, unit="months of spending at full score", ge=0, le=24, source="assumption")
    largest_line_cny: float = setting(5_000, unit="CNY", ge=1, le=100_000, source="S25")
    smallest_line_cny: float = setting(1, unit="CNY", ge=1, le=100_000, source="S25")
    success: float = setting(.97, unit="probability", ge=0, le=1, source="assumption: like the wallet's",
                             meaning="A payment on the line works")
    merchant_fee_share: float = setting(.01, unit="share of the purchase", ge=0, le=.2, source="press of April 2013 [memory]: about 1%",
                                        meaning="Paid by the shop to the platform")
    bank_part: float = setting(.5, unit="of the fee", ge=0, le=1, source="assumption", meaning="Passed on to who funds the purchase")
    guarantee_part: float = setting(.3, unit="of the fee", ge=0, le=1, source="assumption", meaning="Passed on to the guarantee company")
    due_days: int = setting(8, unit="days", ge=1, le=27, source="press of April 2013 [memory]: at most 38 days without interest",
                            meaning="From the statement, at the end of the month, to the day on which it is due")
    late_daily_rate: float = setting(.0005, unit="per day", ge=0, le=.01,
                                     source="People's Bank of China 1999, rules for bank cards: .05% a day")
    guarantee_after_days: int = setting(30, unit="days past due", ge=1, le=360, source="DESIGN 4.12; assumption: a month",
                                        meaning="The company pays the bank, the line is closed and the user counts as bad")
    write_off_days: int = setting(180, unit="days past due", ge=2, le=1080, source="assumption: as micro-loans")
    decision_cost_cny: float = setting(.5, unit="CNY a decision", ge=0, le=1_000, source="assumption; M05 for shops")

    @model_validator(mode="after")
    def _smallest_is_not_above_largest(self):
        if self.smallest_line_cny > self.largest_line_cny:
            raise ValueError(f"smallest_line_cny = {self.smallest_line_cny:g} is more than largest_line_cny = {self.largest_line_cny:g}")
        return self


class CreditPayment:
    """What the credit payment keeps between steps.

    bank_claims: owed by users to each bank, fen (n_banks,).  fees_today: of each shop, fen (n_merchants,), or None.
    payers_today: consumers whose purchase was paid, however.  leverage_today: guaranteed over net assets, after the
    day's last purchase on credit; 0 without one.
    """

    def __init__(self, m):
        self.bank_claims = np.zeros(len(m.banks), np.int64)
        self.payers_today = np.zeros(0, np.int64)
        self.fees_today: np.ndarray | None = None
        self.lent_today = self.n_purchases_today = self.called_today = self.written_off_today = 0
        self.n_decided_today = self.n_approved_today = 0
        self.leverage_today = 0.0

    def is_open(self, m) -> bool:
        """True if lines are granted today."""
        return m.settings.credit_payment.is_offered and m.day >= m.settings.credit_payment.first_day

    def state(self) -> dict:
        """What a checkpoint keeps: claims of banks and the counts of the day."""
        return {name: value for name, value in vars(self).items() if name not in ("payers_today", "fees_today")}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's day back, the claims into the array that the books point to."""
        self.bank_claims[...] = state["bank_claims"]
        vars(self).update({name: value for name, value in state.items() if name != "bank_claims"})

    def open_day(self) -> None:
        """Empty the counts of the day."""
        self.fees_today = None
        self.payers_today = self.payers_today[:0]
        self.lent_today = self.n_purchases_today = self.called_today = self.written_off_today = 0
        self.n_decided_today = self.n_approved_today = 0
        self.leverage_today = 0.0

    def to_lend(self, m) -> int:
        """What may still be bought on credit today, by all together, fen."""
        if not self.is_open(m):
            return 0
        if m.settings.credit_payment.model == "own_book":
            return m.guarantors.to_lend(m)
        return max(m.guarantors.most_guaranteed(m) - int(self.bank_claims.sum()), 0)


# --- lines ------------------------------------------------------------------------------------------------------------


def report_payment_outcomes(m):
    """The lender of the credit payment is told how approved cases ended whose time is up, and may make a new card.

    Bad: the guarantee fell due within the window; good: bought on the line and it did not; who never used it has no outcome.
    Reads: credit_users.bad_on, used_on.  Returns nothing: what was learnt stays with the lender.
    """
    if not m.credit_payment.is_open(m):
        return
    users, n = m.credit_users, len(m.credit_users)
    window = m.settings.credit_payment_card.outcome_days
    ids = m.payment_lender.cases_to_judge(m.day)
    rows = ids % n
    is_bad = users.bad_on[rows] >= m.day - window
    is_known = is_bad | (users.used_on[rows] >= m.day - window)
    m.payment_lender.learn(ids[is_known], is_bad[is_known], m.day)


def decide_lines(m):
    """Lines of a thirtieth of the consumers a day, of those who have asked: months of spending x score, whole CNY between the limits.

    No line grows while nothing more may be lent.
    Reads: the view of consumers.  Writes: credit_users.is_approved, line; platforms.own_funds; credit_payment.n_decided_today,
    n_approved_today.  Source: S25.
    """
    if not m.credit_payment.is_open(m):
        return
    s, users = m.settings.credit_payment, m.credit_users
    rows = np.arange(m.day % REVIEW_DAYS, len(users), REVIEW_DAYS)
    rows = rows[(users.asked_on[rows] >= 0) & users.may_have_line(rows)]
    if len(rows) == 0:
        return
    view = m.data_sharing.consumer_view(m, rows)
    decision = m.payment_lender.decide(view)
    _keep_sample(m, rows, view, decision)
    line = np.clip(s.line_months * view.spent * decision.score, fen(s.smallest_line_cny), fen(s.largest_line_cny))
    line = np.where(decision.is_approved, line // 100 * 100, 0).astype(np.int32)
    if m.credit_payment.to_lend(m) == 0:
        line = np.minimum(line, users.line[rows])
    users.is_approved[rows] = decision.is_approved
    users.line[rows] = line
    m.credit_payment.n_decided_today, m.credit_payment.n_approved_today = len(rows), int(decision.is_approved.sum())
    m.ledger.pay(m.books.platform_own, 0, m.books.world, 0, len(rows) * fen(s.decision_cost_cny), purpose=Purpose.DECISION_COSTS)


def _keep_sample(m, rows, view, decision):
    """The lender keeps the cases of evenly spread consumers, once a quarter each."""
    s, n = m.settings.credit_payment_card, len(m.credit_users)
    apart = max(m.settings.consumers.count // s.sample_size, 1)
    kept = (rows % apart == 0) & ((m.day - rows) % s.sample_every_days < REVIEW_DAYS)
    m.payment_lender.remember(rows[kept] + m.day * n, m.day, part_of(view, kept), part_of(decision, kept))


# --- purchases --------------------------------------------------------------------------------------------------------


def pay_on_credit(m, rows, merchant, amount) -> int:
    """The funder pays the shops for the users `rows`, who owe it; the shops pay the fee, which is shared.  Returns the total, fen.

    Writes: credit_users.balance, used_on; merchants.escrow; banks.own_funds, lender_claims; guarantors.cash, claims, borrowed;
    platforms.own_funds; credit_payment.bank_claims, fees_today, lent_today, n_purchases_today, leverage_today.
    """
    here, s, books, pay = m.credit_payment, m.settings.credit_payment, m.books, m.ledger.pay
    if len(rows) == 0:
        return 0
    funds, claim, funder = books.bank_own, books.payment_claims, PARTNER
    if s.model == "own_book":
        m.guarantors.draw_funding(m, int(amount.sum()))
        funds, claim, funder = books.guarantor_cash, books.guarantor_claims, 0
    total = pay(funds, funder, books.escrow, merchant, amount, purpose=Purpose.PURCHASE_ON_CREDIT)
    m.ledger.owe(books.payment_debt, rows, claim, funder, amount, purpose=Purpose.PURCHASE_ON_CREDIT)
    m.credit_users.used_on[rows] = m.day
    fee = (amount * s.merchant_fee_share).astype(np.int64)
    here.fees_today = np.zeros(len(m.merchants), np.int64)
    np.add.at(here.fees_today, merchant, fee)
    fees = pay(books.escrow, merchant, books.platform_own, 0, fee, purpose=Purpose.MERCHANT_FEE)
    pay(books.platform_own, 0, funds, funder, int(fees * s.bank_part), purpose=Purpose.MERCHANT_FEE)
    pay(books.platform_own, 0, books.guarantor_cash, 0, int(fees * s.guarantee_part), purpose=Purpose.GUARANTEE_FEE)
    here.lent_today, here.n_purchases_today = total, len(rows)
    here.leverage_today = int(here.bank_claims.sum()) / max(m.guarantors.net_assets(), 1)
    return total


def note_payers(m, rows, amount) -> None:
    """The platform puts today's paid purchases on record.  Writes: credit_users.n_purchases, spent; credit_payment.payers_today."""
    if len(m.credit_users):
        m.credit_users.n_purchases[rows] += 1
        m.credit_users.spent[rows] += amount
        m.credit_payment.payers_today = rows


# --- statements, arrears, guarantee -----------------------------------------------------------------------------------


def post_statements(m):
    """At the end of the month everybody's balance is asked for; what was open before keeps its due day.

    Reads: credit_users.balance.  Writes: credit_users.billed, due_on.
    """
    users = m.credit_users
    if len(users) == 0 or not m.calendar.is_month_end(m.day):
        return
    rows = np.flatnonzero(users.balance)
    users.billed[rows] = users.balance[rows]
    new = rows[users.due_on[rows] < 0]
    users.due_on[new] = m.day + m.settings.credit_payment.due_days


def accrue_late_interest(m):
    """Who is past due owes a day of interest on what was asked for, whole fen, to who is owed.

    Writes: credit_users.balance, billed, called; guarantors.claims; credit_payment.bank_claims.
    """
    users, s = m.credit_users, m.settings.credit_payment
    if len(users) == 0:
        return
    rows = np.flatnonzero((users.due_on >= 0) & (users.due_on < m.day))
    due = (users.billed[rows] * s.late_daily_rate).astype(np.int64)
    claim, funder = _funder(m)
    m.ledger.owe(m.books.payment_debt, rows, claim, funder, due, purpose=Purpose.INTEREST)
    users.billed[rows] += due
    due = (users.called[rows] * s.late_daily_rate).astype(np.int64)
    m.ledger.owe(m.books.called_debt, rows, m.books.guarantor_claims, 0, due, purpose=Purpose.INTEREST)


def collect_repayments(m):
    """What users decided to repay goes to who is owed; who has paid all that was asked for is on time, or late no more.

    Reads: credit_users.repays_today.  Writes: consumers.deposit; credit_users.balance, billed, called, due_on, n_bills, n_late;
    banks.own_funds; guarantors.cash, claims; credit_payment.bank_claims.
    """
    users, books = m.credit_users, m.books
    if len(users) == 0:
        return
    rows = np.flatnonzero(users.repays_today)
    to_company = np.minimum(users.called[rows], users.repays_today[rows])
    to_funder = np.minimum(users.billed[rows], users.repays_today[rows] - to_company)
    m.ledger.pay(books.deposit, rows, books.guarantor_cash, 0, to_company, purpose=Purpose.CREDIT_REPAID)
    m.ledger.cancel(books.guarantor_claims, 0, books.called_debt, rows, to_company, purpose=Purpose.CREDIT_REPAID)
    claim, funder = _funder(m)
    funds = books.guarantor_cash if claim is books.guarantor_claims else books.bank_own
    m.ledger.pay(books.deposit, rows, funds, funder, to_funder, purpose=Purpose.CREDIT_REPAID)
    m.ledger.cancel(claim, funder, books.payment_debt, rows, to_funder, purpose=Purpose.CREDIT_REPAID)
    users.billed[rows] -= to_funder
    done = rows[users.owed_now(rows) == 0]
    users.n_bills[done] += 1
    users.n_late[done] += users.due_on[done] < m.day
    users.due_on[done] = -1


def call_guarantees(m):
    """Lines a month past due are closed; under the guarantee the company pays the bank, as far as its cash goes, and is owed instead.

    Reads: credit_users.due_on.  Writes: credit_users.line, bad_on, balance, billed, called; guarantors.cash, claims;
    banks.own_funds; credit_payment.bank_claims, called_today.
    """
    users, s, books = m.credit_users, m.settings.credit_payment, m.books
    if len(users) == 0:
        return
    rows = np.flatnonzero((users.due_on >= 0) & (m.day - users.due_on > s.guarantee_after_days))
    users.line[rows] = 0
    users.bad_on[rows[m.day - users.due_on[rows] == s.guarantee_after_days + 1]] = m.day
    if s.model == "own_book":
        return
    rows = rows[users.balance[rows] > 0]
    rows = rows[np.cumsum(users.balance[rows]) <= m.guarantors.cash[0]]
    owed = users.balance[rows].copy()
    m.ledger.pay(books.guarantor_cash, 0, books.bank_own, PARTNER, owed, purpose=Purpose.GUARANTEE_CALL)
    m.ledger.cancel(books.payment_claims, PARTNER, books.payment_debt, rows, owed, purpose=Purpose.GUARANTEE_CALL)
    m.credit_payment.called_today = m.ledger.owe(books.called_debt, rows, books.guarantor_claims, 0, owed,
                                                 purpose=Purpose.GUARANTEE_CALL)
    users.billed[rows] = 0


def write_off_users(m):
    """What is past due for longer than the write-off age is written off by who is owed; its user gets no line any more.

    Reads: credit_users.due_on.  Writes: credit_users.balance, billed, called, due_on, is_barred; guarantors.claims;
    credit_payment.bank_claims, written_off_today.
    """
    users, books = m.credit_users, m.books
    if len(users) == 0:
        return
    rows = np.flatnonzero((users.due_on >= 0) & (m.day - users.due_on > m.settings.credit_payment.write_off_days))
    claim, funder = _funder(m)
    lost = m.ledger.cancel(claim, funder, books.payment_debt, rows, users.balance[rows].copy(), purpose=Purpose.WRITE_OFF)
    lost += m.ledger.cancel(books.guarantor_claims, 0, books.called_debt, rows, users.called[rows].copy(), purpose=Purpose.WRITE_OFF)
    m.credit_payment.written_off_today = lost
    users.billed[rows] = 0
    users.due_on[rows] = -1
    users.is_barred[rows] = True


def _funder(m):
    """(claim account, row) of who funds purchases."""
    if m.settings.credit_payment.model == "own_book":
        return m.books.guarantor_claims, 0
    return m.books.payment_claims, PARTNER
