"""Lending policies, a file each."""

from agents.lending.bank_card import BankCard
from agents.lending.platform_card import PlatformCard

POLICIES = {policy.kind: policy for policy in (PlatformCard, BankCard)}
