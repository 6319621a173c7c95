"""A fixed plan: prices and budgets stay as the scenario sets them, whatever happens."""

from typing import Literal

from agents.strategies.strategy import Strategy, StrategySettings
from sim.core.settings import setting


class FixedSettings(StrategySettings):
    """Nothing beside the platform and the window."""

    kind: Literal["fixed"] = setting("fixed", unit="name", source="STRATEGIES")


class Fixed(Strategy):
    """Does nothing; it says in a scenario that this is meant, and what others are compared with."""

    kind, lever = "fixed", "price"
    Settings = FixedSettings

    def decide(self, m) -> None:
        """Nothing is decided."""
