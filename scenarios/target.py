"""Targets: what a plan wants to reach, one daily measure against one number; reports say how far it is, the world never knows."""

from datetime import date
from typing import Literal

from pydantic import field_validator

from sim.core.settings import Settings, setting


class Target(Settings):
    """One line of a plan: a measure, the value it should reach, and by when."""

    name: str = setting(unit="text", source="the user", min_length=1, max_length=60, meaning="Name used in reports and overrides")
    measure: str = setting(unit="measure", source="the user", min_length=1,
                           meaning="Daily measure by its name in results/measures.py, such as registered_share")
    value: float = setting(unit="as the measure", source="the user", meaning="What it should reach, at real scale; 50% is 0.5. "
                           "Flows count as a sum since the first day, shares of a day as their mean over 30 days")
    direction: Literal["at_least", "at_most"] = setting("at_least", unit="side", source="the user",
                                                        meaning="Whether more is better or less")
    by: date | None = setting(None, unit="date", source="the user", meaning="Day on which it counts; not set: the last day")
    source: str = setting("", unit="text", source="the user", max_length=100, meaning="Where the target comes from, such as fact K01")
    note: str = setting("", unit="text", source="the user", max_length=300, meaning="A remark for the report")

    @field_validator("name", "source", "note")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        if not text.isprintable() or text != text.strip():
            raise ValueError("must be one line of plain text, with no blank at either end")
        return text
