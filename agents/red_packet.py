"""Red packets in the hands of customers: who sends one to whom, who opens it, who passes it on.

Choice: a chain on the social network, one step a day; a packet's size is luck.  Source: SOURCES 1.2 (red packets); Bass-like sharing as
in word of mouth.  Alternative: a share of users reached by a curve.  Reason: a chain runs into people who have it already, a curve
does not.
"""

import numpy as np

from agents.customer import ACTIVE, FIRST_USE, REFERRED, REGISTERED, RETURNING
from agents.word_of_mouth import INVITED, a_friend
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.random import Stream, exponential, stream_key, uniform
from sim.core.views import ANYWAY

LARGEST = 20.0  # times the mean, of one packet


def hand_on(m):
    """Customers send packets to friends, and so do those who opened one yesterday; users open them, others are invited by them.

    A packet opened by a user is paid at once, keeps the platform in mind, and makes it the one used last.
    Reads: promotions.in_force, customers.stage.  Writes: promotions.receivers; customers.clicked, clicked_on, referrer,
    invited_on, programme, goodwill; m.media.visits; word_of_mouth.reward_today, n_invitations_today; consumers.wallet, deposit,
    last_platform; platforms.own_funds.
    Draws: RED_PACKET, six per customer and promotion.
    """
    promotions, customers, talk = m.promotions, m.customers, m.word_of_mouth
    for number in promotions.in_force:
        account = promotions.accounts[number]
        if not account.terms.by_invitation:
            continue
        s, platform, mine = m.tactics[number].settings, account.terms.platform, customers.of(account.terms.platform)
        stage = customers.stage[mine]
        sends = np.where((stage == FIRST_USE) | (stage == ACTIVE) | (stage == RETURNING), np.float32(s.packets_a_day), np.float32(0.0))
        sends[promotions.receivers.get(number, np.zeros(0, np.int64))] += np.float32(s.pass_on)
        sends[m.settings.consumers.count:] = 0
        key = stream_key(m.path_seed, Stream.RED_PACKET, m.day * 128 + number)
        sent, receiver, sender, amount = _send(key, sends, s.open_prob, float(m.tactics[number].amount), m.settings.consumers.count,
                                               m.social.complete, m.social.indptr, m.social.indices)
        talk.n_invitations_today[platform] += sent
        account.sent_today = sent
        receiver, first = np.unique(receiver, return_index=True)  # of two, the one of the lower sender
        sender, amount = sender[first], amount[first]
        is_user = customers.are_users(platform)[receiver]
        paid = np.zeros(len(receiver), np.bool_)
        paid[is_user] = np.cumsum(amount[is_user]) <= account.left
        ids, gift = receiver[paid], amount[paid]
        m.ledger.pay(m.books.platform_own, platform, m.books.wallet if platform == 0 else m.books.deposit, ids, gift,
                     purpose=Purpose.DEAL)
        promotions.bill(m, account, int(gift.sum()), ANYWAY)
        account.n_given += len(ids)
        account.n_redeemed += len(ids)
        customers.goodwill[mine.start + ids] += np.float32(m.settings.word_of_mouth.message_goodwill)
        m.consumers.last_platform[ids] = platform
        promotions.receivers = {**promotions.receivers, number: ids}
        is_new = ~is_user & (stage[receiver] < REGISTERED) & (account.left >= m.tactics[number].amount)
        at = mine.start + receiver[is_new]
        m.media.visits[at], customers.clicked[at], customers.clicked_on[at] = INVITED, REFERRED, m.day
        customers.referrer[at], customers.invited_on[at], customers.programme[at] = sender[is_new], m.day, number
        if len(at):
            talk.reward_today[platform] = max(talk.reward_today[platform], s.mean_cny)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _send(key, sends, open_prob, mean, count, complete, indptr, indices):
    """Packets sent, and of those that are opened: receiver, sender and amount = min(mean x Exp(1), LARGEST mean), at least a fen."""
    n = len(sends)
    receiver, sender, amount = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int64)
    sent, n_open = 0, 0
    for i in range(n):
        if sends[i] <= 0 or uniform(key, i, 0) >= sends[i]:
            continue
        j = a_friend(uniform(key, i, 1), i, count, complete, indptr, indices)
        if j < 0:
            continue
        sent += 1
        if uniform(key, i, 2) < open_prob:
            receiver[n_open], sender[n_open] = j, i
            amount[n_open] = max(np.int64(mean * min(exponential(key, i, 3), LARGEST)), 1)
            n_open += 1
    return sent, receiver[:n_open], sender[:n_open], amount[:n_open]
