"""The contract of channels: no shock no loss, losses that add up, rounds that end, nothing where there are none."""

import numpy as np
import pytest

from sim.contagion.booking import ContagionError, Failed
from sim.contagion.channels.channel import Channel, ChannelSettings
from tests.worlds import small_market


class Neighbours(Channel):
    """A channel for tests: who fails costs the shop of the next number 5 fen."""

    kind = "neighbours"

    def settle(self, m, failed, round):
        nearest = (failed.merchants + 1) % len(m.merchants)
        m.contagion.book("merchants", round, self.name, nearest, 5)


def market_with(*channels, **settings):
    market = small_market(consumers__count=300, merchants__count=40, **settings)
    market.channels = list(channels)
    market.contagion.__init__(market)
    return market


def spread(market, first):
    """Rounds of failures after the shops `first`; who is hit fails."""
    market.contagion.fail("merchants", np.array(first))
    rounds = []
    for failed in market.contagion.rounds(market):
        rounds.append((failed.round, failed.merchants.tolist()))
        for channel in market.channels:
            channel.spread(market, failed)
        market.contagion.fail("merchants", market.contagion.hit("merchants"))
    return rounds


def test_rounds_end_when_nobody_new_fails_and_losses_add_up():
    market = market_with(Neighbours(ChannelSettings()))
    rounds = spread(market, [3, 30])
    assert rounds[0] == (0, [3, 30]) and rounds[1] == (1, [4, 31])
    assert sorted(row for _, rows in rounds for row in rows) == list(range(40))
    book = market.contagion
    assert book.total() == book.total(layer="merchants", channel="neighbours") == 40 * 5 == book.lost["merchants"].sum()
    assert book.total(round=0) == 10 and book.n_failed() == 40 and book.n_failed(first_round=1) == 38


def test_a_channel_that_does_not_transmit_costs_nobody_anything():
    market = market_with(Neighbours(ChannelSettings(transmits=False)))
    assert len(spread(market, [3])) == 1 and market.contagion.total() == 0


def test_losses_below_nothing_are_refused():
    market = market_with(Neighbours(ChannelSettings()))
    with pytest.raises(ContagionError, match="a loss of -1 fen by x"):
        market.contagion.book("merchants", 0, "x", [1], [-1])


def test_without_channels_nothing_is_kept():
    market = small_market()
    market.contagion.fail("merchants", np.array([1]))
    assert list(market.contagion.rounds(market)) == [] and market.contagion.failures == {}
    assert len(Failed(0).banks) == 0
