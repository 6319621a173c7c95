"""Tactics of platforms, a file each."""

from agents.tactics.coupon import Coupon
from agents.tactics.fee_cut import FeeCut
from agents.tactics.first_use_rebate import FirstUseRebate
from agents.tactics.free_interest import FreeInterest
from agents.tactics.loyalty_programme import LoyaltyProgramme
from agents.tactics.media import Media
from agents.tactics.personal_offer import PersonalOffer
from agents.tactics.price import Price
from agents.tactics.rate_boost import RateBoost
from agents.tactics.rate_promotion import RatePromotion
from agents.tactics.rate_trial import RateTrial
from agents.tactics.red_packet import RedPacket
from agents.tactics.referral import Referral
from agents.tactics.sign_up_bonus import SignUpBonus
from agents.tactics.survey import Survey

TACTICS = {tactic.kind: tactic for tactic in (RatePromotion, RateTrial, Media, Referral, Survey, SignUpBonus, FirstUseRebate, Coupon,
                                              PersonalOffer, LoyaltyProgramme, RedPacket, FreeInterest, RateBoost, Price, FeeCut)}
