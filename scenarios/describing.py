"""Scenarios in words: the list of them, and what one of them asks, changes and tries."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from scenarios.entries import Entry, entry, label
from scenarios.files import SHIPPED, load, read_file, shipped_names
from scenarios.mistakes import clean
from scenarios.places import place_of
from scenarios.shapes import field_shape, value_text
from scenarios.writing import as_data, default_data
from sim.core.errors import UserError

_HEADER = ("name", "question", "title", "based_on")


def listing(folder: Path = SHIPPED) -> list[tuple[str, str]]:
    """(name, question) of every scenario file of a folder; of one that cannot be read, (name, its mistake)."""
    found = []
    for name in shipped_names(folder):
        try:
            question = read_file(folder / f"{name}.toml", f"{name}.toml").get("question")
        except UserError as wrong:
            question = f"({wrong.lines[0]})"
        found.append((name, clean(question) if isinstance(question, str) else ""))
    return found


def describe(scenario: Any, folder: Path = SHIPPED) -> str:
    """What `jishi describe` prints: question, calendar, scale, differences from what it extends, what is tried."""
    last = scenario.start + timedelta(days=scenario.days - 1)
    lines = [f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name]
    lines += [f"  {scenario.question}"] if scenario.question else []
    lines += ["", f"Calendar  {scenario.start} to {last} ({scenario.days:_} days)", f"Scale     {_scale(scenario)}"]
    heading, changes = differences(scenario, folder)
    lines += ["", heading]
    lines += _columns(changes) or ["  nothing"]
    for name, field in type(scenario).model_fields.items():
        place = field_shape(field)
        if place.form == "list" and place.of.form == "plugin":
            lines += ["", name.capitalize()]
            lines += [line for each in getattr(scenario, name) for line in _plugin(each)] or ["  none"]
    if getattr(scenario, "targets", ()):
        lines += ["", "Targets", *_columns([(each.name, _target(each)) for each in scenario.targets])]
    return "\n".join(lines) + "\n"


def differences(scenario: Any, folder: Path = SHIPPED) -> tuple[str, list[tuple[str, str]]]:
    """A heading that says what the scenario is compared with, and (setting, change) for each that differs from it."""
    schema, heading = type(scenario), "Differs from the defaults in"
    below = default_data(schema)
    if scenario.based_on:
        try:
            below = as_data(load(scenario.based_on, schema=schema, folder=folder))
            heading = f"Differs from {scenario.based_on} in"
        except UserError:
            heading = f"Differs from the defaults ({clean(scenario.based_on, 60)} cannot be read any more) in"
    root = entry(as_data(scenario), "")
    return heading, _changes(_leaves(entry(below, "")), _leaves(root), schema, root)


def _changes(old: dict, new: dict, schema: type[BaseModel], root: Entry) -> list[tuple[str, str]]:
    """One row per changed setting; an entry that came or went is one row, and so is a network that changed its kind."""
    rows: dict[str, str] = {}
    for path in [*new, *(path for path in old if path not in new)]:
        if path[0] in _HEADER or old.get(path) == new.get(path) or _has_inner(path, old) or _has_inner(path, new):
            continue
        whole = next((path[:i] for i in range(1, len(path)) if _came_or_went(path[:i], old, new)), None)
        kind = path[:-1] + ("kind",)
        if whole:
            rows[".".join(whole)] = "added" if path in new else "removed"
        elif path in new or old.get(kind) == new.get(kind):
            unit = place_of(schema, root, path).unit
            both = path in old and path in new
            change = f"{_short(old[path])} -> {_short(new[path])}" if both else _one_side(path, old, new)
            rows[".".join(path)] = change + (f" ({unit})" if unit not in ("", "text", "name", "date") else "")
    return list(rows.items())


def _one_side(path: tuple, old: dict, new: dict) -> str:
    """A setting that only one of the two scenarios has."""
    return _short(new[path]) if path in new else f"{_short(old[path])} -> none"


def _has_inner(path: tuple, side: dict) -> bool:
    """True if a path leads to a whole table or list of tables: one side's is empty, and the other's rows tell."""
    return any(path == each[: len(path)] and path != each for each in side)


def _came_or_went(path: tuple, old: dict, new: dict) -> bool:
    """True if exactly one of the two has anything at or below a path."""
    return any(path == each[: len(path)] for each in old) != any(path == each[: len(path)] for each in new)


def _leaves(here: Entry, path: tuple = ()) -> dict[tuple, Any]:
    """Path -> plain value; entries of a list of tables stand under their name or kind, else under their number."""
    if here.is_table:
        inside = here.value.items()
    elif here.is_list and any(each.is_table for each in here.value):
        names = [label(each) for each in here.value]
        inside = [(name if name and names.count(name) == 1 else str(i), each)
                  for i, (name, each) in enumerate(zip(names, here.value, strict=True))]
    else:
        return {path: [each.value for each in here.value] if here.is_list else here.value}
    found = {}
    for name, each in inside:
        found |= _leaves(each, path + (name,))
    return found


def _scale(scenario: Any) -> str:
    consumers = getattr(scenario, "consumers", None)
    who = f"{consumers.count:_} consumers, " if hasattr(consumers, "count") else ""
    return f"{who}one simulated actor for {value_text(scenario.weight)} real ones"


def _plugin(settings: BaseModel) -> list[str]:
    """A tactic or shock: its name and window, then its settings with their units."""
    start, end = getattr(settings, "start", None), getattr(settings, "end", None)
    window = f"{start or 'the first day'} to {end or 'the last day'}"
    name = getattr(settings, "name", "") or settings.kind
    head = f"  {name}, {window}" if name == settings.kind else f"  {name} ({settings.kind}), {window}"
    rows = []
    for field, info in type(settings).model_fields.items():
        value = getattr(settings, field)
        if field not in ("kind", "name", "start", "end") and value is not None:
            rows.append((field, f"{_short(as_data(value))} {(info.json_schema_extra or {}).get('unit', '')}".rstrip()))
    return [head, *(f"  {line}" for line in _columns(rows))]


def _target(target: BaseModel) -> str:
    """A line of a plan: `registered_share at least 0.5 by 2013-01-01 (K01)`."""
    when = f"by {target.by}" if target.by else "on the last day"
    said = f"{target.measure} {target.direction.replace('_', ' ')} {value_text(target.value)} {when}"
    return clean(said + (f" ({target.source})" if target.source else ""))


def _short(value: Any) -> str:
    return clean(value if isinstance(value, str) else value_text(value), 60)


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max((len(left) for left, _ in rows), default=0)
    return [f"  {left:<{width}}  {right}" for left, right in rows]
