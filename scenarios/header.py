"""What every scenario says about itself: its name and question, its calendar, its scale."""

from datetime import date

from pydantic import PrivateAttr, field_validator

from sim.core.settings import Settings, setting


class Header(Settings):
    """The settings in front of a scenario's sections; `scenarios.schema.Scenario` adds the sections."""

    name: str = setting(unit="text", source="the user", min_length=1, max_length=100,
                        meaning="Name of the scenario; the name of its file if left out")
    question: str = setting("", unit="text", source="the user", max_length=300,
                            meaning="What the scenario is to answer, in one line; never inherited")
    title: str = setting("", unit="text", source="the user", max_length=300,
                         meaning="Heading of its reports; never inherited")
    based_on: str = setting("", unit="text", source="set on load",
                            meaning="What the scenario's file extends; a record only, nothing is read from it")
    start: date = setting(date(2012, 1, 1), ge=date(1990, 1, 1), le=date(2099, 12, 31), unit="date",
                          source="assumption", meaning="First simulated day")
    days: int = setting(365, unit="days", source="assumption", ge=1, le=36_500, meaning="How many days are simulated")
    weight: float = setting(1.0, unit="real actors per simulated actor", source="assumption", ge=.001, le=1e9,
                            meaning="One simulated actor stands for this many real ones")

    _is_scaled: bool = PrivateAttr(False)

    @field_validator("name", "question", "title")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        if not text.isprintable():
            raise ValueError("must be one line of plain text")
        return text

    @field_validator("name")
    @classmethod
    def _can_name_a_folder(cls, name: str) -> str:
        if name != name.strip() or name.startswith(".") or "/" in name or "\\" in name:
            raise ValueError("names the folder of results: no slashes, no dot or blank in front, no blank at the end")
        return name

    @property
    def is_scaled(self) -> bool:
        """True once `scenarios.scaling.scaled` has divided the settings written at real scale."""
        return self._is_scaled
