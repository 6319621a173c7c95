"""Panic: those who decided to leave (`agents/panic.py`) queue in the morning and are served in order, within what the house can pay.

A bank pays from reserves, then from what it can raise; what it still owes the queue makes it fail tonight.  A fund pays what it can
turn into cash in a day, a P2P company its cash; their queues go on tomorrow.  A wallet pays at once.

Choice: who leaves a bank moves her account to the largest bank that has not failed, once all is paid out; without another bank she keeps
the money at home.  Source: assumption; flight to large banks.  Alternative: cash.  Reason: people are paid and pay by account.
"""

from typing import Literal

import numpy as np

from sim.contagion.channels.channel import Channel, ChannelSettings
from sim.core.ledger import Purpose
from sim.core.settings import setting

P2P = 1


class PanicChannelSettings(ChannelSettings):
    """Nothing but its name: what makes people leave stands with them (`panic`)."""

    kind: Literal["panic"] = setting("panic", unit="name", source="CHANNELS")


class Panic(Channel):
    """Serves queues; without it nobody hears anything."""

    kind = "panic"
    Settings = PanicChannelSettings
    purposes = (Purpose.RUN,)

    def settle(self, m, failed, round: int) -> None:
        """Failures of today are tomorrow's news."""

    def absorb(self, m, failed, round: int) -> None:
        """Nobody reads of them."""

    def open_day(self, m) -> None:
        """Counters open: queues are served, first come first served."""
        panic, n = m.panic, len(m.consumers)
        for house in panic.houses:
            panic.waiting[house.number] = panic.unmet[house.number] = 0
            if panic.n_queued[house.number] == 0:
                panic.waits_since[house.number] = -1
                continue
            mine = slice(house.number * n, (house.number + 1) * n)
            minute = m.depositors.asked_minute[mine]
            ids = np.flatnonzero(minute >= 0)
            ids = ids[np.lexsort((ids, minute[ids]))]
            waits, unmet = self._serve_banks(m, house, mine, ids) if house.kind == "bank" else self._serve(m, house, mine, ids)
            panic.waiting[house.number], panic.unmet[house.number] = waits, unmet
            panic.n_queued[house.number] = int((minute >= 0).sum())
            if unmet == 0:
                panic.waits_since[house.number] = -1
            elif panic.waits_since[house.number] < 0:
                panic.waits_since[house.number] = m.day
                if house.kind != "bank":
                    panic.tell_failure(m, house.kind, 0)

    def _wants(self, m, held) -> np.ndarray:
        most = m.rescue.settings.most_withdrawn_share
        return held if most >= 1.0 else np.ceil(held * most).astype(np.int64)

    def _serve_banks(self, m, house, mine, ids) -> tuple[int, int]:
        """(what people in the queue still want, what banks could not pay them of it), fen."""
        c, loans, waits, unmet = m.consumers, m.interbank_loans, 0, 0
        for bank in np.unique(c.home_bank[ids]).tolist():
            rows = ids[c.home_bank[ids] == bank]
            want = self._wants(m, c.deposit[rows])
            total = int(want.sum())
            paid = in_order(want, loans.raise_cash(m, bank, total))
            served = m.ledger.pay(m.books.deposit, rows, m.books.currency, rows + mine.start, paid, purpose=Purpose.RUN)
            m.panic.paid_today[house.number] += served
            loans.wanted[bank] += total - served
            unmet += total - served
            waits += int(c.deposit[rows].sum())
            _move_away(m, bank, rows[c.deposit[rows] == 0], mine)
        return waits, unmet

    def _serve(self, m, house, mine, ids) -> tuple[int, int]:
        """Everything but banks: pays out of what the house can pay today; as of banks."""
        books, c = m.books, m.consumers
        if house.kind == "notes":
            held, cash = c.notes, int(m.financiers.cash[P2P])
        elif house.kind == "wallet":
            held = c.wallet
            cash = int(held.sum())
        else:
            number = house.product
            held = m.holdings.held[m.holdings.of(number)]
            cash = m.panic.cash_of(m, house)
        want = self._wants(m, held[ids])
        paid = in_order(want, cash)
        if house.kind == "wallet":
            m.ledger.pay(books.wallet, ids, books.deposit, ids, paid, purpose=Purpose.RUN)
        elif house.kind == "notes":
            m.ledger.pay(books.financier_cash, P2P, books.deposit, ids, paid, purpose=Purpose.RUN)
            m.ledger.cancel(books.notes, ids, books.note_debt, P2P, paid, purpose=Purpose.RUN)
        else:
            m.savings.redeemed_today[number] += m.ledger.pay(books.product_cash, number, books.deposit, ids, paid, purpose=Purpose.RUN)
            m.ledger.cancel(books.held, ids + m.holdings.of(number).start, books.product_debt, number, paid, purpose=Purpose.RUN)
            m.panic.paid_in[house.number] -= min(int(m.panic.paid_in[house.number]), int(paid.sum()))
        m.panic.paid_today[house.number] += int(paid.sum())
        m.depositors.asked_minute[mine][ids[held[ids] == 0]] = -1
        return int(held[ids].sum()), int(want.sum()) - int(paid.sum())


def in_order(want, cash: int) -> np.ndarray:
    """First come first served: what each gets of `cash`, fen, in the order given."""
    before = np.cumsum(want) - want
    return np.clip(cash - before, 0, want)


def _move_away(m, bank: int, rows, mine) -> None:
    """Who has everything goes to the largest bank that has not failed, and puts it there."""
    m.depositors.asked_minute[mine][rows] = -1
    safe = np.flatnonzero((m.sheets.failed_on < 0) & (np.arange(len(m.banks)) != bank))
    if len(safe) == 0 or len(rows) == 0:
        return
    m.consumers.home_bank[rows] = safe[np.argmax(m.banks.market_share[safe])]
    at_home = m.depositors.currency[mine][rows]
    m.ledger.pay(m.books.currency, rows + mine.start, m.books.deposit, rows, at_home, purpose=Purpose.RUN)
