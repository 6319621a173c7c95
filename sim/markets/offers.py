"""Contests for one applicant: the lenders it asks name a rate each, it takes the cheapest that is better than what it has.

Choice: an applicant waits for the lender it likes best; on the day that one decides, the others it asked bid too, as far as their
officers have time left.  Source: assumption.  Alternative: a queue at each of them.  Reason: who has waited takes the best of what is
there; a bid that comes weeks later finds the shop served.
Choice: how much a lender can tell is taken from what it sees: the Gini of a card on such data in this market (L11, docs/decisions.md).
Source: He, Huang and Zhou (2023): ability is common knowledge.  Alternative: measured by each lender on its own outcomes.  Reason: a
rival's card is not seen, what it is shown is.
"""

from dataclasses import dataclass, fields

import numpy as np

from sim.core.views import Contest
from sim.markets.common_scores import model_of_bank

ABILITY = {"thin_file": .24, "bank_file": .33, "order_history": .33, "visited_file": .42, "closed_loop": .59}  # Gini = 2 AUC - 1
COMMON_ABILITY, OWN_ABILITY = .60, .46  # of the scores of sim/markets/common_scores.py, if banks use them
TAKES = 1  # merchants.credit_choice, as agents.merchant.TAKES (a test holds them equal)


@dataclass(frozen=True, eq=False)
class Bids:
    """What lenders answered today, one row a shop and lender asked; rank: 0 who is asked first.  is_won: the shop took it.

    rate: a year; inf if refused.  bad: as the lender believes, a year, nan: no idea.  ability: of the lender; best_rival: of the others
    asked.
    """

    shop: np.ndarray
    lender: np.ndarray
    rank: np.ndarray
    rate: np.ndarray
    amount: np.ndarray
    pledge: np.ndarray
    bad: np.ndarray
    ability: np.ndarray
    best_rival: np.ndarray
    is_won: np.ndarray


NO_BIDS = Bids(*(np.zeros(0, dtype) for dtype in (np.int64, np.int64, np.int64, float, np.int64, np.int64, float, float, float, bool)))


class Offers:
    """What the contests of a day leave: the bids."""

    def __init__(self):
        self.bids = NO_BIDS

    def open_day(self) -> None:
        """Forget yesterday's bids."""
        self.bids = NO_BIDS


def abilities(m) -> np.ndarray:
    """How much every lender of term loans can tell today (n_lenders,): by what it sees itself and by agreements, the best of it."""
    found = np.array([ABILITY[policy.sees] for policy in m.term_policies])
    if m.settings.common_model.is_used:
        model = model_of_bank(m)
        found[:len(model)] = np.where((model == 0) | (model > len(model)), COMMON_ABILITY, OWN_ABILITY)
    for number, agreement in enumerate(m.open_data.agreements):
        if agreement.kind != "defaults_only" and "platform" in m.open_data.sharers(number)[0]:
            joined = m.open_data.is_member[number, :len(found)]
            found[joined] = np.maximum(found[joined], ABILITY["closed_loop"])
    return found


def bidders(m, chosen, capacity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(shop, lender, rank) of everybody who bids today: the lender each of `chosen` waited for, and the others with time left.

    capacity: cases that each lender can still decide today after its own (n_lenders,), less those of this table when it returns.
    """
    shops, k = m.merchants, m.settings.offers.most_lenders
    also = shops.term_also_asked[chosen, :k - 1].astype(np.int64)
    shop, rank = np.repeat(chosen, k - 1), np.tile(np.arange(1, k), len(chosen))
    lender = also.ravel()
    bids = np.zeros(len(lender), bool)
    for place in range(len(lender)):
        if lender[place] >= 0 and capacity[lender[place]] > 0:
            capacity[lender[place]] -= 1
            bids[place] = True
    return (np.concatenate((chosen, shop[bids])), np.concatenate((shops.term_asked[chosen].astype(np.int64), lender[bids])),
            np.concatenate((np.zeros(len(chosen), np.int64), rank[bids])))


def hold(m, shop, lender, rank, judge) -> Bids:
    """Let every lender bid, and every shop choose; the bids are kept for the day.

    judge: called as judge(lender, rows, contest) -> TermOffer, rows ascending.  Writes: offers.bids.
    """
    s, n = m.settings.offers, len(shop)
    ability = abilities(m)[lender]
    best = np.full(n, -1.0)
    for row in range(n):  # few a day
        others = (shop == shop[row]) & (lender != lender[row])
        best[row] = ability[others].max(initial=-1.0)
    rate, bad = np.full(n, np.inf), np.full(n, np.nan)
    amount, pledge = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for number in np.unique(lender):
        mine = np.flatnonzero(lender == number)
        mine = mine[np.argsort(shop[mine])]
        contest = Contest(float(ability[mine[0]]), best[mine], s.cost_share, s.bad_rate, s.highest_rate)
        offer = judge(int(number), shop[mine], contest)
        rate[mine] = np.where(offer.is_approved, offer.rate, np.inf)
        amount[mine], pledge[mine], bad[mine] = offer.amount, offer.pledge, offer.bad
    m.offers.bids = Bids(shop, lender, rank, rate, amount, pledge, bad, ability, best, _cheapest(m, shop, rank, rate))
    return m.offers.bids


def _cheapest(m, shop, rank, rate) -> np.ndarray:
    """Which bids are taken: the lowest of each shop below what its money costs now; ties go to whom it likes better."""
    order = np.lexsort((rank, rate, shop))
    is_first = np.ones(len(shop), bool)
    is_first[1:] = shop[order][1:] != shop[order][:-1]
    taken = np.zeros(len(shop), bool)
    taken[order[is_first]] = True
    return taken & (rate < reservation(m, shop))


def reservation(m, rows) -> np.ndarray:
    """What money costs the shops `rows` today, a year: the platform's rate if its line is open to them, else a pawnshop's."""
    shops = m.merchants
    own = m.settings.loans.credit_daily_rate * 365 + shops.rate_offset[rows] / 100
    has_line = (shops.credit_choice[rows] == TAKES) & (shops.usable_line(rows) > 0)
    return np.where(has_line, np.minimum(own, m.settings.owners.outside_apr), m.settings.owners.outside_apr)


def won(bids: Bids) -> Bids:
    """The bids that were taken, by shop."""
    rows = np.flatnonzero(bids.is_won)
    rows = rows[np.argsort(bids.shop[rows])]
    return Bids(*(getattr(bids, each.name)[rows] for each in fields(Bids)))
