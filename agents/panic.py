"""Panic: who takes her money out of a bank, a fund, a P2P company or a wallet, because of what she reads and what her friends do.

Only who reads of the house today, or whose friend left it yesterday, thinks about it.  She leaves iff she thinks it fails with a
probability above gamma_i, which is the case iff what she makes of it is too weak,

    1 - n_i - b f_i + sigma e_i < R* - sigma Phi^-1(gamma_i),   R* = (1 - m + lambda max(0, x - m)) / I,   x = sum_i w_i max(0, 1 - gamma_i)

n what she read, f the share of her friends at the house who left it, e her own error (one for good), m and I the house's cash and other
assets for each fen it owes, w her share of that, gamma_i = gamma (1 + a years_i + l loan_i) / (1 - insured share_i).

Choice: R* is the run point of precise signals.  Source: Rochet and Vives (2004); with unequal depositors x is the sum over them (Sakovics
and Steiner 2012).  Alternative: a rule of thumb.  Reason: it says how cash, capital and insurance move the point.  Without news the rule is
a threshold of the share of friends who left, (1 + sigma e_i + sigma Phi^-1(gamma_i) - R*) / b (Granovetter 1978), as
`sim.contagion.panic.threshold_run`.

Choice: relation, loan and insurance make leaving dearer or needless.  Source: L30, Iyer and Puri (2012).  Alternative: they change the
error.  Reason: who is insured in full never runs, whatever she hears.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.contagion.panic import rochet_vives
from sim.core.finance import MINUTES_PER_DAY
from sim.core.kept import Kept
from sim.core.kernels import kernel
from sim.core.population import Population, Row, column
from sim.core.random import Stream, normals_of, stream_key, uniforms, uniforms_of
from sim.core.settings import Settings, setting

BANK, NOTES, WALLET = "bank", "notes", "wallet"
P2P = 1  # row of the financiers
FOCAL = 0


class PanicSettings(Settings):
    """What makes people leave a house that owes them money."""

    cost_of_leaving: float = setting(.7, unit="probability of failure", gt=0, lt=1, source="assumption: gamma of Rochet and Vives 2004",
                                     meaning="Who has neither relation, loan nor insurance leaves if she thinks failure likelier")
    fire_sale_cost: float = setting(.25, unit="share", ge=0, le=10, source="assumption: lambda of Rochet and Vives 2004",
                                    meaning="What people think a house loses on what it must sell")
    error: float = setting(.03, unit="standard deviation, share of assets", ge=0, le=1, source="assumption",
                           meaning="How far her own view of the house is off")
    friends_weight: float = setting(.3, unit="share of assets", ge=0, le=10, source="assumption; sign L30",
                                    meaning="The house seems so much weaker if all friends left it")
    relation_dampens: float = setting(.05, unit="per year", ge=0, le=10, source="assumption; sign L30",
                                      meaning="Each year as a customer makes leaving dearer by this share")
    relation_years: float = setting(5.0, unit="years, mean", ge=0, le=50, source="assumption", meaning="With the bank or the P2P company")
    loan_dampens: float = setting(.25, unit="share", ge=0, le=10, source="assumption; sign L30",
                                  meaning="A loan from the house makes leaving dearer by this share")
    loan_share: float = setting(.2, unit="share of depositors", ge=0, le=1, source="assumption", meaning="Who has a loan from her bank")
    failure_news: float = setting(.02, unit="share of assets", ge=0, le=1, source="assumption",
                                  meaning="A house seems so much weaker when one of its kind failed")
    failure_reach: float = setting(.3, unit="share of customers", ge=0, le=1, source="assumption",
                                   meaning="Who reads that a house of the kind failed, or that hers could not pay")


@dataclass(frozen=True)
class House:
    """One kind of claim that people can run with.  number: place in the list; product: number of the product, -1 if none."""

    number: int
    kind: str
    name: str
    product: int = -1


class Depositor(Row):
    """One consumer with one kind of claim, looked at."""


class Depositors(Population):
    """All consumers for each kind of claim: row k n + i is consumer i with claim k; no rows where nobody can panic."""

    name = "depositors"
    row_type = Depositor

    left_on = column(np.int32, "day", "Decided to take everything out; -1 never", default=-1)
    asked_minute = column(np.int32, "minute since the first day", "Place in the queue; -1 does not wait", default=-1)
    left_house = column(np.int16, "bank", "Where that was; 0 unless it is a bank")
    heard = column(np.float32, "share of assets", "How much weaker the house seems for what she read")
    currency = column(np.int64, "fen", "Taken out of a bank and kept at home")


class Alarm(Kept):
    """What is in the news and who left yesterday.

    houses: kinds of claims.  news: (claim, house or -1 for all, dent, reach) to be read tomorrow.  fresh: rows of the depositors who left
    yesterday.  left_today, n_queued: people by claim.  paid_today, waiting: fen by claim.  unmet: of what waits, what the house
    could not pay (the rest a circuit breaker keeps back).  paid_in: by the state for people who wait, and not yet paid out.
    """

    COUNTS = ("news", "fresh")
    ARRAYS = ("left_today", "paid_today", "waiting", "unmet", "paid_in", "waits_since", "n_queued")

    def __init__(self, m):
        self.houses, channel = _houses(m), m.channel("panic")
        self.is_loud = channel is not None and channel.settings.transmits
        n = len(self.houses)
        self.news: tuple[tuple[int, int, float, float], ...] = ()
        self.fresh = np.zeros(0, np.int64)
        self.left_today, self.paid_today, self.waiting, self.n_queued, self.unmet, self.paid_in = (np.zeros(n, np.int64) for _ in range(6))
        self.waits_since = np.full(n, -1, np.int64)

    def open_day(self) -> None:
        """Nobody has left or been paid yet today."""
        self.left_today[:] = self.paid_today[:] = 0

    def tell_failure(self, m, kind: str, house: int = -1) -> None:
        """A house of a kind failed or could not pay: tomorrow customers of that house, or of all of the kind, read of it."""
        self.tell(kind, house, m.settings.panic.failure_news, m.settings.panic.failure_reach)

    def waits_too_long(self, m, kind: str, product: int = -1) -> bool:
        """True if withdrawals have waited for longer than patience."""
        return any(self.waits_since[each.number] >= 0 and m.day - self.waits_since[each.number] >= m.settings.resolution.patience_days
                   for each in self.houses if each.kind == kind and product in (-1, each.product))

    def unmet_of(self, kind: str, product: int = -1) -> int:
        """What the house could not pay people who wait, fen."""
        return sum(int(self.unmet[each.number]) for each in self.houses if each.kind == kind and product in (-1, each.product))

    def pay_in(self, product: int, amount: int) -> None:
        """The state has paid in `amount` for the queue of a product."""
        for each in self.houses:
            if each.product == product:
                self.paid_in[each.number] += amount

    def cash_of(self, m, house: House) -> int:
        """What a product can pay people who leave today, fen: what it can turn into cash, and what the state paid in for them."""
        open_share = m.conditions.fund_liquidity_today if house.kind == "money_market_fund" else 1.0
        liquid = int(m.savings.owed[house.product] * m.products[house.product].settings.liquid_share * open_share)
        return min(liquid + int(self.paid_in[house.number]), int(m.savings.cash[house.product]))

    def tell(self, kind: str, house: int, dent: float, reach: float) -> None:
        """Tomorrow a share `reach` reads that houses of a kind (-1: all of them) are weaker by `dent`."""
        if self.is_loud and dent > 0 and reach > 0:
            self.news = (*self.news, *((each.number, house, dent, reach) for each in self.houses if each.kind == kind))

    def may_come(self, m, product: int) -> np.ndarray | bool:
        """Who never fled a product and so may take it up, (n_consumers,); leavers do not return (L30), and nobody once it failed."""
        if m.contagion.is_on and m.contagion.has_failed["products"][product]:
            return False
        for each in self.houses:
            if each.product == product:
                return m.depositors.left_on[rows_of(m, each)] < 0
        return True


def _houses(m) -> tuple[House, ...]:
    if m.channel("panic") is None:
        return ()
    found = [(BANK, "banks", -1)] if len(m.sheets) else []
    found += [(NOTES, "P2P company", -1), (WALLET, "wallet", -1)]
    found += [(product.kind, product.settings.name or product.kind, number) for number, product in enumerate(m.products)
              if product.holds_money]
    return tuple(House(number, *each) for number, each in enumerate(found))


def create_depositors(m) -> Depositors:
    """A row for every consumer and kind of claim."""
    return Depositors(m, len(m.panic.houses) * len(m.consumers))


# --- what a house is ---------------------------------------------------------------------------------------------------


def rows_of(m, house: House) -> slice:
    """The rows of one kind of claim."""
    n = len(m.consumers)
    return slice(house.number * n, (house.number + 1) * n)


def held_in(m, house: House) -> np.ndarray:
    """What each consumer has there, fen."""
    c = m.consumers
    if house.product >= 0:
        return m.holdings.held[m.holdings.of(house.product)]
    return {BANK: c.deposit, NOTES: c.notes, WALLET: c.wallet}[house.kind]


def place_of(m, house: House) -> np.ndarray:
    """Which house of the kind it is: the bank's number, else 0; (n_consumers,)."""
    return m.consumers.home_bank if house.kind == BANK else np.zeros(len(m.consumers), np.int16)


def strength(m, house: House, place: int = 0) -> tuple[float, float, float]:
    """(cash, other assets at today's value, what is owed), fen."""
    if house.kind == BANK:
        s = m.sheets
        cash = max(int(s.reserves(m)[place]), 0)
        return cash, int(s.assets(m)[place]) - cash, int(s.deposits(m)[place] + s.debts[place] + s.rescue_debt[place])
    if house.kind == NOTES:
        f = m.financiers
        return int(f.cash[P2P]), int(f.loans[P2P]), int(f.notes[P2P])
    if house.kind == WALLET:
        owed = int(m.consumers.wallet.sum() + m.merchants.escrow.sum())
        return owed + (0 if m.rescue.is_ring_fenced else min(int(m.platforms.own_funds[FOCAL]), 0)), 0, owed
    owed, cash = int(m.savings.owed[house.product]), int(m.savings.cash[house.product])
    liquid = m.panic.cash_of(m, house)
    return liquid, cash - liquid, owed


def run_point(cash: float, other: float, owed: float, leaving: float, fire_sale_cost: float) -> float:
    """R*: below it the house fails if people who leave in that case, a share `leaving` of what it owes, all leave; per fen owed.

    Source: sim.contagion.panic.rochet_vives, with leaving = 1 - gamma.
    """
    if owed <= 0 or cash >= owed:
        return -np.inf
    if other <= 0:
        return np.inf
    if leaving <= 0:  # nobody would leave: it fails only if insolvent
        return (1.0 - cash / owed) / (other / owed)
    return rochet_vives(other / owed, cash / owed, fire_sale_cost, min(max(1.0 - leaving, 1e-12), 1 - 1e-12)).R_star


def costs_of_leaving(m, house: House, ids) -> np.ndarray:
    """gamma_i of the consumers `ids`; 1 or more: she never leaves.  Draws: DEPOSITOR_BIRTH, two per consumer and claim, for good."""
    s, c, rescue = m.settings.panic, m.consumers, m.rescue
    key = stream_key(m.world_seed, Stream.DEPOSITOR_BIRTH)
    if house.kind in (BANK, NOTES):
        years = -s.relation_years * np.log(uniforms_of(key, ids, 2 * house.number))
    elif house.kind == WALLET:
        years = np.maximum(m.day - c.registered_on[ids], 0) / 365
    else:
        years = np.maximum(m.day - np.maximum(m.holdings.joined_on[m.holdings.of(house.product)][ids], 0), 0) / 365
    if house.kind == BANK:
        has_loan = uniforms_of(key, ids, 2 * house.number + 1) < s.loan_share
    else:
        has_loan = m.credit_users.balance[ids] > 0 if len(m.credit_users) == len(c) else np.zeros(len(ids), bool)
    held = held_in(m, house)[ids]
    insured = np.minimum(rescue.cover_of(house.kind), held) / np.maximum(held, 1)
    with np.errstate(divide="ignore"):
        return s.cost_of_leaving * (1.0 + s.relation_dampens * years + s.loan_dampens * has_loan) / (1.0 - insured)


# --- the step ----------------------------------------------------------------------------------------------------------


def decide_to_leave(m):
    """Who reads of her house today, or had a friend leave it yesterday, leaves if it seems too weak; leavers queue by the minute.

    Writes: depositors.left_on, left_house, asked_minute, heard; panic.news, fresh, left_today, n_queued; holdings.joined_on, friends,
    requested, due_on.
    Draws: PANIC_NEWS, one per consumer and piece of news; PANIC_SIGNAL, one per consumer and claim, for good; PANIC_MINUTE, one per leaver
    and claim.
    """
    panic, d = m.panic, m.depositors
    if not panic.news and not len(panic.fresh):
        return
    news, fresh, n = panic.news, panic.fresh, len(m.consumers)
    panic.news, leavers = (), []
    key = stream_key(m.path_seed, Stream.PANIC_NEWS, m.day)
    for house in panic.houses:
        mine, held, place = rows_of(m, house), held_in(m, house), place_of(m, house)
        looks = np.zeros(n, np.bool_)
        for slot, (number, where, dent, reach) in enumerate(news):
            if number == house.number:
                reads = uniforms(key, 0, n, slot) < reach
                reads &= (place == where) | (where < 0)
                np.maximum(d.heard[mine], np.float32(dent), out=d.heard[mine], where=reads)
                looks |= reads
        left = d.left_on[mine] >= 0
        if m.settings.panic.friends_weight > 0:
            _alert(m.social, fresh[(fresh >= mine.start) & (fresh < mine.stop)] - mine.start, looks)
        ids = np.flatnonzero(looks & ~left & (held > 0))
        if len(ids):
            goes = ids[leaves(m, house, ids)]
            d.left_on[mine][goes], d.left_house[mine][goes] = m.day, place[goes]
            minute = uniforms_of(stream_key(m.path_seed, Stream.PANIC_MINUTE, m.day), goes, house.number) * MINUTES_PER_DAY
            d.asked_minute[mine][goes] = m.day * MINUTES_PER_DAY + minute.astype(np.int32)
            panic.left_today[house.number] = len(goes)
            panic.n_queued[house.number] += len(goes)
            if house.product >= 0:
                own = m.holdings.of(house.product)
                m.holdings.enter(house.product, goes[m.holdings.joined_on[own][goes] >= 0], -1)
                m.holdings.requested[own][goes], m.holdings.due_on[own][goes] = 0, -1
            leavers.append(goes + mine.start)
    panic.fresh = np.concatenate(leavers) if leavers else np.zeros(0, np.int64)


def leaves(m, house: House, ids) -> np.ndarray:
    """Which of the consumers `ids` leave.  Draws: PANIC_SIGNAL, one per consumer and claim, for good."""
    s, mine, held, place = m.settings.panic, rows_of(m, house), held_in(m, house), place_of(m, house)
    left = m.depositors.left_on[mine] >= 0
    was_at = np.where(left, m.depositors.left_house[mine], place).astype(np.int64)
    error = s.error * normals_of(stream_key(m.path_seed, Stream.PANIC_SIGNAL), ids, house.number)
    seen = 1.0 - m.depositors.heard[mine][ids] + error
    seen -= s.friends_weight * share_who_left(m.social, ids, was_at, held > 0, left)
    cost, every = np.empty(len(ids)), np.flatnonzero(held)
    all_costs = costs_of_leaving(m, house, every)
    point, cost = np.full(len(ids), -np.inf), all_costs[np.searchsorted(every, ids)]
    for where in np.unique(place[ids]):
        cash, other, owed = strength(m, house, int(where))
        here = place[every] == where
        leaving = float((held[every[here]] * np.maximum(1.0 - all_costs[here], 0.0)).sum()) / max(owed, 1)
        point[place[ids] == where] = run_point(cash, other, owed, leaving, s.fire_sale_cost)
    return (seen < point - s.error * ndtri(np.minimum(cost, 1 - 1e-12))) & (cost < 1.0)


def without_leavers(m, wishes):
    """Who fled the P2P company wants no more of its notes.

    wishes: (rows, fen each).  Reads: depositors.left_on.  Returns the same without them.
    """
    rows, wish = wishes
    for house in m.panic.houses:
        if house.kind == NOTES:
            stays = m.depositors.left_on[rows_of(m, house)][rows] < 0
            return rows[stays], wish[stays]
    return rows, wish


# --- kernels -----------------------------------------------------------------------------------------------------------


def _alert(graph, left, looks) -> None:
    """Marks all who know one of `left`."""
    if len(left) == 0:
        return
    if graph.complete:
        looks[: graph.n_connected] = True
    else:
        _mark_neighbours(graph.indptr, graph.indices, left, looks)


def share_who_left(graph, ids, place, holds, left) -> np.ndarray:
    """Share of the friends of each of `ids` at the same house who left it; 0 without such friends."""
    if graph.complete:
        known = (holds | left)[: graph.n_connected]
        at = np.bincount(place[: graph.n_connected][known], minlength=place.max() + 1)
        gone = np.bincount(place[: graph.n_connected][left[: graph.n_connected]], minlength=place.max() + 1)
        return gone[place[ids]] / np.maximum(at[place[ids]] - 1, 1)
    return _friends_who_left(graph.indptr, graph.indices, ids, place, holds, left)


@kernel
def _mark_neighbours(indptr, indices, left, looks):
    for i in left:
        for e in range(indptr[i], indptr[i + 1]):
            looks[indices[e]] = True


@kernel
def _friends_who_left(indptr, indices, ids, place, holds, left):
    """k / d of each: d friends at the same house, k of them left it."""
    found = np.zeros(len(ids))
    for a in range(len(ids)):
        i = ids[a]
        n_here, n_left = 0, 0
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if place[j] == place[i] and (holds[j] or left[j]):
                n_here += 1
                n_left += left[j]
        if n_here > 0:
            found[a] = n_left / n_here
    return found
