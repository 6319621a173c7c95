"""Platforms and their micro-loan companies: what they have, what they do."""

import numpy as np
from pydantic import field_validator

from agents.office import Offices
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.population import Population, Row, column
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

FOCAL = 0
MIN_CASH_SHARE = .02  # of capital; funding is repaid once cash exceeds twice this


class PlatformSettings(Settings):
    """The focal platform, its rivals and its two micro-loan companies."""

    count: int = setting(3, unit="platforms", ge=1, le=20, source="DESIGN 2: the focal one and two rivals")
    capital_cny: float = setting(5e9, unit="CNY", ge=0, le=1e14, source="assumption", real_scale=True)
    lender_capital_cny: tuple[float, float] = setting((600e6, 1000e6), unit="CNY each", source="S23", real_scale=True)
    lender_borrowing_share: float = setting(.5, unit="share of net capital", ge=0, le=20, source="M31")
    lender_funding_apr: float = setting(.06, unit="per year", ge=0, le=1, source="assumption: 2012 benchmark of 6%")
    lender_staff: float = setting(200.0, unit="persons", ge=0, le=1e6, source="S16: 300 less the client managers", real_scale=True,
                                  meaning="Engineers and analysts")
    client_managers: float = setting(100.0, unit="persons", ge=0, le=1e6, source="S15", real_scale=True)
    clients_per_manager: float = setting(300.0, unit="clients a year", gt=0, le=1e5, source="S17; S18 aims at 3 000")
    staff_cost_cny: float = setting(200_000, unit="CNY a year each", ge=0, le=1e7, source="assumption")

    @field_validator("lender_capital_cny")
    @classmethod
    def _capital_is_possible(cls, capital: tuple[float, float]) -> tuple[float, float]:
        if not all(0 <= each <= 1e14 for each in capital):
            raise ValueError("each company's capital must be at least 0 and at most 1e14 CNY")
        return capital


# --- columns ----------------------------------------------------------------------------------------------------------


class Platform(Row):
    """One platform, a registered Mesa agent; number 0 is the focal one."""


class Platforms(Offices):
    """All platforms."""

    name = "platforms"
    row_type = Platform

    own_funds = column(np.int64, "fen", "The platform's own money")
    is_open = column(np.bool_, "yes/no", "Entrants are not before their day, nor when they closed", default=True)
    brand = column(np.float64, "relative", "Standing of the brand; 1 is the focal platform at the start", default=1.0)


class Lender(Row):
    """One micro-loan company."""


class Lenders(Population):
    """The micro-loan companies of the focal platform."""

    name = "lenders"
    row_type = Lender

    capital = column(np.int64, "fen", "Paid-in capital")
    cash = column(np.int64, "fen", "Money at the first bank")
    loans = column(np.int64, "fen", "Owed by merchants, principal and interest")
    borrowed = column(np.int64, "fen", "Owed to the first bank")
    carry = column(np.float64, "fen", "Fraction of a fen of funding interest")
    decisions_today = column(np.int32, "decisions", "Lines reviewed today")

    def net_assets(self) -> np.ndarray:
        """Cash and loans less debt, fen."""
        return self.cash + self.loans - self.borrowed

    def borrowing_limit(self, m) -> np.ndarray:
        """What the leverage rule lets each company owe, fen."""
        return (self.capital * m.settings.platforms.lender_borrowing_share).astype(np.int64)

    def available(self, m) -> np.ndarray:
        """What each company may lend today, fen: cash plus what the rule and the bank let it borrow; nothing once it failed."""
        to_borrow = np.maximum(self.borrowing_limit(m) - self.borrowed, 0)
        found = self.cash + (to_borrow * m.conditions.funding_open_today).astype(np.int64)
        return np.where(m.contagion.has_failed["lenders"], 0, found) if m.contagion.is_on else found

    def draw_funding(self, m, lender, amount) -> None:
        """Borrow from the first bank what today's draws exceed cash by.

        lender, amount: one row per draw.  Writes: lenders.cash, lenders.borrowed, banks.own_funds, banks.lender_claims.
        """
        wanted = np.zeros(len(self), np.int64)
        np.add.at(wanted, lender, amount)
        for row in np.flatnonzero(wanted > self.cash):
            short = int(wanted[row] - self.cash[row])
            m.ledger.pay(m.books.bank_own, 0, m.books.lender_cash, row, short, purpose=Purpose.BANK_FUNDING)
            m.ledger.owe(m.books.lender_debt, row, m.books.bank_lender_claims, 0, short, purpose=Purpose.BANK_FUNDING)

    def book_decisions(self, m, merchants) -> None:
        """Count the lines reviewed today for the merchants `merchants`."""
        self.decisions_today += np.bincount(m.merchants.lender[merchants], minlength=len(self)).astype(np.int32)


# --- birth ------------------------------------------------------------------------------------------------------------


def create_platforms(m) -> Platforms:
    """The focal platform and its rivals, with their capital; entrants, still closed and without."""
    count = m.settings.platforms.count
    platforms = Platforms(m, count + len(m.settings.entrants))
    platforms.own_funds[:count] = fen(m.settings.platforms.capital_cny)
    platforms.is_open[count:] = False
    platforms.officers[FOCAL] = m.settings.platforms.client_managers
    platforms.cases_a_year[FOCAL] = m.settings.platforms.clients_per_manager
    return platforms


def create_lenders(m) -> Lenders:
    """The two micro-loan companies, all capital in cash."""
    lenders = Lenders(m, len(m.settings.platforms.lender_capital_cny))
    lenders.capital[:] = [fen(capital) for capital in m.settings.platforms.lender_capital_cny]
    lenders.cash[:] = lenders.capital
    return lenders


# --- steps ------------------------------------------------------------------------------------------------------------


def pay_lender_costs(m):
    """Micro-loan companies pay staff, each decision's computing, and interest on what they borrowed; then repay.

    They repay what cash they can spare, and all they can of what exceeds the leverage rule (interest may lift them over it)
    or what a bank that withdraws lets stay.

    Writes: lenders.cash, borrowed, carry, decisions_today; banks.own_funds, lender_claims.
    """
    s, lenders, books = m.settings.platforms, m.lenders, m.books
    rows = np.arange(len(lenders))
    capital_share = lenders.capital / max(int(lenders.capital.sum()), 1)
    staff = ((s.lender_staff + s.client_managers) * fen(s.staff_cost_cny) / 365 * capital_share).astype(np.int64)
    m.ledger.pay(books.lender_cash, rows, books.world, 0, np.minimum(staff, lenders.cash), purpose=Purpose.STAFF)
    decisions = lenders.decisions_today.astype(np.int64) * fen(m.settings.credit.decision_cost_cny)
    m.ledger.pay(books.lender_cash, rows, books.world, 0, np.minimum(decisions, lenders.cash), purpose=Purpose.DECISION_COSTS)
    lenders.decisions_today[:] = 0
    exact = lenders.borrowed * (s.lender_funding_apr / 365) + lenders.carry
    due = np.floor(exact).astype(np.int64)
    lenders.carry[:] = exact - due
    m.ledger.owe(books.lender_debt, rows, books.bank_lender_claims, 0, due, purpose=Purpose.INTEREST)
    spare = np.maximum(0, lenders.cash - (2 * MIN_CASH_SHARE * lenders.capital).astype(np.int64))
    may_stay = (lenders.borrowing_limit(m) * m.conditions.funding_kept_today).astype(np.int64)
    too_much = np.minimum(lenders.cash, np.maximum(0, lenders.borrowed - may_stay))
    repaid = np.minimum(np.maximum(spare, too_much), lenders.borrowed)
    m.ledger.pay(books.lender_cash, rows, books.bank_own, 0, repaid, purpose=Purpose.BANK_FUNDING)
    m.ledger.cancel(books.bank_lender_claims, 0, books.lender_debt, rows, repaid, purpose=Purpose.BANK_FUNDING)
