"""What a setting may hold, read off its type: a table of settings, a plug-in, a list, a map or a plain value."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Len
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scenarios.plugins import Choice
from scenarios.toml_text import toml_value


class Shape(NamedTuple):
    """`form`: table, plugin, list, map or value; `of`: the settings class, the Choice, the inner Shape or the type."""

    form: str
    of: Any
    bounds: tuple = ()


def shape(annotation: Any, metadata: tuple = ()) -> Shape:
    """The shape of a type; `X | None` has the shape of X, because a TOML file leaves out what is absent."""
    for item in metadata:
        if isinstance(item, Choice):
            return Shape("plugin", item)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape(inner[0], metadata + inner[1:])
    if origin in (Union, UnionType):
        present = [each for each in inner if each is not type(None)]
        return shape(present[0], metadata) if len(present) == 1 else Shape("value", annotation, metadata)
    if origin in (list, set, frozenset) or (origin is tuple and Ellipsis in inner):
        return Shape("list", shape(inner[0]), metadata)
    if origin is tuple and len(set(inner)) == 1:
        return Shape("list", shape(inner[0]), (*metadata, Len(len(inner), len(inner))))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Shape("map", shape(inner[1]), metadata)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape("table", annotation)
    return Shape("value", annotation, metadata)


def field_shape(field: FieldInfo) -> Shape:
    """The shape of a setting of a settings class."""
    return shape(field.annotation, tuple(field.metadata))


def settings_class(place: Shape, data: Any = None) -> type[BaseModel] | None:
    """The settings class of a table, or of the plug-in whose kind stands in `data`; None for anything else."""
    if place.form == "table":
        return place.of
    if place.form == "plugin" and isinstance(data, Mapping):
        return place.of.settings_of(data.get("kind"))
    return None


def choices(place: Shape) -> tuple:
    """The values a `Literal` setting accepts; empty for every other setting."""
    return get_args(place.of) if place.form == "value" and get_origin(place.of) is Literal else ()


def type_text(place: Shape) -> str:
    """The type of a setting in plain words: `whole number`, `list of dates`, `one of "a", "b"`."""
    if place.form == "list":
        return f"list ({type_text(place.of)})"
    if place.form == "map":
        return f"table of names ({type_text(place.of)})"
    if place.form == "table":
        return "table"
    if place.form == "plugin":
        return f"table with the kind of {place.of.what}"
    if choices(place):
        return "one of " + ", ".join(f'"{each}"' for each in choices(place))
    if get_origin(place.of) in (Union, UnionType):
        return " or ".join(type_text(shape(each)) for each in get_args(place.of) if each is not type(None))
    words = {"int": "whole number", "float": "number", "bool": "true or false", "str": "text", "date": "date"}
    name = getattr(place.of, "__name__", str(place.of))
    return words.get(name, name)


def value_text(value: Any) -> str:
    """A value as one likes to read it in a scenario: 10_000_000, 0.3, "text"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return f"{value:_}" if isinstance(value, int) and not isinstance(value, bool) else toml_value(value)


def bounds_text(place: Shape) -> str:
    """The allowed range in plain words: `at least 0 and at most 1`; empty if there is none."""
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    parts = [f"{words[name]} {value_text(getattr(bound, name))}"
             for bound in place.bounds for name in words if hasattr(bound, name)]
    parts += _lengths(place)
    parts += [f"a multiple of {bound.multiple_of}" for bound in place.bounds if hasattr(bound, "multiple_of")]
    return " and ".join(parts)


def _lengths(place: Shape) -> list[str]:
    """How long a text or list may be: `1 to 100 characters`, `at least 1 entry`."""
    shortest = [b.min_length for b in place.bounds if getattr(b, "min_length", None) is not None]
    longest = [b.max_length for b in place.bounds if getattr(b, "max_length", None) is not None]
    one, many = ("character", "characters") if place.form == "value" else ("entry", "entries")
    if shortest and longest and max(shortest) == min(longest):
        return [f"exactly {max(shortest)} {many}"]
    if shortest and longest:
        return [f"{max(shortest)} to {min(longest)} {many}"]
    if shortest or longest:
        number, words = (max(shortest), "at least") if shortest else (min(longest), "at most")
        return [f"{words} {number} {one if number == 1 else many}"]
    return []
