"""Scenario files: found by name or path, read, laid over what they extend, changed by overrides, validated.

    scenario = load("flash-rate", {"consumers.count": 10_000, "tactics.rate_promotion.depth": 0.3})
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios.entries import Entry, entry, merge, plain, problems
from scenarios.lines import key_lines
from scenarios.mistakes import clean, line, lines_of, mistake_at, raise_all, shown, written_path
from scenarios.overrides import apply
from scenarios.places import place_of
from scenarios.writing import as_data, default_data
from sim.core.errors import UserError, did_you_mean

SHIPPED = Path(__file__).parent
MAX_BYTES = 1_000_000
MOST_NAMED = 12  # shipped scenarios in one line
NOT_INHERITED = ("name", "question", "title", "based_on")
Check = Callable[[dict], Iterable[tuple[tuple, str]]]


def load(scenario: str | Path | BaseModel, overrides: Mapping[str, Any] | None = None, *, check: Check | None = None,
         schema: type[BaseModel] | None = None, folder: Path = SHIPPED) -> Any:
    """A frozen, validated Scenario from a shipped name, a file or another Scenario, with overrides applied.

    check: what floors above know to be wrong, such as names of measures: takes the scenario as plain data, gives
    (path, what is wrong) for every mistake, which is then said like all others, with file and line.
    Raises: UserError with one line for every mistake. `schema` and `folder` are for tests and extensions.
    """
    mistakes: list[tuple[Entry, str]] = []
    if isinstance(scenario, BaseModel):
        schema = type(scenario)
        if scenario.is_scaled:
            raise ValueError("a scaled scenario cannot be changed: change the scenario it was scaled from")
        root = entry(as_data(scenario), f"scenario {scenario.name}")
    else:
        if schema is None:
            from scenarios.schema import Scenario as schema  # here, because it imports every part of the world
        root = merge(entry(default_tables(schema), ""), read_chain(scenario, folder, mistakes), mistakes)
    if overrides:
        root = apply(root, overrides, entry(default_data(schema), ""), mistakes)
    return validated(root, schema, mistakes, check)


def validated(root: Entry, schema: type[BaseModel], mistakes: list[tuple[Entry, str]], check: Check | None = None) -> Any:
    """The Scenario that the entries describe; raises UserError with `mistakes` and every further one."""
    root = anchored(root, schema)
    bad = problems(root)
    mistakes = mistakes + [mistake_at(path, text, root, schema) for path, text in (check(plain(root)) if check else ())]
    mistakes = mistakes + [(item, f"{written_path(root, path)} = {shown(item)}: {item.problem}") for path, item in bad]
    try:
        found = schema.model_validate_json(json.dumps(plain(root)), strict=True)
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False)
        mistakes += lines_of(errors, root, schema, skip={path for path, _ in bad})
    raise_all(mistakes)
    return found


def anchored(here: Entry, schema: type[BaseModel], root: Entry | None = None, path: tuple = ()) -> Entry:
    """Settings with the unit `path` as whole paths: a file is sought beside the scenario file that names it.

    What comes from `--set` or from Python is sought in the working directory.
    """
    root = here if root is None else root
    if here.problem:
        return here
    if here.is_table:
        return replace(here, value={name: anchored(each, schema, root, (*path, name)) for name, each in here.value.items()})
    if here.is_list:
        return replace(here, value=[anchored(each, schema, root, (*path, number)) for number, each in enumerate(here.value)])
    if not isinstance(here.value, str) or not here.value or place_of(schema, root, path).unit != "path":
        return here
    beside = Path(here.file).parent if _is_there(Path(here.file)) else Path()
    try:
        return replace(here, value=str((beside / here.value).resolve()))
    except (OSError, ValueError, RuntimeError):  # no path at all: whoever opens it says so
        return here


def read_chain(name: str | Path, folder: Path, mistakes: list[tuple[Entry, str]],
               near: Path | None = None, chain: tuple[Path, ...] = ()) -> Entry:
    """A file's entries laid over those of the file it extends, and so on."""
    path = find_file(name, folder, near)
    shown_name = path.name if path.parent == folder else str(path)
    if path.resolve() in chain:
        circle = " extends ".join(clean(each.name) for each in (*chain, path))
        raise UserError(f"{clean(shown_name)}: extends: {circle}, a circle")
    top = read_file(path, shown_name)
    values = dict(top.value)
    values.setdefault("name", entry(path.stem, shown_name))
    parent = values.pop("extends", None)
    if parent is None:
        return replace(top, value=values)
    if not isinstance(parent.value, str):
        raise UserError(line(parent, f"extends = {shown(parent)}: must be the name of a scenario or a file, in quotes"))
    try:
        below = read_chain(parent.value, folder, mistakes, path.parent, (*chain, path.resolve()))
    except UserError as wrong:
        if wrong.args[0].startswith("no scenario"):
            raise UserError(line(parent, f"extends: {wrong}")) from None
        raise
    values.setdefault("based_on", entry(_based_on(parent.value, folder, path.parent), shown_name))
    below = replace(below, value={name: each for name, each in below.value.items() if name not in NOT_INHERITED})
    return merge(below, replace(top, value=values), mistakes)


def find_file(name: str | Path, folder: Path = SHIPPED, near: Path | None = None) -> Path:
    """The file of a shipped scenario, or a file given by its path (seen from `near` by an extending file).

    Raises: UserError if there is none.
    """
    text = str(name)
    shipped = shipped_names(folder)
    if text in shipped:
        return folder / f"{text}.toml"
    if text.endswith(".toml") or "/" in text or "\\" in text:
        path = near / text if near is not None else Path(text)
        if _is_there(path):
            return path
        raise UserError(f"no scenario file {clean(text, 200)}{did_you_mean(Path(text).stem, shipped)}")
    hint = did_you_mean(text, shipped)
    beside = (near or Path()) / f"{text}.toml"
    if text and _is_there(beside):
        hint = f" - did you mean the file '{clean(beside.name, 200)}'?"
    raise UserError(f"no scenario called '{clean(text, 200)}'; shipped: {in_words(shipped)}{hint}")


def in_words(shipped: list[str]) -> str:
    """The names of the shipped scenarios, or how many there are if they would fill the screen."""
    return ", ".join(shipped) or "none" if len(shipped) <= MOST_NAMED else f"{len(shipped)}, listed by `jishi scenarios`"


def _is_there(path: Path) -> bool:
    """True if the path names something, readable or not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _based_on(parent: str, folder: Path, near: Path) -> str:
    path = find_file(parent, folder, near)
    return path.stem if path.parent == folder else str(path)


def shipped_names(folder: Path = SHIPPED) -> list[str]:
    """The names of the shipped scenarios."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def read_file(path: Path, shown_name: str) -> Entry:
    """The entries of one TOML file. Raises: UserError if it cannot be read or is not TOML."""
    place = clean(shown_name)
    try:
        if path.is_dir():
            raise UserError(f"{place}: is a folder, not a scenario file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as wrong:
        if isinstance(wrong, UserError):
            raise
        reason = clean(getattr(wrong, "strerror", None) or str(wrong))
        raise UserError(f"{place}: cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        raise UserError(f"{place}: larger than {MAX_BYTES:_} bytes, which no scenario is")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        at = content.count(b"\n", 0, wrong.start) + 1
        raise UserError(f"{place}:{at}: byte {wrong.start} is not UTF-8; save the file as UTF-8") from None
    data = _parsed(text, place)
    if not data:
        raise UserError(f"{place}: is empty; a scenario needs at least one setting, such as: extends = \"baseline\"")
    return entry(data, shown_name, key_lines(text))


def _parsed(text: str, place: str) -> dict:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = re.fullmatch(r"(.*) \(at line (\d+), (column \d+)\)", str(wrong), re.DOTALL)
        what, at, column = found.groups() if found else (str(wrong), "", "")
        place, column = (f"{place}:{at}", f" ({column})") if found else (place, "")
        raise UserError(f"{place}: is not TOML: {clean(what, 200)}{column}") from None
    except RecursionError:
        raise UserError(f"{place}: is nested too deeply") from None
    except ValueError as wrong:  # a number with thousands of digits
        raise UserError(f"{place}: cannot be read as TOML: {clean(str(wrong), 200)}") from None


def default_tables(schema: type[BaseModel]) -> dict:
    """The defaults of a schema's tables, without its lists: what the lowest file of a chain is laid over."""
    return {name: value for name, value in default_data(schema, lists=False).items() if name not in NOT_INHERITED}
