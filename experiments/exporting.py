"""Exporting a run's tables for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from results.store import read_manifest, read_table, tables_in, writable_folder, write_whole


class Format(StrEnum):
    """File formats of `export`."""

    csv = "csv"
    parquet = "parquet"
    stata = "stata"


ENDINGS = {Format.csv: ".csv", Format.parquet: ".parquet", Format.stata: ".dta"}


def export(folder: str | Path, format: Format = Format.csv, out: str | Path | None = None) -> list[Path]:
    """Write every table of a run folder as `format` under `out` (default: <folder>/export); returns the files.

    Raises: UserError if the folder holds no whole run or cannot be written.
    """
    folder = Path(folder)
    read_manifest(folder)
    target = writable_folder(out) if out else writable_folder(folder / "export", "")
    files = []
    for name in tables_in(folder):
        table, file = read_table(folder, name).reset_index(), target / f"{name}{ENDINGS[Format(format)]}"
        write_whole(file, lambda partial, table=table: _write(table, partial, Format(format)))
        files.append(file)
    return files


def _write(table, path: Path, format: Format) -> None:
    if format == Format.csv:
        table.to_csv(path, index=False)
    elif format == Format.parquet:
        table.to_parquet(path, index=False)
    else:
        for name in table.select_dtypes(exclude=["number", "bool"]).columns:  # dates and words
            table[name] = table[name].astype(str)
        table = table.replace([np.inf, -np.inf], np.nan)  # Stata has no infinity
        table.to_stata(path, write_index=False, version=118)


def export_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run")],
    format: Annotated[Format, typer.Option(help="File format")] = Format.csv,
    out: Annotated[Path | None, typer.Option(help="Where to; default: the folder's own export/")] = None,
) -> None:
    """Write a run's tables as CSV, Parquet or Stata."""
    for file in export(folder, format, out):
        print(file)
