"""Micro-loans of the platform: the contracts, interest by day, repayment, arrears and write-off.

Each merchant has `SLOTS` places for open contracts; contract row = merchant x SLOTS + slot.

Choice: an order loan is repaid in one sum when the orders pledged to it have settled, a credit loan in one sum
when cash covers it; both may be repaid any day without penalty.  Source: DESIGN 4.7; SOURCES 1.4.
Alternative: sweeping every receipt.  Reason: sweeping leaves about half of the line in use while in debt and so
earns 3-4% a year on it, not 6.7% (S08); the measured table is in docs/decisions.md.
"""

import numpy as np

from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.population import Population, Row, column
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import Settings, setting

SLOTS = 4
NONE, ORDER, CREDIT = 0, 1, 2  # kind of contract
BAD_DAYS, BAD_FEN = 90, 10_000  # a bad is more than 100 CNY more than 90 days past due (S09; the amount is an assumption)


class LoanSettings(Settings):
    """Price, maturity and what happens after it."""

    order_daily_rate: float = setting(.0005, unit="per day", ge=0, le=.01, source="S07")
    credit_daily_rate: float = setting(.0006, unit="per day", ge=0, le=.01, source="S07")
    order_maturity_days: int = setting(30, unit="days", ge=1, le=365, source="assumption: past due counts from here")
    credit_maturity_days: int = setting(180, unit="days", ge=1, le=1080, source="assumption: past due counts from here")
    may_repay_early: bool = setting(True, unit="yes/no", source="SOURCES 1.4: draw and repay at any time",
                                    meaning="If not, a loan is repaid at maturity and not before")
    monitoring: bool = setting(True, unit="yes/no", source="SOURCES 1.4: monitoring of cash flow",
                               meaning="Lines freeze when receipts dry up; receipts of owners who refuse to repay go to their loans")
    account_clearing: bool = setting(True, unit="yes/no", source="SOURCES 1.4: removal of account and shop",
                                     meaning="An owner who refuses to repay loses account and shop")
    recovery_share: float = setting(.15, unit="share of what was written off", ge=0, lt=1,
                                    source="assumption: recoveries of US card lenders, a seventh of charge-offs (FDIC, from memory)",
                                    meaning="What collectors bring in of it before they give up")
    collection_days: int = setting(720, unit="days", ge=30, le=3650, source="assumption: two years, then a claim is barred",
                                   meaning="How long collectors pursue a debt that was written off")
    collector_share: float = setting(.30, unit="share of what is recovered", ge=0, le=1,
                                     source="assumption: agencies keep 20-40% of small claims")
    write_off_days: int = setting(180, unit="days past due", ge=91, le=1080,
                                  source="assumption; NPL moves several-fold with it (DESIGN 4.10)")


class Loan(Row):
    """One contract, looked at."""


class Loans(Population):
    """All contracts of the platform's lenders, open and empty."""

    name = "loans"
    row_type = Loan

    kind = column(np.int8, "number", "None, order loan or credit loan")
    outstanding = column(np.int64, "fen", "Owed today, principal and interest")
    principal = column(np.int64, "fen", "Drawn")
    collected = column(np.int64, "fen", "Settled orders kept in escrow for this order loan")
    daily_rate = column(np.float64, "per day", "Price")
    carry = column(np.float64, "fen", "Fraction of a fen of interest")
    drawn_on = column(np.int32, "day", "Day of the draw")
    due_on = column(np.int32, "day", "Maturity; arrears count from here")

    def owner_of(self, rows: np.ndarray) -> np.ndarray:
        """Merchant of each contract."""
        return rows // SLOTS

    def free(self, shops, rows) -> None:
        """Empty the contracts `rows`; their pledged orders are free again."""
        self.kind[rows] = NONE
        self.collected[rows] = self.principal[rows] = 0
        self.carry[rows] = 0.0
        owner, slot = rows // SLOTS, (rows % SLOTS)
        pledged = shops.bundle_loan[owner] == slot[:, None]
        if len(np.unique(owner)) == len(owner):
            shops.bundle_loan[owner] = np.where(pledged, -1, shops.bundle_loan[owner])
        else:
            for k in range(len(rows)):
                bundles = shops.bundle_loan[owner[k]]
                bundles[bundles == slot[k]] = -1


# --- steps ------------------------------------------------------------------------------------------------------------


def release_escrow(m):
    """Sales that settle today leave escrow: commission to the platform, pledged orders to their loans, the rest to the shop.

    Reads: merchants.bundle_due.  Writes: merchants.bundle_amount, bundle_loan, escrow, cash, loan_life; platforms.own_funds;
    lenders.cash, loans; loans.collected, kind, outstanding,
    principal, carry; credit.closed_today, closed_days_today.
    """
    shops, loans, books, pay = m.merchants, m.loans, m.books, m.ledger.pay
    free, commission, repaid, surplus = _release(
        m.day, m.settings.loans.may_repay_early, m.settings.goods.commission_share, shops.bundle_amount, shops.bundle_due,
        shops.bundle_loan, loans.outstanding, loans.collected, loans.due_on)
    every = np.flatnonzero(commission + free)
    pay(books.escrow, every, books.platform_own, 0, commission[every], purpose=Purpose.COMMISSION)
    pay(books.escrow, every, books.cash, every, free[every], purpose=Purpose.SETTLEMENT)
    rows = np.flatnonzero(repaid)
    owner = rows // SLOTS
    pay(books.escrow, owner, books.lender_cash, shops.lender[owner], repaid[rows], purpose=Purpose.LOAN_REPAID)
    pay(books.escrow, owner, books.cash, owner, surplus[rows], purpose=Purpose.SETTLEMENT)
    _close(m, rows)


def accrue_interest(m):
    """Every open contract owes one more day of interest.

    Writes: loans.outstanding, carry; lenders.loans; credit.interest_today.  Source: SOURCES 1.4, interest by day on what is outstanding.
    """
    rows, due = _interest(m.loans.outstanding, m.loans.daily_rate, m.loans.carry)
    owner = rows // SLOTS
    m.credit.interest_today = m.ledger.owe(m.books.loan_debt, rows, m.books.loan_claim, m.merchants.lender[owner], due,
                                           purpose=Purpose.INTEREST)


def collect(m):
    """Shops repay what their cash covers in one sum; what is past due is swept from cash, and from escrow what was kept for it.

    Of who walked away only what monitoring intercepts.
    Reads: loans.due_on; merchants.walked_on, term_reserve.
    Writes: merchants.cash, escrow, bundle_loan, loan_life; lenders.cash, loans; loans.collected, kind, outstanding,
    principal, carry; credit.closed_today, closed_days_today.
    """
    loans, shops, books = m.loans, m.merchants, m.books
    early = m.settings.loans.may_repay_early
    late = np.flatnonzero((loans.collected > 0) & (loans.due_on <= m.day) & (loans.collected < loans.outstanding))
    if len(late):
        _keep_collected(m, late)
    refuses = (shops.walked_on >= 0) & (not m.settings.loans.monitoring)
    paid = _collect(m.day, early, loans.kind, loans.outstanding, loans.collected, loans.due_on, shops.cash, shops.term_reserve,
                    shops.bundle_loan, refuses)
    rows = np.flatnonzero(paid)
    owner = rows // SLOTS
    m.ledger.pay(books.cash, owner, books.lender_cash, shops.lender[owner], paid[rows], purpose=Purpose.LOAN_REPAID)
    m.ledger.cancel(books.loan_claim, shops.lender[owner], books.loan_debt, rows, paid[rows], purpose=Purpose.LOAN_REPAID)
    ready = np.flatnonzero((loans.kind != NONE) & (loans.collected >= loans.outstanding) & (early | (loans.due_on <= m.day)))
    owner = ready // SLOTS
    owed = loans.outstanding[ready].copy()
    m.ledger.pay(books.escrow, owner, books.lender_cash, shops.lender[owner], owed, purpose=Purpose.LOAN_REPAID)
    m.ledger.pay(books.escrow, owner, books.cash, owner, loans.collected[ready] - owed, purpose=Purpose.SETTLEMENT)
    _close(m, ready)


def update_arrears(m):
    """Days past due of every borrower; what is past due for longer than the write-off age is written off.

    Writes: merchants.days_past_due, bad_on, pursued, pursued_since; lenders.loans; loans.outstanding, kind, principal, carry;
    credit.written_off_today.
    """
    loans, shops, s = m.loans, m.merchants, m.settings.loans
    m.credit.written_off_today = 0
    if not loans.outstanding.any():
        shops.days_past_due[:] = 0
        return
    past_due = _past_due(m, slice(None))
    shops.days_past_due[:] = past_due.reshape(-1, SLOTS).max(axis=1)
    shops.bad_on[((past_due == BAD_DAYS + 1) & (loans.outstanding >= BAD_FEN)).reshape(-1, SLOTS).any(axis=1)] = m.day
    rows = np.flatnonzero(past_due > s.write_off_days)
    if len(rows):
        lender = shops.lender[rows // SLOTS]
        np.add.at(shops.pursued, rows // SLOTS, loans.outstanding[rows])
        shops.pursued_since[rows // SLOTS] = m.day
        m.credit.written_off_today = m.ledger.cancel(m.books.loan_claim, lender, m.books.loan_debt, rows, loans.outstanding[rows].copy(),
                                                     purpose=Purpose.WRITE_OFF)
        _free_slots(m, rows)


def pursue_debts(m):
    """Collectors ask every debtor whose loan was written off once a month; who pays pays all, from other means, and they keep a share.

    P(pays in a month) = 1 - (1 - recovery share)^(30 / collection days), so that the recovery share has paid when they give up.
    Collectors' commission is a cost of collection.  The shop's books are not touched: the debt is the owner's.
    Reads: merchants.lender.  Writes: merchants.pursued, pursued_since; lenders.cash; credit.recovered_today.
    Draws: OWNER_PAYS_LATE, one per merchant.
    """
    s, shops, books = m.settings.loans, m.merchants, m.books
    m.credit.recovered_today = 0
    rows = np.arange(m.day % 30, len(shops), 30)
    rows = rows[shops.pursued[rows] > 0]
    if len(rows) == 0:
        return
    luck = uniforms(stream_key(m.path_seed, Stream.OWNER_PAYS_LATE, m.day), 0, len(shops), 0)[rows]
    pays = luck < 1.0 - (1.0 - s.recovery_share) ** (30 / s.collection_days)
    paid, lender = shops.pursued[rows[pays]].copy(), shops.lender[rows[pays]]
    m.credit.recovered_today = m.ledger.pay(books.world, 0, books.lender_cash, lender, paid, purpose=Purpose.RECOVERY)
    m.ledger.pay(books.lender_cash, lender, books.world, 0, (paid * s.collector_share).astype(np.int64), purpose=Purpose.COLLECTION)
    done = rows[pays | (m.day - shops.pursued_since[rows] > s.collection_days)]
    shops.pursued[done], shops.pursued_since[done] = 0, -1


def days_past_due(m, merchants) -> np.ndarray:
    """Oldest arrears of the merchants `merchants` at the platform's lenders, days; what another lender cannot know."""
    return _past_due(m, np.asarray(merchants)[:, None] * SLOTS + np.arange(SLOTS)).max(axis=1, initial=0)


def _past_due(m, contracts) -> np.ndarray:
    """Days since maturity of the contracts `contracts`, 0 before it and where there is none."""
    return np.where(m.loans.kind[contracts] != NONE, np.maximum(m.day - m.loans.due_on[contracts], 0), 0)


def call_in(m, failed):
    """The loans of shops that closed are due at once; what they kept in escrow for an order loan stays with the lender.

    Writes: loans.due_on, outstanding, collected; lenders.cash, loans; merchants.escrow.
    Source: assumption (acceleration clause).
    """
    rows = (failed[:, None] * SLOTS + np.arange(SLOTS)).ravel()
    rows = rows[m.loans.kind[rows] != NONE]
    if len(rows) == 0:
        return
    m.loans.due_on[rows] = np.minimum(m.loans.due_on[rows], m.day)
    _keep_collected(m, rows)


def _keep_collected(m, rows):
    """What escrow holds for the contracts `rows` goes to their lenders and off the debt."""
    owner = rows // SLOTS
    kept = np.minimum(m.loans.collected[rows], m.loans.outstanding[rows])
    m.ledger.pay(m.books.escrow, owner, m.books.lender_cash, m.merchants.lender[owner], kept, purpose=Purpose.RECOVERY)
    m.ledger.cancel(m.books.loan_claim, m.merchants.lender[owner], m.books.loan_debt, rows, kept, purpose=Purpose.RECOVERY)
    m.loans.collected[rows] = 0


def _close(m, rows):
    """Contracts paid in full: the claim is cancelled, the owner learns how long a draw lasts."""
    if len(rows) == 0:
        return
    loans, shops, owner = m.loans, m.merchants, rows // SLOTS
    m.ledger.cancel(m.books.loan_claim, shops.lender[owner], m.books.loan_debt, rows, loans.outstanding[rows].copy(),
                    purpose=Purpose.LOAN_REPAID)
    life = m.day - loans.drawn_on[rows]
    m.credit.closed_today += len(rows)
    m.credit.closed_days_today += int(life.sum())
    for row, days in zip(owner, life):
        shops.loan_life[row] += .2 * (days - shops.loan_life[row])
    _free_slots(m, rows)


def _free_slots(m, rows):
    """Empty contracts."""
    m.loans.free(m.merchants, rows)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _release(day, may_repay_early, commission_share, bundle_amount, bundle_due, bundle_loan, outstanding, collected, due_on):
    """Per merchant: free money and commission; per contract: what it takes in one sum and what is left of its orders."""
    n, ring = bundle_amount.shape
    free, commission = np.zeros(n, np.int64), np.zeros(n, np.int64)
    repaid, surplus = np.zeros(len(outstanding), np.int64), np.zeros(len(outstanding), np.int64)
    for j in range(n):
        touched = False
        for k in range(ring):
            if bundle_due[j, k] == day and bundle_amount[j, k] > 0:
                amount = bundle_amount[j, k]
                fee = np.int64(np.floor(amount * commission_share))
                commission[j] += fee
                loan = bundle_loan[j, k]
                if loan < 0:
                    free[j] += amount - fee
                else:
                    collected[j * SLOTS + loan] += amount - fee
                    touched = True
                bundle_amount[j, k] = 0
                bundle_loan[j, k] = -1
        if touched:
            for slot in range(SLOTS):
                row = j * SLOTS + slot
                if outstanding[row] > 0 and collected[row] >= outstanding[row] and (may_repay_early or day >= due_on[row]):
                    repaid[row] = outstanding[row]
                    surplus[row] = collected[row] - outstanding[row]
    return free, commission, repaid, surplus


@kernel
def _interest(outstanding, daily_rate, carry):
    """due = outstanding * rate + carry, whole fen; the rest is carried."""
    rows, due = np.empty(len(outstanding), np.int64), np.empty(len(outstanding), np.int64)
    count = 0
    for k in range(len(outstanding)):
        if outstanding[k] > 0:
            exact = outstanding[k] * daily_rate[k] + carry[k]
            whole = np.int64(np.floor(exact))
            carry[k] = exact - whole
            rows[count], due[count] = k, whole
            count += 1
    return rows[:count], due[:count]


@kernel
def _collect(day, may_repay_early, kind, outstanding, collected, due_on, cash, reserve, bundle_loan, refuses):
    """What each contract takes from its owner's cash tonight, fen.

    A credit loan takes all or, past due, what is there; an order loan only once none of its orders is still to settle.
    """
    paid = np.zeros(len(kind), np.int64)
    for j in range(len(cash)):
        if refuses[j]:
            continue
        left = cash[j]
        for slot in range(SLOTS):
            row = j * SLOTS + slot
            if kind[row] == NONE or left <= 0:
                continue
            owed = outstanding[row] - collected[row]
            is_swept = day >= due_on[row]
            if owed <= 0 or not (may_repay_early or is_swept):
                continue
            if kind[row] == ORDER and day < due_on[row]:
                waits = False
                for k in range(bundle_loan.shape[1]):
                    if bundle_loan[j, k] == slot:
                        waits = True
                        break
                if waits:
                    continue
            free = left if is_swept else left - reserve[j]
            if free >= owed or is_swept or kind[row] == ORDER:
                paid[row] = max(0, min(free, owed))
                left -= paid[row]
    return paid
