"""Shocks from outside, a file each."""

from sim.shocks.advertising_rules import AdvertisingRules
from sim.shocks.bank_failure import BankFailure
from sim.shocks.breach import Breach
from sim.shocks.capital_rule import CapitalRule
from sim.shocks.demand import DemandShock
from sim.shocks.downturn import Downturn
from sim.shocks.fund_yield_falls import FundYieldFalls
from sim.shocks.funding_withdrawal import FundingWithdrawal
from sim.shocks.income import IncomeShock
from sim.shocks.interbank_freeze import InterbankFreeze
from sim.shocks.large_merchant import LargeMerchant
from sim.shocks.market_turn import MarketTurn
from sim.shocks.platform_loss import PlatformShock
from sim.shocks.region import RegionShock
from sim.shocks.sector import SectorShock

SHOCKS = {shock.kind: shock for shock in (DemandShock, IncomeShock, FundingWithdrawal, MarketTurn, Breach, AdvertisingRules, FundYieldFalls,
                                          RegionShock, SectorShock, LargeMerchant, BankFailure, InterbankFreeze, CapitalRule,
                                          PlatformShock, Downturn)}
