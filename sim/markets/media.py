"""The market for attention: what was posted yesterday is seen today, by whom and how often, and is paid for as it is seen.

What stands beside a platform's own name is shown the day it is posted.

A plan is one media tactic at work: its flight of the day (impressions, clicks or a stock that is fed), each consumer's memory of it
and what it has cost.  What people do with what they see is theirs (`agents/customer.py`).

Choice: a consumer's exposures are Poisson around a habit that is Gamma distributed and hers for good, so that reach after any number
of days is 1 - (1 + m / k)^-k.  Source: Goodhardt, Ehrenberg and Chatfield (1984).  Alternative: a negative binomial drawn afresh each
day.  Reason: then everybody would be reached in the end, and frequency caps would bind nobody.
"""

import numpy as np
from scipy.special import gammaincinv

from sim.core.finance import fen
from sim.core.kept import Kept
from sim.core.kernels import kernel, run_in_blocks
from sim.core.ledger import Purpose
from sim.core.random import Stream, bits, stream_key, uniform, uniforms
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

HABIT_CELLS = 1024  # of the table of Gamma quantiles
RECENT_DAYS = 30  # over which visits and registrations are kept by day
CLICKED, INVITED, SEARCHED = 1, 2, 3  # ways of a visit that is not by oneself; 0 none
LEAST_MEMORY = 1e-3  # adstock below it is forgotten
FIRST_TACTIC = 2  # sources: 0 organic, 1 referral, then tactics by number


class MediaSettings(Settings):
    """How media are seen, searched and credited."""

    click_days: int = setting(30, unit="days", ge=0, le=365, source="industry practice: the 30 day click",
                              meaning="A click this old is still credited with a registration")
    view_days: int = setting(1, unit="days", ge=0, le=365, source="industry practice: the 1 day view",
                             meaning="An advertisement with a link seen this long ago is credited if there was no click")
    annoying_from: float = setting(10.0, unit="exposures a week", ge=0, le=1000, source="assumption: ad aversion (SOURCES 1.9)")
    annoyance: float = setting(.03, unit="bad experiences per exposure beyond", ge=0, le=10, source="assumption")
    search_share: float = setting(.15, unit="share of consumers in need", ge=0, le=1, source="assumption",
                                  meaning="Look for a provider with a search engine, without a name in mind")
    ad_click_prob: float = setting(.04, unit="probability", ge=0, le=1, source="assumption: click rate of the first paid result")
    result_click_prob: float = setting(.30, unit="probability", ge=0, le=1, source="assumption: click rate of the first free result")


# --- plans ------------------------------------------------------------------------------------------------------------


class Plan(Kept):
    """One media tactic at work.

    channel: its coefficients (`agents.tactics.channels.Channel`).  posted: fen for today, -1 if nothing was posted yesterday; left:
    of the whole budget when it was.  age: exposures a head of the audience so far, which wear the creative.  served: share of
    searches for the own name that are shown it.
    weight: of each consumer, audience times habit, relative, with its sum in total; adstock, frequency: remembered exposures, and
    those of about the last week; reached: saw it at least once; all (n_consumers,).  spent: fen.  stock: fen, of channels that build
    one.  blocked: held back by the frequency cap.  days_open: on which something was posted and its channel not banned.
    """

    COUNTS = ("posted", "left", "age", "served", "total", "audience", "spent", "impressions", "clicks", "blocked", "stock",
              "spent_today", "impressions_today", "clicks_today", "expected_clicks", "days_open")
    ARRAYS = ("weight", "adstock", "frequency", "reached")

    def __init__(self, number: int, platform: int, channel, n: int, weight: float):
        self.number, self.platform, self.channel = number, platform, channel
        self.half_stock = fen(channel.half_stock_cny / weight)
        self.weight, self.adstock, self.frequency = (np.zeros(n, np.float32) for _ in range(3))
        self.reached = np.zeros(n, np.bool_)
        self.posted, self.left, self.expected_clicks, self.total, self.audience = -1, 0, 1.0, 0.0, 0
        self.age = self.served = 0.0
        self.spent = self.impressions = self.clicks = self.blocked = self.stock = 0
        self.spent_today = self.impressions_today = self.clicks_today = self.days_open = 0
        self.habits = _gamma_quantiles(channel.reach_shape)

    @property
    def effect(self) -> float:
        """What wear has left of the creative: 2^-(age / wear_out)."""
        return self.channel.creative * (.5 ** (self.age / self.channel.wear_out) if self.channel.wear_out > 0 else 1.0)

    @property
    def is_posted(self) -> bool:
        """True if something was posted yesterday."""
        return self.posted >= 0

    @property
    def is_alive(self) -> bool:
        """True while something is posted, remembered or in stock."""
        return self.is_posted or self.stock > 0 or bool(self.adstock.max(initial=0) > 0)


class MediaMarket:
    """What the market for attention keeps between steps.

    plans: by number of the tactic.  silence, unmoved: what media leave of not learning of, and of not considering, each platform today.
    visits: how each customer comes to visit today (0 not; see CLICKED).  All of shape (n_customers,).  in_need: consumers who look
    for a provider today; need_luck: a uniform for each of them.  n_visits_today,
    n_registered_today: by platform; recent: both of the last 30 days, (2, RECENT_DAYS, n_platforms), each day in its place.
    price_factor_today, claims_factor_today, banned_today: what rules make of prices, claims and channels, by name.

    moved: what a strategy gave to or took from the budget of each tactic, fen by number.  silent_today: platforms that stopped advertising.
    """

    COUNTS = ("n_visits_today", "n_registered_today", "recent")

    def __init__(self, m):
        n = len(m.customers)
        self.plans: dict[int, Plan] = {}
        self.silence, self.unmoved = np.ones(n, np.float32), np.ones(n, np.float32)
        self.visits = np.zeros(n, np.int8)
        self.in_need, self.need_luck = np.zeros(0, np.int64), np.zeros(0)
        self.n_visits_today, self.n_registered_today = np.zeros((2, len(m.platforms)), np.int64)
        self.recent = np.zeros((2, RECENT_DAYS, len(m.platforms)), np.int64)
        self.price_factor_today = self.claims_factor_today = 1.0
        self.banned_today: frozenset[str] = frozenset()
        self.moved: dict[int, int] = {}
        self.silent_today: frozenset[int] = frozenset()

    def state(self) -> dict:
        """What a checkpoint keeps: the plans and the counts of the day."""
        plans = {number: plan.state() for number, plan in self.plans.items()}
        return {"plans": plans, "moved": dict(self.moved), **{name: getattr(self, name) for name in self.COUNTS}}

    def restore(self, state: dict, m) -> None:
        """Put a checkpoint's plans back; who posts them is among the market's tactics."""
        self.plans = {}
        for number, kept in state["plans"].items():
            self.plan_of(m, number).restore(kept)
        self.moved = dict(state["moved"])
        for name in self.COUNTS:
            getattr(self, name)[...] = state[name]

    def open_day(self) -> None:
        """Nothing was seen yet; rules are as usual until a shock strikes."""
        self.silence.fill(1.0)
        self.unmoved.fill(1.0)
        self.visits.fill(0)
        self.n_visits_today[:] = self.n_registered_today[:] = 0
        self.price_factor_today = self.claims_factor_today = 1.0
        self.banned_today, self.silent_today = frozenset(), frozenset()

    def budget(self, m, number: int) -> int:
        """What a tactic may spend in all, fen: the scenario's budget and what a strategy moved."""
        return fen(m.tactics[number].settings.budget_cny) + self.moved.get(number, 0)

    def move(self, changes: dict[int, int]) -> None:
        """Move money between the budgets of tactics, fen by number; what one gains others lose."""
        assert sum(changes.values()) == 0
        self.moved = {**self.moved, **{number: self.moved.get(number, 0) + change for number, change in changes.items()}}

    def kept_from(self, m, served, tactic) -> np.ndarray:
        """Who is held out of the advertisement beside the own name, (n_platforms, n_consumers); no rows if nobody is.

        served, tactic: chance that it is shown today, and whose number it has, by platform.
        """
        held = [bool(chance > 0 and m.tactics[number].settings.holdout_share > 0) for chance, number in zip(served, tactic)]
        if not any(held):
            return np.zeros((0, 0), np.bool_)
        return np.array([self.plans[number].weight <= 0 if is_held else np.zeros(len(m.consumers), np.bool_)
                         for is_held, number in zip(held, tactic)])

    def plan_of(self, m, number: int) -> Plan:
        """The plan of one tactic, made when it is first asked for."""
        if number not in self.plans:
            tactic = m.tactics[number]
            self.plans[number] = Plan(number, tactic.settings.platform, tactic.channel, len(m.consumers), m.scenario.weight)
        return self.plans[number]

    def post(self, m, number: int, spend: int, left: int, weight: np.ndarray | None) -> None:
        """A tactic posts what it will spend tomorrow, fen, of what is left, and on whom: each consumer's weight in its audience, None if
        as yesterday.  A lucky day may cost more than its part, never more than is left.

        The weights of who has no income do not count.  Draws: MEDIA_HABIT, one per consumer and channel.
        """
        plan = self.plan_of(m, number)
        plan.posted, plan.left = spend, left
        if weight is not None:
            count = m.settings.consumers.count
            habit = stream_key(m.world_seed, Stream.MEDIA_HABIT, plan.channel.number)
            _weigh(habit, count, plan.habits, weight, plan.weight)
            plan.total, plan.audience = float(plan.weight[:count].sum(dtype=np.float64)), int((weight[:count] > 0).sum())

    def brand_ad(self, platform: int) -> tuple[float, int]:
        """(chance that a search for a platform's own name shows its advertisement, number of the tactic)."""
        for number, plan in self.plans.items():
            if plan.channel.way == "own name" and plan.platform == platform and plan.posted > 0 and not self.is_banned(plan):
                plan.served = min(1.0, plan.posted / (self.click_price(plan) * max(plan.expected_clicks, 1.0)))
                return plan.served, number
        return 0.0, 0

    def is_banned(self, plan: Plan) -> bool:
        """True if the plan's channel may not be used today."""
        return plan.channel.name in self.banned_today

    def click_price(self, plan: Plan) -> int:
        """What a click costs today, fen, at least 1."""
        return max(fen(plan.channel.cpc_cny * self.price_factor_today), 1)

    def note_visits(self, m, platform: int, visits: int, ad_clicks: int, tactic: int) -> None:
        """Count the visits of a platform; pay for clicks on the advertisement beside its own name."""
        self.n_visits_today[platform] = visits
        for plan in self.plans.values():
            if plan.channel.way == "own name" and plan.platform == platform and plan.is_posted:
                clicks = int(ad_clicks) if plan.number == tactic and not self.is_banned(plan) else 0
                if clicks:
                    plan.expected_clicks += .2 * (clicks / plan.served - plan.expected_clicks)  # of all who searched, shown it or not
                self.bill(m, plan, min(clicks * self.click_price(plan), plan.left), 0, clicks)

    def bill(self, m, plan: Plan, amount: int, impressions: int, clicks: int) -> None:
        """The platform pays for what a plan showed today; its flight is over."""
        plan.days_open += plan.is_posted and not self.is_banned(plan)
        plan.posted = -1
        plan.age += impressions / max(plan.audience, 1)
        plan.spent_today, plan.impressions_today, plan.clicks_today = amount, impressions, clicks
        plan.spent += amount
        plan.impressions += impressions
        plan.clicks += clicks
        m.ledger.pay(m.books.platform_own, plan.platform, m.books.world, 0, amount, purpose=Purpose.ADVERTISING)


    def note_registrations(self, day: int, registrations: np.ndarray) -> None:
        """Count the registrations of a day by platform, and keep them beside its visits."""
        self.n_registered_today[:] = registrations
        self.recent[:, day % RECENT_DAYS] = self.n_visits_today, registrations


def _gamma_quantiles(shape: float) -> np.ndarray:
    """Middle quantiles of a Gamma distribution of mean 1, (HABIT_CELLS,); shape 0 stands for equal habits."""
    if shape == 0:
        return np.ones(HABIT_CELLS, np.float32)
    found = gammaincinv(shape, (np.arange(HABIT_CELLS) + .5) / HABIT_CELLS) / shape
    return (found / found.mean()).astype(np.float32)


# --- steps ------------------------------------------------------------------------------------------------------------


def feel_need(m):
    """Some consumers look for a provider today.  Writes: m.media.in_need, need_luck.  Draws: SEARCH, one per consumer."""
    if len(m.customers) == 0:
        return
    need = m.settings.customers.need_a_year / 365
    u = uniforms(stream_key(m.path_seed, Stream.SEARCH, m.day), 0, m.settings.consumers.count, 0)
    m.media.in_need = np.flatnonzero(u < need)
    m.media.need_luck = u[m.media.in_need] / max(need, 1e-12)


def show(m):
    """What was posted yesterday is seen, remembered and paid for; it tells some of the platform, argues, tires, and is clicked on.

    Adstock A' = carryover A + exposures; response h = effect A^s / (A^s + half^s).
    Writes: m.media.silence, unmoved, visits; customers.goodwill, trust_good, trust_bad, clicked, clicked_on, viewed, viewed_on;
    platforms.own_funds.
    Draws: MEDIA_EXPOSURE, two per consumer and plan.
    Source: Broadbent (1979) for adstock; L32, L35.
    """
    if len(m.customers) == 0:
        return
    key = stream_key(m.path_seed, Stream.MEDIA_EXPOSURE, m.day)
    for plan in m.media.plans.values():
        plan.spent_today = plan.impressions_today = plan.clicks_today = 0
        if plan.channel.way in ("pushed", "followed") and plan.is_alive:
            _show(m, plan, key)


def _show(m, plan: Plan, key):
    """One plan's day: how many exposures its money or its stock makes, who has them, what is due."""
    s, channel, media, customers = m.settings.media, plan.channel, m.media, m.customers
    posted, count, effect = max(plan.posted, 0), m.settings.consumers.count, plan.effect * media.claims_factor_today
    click_price, gross = media.click_price(plan), 1.0 / (1.0 - channel.fee_share)  # the fee comes on top of what is seen
    price = 100 * channel.cpm_cny * media.price_factor_today * gross / 1000 if channel.cpm_cny > 0 else \
        click_price * gross * min(channel.click_prob * effect, 1.0)
    if channel.way == "followed":
        plan.stock = int(plan.stock * (1.0 - channel.depreciation)) + posted
        wanted = channel.readings * plan.audience * plan.stock / (plan.stock + plan.half_stock)
    else:
        wanted = posted / price if price > 0 else 0.0
    if media.is_banned(plan):
        wanted = 0.0
    rate, offset = wanted / plan.total if plan.total > 0 else 0.0, plan.platform * len(m.consumers)
    impressions, clicks, blocked = (int(x) for x in np.sum(run_in_blocks(lambda start, stop: _expose(
        key, start, stop, plan.number, offset, m.day, rate, plan.weight, plan.adstock, plan.frequency, plan.reached,
        np.float32(channel.carryover), channel.weekly_cap, channel.half, channel.power, effect,
        channel.awareness, channel.consideration, channel.goodwill, channel.credibility, channel.privacy_cost, s.annoying_from,
        s.annoyance, channel.click_prob, media.silence, media.unmoved, media.visits, customers.goodwill, customers.trust_good,
        customers.trust_bad, customers.clicked, customers.clicked_on, customers.viewed, customers.viewed_on), count, m.threads), axis=0))
    plan.blocked += blocked
    due = int(clicks * click_price * gross) if channel.cpm_cny <= 0 else int(impressions * price)
    media.bill(m, plan, posted if channel.way == "followed" else min(due, plan.left), impressions, clicks)


def search(m):
    """Consumers in need who search without a name in mind click on an advertisement, on a free result, or on nothing of ours.

    A free result ranks by the stock of work put in; each click goes to one result.
    Reads: m.media.in_need, need_luck.  Writes: m.media.visits; customers.clicked, clicked_on; platforms.own_funds.
    """
    if len(m.customers) == 0:
        return
    media, s = m.media, m.settings.media
    searches = media.need_luck < s.search_share
    ids, luck, taken = media.in_need[searches], media.need_luck[searches] / max(s.search_share, 1e-12), 0.0
    for plan in media.plans.values():
        channel, posted, inside = plan.channel, max(plan.posted, 0), plan.weight[ids] > 0
        wish, price = s.ad_click_prob * plan.effect * media.claims_factor_today, media.click_price(plan)
        if channel.way == "ranked":
            plan.stock = int(plan.stock * (1.0 - channel.depreciation)) + posted
            prob = s.result_click_prob * plan.stock / (plan.stock + plan.half_stock)
        elif channel.way == "bid for" and plan.is_posted:
            prob = wish * min(1.0, posted / (price * max(plan.expected_clicks, 1.0)))
        else:
            continue
        if media.is_banned(plan):
            prob = 0.0
        hit = ids[(luck >= taken) & (luck < taken + prob) & inside]
        taken = min(taken + prob, 1.0)
        rows = hit + plan.platform * len(m.consumers)
        media.visits[rows] = SEARCHED
        m.customers.clicked[rows], m.customers.clicked_on[rows] = FIRST_TACTIC + plan.number, m.day
        plan.reached[hit] = True
        plan.expected_clicks += .2 * (min(wish, 1.0) * inside.sum() - plan.expected_clicks)
        media.bill(m, plan, min(len(hit) * price, plan.left) if channel.way == "bid for" else posted, int(inside.sum()), len(hit))


def share_with_partners(m):
    """Partners get a part of the commission on what those buy who came by them, for a time.

    Reads: m.goods.buyers_today, paid_today, customers.source, registered_on.  Writes: platforms.own_funds.
    """
    if len(m.customers) == 0:
        return
    buyers, customers = m.goods.buyers_today, m.customers  # of the focal platform, whose rows are the consumers' own
    for plan in m.media.plans.values():
        channel = plan.channel
        if channel.partner_share > 0 and plan.platform == 0:
            is_new = m.day - customers.registered_on[buyers] <= channel.partner_days
            came = is_new & (customers.source[buyers] == FIRST_TACTIC + plan.number)
            due = int(m.goods.paid_today[came].sum() * m.settings.goods.commission_share * channel.partner_share)
            m.ledger.pay(m.books.platform_own, 0, m.books.world, 0, due, purpose=Purpose.PARTNER_SHARE)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _weigh(habit, count, habits, audience, weight):
    """weight_i = audience_i x habit_i, the habit a quantile drawn for good."""
    for i in range(count):
        weight[i] = audience[i] * habits[bits(habit, i, 0) >> np.uint64(54)] if audience[i] > 0 else np.float32(0.0)


@kernel
def _expose(key, start, stop, number, offset, day, rate, weight, adstock, frequency, reached, carryover, cap, half,
            power, effect, awareness, consideration, goodwill_gain, credibility, privacy_cost, annoying_from, annoyance, click_prob,
            silence, unmoved, visits, goodwill, trust_good, trust_bad, clicked, clicked_on, viewed, viewed_on):
    """x ~ Poisson(rate weight habit); A = carryover A + x; h = effect A^s / (A^s + half^s); counts of exposures, clicks, blocked."""
    n_seen, n_clicks, n_blocked = 0, 0, 0
    week, half_power = np.float32(np.exp(-1.0 / 7.0)), half ** power
    for i in range(start, stop):
        x = 0
        expected = rate * weight[i]
        if expected > 0:
            u = uniform(key, i, 2 * number)
            if u > 1.0 - expected:  # else none: exp(-e) is at least 1 - e
                p = np.exp(-expected)
                below = p
                while u > below and x < 100:
                    x += 1
                    p *= expected / x
                    below += p
        if x == 0 and adstock[i] == 0:
            continue
        frequency[i] *= week
        if cap > 0 and x > 0:
            allowed = max(0, int(np.ceil(cap - frequency[i])))
            if x > allowed:
                n_blocked += x - allowed
                x = allowed
        frequency[i] += np.float32(x)
        remembered = adstock[i] * carryover + np.float32(x)
        adstock[i] = remembered if remembered > LEAST_MEMORY else np.float32(0.0)
        response = np.float64(adstock[i]) if power == 1.0 else np.float64(adstock[i]) ** power
        response = effect * response / (response + half_power)
        r = offset + i
        silence[r] *= np.float32(1.0 - min(awareness * response, 1.0))
        unmoved[r] *= np.float32(1.0 - min(consideration * response, 1.0))
        if x > 0:
            n_seen += x
            reached[i] = True
            goodwill[r] += np.float32(goodwill_gain * response * x)
            trust_good[r] += np.float32(credibility * effect * x)
            trust_bad[r] += np.float32(privacy_cost * x)
            if frequency[i] > annoying_from:
                trust_bad[r] += np.float32(annoyance * x)
            if click_prob > 0:  # nobody can tell who saw what has no link, such as television
                viewed[r], viewed_on[r] = FIRST_TACTIC + number, day
            if click_prob > 0 and uniform(key, i, 2 * number + 1) < 1.0 - (1.0 - min(click_prob * effect, 1.0)) ** x:
                n_clicks += 1
                visits[r] = CLICKED
                clicked[r], clicked_on[r] = FIRST_TACTIC + number, day
    return np.array([n_seen, n_clicks, n_blocked])
