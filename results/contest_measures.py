"""Daily measures of contests for merchants: rates, bids, who wins, who leaves the platform's lenders; and of loans borne jointly.

Known where merchants ask several lenders at once, or where the platform bears a part of banks' loans.
"""

import numpy as np

from results.measuring import cny, count, measure, share
from results.open_data import THIN_DAYS
from sim.core.ledger import Purpose
from sim.markets.term_credit import rates


def _of_contests(*texts: str):
    return measure(*texts, where=lambda m: m.settings.offers.most_lenders > 1)


def _of_joint_loans(*texts: str):
    return measure(*texts, where=lambda m: m.settings.joint_loans.loss_share > 0)


def _paid_out(m) -> np.ndarray:
    """Merchants who were paid a term loan today."""
    return np.flatnonzero((m.merchants.term_paid_on == m.day) & (m.merchants.term_loan > 0))


@_of_contests("a year", "Rate of the term loans paid out today, weighted by their size", "mean", "经营贷款利率")
def term_loan_rate(m):
    rows = _paid_out(m)
    owed = m.merchants.term_loan[rows]
    return share((rates(m, rows, m.merchants.term_lender[rows].astype(np.int64)) * owed).sum(), owed.sum())


@_of_contests("bids", "Bids for each merchant that was decided on today", "mean", "每笔申请报价数")
def bids_per_applicant(m):
    bids = m.offers.bids
    return share(np.isfinite(bids.rate).sum(), len(np.unique(bids.shop)))


@_of_contests("share", "Bids taken that came from a lender less informed than another one asked", "mean", "信息劣势方中标占比")
def less_informed_won(m):
    bids = m.offers.bids
    contested = bids.is_won & (bids.best_rival >= 0)
    return share((contested & (bids.ability < bids.best_rival)).sum(), contested.sum())


@_of_contests("share", "Term loans paid out today to shops younger than two years, in numbers", "mean", "薄档案商户贷款占比")
def thin_file_loans(m):
    rows = _paid_out(m)
    return share((m.day - m.merchants.opened_on[rows] < THIN_DAYS).sum(), len(rows))


@_of_contests("merchants", "Clients of the platform's lenders who have left them for a cheaper loan elsewhere", "last",
              "被挖走的平台贷款客户")
def moved_clients(m):
    return count(m, (m.merchants.moved_on >= 0).sum())


@_of_joint_loans("CNY a day", "Lenders paid the platform for bearing a part of their losses", "sum", "联合贷款费收入")
def joint_loan_fees(m):
    return cny(m, m.ledger.money_today[Purpose.JOINT_FEE, m.ledger.entities.index("platform 0")])


@_of_joint_loans("CNY a day", "The platform paid lenders for its part of their losses", "sum", "联合贷款分担损失")
def joint_loan_losses(m):
    return cny(m, -m.ledger.money_today[Purpose.JOINT_LOSS, m.ledger.entities.index("platform 0")])
