"""A strategy: how a platform manages one lever (its price, its media budgets, an emergency) from day to day.  One file and one line in
STRATEGIES for each kind.

The contract: `decide(m)` is called in phase Post of every day of the window, before the tactics; it sees what was public at the close of
yesterday and sets the lever through the market that settles it.  A strategy outside its window leaves the world bit-identical.
"""

import datetime

from pydantic import model_validator

from sim.core.settings import Settings, setting


class StrategySettings(Settings):
    """What every strategy has: a name, a platform that follows it, and a window."""

    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user", meaning="Who follows it; 0 is the focal platform")
    start: datetime.date | None = setting(None, unit="date", source="user", meaning="First day; the first of the run if not given")
    end: datetime.date | None = setting(None, unit="date", source="user", meaning="Last day; the last of the run if not given")

    @model_validator(mode="after")
    def _window_is_ordered(self):
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class Strategy:
    """Base of all strategies.

    kind: its name in the table.  lever: what it manages; a platform has one strategy for each.  Settings: the class of its settings.
    KEPT: attributes that a checkpoint keeps.
    """

    kind = lever = ""
    Settings = StrategySettings
    KEPT: tuple[str, ...] = ()

    def __init__(self, settings: StrategySettings):
        self.settings = settings

    def is_active(self, m) -> bool:
        """True on the days of the window, where platforms compete."""
        s = self.settings
        in_time = (s.start is None or s.start <= m.date) and (s.end is None or m.date <= s.end)
        return in_time and len(m.customers) > 0 and s.platform < len(m.platforms) and bool(m.platforms.is_open[s.platform])

    def first_day(self, m) -> int:
        """Day of the run on which it begins."""
        return 0 if self.settings.start is None else max(m.calendar.day_of(self.settings.start), 0)

    def is_due(self, m, every_days: int) -> bool:
        """True once in so many days, from the end of the first period on."""
        days = m.day - self.first_day(m)
        return days > 0 and days % every_days == 0

    def decide(self, m) -> None:
        """Set the lever; called on active days only."""
        raise TypeError(f"{type(self).__name__} must say what it does")

    def needs_twins(self, m) -> bool:
        """True if it will ask today what would have been: the market then keeps last night's books."""
        return False

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in self.KEPT}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's memory back; a strategy that had none begins anew."""
        for name in self.KEPT:
            if name in state:
                setattr(self, name, state[name])


def below_ceiling(settings):
    """The settings, if their floor is not above their ceiling."""
    if settings.floor > settings.ceiling:
        raise ValueError(f"floor = {settings.floor:g} is above ceiling = {settings.ceiling:g}")
    return settings
