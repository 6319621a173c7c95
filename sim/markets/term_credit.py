"""Term loans to merchants the slow way: applications wait for an officer, then for money; fixed monthly instalments.

Choice: an application is decided in the order it arrived, by the lender's officers only, who err more when they hurry.
Source: S17, S20; DESIGN 4.9.  Alternative: a delay without a queue.  Reason: capacity is the point: with few officers small
clients wait, or go elsewhere.
"""

import numpy as np

from sim.contagion.lenders import bear_joint_losses
from sim.core.finance import annuity
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.views import part_of
from sim.markets import joint_loans, offers
from sim.markets.common_scores import bad_prob
from sim.markets.loans import BAD_DAYS, BAD_FEN
from sim.markets.officers import can_decide_today, error_of_visits, note_work
from sim.markets.shared_columns import told_bad_since

PATIENCE_DAYS = 120  # an application older than this goes elsewhere (assumption)
ASK_AGAIN_DAYS = 14  # after a refusal (assumption)


def report_term_outcomes(m):
    """Lenders of term loans are told how the approved applications ended whose time is up, and may make a new card.

    Bad: more than 90 days past due at this lender, or at one that tells it, within the outcome window; a bid that lost, or a loan that
    was never paid out, has no outcome here.
    Reads: merchants.term_paid_on, term_paid_by, term_bad_on, term_bad_by.  Writes: open_data.looks_today.  What was learnt stays with the
    lenders.
    """
    shops = m.merchants
    for number, policy in enumerate(m.term_policies):
        if len(policy.learning.experience) == 0:
            continue
        ids = policy.cases_to_judge(m.day)
        rows, since = ids % len(shops), m.day - policy.settings.outcome_days
        is_bad = (shops.term_bad_by[rows] == number) & (shops.term_bad_on[rows] >= since)
        is_known = is_bad | (shops.term_paid_by[rows] == number) & (shops.term_paid_on[rows] >= since)
        ids, rows, is_bad = ids[is_known], rows[is_known], is_bad[is_known]
        policy.learn(ids, is_bad | told_bad_since(m, number, rows, since), m.day)


def decide_applications(m):
    """Each lender decides its oldest applications up to its officers' capacity; who waited too long, or is refused, asks elsewhere.

    Officers who collect today's instalments in person have less time for applications.
    Reads: merchants.term_asked, term_applied_on, term_due_on, term_loan, status; the views of the lenders' data regimes.
    Where merchants ask several lenders at once they all bid, and the cheapest bid is taken (`sim/markets/offers.py`).
    Writes: merchants.term_applied_on, term_ask_again_on, term_lender, term_granted, term_granted_on, term_pledge, term_apr, term_tries;
    offers.bids;
    banks.queue, capacity_carry, load, applications_today, approvals_today, own_funds; financiers.queue, capacity_carry, load,
    applications_today, approvals_today, cash; platforms.own_funds; open_data.looks_today, look_ups, look_ups_today, fees,
    fees_today, trials.
    """
    shops = m.merchants
    arrived = np.bincount(shops.term_asked[shops.term_applied_on == m.day], minlength=len(m.term_policies))
    is_closed = shops.status != 0
    leaves = (shops.term_applied_on >= 0) & ((m.day - shops.term_applied_on > PATIENCE_DAYS) | is_closed)
    shops.term_applied_on[leaves] = -1
    shops.term_ask_again_on[leaves] = np.where(is_closed[leaves], -1, m.day + 1)
    waiting = np.flatnonzero(shops.term_applied_on >= 0)
    waiting = waiting[np.lexsort((waiting, shops.term_applied_on[waiting]))]
    an_instalment = np.array([policy.settings.collecting_cases for policy in m.term_policies])
    due = shops.term_lender[(shops.term_loan > 0) & (shops.term_due_on == m.day)]
    collecting = np.bincount(due, minlength=len(an_instalment)) * an_instalment
    for group in m.term_lenders:
        group.lenders.capacity_carry -= collecting[group.first:group.first + len(group.lenders)]
    capacity = np.concatenate([can_decide_today(group.lenders) for group in m.term_lenders])
    chosen = waiting[_first_of_each(shops.term_asked[waiting], capacity)]
    served = np.bincount(shops.term_asked[chosen], minlength=len(capacity))
    in_queue = np.bincount(shops.term_asked[waiting], minlength=len(capacity)) - served
    is_contest = m.settings.offers.most_lenders > 1
    bidding = offers.bidders(m, chosen, capacity - served) if is_contest and len(chosen) else None
    also = np.bincount(bidding[1][len(chosen):], minlength=len(capacity)) if bidding else np.zeros(len(capacity), np.int64)
    for group in m.term_lenders:
        own = slice(group.first, group.first + len(group.lenders))
        note_work(group.lenders, arrived[own] + collecting[own] + also[own], served[own] + also[own])
        group.lenders.queue[:], group.lenders.approvals_today[:] = in_queue[own], 0
    shops.term_applied_on[chosen] = -1
    if bidding:
        _choose(m, chosen, offers.hold(m, *bidding, lambda lender, rows, contest: _judge(m, lender, rows, contest)))
        return
    for lender in np.flatnonzero(served):
        rows = np.sort(chosen[shops.term_asked[chosen] == lender])
        offer = _judge(m, lender, rows)
        granted = part_of(offer, offer.is_approved)
        _grant(m, rows[offer.is_approved], lender, granted.amount, granted.pledge)
        shops.term_ask_again_on[rows[~offer.is_approved]] = m.day + ASK_AGAIN_DAYS


def _choose(m, chosen, bids):
    """Merchants take the cheapest bid that is cheaper than what they have; who takes none goes on to the next lenders later."""
    shops, taken = m.merchants, offers.won(bids)
    _grant(m, taken.shop, taken.lender, taken.amount, taken.pledge)
    shops.term_apr[taken.shop] = taken.rate
    left = np.setdiff1d(chosen, taken.shop)
    shops.term_tries[left] += m.settings.offers.most_lenders - 1
    shops.term_ask_again_on[left] = m.day + ASK_AGAIN_DAYS


def _grant(m, rows, number, amount, pledge):
    """The merchants `rows` are granted a loan by the lenders `number`."""
    shops = m.merchants
    shops.term_lender[rows], shops.term_granted_on[rows] = number, m.day
    shops.term_granted[rows], shops.term_pledge[rows] = amount, pledge


def _judge(m, number, rows, contest=None):
    """One lender's answers to the merchants `rows`, remembered."""
    shops, policy = m.merchants, m.term_policies[number]
    group, row = m.term_lender(number)
    lenders = group.lenders
    error = error_of_visits(m.settings.officers, lenders.cases_a_year[row], lenders.load[row]) if policy.sees == "visited_file" else None
    view = m.data_sharing.seen_by(m, int(number), rows, error, note=True)
    offer = policy.decide(view, bad_prob(m, number, rows), contest)
    policy.remember(rows + m.day * len(shops), m.day, view, offer)
    m.data_sharing.keep_for_trials(m, int(number), rows, rows + m.day * len(shops))
    lenders.approvals_today[row] = offer.is_approved.sum()
    return offer


def pay_out(m):
    """Granted loans are paid out, the oldest first, as far as the lender may lend; what waits longer than patience lapses.

    Reads: merchants.term_granted_on, status.
    Writes: merchants.term_granted, term_lender, term_loan, term_instalment, term_due_on, term_carry, term_tries, term_apr,
    term_is_joint, term_paid_on, term_paid_by, term_ask_again_on, cash; platforms.own_funds; banks.own_funds,
    loans, granted_today, n_granted, granted_fen; financiers.cash, loans, granted_today, n_granted, granted_fen.
    """
    shops = m.merchants
    for group in m.term_lenders:
        group.lenders.granted_today[:] = 0
    waiting = np.flatnonzero(shops.term_granted > 0)
    if len(waiting) == 0:
        return
    lapses = waiting[(shops.status[waiting] != 0) | (m.day - shops.term_granted_on[waiting] > PATIENCE_DAYS)]
    shops.term_granted[lapses], shops.term_lender[lapses], shops.term_apr[lapses] = 0, -1, 0.0
    shops.term_ask_again_on[lapses] = np.where(shops.status[lapses] == 0, m.day + 1, -1)
    waiting = waiting[shops.term_granted[waiting] > 0]
    waiting = waiting[np.lexsort((waiting, shops.term_granted_on[waiting]))]
    room = np.concatenate([group.lenders.room(m) for group in m.term_lenders])
    rows = waiting[_within(shops.term_lender[waiting], shops.term_granted[waiting], room)]
    number, amount = shops.term_lender[rows].astype(np.int64), shops.term_granted[rows]
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        m.ledger.pay(group.money, lender, m.books.cash, rows[mine], amount[mine], purpose=Purpose.LOAN_DRAWN)
        m.ledger.owe(m.books.term_debt, rows[mine], group.claims, lender, amount[mine], purpose=Purpose.LOAN_DRAWN)
        np.add.at(group.lenders.granted_today, lender, 1)
        np.add.at(group.lenders.n_granted, lender, 1)
        np.add.at(group.lenders.granted_fen, lender, amount[mine])
    shops.term_is_joint[rows] = joint_loans.is_joint(m, number)
    joint_loans.pay_fees(m, rows, number, amount)
    shops.term_instalment[rows] = [annuity(int(a), rate / 12, m.term_policies[k].settings.term_months)
                                   for a, rate, k in zip(amount, rates(m, rows, number), number)]
    shops.term_due_on[rows] = m.day + 30
    shops.term_paid_on[rows], shops.term_paid_by[rows] = m.day, number
    shops.term_carry[rows] = 0.0
    shops.term_granted[rows] = shops.term_tries[rows] = 0


def collect_instalments(m):
    """Interest by day; instalments when due, in parts if collected in person; pledges are sold, old arrears written off.

    A closed shop pays what it has; a lender that looks on the instalment day calls the whole loan if trade has dried up.
    Writes: merchants.term_loan, term_instalment, term_lender, term_due_on, term_carry, term_reserve, term_part_paid, term_pledge,
    term_bad_on, term_bad_by, term_apr, term_is_joint, cash, inventory, collateral, days_past_due; platforms.own_funds;
    banks.own_funds, loans, interest_today, lost_today, interest_fen, lost_fen; financiers.cash, loans, interest_today, lost_today,
    interest_fen, lost_fen.
    """
    shops, books = m.merchants, m.books
    for group in m.term_lenders:
        group.lenders.interest_today[:] = group.lenders.lost_today[:] = 0
    rows = np.flatnonzero(shops.term_loan > 0)
    if len(rows) == 0:
        return
    number = shops.term_lender[rows].astype(np.int64)
    exact = shops.term_loan[rows] * (rates(m, rows, number) / 365) + shops.term_carry[rows]
    interest = np.floor(exact).astype(np.int64)
    shops.term_carry[rows] = exact - interest
    debt = shops.term_loan[rows] + interest
    call_below = joint_loans.call_below(m, rows, np.array([policy.settings.call_below for policy in m.term_policies])[number])
    called = (shops.term_due_on[rows] == m.day) & (shops.sales_recent[rows] < call_below * shops.sales_trend[rows])
    shops.term_instalment[rows[called]] = debt[called]
    open_part = np.maximum(0, shops.term_instalment[rows] - shops.term_part_paid[rows])
    wanted = np.where(shops.term_due_on[rows] <= m.day, np.minimum(open_part, debt), 0)
    is_closed = shops.status[rows] != 0
    in_person = np.array([policy.collects_in_person for policy in m.term_policies])[number]
    part = np.where(in_person, np.minimum(shops.cash[rows], wanted), 0)
    paid = np.where(is_closed, np.minimum(shops.cash[rows], debt), np.where(shops.cash[rows] >= wanted, wanted, part))
    is_met = (paid >= wanted) & (wanted > 0) & ~is_closed
    met = rows[is_met]
    shops.term_part_paid[rows] = np.where(is_met | is_closed, 0, shops.term_part_paid[rows] + paid)
    shops.term_due_on[met] += 30
    shops.term_reserve[met] = 0
    late = np.maximum(m.day - shops.term_due_on[rows], 0)
    shops.days_past_due[rows] = np.maximum(shops.days_past_due[rows], late)
    turns_bad = (late == BAD_DAYS + 1) & (debt >= BAD_FEN)
    shops.term_bad_on[rows[turns_bad]], shops.term_bad_by[rows[turns_bad]] = m.day, number[turns_bad]
    sells = late > np.array([policy.settings.recover_after_days for policy in m.term_policies])[number]
    what, price = (np.array([getattr(policy, name) for policy in m.term_policies])[number] for name in ("pledges", "pledge_price"))
    on_shelf, is_property = what == "stock", what == "property"
    worth = np.where(on_shelf, np.minimum(shops.term_pledge[rows], shops.inventory[rows] * price), shops.term_pledge[rows]).astype(np.int64)
    recovered = np.where(sells, np.minimum(worth, debt - paid), 0)
    fetched = (recovered / np.maximum(price, 1e-9)).astype(np.int64)
    shops.inventory[rows] -= np.where(on_shelf, np.minimum(fetched, shops.inventory[rows]), 0)
    shops.collateral[rows] -= np.where(is_property, np.minimum(fetched, shops.collateral[rows]), 0)
    shops.term_pledge[rows[sells]] = 0
    lost = np.where(late > m.settings.banks.write_off_days, debt - paid - recovered, 0)
    for group in m.term_lenders:
        mine, lender = group.rows(number)
        owner = rows[mine]
        m.ledger.owe(books.term_debt, owner, group.claims, lender, interest[mine], purpose=Purpose.INTEREST)
        m.ledger.pay(books.cash, owner, group.money, lender, paid[mine], purpose=Purpose.LOAN_REPAID)
        m.ledger.cancel(group.claims, lender, books.term_debt, owner, paid[mine], purpose=Purpose.LOAN_REPAID)
        m.ledger.pay(books.world, 0, group.money, lender, recovered[mine], purpose=Purpose.RECOVERY)
        m.ledger.cancel(group.claims, lender, books.term_debt, owner, recovered[mine], purpose=Purpose.RECOVERY)
        m.ledger.cancel(group.claims, lender, books.term_debt, owner, lost[mine], purpose=Purpose.WRITE_OFF)
        for name, amount in (("interest", interest), ("lost", lost)):
            np.add.at(getattr(group.lenders, f"{name}_today"), lender, amount[mine])
            np.add.at(getattr(group.lenders, f"{name}_fen"), lender, amount[mine])
    bear_joint_losses(m, rows, number, lost)
    gone = rows[shops.term_loan[rows] == 0]
    shops.term_lender[gone] = shops.term_due_on[gone] = -1
    shops.term_part_paid[gone] = shops.term_apr[gone] = shops.term_is_joint[gone] = 0


def rates(m, rows, number) -> np.ndarray:
    """Yearly rate of the term loans of the merchants `rows`, who borrow from the lenders `number`: as named in a contest, or listed."""
    named = m.merchants.term_apr[rows]
    return np.where(named > 0, named, _each(m, "apr")[number])


def _each(m, column) -> np.ndarray:
    """A column of all lenders of term loans, by their number."""
    return np.concatenate([getattr(group.lenders, column) for group in m.term_lenders])


@kernel
def _first_of_each(group, capacity):
    """Positions of the first capacity_g members of each group g, in order."""
    left = capacity.copy()
    chosen = np.empty(len(group), np.int64)
    count = 0
    for k in range(len(group)):
        if left[group[k]] > 0:
            left[group[k]] -= 1
            chosen[count] = k
            count += 1
    return chosen[:count]


@kernel
def _within(group, amount, room):
    """Positions, in order, of the amounts that their group's room still covers; what does not fit waits, and lets smaller ones by."""
    left = room.copy()
    chosen = np.empty(len(group), np.int64)
    count = 0
    for k in range(len(group)):
        if amount[k] <= left[group[k]]:
            left[group[k]] -= amount[k]
            chosen[count] = k
            count += 1
    return chosen[:count]
