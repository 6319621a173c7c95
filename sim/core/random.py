"""Randomness: a draw is a pure function of (seed, stream, day, actor, slot).

Nothing is consumed, so adding an actor, a tactic or a thread never moves anybody else's luck.

Choice: SplitMix64 finaliser over a premixed key.  Source: Steele, Lea & Flood (2014).
Alternative: Philox 4x32-10 (Salmon et al. 2011).  Reason: a tenth of the instructions, passes the
tests of `tests/promises/test_random.py`, and no draw here is ever used for cryptography.
"""

from enum import IntEnum

import numpy as np

from sim.core.kernels import kernel


class Stream(IntEnum):
    """One stream per decision.  Numbers are part of every published result: add at the end, never renumber."""

    # who exists, who knows whom (keyed by the world seed)
    CONSUMER_BIRTH = 1
    MERCHANT_BIRTH = 2
    BANK_BIRTH = 3
    SOCIAL_TIES = 4
    SUPPLY_TIES = 5
    INTERBANK_TIES = 6
    WORLD_SHOCK = 7
    GUARANTEE_TIES = 8
    # what happens (keyed by the path seed)
    CONSUMER_SHOPS = 20
    CONSUMER_BASKET = 21
    CONSUMER_MERCHANT = 22
    CONSUMER_PAYMENT = 23
    CONSUMER_ADOPTION = 24
    PAYMENT_SUCCESS = 25
    SETTLEMENT_DELAY = 26
    CONSUMER_COMPLAINT = 27
    CONSUMER_INCOME = 28
    MERCHANT_DEMAND = 40
    MERCHANT_QUALITY = 41
    MERCHANT_ORDER = 42
    MERCHANT_DISTRESS = 43
    MERCHANT_DRAW_MINUTE = 44
    MERCHANT_OWNER = 45
    MERCHANT_DEFAULT = 46
    OWNER_TAKE_UP = 50
    OWNER_RETURN = 51
    OWNER_PAYS_LATE = 52
    BRUSHING = 53
    BRUSHING_KNOWN = 54
    LENDER_DECISION = 60
    LENDER_NOISE = 61
    BANK_APPLICATION = 62
    OFFICER_ERROR = 63
    SURFACE_NOISE = 64
    BANK_RELATIONSHIP = 65
    LENDER_CHOICE = 66
    PAST_VISITS = 67
    TACTIC_ATTENTION = 80
    TACTIC_ARRIVAL = 81
    TACTIC_RESPONSE = 82
    TACTIC_TRIAL = 83
    SHOCK_TARGET = 90
    MARKET_TURN = 91
    CREDIT_USER_BIRTH = 100  # keyed by the world seed
    CREDIT_LINE_APPLICATION = 101
    CREDIT_USER_BILLS = 102
    CREDIT_USER_COMPLAINT = 103
    CREDIT_USER_REPAYMENT = 104
    INCOME_SHOCK_TARGET = 105
    CUSTOMER_BIRTH = 120  # keyed by the world seed
    MEDIA_HABIT = 121  # keyed by the world seed
    KNOWN_BANKS = 122  # keyed by the world seed
    MEDIA_EXPOSURE = 123
    CUSTOMER_AWARENESS = 124
    CUSTOMER_CONSIDERATION = 125
    CUSTOMER_REGISTRATION = 126
    CUSTOMER_VERIFICATION = 127
    CUSTOMER_PLATFORM = 128
    RIVAL_SERVICE = 129
    CUSTOMER_COMPLAINT = 130
    COMPLAINT_OUTCOME = 131
    CUSTOMER_LEAVES = 132
    MESSAGE = 133
    REFERRAL_INVITATION = 134
    SURVEY_SAMPLE = 135
    HOLD_OUT = 136
    SEARCH = 137
    BREACH = 138
    DEAL_SEEKING = 150  # keyed by the world seed
    FALSE_ALARM = 151
    BOUGHT_AHEAD = 152
    FAKE_ACCOUNT = 153
    RED_PACKET = 154
    FREE_INTEREST = 155
    PHONE_ADOPTION = 160
    PRODUCT_ADOPTION = 161
    PRODUCT_USE = 162
    PRODUCT_RETURN = 163
    PRODUCT_CLAIM = 164
    ENTRANT_KNOWN = 170
    PRIVACY_COST = 180  # keyed by the world seed
    CONSUMER_PRIVACY = 181  # keyed by the world seed
    RECOGNITION = 182
    RECORD_MATCH = 183  # keyed by the world seed
    COMMON_MODEL_USERS = 190  # keyed by the world seed
    MODEL_ERROR = 191
    SCORE_NOISE = 192
    POACHING_CALL = 193
    SHOCK_SHOPS = 200  # keyed by the world seed
    DEPOSITOR_BIRTH = 210  # keyed by the world seed
    PANIC_SIGNAL = 211
    PANIC_MINUTE = 212
    PANIC_NEWS = 213


_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def _mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def stream_key(seed: int, stream: int, day: int = 0) -> np.uint64:
    """The key of one decision on one day; kernels turn it into draws with `uniform(key, actor, slot)`."""
    key = _mix((seed + _GOLDEN) & _MASK)
    key = _mix((key ^ int(stream)) + _GOLDEN & _MASK)
    key = _mix((key ^ (int(day) & _MASK)) + _GOLDEN & _MASK)
    return np.uint64(key)


def derive_seed(seed: int, purpose: str, replicate: int = 0) -> int:
    """A 63-bit seed for one purpose ("world", "path") of one replicate of an experiment."""
    key = _mix((seed + _GOLDEN) & _MASK)
    for letter in purpose.encode():
        key = _mix((key ^ letter) + _GOLDEN & _MASK)
    return _mix((key ^ replicate) + _GOLDEN & _MASK) >> 1


@kernel
def bits(key, actor, slot):
    """64 random bits: mix(key + actor * golden + slot * odd)."""
    x = np.uint64(key) + np.uint64(actor) * np.uint64(0x9E3779B97F4A7C15)
    x += np.uint64(slot) * np.uint64(0xD1B54A32D192ED03)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def uniform(key, actor, slot):
    """A uniform in the open interval (0, 1): the middle of one of 2^53 equal cells."""
    return (np.float64(bits(key, actor, slot) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def exponential(key, actor, slot):
    """Exponential with mean 1: -ln U."""
    return -np.log(uniform(key, actor, slot))


@kernel
def normal(key, actor, slot):
    """Standard normal (Box-Muller); uses slots 2*slot and 2*slot + 1."""
    radius = np.sqrt(-2.0 * np.log(uniform(key, actor, 2 * slot)))
    return radius * np.cos(2.0 * np.pi * uniform(key, actor, 2 * slot + 1))


@kernel
def integer(key, actor, slot, n):
    """A uniform integer in 0..n-1 (bias below n / 2^53)."""
    return np.int64(uniform(key, actor, slot) * n)


@kernel
def uniforms(key, start, stop, slot):
    """Array of uniforms for actors start..stop-1, shape (stop - start,)."""
    out = np.empty(stop - start)
    for i in range(start, stop):
        out[i - start] = uniform(key, i, slot)
    return out


@kernel
def normals(key, start, stop, slot):
    """Array of standard normals for actors start..stop-1, shape (stop - start,)."""
    out = np.empty(stop - start)
    for i in range(start, stop):
        out[i - start] = normal(key, i, slot)
    return out


@kernel
def uniforms_of(key, rows, slot):
    """Array of uniforms for the actors `rows`, shape (len(rows),)."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = uniform(key, rows[k], slot)
    return out


@kernel
def normals_of(key, rows, slot):
    """Array of standard normals for the actors `rows`, shape (len(rows),)."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = normal(key, rows[k], slot)
    return out
