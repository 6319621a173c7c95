"""A user's mistakes in a scenario, each as one line: place, setting, value, unit, what is allowed, did you mean.

    my.toml:7: consumers.count = -5 (persons): must be at least 1
"""

from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from scenarios import shapes
from scenarios.entries import Entry, find, label, plain
from scenarios.places import known_paths, place_of
from scenarios.shapes import Shape
from scenarios.toml_text import toml_key, toml_value
from sim.core.errors import UserError, did_you_mean

MAX_LINES = 50
_TYPES = {"int_type", "int_from_float", "int_parsing", "float_type", "bool_type", "string_type", "finite_number",
          "date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact", "datetime_type",
          "time_type", "time_parsing", "tuple_type", "list_type", "set_type", "frozen_set_type", "dict_type",
          "model_type", "enum"}
_BOUNDS = {"greater_than_equal", "greater_than", "less_than_equal", "less_than", "multiple_of", "string_too_short",
           "string_too_long", "too_short", "too_long"}


def clean(text: str, limit: int = 0) -> str:
    """Text on one line with nothing unprintable in it, shortened to `limit` characters if there is a limit."""
    if limit and len(text) > limit:
        text = text[: limit - 3] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def line(item: Entry, text: str) -> str:
    """`file:line: text`, for the place where `item` was written."""
    place = clean(item.file) + (f":{item.line}" if item.line else "")
    return f"{place}: {text}" if place else text


def shown(item: Entry) -> str:
    """The value as the user wrote it, shortened."""
    if item.is_table:
        return "{...}"
    if item.is_list and (item.problem or any(each.is_list for each in item.value)):
        return "[...]"
    if item.is_list and len(item.value) > 3:
        return f"[... {len(item.value)} entries]"
    try:
        return clean(toml_value(item.value if not item.is_list else plain(item)), 60)
    except (TypeError, ValueError):  # no TOML form, or a number too long to write
        return f"({type(item.value).__name__})"


def written_path(root: Entry, path: tuple) -> str:
    """A path as `--set` addresses it: entries of lists by name or kind, by [number] where that is not unique."""
    text, here = "", root
    for step in path:
        if isinstance(step, int):
            names = [label(each) for each in here.value] if here.is_list else []
            name = names[step] if step < len(names) else None
            text += f".{toml_key(name)}" if name and names.count(name) == 1 else f"[{step}]"
        else:
            text += f".{toml_key(step)}" if text else toml_key(step)
        here = find(here, (step,))[0]
    return clean(text, 120)


def lines_of(errors: list[dict], root: Entry, schema: type[BaseModel], skip: set[tuple]) -> list[tuple[Entry, str]]:
    """pydantic's errors as (entry, text); those at or below a path in `skip` are reported elsewhere."""
    texts: dict[tuple, tuple[Entry, str, list[str]]] = {}
    for error in errors[:MAX_LINES]:
        path = tuple(error["loc"])
        if not any(path[:length] in skip for length in range(len(path) + 1)):
            item, head, text = _mistake(error, path, root, schema)
            place = path[: find(root, path)[1]] if error["type"] != "missing" else path
            texts.setdefault(place, (item, head, []))[2].append(text)  # `5 or "a"` settings give one error per type
    found = [(item, f"{head}: {' or '.join(dict.fromkeys(parts))}" if head else parts[0])
             for item, head, parts in texts.values()]
    if len(errors) > MAX_LINES:
        found.append((Entry(None, root.file), f"and {len(errors) - MAX_LINES} more mistakes"))
    return found


def _mistake(error: dict, path: tuple, root: Entry, schema: type[BaseModel]) -> tuple[Entry, str, str]:
    """The entry that is wrong, how the line begins, and what is wrong."""
    item, depth = find(root, path)
    kind, here = error["type"], path[:depth]
    if item.is_table and not item.file:  # a table of the defaults: what was changed in it has a place
        item = replace(item, file=next((each.file for each in item.value.values() if each.file), ""))
    if kind == "kind" and item.get("kind") is not None:
        in_list = isinstance(path[-1], int)  # `tactics: no tactic of kind 'cashbak'`, at the line of that kind
        return item.value["kind"], written_path(root, path[:-1] if in_list else path), error["msg"]
    if kind == "missing":
        return item, written_path(root, path), _text(error, root, schema, path)
    head = written_path(root, here)
    if kind != "extra_forbidden" and here:
        head += _value_and_unit(item, schema, root, here)
    return item, head, _text(error, root, schema, here)


def mistake_at(path: tuple, text: str, root: Entry, schema: type[BaseModel]) -> tuple[Entry, str]:
    """A mistake found by somebody else: the entry at a path, and the line about it."""
    item, depth = find(root, path)
    return item, f"{written_path(root, path[:depth])}{_value_and_unit(item, schema, root, path[:depth])}: {text}"


def raise_all(found: list[tuple[Entry, str]]) -> None:
    """Raise a UserError with one line per mistake, in the order of the files' lines; nothing if there is none."""
    if found:
        ordered = sorted(found, key=lambda pair: (pair[0].file, pair[0].line or 10**9))
        raise UserError(*dict.fromkeys(line(item, clean(text)) for item, text in ordered))


def _value_and_unit(item: Entry, schema: type[BaseModel], root: Entry, path: tuple) -> str:
    unit = place_of(schema, root, path).unit
    if item.is_table:
        return ""
    return f" = {shown(item)}" + (f" ({unit})" if unit and unit != "text" else "")


def _text(error: dict[str, Any], root: Entry, schema: type[BaseModel], path: tuple) -> str:
    """What is wrong and what would be right."""
    kind = error["type"]
    place = place_of(schema, root, path)
    if kind == "extra_forbidden":
        return _unknown(schema, path, place.owner)
    if kind in ("plugin", "kind"):
        return error["msg"]
    shape = place.shape
    bounds = shapes.bounds_text(shape) if shape else ""
    if kind == "missing":
        words = (shapes.type_text(shape) if shape else "", place.unit, bounds)
        wanted = ", ".join(part for part in dict.fromkeys(words) if part)
        return f"is missing ({wanted})" if wanted else "is missing"
    if kind in _BOUNDS and bounds and not isinstance(path[-1], int):
        return f"must {'have' if kind.endswith(('_short', '_long')) else 'be'} {bounds}"
    if kind == "literal_error" and shape and shapes.choices(shape):
        known = shapes.choices(shape)
        return "must be " + _or([f'"{each}"' for each in known]) + did_you_mean(plain(find(root, path)[0]), known)
    if kind in ("value_error", "assertion_error"):
        return clean(str(error["ctx"]["error"]))
    if kind in _TYPES:
        return _wrong_type(error, shape, bounds, path)
    return clean(error["msg"].replace("Input should be", "must be").replace("Input should", "must"))


def _wrong_type(error: dict[str, Any], shape: Shape | None, bounds: str, path: tuple) -> str:
    words = {"int": "a whole number", "float": "a number", "bool": "true or false", "string": "text in quotes",
             "date": "a date such as 2012-10-18", "finite": "a finite number", "time": "a time such as 11:11:00"}
    header = ".".join(step for step in path if isinstance(step, str))
    if shape and shape.form == "table":
        return f"must be a table of settings, as under [{header}]"
    if shape and shape.form == "list" and shape.of.form in ("table", "plugin"):
        return f"must be a list of tables, each under [[{header}]]"
    if shape and shape.form in ("list", "map"):
        return "must be a " + shapes.type_text(shape)
    wanted = words.get(error["type"].split("_")[0], clean(error["msg"].replace("Input should be ", "")))
    return f"must be {wanted}" + (f", {bounds}" if bounds else "")


def _unknown(schema: type[BaseModel], path: tuple, owner: type[BaseModel] | None) -> str:
    """`no such setting`, with the closest name here, else the same name elsewhere, else what is known here."""
    known = list(owner.model_fields) if owner else []
    near = did_you_mean(path[-1], known)
    if not near:
        elsewhere = [other for other in known_paths(schema) if other.endswith(f".{path[-1]}")]
        near = f" - did you mean '{elsewhere[0]}'?" if elsewhere else ""
    if not near and len(known) <= 15:
        near = f"; known here: {', '.join(known)}"
    return f"no such setting{near}"


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
