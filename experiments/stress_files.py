"""Files of a stress test: exposures and balance sheets as CSV or Parquet; every mistake in them is one line.

Choice: entry [row, column] of a matrix, and `amount` of an edge list, is the claim of the lender (row) on the borrower.
Source: Upper (2011).  Alternative: what the row owes.  Reason: supervisors collect large exposures from lenders;
`orientation="debts"` reads the transpose.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from sim.core.errors import UserError, did_you_mean

LENDER, BORROWER = ("lender", "creditor", "from", "source"), ("borrower", "debtor", "to", "target")
AMOUNT, NAME = ("amount", "exposure", "claim", "value"), ("id", "bank", "name", "node")
SHEET = ("external_assets", "external_liabilities", "equity")
TOTALS = ("interbank_assets", "interbank_liabilities")
MOST_LINES = 20  # mistakes shown; the rest is counted
MATCH = 1e-6  # totals may differ by this share


@dataclass(frozen=True, eq=False)
class Banks:
    """The system of a stress test; arrays of shape (n,), amounts in the unit of the files."""

    names: list
    exposures: sparse.csr_array | None  # (n, n): [i, j] is i's claim on j; None if only totals are known
    external_assets: np.ndarray
    external_liabilities: np.ndarray
    equity: np.ndarray
    interbank_assets: np.ndarray
    interbank_liabilities: np.ndarray


def read_banks(exposures: Path | None, balances: Path, *, orientation: str = "claims") -> Banks:
    """The checked system.  Without `exposures` the balance sheets must give interbank totals.

    Raises: UserError with one line for each mistake: file, column, row, value, what is allowed.
    """
    names, sheet = _read_sheet(Path(balances))
    if exposures is None:
        absent = [column for column in TOTALS if column not in sheet]
        if absent:
            raise UserError(f"{balances}: columns {' and '.join(absent)} are missing; they are needed when no exposures are given")
        matrix, lent, borrowed = None, sheet["interbank_assets"], sheet["interbank_liabilities"]
        if abs(lent.sum() - borrowed.sum()) > MATCH * max(lent.sum(), borrowed.sum()):
            raise UserError(f"{balances}: interbank_assets sum to {lent.sum():g} but interbank_liabilities to {borrowed.sum():g}; "
                            "what is lent inside the system must be what is borrowed")
        borrowed = borrowed * (lent.sum() / borrowed.sum()) if borrowed.sum() > 0 else borrowed
    else:
        matrix = _read_exposures(Path(exposures), names, Path(balances))
        if orientation not in ("claims", "debts"):
            raise UserError(f"orientation: is {orientation!r}; it must be 'claims' (rows lend) or 'debts' (rows owe)"
                            + did_you_mean(orientation, ("claims", "debts")))
        matrix = sparse.csr_array(matrix.T if orientation == "debts" else matrix)
        lent, borrowed = matrix.sum(axis=1), matrix.sum(axis=0)
        _check_totals(balances, names, sheet, lent, borrowed)
    return _balance(balances, names, sheet, matrix, lent, borrowed)


def _balance(path, names, sheet, matrix, lent, borrowed) -> Banks:
    """The third of external assets, external liabilities and equity follows from the other two."""
    known = [column for column in SHEET if column in sheet]
    if len(known) < 2:
        wanted = [column for column in SHEET if column not in sheet]
        raise UserError(f"{path}: two of the columns {', '.join(SHEET)} are needed; missing: {', '.join(wanted)}")
    assets, debts, equity = (sheet.get(column) for column in SHEET)
    if assets is None:
        assets = debts + borrowed + equity - lent
        _refuse(path, names, assets < -MATCH * (debts + borrowed), assets,
                "external_assets that follow from the balance sheet (external_liabilities + interbank_liabilities + equity - "
                "interbank_assets) must be 0 or more")
        assets = np.maximum(assets, 0.0)
    if debts is None:
        debts = assets + lent - borrowed - equity
        _refuse(path, names, debts < -MATCH * (assets + lent), debts,
                "external_liabilities that follow from the balance sheet (external_assets + interbank_assets - "
                "interbank_liabilities - equity) must be 0 or more")
        debts = np.maximum(debts, 0.0)
    if equity is None:
        equity = assets + lent - debts - borrowed
    else:
        gap = assets + lent - debts - borrowed - equity
        _refuse(path, names, np.abs(gap) > MATCH * np.maximum(assets + lent, 1e-300), gap,
                "assets minus liabilities minus equity must be 0: the balance sheet does not add up")
    return Banks(names, matrix, assets, debts, equity, lent, borrowed)


def _refuse(path, names, wrong, values, allowed):
    rows = np.flatnonzero(wrong)
    if rows.size:
        raise _mistakes([f"{path}: row {i + 2} ({names[i]}): is {values[i]:g}; {allowed}" for i in rows])


def _check_totals(path, names, sheet, lent, borrowed):
    lines = []
    for column, sums in (("interbank_assets", lent), ("interbank_liabilities", borrowed)):
        if column in sheet:
            wrong = np.abs(sheet[column] - sums) > MATCH * np.maximum(np.maximum(sheet[column], sums), 1e-300)
            lines += [f"{path}: column {column}, row {i + 2} ({names[i]}): is {sheet[column][i]:g} but the exposures sum to {sums[i]:g}"
                      for i in np.flatnonzero(wrong)]
    if lines:
        raise _mistakes(lines)


def _read_sheet(path: Path):
    """(names, {column: amounts}) of the balance sheets."""
    table = _table(path)
    table.columns = [str(column).strip().lower() for column in table.columns]
    name = next((column for column in NAME if column in table.columns), None)
    if name is None:
        raise UserError(f"{path}: column id is missing; the columns are {', '.join(map(str, table.columns))}"
                        + next((hint for hint in (did_you_mean(column, NAME) for column in table.columns) if hint), ""))
    names = [str(value).strip() for value in table[name]]
    lines, seen = [], {}
    for row, value in enumerate(names):
        if value == "" or value == "nan":
            lines.append(f"{path}: column {name}, row {row + 2}: is empty; every bank needs a name")
        elif value in seen:
            lines.append(f"{path}: column {name}, row {row + 2}: {value!r} is there already in row {seen[value] + 2}; names must differ")
        seen.setdefault(value, row)
    sheet = {}
    for column in SHEET + TOTALS:
        if column in table.columns:
            sheet[column], wrong = _amounts(path, table[column], column, negative=column == "equity")
            lines += wrong
    known = {*NAME, *SHEET, *TOTALS}
    for column in table.columns:
        near = did_you_mean(column, SHEET + TOTALS)
        if column not in known and near and near.split("'")[1] not in table.columns:
            lines.append(f"{path}: column {column} is not known{near}")
    if lines:
        raise _mistakes(lines)
    return names, sheet


def _read_exposures(path: Path, names: list, balances: Path) -> sparse.csr_array:
    table = _table(path)
    lower = [str(column).strip().lower() for column in table.columns]
    if any(column in LENDER + BORROWER + AMOUNT for column in lower):
        table.columns = lower
        return _from_edges(path, table, names, balances)
    return _from_matrix(path, table, names, balances)


def _from_edges(path, table, names, balances):
    columns = []
    for choices in (LENDER, BORROWER, AMOUNT):
        found = next((column for column in choices if column in table.columns), None)
        if found is None:
            hint = next((did_you_mean(column, choices) for column in table.columns if did_you_mean(column, choices)), "")
            raise UserError(f"{path}: column {choices[0]} is missing; an edge list has lender, borrower, amount{hint}")
        columns.append(found)
    place = {name: i for i, name in enumerate(names)}
    lines, ends = [], []
    for column in columns[:2]:
        values = table[column].astype(str).str.strip()
        ids = values.map(place)
        for row in np.flatnonzero(ids.isna().to_numpy()):
            near = did_you_mean(values.iloc[row], names) if len(lines) <= MOST_LINES else ""
            lines.append(f"{path}: column {column}, row {row + 2}: no bank {values.iloc[row]!r} in {balances}{near}")
        ends.append(ids.fillna(-1).to_numpy(dtype=np.int64))
    amounts, wrong = _amounts(path, table[columns[2]], columns[2])
    lines += wrong
    own = np.flatnonzero((ends[0] == ends[1]) & (ends[0] >= 0) & (amounts != 0))
    lines += [f"{path}: row {row + 2}: {names[ends[0][row]]!r} lends {amounts[row]:g} to itself; lender and borrower must differ"
              for row in own]
    if lines:
        raise _mistakes(lines)
    return sparse.csr_array((amounts, (ends[0], ends[1])), shape=(len(names), len(names)))


def _from_matrix(path, table, names, balances):
    """A matrix with names in the first row and column, or bare numbers in the order of the balance sheets."""
    if pd.api.types.is_integer_dtype(table.columns):  # no header
        rows, columns, body, first_row = names[:len(table)], names[:table.shape[1]], table, 1
    else:
        rows, columns = [str(value).strip() for value in table.iloc[:, 0]], [str(column).strip() for column in table.columns[1:]]
        body, first_row = table.iloc[:, 1:], 2
    if body.shape[0] != body.shape[1]:
        raise UserError(f"{path}: is {body.shape[0]} x {body.shape[1]}; a matrix of exposures must be square, names in the first row "
                        "and column (an edge list has the columns lender, borrower, amount)")
    if len(rows) != len(body):
        raise UserError(f"{path}: has {len(body)} rows of numbers; {balances} has {len(names)} banks")
    place = {name: i for i, name in enumerate(names)}
    lines = [f"{path}: {what} {number}: no bank {name!r} in {balances}{did_you_mean(name, names)}"
             for what, list_, first in (("row", rows, first_row), ("column", columns, 2))
             for number, name in enumerate(list_, first) if name not in place]
    if lines:
        raise _mistakes(lines)
    values = np.empty(body.shape)
    for k in range(body.shape[1]):
        values[:, k], wrong = _amounts(path, body.iloc[:, k], columns[k], first_row=first_row)
        lines += wrong
    row_of, column_of = np.array([place[name] for name in rows]), np.array([place[name] for name in columns])
    ordered = sparse.coo_array(values)
    matrix = sparse.csr_array((ordered.data, (row_of[ordered.row], column_of[ordered.col])), shape=(len(names), len(names)))
    lines += [f"{path}: {names[i]!r} lends {matrix[i, i]:g} to itself; the diagonal must be 0" for i in np.flatnonzero(matrix.diagonal())]
    if lines:
        raise _mistakes(lines)
    return matrix


def _table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        near = [file.name for file in path.parent.glob("*")] if path.parent.is_dir() else []
        raise UserError(f"{path}: there is no such file{did_you_mean(path.name, near)}")
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            table = pd.read_parquet(path)
        else:
            head = pd.read_csv(path, nrows=1, header=None, dtype=str, keep_default_na=False)
            if all(_is_number(cell) for cell in head.iloc[0]):
                return pd.read_csv(path, header=None)  # bare numbers: no names anywhere
            head = pd.read_csv(path, nrows=0)
            text = {column: str for column in head.columns if str(column).strip().lower() in LENDER + BORROWER + NAME}
            text |= {head.columns[0]: str} if len(head.columns) else {}
            table = pd.read_csv(path, dtype=text, skipinitialspace=True)
    except pd.errors.EmptyDataError:
        raise UserError(f"{path}: the file is empty") from None
    except (pd.errors.ParserError, UnicodeDecodeError, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise UserError(f"{path}: is no table that can be read ({reason})") from None
    if table.empty:
        raise UserError(f"{path}: has a header but no rows")
    return table


def _amounts(path, values: pd.Series, column, *, negative=False, first_row=2):
    """(float amounts, lines about those that are no number, missing, infinite or negative)."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(numbers) | ((numbers < 0) & (not negative))
    lines = []
    for row in np.flatnonzero(bad)[: MOST_LINES + 1]:
        where, value = f"{path}: column {column}, row {row + first_row}", values.iloc[row]
        if pd.isna(value) or str(value).strip() == "":
            lines.append(f"{where}: is empty; it must be a number")
        elif np.isfinite(numbers[row]):
            lines.append(f"{where}: is {value}; it must be 0 or more")
        else:
            lines.append(f"{where}: is {str(value)!r}; it must be a finite number")
    return numbers, lines


def _mistakes(lines: list) -> UserError:
    more = len(lines) - MOST_LINES
    return UserError(*lines[:MOST_LINES], f"... and {more} more" if more > 0 else "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
