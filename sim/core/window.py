"""What happens in a window of days: the base of shocks and tactics."""

import datetime

from pydantic import model_validator

from sim.core.settings import Settings, setting


class WindowSettings(Settings):
    """A name and a window."""

    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    start: datetime.date = setting(unit="date", source="user", meaning="First day")
    end: datetime.date | None = setting(None, unit="date", source="user", meaning="Last day; the first day if not given")

    @model_validator(mode="after")
    def _window_is_ordered(self):
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class Windowed:
    """A plug-in with settings of its own that acts on the days of its window.

    kind: its name in the table.  Settings: the class of its settings.  is_silent: it does nothing, as in a world without it.
    """

    kind = ""
    Settings = WindowSettings

    def __init__(self, settings: WindowSettings):
        self.settings = settings
        self.is_silent = False

    def is_active(self, m) -> bool:
        """True on the days of the window."""
        s = self.settings
        return not self.is_silent and s.start <= m.date <= (s.end or s.start)
