"""A shock: something nobody in the market decided.  One file and one line in SHOCKS for each kind.

The contract: `strike(m)` is called once in phase Open of every day of the window; a shock of zero size, or outside
its window, changes nothing, to the bit.
"""

from sim.core.window import Windowed, WindowSettings


class ShockSettings(WindowSettings):
    """What every shock has: a name and a window."""


class Shock(Windowed):
    """Base of all shocks."""

    Settings = ShockSettings

    def number(self, m, is_one) -> int:
        """How many shocks before this one in the list are of its kind and, as `is_one(settings)` says, draw as it does.

        A slot of draws made of it stays the same whatever other shocks there are.
        """
        return sum(each.kind == self.kind and is_one(each.settings) for each in m.shocks[:m.shocks.index(self)])

    def strike(self, m) -> None:
        """Do it; called on active days only."""
        raise TypeError(f"{type(self).__name__} must say what strikes")
