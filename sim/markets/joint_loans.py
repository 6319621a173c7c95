"""Loans that a bank makes on the platform's data and the platform answers for in part.

The bank pays the platform a fee for what it bears, and the platform goes on watching the shop: a loan is called on an instalment day once
trade has dried up, as its own lines are frozen.

Choice: the platform bears a share of what is lost, and puts no money in.  Source: joint loans of platforms and banks in China, where
the platform bore a part of the risk with little of its own money (before the rules of 2020, from memory).  Alternative: it funds its share.
Reason: a loan has one creditor in the books, and what matters for risk is who loses.
"""

import numpy as np

from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting


class JointLoanSettings(Settings):
    """Who bears what of loans made on the platform's data."""

    loss_share: float = setting(0.0, unit="share of what is lost", ge=0, le=1, source="user",
                               meaning="Borne by the platform; 0: no joint loans")
    fee_apr: float = setting(.02, unit="a year, on what is owed", ge=0, le=1, source="assumption: near the expected loss of S10",
                             meaning="Paid to the platform when the loan is made, for bearing the whole; less in proportion")


def is_joint(m, lender) -> np.ndarray:
    """Whether loans of the lenders `lender` made today are joint (n,): who is in an agreement with the platform, if it bears anything."""
    lender = np.asarray(lender, np.int64)
    found = np.zeros(len(lender), bool)
    if m.settings.joint_loans.loss_share > 0:
        for number, agreement in enumerate(m.open_data.agreements):
            if agreement.kind != "defaults_only" and "platform" in m.open_data.sharers(number)[0]:
                found |= m.open_data.is_member[number, lender]
    return found


def pay_fees(m, rows, number, amount) -> None:
    """Lenders pay for today's joint loans among `rows`: fee x what is owed on average, for the share borne; no till is overdrawn."""
    s, joint = m.settings.joint_loans, m.merchants.term_is_joint[rows]
    if not joint.any():
        return
    months = np.array([policy.settings.term_months for policy in m.term_policies])[number]
    fee = (amount * (s.fee_apr * s.loss_share * (months + 1) / 24)).astype(np.int64) * joint
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        due = fee[mine] if group.money.may_overdraw else _within(lender, fee[mine], group.money.balance)
        m.ledger.pay(group.money, lender, m.books.platform_own, 0, due, purpose=Purpose.JOINT_FEE)


def _within(lender, fee, till) -> np.ndarray:
    """What is paid of each fee if every lender pays in order as far as its till reaches, fen (n,)."""
    left, paid = till.copy(), np.zeros(len(fee), np.int64)
    for place in range(len(fee)):  # a few loans a day
        paid[place] = min(int(fee[place]), max(int(left[lender[place]]), 0))
        left[lender[place]] -= paid[place]
    return paid


def call_below(m, rows, usual) -> np.ndarray:
    """Share of its usual sales below which each of `rows` has its loan called: the lender's own, or the platform's if it watches."""
    if m.settings.joint_loans.loss_share == 0 or not m.settings.loans.monitoring:
        return usual
    return np.where(m.merchants.term_is_joint[rows], np.maximum(usual, m.settings.credit.freeze_share), usual)
