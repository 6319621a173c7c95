"""What belongs at a path of a scenario: the settings class around it, the setting, its unit and its shape."""

from typing import NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scenarios.entries import Entry, find, label
from scenarios.shapes import Shape, field_shape, settings_class


class Place(NamedTuple):
    """`owner` holds `field`; `shape` is what stands at the path itself, and is None where nothing may stand."""

    owner: type[BaseModel] | None
    field: FieldInfo | None
    shape: Shape | None

    @property
    def unit(self) -> str:
        """The unit of the setting; entries of a list have the unit of the list."""
        return (self.field.json_schema_extra or {}).get("unit", "") if self.field else ""


def place_of(schema: type[BaseModel], root: Entry, path: tuple) -> Place:
    """What belongs at a path; entries of lists are numbered, or called by their name or kind."""
    owner, field, shape, here = None, None, Shape("table", schema), root
    for step in path:
        if shape.form in ("list", "map"):
            shape = shape.of
        else:
            owner = settings_class(shape, {"kind": here.get("kind")} if here.is_table else None)
            field = owner.model_fields.get(step) if owner else None
            if field is None:
                return Place(owner, None, None)
            shape = field_shape(field)
        if here.is_list and isinstance(step, str):
            here = next((each for each in here.value if label(each) == step), Entry(None))
        else:
            here = find(here, (step,))[0]
    return Place(owner, field, shape)


def known_paths(schema: type[BaseModel], prefix: str = "") -> list[str]:
    """The dotted path of every setting outside lists and plug-ins."""
    found = []
    for name, field in schema.model_fields.items():
        shape = field_shape(field)
        found += known_paths(shape.of, f"{prefix}{name}.") if shape.form == "table" else [f"{prefix}{name}"]
    return found
