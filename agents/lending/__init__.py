"""Lending policies, a file each."""

from agents.lending.credit_payment import CreditPaymentCard
from agents.lending.large_bank import LargeBank
from agents.lending.learned_card import LearnedCard
from agents.lending.micro_specialist import MicroSpecialist
from agents.lending.p2p import P2P
from agents.lending.platform_card import PlatformCard
from agents.lending.relationship_bank import RelationshipBank
from agents.lending.supply_chain import SupplyChain

POLICIES = {policy.kind: policy for policy in
            (PlatformCard, LearnedCard, LargeBank, RelationshipBank, MicroSpecialist, SupplyChain, P2P, CreditPaymentCard)}
