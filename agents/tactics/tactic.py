"""A tactic: something a platform does to move the market.  One file and one line in TACTICS for each kind.

The contract: `act(m)` is called in phase Post of every day of the window; it may post offers and spend its budget,
never more than that; a tactic of zero size, or outside its window, leaves the world bit-identical.
"""

import datetime

from pydantic import model_validator

from sim.core.settings import Settings, setting


class TacticSettings(Settings):
    """What every tactic has: a name and a window."""

    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    start: datetime.date = setting(unit="date", source="user", meaning="First day")
    end: datetime.date | None = setting(None, unit="date", source="user", meaning="Last day; the first day if not given")

    @model_validator(mode="after")
    def _window_is_ordered(self):
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class Tactic:
    """Base of all tactics."""

    kind = ""
    Settings = TacticSettings

    def __init__(self, settings: TacticSettings):
        self.settings = settings

    def is_active(self, m) -> bool:
        """True on the days of the window."""
        s = self.settings
        return s.start <= m.date <= (s.end or s.start)

    def act(self, m) -> None:
        """Do it; called on active days only."""
        raise TypeError(f"{type(self).__name__} must say what it does")
