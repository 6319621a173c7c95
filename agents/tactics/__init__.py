"""Tactics of platforms, a file each."""

from agents.tactics.fee_cut import FeeCut
from agents.tactics.media import Media
from agents.tactics.price import Price
from agents.tactics.rate_promotion import RatePromotion
from agents.tactics.rate_trial import RateTrial
from agents.tactics.referral import Referral
from agents.tactics.survey import Survey

TACTICS = {tactic.kind: tactic for tactic in (RatePromotion, RateTrial, Media, Referral, Survey, Price, FeeCut)}
