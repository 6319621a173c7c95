"""Service: complaints wait for people, in the hours in which somebody is there.

Choice: one queue a platform, oldest first, patience ends.  Source: SOURCES 1.2 (hotline, complaint handling), K09.  Alternative: a
quality of service as a number.  Reason: then more hours or more people would be worth the same everywhere, busy or not.
"""

import numpy as np

from sim.core.finance import fen
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniform
from sim.core.settings import Settings, setting


class ServiceSettings(Settings):
    """How complaints are handled and what handling does."""

    cases_a_day: float = setting(25.0, unit="complaints a person and full day", ge=0, le=10_000,
                                 source="assumption: twenty minutes each, eight hours")
    resolution_prob: float = setting(.85, unit="probability", ge=0, le=1, source="assumption", meaning="An answer settles the matter")
    patience_days: int = setting(7, unit="days", ge=1, le=365, source="assumption", meaning="Who waited longer gives up")
    wage_cny: float = setting(60_000.0, unit="CNY a year and person", ge=0, le=1e7, source="assumption: call centre wages of 2013")
    relief: float = setting(.30, unit="share of what is missing", ge=0, le=1,
                            source="service recovery (Smith, Bolton and Wagner 1999); the size is an assumption",
                            meaning="Satisfaction gained by an answer on the same day that settles the matter")
    relief_half_life_days: float = setting(1.5, unit="days", gt=0, le=365,
                                           source="assumption: Smith, Bolton and Wagner 1999 find that speed counts",
                                           meaning="An answer that comes this much later is worth half")
    disappointment: float = setting(.25, unit="share of what is there", ge=0, le=1, source="assumption",
                                    meaning="Satisfaction lost by who gave up")
    last_straw: float = setting(.45, unit="satisfaction", ge=0, le=1, source="assumption", meaning="Who gave up below it leaves")


class ServiceDesk:
    """What service keeps of today: customers (rows) answered, the days each of them waited, and customers given up; by platform how many
    complained, were answered, gave up and still wait, the mean wait of those answered, and the part of a case that is done."""

    BY_PLATFORM = ("n_waiting", "n_complaints_today", "n_answered_today", "n_given_up_today", "capacity_carry", "wait_days_today")

    def __init__(self, m):
        self.n_waiting, self.n_complaints_today, self.n_answered_today, self.n_given_up_today = np.zeros((4, len(m.platforms)), np.int64)
        self.capacity_carry, self.wait_days_today = np.zeros((2, len(m.platforms)))
        self.staff_factor_today = np.ones(len(m.platforms))  # an emergency may raise it
        self.answered_today = self.waited_today = self.given_up_today = np.zeros(0, np.int64)

    def open_day(self) -> None:
        """The usual staff."""
        self.staff_factor_today[:] = 1.0

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in self.BY_PLATFORM}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's day back."""
        for name in self.BY_PLATFORM:
            getattr(self, name)[...] = state[name]


def coverage(standing) -> float:
    """Share of the hours of a week in which somebody is there (K09 aims at 1)."""
    return standing.service_hours / 24 * standing.service_days / 7


def answer_complaints(m):
    """Each platform's people answer the oldest complaints first, when the desk is open; who waited too long gives up.

    Capacity is staff x cases a day, whatever the hours it is spread over; parts of a case are carried over.  A complaint made while
    the desk is closed is heard of on the next open day.
    Reads: customers.complaint_on.  Writes: customers.complaint_on; service.n_waiting, capacity_carry, answered_today, waited_today,
    given_up_today,
    n_complaints_today, n_answered_today, n_given_up_today, wait_days_today; platforms.own_funds.
    Draws: COMPLAINT_OUTCOME, two per complaint: made in open hours; settled.
    """
    if len(m.customers) == 0:
        return
    s, desk, customers, n = m.settings.service, m.service, m.customers, len(m.consumers)
    waiting = np.flatnonzero(customers.complaint_on >= 0)
    made, heard = _outcomes(stream_key(m.path_seed, Stream.COMPLAINT_OUTCOME, m.day), waiting, n)
    answered, waited, given_up = [], [], []
    desk.n_complaints_today[:] = np.bincount(waiting[customers.complaint_on[waiting] == m.day] // n, minlength=len(m.platforms))
    for platform in range(len(m.platforms)):
        if not m.platforms.is_open[platform]:
            continue
        standing = m.standing_of(platform)
        staff = standing.service_staff * desk.staff_factor_today[platform]
        m.ledger.pay(m.books.platform_own, platform, m.books.world, 0, int(staff * fen(s.wage_cny) / 365), purpose=Purpose.SERVICE)
        mine = waiting // n == platform
        rows, day = waiting[mine], customers.complaint_on[waiting[mine]]
        is_open = m.calendar.weekday(m.day) < standing.service_days and standing.service_hours > 0
        heard_of = (day < m.day) | (made[mine] < standing.service_hours / 24)
        queue = rows[heard_of][np.argsort(day[heard_of], kind="stable")] if is_open else rows[:0]
        capacity = staff * s.cases_a_day
        desk.capacity_carry[platform] = min(desk.capacity_carry[platform] + capacity, capacity + 1)
        served = queue[: int(desk.capacity_carry[platform])] if is_open else rows[:0]
        desk.capacity_carry[platform] -= len(served)
        settled = served[np.isin(served, waiting[mine][heard[mine] < s.resolution_prob])]
        desk.wait_days_today[platform] = (m.day - customers.complaint_on[served]).sum() / max(len(served), 1)
        late = np.setdiff1d(rows[m.day - day >= s.patience_days], served)
        answered.append(settled)
        waited.append(m.day - customers.complaint_on[settled])
        given_up.append(np.concatenate((late, np.setdiff1d(served, settled))))
        desk.n_answered_today[platform], desk.n_given_up_today[platform] = len(served), len(given_up[-1])
        desk.n_waiting[platform] = len(rows) - len(served) - len(late)
        customers.complaint_on[served] = customers.complaint_on[late] = -1
    desk.answered_today, desk.waited_today, desk.given_up_today = (np.concatenate(each) for each in (answered, waited, given_up))


@kernel
def _outcomes(key, rows, n):
    """Two uniforms of each row: actor i = row mod n, slots by platform."""
    made, heard = np.empty(len(rows)), np.empty(len(rows))
    for k in range(len(rows)):
        i, p = rows[k] % n, rows[k] // n
        made[k], heard[k] = uniform(key, i, 2 * p), uniform(key, i, 2 * p + 1)
    return made, heard
