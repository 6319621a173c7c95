"""Deal seekers: what a promise is worth to consumers, who comes for it, who shops for it, and what they claim.

Choice: a promise counts as a share of the basket it is spent on, once for shopping at all and once for where; who comes only for a
welcome leaves sooner.  Source: Bijmolt et al. (2005) for the response to a price cut; Lewis (2006): customers won by a deal are worth
less.  Alternative: one redemption rate by depth.  Reason: then nobody could say what was pulled forward, or taken from oneself.
"""

import numpy as np
from scipy.special import ndtr

from agents.customer import CHURNED, VERIFIED
from sim.core.random import Stream, normals, stream_key, uniforms_of
from sim.core.settings import Settings, setting
from sim.core.views import ANYWAY, WON

MOST_APPEAL = np.float32(50.0)  # utility; more decides no more

# --- settings ---------------------------------------------------------------------------------------------------------


class DealSettings(Settings):
    """How consumers take promotions."""

    spread: float = setting(.8, unit="standard deviation of the log", ge=0, le=3, source="assumption",
                            meaning="Of how keen consumers of a segment are; segments differ as their price sensitivity")
    visit_response: float = setting(.010, unit="log rate per CNY", ge=0, le=1, source="assumption: as customers.reward_response",
                                    meaning="Visits for a welcome of this much more, of who considers the platform")
    most_pull_cny: float = setting(100.0, unit="CNY", gt=0, le=1e5, source="assumption",
                                   meaning="No welcome draws more than one of this size, at once and in cash, would in proportion")
    patience_days: float = setting(60.0, unit="days", gt=0, le=3650, source="assumption",
                                   meaning="A promise that falls due this much later is worth half")
    effort: float = setting(.90, unit="factor a payment", ge=0, le=1, source="assumption", meaning="Each payment that is asked for")
    shopping_response: float = setting(2.6, unit="elasticity", ge=0, le=20, source="L48: -2.62",
                                       meaning="Shopping trips, of a promise as a share of the basket")
    most_urge: float = setting(4.0, unit="factor", ge=1, le=100, source="assumption", meaning="On shopping, of any promise")
    platform_response: float = setting(10.0, unit="utility per share of the basket", ge=0, le=500, source="assumption",
                                       meaning="For paying where the promise holds")
    pulled_share: float = setting(.40, unit="share of trips made for a promise", ge=0, le=1,
                                  source="L47: studies disagree on the shift in time; van Heerde et al. 2003 find a third",
                                  meaning="Were only bought ahead")
    ahead_days: float = setting(40.0, unit="days", ge=1, le=3650, source="L47: from up to four months ahead", meaning="Mean of how far")
    early_leaver: float = setting(2.0, unit="factor", ge=0, le=50, source="Lewis 2006: half the value",
                                  meaning="Leaves at this multiple of the chance who came only for a deal")
    insult: float = setting(3.0, unit="bad experiences", ge=0, le=1000, source="assumption", meaning="To be taken for a fraud")


# --- what a promise is worth ------------------------------------------------------------------------------------------


def keenness(m) -> np.ndarray:
    """How keen each consumer is on a deal, about 1 on average, (n_consumers,) float32.  Draws: DEAL_SEEKING, one per consumer."""
    n, s = len(m.consumers), m.settings.deals
    segments = m.settings.consumers.segments.in_order()
    sensitivity, share = np.array([(each.price_sensitivity, each.share) for each in segments]).T
    relative = np.exp(s.spread * normals(stream_key(m.world_seed, Stream.DEAL_SEEKING), 0, n, 0) - .5 * s.spread ** 2)
    return (relative * (sensitivity / (sensitivity @ share))[m.consumers.segment]).astype(np.float32)


def pull_of(s: DealSettings, amount_cny: float, vest_days: int, uses: int) -> float:
    """What a welcome draws as, CNY at once and in cash: amount x 2^-(days / patience) x effort^uses, at most `most_pull_cny`.

    A (1 - exp(-v / A)), A the most; so small ones count in full.
    """
    worth = amount_cny * .5 ** (vest_days / s.patience_days) * s.effort ** uses
    return s.most_pull_cny * (1.0 - np.exp(-worth / s.most_pull_cny))


# --- steps ------------------------------------------------------------------------------------------------------------


def receive_welcome(m):
    """Who registered today is promised the welcomes in force, unless taken for a fraud; that hurts trust.

    Promises go into each promotion's account.
    Reads: promotions.in_force, newcomers_today, customers.programme, depth.  Writes: customers.for_deal, trust_bad,
    promotions.n_false_alarms_today.
    Draws: FALSE_ALARM, one per newcomer and promotion.
    """
    for number in m.promotions.in_force:
        account = m.promotions.accounts[number]
        if not account.terms.is_welcome or account.left < m.tactics[number].amount:
            continue
        mine, rows = m.customers.of(account.terms.platform), m.promotions.newcomers_today
        ids = np.sort(rows[(rows >= mine.start) & (rows < mine.stop)]) - mine.start
        if account.terms.by_invitation:
            ids = ids[(m.customers.programme[mine][ids] == number) & (m.customers.depth[mine][ids] > 0)]
            m.customers.for_deal[mine.start + ids] = True  # an own visit on the very day is rare
        key = stream_key(m.path_seed, Stream.FALSE_ALARM, m.day * 128 + number)
        is_flagged = uniforms_of(key, ids, 0) < m.settings.abuse.false_alarm_rate(account.terms.screening)
        flagged, ids = ids[is_flagged], ids[~is_flagged]
        account.n_false_alarms += len(flagged)
        m.promotions.n_false_alarms_today[account.terms.platform] += len(flagged)
        m.customers.trust_bad[mine.start + flagged] += np.float32(m.settings.deals.insult)
        m.promotions.give(m, number, ids, np.full(len(ids), m.tactics[number].amount, np.int64))


def feel_urge(m):
    """What consumers hold makes them shop sooner, and where it holds; what they bought ahead keeps them from it.

    Urge = 1 + response x keenness x value / basket; utility = response x keenness x value / basket; need left = 1 - ahead / (rate x days).
    Reads: promotions.in_force, customers.stage, n_uses, consumers.basket_scale.  Writes: promotions.appeal_today, urge_today,
    need_today, is_extra, is_switched, ahead.
    """
    promotions, c, s, n = m.promotions, m.consumers, m.settings.deals, len(m.consumers)
    if not promotions.accounts:
        return
    value = np.zeros(len(m.customers), np.float32)
    for account in promotions.accounts.values():
        ids, cny = _value_today(m, account)
        value[account.terms.platform * n + ids] += cny.astype(np.float32)
    if not value.any() and len(promotions.ahead) == 0:
        return
    of_basket = value.reshape(m.promotions.n_platforms, n) * 100 / np.maximum(c.basket_scale, 1) * promotions.keenness
    promotions.appeal_today = np.minimum(np.float32(s.platform_response) * of_basket, MOST_APPEAL).ravel()
    promotions.urge_today = np.minimum(1 + s.shopping_response * of_basket.max(axis=0), s.most_urge).astype(np.float32)
    if len(promotions.ahead) == 0:
        promotions.ahead = np.zeros(n, np.float32)
    promotions.need_today = np.clip(1 - promotions.ahead / np.maximum(c.shopping_rate * s.ahead_days, 1e-9), 0, 1).astype(np.float32)
    promotions.ahead *= np.float32(1 - 1 / s.ahead_days)
    promotions.is_extra, promotions.is_switched = np.zeros(n, np.bool_), np.zeros(n, np.bool_)


def _value_today(m, account) -> tuple[np.ndarray, np.ndarray]:
    """(consumers who may pay at the platform, CNY that a payment there would bring each of them nearer)."""
    terms, c, mine = account.terms, m.consumers, m.customers.of(account.terms.platform)
    may_pay = m.customers.are_users(terms.platform)
    if terms.points_share > 0:
        goes_on = account.number in m.promotions.in_force
        ids = np.flatnonzero(may_pay & (terms.points_share * c.basket_scale <= account.left)) if goes_on else np.zeros(0, np.int64)
        nearness = account.worth[ids] / max(terms.threshold, 1)  # goal gradient: Kivetz, Urminsky and Zheng 2006
        return ids, terms.points_share * c.basket_scale[ids] / 100 * (1 + np.minimum(nearness, 1))
    ids = np.flatnonzero(may_pay & (account.worth > 0))
    worth = account.worth[ids] / 100
    if terms.is_welcome:
        to_go = terms.uses - m.customers.n_uses[mine][ids]
        if terms.rebate_share > 0:
            worth = np.minimum(worth, terms.rebate_share * c.basket_scale[ids] / 100)
        return ids, np.where(to_go > 0, worth / np.maximum(to_go, 1), 0.0)
    is_good = (m.day - account.given_on[ids] <= terms.good_days) & (account.worth[ids] <= account.left)
    ids = ids[is_good]
    worth = np.minimum(worth[is_good], c.basket_scale[ids] / 100)
    spread = max(m.settings.consumers.basket_spread, 1e-9)
    large_enough = ndtr(np.log(np.maximum(c.basket_scale[ids], 1) / max(terms.least_basket, 1)) / spread)
    return ids, worth * large_enough


def claim(m):
    """What expired, or belonged to who left, is gone; what fell due is claimed; points are collected; extra trips were partly early ones.

    All of it goes into each promotion's account.
    Reads: m.goods.buyers_today, paid_today, m.rival_sales_today, customers.stage, n_uses, registered_on,
    for_deal.  Writes: promotions.claims_today, ahead.
    Draws: BOUGHT_AHEAD, one per consumer who paid on a trip made for a promise.
    """
    promotions, payments, unpaid = m.promotions, {}, {}  # by platform: what was paid, and what of it no coupon has paid for yet
    for number, account in promotions.accounts.items():
        terms, mine = account.terms, m.customers.of(account.terms.platform)
        stage, held = m.customers.stage[mine], account.given_on >= 0
        if terms.platform not in payments:
            ids, paid = m.payments_at(terms.platform)
            payment = np.zeros(len(held), np.int64)
            payment[ids] = paid
            payments[terms.platform], unpaid[terms.platform] = (ids, paid, payment), payment.copy()
        ids, paid, payment = payments[terms.platform]
        gone = held & ((m.day - account.given_on > terms.expiry_days) | (stage == CHURNED) & (payment == 0))  # her last payment counts
        promotions.take_back(account, np.flatnonzero(gone))
        if terms.points_share > 0:
            _collect(m, account, ids, paid)
            due = np.flatnonzero((account.worth >= terms.threshold) & (account.worth > 0))
            amount = account.worth[due]
            fate = _fate_of_payment(promotions, due)
        elif terms.is_welcome:
            due, amount = _due_welcome(m, account, payment)
            fate = np.where(m.customers.for_deal[mine][due], WON, ANYWAY)
        else:
            rest = unpaid[terms.platform]
            holds = (account.worth > 0) & (payment >= terms.least_basket) & (m.day - account.given_on <= terms.good_days)
            due = np.flatnonzero(holds & (rest > 0))
            amount = np.minimum(account.worth, rest)[due]
            rest[due] -= amount
            fate = _fate_of_payment(promotions, due)
        if len(due):
            promotions.claims_today = {**promotions.claims_today, number: (due, amount, fate)}
    if len(promotions.is_extra):
        rows, amount = m.rival_sales_today
        paid = np.zeros(len(promotions.is_extra), np.bool_)
        paid[m.goods.buyers_today], paid[rows[amount > 0] % len(paid)] = True, True
        extra = np.flatnonzero(promotions.is_extra & paid)
        early = uniforms_of(stream_key(m.path_seed, Stream.BOUGHT_AHEAD, m.day), extra, 0) < m.settings.deals.pulled_share
        promotions.ahead[extra[early]] += np.float32(1.0)


def _collect(m, account, ids, paid):
    """Points of today's payments, while the programme is in force and its budget lasts."""
    if account.number not in m.promotions.in_force:
        return
    points = (account.terms.points_share * paid).astype(np.int64)
    fits = (np.cumsum(points) <= account.left) & (points > 0)
    account.worth[ids[fits]] += points[fits]
    account.given_on[ids[fits]] = m.day
    account.reserved += int(points[fits].sum())
    account.n_given += int(fits.sum())


def _due_welcome(m, account, payment) -> tuple[np.ndarray, np.ndarray]:
    """Newcomers whose welcome falls due today, and the amount; payment: of each consumer today, fen."""
    terms, mine = account.terms, m.customers.of(account.terms.platform)
    stage = m.customers.stage[mine]
    due = (account.worth > 0) & (stage >= VERIFIED) & (m.customers.n_uses[mine] >= terms.uses)
    due &= m.day - m.customers.registered_on[mine] >= terms.vest_days
    if terms.rebate_share == 0:
        due = np.flatnonzero(due)
        return due, account.worth[due]
    due = np.flatnonzero(due & (payment > 0))
    return due, np.minimum(account.worth[due], (terms.rebate_share * payment[due]).astype(np.int64))


def _fate_of_payment(promotions, ids) -> np.ndarray:
    """Whether these consumers' payments of today would have been made here anyway."""
    if len(promotions.is_extra) == 0:
        return np.full(len(ids), ANYWAY)
    return np.where(promotions.is_extra[ids] | promotions.is_switched[ids], WON, ANYWAY)
