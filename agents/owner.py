"""Owners as borrowers: whether they take a loan at its price, and how hard they try while they have it.

Choice: an owner decides once, at the first need for which there is a line at a price, and again when the price is another.
Source: L04, a trial in which each client was offered one price.  Alternative: a fresh decision at every need.  Reason: with
some twenty needs a year everybody would be a borrower by spring, and no price would choose among them.

Choice: effort buys safety at a constant elasticity: hazards of trouble and of giving up = those at the price of S07 x
worth^-elasticity, that of recovery x worth^elasticity, where worth is what the line saves against a pawnshop, relative to what
it saves at that price.  It solves min hazard x worth + cost x hazard^-k, with elasticity 1 / (k + 1).
Source: Stiglitz and Weiss (1981) on effort and the rate;
Bulow and Rogoff (1989) on what a debtor can lose; L07.  Alternative: the whole value of the shop in place of the line's.
Reason: a year's interest is a tenth of a percent of a year's sales, so a shop's value hardly moves with any rate and L04
could not be: in L04 what is at stake is the credit.
"""

import numpy as np

from agents.merchant import LEAVES, OPEN, TAKES, UNDECIDED
from sim.core.finance import fen
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import Settings, setting

LIST_APR = .0006 * 365  # S07, the credit loan: the price at which `distress.trouble_rate` holds
LEAST_GAIN = .01  # a year: a line dearer than what others ask is still worth a point, it is there at once (assumption)


class OwnerSettings(Settings):
    """What owners make of a price."""

    taste_for_credit: float = setting(4.4, unit="logit at a rate of 0", ge=-20, le=20,
                                      source="assumption: the shops of the slice are clients (S12), 98 in 100 stay so at the list price")
    rate_slope: float = setting(-.0204, unit="logit per percentage point a year", ge=-1, le=0, source="L04",
                                meaning="For an owner who is sure to repay; others count only what they expect to pay")
    outside_apr: float = setting(.504, unit="a year", ge=0, le=10,
                                 source="assumption: pawnshops ask 4.2% a month on goods (cap of the Pawn Measures 2005, from memory)",
                                 meaning="What money costs an owner elsewhere at once")
    effort_elasticity: float = setting(.6, unit="log hazard per log of what the line is worth", ge=0, lt=1,
                                       source="L04, charge-off", calibrated=True,
                                       meaning="How much less an owner tries for a line that is worth less")


# --- steps ------------------------------------------------------------------------------------------------------------


def choose_credit(m):
    """Owners with a need and a line at an offered price decide whether they take loans at that price.

    P(takes) = logistic(taste + slope x P(repays) x price in percentage points): who may not repay counts only what he
    expects to pay, so riskier owners are less sensitive.  Who leaves keeps own cash and orders what it buys.
    Reads: merchants.offered_offset, quality, trouble_since, credit_limit, is_frozen.
    Writes: merchants.credit_choice, decided_on, need_today, surplus_today.  Draws: OWNER_TAKE_UP, one per merchant.
    Source: Stiglitz and Weiss (1981), limited liability; L04, L06.
    """
    shops, smallest = m.merchants, fen(m.settings.credit.smallest_draw_cny)
    asks = (shops.credit_choice == UNDECIDED) & (shops.need_today >= smallest)
    if asks.any():
        rows = np.flatnonzero(asks)
        rows = rows[shops.usable_line(rows) >= smallest]
        u = uniforms(stream_key(m.path_seed, Stream.OWNER_TAKE_UP, m.day), 0, len(shops), 0)[rows]
        shops.credit_choice[rows] = np.where(u < take_up_prob(m, rows, shops.offered_offset[rows]), TAKES, LEAVES)
        shops.decided_on[rows] = m.day
        shops.surplus_today[rows[shops.credit_choice[rows] == LEAVES]] = 0
    shops.need_today[shops.credit_choice == LEAVES] = 0


def move_to_cheaper(m):
    """Clients of the platform's lenders who were paid out a cheaper loan in a contest leave them until it is repaid, then decide anew.

    Reads: merchants.term_paid_on, term_loan, term_apr, rate_offset, status.  Writes: merchants.credit_choice, moved_on.
    """
    if m.settings.offers.most_lenders == 1:
        return
    shops = m.merchants
    here = m.settings.loans.credit_daily_rate * 365 + shops.rate_offset / 100
    leaves = ((shops.credit_choice == TAKES) & (shops.term_paid_on == m.day) & (shops.term_loan > 0) & (shops.term_apr > 0)
              & (shops.term_apr < here))
    shops.credit_choice[leaves], shops.moved_on[leaves] = LEAVES, m.day
    back = (shops.moved_on >= 0) & (shops.term_loan == 0)
    shops.credit_choice[back & (shops.status == OPEN)] = UNDECIDED
    shops.moved_on[back] = -1


def take_up_prob(m, rows, offset) -> np.ndarray:
    """P(takes loans) of the owners `rows` at the list price plus `offset`, percentage points; see `choose_credit`."""
    s, price = m.settings.owners, 100 * (m.settings.loans.credit_daily_rate * 365) + offset
    return 1.0 / (1.0 + np.exp(-(s.taste_for_credit + s.rate_slope * (1.0 - fail_prob(m, rows)) * price)))


# --- what they weigh --------------------------------------------------------------------------------------------------


def fail_prob(m, rows) -> np.ndarray:
    """What the owners `rows` think of their chance to fail within a year; they know their quality, nobody else does."""
    s, shops = m.settings.distress, m.merchants
    gives_up = s.recover_days / (s.recover_days + s.give_up_days)
    hazard = s.trouble_rate * np.exp(-s.quality_slope * shops.quality[rows] - s.quality_slope ** 2 / 2)
    return gives_up * np.where(shops.trouble_since[rows] >= 0, 1.0, 1.0 - np.exp(-hazard))


def line_worth(m) -> np.ndarray:
    """What the line saves each owner against other money, relative to what it saves at the list price of S07; shape (n,)."""
    s, shops = m.settings.owners, m.merchants
    apr = m.settings.loans.credit_daily_rate * 365 + shops.rate_offset / 100
    return np.maximum(s.outside_apr - apr, LEAST_GAIN) / max(s.outside_apr - LIST_APR, LEAST_GAIN)


def neglect(m) -> np.ndarray:
    """Hazards of trouble and of giving up of each owner, relative to one who borrows at the list price of S07; shape (n,)."""
    takes = (m.merchants.credit_choice == TAKES) & (m.merchants.status == OPEN)
    return np.where(takes, line_worth(m) ** -m.settings.owners.effort_elasticity, 1.0)
