"""Savers: who takes up a product, how much of her money she keeps in it, when she wants it back.

P(take up) = 1 - (1 - p g e)(1 - q g e / d)^k a day: k of d friends have it, g the gap between what it pays and what the bank pays on sight,
over the gap at which p and q are meant, e how keen she is.

Choice: Bass's micro form with the gap as a factor of both.  Source: Rand and Rust (2011); L44 for p and q; M17 for the gap.  Alternative:
a threshold of the gap.  Reason: a threshold makes everybody move on one day, and the yield never was below what sight deposits pay.

Choice: what she lives on goes through the purse on payday and out of it as she spends; of her savings a share that rises with the gap is
in it, and she goes a part of the way to that share on each payday.  Source: M19: three fifths of what came in went out again within months;
a part of savings would lie in one-year deposits (M17).  Alternative: a share of all she has.  Reason: then hardly anything flows.
"""

import calendar

import numpy as np

from agents.customer import ACTIVE, BORED, BY_USE, CHURNED, DORMANT, RETURNING, VERIFIED
from sim.core.kernels import kernel, run_in_blocks
from sim.core.random import Stream, stream_key, uniform
from sim.core.settings import Settings, setting

FOCAL = 0
ALL = 2**62  # asked for: everything, as sim.markets.savings.ALL (a test holds them equal)
MOST_KEEN = 4.0  # times the usual


class SaverSettings(Settings):
    """What savers look at."""

    one_year_apr: float = setting(.033, unit="per year", ge=0, le=1, source="M17", meaning="What banks pay who locks money for a year")
    full_gap: float = setting(.049, unit="per year", gt=0, le=1, source="M17: 5.25% against .35%",
                              meaning="Gap to sight deposits at which take-up is as a product says")
    price_of_risk: float = setting(.10, unit="return per unit of risk", ge=0, le=10, source="assumption",
                                   meaning="Return wanted for a standard deviation of 1 a year")
    wealth_response: float = setting(.5, unit="elasticity", ge=0, le=5, source="assumption: who has more gains more",
                                     meaning="Of keenness to what she has, relative to the mean income of ten weeks")
    locked_share: float = setting(.5, unit="share of savings", ge=0, le=1, source="assumption: household deposits of 2013, half on time",
                                  meaning="Would be locked for a year if the product did not pay more than that")
    share_per_gap: float = setting(7.0, unit="share of savings per unit of gap", ge=0, le=1000, source="assumption, of the size of M18",
                                   meaning="7: seven hundredths for each percentage point")
    purse_share: float = setting(.6, unit="share of spending", ge=0, le=1, source="assumption, of the size of M19",
                                 meaning="Of what savers live on and shop for, so much goes through a purse, at the full gap and above")
    speed: float = setting(.35, unit="share of the way", ge=0, le=1, source="assumption: a third a month",
                           meaning="To the wished share, on taking up and on each payday")
    panic_margin: float = setting(.05, unit="share", ge=0, le=1, source="assumption",
                                  meaning="Holders leave when trust is so much below what a product needs")


# --- what is seen -----------------------------------------------------------------------------------------------------


def boosted_apr(m, number: int) -> float:
    """Points a year that platforms add to a product today."""
    return sum(boost.apr for boost in m.savings.boosts_today if boost.product == number)


def gap_of(m, number: int, against: float) -> float:
    """What a product pays more than `against`, per year, boost included, risk priced; not below 0."""
    product = m.products[number]
    seen = product.expected_apr(m) + boosted_apr(m, number)
    return max(seen - m.settings.savers.price_of_risk * product.volatility(m) - against, 0.0)


def pull_of(m, number: int) -> float:
    """g: the gap over the full one for what holds money, 1 for the rest, times what makes a kind keener."""
    product = m.products[number]
    pull = gap_of(m, number, m.settings.banks.deposit_apr) / m.settings.savers.full_gap if product.holds_money else 1.0
    return pull * product.keenness(m)


def _keenness_of_segments(m) -> np.ndarray:
    """The weight of what is innovative, relative to the mean consumer's, (n_segments,)."""
    segments = m.settings.consumers.segments.in_order()
    weight = np.array([each.innovative_weight for each in segments])
    return weight / max(float(weight @ [each.share for each in segments]), 1e-9)


def _advised(m, platform: int) -> np.ndarray:
    """Factor of take-up by what advice a consumer has at the platform, (n_consumers,)."""
    factor = np.ones(len(m.consumers))
    for number, product in enumerate(m.products):
        if product.kind == "advice" and product.settings.platform == platform:
            factor[m.holdings.members(number)] += product.settings.lift
    return factor


# --- steps ------------------------------------------------------------------------------------------------------------


def stay_and_use(m):
    """Who has a product uses its platform for it, and mostly does not leave out of boredom.

    Reads: holdings.joined_on.  Writes: customers.stage, since, reason, last_use_on, n_uses.
    Draws: PRODUCT_USE, two per holder and product.
    """
    key = stream_key(m.path_seed, Stream.PRODUCT_USE, m.day) if m.products else None
    for number, product in enumerate(m.products):
        s, customers = product.settings, m.customers
        if s.platform >= len(m.platforms):
            continue
        rows = m.holdings.members(number) + customers.of(s.platform).start
        stay, use = (_luck(key, rows, len(m.consumers), 2 * number + slot) for slot in (0, 1))
        bored = (customers.stage[rows] == CHURNED) & (customers.since[rows] == m.day) & (customers.reason[rows] == BORED)
        customers.enter(rows[bored & (stay < s.retention)], ACTIVE, BY_USE)
        stage = customers.stage[rows]
        uses = rows[(use < s.uses_a_month / 30) & (stage >= VERIFIED) & (stage != CHURNED) & (customers.first_use_on[rows] >= 0)]
        customers.last_use_on[uses] = m.day
        if product.pays:
            customers.n_uses[uses] += 1
        customers.enter(uses[customers.stage[uses] == DORMANT], RETURNING, BY_USE)


def take_up(m):
    """Verified users take products up as friends do, the sooner the more it pays; who left the platform or lost trust in it gives up.

    e = weight of the innovative x (wealth / mean)^response x satisfaction / .8 x advice, at most 4.  Who gives up asks for all her money.
    Reads: customers.stage, trust_good, trust_bad, satisfaction, consumers.deposit.  Writes: holdings.joined_on, friends, requested, due_on;
    savings.joined_today, left_today.  Draws: PRODUCT_ADOPTION, one per user without it and product.
    """
    if not m.products:
        return
    s, c, customers, n, holdings = m.settings.savers, m.consumers, m.customers, len(m.consumers), m.holdings
    key, degrees, by_segment = stream_key(m.path_seed, Stream.PRODUCT_ADOPTION, m.day), m.social.degrees(), _keenness_of_segments(m)
    segments = m.settings.consumers.segments.in_order()
    mean = 100 * 2.5 * sum(each.share * each.monthly_income_cny for each in segments)
    for number, product in enumerate(m.products):
        own, p = product.settings, product.settings.platform
        if p >= len(m.platforms) or not product.is_offered(m) or m.contagion.is_failed("products", number):
            continue
        at, mine = customers.of(p), holdings.of(number)
        stage, joined = customers.stage[at], holdings.joined_on[mine]
        trust = customers.trust_good[at] / (customers.trust_good[at] + customers.trust_bad[at])
        _give_up(m, number, np.flatnonzero((joined >= 0) & ((stage == CHURNED) | (trust < own.trust_needed - s.panic_margin))))
        may = (joined < 0) & customers.are_users(p) & (trust >= own.trust_needed) & (holdings.due_on[mine] < 0)
        if product.holds_money:
            may &= c.deposit >= 100 * own.minimum_cny
        reaches, pull = product.reaches(m), pull_of(m, number)
        if reaches is not None:
            may &= reaches
        may &= m.panic.may_come(m, number)
        keen = by_segment[c.segment] * (customers.satisfaction[at] / .8) * _advised(m, p)
        if product.holds_money:
            keen *= (c.deposit / mean) ** s.wealth_response
        new = np.concatenate(run_in_blocks(lambda start, stop: _take_up(  # noqa: B023 - called at once
            key, start, stop, number, may, keen, holdings.friends[mine], degrees, own.adopt_alone * pull / 365,  # noqa: B023
            own.adopt_social * pull / 365), n, m.threads))  # noqa: B023
        holdings.enter(number, new, m.day)
        m.savings.joined_today[number] += len(new)


def _give_up(m, number: int, ids):
    """The consumers `ids` no longer have a product and ask for all that is in it; who waited for a part waits anew, for all of it."""
    m.holdings.enter(number, ids, -1)
    rows = ids + m.holdings.of(number).start
    m.holdings.requested[rows], m.holdings.due_on[rows] = ALL, m.day + m.products[number].settings.notice_days
    m.savings.left_today[number] += len(ids)


def plan_savings(m):
    """Savers decide what to put into products and what to take out; purses first: what they live on and shop for goes through them.

    Wished share of savings w = slope ((1 - l)(gap to sight) + l (gap to a year)); on payday in: a (living + shopped) + speed (w S - B),
    with S = deposit + held - living money, B = what is held of savings; on other days out: a of what is spent, and what is missing.
    Reads: consumers.deposit, payday, holdings.joined_on, held, savers.to_live, goods.buyers_today, paid_today.
    Writes: m.savings.wishes_today, living_today; holdings.requested, due_on; savers.shopped.
    """
    if not m.products:
        return
    s, c, holdings, savers = m.settings.savers, m.consumers, m.holdings, m.savers
    is_payday, living, spent = c.payday == m.calendar.month_day(m.day)[1], _living(m), np.zeros(len(c), np.int64)
    m.savings.living_today = np.flatnonzero(living), living[living > 0]
    np.add.at(spent, m.goods.buyers_today, m.goods.paid_today)
    has_purse = np.zeros(len(c), np.bool_)
    for number in sorted(range(len(m.products)), key=lambda each: not m.products[each].is_purse):
        product = m.products[number]
        if not product.holds_money:
            continue
        mine = holdings.of(number)
        joined, held = holdings.joined_on[mine], holdings.held[mine]
        ids = np.flatnonzero(joined >= 0)
        sight, year = (gap_of(m, number, apr) for apr in (m.settings.banks.deposit_apr, s.one_year_apr))
        share = min(s.share_per_gap * ((1 - s.locked_share) * sight + s.locked_share * year), product.settings.most_share)
        is_first = ~has_purse[ids] & product.is_purse  # who has two lives on the first
        has_purse[ids] |= product.is_purse
        through = np.where(is_first, s.purse_share * min(sight / s.full_gap, 1.0), 0.0)
        shops_here = np.where(is_first & (product.settings.platform == FOCAL), spent[ids], 0)
        into, out, shopped = _plan(
            is_payday[ids], joined[ids] == m.day, c.deposit[ids], held[ids], savers.to_live[ids], living[ids], shops_here,
            np.where(is_first, savers.shopped[ids], 0), through, share, s.speed)
        savers.shopped[ids[is_first]] = shopped[is_first]
        m.savings.wishes_today.append((number, ids[into > 0], into[into > 0]))
        rows = ids + mine.start
        asks = (out > 0) & (holdings.due_on[rows] < 0)
        holdings.requested[rows[asks]], holdings.due_on[rows[asks]] = out[asks], m.day + product.settings.notice_days


def _living(m) -> np.ndarray:
    """What each saver who kept back living money spends of it today, (n_consumers,) fen: the rest in equal parts until payday."""
    date, payday = m.date, m.consumers.payday.astype(np.int64)
    days_left = np.where(payday > date.day, payday - date.day, calendar.monthrange(date.year, date.month)[1] - date.day + payday)
    return -(-m.savers.to_live // days_left)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _luck(key, rows, n, slot):
    """u of each row, actor i = row mod n."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = uniform(key, rows[k] % n, slot)
    return out


@kernel
def _take_up(key, start, stop, slot, may, keen, friends, degrees, alone, social):
    """Consumers with u < 1 - (1 - p e)(1 - q e / d)^k; p and q already times the gap."""
    new, count = np.empty(stop - start, np.int64), 0
    for i in range(start, stop):
        if not may[i]:
            continue
        e = min(keen[i], MOST_KEEN)
        stays = 1.0 - min(alone * e, 1.0)
        if degrees[i] > 0 and friends[i] > 0:
            stays *= (1.0 - min(social * e / degrees[i], 1.0)) ** friends[i]
        if uniform(key, i, slot) < 1.0 - stays:
            new[count] = i
            count += 1
    return new[:count]


@kernel
def _plan(is_payday, is_new, deposit, held, to_live, living, spent, shopped, through, share, speed):
    """Into and out of a product, fen, and what was taken out of it for shopping since payday; all (n,)."""
    into, out, left = np.zeros(len(held), np.int64), np.zeros(len(held), np.int64), shopped.copy()
    for i in range(len(held)):
        savings = max(deposit[i] + held[i] - to_live[i], 0)
        move = 0.0
        if is_new[i]:
            move = speed * share * savings
        elif is_payday[i]:
            settled = held[i] + through[i] * shopped[i]
            move = through[i] * (to_live[i] + shopped[i]) + speed * (share * savings - settled)
            left[i] = 0
        use = through[i] * (living[i] + spent[i])
        left[i] += spent[i]
        missing = max(living[i] - deposit[i] - int(use), 0)
        net = move - use - missing
        if net > 0:
            into[i] = min(int(net), deposit[i])
        else:
            out[i] = min(int(-net), held[i])
    return into, out, left
