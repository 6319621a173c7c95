"""A tactic: something a platform does to move the market.  One file and one line in TACTICS for each kind.

The contract: `act(m)` is called in phase Post of every day of the window; it may post offers and spend its budget,
never more than that; a tactic of zero size, or outside its window, leaves the world bit-identical.
"""

from sim.core.window import Windowed, WindowSettings


class TacticSettings(WindowSettings):
    """What every tactic has: a name and a window."""


class Tactic(Windowed):
    """Base of all tactics."""

    Settings = TacticSettings

    def act(self, m) -> None:
        """Do it; called on active days only."""
        raise TypeError(f"{type(self).__name__} must say what it does")
