"""Promise 1: a draw is a pure function of seed, stream, day, actor and slot; nobody's luck moves anybody else's."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.core.random import (
    Stream,
    bits,
    derive_seed,
    exponential,
    integer,
    normal,
    normals,
    stream_key,
    uniform,
    uniforms,
)

N = 200_000
KEY = stream_key(1, Stream.CONSUMER_SHOPS, 0)

# Numbers are part of every published result.  A new stream is added at the end of its group; none is ever renumbered.
STREAMS = {
    "CONSUMER_BIRTH": 1, "MERCHANT_BIRTH": 2, "BANK_BIRTH": 3, "SOCIAL_TIES": 4, "SUPPLY_TIES": 5, "INTERBANK_TIES": 6,
    "WORLD_SHOCK": 7, "GUARANTEE_TIES": 8, "CONSUMER_SHOPS": 20, "CONSUMER_BASKET": 21, "CONSUMER_MERCHANT": 22, "CONSUMER_PAYMENT": 23,
    "CONSUMER_ADOPTION": 24, "PAYMENT_SUCCESS": 25, "SETTLEMENT_DELAY": 26, "CONSUMER_COMPLAINT": 27, "CONSUMER_INCOME": 28,
    "MERCHANT_DEMAND": 40, "MERCHANT_QUALITY": 41, "MERCHANT_ORDER": 42, "MERCHANT_DISTRESS": 43, "MERCHANT_DRAW_MINUTE": 44,
    "MERCHANT_OWNER": 45, "MERCHANT_DEFAULT": 46, "LENDER_DECISION": 60, "LENDER_NOISE": 61, "BANK_APPLICATION": 62,
    "OFFICER_ERROR": 63, "TACTIC_ATTENTION": 80, "TACTIC_ARRIVAL": 81, "TACTIC_RESPONSE": 82, "SHOCK_TARGET": 90, "MARKET_TURN": 91,
}


def test_streams_are_never_renumbered():
    assert {name: Stream[name].value for name in STREAMS} == STREAMS


def test_no_two_streams_share_a_number():
    assert len({stream.value for stream in Stream.__members__.values()}) == len(Stream.__members__)


def test_golden_values_are_the_same_on_every_machine():
    assert int(stream_key(1, Stream.CONSUMER_SHOPS, 0)) == 388798129321929036
    assert int(bits(KEY, 0, 0)) == 1872768957076682856
    assert int(bits(KEY, 123_456, 7)) == 9406204885664693550
    assert int(bits(KEY, 5, -3)) == 5083208911063237895
    assert derive_seed(1, "world") == 8160818181042663267
    assert derive_seed(1, "path", 3) == 5109781799355965408
    assert uniform(KEY, 10, 0).hex() == "0x1.8457a7cc28326p-1"


def test_a_draw_depends_on_nothing_that_was_drawn_before():
    alone = uniform(KEY, 77, 3)
    uniforms(KEY, 0, 1000, 3)
    assert uniform(KEY, 77, 3) == alone
    assert uniforms(KEY, 70, 90, 3)[7] == alone
    assert uniforms(KEY, 0, 1000, 3)[77] == alone


@pytest.mark.parametrize("change", ["seed", "stream", "day", "actor", "slot"])
def test_each_part_of_the_key_changes_the_draw(change):
    base = {"seed": 1, "stream": Stream.CONSUMER_SHOPS, "day": 5, "actor": 9, "slot": 2}
    other = base | {change: Stream.CONSUMER_BASKET if change == "stream" else base[change] + 1}

    def draw(seed, stream, day, actor, slot):
        return int(bits(stream_key(seed, stream, day), actor, slot))

    assert draw(**base) != draw(**other)
    assert draw(**base) == draw(**base)


def by_actor():
    return uniforms(KEY, 0, N, 0)


def by_slot():
    return np.array([uniform(KEY, 3, slot) for slot in range(20_000)])


def by_day():
    return np.array([uniform(stream_key(1, Stream.CONSUMER_SHOPS, day), 3, 0) for day in range(20_000)])


def by_stream_and_seed():
    return np.array([uniform(stream_key(seed, stream, 0), 3, 0) for seed in range(400) for stream in Stream])


@pytest.mark.parametrize("draws", [by_actor, by_slot, by_day, by_stream_and_seed])
def test_draws_are_uniform(draws):
    """Chi-square over 100 cells; a fair generator fails at 1e-4 once in ten thousand seeds, and the seed is fixed."""
    u = draws()
    cells = np.bincount((u * 100).astype(int), minlength=100)
    assert stats.chisquare(cells).pvalue > 1e-4
    assert 0.0 < u.min() and u.max() < 1.0


@pytest.mark.parametrize("bit", [0, 1, 11, 31, 32, 40, 62, 63])
def test_every_bit_is_a_fair_coin(bit):
    ones = sum((int(bits(KEY, actor, 0)) >> bit) & 1 for actor in range(20_000))
    assert abs(ones - 10_000) < 4.5 * math.sqrt(20_000 / 4)


def neighbouring_actors():
    return uniforms(KEY, 0, N, 0), uniforms(KEY, 1, N + 1, 0)


def neighbouring_slots():
    return uniforms(KEY, 0, N, 0), uniforms(KEY, 0, N, 1)


def neighbouring_days():
    return uniforms(KEY, 0, N, 0), uniforms(stream_key(1, Stream.CONSUMER_SHOPS, 1), 0, N, 0)


def neighbouring_streams():
    return uniforms(KEY, 0, N, 0), uniforms(stream_key(1, Stream.CONSUMER_BASKET, 0), 0, N, 0)


def neighbouring_seeds():
    return uniforms(KEY, 0, N, 0), uniforms(stream_key(2, Stream.CONSUMER_SHOPS, 0), 0, N, 0)


@pytest.mark.parametrize("pair", [neighbouring_actors, neighbouring_slots, neighbouring_days, neighbouring_streams,
                                  neighbouring_seeds])
def test_neighbours_share_no_luck(pair):
    """Correlation within 4.5 standard errors of 0, and pairs fall evenly on a 20 x 20 board."""
    a, b = pair()
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / math.sqrt(N)
    board = np.histogram2d(a, b, bins=20, range=((0, 1), (0, 1)))[0]
    assert stats.chisquare(board.ravel()).pvalue > 1e-4


def test_distributions_have_their_moments():
    z = normals(KEY, 0, N, 0)
    assert abs(z.mean()) < 4.5 / math.sqrt(N) and abs(z.var() - 1) < 4.5 * math.sqrt(2 / N)
    assert stats.kstest(z[:20_000], "norm").pvalue > 1e-4
    waits = np.array([exponential(KEY, actor, 0) for actor in range(20_000)])
    assert stats.kstest(waits, "expon").pvalue > 1e-4
    dice = np.bincount([integer(KEY, actor, 0, 6) for actor in range(60_000)])
    assert len(dice) == 6 and stats.chisquare(dice).pvalue > 1e-4


def test_a_normal_uses_its_own_two_slots_only():
    """Slot k of a normal and slots other than 2k, 2k + 1 of a uniform are different luck."""
    z, u = normals(KEY, 0, N, 3), uniforms(KEY, 0, N, 5)
    assert abs(np.corrcoef(z, u)[0, 1]) < 4.5 / math.sqrt(N)
    radius = math.sqrt(-2 * math.log(uniform(KEY, 4, 6)))
    assert normal(KEY, 4, 3) == pytest.approx(radius * math.cos(2 * math.pi * uniform(KEY, 4, 7)), rel=1e-12)


def test_world_and_path_seeds_differ_between_replicates_and_are_shared_by_scenarios():
    seeds = {derive_seed(seed, purpose, replicate) for seed in (1, 2) for purpose in ("world", "path") for replicate in range(50)}
    assert len(seeds) == 200
    assert all(0 <= seed < 2 ** 63 for seed in seeds)
