"""The recorder: looks at the market after the close of each day and keeps what reports need; it changes nothing."""

import numpy as np
import pandas as pd

from results.measures import MEASURES, daily_values
from sim.core.ledger import N_PURPOSES, Purpose
from sim.markets.loans import SLOTS

SECTORS = ("consumers", "merchants", "lenders", "guarantors", "banks", "financiers", "platforms", "products", "world")


def sector_of(entity: str) -> str:
    """The sector a row of the books belongs to: "bank 3" is one of the banks."""
    return entity if entity in SECTORS else entity.split()[0] + "s"


class Recorder:
    """An observer of `Market`; `daily()`, `flows()`, `draws()` and `clients()` give tables at any time.

    `since`: day from which client-level sums are kept (after a burn-in).
    """

    def __init__(self, since: int = 0):
        self.since = since
        self._rows: list[dict] = []
        self._flows: list[np.ndarray] = []
        self._draws: list[np.ndarray] = []
        self._clients: ClientSums | None = None
        self._names: list[str] = []
        self._weight = 1.0
        self.phone_card_attempts = 0  # simulated: how much S26 rests on

    def __call__(self, m) -> None:
        self._weight = m.scenario.weight
        self._names = m.ledger.entities
        self.phone_card_attempts += m.goods.phone_card_attempts_today
        self._rows.append({"day": m.day, "date": m.date, **daily_values(m)})
        self._flows.append(np.stack((m.ledger.money_today, m.ledger.claims_today)))
        if len(m.credit.draws):
            self._draws.append(np.column_stack((np.full(len(m.credit.draws), m.day), m.credit.draws[:, :5])))
        if m.day >= self.since:
            if self._clients is None:
                self._clients = ClientSums(len(m.merchants))
            self._clients.add(m)

    def daily(self) -> pd.DataFrame:
        """One row a day, one column a measure, indexed by day; `date` beside them."""
        return pd.DataFrame(self._rows, columns=["day", "date", *MEASURES]).set_index("day")

    def flows(self) -> pd.DataFrame:
        """Long table of the books: day, instrument, sector, purpose, cny (at real scale; zero flows left out)."""
        sectors = np.array([SECTORS.index(sector_of(name)) for name in self._names], dtype=int)
        parts = []
        for row, matrices in zip(self._rows, self._flows):
            by_sector = np.zeros((2, N_PURPOSES, len(SECTORS)), np.int64)
            for entity, sector in enumerate(sectors):
                by_sector[:, :, sector] += matrices[:, :, entity]
            where = np.argwhere(by_sector)
            parts.append(pd.DataFrame({
                "day": row["day"], "instrument": np.array(["money", "claims"])[where[:, 0]],
                "sector": np.array(SECTORS)[where[:, 2]], "purpose": [Purpose(number).name.lower() for number in where[:, 1]],
                "cny": by_sector[tuple(where.T)] / 100.0 * self._weight}))
        columns = ["day", "instrument", "sector", "purpose", "cny"]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

    def draws(self) -> pd.DataFrame:
        """One row a simulated draw: day, merchant, minute, fen (not scaled), kind (1 order, 2 credit loan), promoted."""
        columns = ["day", "merchant", "minute", "fen", "kind", "promoted"]
        return pd.DataFrame(np.concatenate(self._draws) if self._draws else np.zeros((0, 6), np.int64), columns=columns)

    def clients(self) -> pd.DataFrame:
        """One row a merchant: sums since `since`; fen are not scaled.  Empty if nothing was recorded."""
        return self._clients.table() if self._clients else pd.DataFrame()


class ClientSums:
    """Sums per merchant for the facts about clients: debt days, interest, line, peak balance, draws."""

    def __init__(self, n: int):
        self.days = 0
        self.sums = {name: np.zeros(n) for name in ("debt_days", "interest_fen", "line_fen_days", "balance_fen_days",
                                                    "line_in_debt_fen_days",
                                                    "draws", "drawn_fen", "open_days")}
        self.peak = np.zeros(n)
        self.loans_closed = self.loan_days = 0

    def add(self, m) -> None:
        """One day."""
        balance = m.loans.outstanding.reshape(-1, SLOTS).sum(axis=1)
        line, in_debt, s = m.merchants.credit_limit, balance > 0, self.sums
        s["debt_days"] += in_debt
        s["interest_fen"] += (m.loans.outstanding * m.loans.daily_rate).reshape(-1, SLOTS).sum(axis=1)
        s["line_fen_days"] += line
        s["balance_fen_days"] += balance
        s["line_in_debt_fen_days"] += np.where(in_debt, line, 0)
        s["open_days"] += m.merchants.status == 0
        np.add.at(s["draws"], m.credit.draws[:, 0], 1)
        np.add.at(s["drawn_fen"], m.credit.draws[:, 0], m.credit.draws[:, 2])
        np.maximum(self.peak, balance, out=self.peak)
        self.loans_closed += m.credit.closed_today
        self.loan_days += m.credit.closed_days_today
        self.days += 1

    def table(self) -> pd.DataFrame:
        """One row a merchant; attrs hold days observed, loans repaid and their days."""
        table = pd.DataFrame({**self.sums, "peak_fen": self.peak})
        table.attrs.update(days=self.days, loans_closed=int(self.loans_closed), loan_days=int(self.loan_days))
        return table
