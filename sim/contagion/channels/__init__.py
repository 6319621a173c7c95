"""Channels: how today's failures become losses of others, through the books."""

from sim.contagion.channels.fire_sale import FireSale
from sim.contagion.channels.funding_withdrawal import FundingWithdrawalChannel
from sim.contagion.channels.interbank import Interbank
from sim.contagion.channels.panic import Panic

CHANNELS: dict[str, type] = {channel.kind: channel for channel in (Interbank, FireSale, FundingWithdrawalChannel, Panic)}
