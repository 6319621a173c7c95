"""A shock: something nobody in the market decided.  One file and one line in SHOCKS for each kind.

The contract: `strike(m)` is called once in phase Open of every day from `start` to `end`; a shock of zero size, or
outside its window, changes nothing, to the bit.
"""

import datetime

from pydantic import model_validator

from sim.core.settings import Settings, setting


class ShockSettings(Settings):
    """What every shock has: a name and a window."""

    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    start: datetime.date = setting(unit="date", source="user", meaning="First day")
    end: datetime.date | None = setting(None, unit="date", source="user", meaning="Last day; the first day if not given")

    @model_validator(mode="after")
    def _window_is_ordered(self):
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class Shock:
    """Base of all shocks."""

    kind = ""
    Settings = ShockSettings

    def __init__(self, settings: ShockSettings):
        self.settings = settings

    def is_active(self, m) -> bool:
        """True on the days of the window."""
        s = self.settings
        return s.start <= m.date <= (s.end or s.start)

    def strike(self, m) -> None:
        """Do it; called on active days only."""
        raise TypeError(f"{type(self).__name__} must say what strikes")
