"""What an agreement adds to a lender's own view, column by column.

Arrears and defaults: `elsewhere_late_days`, `elsewhere_bad`.  Full history: these and each sharer's own columns, named after the sharer
(`platform_rating`, `bank_stated_margin`, `b2b_surface`, `orders_sales_growth`).  Score: `shared_bad`.  With all: `refuses_sharing`.

Choice: a column is deleted when it cannot be known without records older than `forget_days`; a two-month average needs two months.
Source: assumption.  Alternative: recompute every column from what is left.  Reason: what averages weigh is not kept day by day.
"""

import numpy as np

from sim.core.random import Stream, stream_key, uniforms_of
from sim.markets.agreements import Look
from sim.markets.loans import days_past_due

COLUMNS_OF = {"platform": "platform", "b2b": "b2b", "supply_chain": "orders", "large_bank": "bank", "relationship_bank": "bank",
              "micro_specialist": "bank"}  # whose columns a kind of sharer gives
REGIME_OF = {"b2b": "limited", "orders": "order_history", "bank": "bank_file"}
HAS_ITSELF = {"bank_file": "bank", "limited": "b2b", "order_history": "orders", "closed_loop": "platform"}
NEEDS_DAYS = {"sales_trend": 60, "sales_growth": 60, "orders": 60, "stock_days": 60, "settlement_days": 60, "n_favourites": 30,
              "rating": 365, "complaint_share": 365, "annual_sales": 365, "surface": 365}
LIFELONG = ("relationship_days",)  # known back to `forget_days` and no further
NOT_TRADE = {"elsewhere_late_days", "elsewhere_bad", "shared_bad"}  # who is shown no more does not know a shop's trade
KNOWN_ANYHOW = ("age_days",)  # every lender sees since when a shop is open
YEAR_DAYS = 365
USUAL_SAMPLE = 1000  # shops


def shared_columns(m, number: int, lender: int, rows) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """(columns by name, shared chance of bad within a year or None) that agreement `number` adds for a lender, before consent.

    lender: its number.  rows: merchants (n,).
    """
    agreement, columns, bad = m.open_data.agreements[number], {}, None
    rows = records_of(m, rows)
    if agreement.kind == "score_as_a_service":
        columns["shared_bad"], bad = platform_score(m, rows)
        return columns, bad
    kinds, tells = m.open_data.sharers(number)
    columns |= _defaults(m, tells & (np.arange(len(tells)) != lender), rows)
    if agreement.kind == "full_history":
        own = HAS_ITSELF.get("closed_loop" if lender == m.open_data.platform else m.term_policies[lender].sees)
        for source in sorted({COLUMNS_OF[kind] for kind in kinds if kind in COLUMNS_OF} - {own}):
            columns |= _history(m, source, kinds, rows)
        if "platform" in kinds and own != "platform":
            columns["shared_bad"], bad = platform_score(m, rows)
    return columns, bad


def column_names(m, number: int, lender: int) -> list[str]:
    """Names of the columns that agreement `number` adds for a lender."""
    return list(shared_columns(m, number, lender, np.zeros(0, np.int64))[0])


def told_bad_since(m, lender: int, rows, day: int) -> np.ndarray:
    """Merchants of `rows` of whom a sharer tells the lender that they went bad on or after `day` (n,).

    Choice: where defaults are shared a case is bad if anybody says so, as with a credit bureau.  Source: DESIGN 4.14, sharing pools
    outcomes; Siddiqi (2006, chapter 4).  Alternative: own loans only.  Reason: a borrower who failed elsewhere was a bad one.
    """
    data, told, shown = m.open_data, np.zeros(len(rows), bool), may_be_shown(m, rows)
    for number in np.flatnonzero(data.is_member[:, lender]) if len(rows) else ():
        if data.agreements[number].kind == "score_as_a_service":
            continue
        tells = data.sharers(number)[1] & (np.arange(len(data.labels)) != lender)
        told |= _remembered_bad_on(m, tells, records_of(m, rows)) >= day
        data.looks_today.append(Look(lender, int(number), ("outcome",), rows.copy(), shown.copy()))  # no new look-up: no fee
    return told & shown


def may_be_shown(m, rows) -> np.ndarray:
    """Which of the merchants `rows` others' records may be shown of (n,): the owner consents, and so does whose record is taken for it."""
    return m.open_data.consents(rows) & m.open_data.consents(records_of(m, rows))


def records_of(m, rows) -> np.ndarray:
    """Whose records are taken for those of the merchants `rows` (n,): their own, or by mistake another's.

    Draws: RECORD_MATCH, two per merchant.
    """
    if m.settings.open_data.mismatch_share == 0:
        return rows
    key, n = stream_key(m.world_seed, Stream.RECORD_MATCH), len(m.merchants)
    mistaken, whose = (uniforms_of(key, rows, slot) for slot in (0, 1))
    return np.where(mistaken < m.settings.open_data.mismatch_share, (whose * n).astype(np.int64), rows)


def platform_score(m, rows):
    """The platform's own answer: its chance of bad within a year; until it has a card, one minus its points, which only rank.

    What is deleted is missing here too; the platform's own lenders keep their records.
    """
    view, lender = m.data_sharing.platform_view(m, rows), m.platform_lender
    card = getattr(getattr(lender, "learning", None), "card", None)
    if card is None:
        return 1.0 - np.asarray(lender.decide(view).score, float), None
    features = {name: np.full(len(rows), np.nan) if NEEDS_DAYS.get(name, 0) > m.settings.open_data.forget_days else column
                for name, column in view.features().items()}
    within = np.asarray(lender.learning.score(features), float)
    bad = 1.0 - (1.0 - within) ** (YEAR_DAYS / lender.settings.outcome_days)
    return bad, bad


def usual_chance(m) -> float:
    """Mean of the shared chance over open shops, as the service tells: of all, or in a large market of every few of them."""
    rows = np.arange(0, len(m.merchants), max(1, len(m.merchants) // USUAL_SAMPLE))
    chance = platform_score(m, rows[m.merchants.status[rows] == 0])[1]
    return 0.0 if chance is None or len(chance) == 0 else float(chance.mean())


def _defaults(m, tells, rows):
    """Oldest arrears now, and whether there was a default that is remembered, at the lenders that tell."""
    shops, late = m.merchants, np.zeros(len(rows))
    if tells[m.open_data.platform]:
        late = np.maximum(late, days_past_due(m, rows))
    theirs = (shops.term_loan[rows] > 0) & tells[shops.term_lender[rows]] & (shops.term_lender[rows] >= 0)
    late = np.maximum(late, np.where(theirs, np.maximum(m.day - shops.term_due_on[rows], 0), 0))
    return {"elsewhere_late_days": late, "elsewhere_bad": (_remembered_bad_on(m, tells, rows) >= 0).astype(float)}


def _remembered_bad_on(m, tells, rows) -> np.ndarray:
    """Day of the last default at the lenders that tell (n,); -1 where none is remembered, or its owner came back and is not recognised."""
    shops = m.merchants
    told = (shops.term_bad_by[rows] >= 0) & tells[shops.term_bad_by[rows]]
    bad_on = np.where(told, shops.term_bad_on[rows], -1)
    if tells[m.open_data.platform]:
        bad_on = np.maximum(bad_on, shops.bad_on[rows])
    is_bad = (bad_on >= 0) & (m.day - bad_on <= m.settings.open_data.forget_days)
    hidden = (bad_on < shops.reopened_on[rows]) & ~came_back(m, rows)
    return np.where(is_bad & ~hidden, bad_on, -1)


def came_back(m, rows) -> np.ndarray:
    """Owners under another name who are recognised in shared records (n,).  Draws: RECOGNITION, one per merchant."""
    shops = m.merchants
    luck = uniforms_of(stream_key(m.path_seed, Stream.RECOGNITION), rows, 0)
    return (shops.reopened_on[rows] >= 0) & (luck < m.settings.open_data.identity_strength)


def _history(m, source: str, kinds, rows) -> dict[str, np.ndarray]:
    """The columns of one source, deleted where they rest on older records; a bank shares the files of its own account holders."""
    view = m.data_sharing.platform_view(m, rows) if source == "platform" else m.data_sharing.view(m, REGIME_OF[source], rows)
    forget, found = m.settings.open_data.forget_days, {}
    needs = NEEDS_DAYS | {"stated_margin": YEAR_DAYS * m.settings.data.statements_kept}
    for name, column in view.features().items():
        if name in KNOWN_ANYHOW:
            continue
        column = np.asarray(column, float)
        if name in LIFELONG:
            column = np.minimum(column, forget)
        found[f"{source}_{name}"] = column if needs.get(name, 0) <= forget else np.full(len(rows), np.nan)
    if source == "bank":
        holds = np.array([kind in kinds for kind in m.open_data.kinds])[m.merchants.home_bank[rows]]
        found = {name: np.where(holds, column, np.nan) for name, column in found.items()}
    return found
