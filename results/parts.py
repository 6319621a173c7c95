"""The folder of a sweep: what was asked, the parts that are finished, what failed; may be killed at any moment.

    manifest.json   scenario.toml   design.parquet      what was asked; written before the first run, the manifest last
    data/part-00000.parquet ...                         finished blocks (`results.part_file`)
    failures.jsonl  sessions.jsonl                      runs that failed; when and where work was done
    summary/        figures/                            made from the parts, at any time

Choice: only the driver writes, and a part is written, synced and renamed.  Alternative: workers write.
Reason: workers of a cluster need not share a disk, and a full disk is met in one place that can say so.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from results.measures import MEASURES
from results.owned_folder import OwnedFolder, append_line, whole_lines
from results.part_file import decode, over_days
from results.store import write_json, write_table, write_whole
from sim.core.errors import UserError


class SweepFolder(OwnedFolder):
    """One sweep on disk; `open` it to work in it, or just look."""

    what = kind = "sweep"
    beside = frozenset({"data", "scenario.toml", "design.parquet", "lost+found"})

    def __init__(self, path: str | Path):
        super().__init__(path)
        self.data = self.path / "data"

    # --- asking -------------------------------------------------------------------------------------------------------

    def open(self, manifest: dict, scenario_text: str, design_table: pd.DataFrame) -> None:
        """Make the folder, or check that it belongs to this very sweep, and keep others out until `close`.

        Raises: UserError if it cannot be written, another sweep works in it, or it holds another design or version, or no sweep.
        """
        is_there = self.is_there()
        self.take(self.data)
        try:
            if is_there or (self.path / "manifest.json").exists():  # another may have been quicker
                self.check_same(manifest, scenario_text)
            else:
                write_whole(self.path / "scenario.toml", lambda partial: partial.write_text(scenario_text, encoding="utf-8"))
                write_table(self.path, "design", design_table)
                write_json(self.path / "manifest.json", manifest)
            for stale in self.data.glob("*.part"):
                stale.unlink()
        except BaseException:
            self.close()
            raise

    @property
    def manifest(self) -> dict:
        """What was asked.  Raises: UserError if there is no sweep here."""
        return self.kept()

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
        found = {each["run"]: each for each in whole_lines(self.path / "failures.jsonl") if isinstance(each, dict) and "run" in each}
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
