"""Rescues: what authorities may do when houses fail, what each costs, and who pays.

Nothing is done unless it is set.  Costs are counted by (what, who pays) in fen since the first day; what a rescue gets back is taken off.
"""

from typing import Literal

import numpy as np
from pydantic import field_validator

from sim.core.finance import fen
from sim.core.kept import Kept
from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting
from sim.markets.loans import NONE

SAVED = ("banks", "financiers", "products")  # layers that can be bailed out
WHAT = ("bail_out", "last_resort", "bridge_bank", "deposit_insurance", "ring_fence", "outside_creditors")


class RescueSettings(Settings):
    """Which rescues there are; none by default."""

    bail_out: tuple[str, ...] = setting((), unit="names of layers", source="user",
                                        meaning="Layers whose members the state keeps from failing: banks, financiers (the P2P company), "
                                        "products; it pays what is missing")
    bail_out_largest: int = setting(200, unit="banks", ge=0, le=200, source="user", meaning="Of the banks only so many, the largest")
    last_resort: bool = setting(False, unit="yes/no", source="user",
                                meaning="A lender of last resort lends to solvent banks against what they hold outside")
    last_resort_haircut: float = setting(.2, unit="share", ge=0, le=1, source="assumption; Bagehot 1873: good collateral",
                                         meaning="Taken off the value of what is pledged")
    insurance_cover_cny: float = setting(0.0, unit="CNY a depositor and bank", ge=0, le=1e9,
                                         source="user; 500 000 since the rules of 2015, none before", meaning="Deposits insured up to it")
    insurance_payer: Literal["state", "banks"] = setting("state", unit="payer", source="user",
                                                         meaning="The state, or the other banks by their deposits")
    is_ring_fenced: bool = setting(True, unit="yes/no", source="People's Bank of China, June 2013: client money is kept apart",
                                   meaning="Money of a platform's customers is no part of its estate")
    most_withdrawn_share: float = setting(1.0, unit="share of holdings a day", gt=0, le=1, source="user",
                                          meaning="Circuit breaker: nobody in a queue gets more in a day")
    payment_holiday_days: int = setting(0, unit="days", ge=0, le=365, source="user",
                                        meaning="On the day after contagion first cost anybody anything, all that merchants owe lenders "
                                        "falls due so much later")

    @field_validator("bail_out")
    @classmethod
    def _layers_can_be_saved(cls, layers: tuple[str, ...]) -> tuple[str, ...]:
        for layer in layers:
            if layer not in SAVED:
                raise ValueError(f"no layer '{layer}' can be bailed out; those that can: {', '.join(SAVED)}")
        return layers


class Rescue(Kept):
    """What was spent on rescues.  spent: fen by (what, payer).  deferred: fen whose payment a holiday put off.  holiday_on: its day."""

    COUNTS = ("spent", "deferred", "holiday_on")

    def __init__(self, m):
        self.settings = m.settings.rescue
        self.spent: dict[tuple[str, str], int] = {}
        self.deferred, self.holiday_on = 0, -1

    @property
    def is_ring_fenced(self) -> bool:
        """True if customers' money is kept apart from the platform's."""
        return self.settings.is_ring_fenced

    def cover_of(self, kind: str) -> int:
        """Insured of one consumer's claim, fen; only deposits at banks are."""
        return fen(self.settings.insurance_cover_cny) if kind == "bank" else 0

    def book(self, what: str, payer: str, amount: int) -> None:
        """A payer has spent so much more on a rescue."""
        if amount:
            self.spent = {**self.spent, (what, payer): self.spent.get((what, payer), 0) + int(amount)}

    def total(self, what: str | None = None, payer: str | None = None) -> int:
        """Spent so far, fen."""
        return sum(fen for (w, p), fen in self.spent.items() if what in (None, w) and payer in (None, p))

    def lend(self, m, bank: int, missing: int) -> int:
        """The lender of last resort lends a solvent bank what it misses, within what it can pledge.  Returns fen lent."""
        sheets = m.sheets
        if sheets.failed_on[bank] >= 0:  # a bridge bank: the state lends against its loans and claims
            return self._lend(m, bank, min(missing, max(int((sheets.lent_here(m) + sheets.claims - sheets.rescue_debt)[bank]), 0)))
        if not self.settings.last_resort or sheets.equity(m)[bank] < 0:
            return 0
        pledged = int((m.sheets.outside[bank] + m.sheets.securities[bank]) * (1.0 - self.settings.last_resort_haircut))
        return self._lend(m, bank, max(min(missing, pledged - int(sheets.rescue_debt[bank])), 0))

    def _lend(self, m, bank: int, amount: int) -> int:
        if amount:
            m.ledger.pay(m.books.world, 0, m.books.bank_own, bank, amount, purpose=Purpose.LAST_RESORT)
            m.ledger.owe(m.books.rescue_debt, bank, m.books.owed_to_outside, 0, amount, purpose=Purpose.LAST_RESORT)
        return amount

    def repay(self, m, banks, amount) -> None:
        """The banks `banks` pay back `amount`, fen each, of what the lender of last resort lent."""
        m.ledger.pay(m.books.bank_own, banks, m.books.world, 0, amount, purpose=Purpose.LAST_RESORT)
        m.ledger.cancel(m.books.owed_to_outside, 0, m.books.rescue_debt, banks, amount, purpose=Purpose.LAST_RESORT)

    def save_bank(self, m, bank: int) -> bool:
        """The state pays in capital until equity is what the rule asks, and no reserve is below 0; True if it does."""
        sheets = m.sheets
        largest = np.argsort(-m.banks.market_share, kind="stable")[: self.settings.bail_out_largest]
        if "banks" not in self.settings.bail_out or bank not in largest:
            return False
        least = m.settings.bank_sheets.least_capital_ratio + m.conditions.capital_points_today
        missing = int(least * int(sheets.risky(m)[bank])) + 1 - int(sheets.equity(m)[bank])
        wanted = m.interbank_loans.wanted[bank] - int(sheets.reserves(m)[bank])
        amount = max(missing, wanted, 0)
        m.ledger.pay(m.books.world, 0, m.books.bank_own, bank, amount, purpose=Purpose.BAIL_OUT)
        self.book("bail_out", "state", amount)
        return True

    def put_off_payments(self, m) -> None:
        """What merchants owe the platform's lenders, and their next instalment, falls due later."""
        days = self.settings.payment_holiday_days
        if not days or self.holiday_on >= 0 or not m.contagion.lost or not any(lost.any() for lost in m.contagion.lost.values()):
            return
        self.holiday_on = m.day
        waits, owes = m.loans.kind != NONE, m.merchants.term_loan > 0
        m.loans.due_on[waits] = np.maximum(m.loans.due_on[waits], m.day) + days
        m.merchants.term_due_on[owes] = np.maximum(m.merchants.term_due_on[owes], m.day) + days
        self.deferred = int(m.loans.outstanding[waits].sum() + m.merchants.term_loan[owes].sum())
