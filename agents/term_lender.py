"""Lenders of term loans to merchants: banks, supply-chain finance of a rival, a P2P company; their officers and their queue."""

from dataclasses import dataclass

import numpy as np

from agents.office import Offices
from sim.core.finance import fen
from sim.core.ledger import Account
from sim.core.population import Row, column

SUPPLY_CHAIN, P2P = 0, 1  # rows of `Financiers`
CAPITAL_RATIO = .08  # Basel I: own capital over loans, at least

# --- columns ----------------------------------------------------------------------------------------------------------


class TermLenders(Offices):
    """What every lender of term loans has."""

    apr = column(np.float64, "per year", "Rate of the term loan")
    reach = column(np.float64, "share", "Merchants who know the lender though it is not their bank")
    capital = column(np.int64, "fen", "Capital at the start")
    loans = column(np.int64, "fen", "Owed by merchants")
    approvals_today = column(np.int32, "applications", "Approved today")
    granted_today = column(np.int32, "loans", "Paid out today")
    n_granted = column(np.int64, "loans", "Paid out since the start")
    granted_fen = column(np.int64, "fen", "Lent since the start")
    interest_today = column(np.int64, "fen", "Interest charged today")
    lost_today = column(np.int64, "fen", "Written off today")
    interest_fen = column(np.int64, "fen", "Interest charged since the start")
    lost_fen = column(np.int64, "fen", "Written off since the start")

    def room(self, m) -> np.ndarray:
        """What each lender may still lend, fen: within the capital of the start less what it has lost on such loans."""
        capital = np.maximum(0, self.capital - self.lost_fen)
        return np.maximum(0, (capital / CAPITAL_RATIO).astype(np.int64) - self.loans)

    def note_loss(self, rows, amount) -> None:
        """The lenders `rows` have written off `amount`, fen."""
        np.add.at(self.lost_today, rows, amount)
        np.add.at(self.lost_fen, rows, amount)


class Financier(Row):
    """A lender that is no bank."""


class Financiers(TermLenders):
    """Lenders that are no banks: row 0 a rival's supply-chain finance, row 1 a P2P company."""

    name = "financiers"
    row_type = Financier

    cash = column(np.int64, "fen", "Money at the first bank")
    notes = column(np.int64, "fen", "Owed to the consumers who hold its notes; only a P2P company sells any")

    def room(self, m) -> np.ndarray:
        """Cash, fen; a P2P company lends nothing but what its notes brought: no loan is paid out above them."""
        runs_off = m.contagion.is_failed("financiers", P2P)
        own = 0 if runs_off else np.minimum(self.cash, np.maximum(0, self.notes - self.loans))
        return np.where(np.arange(len(self)) == P2P, own, self.cash)


@dataclass(frozen=True)
class LenderGroup:
    """Lenders whose money and claims stand in the same columns.

    lenders: a population.  money, claims: their accounts in the books.  first: the number of row 0 among all lenders of term loans.
    """

    lenders: TermLenders
    money: Account
    claims: Account
    first: int

    def rows(self, lender) -> tuple[np.ndarray, np.ndarray]:
        """(which of `lender` belong to this group, their rows in it); lender: numbers among all, (n,)."""
        chosen = np.flatnonzero((lender >= self.first) & (lender < self.first + len(self.lenders)))
        return chosen, lender[chosen] - self.first


# --- birth ------------------------------------------------------------------------------------------------------------


def create_financiers(m) -> Financiers:
    """Supply-chain finance and P2P company, all capital in cash."""
    financiers = Financiers(m, 2)
    for row, s in ((SUPPLY_CHAIN, m.settings.supply_chain), (P2P, m.settings.p2p)):
        financiers.capital[row] = financiers.cash[row] = fen(s.capital_cny)
        equip(financiers, [row], s, 1.0)
    return financiers


def equip(lenders: TermLenders, rows, s, shares) -> None:
    """Price, reach and officers of the lenders `rows` from the settings of their policy; `shares` of the kind's officers."""
    lenders.apr[rows], lenders.reach[rows], lenders.cases_a_year[rows] = s.apr, s.reach, s.cases_a_year
    lenders.officers[rows] = s.officers * np.asarray(shares)


# --- steps ------------------------------------------------------------------------------------------------------------


def fail_without_capital(m):
    """Lenders that lost something in this round by the failure of others, and with it all their capital, fail (m.contagion).

    A lender of term loans: losses since the start are at least its capital of the start; a micro-loan company: it owes all it has.  Of
    banks with a whole sheet the sheet decides (sim.markets.resolution).
    Reads: banks.capital, lost_fen; financiers.capital, lost_fen; lenders.cash, loans, borrowed.  Source: Furfine (2003).
    Returns nothing: who fails is noted in m.contagion.
    """
    for layer, gone in (("banks", (m.banks.lost_fen >= m.banks.capital) & (len(m.sheets) == 0)),
                        ("financiers", m.financiers.lost_fen >= m.financiers.capital),
                        ("lenders", m.lenders.net_assets() <= 0)):
        rows = m.contagion.hit(layer)
        m.contagion.fail(layer, rows[gone[rows]])
