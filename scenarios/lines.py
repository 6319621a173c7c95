"""Where a setting stands in a TOML file: the line of every key and table header."""

import re
import tomllib

_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_PIECE = re.compile(
    r"""
    \"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5}          # text over several lines
    | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' | \#[^\n]*       # text on one line, comments
    | [\[\]{}\n] | [^"'\#\[\]{}\n]+                     # brackets, ends of lines, all else
    """, re.DOTALL | re.VERBOSE)


def key_lines(text: str) -> dict[tuple, int]:
    """Path -> line number, for a text that `tomllib` has read; entries of `[[lists]]` are counted from 0."""
    text = text.replace("\r\n", "\n")
    lines, counts = {}, {}
    table, at, line = (), 0, 1
    while at < len(text):
        start = line
        if text[at] in " \t\n":
            line += text[at] == "\n"
            at += 1
            continue
        if text[at] == "#":
            path, at = (), at
        elif text.startswith("[[", at):
            parts, at = _key(text, at + 2)
            name = _inside(parts[:-1], counts) + parts[-1:]
            counts[name] = counts.get(name, -1) + 1
            path = table = name + (counts[name],)
        elif text[at] == "[":
            parts, at = _key(text, at + 1)
            path = table = _inside(parts, counts)
        else:
            parts, at = _key(text, at)
            path = table + parts
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], start)
        at, line = _end_of_statement(text, at, line)
    return lines


def _key(text: str, at: int) -> tuple[tuple, int]:
    """The parts of a dotted key, and where it ends."""
    parts, more = [], True
    while more and (found := _KEY.match(text, at)):
        name = found[1]
        parts.append(next(iter(tomllib.loads(f"{name} = 0"))) if name[0] in "\"'" else name)
        at, more = found.end(), bool(found[2])
    return tuple(parts), at


def _inside(parts: tuple, counts: dict) -> tuple:
    """The path of a table, going into the latest entry of each list on the way."""
    path = ()
    for part in parts:
        path += (part,)
        if path in counts:
            path += (counts[path],)
    return path


def _end_of_statement(text: str, at: int, line: int) -> tuple[int, int]:
    """Skip to the end of the line on which the brackets and strings of a statement are closed."""
    depth = 0
    for piece in _PIECE.finditer(text, at):
        at = piece.end()
        line += piece[0].count("\n")
        if piece[0] == "\n" and depth <= 0:
            break
        depth += (piece[0] in "[{") - (piece[0] in "]}")
    return at, line
