"""Loyalty: which platform a customer uses, what she makes of it, whether she stays, complains, leaves or returns.

Choice: nested logit, platforms in one nest, banks and cash outside; what is lived moves trust (Beta counts, bad news weighs more) and
satisfaction, and both move use, leaving and talk.  Source: McFadden (1978); Beta-Bernoulli reputation, Josang and Ismail (2002);
negativity, Baumeister et al. (2001).  Alternative: a fixed rate of leaving.  Reason: then neither service nor a breach could matter.
"""

import numpy as np

from agents.customer import (
    ACTIVE,
    BORED,
    BY_USE,
    CHURNED,
    DORMANT,
    FAILED,
    FIRST_USE,
    LOOK_DAYS,
    RETURNING,
    SERVED_BADLY,
    UNUSED,
    VERIFIED,
)
from agents.standing import fit_of, standings
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.random import Stream, normal, stream_key, uniform
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

FOCAL = 0


class LoyaltySettings(Settings):
    """What customers make of platforms."""

    outside_utility: float = setting(.6, unit="utility", ge=-20, le=20, source="assumption",
                                     meaning="Of paying elsewhere or by bank, for who considers one bank")
    banks_similarity: float = setting(.5, unit="dissimilarity", gt=0, le=1, source="assumption",
                                      meaning="Of banks among themselves; 1: every bank adds a choice")
    platforms_similarity: float = setting(.6, unit="dissimilarity", gt=0, le=1, source="assumption",
                                          meaning="Of platforms among themselves")
    inertia: float = setting(1.0, unit="utility", ge=0, le=20, source="assumption: repeat use", meaning="Of the platform used last")
    trust_weight: float = setting(2.5, unit="utility per unit of trust", ge=0, le=50, source="assumption")
    satisfaction_weight: float = setting(1.5, unit="utility per unit", ge=0, le=50, source="assumption")
    fit_weight: float = setting(.4, unit="utility per unit of fit", ge=0, le=20, source="assumption")
    friction_weight: float = setting(.6, unit="utility per unit of friction", ge=0, le=20, source="assumption")
    friends_weight: float = setting(.5, unit="utility, all friends registered", ge=0, le=20, source="assumption: social share (DESIGN 4.3)")
    negativity: float = setting(2.0, unit="good experiences a bad one outweighs", ge=1, le=50,
                                source="Baumeister et al. 2001: bad is stronger than good")
    trust_half_life_days: float = setting(365.0, unit="days", gt=0, le=36_500, source="assumption: forgetting")
    leave_prob: float = setting(.010, unit="probability per use", ge=0, le=1, source="assumption: about a fifth of users a year",
                                meaning="At a satisfaction of .8, for the typical customer")
    leave_spread: float = setting(.8, unit="standard deviation of the log", ge=0, le=3, source="assumption: BG/NBD's Beta across customers")
    leave_slope: float = setting(5.0, unit="log rate per unit of satisfaction", ge=0, le=50, source="assumption")
    pleased: float = setting(.02, unit="share of what is missing", ge=0, le=1, source="assumption",
                             meaning="Satisfaction gained by a payment that works")
    annoyed: float = setting(.05, unit="share of what is there", ge=0, le=1, source="assumption",
                             meaning="Satisfaction lost by one that fails; as in the market for goods")
    complaint_prob: float = setting(.15, unit="per failure", ge=0, le=1, source="assumption: most who are annoyed say nothing")
    dormant_days: int = setting(90, unit="days", ge=1, le=3650, source="industry practice: quarterly activity")


# --- steps ------------------------------------------------------------------------------------------------------------


def choose_platform(m):
    """Today's shoppers choose among the platforms at which they may pay, and paying elsewhere; who uses a rival pays there.

    P(platforms) = exp(l IV) / (exp(l IV) + exp(out) B^b), IV = ln sum exp(V_p / l), B banks considered; P(p | platforms) =
    exp(V_p / l - IV).
    V falls by weight x log(1 + fee - discount), and who is short of cash likes a platform that gives credit.
    Reads: m.shoppers, customers.stage, trust_good, trust_bad, satisfaction, user_neighbours, consumers.last_platform, considered_banks,
    basket_scale, is_mobile, m.prices, m.savings.ease_today, m.promotions.appeal_today.  Writes: m.shoppers, consumers.last_platform,
    m.used_today, rival_sales_today; consumers.deposit; promotions.is_switched.
    Draws: CUSTOMER_PLATFORM, one per shopper; RIVAL_SERVICE, one per shopper at a rival.
    """
    customers, c, s, promotions = m.customers, m.consumers, m.settings.loyalty, m.promotions
    if len(customers) == 0:
        return
    n, fit = len(c), fit_of(m)
    friction = np.array([[s.friction_weight * (standing.friction + more * standing.mobile_friction - .5) for standing in standings(m)]
                         for more in (0, 1)])  # at a desk, on a phone
    key, price = stream_key(m.path_seed, Stream.CUSTOMER_PLATFORM, m.day), m.prices.disutility(m)
    perk = np.array([standing.credit_perk for standing in standings(m)])

    def choose(appeal):
        return _choose(key, m.shoppers, n, len(m.platforms), customers.stage, customers.trust_good, customers.trust_bad,
                       customers.satisfaction, customers.user_neighbours, m.social.degrees(), c.segment, c.last_platform,
                       c.considered_banks, m.settings.customers.prior_trust, s.trust_weight, s.satisfaction_weight, s.fit_weight * fit,
                       friction, s.inertia, s.friends_weight, s.platforms_similarity, s.outside_utility, s.banks_similarity, c.is_mobile,
                       s.friction_weight, m.savings.ease_today, appeal, price, perk, c.deposit, c.basket_scale)

    choice = choose(promotions.appeal_today)
    if len(promotions.appeal_today):
        promotions.is_switched[m.shoppers] = choice != choose(promotions.appeal_today[:0])
    c.last_platform[m.shoppers[choice >= 0]] = choice[choice >= 0]
    at_rival = choice > FOCAL
    ids, platform = m.shoppers[at_rival], choice[at_rival].astype(np.int64)
    works = _works(stream_key(m.path_seed, Stream.RIVAL_SERVICE, m.day), ids,
                   np.array([standing.payment_success for standing in standings(m)])[platform])
    amount = np.minimum(c.basket_scale[ids].astype(np.int64), c.deposit[ids] // 2) * works
    m.ledger.pay(m.books.deposit, ids, m.books.world, 0, amount, purpose=Purpose.RIVAL_SALE)
    m.shoppers = m.shoppers[choice == FOCAL]
    m.used_today, m.rival_sales_today = (ids + platform * n, works), (ids + platform * n, amount)


def remember_use(m):
    """Who used a platform today trusts it more or less, is more or less satisfied, complains, and may leave for good.

    P(leave | use) = leave_prob exp(spread z - slope (satisfaction - .8)), z hers for good; more if she came only for a deal.
    Reads: m.used_today, customers.for_deal, m.goods.buyers_today, refused_today.  Writes: customers.stage, since, reason,
    trust_good, trust_bad, satisfaction, first_use_on, last_use_on, n_uses, complaint_on, m.used_today.
    Draws: CUSTOMER_LEAVES, one per user and a trait; CUSTOMER_COMPLAINT, one per failure.
    """
    customers, s = m.customers, m.settings.loyalty
    if len(customers) == 0:
        return
    rows, works = m.used_today
    own = np.concatenate((m.goods.buyers_today, m.goods.refused_today))  # rows of the focal platform are the consumers' own
    worked = np.concatenate((np.ones(len(m.goods.buyers_today), np.bool_), np.zeros(len(m.goods.refused_today), np.bool_)))
    m.used_today = np.concatenate((own, rows)), np.concatenate((worked, works))
    _remember(stream_key(m.path_seed, Stream.CUSTOMER_LEAVES, m.day), stream_key(m.world_seed, Stream.CUSTOMER_LEAVES),
              stream_key(m.path_seed, Stream.CUSTOMER_COMPLAINT, m.day), *m.used_today, len(m.consumers), len(own), m.day,
              customers.stage, customers.since, customers.reason, customers.trust_good, customers.trust_bad, customers.satisfaction,
              customers.first_use_on, customers.last_use_on, customers.n_uses, customers.complaint_on, s.negativity,
              np.float32(s.pleased), np.float32(s.annoyed), s.leave_prob, s.leave_spread, s.leave_slope, s.complaint_prob,
              customers.for_deal, m.settings.deals.early_leaver)


def fall_asleep(m):
    """Customers who have not used a platform for a quarter are dormant; each is looked at once in thirty days.

    Reads: customers.last_use_on.  Writes: customers.stage, since, reason.
    """
    customers, n = m.customers, len(m.consumers)
    if len(customers) == 0:
        return
    for platform in range(len(m.platforms)):
        rows = np.arange(platform * n + m.day % LOOK_DAYS, (platform + 1) * n, LOOK_DAYS)
        stage = customers.stage[rows]
        awake = (stage == FIRST_USE) | (stage == ACTIVE) | (stage == RETURNING)
        customers.enter(rows[awake & (m.day - customers.last_use_on[rows] > m.settings.loyalty.dormant_days)], DORMANT, UNUSED)


def take_answers(m):
    """Complaints that were answered please, the more the sooner; those given up turn customers away.

    Relief = relief x 2^-(days waited / half-life) of the satisfaction that is missing.
    Reads: m.service.answered_today, waited_today, given_up_today.  Writes: customers.satisfaction, trust_good, trust_bad, stage,
    since, reason.
    """
    customers, s = m.customers, m.settings.service
    if len(customers) == 0:
        return
    pleased, let_down = m.service.answered_today, m.service.given_up_today
    relief = (s.relief * .5 ** (m.service.waited_today / s.relief_half_life_days)).astype(np.float32)
    customers.satisfaction[pleased] += relief * (1 - customers.satisfaction[pleased])
    customers.trust_good[pleased] += np.float32(1.0)
    customers.satisfaction[let_down] *= np.float32(1.0 - s.disappointment)
    customers.trust_bad[let_down] += np.float32(m.settings.loyalty.negativity)
    stage = customers.stage[let_down]
    leaving = let_down[(customers.satisfaction[let_down] < s.last_straw) & (stage >= VERIFIED) & (stage != CHURNED)]
    customers.enter(leaving, CHURNED, SERVED_BADLY)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _choose(key, shoppers, n, n_platforms, stage, trust_good, trust_bad, satisfaction, neighbours, degrees, segment, last, banks, prior,
            by_trust, by_satisfaction, fit, friction, inertia, by_friends, similarity, outside, banks_similarity, is_mobile, by_friction,
            ease, appeal, price, perk, deposit, basket):
    """Platform of each shopper, -1 elsewhere: nested logit by one uniform, platforms in order of number.

    appeal: of what is held; price: utility lost, by platform and segment; perk: of credit, to who holds less than two baskets.
    """
    choice = np.full(len(shoppers), -1, np.int8)
    weight = np.empty(n_platforms)
    for k in range(len(shoppers)):
        i = shoppers[k]
        total, best = 0.0, -np.inf
        for p in range(n_platforms):
            r = p * n + i
            weight[p] = -np.inf
            if stage[r] >= VERIFIED and stage[r] != CHURNED:
                v = by_trust * (trust_good[r] / (trust_good[r] + trust_bad[r]) - prior) + by_satisfaction * (satisfaction[r] - .8)
                v += fit[p, segment[i]] - friction[int(is_mobile[i]), p]
                if len(ease) > 0 and is_mobile[i]:
                    v += by_friction * ease[r]
                if last[i] == p:
                    v += inertia
                if degrees[i] > 0:
                    v += by_friends * neighbours[r] / degrees[i]
                if len(appeal) > 0:
                    v += appeal[r]
                v -= price[p, segment[i]]
                if deposit[i] < 2.0 * basket[i]:
                    v += perk[p]
                weight[p] = v
                best = max(best, v)
        if best == -np.inf:
            continue
        for p in range(n_platforms):
            weight[p] = np.exp((weight[p] - best) / similarity)
            total += weight[p]
        n_banks, bits_left = 0, banks[i]
        while bits_left > 0:
            bits_left &= bits_left - np.uint64(1)
            n_banks += 1
        inside = np.exp(best) * total ** similarity
        share = inside / (inside + np.exp(outside) * max(n_banks, 1) ** banks_similarity)
        u = uniform(key, i, 0)
        if u < share:
            mark, p = u / share * total, 0
            while p < n_platforms - 1 and mark >= weight[p]:
                mark -= weight[p]
                p += 1
            choice[k] = p
    return choice


@kernel
def _works(key, ids, success):
    """True where u < success."""
    out = np.empty(len(ids), np.bool_)
    for k in range(len(ids)):
        out[k] = uniform(key, ids[k], 0) < success[k]
    return out


@kernel
def _remember(leave_key, trait_key, complaint_key, rows, works, n, n_own, day, stage, since, reason, trust_good, trust_bad, satisfaction,
              first_use_on, last_use_on, n_uses, complaint_on, negativity, pleased, annoyed, leave_prob, spread, slope, complaint_prob,
              for_deal, early_leaver):
    """One use each: T += 1 or negativity; satisfaction of rivals moves here, the focal platform's in the market for goods."""
    for k in range(len(rows)):
        r = rows[k]
        i, p = r % n, r // n
        if works[k]:
            trust_good[r] += np.float32(1.0)
            last_use_on[r] = day
            n_uses[r] += 1
            if first_use_on[r] < 0:
                first_use_on[r] = day
                stage[r], since[r], reason[r] = FIRST_USE, day, BY_USE
            elif stage[r] == FIRST_USE or stage[r] == RETURNING:
                stage[r], since[r], reason[r] = ACTIVE, day, BY_USE
            elif stage[r] != ACTIVE:
                stage[r], since[r], reason[r] = RETURNING, day, BY_USE
            if k >= n_own:
                satisfaction[r] += pleased * (np.float32(1.0) - satisfaction[r])
        else:
            trust_bad[r] += np.float32(negativity)
            if k >= n_own:
                satisfaction[r] -= annoyed * satisfaction[r]
            if complaint_on[r] < 0 and uniform(complaint_key, i, p) < complaint_prob:
                complaint_on[r] = day
        chance = leave_prob * np.exp(spread * normal(trait_key, i, p) - .5 * spread ** 2 - slope * (satisfaction[r] - .8))
        if for_deal[r]:
            chance *= early_leaver
        if uniform(leave_key, i, p) < chance:
            stage[r], since[r], reason[r] = CHURNED, day, BORED if works[k] else FAILED
