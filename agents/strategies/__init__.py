"""Strategies of platforms, a file each."""

from agents.strategies.best_response import BestResponse
from agents.strategies.emergency_plan import EmergencyPlan
from agents.strategies.evaluate_and_adjust import EvaluateAndAdjust
from agents.strategies.fixed import Fixed
from agents.strategies.match import Match

STRATEGIES = {strategy.kind: strategy for strategy in (Fixed, Match, BestResponse, EvaluateAndAdjust, EmergencyPlan)}
