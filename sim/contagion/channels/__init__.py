"""Channels: how today's failures become losses of others, through the books; a file and a line each.

They settle in the order of the table, so that guarantors are called before lenders write off, and prices fall before banks clear; they
pay out in the reverse order, since what suppliers are paid is what they pay their lenders with.
"""

from sim.contagion.channels.fire_sale import FireSale
from sim.contagion.channels.funding_withdrawal import FundingWithdrawalChannel
from sim.contagion.channels.guarantee_circle import GuaranteeCircle
from sim.contagion.channels.guarantee_company import GuaranteeCompany
from sim.contagion.channels.interbank import Interbank
from sim.contagion.channels.lender_loss import LenderLoss
from sim.contagion.channels.panic import Panic
from sim.contagion.channels.trade_credit import TradeCredit

CHANNELS = {channel.kind: channel for channel in (GuaranteeCircle, LenderLoss, GuaranteeCompany, TradeCredit, FireSale, Interbank,
                                                  FundingWithdrawalChannel, Panic)}
