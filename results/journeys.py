"""Journeys: when each customer of the focal platform took which step, by which source she came, what she paid and what it cost.

An observer of `Market` from its first day; it draws and changes nothing.  Of a consumer it keeps a few dates and a sum, 36 bytes;
all else is counted by day and by source: 0 organic, 1 referral, 2 + number of the tactic (last touch, as the platform sees it).

Choice: a step is dated when it is first taken, and counts for rates only if it was taken in the run.  Source: left truncation, as in
survival analysis (Klein and Moeschberger 2003).  Alternative: everybody who stands there.  Reason: those who stood there on the first
day are the slow ones of a past nobody saw.
"""

import datetime

import numpy as np

from agents.customer import (
    ACTIVE,
    AWARE,
    CHURNED,
    CONSIDERING,
    FIRST_TACTIC,
    FIRST_USE,
    ORGANIC,
    REASONS,
    REFERRED,
    REGISTERED,
    STAGES,
    VERIFIED,
)
from sim.core.ledger import Purpose

FOCAL = 0
NEVER, BEFORE = -1, -2
STEPS = (AWARE, CONSIDERING, REGISTERED, VERIFIED, FIRST_USE, ACTIVE)  # active is the second use
TAKEN = (0, 1, 2, 3, 4, 5, 6, 5, 4, 5)  # how many of the steps a stage implies, in the order of STAGES; some leave before a first use
AGE_DAYS = 30  # of a bucket of customers' ages
RETURN_DAYS = (1, 7, 30)  # M22
FLOWS = ("spend", "partner_share", "impressions", "clicks", "registrations", "first_uses", "payments", "paid")


class Journeys:
    """The observer.

    taken_on: day of each step, (steps, n), NEVER or BEFORE the first day.  left_on: day of leaving after a first use, (n,).  paid: fen at
    the focal platform since the first day, (n,).  daily: FLOWS by day and source, fen and simulated counts.  paid_by_age: fen of new
    customers, (sources, buckets of AGE_DAYS since the first use).  returned: new customers who paid RETURN_DAYS later, (3, sources).
    months: (date of the last day, stages, retention) of each.  moves: entries into a stage for a reason by month.
    costs: fen of card fees, service and surveys.
    """

    def __init__(self):
        self.market = None

    def __call__(self, m) -> None:
        if self.market is None:
            self._start(m)
        moved = np.flatnonzero(self.column("since") == m.day)
        self._date_steps(m, moved)
        self._count_flows(m)
        self._count_payments(m)
        self._charge(m)
        np.add.at(self.moves[-1][1], (self.column("stage")[moved], self.column("reason")[moved]), 1)
        tomorrow = m.date + datetime.timedelta(days=1)
        if tomorrow.month != m.date.month or m.day == m.days - 1 or m.day % AGE_DAYS == 0:
            self._share_spending(m)
        if tomorrow.month != m.date.month or m.day == m.days - 1:
            self._close_month(m, tomorrow.month != m.date.month)

    def column(self, name: str) -> np.ndarray:
        """A column of the focal platform's rows, (n,)."""
        return getattr(self.market.customers, name)[: self.n]

    @property
    def is_new(self) -> np.ndarray:
        """Who registered in the run, (n,)."""
        return (self.column("registered_on") >= 0) & ~self.was_user

    @property
    def is_customer(self) -> np.ndarray:
        """Who registered in the run and used the platform, (n,)."""
        return (self.column("first_use_on") >= 0) & ~self.was_user

    @property
    def last_day(self) -> int:
        """The last day seen."""
        return self.first_day + len(self.daily["spend"]) - 1

    @property
    def users_at_start(self) -> int:
        """Simulated users on the evening of the first day who had registered before it."""
        return int(self.was_user.sum())

    def _start(self, m):
        self.market, self.first_day, self.n = m, m.day, m.settings.consumers.count
        self.names = source_names(m)
        stage, registered = self.column("stage"), self.column("registered_on")
        came_today = (registered == m.day) & (self.column("since") == m.day) & (stage <= FIRST_USE) if m.day == 0 else registered == m.day
        self.was_user = (registered >= 0) & ~came_today
        steps = self._steps(np.arange(self.n))
        self.taken_on = np.where(np.arange(len(STEPS))[:, None] < steps, BEFORE, NEVER).astype(np.int32)
        today = np.flatnonzero((self.column("since") == m.day) & (steps > 0) & ~self.was_user)
        self.taken_on[steps[today] - 1, today] = m.day
        for step in range(STEPS.index(REGISTERED), len(STEPS)):  # several steps of the first day, in order
            self.taken_on[step, came_today & (steps > step)] = m.day
        self.left_on, self.paid = np.full(self.n, NEVER, np.int32), np.zeros(self.n, np.int64)
        self.daily: dict[str, list[np.ndarray]] = {name: [] for name in FLOWS}
        self.paid_by_age = np.zeros((len(self.names), (m.days - m.day) // AGE_DAYS + 1), np.int64)
        self.returned = np.zeros((len(RETURN_DAYS), len(self.names)), np.int64)
        self.months: list[tuple] = []
        self.moves = [(m.date.replace(day=1), np.zeros((len(STAGES), len(REASONS)), np.int64))]
        self.costs = {Purpose.PAYMENT_FEE: 0, Purpose.SERVICE: 0, Purpose.SURVEY: 0}
        n_segments = len(m.settings.consumers.segments.in_order())
        self.spend_by_segment = np.zeros((len(self.names), n_segments))
        self._spend_unshared = np.zeros(len(self.names), np.int64)
        self._rewarded: dict[int, int] = {}
        self._today: dict[str, np.ndarray] = {}

    def _steps(self, rows) -> np.ndarray:
        """How many of the steps consumers have taken: what their stage implies, and the first use of who left on the same day."""
        used = self.column("first_use_on")[rows] >= 0
        return np.maximum(np.array(TAKEN)[self.column("stage")[rows]], np.where(used, STEPS.index(FIRST_USE) + 1, 0))

    def _date_steps(self, m, moved):
        if m.day > self.first_day:
            steps = self._steps(moved)
            for step in range(len(STEPS)):
                rows = moved[steps > step]
                self.taken_on[step, rows[self.taken_on[step, rows] == NEVER]] = m.day
        left = moved[(self.column("stage")[moved] == CHURNED) & (self.column("first_use_on")[moved] >= 0)]
        self.left_on[left[self.left_on[left] == NEVER]] = m.day

    def _count_flows(self, m):
        today = {name: np.zeros(len(self.names), np.int64) for name in FLOWS}
        for number, plan in m.media.plans.items():
            if plan.platform == FOCAL:
                source = FIRST_TACTIC + number
                today["spend"][source], today["impressions"][source] = plan.spent_today, plan.impressions_today
                today["clicks"][source] = plan.clicks_today
        for number, spent in m.word_of_mouth.spent.items():
            if m.tactics[number].settings.platform == FOCAL:
                today["spend"][REFERRED] += spent - self._rewarded.get(number, 0)
                self._rewarded[number] = spent
        came, source = self.column("registered_on") == m.day, self.column("source")
        used = self.column("first_use_on") == m.day
        for name, who in (("registrations", came), ("first_uses", used)):
            today[name] += np.bincount(source[who & ~self.was_user], minlength=len(self.names))
        self._today = today
        for name, values in today.items():
            self.daily[name].append(values)
        self._spend_unshared += today["spend"]

    def _count_payments(self, m):
        """Payments at the focal platform today, of customers who are new by source, and what partners get of them."""
        buyers, paid = m.goods.buyers_today, m.goods.paid_today
        inside = buyers < self.n
        buyers, paid = buyers[inside], paid[inside]
        self.paid[buyers] += paid
        is_new = ~self.was_user[buyers]
        new, paid = buyers[is_new], paid[is_new]
        age, source = m.day - self.column("first_use_on")[new], self.column("source")[new]
        today = self._today
        today["payments"] += np.bincount(source, minlength=len(self.names))
        np.add.at(today["paid"], source, paid)
        np.add.at(self.paid_by_age, (source, age // AGE_DAYS), paid)
        for row, days in enumerate(RETURN_DAYS):
            self.returned[row] += np.bincount(source[age == days], minlength=len(self.names))
        for number, plan in m.media.plans.items():
            if plan.channel.partner_share > 0 and plan.platform == FOCAL:
                young = m.day - self.column("registered_on")[buyers] <= plan.channel.partner_days
                came = young & (self.column("source")[buyers] == FIRST_TACTIC + number)
                due = m.goods.paid_today[inside][came].sum() * m.settings.goods.commission_share * plan.channel.partner_share
                today["partner_share"][FIRST_TACTIC + number] = int(due)

    def _charge(self, m):
        entity = m.ledger.entities.index(f"platform {FOCAL}")
        for purpose in self.costs:
            self.costs[purpose] -= int(m.ledger.money_today[purpose, entity])

    def _share_spending(self, m):
        """What was spent since the last look goes to segments as exposures do, which follow the weights of the plan."""
        segment = m.consumers.segment[: self.n]
        for source in np.flatnonzero(self._spend_unshared):
            plan = m.media.plans.get(source - FIRST_TACTIC)
            if plan is not None and plan.weight.any():
                weight = np.bincount(segment, plan.weight[: self.n], minlength=self.spend_by_segment.shape[1])
                self.spend_by_segment[source] += self._spend_unshared[source] * weight / weight.sum()
                self._spend_unshared[source] = 0

    def _close_month(self, m, is_whole):
        """Stages on the last day; of every cohort who paid in the month, if the whole of it was seen."""
        retention = None
        begin = m.day - m.date.day + 1
        if is_whole and begin >= self.first_day:
            rows = np.flatnonzero(self.is_customer)
            cohort = self.month_of(self.column("first_use_on")[rows])
            cell = cohort * len(self.names) + self.column("source")[rows]
            size = len(self.names) * (int(cohort.max(initial=0)) + 1)
            active = np.bincount(cell[self.column("last_use_on")[rows] >= begin], minlength=size)
            retention = np.stack((np.bincount(cell, minlength=size), active)).reshape(2, -1, len(self.names))
        stages = np.bincount(self.column("stage"), minlength=len(STAGES))
        self.months.append((m.date, stages, retention))
        if is_whole and m.day < m.days - 1:
            self.moves.append((m.date + datetime.timedelta(days=1), np.zeros((len(STAGES), len(REASONS)), np.int64)))

    def month_of(self, day) -> np.ndarray:
        """Number of the calendar month of days of the run, 0 for that of the first day."""
        start = np.datetime64(self.market.scenario.start)
        months = (start + np.asarray(day)).astype("datetime64[M]").astype(int)
        return months - (start + self.first_day).astype("datetime64[M]").astype(int)

    def total(self, flow: str) -> np.ndarray:
        """A flow since the first day by source, fen or simulated counts."""
        return np.sum(self.daily[flow], axis=0)


def source_names(m) -> list[str]:
    """The sources by number: organic, referral, and every tactic by a name of its own."""
    names = ["organic", "referral"]
    for number, tactic in enumerate(m.tactics):
        name = tactic.settings.name or getattr(tactic.settings, "channel", tactic.kind)
        names.append(name if name not in names else f"{name} ({number + 1})")
    return names


def shown_sources(journeys: Journeys) -> list[int]:
    """Sources with a row in tables: organic, referral if anybody came or was paid for, media tactics of the focal platform."""
    tactics = journeys.market.tactics
    media = [FIRST_TACTIC + number for number, each in enumerate(tactics) if each.kind == "media" and each.settings.platform == FOCAL]
    programmes = any(each.kind == "referral" and each.settings.platform == FOCAL for each in tactics)
    referral = [REFERRED] if programmes or journeys.total("registrations")[REFERRED] else []
    return [ORGANIC, *referral, *media]
