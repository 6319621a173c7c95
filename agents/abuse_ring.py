"""Abuse rings: people who make accounts by the thousand for what newcomers are promised, as long as it pays.

Choice: a ring makes an account iff what it expects of it exceeds what it costs; how many accounts are made follows from imitation.
Source: M23 (price of an account, size of a ring), M24 (budgets emptied in days).  Alternative: a share of registrations that is fake.
Reason: a share would be there at a bonus of one CNY as at one of a hundred, and vesting could not help.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniform
from sim.core.settings import Settings, setting
from sim.core.views import ABUSED

# --- settings ---------------------------------------------------------------------------------------------------------


class AbuseSettings(Settings):
    """What abuse costs, how it is found, and how it spreads."""

    account_cost_cny: float = setting(.62, unit="CNY", ge=0, le=1e4, source="M23", meaning="Of an account that can register")
    use_cost_cny: float = setting(2.0, unit="CNY", ge=0, le=1e4, source="assumption: fees and handling of a payment to oneself",
                                  meaning="Of each payment that is asked for")
    resale_loss: float = setting(.10, unit="share of the payment", ge=0, le=1, source="assumption",
                                 meaning="Lost on goods bought for a rebate and sold again")
    cash_share: float = setting(.90, unit="share of the amount", ge=0, le=1, source="assumption",
                                meaning="What a ring makes of what it gets")
    daily_detection: float = setting(.02, unit="probability a day", ge=0, le=1, source="assumption",
                                     meaning="A fake account that waits for its money is found")
    separation: float = setting(2.5, unit="standard deviations", ge=0, le=10, source="assumption: AUC of .96",
                                meaning="Of what the check at registration sees of fakes and of others")
    first_accounts: float = setting(20.0, unit="accounts a day", ge=0, le=1e7, source="assumption", real_scale=True,
                                    meaning="Made when a promotion first pays")
    imitation: float = setting(.12, unit="per day", ge=0, le=10, source="assumption: doubles in a week",
                               meaning="Growth of the accounts made, while it pays")
    most_accounts: float = setting(3_600.0, unit="accounts a day", ge=0, le=1e8, real_scale=True,
                                   source="M23: 200 000 people in a country of 550 million online; an account a day each",
                                   meaning="In a slice of ten million consumers, if abuse pays very well")
    half_gain_cny: float = setting(10.0, unit="CNY an account", gt=0, le=1e5, source="assumption",
                                   meaning="Expected gain at which half of them are made")

    def false_alarm_rate(self, screening: float) -> float:
        """Share of honest newcomers the check takes for frauds: Phi(Phi^-1(found) - separation); without a check none."""
        return float(ndtr(ndtri(screening) - self.separation)) if screening > 0 else 0.0


def wait_of(terms) -> int:
    """Days until a fake account is paid."""
    return max(terms.vest_days, terms.uses)


def expected_gain(s: AbuseSettings, amount_cny: float, terms) -> float:
    """What a ring expects of one account, CNY: pass (stay cash amount - uses) - account; a payment asked for takes a day."""
    if wait_of(terms) > terms.expiry_days:
        return -s.account_cost_cny
    stays = (1.0 - s.daily_detection) ** wait_of(terms)
    passes = 1.0 - terms.screening
    spent = amount_cny / terms.rebate_share if terms.rebate_share > 0 else 0.0
    return passes * (stays * s.cash_share * amount_cny - terms.uses * s.use_cost_cny - s.resale_loss * spent) - s.account_cost_cny


def break_even_cny(s: AbuseSettings, terms) -> float:
    """The amount from which on abuse pays, CNY; infinite if it never does."""
    gain_per_cny = expected_gain(s, 1.0, terms) - expected_gain(s, 0.0, terms)
    return -expected_gain(s, 0.0, terms) / gain_per_cny if gain_per_cny > 0 else float("inf")


class AbuseRings:
    """What rings keep: accounts a day they can make, by number of the promotion; and the accounts that wait for money.

    waiting: by number, batches of (day it falls due, accounts that will not be found by then, accounts in all, fen each).
    n_fake_today: accounts that passed the check, by platform.
    """

    def __init__(self, m):
        self.capacity: dict[int, float] = {}
        self.waiting: dict[int, tuple] = {}
        self.n_fake_today = np.zeros(len(m.platforms), np.int64)

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return dict(vars(self))

    def restore(self, state: dict) -> None:
        """Put a checkpoint's rings back."""
        vars(self).update({name: value.copy() for name, value in state.items()})


# --- steps ------------------------------------------------------------------------------------------------------------


def attack(m):
    """Rings cash in what fell due, and make accounts for every welcome that pays; imitators follow while it does.

    What they are promised and paid goes into each promotion's account.
    Reads: promotions.in_force.  Writes: rings.capacity, waiting, n_fake_today; platforms.own_funds.
    Draws: FAKE_ACCOUNT, two per account (whether the check lets it pass, whether it stays unfound) and one for the last one of the day.
    """
    s, rings = m.settings.abuse, m.rings
    rings.n_fake_today = np.zeros(len(m.platforms), np.int64)
    for number, account in m.promotions.accounts.items():
        if account.terms.is_welcome:
            _cash_in(m, number, account)
    for number in m.promotions.in_force:
        account = m.promotions.accounts[number]
        amount = m.tactics[number].amount if account.terms.is_welcome else 0
        gain = expected_gain(s, amount / 100, account.terms) if amount > 0 else 0.0
        if gain <= 0:
            continue
        supplied = s.most_accounts * gain / (gain + s.half_gain_cny)
        capacity = min(max(rings.capacity.get(number, 0.0) * (1 + s.imitation), s.first_accounts), supplied)
        rings.capacity = {**rings.capacity, number: capacity}
        stays = (1.0 - s.daily_detection) ** wait_of(account.terms)
        room = account.left // amount if not account.terms.by_invitation else min(account.left // amount, account.sent_today)
        passed, stay = _try(stream_key(m.path_seed, Stream.FAKE_ACCOUNT, m.day * 128 + number), capacity, 1.0 - account.terms.screening,
                            stays, room)
        account.n_fake += passed
        account.reserved += passed * amount
        rings.n_fake_today[account.terms.platform] += passed
        if passed:
            batch = (m.day + wait_of(account.terms), stay, passed, amount)
            rings.waiting = {**rings.waiting, number: (*rings.waiting.get(number, ()), batch)}
            _cash_in(m, number, account)


def _cash_in(m, number: int, account):
    """Batches that are due are paid as far as they were not found, once there is a licence; the rest of what was set aside is free."""
    waiting, platform = m.rings.waiting.get(number, ()), account.terms.platform
    due = [batch for batch in waiting if batch[0] <= m.day]
    if not due or not m.may_take_payments(platform) and m.platforms.is_open[platform]:
        return
    m.rings.waiting = {**m.rings.waiting, number: tuple(batch for batch in waiting if batch[0] > m.day)}
    account.reserved -= sum(batch[2] * batch[3] for batch in due)
    total = sum(batch[1] * batch[3] for batch in due) if m.platforms.is_open[platform] else 0
    m.ledger.pay(m.books.platform_own, platform, m.books.world, 0, total, purpose=Purpose.DEAL_ABUSE)
    m.promotions.bill(m, account, total, ABUSED)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _try(key, capacity, passes, stays, most):
    """(accounts that pass, of them those that stay unfound) among `capacity` accounts, the last one by chance; at most `most` pass."""
    passed, stay = 0, 0
    for k in range(int(capacity) + 1):
        if passed >= most:
            break
        if k == int(capacity) and uniform(key, k, 2) >= capacity - int(capacity):
            break
        if uniform(key, k, 0) < passes:
            passed += 1
            stay += uniform(key, k, 1) < stays
    return passed, stay
