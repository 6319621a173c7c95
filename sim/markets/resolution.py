"""Resolution: which banks, P2P company, platform and funds have failed today, and how what they have is shared among those they owe.

Owners lose first.  Of a bank then the banks it owes, then what is not insured of its deposits and, for the insured part, the insurer; who
lends as a last resort is secured.  Of the others all customers lose in proportion.

Choice: a bank that failed goes on as a bridge bank without owners: its outside assets are sold for cash, its deposits stay where they are,
it lends nothing new, and the state lends it cash against its claims and bears what it still loses.  Source: assumption; the bridge banks of
US law.  Alternative: deposits move to another bank at once.  Reason: each depositor keeps an account, and no other business stops for the
form of a resolution.

Choice: a failure costs a share of the bank's assets.  Source: James (1991): direct costs are a tenth.  Alternative: none.  Reason: without
it nobody as a whole loses by a failure.
"""

import numpy as np

from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting

P2P, FOCAL = 1, 0
LABEL = "resolution"  # of losses of the failed's own customers


class ResolutionSettings(Settings):
    """When houses count as failed, what it costs."""

    cost_share: float = setting(.10, unit="share of illiquid assets", ge=0, le=1, source="James 1991: direct costs of bank failures",
                                meaning="Lost when a bank, a fund or an issuer of notes fails and they are sold")
    patience_days: int = setting(5, unit="days", ge=1, le=365, source="assumption",
                                 meaning="P2P companies and notes fail when withdrawals have waited so long; a bank does on the first day")


# --- before the rounds ------------------------------------------------------------------------------------------------


def take_losses(m):
    """What shocks took from banks, platforms and issuers of products today is gone.

    A platform that loses more than its own funds has failed: it takes what its customers have, unless that is kept apart; its other
    creditors bear the rest.  What was missing before is not of the shock.
    Reads: conditions.bank_losses_today, platform_losses_today, product_losses_today.
    Writes: sheets.outside; platforms.own_funds; savings.cash; consumers.wallet; panic.news; rescue.spent;
    interbank_loans.owed_outside.
    """
    books = m.books
    for bank, share in m.conditions.bank_losses_today:
        if bank < len(m.sheets):
            lost = int(m.sheets.outside[bank] * share)
            m.ledger.cancel(books.outside, bank, books.owed_outside, 0, lost, purpose=Purpose.SHOCK)
    for platform, share in m.conditions.platform_losses_today:
        before = int(m.platforms.own_funds[platform])
        lost = int(max(before, 0) * share)
        m.ledger.pay(books.platform_own, platform, books.world, 0, lost, purpose=Purpose.SHOCK)
        if m.platforms.own_funds[platform] < 0 and (before >= 0 or share > 1):
            _empty_platform(m, platform, lost - max(before, 0))
    for product, share in m.conditions.product_losses_today:
        m.ledger.pay(books.product_cash, product, books.world, 0, int(m.savings.cash[product] * share), purpose=Purpose.SHOCK)


def _empty_platform(m, platform: int, hole: int):
    """A platform lost `hole` more than it had, fen: customers' money that is not kept apart goes first, by its size."""
    books, ledger = m.books, m.ledger
    if m.contagion.is_on:
        m.contagion.fail("platforms", [platform])
    below = hole
    if not m.rescue.is_ring_fenced:
        own = [number for number, product in enumerate(m.products) if product.settings.platform == platform]
        wallets = int(m.consumers.wallet.sum()) if platform == FOCAL else 0
        share = min(hole / max(wallets + int(m.savings.cash[own].sum()), 1), 1.0)
        for number in own:
            below -= ledger.pay(books.product_cash, number, books.platform_own, platform, int(m.savings.cash[number] * share),
                                purpose=Purpose.RESOLUTION)
        if wallets:
            rows = np.flatnonzero(m.consumers.wallet)
            lost = np.floor(m.consumers.wallet[rows] * share).astype(np.int64)
            below -= ledger.pay(books.wallet, rows, books.platform_own, platform, lost, purpose=Purpose.RESOLUTION)
            if m.contagion.is_on:
                m.contagion.book("consumers", m.contagion.round, LABEL, rows, lost)
    below = max(below, 0)
    ledger.pay(books.world, 0, books.platform_own, platform, below, purpose=Purpose.OUTSIDE_LOSS)
    m.rescue.book("ring_fence" if m.rescue.is_ring_fenced else "outside_creditors", "creditors", below)
    for kind in ("wallet", "money_market_fund", "p2p_notes"):
        m.panic.tell_failure(m, kind)


def find_failed(m):
    """Banks without equity or cash, and funds, P2P company and platforms that cannot pay, have failed; or are saved.

    A platform can only fail by a shock: its own business here may overdraw.
    Writes: banks.own_funds; sheets.outside, failed_on, securities, units, rescue_debt; savings.cash; interbank_loans.price, sold_today,
    price_loss_today, owed_outside, owed_to_outside; rescue.spent.  Where they apply also the cash of a P2P company that is saved,
    panic.paid_in, and loans between banks that are called in.
    """
    book = m.contagion
    if not book.is_on:
        return
    if len(m.sheets):
        _find_banks(m, book)
    short = int(m.financiers.notes[P2P]) - int(m.financiers.cash[P2P]) - int(m.financiers.loans[P2P])
    if m.financiers.notes[P2P] > 0 and not book.has_failed["financiers"][P2P] and (short > 0 or m.panic.waits_too_long(m, "notes")):
        if not _save(m, "financiers", m.books.financier_cash, P2P, max(short, m.panic.unmet_of("notes"))):
            book.fail("financiers", [P2P])
    for number in range(len(m.products)):
        missing = int(m.savings.owed[number]) - int(m.savings.cash[number])
        if not book.has_failed["products"][number] and m.savings.owed[number] > 0 and (
                missing > 0 or m.products[number].kind == "p2p_notes" and m.panic.waits_too_long(m, "p2p_notes", number)):
            waits = m.panic.unmet_of(m.products[number].kind, number)
            if not _save(m, "products", m.books.product_cash, number, max(missing, waits)):
                book.fail("products", [number])
            else:
                m.panic.pay_in(number, waits)


def _find_banks(m, book):
    loans, sheets = m.interbank_loans, m.sheets
    for bank in np.flatnonzero(sheets.reserves(m) < 0):
        loans.raise_cash(m, int(bank), 0)
    cannot = (sheets.equity(m) < 0) | (sheets.reserves(m) < 0) | (loans.wanted > np.maximum(sheets.reserves(m), 0))
    for bank in np.flatnonzero(cannot & (sheets.failed_on < 0)):
        if not m.rescue.save_bank(m, int(bank)):
            sheets.failed_on[bank] = m.day
            m.ledger.cancel(m.books.outside, bank, m.books.owed_outside, 0,
                            int(sheets.outside[bank] * m.settings.resolution.cost_share), purpose=Purpose.OUTSIDE_LOSS)
            book.fail("banks", [bank])


def _save(m, layer: str, account, row: int, missing: int) -> bool:
    if layer not in m.rescue.settings.bail_out:
        return False
    m.rescue.book("bail_out", "state", m.ledger.pay(m.books.world, 0, account, row, max(missing, 0), purpose=Purpose.BAIL_OUT))
    return True


def repay_last_resort(m):
    """Banks with more than their first reserves pay the lender of last resort back; a payment holiday begins, if there is to be one.

    Writes: banks.own_funds; sheets.rescue_debt; interbank_loans.owed_to_outside; loans.due_on; merchants.term_due_on; rescue.deferred,
    holiday_on.
    """
    m.rescue.put_off_payments(m)
    owes = np.flatnonzero(m.sheets.rescue_debt)
    if len(owes):
        kept = np.where(m.sheets.failed_on < 0, m.settings.bank_sheets.reserve_share, 1.0)
        enough = (kept * m.sheets.deposits(m)).astype(np.int64)
        m.rescue.repay(m, owes, np.clip(m.sheets.reserves(m) - enough, 0, m.sheets.rescue_debt)[owes])


# --- after the rounds -------------------------------------------------------------------------------------------------


def resolve(m):
    """Those who failed today share out what they have; the state bears what bridge banks lost.

    Writes: banks.own_funds; sheets.*; consumers.deposit; merchants.cash; financiers.cash; holdings.held, requested, due_on, joined_on,
    friends; savings.owed; interbank_loans.owed_outside; panic.news; rescue.spent.  Where they apply also the notes of a P2P company, the
    money of a fund, of micro-loan and guarantee companies at the first bank, and what a failed bank owes banks and the last resort.
    """
    failed = m.contagion.failed_today
    if m.contagion.is_on and len(m.sheets):
        _bear_bridges(m, np.flatnonzero((m.sheets.failed_on >= 0) & (m.sheets.failed_on < m.day) & (m.sheets.equity(m) < 0)))
    for bank in failed.get("banks", ()) if len(m.sheets) else ():
        _resolve_bank(m, int(bank))
        m.panic.tell_failure(m, "bank")
    if P2P in failed.get("financiers", ()):
        m.panic.tell_failure(m, "p2p_notes")
    for number in failed.get("products", ()):
        _resolve_product(m, int(number))
        m.panic.tell_failure(m, m.products[number].kind)
        if m.products[number].kind == "p2p_notes":
            m.panic.tell_failure(m, "notes")
    if m.contagion.is_on and m.contagion.has_failed["financiers"][P2P] and m.financiers.notes[P2P] > 0:
        _run_off_notes(m)


def _last_round(m) -> int:
    return max(m.contagion.round - 1, 0)


def _resolve_bank(m, bank: int):
    sheets, books, ledger, loans = m.sheets, m.books, m.ledger, m.interbank_loans
    for claim, column in ((books.outside, sheets.outside), (books.securities, sheets.securities)):
        value = int(column[bank])
        ledger.pay(books.world, 0, books.bank_own, bank, value, purpose=Purpose.SECURITIES)
        ledger.cancel(claim, bank, books.owed_outside, 0, value, purpose=Purpose.SECURITIES)
    sheets.units[bank] = 0.0
    loans.wanted[bank] = 0
    rescue_debt = int(sheets.rescue_debt[bank])
    have = max(int(sheets.reserves(m)[bank] + sheets.claims[bank] + sheets.lent_here(m)[bank]), 0)
    m.rescue.repay(m, bank, min(rescue_debt, have))
    lost = int(sheets.rescue_debt[bank])
    if lost:
        ledger.cancel(books.owed_to_outside, 0, books.rescue_debt, bank, lost, purpose=Purpose.LAST_RESORT)
        m.rescue.book("last_resort", "state", lost)
    links = np.flatnonzero((loans.borrower == bank) & (loans.owed > 0))
    loans.repay(m, links, loans.owed[links].copy())
    short = -int(sheets.equity(m)[bank])
    if short > 0:
        _cut_deposits(m, bank, short)


def _bear_bridges(m, banks):
    """What bridge banks lost since they failed is the state's: it forgives what it lent them, and pays in the rest."""
    short = -m.sheets.equity(m)[banks]
    forgiven = np.minimum(short, m.sheets.rescue_debt[banks])
    m.ledger.cancel(m.books.owed_to_outside, 0, m.books.rescue_debt, banks, forgiven, purpose=Purpose.LAST_RESORT)
    m.rescue.book("last_resort", "state", int(forgiven.sum()))
    m.rescue.book("bridge_bank", "state",
                  m.ledger.pay(m.books.world, 0, m.books.bank_own, banks, short - forgiven, purpose=Purpose.BAIL_OUT))


def _cut_deposits(m, bank: int, short: int):
    """Depositors lose `short` in proportion, up to what the insurer bears; fen left over by rounding are the state's."""
    books, ledger, rescue = m.books, m.ledger, m.rescue
    deposits = int(m.sheets.deposits(m)[bank])
    share = min(short / max(deposits, 1), 1.0)
    left = short
    for layer, account, home in (("consumers", books.deposit, m.consumers.home_bank), ("merchants", books.cash, m.merchants.home_bank),
                                 ("lenders", books.lender_cash, None), ("financiers", books.financier_cash, None),
                                 ("guarantors", books.guarantor_cash, None)):
        if home is None and bank != 0:
            continue
        rows = np.flatnonzero((account.balance > 0) if home is None else (account.balance > 0) & (home == bank))
        cover = rescue.cover_of("bank") if layer in ("consumers", "merchants") else 0
        insured = np.minimum(account.balance[rows], cover)
        lost = np.floor((account.balance[rows] - insured) * share).astype(np.int64)
        borne = np.floor(insured * share).astype(np.int64)
        ledger.pay(account, rows, books.bank_own, bank, lost, purpose=Purpose.RESOLUTION)
        m.contagion.book(layer, _last_round(m), LABEL, rows, lost)
        _insurer_pays(m, bank, int(borne.sum()))
        left -= int(lost.sum()) + int(borne.sum())
    if left > 0:  # rounding, and what exceeds all deposits
        ledger.pay(books.world, 0, books.bank_own, bank, left, purpose=Purpose.OUTSIDE_LOSS)
        rescue.book("outside_creditors", "state", left)


def _insurer_pays(m, bank: int, amount: int):
    if amount == 0:
        return
    books, others = m.books, np.flatnonzero((np.arange(len(m.banks)) != bank) & (m.sheets.failed_on < 0))
    payer = m.rescue.settings.insurance_payer
    if payer == "banks" and len(others):
        weight = m.sheets.deposits(m)[others].astype(float)
        part = (amount * weight / max(weight.sum(), 1.0)).astype(np.int64)
        part[0] += amount - int(part.sum())
        m.ledger.pay(books.bank_own, others, books.bank_own, bank, part, purpose=Purpose.DEPOSIT_INSURANCE)
        m.contagion.book("banks", _last_round(m), "deposit_insurance", others, part)
    else:
        payer = "state"
        m.ledger.pay(books.world, 0, books.bank_own, bank, amount, purpose=Purpose.DEPOSIT_INSURANCE)
    m.rescue.book("deposit_insurance", payer, amount)


def _resolve_product(m, number: int):
    """Holders get what is there in proportion, now; what was not liquid fetches less; nothing is owed any more."""
    books, ledger, holdings = m.books, m.ledger, m.holdings
    tied_up = max(int(m.savings.cash[number]) - int(m.savings.owed[number] * m.products[number].settings.liquid_share), 0)
    ledger.pay(books.product_cash, number, books.world, 0, int(tied_up * m.settings.resolution.cost_share), purpose=Purpose.OUTSIDE_LOSS)
    rows = np.flatnonzero(holdings.held[holdings.of(number)] > 0) + holdings.of(number).start
    owed, cash, n = int(m.savings.owed[number]), int(m.savings.cash[number]), len(m.consumers)
    paid = holdings.held[rows] if cash >= owed else np.floor(holdings.held[rows] * (cash / owed)).astype(np.int64)
    lost = holdings.held[rows] - paid
    ledger.pay(books.product_cash, number, books.deposit, rows % n, paid, purpose=Purpose.RESOLUTION)
    ledger.cancel(books.held, rows, books.product_debt, number, holdings.held[rows].copy(), purpose=Purpose.RESOLUTION)
    m.contagion.book("consumers", _last_round(m), LABEL, rows % n, lost)
    mine = holdings.of(number)
    holdings.requested[mine], holdings.due_on[mine] = 0, -1
    holdings.enter(number, holdings.members(number), -1)


def _run_off_notes(m):
    """A failed P2P company sells nothing new; holders share its cash, and lose what is no longer covered."""
    f, books, ledger, notes = m.financiers, m.books, m.ledger, m.consumers.notes
    rows = np.flatnonzero(notes)
    owed = int(f.notes[P2P])
    short = owed - int(f.cash[P2P]) - int(f.loans[P2P])
    if short > 0:
        lost = np.floor(notes[rows] * min(short / owed, 1.0)).astype(np.int64)
        ledger.cancel(books.notes, rows, books.note_debt, P2P, lost, purpose=Purpose.RESOLUTION)
        m.contagion.book("consumers", _last_round(m), LABEL, rows, lost)
        owed = int(f.notes[P2P])
    due = min(owed, int(f.cash[P2P]))
    if due > 0 and owed > 0:
        paid = np.floor(notes[rows] * (due / owed)).astype(np.int64)
        ledger.pay(books.financier_cash, P2P, books.deposit, rows, paid, purpose=Purpose.NOTES)
        ledger.cancel(books.notes, rows, books.note_debt, P2P, paid, purpose=Purpose.NOTES)
