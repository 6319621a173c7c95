"""The audit of shared data: who saw which column about whom under which agreement, from a run's own folder.

    jishi audit-data RUN                      one row a lender, agreement and column
    jishi audit-data RUN --borrower 17        every look at one merchant, day by day
    jishi audit-data RUN --lender "bank 3"    what one lender was shown
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from results.open_data import BORROWER_COLUMNS, LOOK_COLUMNS
from results.store import read_manifest, read_table, tables_in, write_whole
from sim.core.errors import UserError, did_you_mean


def audit(folder: str | Path, *, borrower: int | None = None, lender: str | None = None) -> pd.DataFrame:
    """Who saw what in a run.

    borrower: a merchant by its number; one row a look at it: day, date, lender, agreement, mode, is_shown, columns.  Without it one
    row a lender, agreement and column: looks, asked, shown (borrowers, counted once a look), first and last date.
    A look at column `outcome` is a lender that learns how a case ended from who tells it.
    Raises: UserError if the folder holds no run that shared data, a table is torn or another one, or the lender or
    borrower does not appear in it.
    """
    read_manifest(folder)
    looks, borrowers = (_table(folder, f"open_data_{name}", columns)
                        for name, columns in (("looks", LOOK_COLUMNS), ("borrowers", BORROWER_COLUMNS)))
    if lender is not None:
        if lender not in set(looks["lender"]):
            known = ", ".join(dict.fromkeys(looks["lender"]))
            raise UserError(f"--lender {lender}: was handed no shared data; lenders that were: {known or 'none'}"
                            f"{did_you_mean(lender, list(looks['lender'].unique()))}")
        looks, borrowers = (table[table["lender"] == lender] for table in (looks, borrowers))
    return _of_lenders(looks) if borrower is None else _of_borrower(looks, borrowers, borrower)


def _table(folder, name: str, columns) -> pd.DataFrame:
    """A table of the audit.  Raises: UserError if it is not there, torn, or holds something else."""
    if name not in tables_in(folder):
        raise UserError(f"{folder}: no data were shared in this run, so there is nothing to audit")
    table = read_table(folder, name).reset_index()
    absent = [column for column in columns if column not in table]
    if absent:
        raise UserError(f"{folder}/{name}.parquet: not the table of an audit, without {', '.join(absent)}; it has "
                        f"{', '.join(map(str, table.columns[:12]))}")
    return table


def _of_lenders(looks: pd.DataFrame) -> pd.DataFrame:
    each = looks.assign(column=looks["columns"].str.split()).explode("column")
    return each.groupby(["lender", "agreement", "mode", "column"], sort=False).agg(
        looks=("day", "size"), asked=("n_asked", "sum"), shown=("n_shown", "sum"), first=("date", "min"),
        last=("date", "max")).reset_index()


def _of_borrower(looks: pd.DataFrame, borrowers: pd.DataFrame, borrower: int) -> pd.DataFrame:
    mine = borrowers[borrowers["borrower"] == borrower]
    if not len(mine):
        raise UserError(f"--borrower {borrower}: nobody looked at this merchant in shared data")
    told = mine[["look", "is_shown"]].merge(looks, on="look")
    return told[["day", "date", "lender", "agreement", "mode", "is_shown", "columns"]]


def audit_command(
    run: Annotated[Path, typer.Argument(help="Folder of a run")],
    borrower: Annotated[int | None, typer.Option(help="A merchant by its number: every look at it", min=0)] = None,
    lender: Annotated[str | None, typer.Option(help="One lender, as \"bank 3\", p2p or platform")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table to this file instead")] = None,
) -> None:
    """List who saw which column about whom under which agreement."""
    table = audit(run, borrower=borrower, lender=lender)
    if csv:
        write_whole(csv, lambda partial: table.to_csv(partial, index=False))
        print(f"{len(table):,} rows: {csv}")
    else:
        print(table.to_string(index=False) if len(table) else "No lender looked in shared data in this run.")
