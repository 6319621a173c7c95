"""Lending policies, a file each."""

from agents.lending.bank_card import BankCard
from agents.lending.credit_payment import CreditPaymentCard
from agents.lending.learned_card import LearnedCard
from agents.lending.platform_card import PlatformCard

POLICIES = {policy.kind: policy for policy in (PlatformCard, LearnedCard, BankCard, CreditPaymentCard)}
