"""The user's tables: CSV and Parquet files as columns with row numbers, every fault of the file a line of its own."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.core.errors import UserError, did_you_mean

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES = (".parquet", ".pq")
SHOWN = 5  # faults of one sort that are shown; the others are counted


@dataclass(frozen=True)
class Table:
    """A file's columns (pyarrow) and the row number of each entry, as a spreadsheet shows it (the header is row 1)."""

    path: Path
    columns: dict
    row_numbers: np.ndarray


@dataclass
class Faults:
    """Lines about one file, the first few of each sort; `raise_any` ends the reading if there are some."""

    path: Path
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One line about the whole file."""
        self.lines.append(f"{self.path}: {_one_line(line)}")

    def add_rows(self, what: str, rows, row_numbers, describe) -> None:
        """Faults of one sort in some rows; `describe(row)` says what is wrong there."""
        for row in rows[:SHOWN]:
            self.lines.append(f"{self.path}, row {row_numbers[row]}: {_one_line(describe(row))}")
        if len(rows) > SHOWN:
            self.add(f"{len(rows) - SHOWN:,} more rows with {what}")

    def raise_any(self) -> None:
        """Raises: UserError with all lines, if there are any."""
        if self.lines:
            raise UserError(*self.lines)


def read_table(path) -> Table:
    """Read a CSV (comma, semicolon or tab; UTF-8; all text) or Parquet file; rows without any entry are skipped.

    Raises: UserError if the file is missing, empty, of another kind, damaged, or has rows of another length.
    """
    path = Path(path)
    faults = Faults(path)
    if path.suffix.lower() not in CSV_SUFFIXES + PARQUET_SUFFIXES:
        faults.add(f"unknown kind of file '{path.suffix}'; known: {', '.join(CSV_SUFFIXES + PARQUET_SUFFIXES)}")
    elif not path.is_file():
        faults.add("is a folder, not a file" if path.is_dir() else "no such file")
    elif path.stat().st_size == 0:
        faults.add("the file is empty")
    faults.raise_any()
    return (_read_parquet if path.suffix.lower() in PARQUET_SUFFIXES else _read_csv)(path, faults)


def choose_columns(table: Table, wanted: dict[str, str], faults: Faults) -> dict:
    """The columns named in `wanted` (setting -> column name); a missing one is a fault."""
    chosen = {}
    for setting_name, name in wanted.items():
        if name in table.columns:
            chosen[setting_name] = table.columns[name]
        else:
            faults.add(f"no column '{name}' ({setting_name}); columns: {', '.join(table.columns)}"
                       + did_you_mean(name, table.columns))
    return chosen


def _read_parquet(path, faults) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            data = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        faults.add(f"not a readable Parquet file ({_first_line(error)})")
        faults.raise_any()
    return _finish(path, data, np.arange(1, data.num_rows + 1), faults)


def _read_csv(path, faults) -> Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    invalid = []

    def remember(row):
        invalid.append((row.number, row.text, row.expected_columns, row.actual_columns))
        return "skip"

    try:
        names, delimiter = _header(path)
        data = arrow_csv.read_csv(
            path,
            arrow_csv.ReadOptions(use_threads=False),  # row numbers of faults are known to one thread only
            arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False, newlines_in_values=True,
                                   invalid_row_handler=remember),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except UnicodeDecodeError:
        faults.add("not UTF-8 text; save it as 'CSV UTF-8'")
    except (pa.ArrowException, OSError, ValueError, csv.Error) as error:
        reason = _first_line(error)
        is_encoding = "UTF8" in reason
        faults.add("not UTF-8 text; save it as 'CSV UTF-8'" if is_encoding else f"not a readable CSV file ({reason})")
    faults.raise_any()
    if not all(pa.types.is_string(column.type) for column in data.columns):
        faults.add("the first row is no plain list of column names")
        faults.raise_any()
    numbers = np.delete(np.arange(2, 2 + data.num_rows + len(invalid)), [number - 2 for number, *_ in invalid])
    wrong = [entry for entry in invalid if entry[1] is None or entry[1].strip()]
    faults.add_rows("another number of columns", range(len(wrong)), [entry[0] for entry in wrong],
                    lambda e: f"{wrong[e][3]} columns; the header has {wrong[e][2]}")
    return _finish(path, data, numbers, faults)


def _header(path) -> tuple[list[str], str]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        line = file.readline().rstrip("\r\n")
        while file.read(1 << 20):  # wrong bytes anywhere are found here, before the reader meets them
            pass
    delimiter = max(",;\t", key=line.count)
    return next(csv.reader([line], delimiter=delimiter), []), delimiter


def _finish(path, data, numbers, faults) -> Table:
    names = [name.strip() for name in data.column_names]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"column '{name}' is there {names.count(name)} times")
    columns = dict(zip(names, data.columns))
    filled = np.zeros(data.num_rows, bool)
    for column in columns.values():
        filled |= ~is_missing(column)
    if not filled.any() and not faults.lines:
        faults.add("there are no rows")
    faults.raise_any()
    if not filled.all():
        columns = {name: column.filter(filled) for name, column in columns.items()}
    return Table(path, columns, numbers[filled])


def is_missing(column) -> np.ndarray:
    """True where there is nothing: null, or text of blanks only."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pc.is_null(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        missing = pc.or_kleene(missing, pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0))
    return missing.to_numpy().astype(bool)


def _one_line(text: str) -> str:
    """At most 300 printable characters: a stray quotation mark can make an entry of half a file."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:300])
    return shown + (" ..." if len(text) > 300 else "")


def _first_line(error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
