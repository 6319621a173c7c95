"""The folder of a sweep: what was asked, the parts that are finished, what failed; may be killed at any moment.

    manifest.json   scenario.toml   design.parquet      what was asked; written before the first run, the manifest last
    data/part-00000.parquet ...                         finished blocks (`results.part_file`)
    failures.jsonl  sessions.jsonl                      runs that failed; when and where work was done
    summary/        figures/                            made from the parts, at any time

Choice: only the driver writes, and a part is written, synced and renamed.  Alternative: workers write.
Reason: workers of a cluster need not share a disk, and a full disk is met in one place that can say so.
"""

import fcntl
import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from results.measures import MEASURES
from results.part_file import decode, over_days
from results.store import write_json, write_table, write_whole
from sim.core.errors import UserError

MOST_DIFFERENCES = 5
BEFORE_THE_MANIFEST = {"data", "scenario.toml", "design.parquet", "lost+found"}


class SweepFolder:
    """One sweep on disk; `open` it to work in it, or just look."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.data = self.path / "data"
        self._lock = None

    # --- asking -------------------------------------------------------------------------------------------------------

    def open(self, manifest: dict, scenario_text: str, design_table: pd.DataFrame) -> None:
        """Make the folder, or check that it belongs to this very sweep, and keep others out until `close`.

        Raises: UserError if it cannot be written, another sweep works in it, or it holds another design or version, or no sweep.
        """
        self.check_ours()
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / ".lock", "w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UserError(f"{self.path}: another sweep is at work in this folder") from None
        except OSError as error:
            self.close()
            raise UserError(f"{self.path}: cannot write there ({error.strerror or error})") from None
        try:
            if (self.path / "manifest.json").exists():
                self._check_same(manifest, scenario_text)
            else:
                write_whole(self.path / "scenario.toml", lambda partial: partial.write_text(scenario_text, encoding="utf-8"))
                write_table(self.path, "design", design_table)
                write_json(self.path / "manifest.json", manifest)
            for stale in self.data.glob("*.part"):
                stale.unlink()
        except BaseException:
            self.close()
            raise

    def check_ours(self) -> None:
        """Raises: UserError if there is something here that no sweep wrote: it would be written over."""
        try:
            names = {each.name for each in self.path.iterdir()}
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise UserError(f"{self.path}: cannot write there ({getattr(error, 'strerror', None) or error})") from None
        others = sorted(name for name in names - BEFORE_THE_MANIFEST if not name.endswith(".part") and name[0] != ".")
        if "manifest.json" in names:
            if self.manifest.get("kind") != "sweep":
                raise UserError(f"{self.path}: holds something else than a sweep; name a new folder with --out")
        elif others:
            raise UserError(f"{self.path}: holds {others[0]} and no sweep; name a new folder with --out")

    def close(self) -> None:
        """Let others in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def manifest(self) -> dict:
        """What was asked.  Raises: UserError if there is no sweep here."""
        try:
            found = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{self.path}: no manifest.json, so this is no sweep") from None
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"{self.path}: manifest.json cannot be read ({error})") from None
        if not isinstance(found, dict):
            raise UserError(f"{self.path}: manifest.json is not one that Jishi wrote")
        return found

    def _check_same(self, manifest: dict, scenario_text: str) -> None:
        kept = self.manifest
        if kept.get("hash") == manifest["hash"]:
            return
        lines = [*unequal(kept.get("asked", {}), manifest["asked"]), *unequal(kept.get("code", {}), manifest["code"], "code.")]
        try:
            there = tomllib.loads((self.path / "scenario.toml").read_text(encoding="utf-8"))
            lines = [*unequal(there, tomllib.loads(scenario_text)), *lines]
        except (OSError, ValueError):
            lines.append("its scenario cannot be read")
        more = f", and {len(lines) - MOST_DIFFERENCES} more" if len(lines) > MOST_DIFFERENCES else ""
        raise UserError(f"{self.path}: holds another sweep, and the two are not mixed: {'; '.join(lines[:MOST_DIFFERENCES])}{more}; "
                        "name a new folder with --out")

    # --- parts --------------------------------------------------------------------------------------------------------

    def part(self, block: int) -> Path:
        """The file of a block."""
        return self.data / f"part-{block:05d}.parquet"

    def write_part(self, block: int, content: bytes) -> None:
        """A finished block: written, synced, renamed.  Raises: UserError if the disk is full or the folder read-only."""
        write_whole(self.part(block), lambda partial: partial.write_bytes(content))
        sync(self.data)

    def done(self, design: str) -> dict[int, list[int]]:
        """The finished runs of every block; a torn or foreign part is removed, so that its runs are done again."""
        found = {}
        for path in sorted(self.data.glob("part-*.parquet")):
            try:
                head, _ = decode(path)
                if head["design"] != design or self.part(head["block"]) != path:
                    raise ValueError("of another design")
                found[head["block"]] = head["runs"]
            except ValueError:
                path.unlink()
        return found

    def tables(self) -> Iterator[tuple[dict, pa.Table]]:
        """Footer and rows of every part, one part at a time."""
        for path in sorted(self.data.glob("part-*.parquet")):
            try:
                yield decode(path)
            except ValueError as error:
                raise UserError(f"{path}: is torn ({error}); the sweep's command, run again, makes it anew") from None

    def runs(self) -> pd.DataFrame:
        """One row a finished run: one number a measure, and the facts about its clients."""
        rows = {}
        for head, table in self.tables():
            numbers = table["run"].to_numpy()
            names = [name for name in table.column_names if name in MEASURES]
            values = {name: table[name].to_numpy() for name in names}
            starts = [*(numbers.searchsorted(run) for run in head["runs"]), len(numbers)]
            for run, first, last in zip(head["runs"], starts, starts[1:]):
                rows[run] = {name: over_days(values[name][first:last], MEASURES[name].over_days) for name in names}
                rows[run] |= head["facts"].get(str(run), {})
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("run").sort_index()

    # --- failures -----------------------------------------------------------------------------------------------------

    def failures(self) -> list[dict[str, Any]]:
        """Runs that failed, each once; a line that was cut off by a kill is left out."""
        found = {}
        try:
            lines = (self.path / "failures.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        for line in lines:
            try:
                each = json.loads(line)
                found[each["run"]] = each
            except (ValueError, KeyError, TypeError):
                continue
        return [found[run] for run in sorted(found)]

    def add_failure(self, failure: dict[str, Any]) -> None:
        """Record a run that failed."""
        self.append("failures.jsonl", failure)

    def forget_failures(self) -> None:
        """Failed runs will be tried again."""
        (self.path / "failures.jsonl").unlink(missing_ok=True)

    def append(self, name: str, line: dict[str, Any]) -> None:
        """A line of JSON at the end of a file, on disk when this returns.  Raises: UserError if it cannot be written."""
        append_line(self.path / name, line)


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


def sync(folder: Path) -> None:
    """Make a rename in the folder last through a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        return


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
