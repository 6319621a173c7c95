"""The lenders of a market as an outsider sees them: who decides on what, what is owed to each, what each did and booked today.

Lenders of one kind are shown together; their score is that of the largest among them.

Choice: the money in a bank's loans is charged at what the bank earns on its reserves.  Source: assumption; SOURCES 1.3.
Alternative: what it pays on deposits.  Reason: deposits are there whether it lends or not; what it gives up is the reserve rate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.views import View
from sim.markets.loans import NONE


@dataclass(frozen=True)
class LenderDay:
    """What lenders of one kind did and booked in a day: fen and counts of the simulated world.

    funding: interest they paid, or gave up, on the money they lent.  officers: staff who decide, or all of it where nobody does.
    """

    loans: int = 0
    lent: int = 0
    balance: int = 0
    interest: int = 0
    funding: float = 0.0
    staff: int = 0
    decision_costs: int = 0
    written_off: int = 0
    decisions: float = 0.0
    officers: float = 0.0


@dataclass(frozen=True)
class Lender:
    """Lenders of one kind.

    policy: what decides.  view: what it is shown of the merchants it is asked about.  write_off_days: past due.
    contracts: gives what each open contract owes, fen, and its days past due, (n_contracts,).  today: gives the day just closed.
    outcomes: gives of merchants and a number of days, for each, whether the lender saw an outcome in the last so many days, and
    whether it was bad; None if nobody tells it.
    """

    policy: Any
    view: Callable[[np.ndarray], View]
    write_off_days: int
    contracts: Callable[[], tuple[np.ndarray, np.ndarray]]
    today: Callable[[], LenderDay]
    outcomes: Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]] | None = None


def lenders_of(m) -> dict[str, Lender]:
    """Every kind of lender that decides in this market, by name; adding one is a line here."""
    kinds = dict.fromkeys(policy.kind for policy in m.term_policies)
    return {"platform": _platform(m), **{kind: _term_lenders(m, kind) for kind in kinds}}


def _platform(m) -> Lender:
    """The focal platform's micro-loan companies."""
    loans = m.loans

    def contracts():
        return loans.outstanding, np.where(loans.kind != NONE, np.maximum(m.day - loans.due_on, 0), 0)

    def today():
        s, books = m.settings, _booked(m, "lender")
        paid = -books(Purpose.DECISION_COSTS, money=True)
        return LenderDay(len(m.credit.draws), int(m.credit.draws[:, 2].sum()), int(m.lenders.loans.sum()), m.credit.interest_today,
                         _funding(m), -books(Purpose.STAFF, money=True), paid,
                         -books(Purpose.WRITE_OFF) - books(Purpose.RECOVERY, money=True) - books(Purpose.COLLECTION, money=True),
                         paid / max(fen(s.credit.decision_cost_cny), 1), s.platforms.lender_staff + s.platforms.client_managers)

    def outcomes(asked, days):
        is_bad = m.merchants.bad_on[asked] > m.day - days
        return is_bad | (m.merchants.last_draw_on[asked] > m.day - days), is_bad

    return Lender(m.platform_lender, lambda asked: m.data_sharing.seen_by(m, m.open_data.platform, asked),
                  m.settings.loans.write_off_days, contracts, today, outcomes)


def _term_lenders(m, kind: str) -> Lender:
    """The lenders of term loans of one kind: of banks, or a financier."""
    shops, first = m.merchants, m.term_lenders[1].first
    numbers = np.array([number for number, policy in enumerate(m.term_policies) if policy.kind == kind])
    group = m.term_lenders[int(numbers[0] >= first)]
    rows, policy = numbers - group.first, m.term_policies[numbers[0]]

    def contracts():
        mine = np.flatnonzero((shops.term_loan > 0) & np.isin(shops.term_lender, numbers))
        return shops.term_loan[mine], np.maximum(m.day - shops.term_due_on[mine], 0)

    def today():
        lenders, books = group.lenders, _booked(m, "bank" if group.first == 0 else "financier", rows)
        balance = int(lenders.loans[rows].sum())
        apr = m.settings.banks.reserve_apr if group.first == 0 else m.settings.p2p.note_apr if kind == "p2p" else 0.0
        return LenderDay(int(lenders.granted_today[rows].sum()), -books(Purpose.LOAN_DRAWN, money=True), balance,
                         int(lenders.interest_today[rows].sum()), balance * apr / 365, -books(Purpose.STAFF, money=True),
                         -books(Purpose.DECISION_COSTS, money=True), int(lenders.lost_today[rows].sum()),
                         int(lenders.applications_today[rows].sum()), float(lenders.officers[rows].sum()))

    def outcomes(asked, days):
        is_bad = np.isin(shops.term_bad_by[asked], numbers) & (shops.term_bad_on[asked] > m.day - days)
        return is_bad | np.isin(shops.term_paid_by[asked], numbers) & (shops.term_paid_on[asked] > m.day - days), is_bad

    return Lender(policy, lambda asked: m.data_sharing.seen_by(m, int(numbers[0]), asked), m.settings.banks.write_off_days,
                  contracts, today, outcomes)


def _funding(m) -> int:
    """Interest the micro-loan companies owe for today: what merchants owe them less what their books show."""
    return m.credit.interest_today - _booked(m, "lender")(Purpose.INTEREST)


def _booked(m, sector: str, rows=None):
    """A function: today's flow of a purpose into the entities `sector` 0, 1, ... (or `rows` of them), fen."""
    first, size = m.ledger.entities.index(f"{sector} 0"), sum(name.startswith(f"{sector} ") for name in m.ledger.entities)
    entities = first + (np.arange(size) if rows is None else rows)
    return lambda purpose, money=False: int((m.ledger.money_today if money else m.ledger.claims_today)[purpose, entities].sum())
