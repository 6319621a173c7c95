"""Promotions: what platforms promise to whom, what falls due, and whom the money reaches.

A promotion is one tactic at work.  What it gives is held by consumers until it falls due, is redeemed or expires; money that is
promised to newcomers or collected in points is set aside from its budget; coupons are good while the budget lasts, and one that it
could not pay draws nobody.  Who would have come or bought anyway is known here, and only here: the same draw is compared with the
chance there would have been without the promotion.

Choice: the truth of one decision by the same draw.  Source: common random numbers (Glasserman and Yao 1992).  Alternative: a second
world without the promotion, as `jishi compare` has it.  Reason: it costs nothing and splits spending day by day; what follows later
from a decision is left to the second world.
"""

import numpy as np

from sim.core.kept import Kept
from sim.core.ledger import Purpose
from sim.core.views import ANYWAY, FATES, WON, PromotionTerms


class Account(Kept):
    """One promotion's books.

    given_on: day, -1 nothing held; worth: fen promised, or collected; both (n_consumers,).  spent, reserved: fen.
    paid: fen by fate; n_given, n_redeemed, n_expired: promises, or payments that collected points; n_false_alarms: newcomers; n_fake:
    accounts that passed.  sent_today: packets on their way.
    """

    COUNTS = ("spent", "reserved", "n_given", "n_redeemed", "n_expired", "n_false_alarms", "n_fake")
    ARRAYS = ("given_on", "worth", "paid", "paid_today")

    def __init__(self, number: int, kind: str, terms: PromotionTerms, n: int):
        self.number, self.kind, self.terms = number, kind, terms
        self.given_on, self.worth = np.full(n, -1, np.int32), np.zeros(n, np.int64)
        self.paid, self.paid_today = np.zeros((2, len(FATES)), np.int64)
        self.sent_today = 0
        self.spent = self.reserved = self.n_given = self.n_redeemed = self.n_expired = self.n_false_alarms = self.n_fake = 0

    @property
    def left(self) -> int:
        """Of the budget, neither spent nor promised, fen."""
        return self.terms.budget - self.spent - self.reserved


class Promotions:
    """What promotions keep between steps.

    accounts: by number of the tactic.  in_force: numbers of those posted today.
    welcome_today: what newcomers see promised draws as, CNY by platform.  appeal_today: utility of paying at a platform where something
    is held, (n_customers,).  urge_today, need_today: factors on shopping, of what is held and of what was bought ahead; is_extra,
    is_switched: shops, or pays here, only because of a promotion; ahead: purchases bought ahead of need; all (n_consumers,).
    Arrays are empty while nothing is held by anybody.  keenness: of each consumer on deals, (n_consumers,).
    receivers: by number, consumers who opened a packet yesterday.  n_false_alarms_today: by platform.  claims_today: by number, rows
    and fen and fate.  newcomers_today: customer rows that registered for the first time.
    """

    def __init__(self, m):
        self.n_platforms = len(m.platforms)
        self.accounts: dict[int, Account] = {}
        self.receivers: dict[int, np.ndarray] = {}
        self.ahead, self.keenness = np.zeros((2, 0), np.float32)
        self.open_day()

    def open_day(self) -> None:
        """Nothing is promised yet today."""
        self.in_force: list[int] = []
        self.newcomers_today = np.zeros(0, np.int64)
        self.welcome_today = np.zeros(self.n_platforms)
        self.appeal_today, self.urge_today, self.need_today = np.zeros((3, 0), np.float32)
        self.is_extra, self.is_switched = np.zeros(0, np.bool_), np.zeros(0, np.bool_)
        self.claims_today: dict[int, tuple] = {}
        self.n_false_alarms_today = np.zeros(self.n_platforms, np.int64)
        for account in self.accounts.values():
            account.paid_today[:] = 0

    def state(self) -> dict:
        """What a checkpoint keeps: the accounts, and what was bought ahead."""
        return {"kinds": {number: account.kind for number, account in self.accounts.items()},
                "accounts": {number: account.state() for number, account in self.accounts.items()}, "ahead": self.ahead,
                "receivers": self.receivers, "n_false_alarms_today": self.n_false_alarms_today}

    def restore(self, state: dict, m) -> None:
        """Put a checkpoint's promotions back; who posts them is among the market's tactics."""
        self.accounts = {}
        self.open_day()
        self.n_false_alarms_today = state["n_false_alarms_today"].copy()
        self.ahead, self.receivers = state["ahead"].copy(), dict(state["receivers"])
        for number, kept in state["accounts"].items():
            self.account_of(m, number).restore(kept)

    def account_of(self, m, number: int) -> Account:
        """The books of one tactic, made when they are first asked for."""
        if number not in self.accounts:
            self.accounts[number] = Account(number, m.tactics[number].kind, m.tactics[number].terms(m), len(m.consumers))
        return self.accounts[number]

    def post(self, m, number: int) -> Account:
        """Put a promotion into force for the day."""
        self.in_force.append(number)
        return self.account_of(m, number)

    def give(self, m, number: int, ids: np.ndarray, worth: np.ndarray) -> None:
        """Promise `worth` fen to the consumers `ids`, as far as the budget goes, in this order.

        Money is set aside for a welcome; coupons are worth what is left when they are redeemed.
        """
        account = self.account_of(m, number)
        if account.terms.is_welcome:
            ids = ids[np.cumsum(worth) <= account.left]
            worth = worth[: len(ids)]
            account.reserved += int(worth.sum())
        account.n_expired += int((account.worth[ids] > 0).sum())  # the new one takes the place of what was held
        account.given_on[ids], account.worth[ids] = m.day, worth
        account.n_given += len(ids)

    def take_back(self, account: Account, ids: np.ndarray) -> None:
        """What the consumers `ids` hold is gone: it expired, or they left."""
        if account.terms.is_set_aside:
            account.reserved -= int(account.worth[ids].sum())
        account.n_expired += int((account.worth[ids] > 0).sum())
        account.given_on[ids], account.worth[ids] = -1, 0

    def bill(self, m, account: Account, amount: int, fate: int) -> None:
        """Book what was paid of a promotion."""
        account.spent += amount
        account.paid[fate] += amount
        account.paid_today[fate] += amount


# --- steps ------------------------------------------------------------------------------------------------------------


def pay_out(m):
    """Promotions pay what consumers claim today, in order of id, and nothing beyond their budgets.

    What was paid goes into each promotion's account.
    Reads: promotions.claims_today.  Writes: consumers.wallet, deposit; platforms.own_funds.
    """
    for number, (ids, amount, fate) in m.promotions.claims_today.items():
        account = m.promotions.accounts[number]
        if account.terms.is_set_aside:
            account.reserved -= int(account.worth[ids].sum())  # so that all of these can be paid
        paid = np.cumsum(amount) <= account.left
        ids, amount, fate = ids[paid], amount[paid], fate[paid]
        account.worth[ids] = 0
        if account.terms.expiry_days <= account.terms.good_days:  # else it is remembered for a while that she had one
            account.given_on[ids] = -1
        platform = account.terms.platform
        m.ledger.pay(m.books.platform_own, platform, m.books.wallet if platform == 0 else m.books.deposit, ids, amount,
                     purpose=Purpose.DEAL)
        for each in (WON, ANYWAY):
            m.promotions.bill(m, account, int(amount[fate == each].sum()), each)
        account.n_redeemed += len(ids)
