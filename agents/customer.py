"""Customers: how consumers come to know platforms, consider them, visit, register and prove who they are.

A row is one consumer at one platform: row p n + i is consumer i at platform p.  Where platforms do not compete for customers there
are no rows, and nothing here costs anything.  `agents/loyalty.py` says who stays, `agents/word_of_mouth.py` who talks.

Choice: awareness, consideration and visit are hazards of their own, and media move each only as far as their channel does.
Source: Honka, Hortacsu and Vitorino (2017): advertising of banks moves awareness, not choice (L36).  Alternative: one response of
sales to spending.  Reason: then nobody could say where money is lost between an impression and a first use.
"""

import numpy as np

from agents.standing import fit_of, standings
from sim.core.kernels import kernel, run_in_blocks
from sim.core.population import Population, Row, column
from sim.core.random import Stream, stream_key, uniform, uniforms
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

STAGES = ("unaware", "aware", "considering", "registered", "verified", "first use", "active", "dormant", "churned", "returning")
UNAWARE, AWARE, CONSIDERING, REGISTERED, VERIFIED, FIRST_USE, ACTIVE, DORMANT, CHURNED, RETURNING = range(10)
REASONS = ("at the start", "media", "word of mouth", "own need", "search", "referral", "forgotten", "no need", "used it", "not used",
           "failed payment", "lost interest", "poor service", "platform closed")
AT_START, BY_MEDIA, BY_FRIENDS, BY_NEED, BY_SEARCH, BY_REFERRAL, FORGOTTEN, NO_NEED, BY_USE, UNUSED, FAILED, BORED, SERVED_BADLY = range(13)
CLOSED = 13
ORGANIC, REFERRED, FIRST_TACTIC = 0, 1, 2  # sources of a registration as the platform sees them; then each tactic by number
LOOK_DAYS = 30  # between two looks at what fades slowly
MOST_BANKS = 64  # of which a consumer can know one; beyond, only the own bank


class CustomerSettings(Settings):
    """How consumers become customers."""

    is_contested: bool = setting(False, unit="yes/no", source="DESIGN 2",
                                 meaning="Platforms compete for customers: everything about customers, media and word of mouth exists")
    need_a_year: float = setting(5.0, unit="times a year", ge=0, le=365, source="assumption",
                                 meaning="A consumer looks for a way to pay, save or borrow, and decides whom to consider")
    consider_base: float = setting(-1.0, unit="log odds", ge=-10, le=10, source="L36: 2.2 of 6.7", calibrated=True,
                                   meaning="Odds to consider a platform that is known, at the usual trust")
    consider_trust: float = setting(4.0, unit="log odds per unit of trust", ge=0, le=50, source="assumption")
    consider_fit: float = setting(.8, unit="log odds per unit of fit", ge=0, le=20, source="assumption")
    goodwill_life_weeks: float = setting(14.0, unit="weeks", gt=0, le=520,
                                         source="L35: .93 a week", meaning="Awareness goodwill falls to 1/e")
    forget_rate: float = setting(.6, unit="per year", ge=0, le=50, source="assumption",
                                 meaning="Who knows a platform without goodwill, and does not use it, forgets it")
    visits_alone: float = setting(1.0, unit="visits a year", ge=0, le=365,
                                  source="L42: p is .01 to .03 a year if a tenth to a third considers it",
                                  meaning="Of who considers a platform none of whose friends registered")
    visits_social: float = setting(36.0, unit="visits a year", ge=0, le=365, source="L42: q is .3 a year if a tenth considers it",
                                   meaning="More, if all friends registered")
    conversion: float = setting(.09, unit="registrations per visit", gt=0, le=1, source="K05: below the 10% aimed at")
    conversion_trust: float = setting(2.0, unit="log rate per unit of trust", ge=0, le=20, source="assumption")
    conversion_fit: float = setting(.4, unit="log rate per unit of fit", ge=0, le=20, source="assumption")
    conversion_friction: float = setting(.6, unit="log rate per unit of friction", ge=0, le=20, source="assumption",
                                         meaning="Against a friction of one half")
    idle_click: float = setting(.35, unit="factor", ge=0, le=10, source="assumption: curiosity is not need",
                                meaning="Conversion of who came by clicking on an advertisement without searching")
    reward_response: float = setting(.010, unit="log rate per CNY", ge=0, le=1, source="assumption: 50 CNY convert half as many again",
                                     meaning="What a reward to the new user does for conversion")
    search_share: float = setting(.40, unit="share of own visits", ge=0, le=1, source="assumption: navigational queries",
                                  meaning="Who means to visit a platform and types its name into a search engine")
    find_prob: float = setting(.99, unit="probability", ge=0, le=1, source="Blake, Nosko and Tadelis 2015: nearly all of them come anyway",
                               meaning="Of them find it without an advertisement; with one all do")
    verify_rate: float = setting(.30, unit="per day", ge=0, le=1, source="assumption", meaning="Without friction, in the first month")
    verify_days: int = setting(30, unit="days", ge=1, le=3650, source="assumption", meaning="Later nobody proves who she is any more")
    return_ease: float = setting(.5, unit="factor", ge=0, le=10, source="assumption",
                                 meaning="Conversion of who left, against a newcomer's")
    prior_trust: float = setting(.60, unit="share", gt=0, lt=1, source="assumption: distrust of online finance (SOURCES 1.9)")
    prior_strength: float = setting(6.0, unit="experiences", gt=0, le=1000, source="assumption", meaning="What the prior counts for")
    bank_presence: float = setting(.178, unit="probability", ge=0, le=1, source="L36: 6.7 known", calibrated=True,
                                   meaning="A consumer knows a bank of mean size beside the own one")
    bank_considered: float = setting(.16, unit="probability", ge=0, le=1, source="L36: 2.2 considered", calibrated=True,
                                     meaning="A bank that is known and not the own one is considered")


# --- columns ----------------------------------------------------------------------------------------------------------


class Customer(Row):
    """One consumer at one platform, looked at."""


class Customers(Population):
    """All consumers at all platforms; no rows where platforms do not compete for customers."""

    name = "customers"
    row_type = Customer

    stage = column(np.int8, "number", "Funnel stage, in the order of agents.customer.STAGES")
    since = column(np.int32, "day", "Entered the stage; -1 before the run", default=-1)
    reason = column(np.int8, "number", "Why, in the order of agents.customer.REASONS")
    goodwill = column(np.float32, "goodwill", "Awareness goodwill: what keeps a platform in mind")
    trust_good = column(np.float32, "experiences", "Good ones, own and heard of, with what the prior counts for")
    trust_bad = column(np.float32, "experiences", "Bad ones, the same")
    satisfaction = column(np.float32, "share", "Satisfaction with the platform, 0-1", default=.8)
    user_neighbours = column(np.int32, "consumers", "Friends who registered")
    registered_on = column(np.int32, "day", "Day of registration; -1 before", default=-1)
    first_use_on = column(np.int32, "day", "First use; -1 before", default=-1)
    last_use_on = column(np.int32, "day", "Last use; -1 before", default=-1)
    n_uses = column(np.int32, "uses", "Payments that worked")
    clicked = column(np.int8, "source", "Last click or invitation: 1 referral, 2 + number of the tactic; 0 none")
    clicked_on = column(np.int32, "day", "Its day", default=-10_000)
    viewed = column(np.int8, "source", "Last advertisement with a link that was seen: 2 + number of the tactic; 0 none")
    viewed_on = column(np.int32, "day", "Its day", default=-10_000)
    source = column(np.int8, "source", "Last touch before registration: 0 organic, 1 referral, 2 + number of the tactic")
    referrer = column(np.int32, "consumer", "Who invited last; -1 nobody", default=-1)
    invited_on = column(np.int32, "day", "Its day", default=-10_000)
    programme = column(np.int16, "tactic", "Referral programme she was invited under last; -1 none", default=-1)
    depth = column(np.int16, "steps", "Place in the referral tree: 0 came without, 1 invited by one who came without")
    heard_good = column(np.int16, "messages", "Recommendations heard of since yesterday")
    heard_bad = column(np.int16, "messages", "Warnings heard of since yesterday")
    for_deal = column(np.bool_, "yes/no", "Registered only because of a welcome that was promised")
    complaint_on = column(np.int32, "day", "Day of the open complaint; -1 none", default=-1)

    def of(self, platform: int) -> slice:
        """The rows of one platform."""
        n = len(self.model.consumers)
        return slice(platform * n, (platform + 1) * n)

    def are_users(self, platform: int) -> np.ndarray:
        """Who may pay at a platform: verified and not left for good, (n_consumers,)."""
        stage = self.stage[self.of(platform)]
        return (stage >= VERIFIED) & (stage != CHURNED)

    def trust(self) -> np.ndarray:
        """Mean of the Beta distribution of trust, shape (n_customers,)."""
        return self.trust_good / (self.trust_good + self.trust_bad)

    def enter(self, rows, stage: int, reason: int) -> None:
        """Move rows to a stage, for a reason."""
        self.stage[rows], self.since[rows], self.reason[rows] = stage, self.model.day, reason


# --- birth ------------------------------------------------------------------------------------------------------------


def create_customers(m) -> Customers:
    """What consumers know and use on the first day, by the standing of each platform; users met their payday of trust before.

    The focal platform's stage, satisfaction, registration day and friends are those the consumers show.
    Draws: CUSTOMER_BIRTH, two per consumer and platform; KNOWN_BANKS, two per consumer and bank.
    """
    s, c = m.settings.customers, m.consumers
    if not s.is_contested:
        return Customers(m, 0)
    n = len(c)
    customers = Customers(m, n * len(m.platforms))
    key = stream_key(m.world_seed, Stream.CUSTOMER_BIRTH)
    customers.trust_good[:], customers.trust_bad[:] = s.prior_trust * s.prior_strength, (1 - s.prior_trust) * s.prior_strength
    for platform, standing in enumerate(standings(m)):
        if not m.platforms.is_open[platform]:
            continue
        rows = customers.of(platform)
        u, v = uniforms(key, 0, n, 2 * platform), uniforms(key, 0, n, 2 * platform + 1)
        is_user, is_aware = u < standing.users_share, u < max(standing.aware_share, standing.users_share)
        u_considers = v < standing.considering_share
        stage = np.where(is_user, ACTIVE, np.where(is_aware, np.where(u_considers, CONSIDERING, AWARE), UNAWARE))
        stage[m.settings.consumers.count:] = UNAWARE
        customers.stage[rows] = stage
        customers.goodwill[rows] = np.where(stage >= AWARE, 1.0, 0.0)
        users = np.flatnonzero(stage == ACTIVE) + rows.start
        customers.registered_on[users] = customers.first_use_on[users] = customers.last_use_on[users] = 0
        customers.trust_good[users] += 10.0 * v[users - rows.start]  # a past of up to ten good experiences
        m.social.push_change(users - rows.start, 1, customers.user_neighbours[rows])
    for name, shown in (("stage", customers.stage), ("satisfaction", customers.satisfaction), ("registered_on", customers.registered_on),
                        ("registered_neighbours", customers.user_neighbours)):
        setattr(c, name, shown[:n])
    _know_banks(m)
    return customers


def _know_banks(m):
    """Each consumer knows the own bank, others with a chance that rises with size, and considers the own one and some of them.

    P(know j) = 1 - (1 - presence)^(share_j / mean share).  Writes: consumers.known_banks, considered_banks, as bits.
    Draws: KNOWN_BANKS, two per consumer and bank.
    """
    s, c, n = m.settings.customers, m.consumers, len(m.consumers)
    key = stream_key(m.world_seed, Stream.KNOWN_BANKS)
    relative = m.banks.market_share / m.banks.market_share.mean()
    for bank in range(min(len(m.banks), MOST_BANKS)):
        bit, own = np.uint64(1) << np.uint64(bank), c.home_bank == bank
        knows = own | (uniforms(key, 0, n, 2 * bank) < 1.0 - (1.0 - s.bank_presence) ** relative[bank])
        considers = own | (knows & (uniforms(key, 0, n, 2 * bank + 1) < s.bank_considered))
        c.known_banks[knows] |= bit
        c.considered_banks[considers] |= bit


# --- steps ------------------------------------------------------------------------------------------------------------


def become_aware(m):
    """Some who did not know a platform learn of it from media and friends; some who do not use it forget it.

    P(learn) = 1 - prod over media (1 - effect) x (1 - a)^(messages heard); P(forget) = rate exp(-goodwill), asked once in thirty days.
    Reads: m.media.silence, visits, customers.heard_good, heard_bad.  Writes: customers.stage, since, reason, goodwill, heard_good,
    heard_bad.
    Draws: CUSTOMER_AWARENESS, one per consumer and platform that does not use it.
    """
    customers, s = m.customers, m.settings.customers
    if len(customers) == 0:
        return
    key = stream_key(m.path_seed, Stream.CUSTOMER_AWARENESS, m.day)
    fade, told = np.float32(np.exp(-1.0 / (7.0 * s.goodwill_life_weeks))), m.settings.word_of_mouth.awareness_prob
    run_in_blocks(lambda start, stop: _become_aware(
        key, start, stop, len(m.consumers), len(m.platforms), m.day, customers.stage, customers.since, customers.reason,
        customers.goodwill, customers.heard_good, customers.heard_bad, m.media.silence, m.media.visits, told,
        s.forget_rate * LOOK_DAYS / 365, fade), m.settings.consumers.count, m.threads)


def consider(m):
    """Consumers in need decide which of the platforms they know they consider; media that argue add to the odds.

    P(consider) = 1 - (1 - logistic(base + trust (T - prior) + fit)) x prod over media (1 - effect).
    Reads: m.media.in_need, unmoved, customers.trust_good, trust_bad.  Writes: customers.stage, since, reason.
    Draws: CUSTOMER_CONSIDERATION, one per consumer in need and platform known.
    """
    customers, s = m.customers, m.settings.customers
    if len(customers) == 0:
        return
    _consider(stream_key(m.path_seed, Stream.CUSTOMER_CONSIDERATION, m.day), m.media.in_need, len(m.consumers), len(m.platforms), m.day,
              customers.stage, customers.since, customers.reason, customers.trust_good, customers.trust_bad, s.prior_trust,
              s.consider_base, s.consider_trust, s.consider_fit, fit_of(m), m.consumers.segment, m.media.unmoved)


def visit_and_register(m):
    """Consumers visit platforms by themselves, as friends do, or because of a click or an invitation, and some register.

    P(visit) = 1 - (1 - p)(1 - q / d)^(friends who registered) for who considers it; P(register | visit) = c exp(trust, fit, friction,
    reward), less at a fee.  With c = 1, none of the latter and everybody considering this is Bass's micro form.  What newcomers are
    promised raises the first by exp(response pull keenness), the odds of the second too.
    Reads: m.media.visits, customers.user_neighbours, m.prices, m.promotions.welcome_today.  Writes: customers.stage, since, reason,
    registered_on, source, depth, for_deal, user_neighbours, clicked, clicked_on, m.media.n_visits_today, n_registered_today, recent,
    platforms.own_funds; promotions.newcomers_today.
    Draws: CUSTOMER_REGISTRATION, four per consumer and platform.  Source: Rand and Rust (2011).
    """
    customers, s, n, platforms = m.customers, m.settings.customers, len(m.consumers), range(len(m.platforms))
    if len(customers) == 0:
        return
    key, fit, degrees = stream_key(m.path_seed, Stream.CUSTOMER_REGISTRATION, m.day), fit_of(m), m.social.degrees()
    ease = s.conversion * np.exp(-s.conversion_friction * (np.array([each.friction for each in standings(m)]) - .5))
    ease *= m.prices.kept_conversion(m)
    served, tactic = (np.array(each) for each in zip(*(m.media.brand_ad(platform) for platform in platforms)))
    parts = run_in_blocks(lambda start, stop: _visit(
        key, start, stop, n, len(m.platforms), m.day, customers.stage, customers.since, customers.reason, customers.user_neighbours,
        degrees, s.visits_alone / 365, s.visits_social * m.settings.word_of_mouth.volume / 365, m.media.visits, s.search_share,
        s.find_prob, served, tactic, customers.clicked, customers.clicked_on, customers.trust_good,
        customers.trust_bad, s.prior_trust, s.conversion_trust, s.conversion_fit, fit, m.consumers.segment, ease, s.idle_click,
        s.return_ease, m.word_of_mouth.reward_today, s.reward_response, m.promotions.welcome_today, m.promotions.keenness,
        m.settings.deals.visit_response, customers.for_deal, m.media.kept_from(m, served, tactic)), n, m.threads)
    visits = np.sum([counts for _, counts in parts], axis=0)
    for platform in platforms:
        m.media.note_visits(m, platform, *visits[platform], tactic[platform])
    _settle_in(m, np.concatenate([rows for rows, _ in parts]))


def _settle_in(m, rows):
    """Today's registrations: last touch, place in the referral tree, friends who see it; who had left before only returns."""
    customers, rules, n = m.customers, m.settings.media, len(m.consumers)
    new = rows[customers.registered_on[rows] < 0]
    customers.registered_on[new], m.promotions.newcomers_today = m.day, new
    m.media.note_registrations(m.day, np.bincount(new // n, minlength=len(m.platforms)))
    by_click = m.day - customers.clicked_on[new] <= rules.click_days
    by_view = m.day - customers.viewed_on[new] <= rules.view_days
    customers.source[new] = np.where(by_click, customers.clicked[new], np.where(by_view, customers.viewed[new], ORGANIC))
    invited = new[customers.invited_on[new] >= m.day - m.settings.word_of_mouth.invitation_days]
    customers.depth[invited] = customers.depth[invited // n * n + customers.referrer[invited]] + 1
    for platform in range(len(m.platforms)):
        m.social.push_change(new[new // n == platform] % n, 1, customers.user_neighbours[customers.of(platform)])


def verify(m):
    """Who registered in the last weeks at a platform with a licence proves who she is: P = rate (1 - friction / 2) a day.

    Reads: customers.registered_on.  Writes: customers.stage, since, reason.
    Draws: CUSTOMER_VERIFICATION, one per registered and not verified.
    """
    customers, s, n = m.customers, m.settings.customers, len(m.consumers)
    if len(customers) == 0:
        return
    key = stream_key(m.path_seed, Stream.CUSTOMER_VERIFICATION, m.day)
    rows = np.flatnonzero((customers.stage == REGISTERED) & (m.day - customers.since <= s.verify_days))
    rows = rows[np.array([m.may_take_payments(platform) for platform in range(len(m.platforms))])[rows // n]]
    ease = np.array([s.verify_rate * (1.0 - .5 * standing.friction) for standing in standings(m)])
    customers.enter(rows[_draws(key, rows, n) < ease[rows // n]], VERIFIED, BY_NEED)


def fade_trust(m):
    """Once in thirty days what a consumer has lived and heard counts a little less, and trust falls back towards the prior.

    Writes: customers.trust_good, trust_bad.
    """
    customers, s, n = m.customers, m.settings.customers, len(m.consumers)
    if len(customers) == 0:
        return
    keep = np.float32(.5 ** (LOOK_DAYS / m.settings.loyalty.trust_half_life_days))
    for platform in range(len(m.platforms)):
        rows = slice(platform * n + m.day % LOOK_DAYS, (platform + 1) * n, LOOK_DAYS)
        for lived, prior in ((customers.trust_good, s.prior_trust), (customers.trust_bad, 1 - s.prior_trust)):
            lived[rows] += (np.float32(prior * s.prior_strength) - lived[rows]) * (1 - keep)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _draws(key, rows, n):
    """u of each row: actor i = row mod n, slot = platform."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = uniform(key, rows[k] % n, rows[k] // n)
    return out


@kernel
def _become_aware(key, start, stop, n, n_platforms, day, stage, since, reason, goodwill, heard_good, heard_bad, silence, visits, told,
                  forget, fade):
    """Learn: u < 1 - silence (1 - told)^heard; forget: u < forget exp(-goodwill).  Goodwill fades, messages are used up."""
    for p in range(n_platforms):
        for i in range(start, stop):
            r = p * n + i
            goodwill[r] *= fade
            heard = heard_good[r] + heard_bad[r]
            if stage[r] == UNAWARE:
                if visits[r] == 3:  # a search without a name found it, just when she decides whom to consider
                    stage[r], since[r], reason[r] = AWARE, day, BY_SEARCH
                    goodwill[r] += np.float32(1.0)
                elif heard > 0 or silence[r] < 1.0:
                    u = uniform(key, i, p)
                    if u < 1.0 - silence[r] * (1.0 - told) ** heard:
                        stage[r], since[r] = AWARE, day
                        reason[r] = BY_MEDIA if u < 1.0 - silence[r] else BY_FRIENDS
                        goodwill[r] += np.float32(1.0)
            elif stage[r] <= CONSIDERING and (i - day) % LOOK_DAYS == 0 and uniform(key, i, p) < forget * np.exp(-goodwill[r]):
                stage[r], since[r], reason[r] = UNAWARE, day, FORGOTTEN
            heard_good[r] = heard_bad[r] = 0


@kernel
def _consider(key, in_need, n, n_platforms, day, stage, since, reason, trust_good, trust_bad, prior, base, by_trust, by_fit, fit, segment,
              unmoved):
    """Considered: u < 1 - (1 - logistic(base + trust + fit)) x unmoved."""
    for k in range(len(in_need)):
        i = in_need[k]
        for p in range(n_platforms):
            r = p * n + i
            if stage[r] != AWARE and stage[r] != CONSIDERING:
                continue
            odds = base + by_trust * (trust_good[r] / (trust_good[r] + trust_bad[r]) - prior) + by_fit * fit[p, segment[i]]
            by_herself, u = 1.0 / (1.0 + np.exp(-odds)), uniform(key, i, p)
            included = u < 1.0 - (1.0 - by_herself) * unmoved[r]
            if included and stage[r] == AWARE:
                stage[r], since[r], reason[r] = CONSIDERING, day, BY_NEED if u < by_herself else BY_MEDIA
            elif not included and stage[r] == CONSIDERING:
                stage[r], since[r], reason[r] = AWARE, day, NO_NEED


@kernel
def _visit(key, start, stop, n, n_platforms, day, stage, since, reason, neighbours, degrees, alone, social, visits, search_share, find,
           served, tactic, clicked, clicked_on, trust_good, trust_bad, prior, by_trust, by_fit, fit, segment, ease,
           idle_click, return_ease, reward, reward_response, welcome, keenness, visit_response, for_deal, kept_from):
    """Rows that register or return today, and by platform: visits, clicks on the advertisement beside its own name.

    visits: 1 came by a click, 2 by an invitation, 3 by a search without a name.  Who searches by name finds it with a chance, with
    an advertisement for sure.  for_deal: the same draws would have kept her away without the welcome.  kept_from: who is never shown
    it, by lot.
    """
    rows, n_came = np.empty((stop - start) * n_platforms, np.int64), 0
    counts = np.zeros((n_platforms, 2), np.int64)
    for p in range(n_platforms):
        for i in range(start, stop):
            r = p * n + i
            now, way = stage[r], visits[r]
            if now >= REGISTERED and now != CHURNED:
                continue
            pull, by_deal = welcome[p] * keenness[i] if welcome[p] > 0 and now != CHURNED else 0.0, False
            if way == 0:
                if now != CONSIDERING:
                    continue
                chance = alone
                if degrees[i] > 0 and neighbours[r] > 0:
                    chance = 1.0 - (1.0 - alone) * (1.0 - min(social / degrees[i], 1.0)) ** neighbours[r]
                u = uniform(key, i, 4 * p)
                by_deal = u >= chance
                if u >= chance * np.exp(min(visit_response * pull, 50.0)):
                    continue
                if uniform(key, i, 4 * p + 1) < search_share:
                    u = uniform(key, i, 4 * p + 2)
                    shown = 0.0 if len(kept_from) > 0 and kept_from[p, i] else served[p]
                    if u < shown:
                        counts[p, 1] += 1
                        clicked[r], clicked_on[r] = FIRST_TACTIC + tactic[p], day
                    elif u >= shown + (1.0 - shown) * find:
                        continue
            counts[p, 0] += 1
            if now < CONSIDERING and way == 2:
                stage[r], since[r], reason[r] = CONSIDERING, day, BY_REFERRAL
            elif now == UNAWARE:
                stage[r], since[r], reason[r] = AWARE, day, BY_MEDIA
            chance = ease[p] * np.exp(by_trust * (trust_good[r] / (trust_good[r] + trust_bad[r]) - prior) + by_fit * fit[p, segment[i]])
            if way == 1:
                chance *= idle_click
            elif way == 2:
                chance *= np.exp(reward_response * reward[p])
            if now == CHURNED:
                chance *= return_ease
            u = uniform(key, i, 4 * p + 3)
            by_deal = by_deal or u >= chance
            if pull > 0:
                odds = chance * np.exp(min(reward_response * pull, 50.0))
                chance = odds / (max(1.0 - chance, 0.0) + odds)
            if u < chance:
                if now != CHURNED:
                    for_deal[r] = by_deal
                stage[r], since[r] = VERIFIED if now == CHURNED else REGISTERED, day
                reason[r] = BY_REFERRAL if way == 2 else BY_SEARCH if way == 3 else BY_MEDIA if way == 1 else BY_NEED
                rows[n_came] = r
                n_came += 1
    return rows[:n_came], counts
