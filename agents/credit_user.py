"""Users of the credit payment: consumers as payers of bills, what the platform has on record of them, when they repay.

Row i is consumer i; without credit payment there are no rows and nothing here costs anything.

Choice: one hidden trait, diligence, drives late bills, late repayment, complaints and how long a phone number is kept, and is
alike among friends.  Source: McPherson, Smith-Lovin and Cook (2001) for homophily; the rest is assumption.  Alternative: give
each feature of the score a correlation with default.  Reason: what a phone prefix, gender or friends tell is then an outcome.
"""

import numpy as np

from agents.consumer import REGISTERED
from sim.core.kernels import kernel
from sim.core.population import Population, Row, column
from sim.core.random import Stream, normals, stream_key, uniform, uniforms
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

RECORD_DAYS = 30  # between two rounds of bills, and between two looks at a consumer
LEAST_BILLS = 3   # a record of fewer is neither good nor bad


class CreditUserSettings(Settings):
    """How diligent consumers are, and what they make of a line."""

    take_up_a_month: float = setting(.15, unit="probability", ge=0, le=1, source="assumption",
                                     meaning="A consumer who may have a line and has none asks for one")
    credit_preference: float = setting(.40, unit="probability", ge=0, le=1, source="assumption: a month without interest is a gift",
                                       meaning="A shopper with room on the line tries it before wallet and card")
    line_as_money: float = setting(.12, unit="share of the line", ge=0, le=1,
                                   source="Gross and Souleles (2002): debt rises by 10 to 14% of an extra limit",
                                   meaning="Counted as money at hand when a basket is chosen; what is owed is money gone")
    women_diligence: float = setting(.20, unit="standard deviations of diligence", ge=-3, le=3,
                                     source="D'Espallier, Guerin and Mersland (2011): women repay better; the size is an assumption",
                                     meaning="Women's mean less men's")
    homophily: float = setting(.15, unit="share of the variance of diligence", ge=0, le=1,
                               source="McPherson, Smith-Lovin and Cook (2001); the size is an assumption",
                               meaning="Diligence shared with friends; without friends all is one's own")
    number_change_rate: float = setting(.20, unit="per year", ge=0, le=10, source="assumption: a fifth of numbers are given up a year",
                                        meaning="Old phone numbers (139) given up by a consumer of mean diligence")
    number_years: float = setting(3.0, unit="years", ge=0, le=30, source="186 numbers are sold since 2009",
                                  meaning="Since new numbers come from another range")
    number_slope: float = setting(.3, unit="log rate per standard deviation", ge=0, le=5,
                                  source="assumption: the steady keep their number")
    forget_prob: float = setting(.05, unit="probability", ge=0, le=1, source="assumption", meaning="A bill is not paid on its day")
    forget_slope: float = setting(.8, unit="log odds per standard deviation", ge=0, le=10, source="assumption")
    catch_up_rate: float = setting(.35, unit="per day", ge=0, le=1, source="assumption",
                                   meaning="A late bill is paid, by a consumer of mean diligence who has the money")
    catch_up_slope: float = setting(.9, unit="log rate per standard deviation", ge=0, le=10,
                                    source="assumption: about one user in a hundred is a month late within a third of a year")
    complaint_prob: float = setting(.01, unit="per purchase", ge=0, le=1, source="assumption")
    complaint_slope: float = setting(.4, unit="log rate per standard deviation", ge=0, le=5,
                                     source="assumption: the careless order wrongly and miss parcels")


# --- columns ----------------------------------------------------------------------------------------------------------


class CreditUser(Row):
    """One consumer as a payer, looked at."""


class CreditUsers(Population):
    """All consumers as payers; no rows if no credit payment is offered."""

    name = "credit_users"
    row_type = CreditUser

    diligence = column(np.float32, "standard deviations", "How reliably bills are paid; latent, nobody sees it")
    is_139 = column(np.bool_, "yes/no", "Phone number of the old range 139, not of the new 186")
    months_before = column(np.float32, "months", "Had a wallet before the run")
    n_purchases = column(np.int32, "purchases", "Paid on the marketplace since the records began")
    spent = column(np.int64, "fen", "Paid on the marketplace since the records began")
    n_complaints = column(np.int16, "complaints", "Made about purchases")
    n_bills = column(np.int16, "bills", "Bills and statements that fell due")
    n_late = column(np.int16, "bills", "Of them not paid on their day")
    has_good_record = column(np.bool_, "yes/no", "At least nine in ten bills on time")
    good_neighbours = column(np.int32, "consumers", "Friends with a good record")
    asked_on = column(np.int32, "day", "First asked for a line; -1 never", default=-1)
    is_approved = column(np.bool_, "yes/no", "The last decision was to grant a line")
    line = column(np.int32, "fen", "Line of the credit payment")
    balance = column(np.int64, "fen", "Owed to who funded the purchases, interest included")
    billed = column(np.int64, "fen", "Of the balance, what the last statement asks for")
    called = column(np.int64, "fen", "Owed to the guarantee company, which paid the bank")
    due_on = column(np.int32, "day", "The oldest open statement falls due; -1 none", default=-1)
    used_on = column(np.int32, "day", "Last purchase on the line", default=-10_000)
    bad_on = column(np.int32, "day", "Last day on which the debt passed the age at which the guarantee pays", default=-10_000)
    is_barred = column(np.bool_, "yes/no", "A debt was written off: no line any more")
    repays_today = column(np.int64, "fen", "Wants to repay today")

    def may_have_line(self, rows) -> np.ndarray:
        """Has a wallet, shops on a phone (S25: mobile and tablet only) and was never written off; shape of rows."""
        c = self.model.consumers
        return (c.stage[rows] >= REGISTERED) & c.is_mobile[rows] & ~self.is_barred[rows]

    def room(self, rows) -> np.ndarray:
        """What the consumers `rows` may still buy on their lines, fen; nothing while past due; empty if there are no lines."""
        if len(self) == 0:
            return NO_ROOM
        return _room(np.asarray(rows, np.int64), self.line, self.balance, self.called, self.due_on, self.is_barred, self.model.day)

    def line_at_hand(self, rows) -> np.ndarray:
        """What a line adds to the money a consumer feels to have, less what is owed on it, fen; empty if there are no lines.

        A line adds no more than its room, and nothing while the platform shows that nothing may be lent.
        """
        if len(self) == 0:
            return NO_MONEY
        m, owed = self.model, self.balance[rows] + self.called[rows]
        if m.credit_payment.to_lend(m) == 0:
            return -owed.astype(float)
        return np.minimum(m.settings.credit_users.line_as_money * self.line[rows], self.room(rows)) - owed

    def owed_now(self, rows) -> np.ndarray:
        """What has been asked for and not been paid, fen."""
        return self.billed[rows] + self.called[rows]


NO_ROOM, NO_MONEY = np.zeros(0, np.int64), np.zeros(0)


# --- birth ------------------------------------------------------------------------------------------------------------


def create_credit_users(m) -> CreditUsers:
    """Payers as they are on the first day: diligence d_i = sqrt(1 - h) z_i + sqrt(h) sum of friends' z / sqrt(friends) + gender.

    A phone number is still the old one with probability exp(-rate years exp(-slope d)).
    Draws: CREDIT_USER_BIRTH, slots 0 and 20-21.
    """
    s, c = m.settings.credit_users, m.consumers
    if not m.settings.credit_payment.is_offered:
        return CreditUsers(m, 0)
    users, n = CreditUsers(m, len(c)), len(c)
    key = stream_key(m.world_seed, Stream.CREDIT_USER_BIRTH)
    own = normals(key, 0, n, 0)
    diligence = own.copy()
    if not m.social.complete:  # where all are friends of all, friends tell nothing
        friends, degree = np.zeros(n), m.social.degrees()
        m.social.push_change(np.arange(n), own, friends)
        has = degree > 0
        diligence[has] = np.sqrt(1 - s.homophily) * own[has] + np.sqrt(s.homophily) * friends[has] / np.sqrt(degree[has])
    users.diligence[:] = diligence + s.women_diligence * (c.is_woman - .5)
    given_up = s.number_change_rate * s.number_years * np.exp(-s.number_slope * users.diligence)
    users.is_139[:] = uniforms(key, 0, n, 20) < np.exp(-given_up)
    users.months_before[:] = np.where(c.stage >= REGISTERED, uniforms(key, 0, n, 21) * 60, 0)
    return users


# --- steps ------------------------------------------------------------------------------------------------------------


def pay_bills(m):
    """Once in 30 days every consumer with a wallet has a household bill to pay through it, and pays it on its day or late.

    P(late) = 1 / (1 + exp(-(logit forget_prob - slope d))).  The money is part of living costs.
    Reads: consumers.stage; credit_users.diligence.  Writes: credit_users.n_bills, n_late, has_good_record, good_neighbours.
    Draws: CREDIT_USER_BILLS, one per consumer.
    """
    users, s = m.credit_users, m.settings.credit_users
    if len(users) == 0 or m.day % RECORD_DAYS:
        return
    with_wallet = m.consumers.stage >= REGISTERED
    late = uniforms(stream_key(m.path_seed, Stream.CREDIT_USER_BILLS, m.day), 0, len(users), 0) < _forget_prob(users.diligence, s)
    users.n_bills += with_wallet
    users.n_late += with_wallet & late
    good = (users.n_bills >= LEAST_BILLS) & (10 * users.n_late.astype(np.int32) <= users.n_bills)
    changed = np.flatnonzero(good != users.has_good_record)
    m.social.push_change(changed, np.where(good[changed], 1, -1), users.good_neighbours)
    users.has_good_record[:] = good


def ask_for_line(m):
    """A thirtieth of the consumers look at the offer each day; of buyers who may have a line and never asked some ask for it.

    Reads: consumers.stage, is_mobile; credit_users.n_purchases, is_barred.  Writes: credit_users.asked_on.
    Draws: CREDIT_LINE_APPLICATION, one per consumer who looks.
    """
    users = m.credit_users
    if not m.credit_payment.is_open(m):
        return
    rows = np.arange(m.day % RECORD_DAYS, len(users), RECORD_DAYS)
    rows = rows[users.may_have_line(rows) & (users.n_purchases[rows] > 0) & (users.asked_on[rows] < 0)]
    asks = _draw(stream_key(m.path_seed, Stream.CREDIT_LINE_APPLICATION, m.day), rows) < m.settings.credit_users.take_up_a_month
    users.asked_on[rows[asks]] = m.day


def complain(m):
    """Some of today's buyers complain: P = complaint_prob exp(-slope d), at most 1.

    Reads: m.credit_payment.payers_today; credit_users.diligence.  Writes: credit_users.n_complaints.
    Draws: CREDIT_USER_COMPLAINT, one per buyer.
    """
    users, s = m.credit_users, m.settings.credit_users
    if len(users) == 0:
        return
    rows = m.credit_payment.payers_today
    prob = s.complaint_prob * np.exp(-s.complaint_slope * users.diligence[rows].astype(float))
    users.n_complaints[rows] += _draw(stream_key(m.path_seed, Stream.CREDIT_USER_COMPLAINT, m.day), rows) < prob


def plan_repayments(m):
    """Users whose statement is due decide what to repay: all on the day unless they forget; later, when they catch up.

    Who cannot pay all brings half of the deposit on the days on which others would catch up.
    P(catch up) = 1 - exp(-rate exp(slope d)) a day.
    Reads: credit_users.billed, called, due_on, diligence; consumers.deposit.  Writes: credit_users.repays_today.
    Draws: CREDIT_USER_REPAYMENT, one per user with a statement due.
    """
    users, s = m.credit_users, m.settings.credit_users
    if len(users) == 0:
        return
    users.repays_today[:] = 0
    rows = np.flatnonzero((users.due_on >= 0) & (users.due_on <= m.day))
    d, owed, deposit = users.diligence[rows].astype(float), users.owed_now(rows), m.consumers.deposit[rows]
    catches_up = 1.0 - np.exp(-s.catch_up_rate * np.exp(np.minimum(s.catch_up_slope * d, 50.0)))
    prob = np.where(users.due_on[rows] == m.day, 1.0 - _forget_prob(d, s), catches_up)
    remembers = _draw(stream_key(m.path_seed, Stream.CREDIT_USER_REPAYMENT, m.day), rows) < prob
    users.repays_today[rows] = np.where(remembers, np.where(deposit >= owed, owed, deposit // 2), 0)


def _forget_prob(diligence, s) -> np.ndarray:
    """Probability that a bill is not paid on its day."""
    odds = s.forget_prob / max(1.0 - s.forget_prob, 1e-9) * np.exp(np.clip(-s.forget_slope * diligence.astype(float), -50, 50))
    return odds / (1.0 + odds)


def _draw(key, rows) -> np.ndarray:
    """A uniform for each of the rows, which need not be neighbours."""
    return _uniforms_of(key, np.asarray(rows, np.int64))


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _uniforms_of(key, rows):
    """u_i of each row i."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = uniform(key, rows[k], 0)
    return out


@kernel
def _room(rows, line, balance, called, due_on, is_barred, day):
    """room_i = line_i - balance_i - called_i, at least 0; 0 for the barred and while a statement is past due."""
    out = np.zeros(len(rows), np.int64)
    for k in range(len(rows)):
        i = rows[k]
        if line[i] > 0 and not is_barred[i] and (due_on[i] < 0 or due_on[i] >= day):
            out[k] = max(np.int64(line[i]) - balance[i] - called[i], 0)
    return out
