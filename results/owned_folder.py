"""A folder that belongs to one experiment: no files of others, one process at a time, one question; may be killed at any moment."""

import fcntl
import json
import os
import tomllib
from pathlib import Path
from typing import Any

from sim.core.errors import UserError

MOST_DIFFERENCES = 5


class OwnedFolder:
    """The folder of a `what` (a sweep, a search), whose manifest says `kind`.

    beside: names that may be there before the manifest is.
    """

    what = kind = ""
    beside: frozenset[str] = frozenset()

    def __init__(self, path: str | Path):
        self.path, self._lock = Path(path), None

    def take(self, folder: Path | None = None) -> None:
        """Make the folder (or `folder` inside it) and keep others out until `close`.

        Raises: UserError if it cannot be written, or another process is at work in it.
        """
        try:
            (folder or self.path).mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / ".lock", "w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UserError(f"{self.path}: another {self.what} is at work in this folder") from None
        except (OSError, ValueError) as error:
            self.close()
            raise self._unwritable(error) from None

    def close(self) -> None:
        """Let others in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_there(self) -> bool:
        """True if the folder holds a manifest of this kind.  Raises: UserError if it holds anything that would be written over."""
        try:
            names = {each.name for each in self.path.iterdir()}
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from None
        if "manifest.json" in names:
            if self.kept().get("kind") != self.kind:
                raise UserError(f"{self.path}: holds something else than a {self.what}; name a new folder with --out")
            return True
        if others := sorted(name for name in names - self.beside if not name.endswith(".part") and name[0] != "."):
            raise UserError(f"{self.path}: holds {others[0]} and no {self.what}; name a new folder with --out")
        return False

    def kept(self) -> dict[str, Any]:
        """The manifest on disk.  Raises: UserError if there is none."""
        try:
            found = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{self.path}: no manifest.json, so this is no {self.what}") from None
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"{self.path}: manifest.json cannot be read ({error})") from None
        if not isinstance(found, dict):
            raise UserError(f"{self.path}: manifest.json is not one that Jishi wrote")
        return found

    def check_same(self, manifest: dict[str, Any], scenario_text: str) -> None:
        """Raises: UserError, with what differs, if what is on disk was asked otherwise."""
        kept = self.kept()
        if kept.get("hash") == manifest["hash"]:
            return
        try:
            there = tomllib.loads((self.path / "scenario.toml").read_text(encoding="utf-8"))
            lines = unequal(there, tomllib.loads(scenario_text))
        except (OSError, ValueError):
            lines = ["its scenario cannot be read"]
        lines += [*unequal(kept.get("asked", {}), manifest["asked"]), *unequal(kept.get("code", {}), manifest["code"], "code.")]
        more = f", and {len(lines) - MOST_DIFFERENCES} more" if len(lines) > MOST_DIFFERENCES else ""
        raise UserError(f"{self.path}: holds another {self.what}, and the two are not mixed: {'; '.join(lines[:MOST_DIFFERENCES])}{more}; "
                        "name a new folder with --out")

    def _unwritable(self, error: Exception) -> UserError:
        return UserError(f"{self.path}: cannot write there ({getattr(error, 'strerror', None) or error})")


def append_line(path: Path, line: dict[str, Any]) -> None:
    """A line of JSON at the end of a file, on disk when this returns.  Raises: UserError if it cannot be written."""
    try:
        with open(path, "ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # cut off by a kill
                    file.write(b"\n")
            file.write((json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error})") from None


def whole_lines(path: Path) -> list[Any]:
    """The lines of such a file; one that was cut off by a kill is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:  # cut off, perhaps inside a character
            continue
    return found


def unequal(there: dict, here: dict, prefix: str = "") -> list[str]:
    """What differs, as `path is a there and b here`."""
    lines = []
    for name in sorted({*there, *here}):
        a, b = there.get(name), here.get(name)
        if isinstance(a, dict) and isinstance(b, dict):
            lines += unequal(a, b, f"{prefix}{name}.")
        elif a != b:
            lines.append(f"{prefix}{name} is {_shown(a)} there and {_shown(b)} here")
    return lines


def _shown(value) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
