"""Word of mouth: customers tell friends what they lived, friends pass it on, and referral programmes pay for invitations.

Choice: a message goes to one friend at a time, with a sign; recommendations and warnings have rates of their own.  Source: East,
Hammond and Lomax (2008) for the mix; negativity, Baumeister et al. (2001).  Alternative: a share of friends who use it, alone (Bass).
Reason: then word of mouth could not harm, and service could not earn anything by it.  The Bass hazard of visits stays beside it.
"""

import numpy as np

from agents.customer import ACTIVE, CHURNED, FIRST_USE, REFERRED, REGISTERED, RETURNING
from sim.core.finance import fen
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniform
from sim.core.settings import Settings, setting

INVITED = 2  # way of a visit, as in the market for attention


class WordOfMouthSettings(Settings):
    """Who talks, who listens, who passes on."""

    volume: float = setting(1.0, unit="factor", ge=0, le=20, source="user", meaning="Of all that friends do: messages and imitation")
    praise_prob: float = setting(.15, unit="per use", ge=0, le=1, source="assumption", meaning="A fully satisfied customer recommends")
    warning_prob: float = setting(.25, unit="per failure", ge=0, le=1, source="assumption", meaning="A customer whom it failed warns")
    praise_passed_on: float = setting(.15, unit="probability", ge=0, le=1, source="assumption", meaning="Who heard praise tells one more")
    warning_passed_on: float = setting(.30, unit="probability", ge=0, le=1, source="assumption: bad news travels further")
    awareness_prob: float = setting(.35, unit="probability", ge=0, le=1, source="assumption", meaning="A message makes aware who was not")
    friend_weight: float = setting(.5, unit="experiences", ge=0, le=50, source="assumption", meaning="What a message counts for in trust")
    message_goodwill: float = setting(.3, unit="goodwill", ge=0, le=20, source="assumption")
    invitation_days: int = setting(14, unit="days", ge=1, le=365, source="industry practice", meaning="An invitation is good for a reward")


class Programme:
    """A referral programme in force today: number of the tactic, platform, what both sides get (fen), what may still be spent (fen)."""

    def __init__(self, number: int, platform: int, settings, left: int):
        self.number, self.platform, self.settings, self.left = number, platform, settings, left


class WordOfMouth:
    """What word of mouth keeps of today.

    programmes: of referral, in force.  listeners_today: rows that heard something this morning, and how much of each sign.
    reward_today: what a newcomer who was invited gets, CNY by platform.  spent: on referral, fen by number of the tactic.
    n_...: messages by sign, invitations, rewards paid; by platform.
    """

    def __init__(self, m):
        self.n_platforms = len(m.platforms)
        self.spent: dict[int, int] = {}
        self.open_day()

    def state(self) -> dict:
        """What a checkpoint keeps: what was spent, and the counts of the day."""
        return {name: value for name, value in vars(self).items() if name.endswith("_today") and name.startswith("n_") or name == "spent"}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's day back."""
        self.open_day()
        vars(self).update({name: value.copy() for name, value in state.items()})

    def open_day(self) -> None:
        """Nobody said anything yet, no programme is in force."""
        self.programmes: list[Programme] = []
        nothing = np.zeros(0, np.int64)
        self.listeners_today = nothing, nothing, nothing
        self.reward_today = np.zeros(self.n_platforms)
        self.n_praise_today, self.n_warnings_today = np.zeros((2, self.n_platforms), np.int64)
        self.n_invitations_today, self.n_rewards_today = np.zeros((2, self.n_platforms), np.int64)


# --- steps ------------------------------------------------------------------------------------------------------------


def hear(m):
    """What friends said yesterday moves trust and keeps the platform in mind.

    Reads: customers.heard_good, heard_bad.  Writes: customers.trust_good, trust_bad, goodwill, word_of_mouth.listeners_today.
    """
    customers, s = m.customers, m.settings.word_of_mouth
    if len(customers) == 0:
        return
    rows = np.flatnonzero((customers.heard_good > 0) | (customers.heard_bad > 0))
    good, bad = customers.heard_good[rows].astype(np.int64), customers.heard_bad[rows].astype(np.int64)
    customers.trust_good[rows] += np.float32(s.friend_weight) * good.astype(np.float32)
    customers.trust_bad[rows] += np.float32(s.friend_weight * m.settings.loyalty.negativity) * bad.astype(np.float32)
    customers.goodwill[rows] += np.float32(s.message_goodwill) * good.astype(np.float32)
    m.word_of_mouth.listeners_today = rows, good, bad


def invite(m):
    """Customers invite a friend under a referral programme; the friend opens the invitation or not, and visits.

    P(invite) a day = rate / 30 x satisfaction x (1 + response x reward in CNY); of two friends one of the own segment is preferred.
    Reads: m.word_of_mouth.programmes, customers.stage, satisfaction, consumers.segment.  Writes: customers.clicked, clicked_on, referrer,
    invited_on, programme, m.media.visits, word_of_mouth.n_invitations_today, reward_today.  Draws: REFERRAL_INVITATION, five per customer.
    """
    customers, talk = m.customers, m.word_of_mouth
    if len(customers) == 0 or not talk.programmes:
        return
    for programme in talk.programmes:
        s, rows = programme.settings, customers.of(programme.platform)
        key = stream_key(m.path_seed, Stream.REFERRAL_INVITATION, m.day * 128 + programme.number)
        stage = customers.stage[rows]
        ids = np.flatnonzero((stage == FIRST_USE) | (stage == ACTIVE) | (stage == RETURNING))
        rate = s.invitations_a_month / 30 * (1.0 + s.reward_response * s.reward_cny)
        sent, invited, by = _invite(key, ids, rate, customers.satisfaction[rows], s.homophily, s.open_prob, m.settings.consumers.count,
                                    m.social.complete, m.social.indptr, m.social.indices, m.consumers.segment, stage)
        invited, first = np.unique(invited, return_index=True)  # who was asked by two follows the one of the lower id
        by = by[first]
        talk.n_invitations_today[programme.platform] += sent
        at = invited + rows.start
        m.media.visits[at], customers.clicked[at], customers.clicked_on[at] = INVITED, REFERRED, m.day
        is_new = customers.registered_on[at] < 0  # who comes back keeps her place in the tree
        customers.referrer[at[is_new]], customers.invited_on[at[is_new]], customers.programme[at[is_new]] = (
            by[is_new], m.day, programme.number)
        talk.reward_today[programme.platform] = max(talk.reward_today[programme.platform], s.newcomer_reward_cny)


def pay_rewards(m):
    """The first payment of who registered on an invitation pays the reward to her and to who invited her, while programme and budget last.

    Reads: customers.first_use_on, depth, programme, referrer.  Writes: consumers.wallet, platforms.own_funds, word_of_mouth.spent,
    n_rewards_today.
    """
    customers, talk = m.customers, m.word_of_mouth
    if len(customers) == 0 or not talk.programmes:
        return
    for programme in talk.programmes:
        mine = customers.of(programme.platform)
        paid_first = (customers.first_use_on[mine] == m.day) & (customers.depth[mine] > 0)
        new = np.flatnonzero(paid_first & (customers.programme[mine] == programme.number))
        reward, welcome = fen(programme.settings.reward_cny), fen(programme.settings.newcomer_reward_cny)
        paid = new[: programme.left // max(reward + welcome, 1)]
        for to, amount in ((customers.referrer[mine][paid], reward), (paid, welcome)):
            m.ledger.pay(m.books.platform_own, programme.platform, m.books.wallet if programme.platform == 0 else m.books.deposit, to,
                         np.full(len(paid), amount, np.int64), purpose=Purpose.REFERRAL_REWARD)
        talk.spent = {**talk.spent, programme.number: talk.spent.get(programme.number, 0) + len(paid) * (reward + welcome)}
        talk.n_rewards_today[programme.platform] += len(paid)


def speak(m):
    """Who used a platform today tells a friend, if pleased or let down; who heard something passes it on.  Heard tomorrow.

    P(praise) = volume praise_prob satisfaction^2; P(warning) = volume warning_prob.
    Reads: m.used_today, customers.satisfaction, word_of_mouth.listeners_today.  Writes: customers.heard_good, heard_bad,
    word_of_mouth.n_praise_today, n_warnings_today.  Draws: MESSAGE, six per customer: talks, to whom; passes on each sign, to whom.
    """
    customers, s, talk, ties = m.customers, m.settings.word_of_mouth, m.word_of_mouth, m.social
    if len(customers) == 0:
        return
    talk.n_praise_today[:], talk.n_warnings_today[:] = _speak(
        stream_key(m.path_seed, Stream.MESSAGE, m.day), *m.used_today, *talk.listeners_today, len(m.consumers),
        m.settings.consumers.count, ties.complete, ties.indptr, ties.indices, customers.satisfaction, s.volume * s.praise_prob,
        s.volume * s.warning_prob, s.praise_passed_on, s.warning_passed_on, customers.heard_good, customers.heard_bad)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def a_friend(u, i, count, complete, indptr, indices):
    """A friend of i by one uniform; -1 without friends.  On a complete graph anybody else below count."""
    if complete:
        if i >= count or count < 2:
            return -1
        j = int(u * (count - 1))
        return j + 1 if j >= i else j
    degree = indptr[i + 1] - indptr[i]
    return int(indices[indptr[i] + int(u * degree)]) if degree > 0 else -1


@kernel
def _speak(key, rows, works, listeners, good, bad, n, count, complete, indptr, indices, satisfaction, praise, warning, praise_on,
           warning_on, heard_good, heard_bad):
    """Messages told at first hand and passed on; each reaches one friend.  Returns their number by sign and platform."""
    told = np.zeros((2, len(heard_good) // n), np.int64)
    for k in range(len(rows)):
        r = rows[k]
        i, p = r % n, r // n
        chance = praise * satisfaction[r] ** 2 if works[k] else warning
        if uniform(key, i, 6 * p) < chance:
            j = a_friend(uniform(key, i, 6 * p + 1), i, count, complete, indptr, indices)
            if j >= 0 and works[k]:
                heard_good[p * n + j] += 1
                told[0, p] += 1
            elif j >= 0:
                heard_bad[p * n + j] += 1
                told[1, p] += 1
    for k in range(len(listeners)):
        r = listeners[k]
        i, p = r % n, r // n
        if good[k] > 0 and uniform(key, i, 6 * p + 2) < praise_on:
            j = a_friend(uniform(key, i, 6 * p + 3), i, count, complete, indptr, indices)
            if j >= 0:
                heard_good[p * n + j] += 1
                told[0, p] += 1
        if bad[k] > 0 and uniform(key, i, 6 * p + 4) < warning_on:
            j = a_friend(uniform(key, i, 6 * p + 5), i, count, complete, indptr, indices)
            if j >= 0:
                heard_bad[p * n + j] += 1
                told[1, p] += 1
    return told


@kernel
def _invite(key, ids, rate, satisfaction, homophily, open_prob, count, complete, indptr, indices, segment, stage):
    """Invitations sent, who opened one today (each once) and by whom; the inviter of the lowest id comes first."""
    invited, by = np.empty(len(ids), np.int64), np.empty(len(ids), np.int32)
    sent, n_open = 0, 0
    for k in range(len(ids)):
        i = ids[k]
        if uniform(key, i, 0) >= min(rate * satisfaction[i], 1.0):
            continue
        j = a_friend(uniform(key, i, 1), i, count, complete, indptr, indices)
        other = a_friend(uniform(key, i, 2), i, count, complete, indptr, indices)
        if j >= 0 and other >= 0 and segment[j] != segment[i] and segment[other] == segment[i] and uniform(key, i, 3) < homophily:
            j = other
        if j < 0:
            continue
        sent += 1
        if (stage[j] < REGISTERED or stage[j] == CHURNED) and uniform(key, i, 4) < open_prob:
            invited[n_open], by[n_open] = j, i
            n_open += 1
    return sent, invited[:n_open], by[:n_open]
