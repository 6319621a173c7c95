"""Tactics of platforms, a file each."""

from agents.tactics.rate_promotion import RatePromotion

TACTICS = {tactic.kind: tactic for tactic in (RatePromotion,)}
