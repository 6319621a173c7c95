"""A scenario as read: every value with the file and line it comes from, merged table by table.

Rules of merging, used for `extends` and for overrides alike:
- tables merge setting by setting, and tables of names name by name; the upper file wins;
- a table whose `kind` changes replaces the lower table, whose settings belonged to another kind;
- a list of tables that all have a `name` merges by name: a known name merges (an entry without name answers to its
  kind), a new name is appended, and `remove = true` takes an inherited entry out;
- every other list replaces the lower list; `tactics = []` means none.
"""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

MAX_DEPTH = 12
MAX_WHOLE = 2**63 - 1


@dataclass(frozen=True)
class Entry:
    """A value of a scenario and where it was written; tables hold name -> Entry, lists hold Entry."""

    value: Any
    file: str = ""
    line: int | None = None
    problem: str = ""  # why the value cannot be a setting, whatever the setting

    @property
    def is_table(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def get(self, name: str) -> Any:
        """The plain value of a setting of this table; None if it is no table or lacks the setting."""
        return self.value[name].value if self.is_table and name in self.value else None


def entry(data: Any, file: str, lines: dict | None = None, path: tuple = ()) -> Entry:
    """Plain data as entries; `lines` maps a path to its line, and what has no line of its own has that of its table."""
    lines = lines or {}
    length = len(path)
    while length and path[:length] not in lines:
        length -= 1
    here = Entry(data, file, lines.get(path[:length]))
    if hasattr(data, "item") and getattr(data, "ndim", 0) == 0:
        here = replace(here, value=data.item())  # a NumPy number, as designs and sweeps make them
    problem = _problem(here.value, len(path))
    if problem:
        return replace(here, problem=problem)
    if isinstance(data, dict):
        return replace(here, value={name: entry(each, file, lines, path + (name,)) for name, each in data.items()
                                    if each is not None})
    if isinstance(data, list | tuple):
        return replace(here, value=[entry(each, file, lines, path + (i,)) for i, each in enumerate(data)])
    return here


def _problem(value: Any, depth: int) -> str:
    if isinstance(value, dict | list | tuple):
        if depth >= MAX_DEPTH:
            return f"nested too deeply (more than {MAX_DEPTH} levels)"
        if isinstance(value, dict) and not all(isinstance(name, str) and is_unicode(name) for name in value):
            return "names of settings must be text"
        return ""
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        return "too large a number (whole numbers go up to 9.2e18)"
    if isinstance(value, str) and not is_unicode(value):
        return "not valid text"
    return "" if isinstance(value, bool | int | float | str | date | time) else "cannot be the value of a setting"


def is_unicode(text: str) -> bool:
    """False if a text holds half of a character pair, as file names that are not UTF-8 do."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def merge(below: Entry, above: Entry, mistakes: list[tuple[Entry, str]], path: tuple[str, ...] = ()) -> Entry:
    """`above` laid over `below` by the rules of this file; mistakes made on the way are appended to `mistakes`."""
    if below.is_table and above.is_table:
        if above.get("kind") is not None and below.get("kind") not in (None, above.get("kind")):
            return above
        merged = dict(below.value)
        for name, each in above.value.items():
            merged[name] = merge(merged[name], each, mistakes, path + (name,)) if name in merged else each
        return replace(above, value=merged)
    all_named = above.is_list and above.value and all(isinstance(each.get("name"), str) for each in above.value)
    if below.is_list and all_named:
        return replace(above, value=_merge_by_name(below.value, above.value, mistakes, path))
    return above


def _merge_by_name(below: list[Entry], above: list[Entry], mistakes: list[tuple[Entry, str]],
                   path: tuple[str, ...]) -> list[Entry]:
    where = ".".join(path)
    merged, seen = list(below), set()
    for each in above:
        name = each.get("name")
        if name in seen:
            mistakes.append((each.value["name"], f"{where}: the name '{name}' is taken by an earlier entry"))
            continue
        seen.add(name)
        known = [i for i, other in enumerate(merged) if label(other) == name]
        if each.get("remove") is True:
            if not known:
                mistakes.append((each, f"{where}: nothing called '{name}' is inherited to be removed"))
            merged = [other for i, other in enumerate(merged) if i not in known]
        elif known:
            merged[known[0]] = merge(merged[known[0]], each, mistakes, path + (name,))
        else:
            merged.append(each)
    return merged


def label(item: Entry) -> str | None:
    """What a table in a list answers to: its name, else its kind."""
    found = item.get("name") or item.get("kind")
    return found if isinstance(found, str) else None


def plain(item: Entry) -> Any:
    """The data without places, as JSON can hold it; what has a problem of its own becomes None."""
    value = item.value
    if item.problem:
        return None
    if item.is_table:
        return {name: plain(each) for name, each in value.items()}
    if item.is_list:
        return [plain(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)  # 1e5 is a whole number to a user
    return value


def find(root: Entry, path: tuple) -> tuple[Entry, int]:
    """The deepest entry on a path, and how many steps of the path lead to it."""
    here = root
    for depth, step in enumerate(path):
        if here.is_table and step in here.value:
            here = here.value[step]
        elif here.is_list and isinstance(step, int) and step < len(here.value):
            here = here.value[step]
        else:
            return here, depth
    return here, len(path)


def problems(root: Entry) -> list[tuple[tuple, Entry]]:
    """Every (path, entry) whose value cannot be a setting, and every entry of a list that repeats a name."""
    found = []

    def look(here: Entry, path: tuple) -> None:
        if here.problem:
            found.append((path, here))
        elif here.is_table:
            for name, each in here.value.items():
                look(each, path + (name,))
        elif here.is_list:
            names = set()
            for i, each in enumerate(here.value):
                name = each.get("name")
                if name and isinstance(name, str) and name in names:
                    repeated = replace(each.value["name"], problem="is taken by an earlier entry")
                    found.append((path + (i, "name"), repeated))
                names |= {name} if isinstance(name, str) else set()
                look(each, path + (i,))

    look(root, ())
    return found
