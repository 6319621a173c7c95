"""Plain data as TOML text."""

import json
import re
from datetime import date, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_document(data: dict[str, Any]) -> str:
    """Nested tables as a TOML file: plain settings first, then `[tables]` and `[[lists]]`; None is left out."""
    return "\n".join(_table(data, ())).strip("\n") + "\n"


def toml_value(value: Any) -> str:
    """One value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items() if v is not None) + "}"
    raise TypeError(f"{type(value).__name__} has no TOML form")


def toml_key(name: str) -> str:
    """A key, quoted if TOML needs it."""
    return name if _BARE.fullmatch(name) else toml_value(name)


def _table(data: dict, path: tuple) -> list[str]:
    lines = [f"{toml_key(name)} = {toml_value(value)}" for name, value in data.items()
             if value is not None and not isinstance(value, dict) and not _is_list_of_tables(value)]
    for name, value in data.items():
        here = path + (name,)
        header = ".".join(toml_key(part) for part in here)
        if isinstance(value, dict):
            inner = _table(value, here)
            only_tables = bool(inner) and not inner[0]  # its own header would say nothing
            lines += inner if only_tables else ["", f"[{header}]", *inner]
        elif _is_list_of_tables(value):
            for each in value:
                lines += ["", f"[[{header}]]", *_table(each, here)]
    return lines


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, dict) for each in value)
