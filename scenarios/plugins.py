"""Plug-ins in a scenario: tables whose `kind` names an entry of a visible table such as TACTICS.

    tactics: plugins(TACTICS, "tactic") = ()
    social: plugin(SOCIAL, "social network") = SmallWorld.Settings(kind="small_world")

An entry of the table is a class with a `Settings` class inside, and those settings declare `kind`.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError, core_schema

from sim.core.errors import did_you_mean


def plugin(table: Mapping[str, type], what: str) -> Any:
    """The type of a setting that holds one plug-in of `table`."""
    return Annotated[Any, Choice(table, what)]


def plugins(table: Mapping[str, type], what: str) -> Any:
    """The type of a setting that holds a list of plug-ins of `table`."""
    return tuple[Annotated[Any, Choice(table, what)], ...]


class Choice:
    """One entry of a table of plug-ins, chosen by `kind`, with the settings of that kind."""

    def __init__(self, table: Mapping[str, type], what: str):
        self.table, self.what = table, what
        for kind, entry in table.items():
            if "kind" not in entry.Settings.model_fields:
                raise TypeError(f"the Settings of {what} '{kind}' must declare `kind`")

    def settings_of(self, kind: Any) -> type[BaseModel] | None:
        """The settings class of a kind; None if there is no such kind."""
        return self.table[kind].Settings if isinstance(kind, str) and kind in self.table else None

    def validate(self, value: Any, info) -> BaseModel:
        """The settings of the chosen kind; the mistakes inside keep their place in the scenario."""
        if isinstance(value, BaseModel):
            return self._known(value)
        if not isinstance(value, dict):
            example = value if isinstance(value, str) and value in self.table else next(iter(self.table), "")
            raise PydanticCustomError("plugin", "{text}", {
                "text": f'must be a table with a kind of {self.what}, such as {{kind = "{example}"}}'})
        settings = self.settings_of(value.get("kind"))
        if settings is None:
            raise PydanticCustomError("kind", "{text}", {"text": self._no_such_kind(value.get("kind"))})
        if info.mode == "json":
            return settings.model_validate_json(json.dumps(value), strict=True)
        return settings.model_validate(value)

    def _known(self, value: BaseModel) -> BaseModel:
        if type(value) is not self.settings_of(getattr(value, "kind", None)):
            raise PydanticCustomError("kind", "{text}", {"text": self._no_such_kind(getattr(value, "kind", None))})
        return value

    def _no_such_kind(self, kind: Any) -> str:
        known = f"known kinds: {', '.join(sorted(self.table))}"
        if kind is None:
            return f"the kind of {self.what} is missing; {known}"
        text = repr(kind) if len(repr(kind)) <= 60 else repr(kind)[:57] + "..."
        return f"no {self.what} of kind {text}; {known}{did_you_mean(kind, self.table)}"

    def __get_pydantic_core_schema__(self, source, handler):
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema, handler):
        """One alternative per kind, each with its `kind` fixed; a table that inherits its kind may say anything."""
        alternatives = []
        for kind, entry in self.table.items():
            settings = handler(entry.Settings.__pydantic_core_schema__)
            this_kind = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
            alternatives.append({"allOf": [settings, this_kind]})
        return {"anyOf": [*alternatives, {"type": "object", "not": {"required": ["kind"]}}]}
