"""A lending policy: sees a view, answers with a decision.  It never meets the population.

The contract: `decide(view) -> CreditDecision`, a pure function of the view and of what the lender has learnt before.
"""

from typing import Protocol

from sim.core.views import CreditDecision


class Policy(Protocol):
    """What a lender's mind must be able to do."""

    kind: str

    def decide(self, view) -> CreditDecision:
        """Approve or refuse each applicant of the view."""
        ...
