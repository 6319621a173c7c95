"""What contagion did: who failed in which round of which day, and what it cost whom by which channel, in fen.

Choice: losses are counted when they are certain, round by round, and never taken back.  Source: DESIGN 5.  Alternative: a claim
on a failed debtor is marked down as rumours spread.  Reason: what is booked moves in the ledger in the same call, so both agree
to the fen.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.contagion.estates import Estates
from sim.core.kept import Kept

FAILING = ("merchants", "lenders", "banks", "financiers", "guarantors", "platforms", "products")  # layers whose members can fail
LAYERS = (*FAILING, "consumers")  # layers that can lose; financiers: supply-chain lender and P2P company; products: funds
_NOBODY = np.zeros(0, np.int64)


class ContagionError(RuntimeError):
    """A loss that cannot be, or rounds without end; always a defect of the program."""


@dataclass(frozen=True)
class Failed:
    """Rows that failed in one round, ascending, by layer.  round: 0 failed first on their day, 1 because of them, and so on."""

    round: int
    merchants: np.ndarray = field(default_factory=lambda: _NOBODY)
    lenders: np.ndarray = field(default_factory=lambda: _NOBODY)
    banks: np.ndarray = field(default_factory=lambda: _NOBODY)
    financiers: np.ndarray = field(default_factory=lambda: _NOBODY)
    guarantors: np.ndarray = field(default_factory=lambda: _NOBODY)
    platforms: np.ndarray = field(default_factory=lambda: _NOBODY)
    products: np.ndarray = field(default_factory=lambda: _NOBODY)


class Contagion(Kept):
    """The book of failures and losses; without channels it stays empty and costs nothing.

    losses: fen by (day, layer, channel, round).  failures: how many by (day, layer, round).
    recall_share: of the own term loan of a guarantor that is called, asked for at once.  estates: what failed shops have and owe today.
    lost: fen since the start by layer, shape (n_layer,).  has_failed: by layer, shape (n_layer,); of merchants: failed today.
    lost_today: the same as `lost`, of today.  round: the one being settled.
    """

    COUNTS = ("losses", "failures")

    def __init__(self, m):
        self.is_on = bool(m.channels)
        size = {layer: len(m.products) if layer == "products" else len(getattr(m, layer)) for layer in LAYERS} if self.is_on else {}
        self.losses: dict[tuple[int, str, str, int], int] = {}
        self.failures: dict[tuple[int, str, int], int] = {}
        self.lost, self.lost_today = ({layer: np.zeros(n, np.int64) for layer, n in size.items()} for _ in range(2))
        self.has_failed = {layer: np.zeros(size[layer], np.bool_) for layer in FAILING if self.is_on}
        circles = m.channel("guarantee_circle")
        self.recall_share = circles.settings.recall_share if circles else 0.0
        self._most_rounds, self._touched = sum(size.values()) + 1, {}
        self.open_day(0)

    def open_day(self, day: int) -> None:
        """Nobody has failed or lost anything today."""
        self.day, self.round = day, 0
        self._new: dict[str, list] = {}
        self._hit: dict[str, list] = {}
        self.failed_today: dict[str, np.ndarray] = {}
        self.estates = Estates()
        if self.is_on:
            for layer, rows in self._touched.items():
                self.lost_today[layer][np.concatenate(rows)] = 0
            self.has_failed["merchants"][:] = False
        self._touched: dict[str, list] = {}

    def fail(self, layer: str, rows) -> None:
        """The `rows` of a layer have failed; who had failed before is not counted again."""
        if not self.is_on or len(rows) == 0:
            return
        rows = np.unique(np.asarray(rows, np.int64))
        rows = rows[~self.has_failed[layer][rows]]
        if len(rows):
            self.has_failed[layer][rows] = True
            self._new.setdefault(layer, []).append(rows)

    def is_failed(self, layer: str, row: int = 0) -> bool:
        """True if that one has failed; of shops, today."""
        return self.is_on and bool(self.has_failed[layer][row])

    def rounds(self, m):
        """The failures of the day, round by round, until nobody new fails; estates of shops are open.

        Raises: ContagionError if they do not end.
        """
        while self._new:
            if self.round > self._most_rounds:
                raise ContagionError(f"day {self.day}: more rounds of failures ({self.round}) than actors who can fail")
            new, self._new, self._hit = self._new, {}, {}
            failed = {layer: np.unique(np.concatenate(rows)) for layer, rows in new.items()}
            for layer, rows in failed.items():
                self.failures[self.day, layer, self.round] = len(rows)
                self.failed_today[layer] = np.concatenate((self.failed_today.get(layer, _NOBODY), rows))
            if "merchants" in failed:
                self.estates.open(m, failed["merchants"])
            yield Failed(self.round, **failed)
            self.round += 1

    def book(self, layer: str, round: int, channel: str, rows, amounts) -> int:
        """Note that the `rows` of a layer lose `amounts` (fen, 0 or more; one or (n,)) by a channel.  Returns the total, fen."""
        rows, amounts = np.atleast_1d(np.asarray(rows, np.int64)), np.atleast_1d(np.asarray(amounts, np.int64))
        if len(rows) == 0 or not amounts.any():
            return 0
        if amounts.min() < 0:
            raise ContagionError(f"day {self.day}: a loss of {int(amounts.min())} fen by {channel}; a loss is 0 or more")
        amounts = np.broadcast_to(amounts, rows.shape)
        np.add.at(self.lost[layer], rows, amounts)
        np.add.at(self.lost_today[layer], rows, amounts)
        self._hit.setdefault(layer, []).append(rows[amounts > 0])
        self._touched.setdefault(layer, []).append(rows)
        key, total = (self.day, layer, channel, int(round)), int(amounts.sum())
        self.losses[key] = self.losses.get(key, 0) + total
        return total

    def hit(self, layer: str) -> np.ndarray:
        """Rows of a layer that lost something in this round and have not failed, ascending."""
        rows = self._hit.get(layer)
        if not rows:
            return _NOBODY
        rows = np.unique(np.concatenate(rows))
        return rows if layer not in FAILING else rows[~self.has_failed[layer][rows]]

    def total(self, *, day: int | None = None, layer: str | None = None, channel: str | None = None, round: int | None = None) -> int:
        """Booked losses, fen, of what is named; all of them if nothing is."""
        wanted = (day, layer, channel, round)
        entries = self.losses.items() if day is None else self.losses_on(day)
        return sum(fen for key, fen in entries if all(w is None or w == k for w, k in zip(wanted, key)))

    def n_failed(self, *, day: int | None = None, layer: str | None = None, first_round: int = 0) -> int:
        """Failures from round `first_round` on; 1 leaves out who failed first on a day."""
        entries = self.failures.items() if day is None else self.failures_on(day)
        return sum(n for (_, each, number), n in entries if (layer is None or each == layer) and number >= first_round)

    def losses_on(self, day: int) -> list[tuple]:
        """What was booked on a day: ((day, layer, channel, round), fen)."""
        return _entries_on(self.losses, day)

    def failures_on(self, day: int) -> list[tuple]:
        """Who failed on a day: ((day, layer, round), number)."""
        return _entries_on(self.failures, day)

    def state(self) -> dict:
        """What a checkpoint keeps: the day's own counts are of a day that is over."""
        return super().state() | {"lost": self.lost, "has_failed": self.has_failed}

    def restore(self, state: dict) -> None:
        """Put back what a checkpoint kept."""
        super().restore({**state, "losses": dict(state["losses"]), "failures": dict(state["failures"])})
        for name in ("lost", "has_failed"):
            for layer, values in getattr(self, name).items():
                values[...] = state[name][layer]
        self.open_day(self.day)


def _entries_on(book: dict, day: int) -> list[tuple]:
    """The entries of a day, in the order in which they were made; days follow one another, so only the last entries are looked at."""
    found = []
    for key in reversed(book):
        if key[0] < day:
            break
        if key[0] == day:
            found.append((key, book[key]))
    return found[::-1]
