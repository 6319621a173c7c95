"""Who may see what about whom: the only door through which a lender learns anything.

Each regime is a view.  What a regime tells about a shop's quality differs in kind: the platform counts every order, a bank
reads a statement once a year, an officer goes and looks, a B2B site knows the surface.  The errors below are what makes the
regimes differ.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from sim.core.random import Stream, normals, normals_of, stream_key, uniforms_of
from sim.core.settings import Settings, setting
from sim.core.views import (
    BankFileView,
    ClosedLoopView,
    ConsumerView,
    LimitedView,
    OrderHistoryView,
    SharedView,
    ThinFileView,
    View,
    VisitedFileView,
)
from sim.markets.agreements import Look
from sim.markets.loans import days_past_due
from sim.markets.officers import error_of_visits
from sim.markets.shared_columns import NOT_TRADE, column_names, may_be_shown, shared_columns, usual_chance

MARGIN_BY_QUALITY = .05  # of sales, a standard deviation of quality (assumption: good shops earn more)
HIDDEN_WHEN_LIMITED = ("rating", "sales_growth", "stock_days", "settlement_days", "complaint_share", "n_favourites")
ASKED_OF_CONSUMERS = ("is_139", "is_woman", "friends_good_share")  # what their consent is about
YEAR_DAYS = 365
TILL_ERROR = .1  # of sales and margin that an officer reads from till and invoices, for one unit of error of the visit (assumption)


class DataSettings(Settings):
    """What the platform's lenders are shown, and how good the data are."""

    platform_sees: Literal["closed_loop", "limited", "everything"] = setting(
        "closed_loop", unit="data regime", source="SOURCES 1.5; everything: what L07 compares with",
        meaning="All that happens on the platform, or the surface of a B2B site, or all and a rating without error, which nobody has")
    bank_file_noise: float = setting(.25, unit="standard deviation of log sales", ge=0, le=3,
                                     source="assumption: stated sales are a quarter off")
    statement_noise: float = setting(1.2, unit="standard deviations of quality", ge=0, le=20, source="D16: AUC of a bank file near .72",
                                     calibrated=True, meaning="Error of what one annual statement tells about the shop")
    statements_kept: int = setting(3, unit="annual statements", ge=1, le=10, source="assumption: banks ask for the last three years",
                                   meaning="A file rests on so many years; a shop without a whole year states no margin")
    growth_before_start: float = setting(.6, unit="a year", ge=-.9, le=10, source="Alibaba: 400 bn CNY sold in 2010, 630 bn in 2011",
                                         meaning="The first statement is of the year before the run, when sales were smaller")
    collateral_share: float = setting(.35, unit="share of owners", ge=0, le=1, source="assumption: who owns property that a bank takes",
                                      meaning="Owners with something to pledge")
    collateral_cny: float = setting(300_000, unit="CNY, median", ge=0, le=1e9, source="assumption: a flat in a small city, 2012")
    limited_noise: float = setting(1.3, unit="standard deviations of quality", ge=0, le=20, source="SOURCES 1.5: no better than a bank",
                                   calibrated=True, meaning="Error of what the surface of a B2B site tells about the shop")
    shows_prefix: bool = setting(True, unit="yes/no", source="SOURCES 1.5: phone prefix",
                                 meaning="The score of the credit payment may see whether a phone number is a 139")
    shows_gender: bool = setting(True, unit="yes/no", source="SOURCES 1.5: gender", meaning="It may see gender")
    shows_friends: bool = setting(True, unit="yes/no", source="SOURCES 1.5: friend circle", meaning="It may see friends' records")


class DataSharing:
    """Hands out views; a lender never holds the population itself."""

    def seen_by(self, m, lender: int, rows, error=None, note: bool = False) -> View:
        """What a lender is shown of the merchants `rows`: its own data regime, and what its agreements and the owners' consent add.

        lender: its number among the lenders of term loans, or that of the platform's.  error: of an officer's visit, see `visited_file`.
        note: it decides on this, so the look is kept and paid for; without, somebody only asks what it would be shown.
        A lender that was in an agreement keeps its columns, empty, so that a card which knows them can still be read.
        """
        data, rows = m.open_data, np.asarray(rows, np.int64)
        own = self._own_view(m, lender, rows, error)
        numbers = np.flatnonzero(data.was_member[:, lender])
        if len(numbers) == 0:
            return own
        shown_of, blank = may_be_shown(m, rows), np.full(len(rows), np.nan)
        shared, bad, is_known, is_told = {}, None, np.zeros(len(rows), bool), False
        says_who_refuses = len(data.refuses) > 0 and m.settings.open_data.refusal_is_shown
        for number in numbers:
            is_in = data.is_member[number, lender] and data.can_pay(m, number, lender, len(rows))
            if not is_in:
                shared = {**dict.fromkeys(column_names(m, number, lender), blank), **shared}
                continue
            is_told = True
            found, chance = shared_columns(m, number, lender, rows)
            shown = {name: np.where(shown_of, column, np.nan) for name, column in found.items()}
            shared |= {name: np.fmax(column, shared.get(name, blank)) for name, column in shown.items()}
            if chance is not None:
                bad = np.where(shown_of, chance, np.nan)
            for name in found.keys() - NOT_TRADE:
                is_known |= ~np.isnan(shown[name])
            if note:
                names = (*found, "refuses_sharing") if says_who_refuses else tuple(found)
                data.note(m, Look(lender, int(number), names, rows.copy(), shown_of.copy()))
        if says_who_refuses:
            shared["refuses_sharing"] = (~data.consents(rows)).astype(float) if is_told else blank
        return SharedView(own, shared, bad, is_known, 0.0 if bad is None else usual_chance(m))

    def keep_for_trials(self, m, lender: int, rows, ids) -> None:
        """Keep what a lender would have been shown of its cases by agreements it may still choose; it is told the trial's result alone."""
        data = m.open_data
        for number, agreement in enumerate(data.agreements):
            if agreement.joins == "chooses" and not data.is_member[number, lender] and data.may_join(number)[lender]:
                shown_of = may_be_shown(m, rows)
                columns = shared_columns(m, number, lender, rows)[0]
                data.keep_for_trial(number, lender, ids, {name: np.where(shown_of, each, np.nan).astype(np.float32)
                                                          for name, each in columns.items()})

    def _own_view(self, m, lender: int, rows, error) -> View:
        """What a lender sees without anybody's help."""
        if lender == m.open_data.platform:
            return self.platform_view(m, rows)
        sees = m.term_policies[lender].sees
        if sees == "visited_file":
            return self.visited_file(m, rows, error, office=lender + 1 if error is not None else 0)
        return self.view(m, sees, rows)

    def view(self, m, regime: str, rows):
        """The view of one regime (a name in REGIMES) of the merchants `rows`."""
        return getattr(self, regime)(m, rows)

    def platform_view(self, m, rows) -> ClosedLoopView:
        """What the platform's lenders are shown of the merchants `rows`; what they may not see is nan."""
        view, sees = self.closed_loop(m, rows), m.settings.data.platform_sees
        if sees == "closed_loop":
            return view
        if sees == "everything":
            return replace(view, rating=.9 + .03 * m.merchants.quality[rows])  # as very many buyers would rate it
        return replace(view, **{name: np.full(len(rows), np.nan) for name in HIDDEN_WHEN_LIMITED})

    def closed_loop(self, m, rows) -> ClosedLoopView:
        """The platform's view of the merchants `rows`: what happens on it, and arrears at its own lenders only."""
        shops = m.merchants
        fake = shops.fake_sales[rows]  # praised by who placed them
        trend = np.maximum(shops.sales_trend[rows] + fake, 1.0)
        rating = shops.rating[rows] + (1.0 - shops.rating[rows]) * fake / trend
        return ClosedLoopView(
            shops.sales_trend[rows] + fake, m.day - shops.opened_on[rows], rating, shops.is_certified[rows].copy(),
            shops.status[rows] == 0, days_past_due(m, rows), (shops.sales_recent[rows] + fake) / trend,
            shops.inventory[rows] / (trend * shops.cost_share[rows]), shops.escrow[rows] / trend,
            shops.complaint_share[rows].astype(float), shops.n_favourites[rows].copy(), _ties(m)[rows])

    def limited(self, m, rows) -> LimitedView:
        """What a B2B site shows of the merchants `rows`.  Draws: SURFACE_NOISE, one per merchant."""
        shops = m.merchants
        error = normals_of(stream_key(m.world_seed, Stream.SURFACE_NOISE), rows, 0)
        return LimitedView(m.day - shops.opened_on[rows], shops.is_certified[rows].copy(), _ties(m)[rows],
                           shops.quality[rows] + m.settings.data.limited_noise * error)

    def bank_file(self, m, rows) -> BankFileView:
        """What the merchants `rows` tell a bank: last year's statement, property, an account kept; of arrears it knows its own."""
        shops = m.merchants
        age = m.day - shops.opened_on[rows]
        return BankFileView(shops.stated_sales[rows].copy(), age, _own_arrears(m, rows), shops.stated_margin[rows].copy(),
                            _relationship_days(m, rows), shops.collateral[rows].copy())

    def visited_file(self, m, rows, error=None, office: int = 0) -> VisitedFileView:
        """What an officer finds at the shops `rows`; error: of the impression, (n,) or one number, standard deviations.

        office: 0 the platform's managers, then the lenders of term loans.  Draws: OFFICER_ERROR, three per office, merchant and day.
        """
        shops = m.merchants
        if error is None:
            error = error_of_visits(m.settings.officers, m.settings.micro_specialist.cases_a_year, 0.0)
        luck = [normals_of(stream_key(m.path_seed, Stream.OFFICER_ERROR, m.day), rows, 3 * office + slot) for slot in range(3)]
        till = TILL_ERROR * np.asarray(error)
        sales = np.minimum(shops.sales_recent[rows], shops.sales_trend[rows]) * np.exp(till * luck[1] - till ** 2 / 2)
        return VisitedFileView(shops.quality[rows] + error * luck[0], sales, _margin(m, rows) + TILL_ERROR * till * luck[2],
                               shops.inventory[rows].copy(), m.day - shops.opened_on[rows], _relationship_days(m, rows),
                               _own_arrears(m, rows))

    def order_history(self, m, rows) -> OrderHistoryView:
        """What a buyer with monthly settlement knows of its suppliers or drivers `rows`: what they do not sell on the focal platform."""
        shops = m.merchants
        elsewhere = 1.0 / np.maximum(shops.dependence[rows], .05) - 1.0
        return OrderHistoryView(shops.sales_trend[rows] * elsewhere, shops.sales_recent[rows] / np.maximum(shops.sales_trend[rows], 1.0),
                                m.day - shops.opened_on[rows])

    def consumer_view(self, m, rows) -> ConsumerView:
        """What the lender of the credit payment is shown of the consumers `rows`, who have a wallet; what is hidden is nan.

        Of who refuses it sees no prefix, gender or friends, but that she refuses.
        """
        users, c, s = m.credit_users, m.consumers, m.settings.data
        months = np.maximum(m.day - np.maximum(c.registered_on[rows], 0), 30) / 30
        hidden = np.full(len(rows), np.nan)
        on_time = 1.0 - users.n_late[rows] / np.where(users.n_bills[rows] > 0, users.n_bills[rows], np.nan)
        degree = m.social.degrees()[rows]
        late = np.where(users.due_on[rows] >= 0, np.maximum(m.day - users.due_on[rows], 0), 0)
        view = ConsumerView(
            users.n_purchases[rows] / months, users.spent[rows] / months,
            users.months_before[rows] + (m.day - c.registered_on[rows]) / 30, on_time, users.n_complaints[rows].copy(),
            users.is_139[rows].copy() if s.shows_prefix else hidden, c.is_woman[rows].copy() if s.shows_gender else hidden.copy(),
            users.good_neighbours[rows] / np.where(degree > 0, degree, np.nan) if s.shows_friends else hidden.copy(),
            late, users.may_have_line(rows))
        refuses = m.open_data.consumers_refuse[rows] if len(m.open_data.consumers_refuse) else None
        if refuses is None:
            return view
        view = replace(view, **{name: np.where(refuses, np.nan, getattr(view, name)) for name in ASKED_OF_CONSUMERS})
        shown = {"refuses_sharing": refuses.astype(float)} if m.settings.open_data.refusal_is_shown else {}
        return SharedView(view, shown, None, np.zeros(len(rows), bool))

    def thin_file(self, m, rows) -> ThinFileView:
        """What anybody can find out about the merchants `rows`."""
        shops = m.merchants
        return ThinFileView(m.day - shops.opened_on[rows], shops.is_certified[rows].copy(), shops.region[rows].astype(np.int64))


REGIMES = {"closed_loop": ClosedLoopView, "limited": LimitedView, "bank_file": BankFileView, "visited_file": VisitedFileView,
           "order_history": OrderHistoryView, "thin_file": ThinFileView}


def publish_counts(m):
    """Once in 30 days the platform counts whose last purchase was at which shop.

    Reads: consumers.favourite.  Writes: merchants.n_favourites.
    """
    if m.day % 30 == 0:
        last = m.consumers.favourite[:, 0]
        m.merchants.n_favourites[:] = np.bincount(last[last >= 0], minlength=len(m.merchants))


def publish_statements(m):
    """On the first day and then once a year every shop states its sales and margin, as an accountant saw them.

    Choice: a file holds the statements of the last years; the margin it shows errs by the mean of their errors.  Source: thin files are
    those with few records (L11); banks ask for three years.  Alternative: the last statement alone.
    Reason: then a bank knows as much of a shop of two months as of one of five years, and a longer file tells nothing more.
    Reads: merchants.sales_trend, cost_share, quality, opened_on.  Writes: merchants.stated_sales, stated_margin.
    Draws: LENDER_NOISE, two per merchant and year, and on the first day one more for each year before it; of the world, not the path: what
    was on file before a fork stays there.
    """
    if m.day % YEAR_DAYS:
        return
    shops, s = m.merchants, m.settings.data
    sales_error = _statement_error(m, 0, slot=0)
    growth = 1.0 + s.growth_before_start if m.day == 0 else 1.0
    shops.stated_sales[:] = shops.sales_trend / growth * YEAR_DAYS * np.exp(s.bank_file_noise * sales_error - s.bank_file_noise ** 2 / 2)
    shops.stated_margin[:] = _margin(m, slice(None)) + MARGIN_BY_QUALITY * (shops.quality + s.statement_noise * _mean_error(m))


def _mean_error(m) -> np.ndarray:
    """Mean error of the statements on file (n,), standard normal each; nan for a shop that was not open for a whole year."""
    kept = m.settings.data.statements_kept
    n_years = np.clip((m.day - m.merchants.opened_on) // YEAR_DAYS, 0, kept)
    total = sum(np.where(n_years > back, _statement_error(m, back, slot=1), 0.0) for back in range(kept))
    return np.where(n_years > 0, total / np.maximum(n_years, 1), np.nan)


def _statement_error(m, back: int, slot: int) -> np.ndarray:
    """Error of the statement of `back` years ago (n,).

    Draws: LENDER_NOISE, one per merchant; of years before the first day, of that day in a slot of their own.
    """
    before = max(back - m.day // YEAR_DAYS, 0)
    key = stream_key(m.world_seed, Stream.LENDER_NOISE, max(m.day - back * YEAR_DAYS, 0))
    return normals(key, 0, len(m.merchants), slot + before)


def _margin(m, rows) -> np.ndarray:
    """What is left of sales after goods, running costs and commission."""
    return 1.0 - m.merchants.cost_share[rows] - m.settings.merchants.operating_cost_share - m.settings.goods.commission_share


def _own_arrears(m, rows) -> np.ndarray:
    """Days past due at the lender of the term loan; who is asked remembers its own bad loan for good."""
    shops = m.merchants
    late = np.where(shops.term_loan[rows] > 0, np.maximum(m.day - shops.term_due_on[rows], 0), 0)
    is_remembered = (shops.term_bad_by[rows] >= 0) & (shops.term_bad_by[rows] == shops.term_asked[rows])
    return np.maximum(late, np.where(is_remembered, m.day - shops.term_bad_on[rows], 0))


def _relationship_days(m, rows) -> np.ndarray:
    """Since the account was opened.  Draws: BANK_RELATIONSHIP, one per merchant."""
    shops = m.merchants
    known = uniforms_of(stream_key(m.world_seed, Stream.BANK_RELATIONSHIP), rows, 0)
    return (known * (m.day - shops.opened_on[rows])).astype(np.int64)


def _ties(m) -> np.ndarray:
    """Suppliers and customers of every merchant; a shop under another name has none that anybody knows."""
    return np.where(m.merchants.reopened_on >= 0, 0, m.supply.degrees())
