"""Changes to a scenario from outside its file: `consumers.count=10_000`, `tactics.rate_promotion.depth=0.3`."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scenarios.entries import Entry, entry, is_unicode, label, merge
from scenarios.mistakes import clean
from sim.core.errors import UserError, did_you_mean

_PATH = re.compile(r"[^\s.=]+(\.[^\s.=]+)*")
_WORD = re.compile(r"""[^\[\]{}"'=\s,]([^\[\]{}"'=,\n]*[^\[\]{}"'=\s,])?""")
SOURCE = "override"


class Changes(dict):
    """Overrides from the command line: path -> value; mistakes in them say `--set`."""

    source = "--set"


def parse_set(texts: Iterable[str]) -> Changes:
    """`["path=value", ...]` as a dict for `load`; values as in TOML, a bare word is text; the last one wins."""
    found, lines = Changes(), []
    for text in texts:
        path, equals, value = (part.strip() for part in str(text).partition("="))
        if not equals or not _PATH.fullmatch(path):
            lines.append(f"--set {clean(str(text), 80)}: must be path=value, such as consumers.count=10_000")
            continue
        if not value:
            lines.append(f"--set {clean(path, 80)}=: the value is missing; write it without blanks around =, or all in quotes")
            continue
        try:
            found[path] = _read_value(value)
        except ValueError:
            lines.append(f"--set {clean(path, 80)}: cannot read the value {clean(value, 60)}; "
                         'write it as in a scenario file: 5, 0.3, true, 2012-10-18, "text", [1, 2]')
    if lines:
        raise UserError(*lines)
    return found


def _read_value(text: str) -> Any:
    """A TOML value, or a bare word as text."""
    try:
        read = tomllib.loads(f"value = {text}")
        if list(read) == ["value"]:
            return read["value"]
    except (ValueError, RecursionError):
        if _WORD.fullmatch(text):
            return text
    raise ValueError(text)


def apply(root: Entry, overrides: Mapping[str, Any], defaults: Entry, mistakes: list[tuple[Entry, str]]) -> Entry:
    """The scenario with each override put in its place; changes of `kind` go first, because they clear a table.

    A list the scenario leaves out is taken from `defaults`, so that its entries can be addressed. A value of None
    takes a setting out, which brings its default back.
    """
    source = getattr(overrides, "source", SOURCE)
    for path in sorted(overrides, key=lambda path: not str(path).endswith("kind")):
        new = entry(overrides[path], source)
        if not is_unicode(str(path)):
            mistakes.append((new, f"{clean(str(path), 120)}: names of settings must be text"))
            continue
        try:
            root = _put(root, str(path).split("."), new, defaults, mistakes)
        except LookupError as wrong:
            mistakes.append((new, f"{clean(str(path), 120)}: {wrong.args[0]}"))
    return root


def _put(here: Entry, steps: list[str], new: Entry, default: Entry | None, mistakes: list,
         path: tuple[str, ...] = ()) -> Entry:
    """`new` at the end of the path `steps` below `here`."""
    if not steps:
        return merge(here, new, mistakes, path) if new.value is not None else here
    step, rest = steps[0], steps[1:]
    if here.is_list:
        index = _index(here.value, step)
        items = list(here.value)
        items[index] = _put(items[index], rest, new, None, mistakes, path + (step,))
        return replace(here, value=items)
    if not here.is_table:
        raise LookupError(f"there is nothing inside a plain value for '{clean(step, 40)}' to name")
    default = default.value.get(step) if default is not None and default.is_table else None
    table = dict(here.value)
    if not rest and new.value is None:
        table.pop(step, None)
        table |= {step: default} if default is not None else {}
    elif not rest and step == "kind" and here.get("kind") not in (None, new.value):
        table = {name: each for name, each in table.items() if name == "name"} | {"kind": new}
    elif step in table:
        table[step] = _put(table[step], rest, new, default, mistakes, path + (step,))
    elif rest:
        start = default if default is not None else Entry({}, new.file)
        table[step] = _put(start, rest, new, default, mistakes, path + (step,))
    else:
        table[step] = new
    return replace(here, value=table)


def _index(items: list[Entry], step: str) -> int:
    """Which entry of a list a step of a path means: by name, else by kind, else by number."""
    names = [label(each) for each in items]
    kinds = [each.get("kind") for each in items]
    for words in (names, kinds):
        if words.count(step) == 1:
            return words.index(step)
    if step.isdecimal() and step.isascii() and len(step) < 9 and int(step) < len(items):
        return int(step)
    known = [name for name in names if name]
    if step in names or step in kinds:
        raise LookupError(f"several entries are called '{clean(step, 40)}'; name them, or use a number from 0")
    has = f"it has {', '.join(clean(name, 40) for name in known)}" if known else "it has none"
    raise LookupError(f"this scenario has no entry called '{clean(step, 40)}' here; {has}{did_you_mean(step, known)}")
