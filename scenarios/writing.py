"""Scenarios written back as TOML: whole, or only what differs from the defaults; reading it gives the same scenario."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel

from scenarios.toml_text import toml_document


def dump(scenario: BaseModel, full: bool = True) -> str:
    """The resolved scenario as a TOML file without `extends`; `load` gives back an equal scenario.

    `full=False` leaves out what the defaults say anyway. A file can add to a default table of names but not take from
    it, so this holds for every scenario that `load` gives.
    """
    if scenario.is_scaled:
        raise ValueError("a scaled scenario is not written: write the scenario it was scaled from")
    if full:
        return toml_document(as_data(scenario))
    return toml_document(unlike(as_data(scenario, full_lists=False), default_data(type(scenario), full_lists=False)))


def as_data(value: Any, lists: bool = True, full_lists: bool = True) -> Any:
    """Settings as plain data: tables as dicts, lists as lists; None where a setting is absent or a list is not wanted.

    `lists=False` leaves out lists. `full_lists=False` leaves out, inside lists, what a kind's defaults say.
    """
    if isinstance(value, BaseModel):
        inner = {name: as_data(getattr(value, name), lists, full_lists) for name in type(value).model_fields}
        return {name: each for name, each in inner.items() if each is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: as_data(each, lists, full_lists) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        inner = [as_data(each, lists, full_lists) for each in items]
        if not full_lists:
            inner = [_compact(item, data) for item, data in zip(items, inner, strict=True)]
        return inner if lists else None
    return value


def default_data(schema: type[BaseModel], lists: bool = True, full_lists: bool = True) -> dict:
    """The default of every setting that has one, as plain data."""
    found = {name: as_data(field.get_default(call_default_factory=True), lists, full_lists)
             for name, field in schema.model_fields.items() if not field.is_required()}
    return {name: value for name, value in found.items() if value is not None}


def unlike(data: dict, base: dict) -> dict:
    """What must be laid over `base` to give `data`; a table of another kind, and a list, is given whole."""
    if data.get("kind", "") != base.get("kind", data.get("kind", "")):
        return data
    found = {}
    for name, value in data.items():
        below = base.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            if different := unlike(value, below):
                found[name] = different
        elif name not in base or value != below or type(value) is not type(below):
            found[name] = value
    return found


def _compact(item: Any, data: Any) -> Any:
    """An entry of a list without what the defaults of its class say; its kind and name stay."""
    if not isinstance(item, BaseModel):
        return data
    kept = {name: data[name] for name in ("kind", "name") if data.get(name)}
    return kept | unlike(data, default_data(type(item), full_lists=False))
