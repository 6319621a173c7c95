"""The books: every fen that moves has a payer, a payee and a purpose, and the sum is zero.

Two instruments.  *Money*: balances at an issuer (a deposit at a bank, a wallet or escrow at a platform, an
issuer's own funds).  What an issuer must hold in reserve is the sum of all balances it issued, so a payment
between customers of two issuers moves reserves between them.  *Claims*: what a debtor owes a creditor.

Each day gives a matrix of entities x purposes for both instruments.  At close every balance is summed again
from its column and must equal what the payments say: the residual is 0 fen or the day raises `LedgerError`.

Choice: one conserved total an instrument, entities as rows.  Source: Godley and Lavoie (2007), transactions-flow
matrix.  Alternative: journal entries per transaction.  Reason: at a million consumers a journal is gigabytes;
the matrix keeps what a reader asks (who paid whom for what) and the double sum keeps it honest.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sim.core.kernels import kernel


class Purpose(IntEnum):
    """Why money or a claim moves.  Add at the end, never renumber: matrices of stored runs use the numbers."""

    WAGES = 0
    LIVING_COSTS = 1
    SALE = 2
    REFUND = 3
    SETTLEMENT = 4
    COMMISSION = 5
    STOCK = 6
    OPERATING_COSTS = 7
    OWNER_DRAW = 8
    LOAN_DRAWN = 9
    LOAN_REPAID = 10
    INTEREST = 11
    WRITE_OFF = 12
    RECOVERY = 13
    TOP_UP = 14
    PAYMENT_FEE = 15
    BANK_FUNDING = 16
    PROMOTION = 17
    STAFF = 18
    DECISION_COSTS = 19
    DEPOSIT_INTEREST = 20
    CAPITAL = 21
    OWNER_CAPITAL = 22
    SHOCK = 23
    NOTES = 24
    PURCHASE_ON_CREDIT = 25
    CREDIT_REPAID = 26
    MERCHANT_FEE = 27
    GUARANTEE_CALL = 28
    GUARANTEE_FEE = 29
    COLLECTION = 30
    ADVERTISING = 31
    SERVICE = 32
    SURVEY = 33
    REFERRAL_REWARD = 34
    RIVAL_SALE = 35
    PARTNER_SHARE = 36
    DEAL = 37
    DEAL_ABUSE = 38
    SUBSCRIPTION = 45
    REDEMPTION = 46
    PRODUCT_RETURN = 47
    PRODUCT_FEE = 48
    PREMIUM = 49
    CLAIM = 50
    RATE_BOOST = 51
    CONSUMER_FEE = 55
    SUBSIDY = 56
    DATA_FEE = 60
    JOINT_FEE = 63
    JOINT_LOSS = 64
    SUPPLIER_CREDIT = 65
    SUPPLIER_PAID = 66
    SUPPLIER_LOSS = 67
    ESTATE = 68
    CIRCLE_CALL = 69
    CIRCLE_PAID = 70
    CIRCLE_LOSS = 71
    LENDER_LOSS = 72
    FUNDER_LOSS = 73
    SECURITIES = 75
    MARK_TO_MARKET = 76
    INTERBANK = 77
    RUN = 78
    RESOLUTION = 79
    BAIL_OUT = 80
    LAST_RESORT = 81
    DEPOSIT_INSURANCE = 82
    OUTSIDE_LOSS = 83
    OUTSIDE_LOANS = 84


N_PURPOSES = max(Purpose) + 1  # rows of the matrices; a number without a purpose is a row of zeros


# Purposes that are neither income nor cost to anybody: one asset for another, or owners' money.
FINANCING = frozenset({Purpose.SETTLEMENT, Purpose.OWNER_DRAW, Purpose.LOAN_DRAWN, Purpose.LOAN_REPAID, Purpose.TOP_UP,
                       Purpose.BANK_FUNDING, Purpose.CAPITAL, Purpose.OWNER_CAPITAL, Purpose.NOTES, Purpose.SUBSCRIPTION,
                       Purpose.REDEMPTION, Purpose.SECURITIES, Purpose.INTERBANK, Purpose.RUN, Purpose.LAST_RESORT,
                       Purpose.OUTSIDE_LOANS})


class LedgerError(RuntimeError):
    """The books do not balance, or a payment was not allowed; always a defect of the program, never of a scenario."""


@dataclass(frozen=True)
class Account:
    """A column of balances in the books.

    balance: int64 fen, shape (n,).  issuer: who owes the money, shape (n,) or None for claims and debts.
    entity: first row of the matrix; per_row: each row of the column is an entity of its own.
    sign: +1 for what is owned, -1 for what is owed (debts are stored as positive amounts).
    """

    name: str
    balance: np.ndarray
    issuer: np.ndarray | None
    entity: int
    per_row: bool
    may_overdraw: bool
    sign: int = 1


_NO_ISSUER = np.zeros(0, dtype=np.int16)


@kernel
def _transfer(amount, source, source_rows, source_issuer, source_entity, source_per_row, source_sign, source_floor,
              target, target_rows, target_issuer, target_entity, target_per_row, target_sign, flows, net):
    """For each k: source[r_k] -= sign * a_k, target[s_k] += sign * a_k; returns -1, or the first k that is not allowed.

    A scalar amount or row is an array of length 1, used for every k.
    """
    n = max(len(amount), len(source_rows), len(target_rows))
    for k in range(n):
        a = amount[k] if len(amount) > 1 else amount[0]
        r = source_rows[k] if len(source_rows) > 1 else source_rows[0]
        s = target_rows[k] if len(target_rows) > 1 else target_rows[0]
        if r < 0 or r >= len(source) or s < 0 or s >= len(target):
            return k
        if a < 0 or (source_floor and source[r] < a) or (target_sign < 0 and target[s] < a):
            return k
        source[r] -= source_sign * a
        target[s] += target_sign * a
        flows[source_entity + (r if source_per_row else 0)] -= a
        flows[target_entity + (s if target_per_row else 0)] += a
        if len(net) > 0:
            net[source_issuer[r]] -= a
            net[target_issuer[s]] += a
    return -1


def _rows(rows) -> np.ndarray:
    return np.atleast_1d(np.asarray(rows, dtype=np.int64))


class Ledger:
    """Accounts, payments, the day's matrices and the proof that they agree.

    entities: names of the matrix rows, such as "consumers", "merchants", "bank 0", "world".
    n_issuers: how many issuers of money there are; `reserves` has one balance each.
    """

    def __init__(self, entities: list[str], n_issuers: int):
        self.entities = list(entities)
        self.accounts: dict[str, Account] = {}
        self.claims: dict[str, Account] = {}
        self.reserves = np.zeros(n_issuers, dtype=np.int64)
        shape = (N_PURPOSES, len(entities))
        self.money_today, self.claims_today = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.money_total, self.claims_total = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._net = np.zeros(n_issuers, dtype=np.int64)
        self._no_net = np.zeros(0, dtype=np.int64)
        self._opening = self._closing = self._worths()

    def open_account(self, name: str, balance: np.ndarray, *, issuer: np.ndarray, entity: str, per_row: bool = False,
                     may_overdraw: bool = False) -> Account:
        """Enter a column of money; `issuer`: shape (n,), who owes it; with `per_row`, row r is entity number + r."""
        account = Account(name, balance, np.asarray(issuer, np.int16), self.entities.index(entity), per_row, may_overdraw)
        self.accounts[name] = account
        return account

    def open_claim(self, name: str, balance: np.ndarray, *, entity: str, per_row: bool = False, is_debt: bool = False) -> Account:
        """Enter a column of claims, or of debts if `is_debt`; both hold positive amounts."""
        account = Account(name, balance, None, self.entities.index(entity), per_row, False, -1 if is_debt else 1)
        self.claims[name] = account
        return account

    def start(self) -> None:
        """Take today's balances as the opening books: reserves cover what is issued, nothing is residual."""
        self.reserves[:] = self._issued()
        self._opening = self._closing = self._worths()

    def pay(self, payer: Account, payer_rows, payee: Account, payee_rows, amount, *, purpose: Purpose) -> int:
        """Move money; rows and amount are scalars or arrays of one common length.  Returns the total, fen.

        Raises: LedgerError for a negative amount, a row that does not exist or a payer without the money; what comes
        before it has moved, nothing after it.
        """
        amount, payer_rows, payee_rows = _rows(amount), _rows(payer_rows), _rows(payee_rows)
        if not self._same_length(amount, payer_rows, payee_rows):
            return 0
        bad = _transfer(amount, payer.balance, payer_rows, payer.issuer, payer.entity, payer.per_row, 1,
                        not payer.may_overdraw, payee.balance, payee_rows, payee.issuer, payee.entity, payee.per_row, 1,
                        self.money_today[purpose], self._net)
        if bad >= 0:
            self._refuse("pay", payer, payer_rows, payee, payee_rows, amount, bad, purpose)
        return self._total(amount, payer_rows, payee_rows)

    def owe(self, debt: Account, debtor_rows, claim: Account, creditor_rows, amount, *, purpose: Purpose) -> int:
        """Create a claim: the debtor owes `amount` more and the creditor is owed it.  Returns the total, fen."""
        return self._move_claim("owe", debt, debtor_rows, claim, creditor_rows, amount, purpose)

    def cancel(self, claim: Account, creditor_rows, debt: Account, debtor_rows, amount, *, purpose: Purpose) -> int:
        """Extinguish a claim, by repayment or write-off; never more than is owed.  Returns the total, fen."""
        return self._move_claim("cancel", claim, creditor_rows, debt, debtor_rows, amount, purpose)

    def _move_claim(self, verb, source, source_rows, target, target_rows, amount, purpose) -> int:
        amount, source_rows, target_rows = _rows(amount), _rows(source_rows), _rows(target_rows)
        if not self._same_length(amount, source_rows, target_rows):
            return 0
        bad = _transfer(amount, source.balance, source_rows, _NO_ISSUER, source.entity, source.per_row, source.sign,
                        source.sign > 0, target.balance, target_rows, _NO_ISSUER, target.entity, target.per_row,
                        target.sign, self.claims_today[purpose], self._no_net)
        if bad >= 0:
            self._refuse(verb, source, source_rows, target, target_rows, amount, bad, purpose)
        return self._total(amount, source_rows, target_rows)

    @staticmethod
    def _same_length(*arrays) -> bool:
        lengths = {len(array) for array in arrays if len(array) != 1}
        if len(lengths) > 1:
            raise LedgerError(f"pay: rows and amounts have different lengths {sorted(lengths)}")
        return 0 not in lengths

    @staticmethod
    def _total(amount, *rows) -> int:
        n = max(len(amount), *(len(r) for r in rows))
        return int(amount.sum()) if len(amount) == n else int(amount[0]) * n

    @staticmethod
    def _refuse(verb, source, source_rows, target, target_rows, amount, k, purpose):
        a, r, s = (int(each[k] if len(each) > 1 else each[0]) for each in (amount, source_rows, target_rows))
        for account, row in ((source, r), (target, s)):
            if not 0 <= row < len(account.balance):
                raise LedgerError(f"{verb}: {account.name} has no row {row}; it has {len(account.balance)} ({purpose.name.lower()})")
        if a < 0:
            raise LedgerError(f"{verb}: amount[{k}] is {a} fen; payments must be 0 or more ({purpose.name.lower()})")
        is_source = source.sign > 0 and not source.may_overdraw and source.balance[r] < a
        account, row = (source, r) if is_source else (target, s)
        raise LedgerError(f"{verb}: {account.name}[{row}] holds {int(account.balance[row])} fen, less than the {a} fen of "
                          f"{purpose.name.lower()}")

    def close(self) -> None:
        """Settle reserves, prove that the books balance to 0 fen, and start a new day's matrices.

        Raises: LedgerError naming the account or entity and the difference.
        """
        self.reserves += self._net
        self._net[:] = 0
        difference = self.reserves - self._issued()
        if difference.any():
            issuer = int(np.flatnonzero(difference)[0])
            raise LedgerError(f"issuer {issuer}: reserves differ from the balances it issued by {int(difference[issuer])} fen")
        if self.money_today.sum(axis=1).any() or self.claims_today.sum(axis=1).any():
            raise LedgerError("a purpose does not sum to 0 over the entities")
        worth = self._worths()
        residual = worth - self._opening - self.money_today.sum(axis=0) - self.claims_today.sum(axis=0)
        if residual.any():
            entity = int(np.flatnonzero(residual)[0])
            raise LedgerError(f"{self.entities[entity]}: net worth moved by {int(residual[entity])} fen outside the books")
        self._closing = worth
        self.money_total += self.money_today
        self.claims_total += self.claims_today

    def reserves_now(self) -> np.ndarray:
        """What each issuer holds in reserve at this moment of the day, fen; shape (n_issuers,)."""
        return self.reserves + self._net

    def open_day(self) -> None:
        """Empty the day's matrices; yesterday's were kept for whoever records after close."""
        self._opening = self._closing
        self.money_today[:] = 0
        self.claims_today[:] = 0

    def residual(self) -> int:
        """Largest difference, fen, between what columns hold and what payments say; 0 when the books balance."""
        worth = self._worths() - self._opening - self.money_today.sum(axis=0) - self.claims_today.sum(axis=0)
        reserves = self.reserves + self._net - self._issued()
        return int(max(np.abs(worth).max(initial=0), np.abs(reserves).max(initial=0)))

    def profit_today(self) -> np.ndarray:
        """Profit of the day by entity, fen: all flows but financing; shape (n_entities,).

        Goods in stock are an expense when paid for, so a merchant's profit is on a cash basis.
        """
        rows = [p for p in Purpose if p not in FINANCING]
        return self.money_today[rows].sum(axis=0) + self.claims_today[rows].sum(axis=0)

    def net_worth(self) -> np.ndarray:
        """Money plus claims less debts by entity, fen; shape (n_entities,)."""
        return self._worths()

    def _issued(self) -> np.ndarray:
        issued = np.zeros(len(self.reserves), dtype=np.int64)
        for account in self.accounts.values():
            _add_by(account.balance, account.issuer, issued)
        return issued

    def _worths(self) -> np.ndarray:
        worth = np.zeros(len(self.entities), dtype=np.int64)
        for account in (*self.accounts.values(), *self.claims.values()):
            if account.per_row:
                worth[account.entity: account.entity + len(account.balance)] += account.sign * account.balance
            else:
                worth[account.entity] += account.sign * account.balance.sum()
        return worth

    def state(self) -> dict[str, np.ndarray]:
        """What a checkpoint keeps; balances live in the populations."""
        return {"reserves": self.reserves, "money_today": self.money_today, "claims_today": self.claims_today,
                "money_total": self.money_total, "claims_total": self.claims_total, "opening": self._opening, "closing": self._closing}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Put a checkpoint's books back."""
        for name in ("reserves", "money_today", "claims_today", "money_total", "claims_total"):
            getattr(self, name)[...] = state[name]
        self._opening, self._closing = np.array(state["opening"]), np.array(state["closing"])
        self._net[:] = 0


@kernel
def _add_by(balance, issuer, issued):
    """issued[issuer_i] += balance_i."""
    for i in range(len(balance)):
        issued[issuer[i]] += balance[i]
