"""Shocks from outside, a file each."""

from sim.shocks.advertising_rules import AdvertisingRules
from sim.shocks.breach import Breach
from sim.shocks.demand import DemandShock
from sim.shocks.downturn import Downturn
from sim.shocks.fund_yield_falls import FundYieldFalls
from sim.shocks.funding_withdrawal import FundingWithdrawal
from sim.shocks.income import IncomeShock
from sim.shocks.market_turn import MarketTurn

SHOCKS = {shock.kind: shock for shock in (DemandShock, IncomeShock, FundingWithdrawal, MarketTurn, Breach, AdvertisingRules,
                                          FundYieldFalls, Downturn)}
