"""The platform's guarantee company: what it has and what the leverage rule lets it guarantee, or lend by itself."""

import numpy as np

from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.population import Population, Row, column
from sim.core.settings import Settings, setting


class GuaranteeSettings(Settings):
    """Capital and rules of the company behind the credit payment."""

    capital_cny: float = setting(300e6, unit="CNY", ge=0, le=1e13, source="S24", real_scale=True,
                                 meaning="Paid in by the platform on the first day, if credit payment is offered")
    most_leverage: float = setting(10.0, unit="times net assets", ge=0, le=1e6, source="M31",
                                   meaning="No purchase on credit may lift what is guaranteed above it")
    borrowing_share: float = setting(.5, unit="share of net assets", ge=0, le=20, source="M31: micro-loan companies",
                                     meaning="What it may borrow if it lends by itself")
    funding_apr: float = setting(.06, unit="per year", ge=0, le=1, source="assumption: 2012 benchmark of 6%",
                                 meaning="Price of what it borrows if it lends by itself")


class Guarantor(Row):
    """The guarantee company."""


class Guarantors(Population):
    """One company, owned by the focal platform; without money if no credit payment is offered."""

    name = "guarantors"
    row_type = Guarantor

    cash = column(np.int64, "fen", "Money at the first bank")
    claims = column(np.int64, "fen", "Owed by users of the credit payment")
    borrowed = column(np.int64, "fen", "Owed to the first bank; only if it lends by itself")
    carry = column(np.float64, "fen", "Fraction of a fen of funding interest")

    def net_assets(self) -> int:
        """Cash and claims less debt, fen; never below 0."""
        return max(int(self.cash[0]) + int(self.claims[0]) - int(self.borrowed[0]), 0)

    def most_guaranteed(self, m) -> int:
        """What the leverage rule lets it guarantee, fen; less while the funding bank withdraws, nothing once it has failed."""
        if m.contagion.is_failed("guarantors"):
            return 0
        return int(self.net_assets() * m.settings.guarantee.most_leverage * m.conditions.funding_open_today)

    def to_lend(self, m) -> int:
        """What it may lend by itself today, fen: cash and what it may still borrow."""
        to_borrow = max(int(self.net_assets() * m.settings.guarantee.borrowing_share) - int(self.borrowed[0]), 0)
        return int(self.cash[0]) + int(to_borrow * m.conditions.funding_open_today)

    def draw_funding(self, m, amount: int) -> None:
        """Borrow from the first bank what a payment of `amount` exceeds cash by."""
        short = amount - int(self.cash[0])
        if short > 0:
            m.ledger.pay(m.books.bank_own, 0, m.books.guarantor_cash, 0, short, purpose=Purpose.BANK_FUNDING)
            m.ledger.owe(m.books.guarantor_debt, 0, m.books.bank_lender_claims, 0, short, purpose=Purpose.BANK_FUNDING)


def create_guarantors(m) -> Guarantors:
    """The company with its capital in cash, which the focal platform pays in."""
    company = Guarantors(m, 1)
    if m.settings.credit_payment.is_offered:
        company.cash[0] = fen(m.settings.guarantee.capital_cny)
        m.platforms.own_funds[0] -= company.cash[0]
    return company


def pay_funding_costs(m):
    """The company owes interest on what it borrowed, and repays from cash.

    Writes: guarantors.cash, borrowed, carry; banks.own_funds, lender_claims.
    """
    company, books = m.guarantors, m.books
    if company.borrowed[0] == 0:
        return
    exact = company.borrowed[0] * (m.settings.guarantee.funding_apr / 365) + company.carry[0]
    due = int(np.floor(exact))
    company.carry[0] = exact - due
    m.ledger.owe(books.guarantor_debt, 0, books.bank_lender_claims, 0, due, purpose=Purpose.INTEREST)
    repaid = int(min(company.cash[0], company.borrowed[0]))
    m.ledger.pay(books.guarantor_cash, 0, books.bank_own, 0, repaid, purpose=Purpose.BANK_FUNDING)
    m.ledger.cancel(books.bank_lender_claims, 0, books.guarantor_debt, 0, repaid, purpose=Purpose.BANK_FUNDING)


def fail_if_called_in_vain(m):
    """The company fails when it cannot pay what it stood for, or, if it lends by itself, when it owes more than it has.

    Reads: credit_users.due_on, balance; guarantors.cash, claims, borrowed.  Source: assumption.
    Returns nothing: who fails is noted in m.contagion.
    """
    company, users, s = m.guarantors, m.credit_users, m.settings.credit_payment
    if not m.contagion.is_on or len(users) == 0 or m.contagion.is_failed("guarantors"):
        return
    if s.model == "own_book":
        in_vain = company.borrowed[0] > company.cash[0] + company.claims[0]
    else:
        in_vain = ((users.due_on >= 0) & (m.day - users.due_on > s.guarantee_after_days) & (users.balance > 0)).any()
    if in_vain:
        m.contagion.fail("guarantors", [0])
