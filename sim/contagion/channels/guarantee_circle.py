"""Guarantee circle: members stand for one another's term loans; when one fails its lender calls the others, who may fail by it.

    call on each guarantor of j = floor(shortfall_j / number of its guarantors);  shortfall_j = what j's estate does not pay of the loan

What a guarantor is called for ranks with its own debts.  `sim.contagion.guarantee` is the same system in fractions.

Choice: equal shares of the shortfall.  Source: Chinese Guarantee Law (1995), art. 12, several guarantors without agreed shares bear it
jointly, and among themselves equally.  Alternative: the whole shortfall from who can pay.  Reason: it leaves the order of calls open.
Choice: the share of a guarantor who failed on an earlier day is lost.  Alternative: others pay it.  Reason: the same.
"""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.contagion.estates import CALL, TERM
from sim.contagion.lenders import cancel_at_lenders, owe_lenders, pay_lenders
from sim.core.ledger import Purpose
from sim.core.settings import setting


class GuaranteeCircleSettings(ChannelSettings):
    """Who guarantees whom stands in networks.guarantee."""

    kind: Literal["guarantee_circle"] = setting("guarantee_circle", unit="name", source="CHANNELS")
    recall_share: float = setting(0.0, unit="share of the guarantor's own term loan", ge=0, le=1, source="assumption",
                                  meaning="What a guarantor that is called must be able to repay at once, its lender having lost trust; "
                                  "in Zhejiang banks that withdrew loans from guarantors made the crisis (China Daily, 28 April 2014)")


class GuaranteeCircle(Channel):
    """Calls on guarantors.

    guarantor, lender, amount: calls of earlier days not yet paid, (n_calls,); lender is the number among all lenders of term loans.
    """

    kind = "guarantee_circle"
    Settings = GuaranteeCircleSettings
    purposes = (Purpose.CIRCLE_CALL, Purpose.CIRCLE_LOSS)
    COUNTS = ("guarantor", "lender", "amount")

    def __init__(self, settings: GuaranteeCircleSettings):
        super().__init__(settings)
        self.guarantor, self.lender, self.amount = (np.zeros(0, np.int64) for _ in range(3))
        self._called = np.zeros(0, np.int64)  # today, fen by claim of the estates

    def open_books(self, m) -> None:
        """Called guarantees are debts of merchants to lenders of term loans."""
        m.books.called = m.ledger.open_claim("merchants.called", m.merchants.called, entity="merchants", is_debt=True)

    def open_day(self, m) -> None:
        """Guarantors pay what they still owe as far as their cash reaches."""
        self._called = np.zeros(0, np.int64)
        if len(self.amount):
            self._pay_calls(m)

    def enter(self, m, failed) -> None:
        """Lenders claim what failed guarantors still owe."""
        mine = np.isin(self.guarantor, failed.merchants)
        if self.settings.transmits and mine.any():
            m.contagion.estates.add_to(CALL, self.guarantor[mine], self.lender[mine], self.amount[mine])
            self._keep(~mine)

    def settle(self, m, failed, round: int) -> None:
        """Call guarantors until no estate is worth less by it; then lenders write off what failed guarantors will not pay."""
        estates = m.contagion.estates
        estates.value()
        while self._call(m, round):
            estates.value()
        claims, lost = estates.newly_lost(CALL)
        number = estates.ref[claims]
        cancel_at_lenders(m, number, m.books.called, estates.debtor[claims], lost, Purpose.CIRCLE_LOSS)
        for group in m.term_lenders:
            mine, lender = group.rows(number)
            group.lenders.note_loss(lender, lost[mine])
            m.contagion.book(group.lenders.name, round, self.name, lender, lost[mine])

    def _call(self, m, round: int) -> bool:
        """Call guarantors for what loans lost since the last call; whether that makes a failed shop owe more."""
        estates, graph, shops = m.contagion.estates, m.guarantees, m.merchants
        claims = estates.of(TERM)
        called = np.zeros(len(estates.kind), np.int64)
        called[: len(self._called)] = self._called
        degree = np.diff(graph.indptr)[estates.debtor[claims]]
        short, unbooked = (estates.amount - estates.paid)[claims], (estates.amount - estates.paid - estates.lost)[claims]
        each = short // np.maximum(degree, 1)  # the rest, below a fen each, is the lender's, who may have booked it in an earlier round
        more = np.where(degree > 0, np.minimum(each - called[claims], unbooked // np.maximum(degree, 1)), 0)
        claims, more, degree = claims[more > 0], more[more > 0], degree[more > 0]
        self._called = called
        if len(claims) == 0:
            return False
        called[claims] += more
        first = graph.indptr[estates.debtor[claims]]
        place = np.arange(degree.sum()) - np.repeat(np.cumsum(degree) - degree, degree)
        guarantor = graph.indices[np.repeat(first, degree) + place].astype(np.int64)
        claim, amount = np.repeat(claims, degree), np.repeat(more, degree)
        is_failed = estates.place(guarantor) >= 0
        stands = is_failed | (shops.status[guarantor] == 0)
        guarantor, claim, amount, is_failed = guarantor[stands], claim[stands], amount[stands], is_failed[stands]
        debtor, number = estates.debtor[claim], estates.ref[claim]
        cancel_at_lenders(m, number, m.books.term_debt, debtor, amount, Purpose.CIRCLE_CALL)
        owe_lenders(m, number, m.books.called, guarantor, amount, Purpose.CIRCLE_CALL)
        m.contagion.book("merchants", round, self.name, guarantor, amount)
        np.add.at(estates.lost, claim, amount)
        estates.add_to(CALL, guarantor[is_failed], number[is_failed], amount[is_failed])
        alive = ~is_failed
        self.guarantor = np.concatenate((self.guarantor, guarantor[alive]))
        self.lender = np.concatenate((self.lender, number[alive]))
        self.amount = np.concatenate((self.amount, amount[alive]))
        return bool(is_failed.any())

    def close_day(self, m) -> None:
        """Estates pay calls; other guarantors pay what their cash covers, the rest on later days."""
        estates = m.contagion.estates
        claims = estates.of(CALL)
        claims = claims[estates.paid[claims] > 0]
        pay_lenders(m, estates.ref[claims], m.books.called, estates.debtor[claims], estates.paid[claims], Purpose.CIRCLE_PAID)
        self._pay_calls(m)

    def _pay_calls(self, m) -> None:
        """Calls are paid in their order.  Writes: merchants.cash, called; the lenders' money and claims."""
        paid = _within(self.guarantor, self.amount, m.merchants.cash)
        pay_lenders(m, self.lender, m.books.called, self.guarantor, paid, Purpose.CIRCLE_PAID)
        self.amount = self.amount - paid
        self._keep(self.amount > 0)

    def _keep(self, which) -> None:
        self.guarantor, self.lender, self.amount = self.guarantor[which], self.lender[which], self.amount[which]


def _within(who, amount, cash) -> np.ndarray:
    """What each call gets if every guarantor pays its calls in order as far as its cash reaches, fen (n_calls,)."""
    order = np.argsort(who, kind="stable")
    sums = np.cumsum(amount[order])
    before = sums - amount[order]
    first = np.searchsorted(who[order], who[order])
    paid = np.zeros(len(who), np.int64)
    paid[order] = np.clip(cash[who[order]] - (before - before[first]), 0, amount[order])
    return paid
