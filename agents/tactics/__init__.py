"""Tactics of platforms, a file each."""

from agents.tactics.rate_promotion import RatePromotion
from agents.tactics.rate_trial import RateTrial

TACTICS = {tactic.kind: tactic for tactic in (RatePromotion, RateTrial)}
