"""Edges: the user's own network from a CSV, Parquet or GraphML file, every mistake in it a line of its own.

One row a link: who it goes from, who it goes to, and optionally its weight.  Actors are the numbers 0..n-1, or
names that a second file lists in the order of the actors.  Directed links go supplier -> customer, lender -> borrower.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from sim.core.errors import UserError, did_you_mean
from sim.core.graph import Graph
from sim.core.settings import Settings, setting
from sim.networks.tables import Faults, choose_columns, is_missing, read_table

MOST_NAMES_COMPARED = 10_000  # a did-you-mean over more names would take seconds


class Edges(Settings):
    """Links read from a file."""

    kind: Literal["edges"] = setting("edges", unit="name", source="the user's data")
    file: str = setting(min_length=1, unit="path", source="the user's data",
                        meaning="CSV, Parquet or GraphML file of links")
    source: str = setting("source", unit="column", source="the user's data", meaning="Supplier, lender, or one end")
    target: str = setting("target", unit="column", source="the user's data", meaning="Customer, borrower, or other end")
    weight: str | None = setting(None, unit="column", source="the user's data",
                                 meaning="Strength of the link; not set: the column 'weight' if there is one")
    directed: bool | None = setting(None, unit="yes or no", source="the user's data",
                                    meaning="Whether links have a direction; not set: as the use needs")
    ids_file: str = setting("", unit="path", source="the user's data",
                            meaning="File that names the actors in order; empty: actors are numbers from 0")
    ids_column: str = setting("id", unit="column", source="the user's data", meaning="Column of names in `ids_file`")


def build(n: int, settings: Edges, key=None, attributes=None) -> Graph:
    """Read the file; actors that no link mentions are isolated.

    Raises: UserError with one line per mistake.
    """
    ids = read_ids(settings.ids_file, n, column=settings.ids_column) if settings.ids_file else None
    if Path(settings.file).suffix.lower() == ".graphml":
        return _read_graphml(settings.file, n, ids, directed=bool(settings.directed))
    return read_edges(settings.file, n, source=settings.source, target=settings.target, weight=settings.weight,
                      directed=bool(settings.directed), ids=ids)


def read_edges(path, n: int, *, source: str = "source", target: str = "target", weight: str | None = None,
               directed: bool = False, ids: Sequence[str] | None = None) -> Graph:
    """The graph of a CSV or Parquet file of links among n actors (named by `ids`, else numbered 0..n-1).

    Raises: UserError with one line per mistake, the first five of each sort and the number of the others.
    """
    table = read_table(path)
    faults = Faults(table.path)
    wanted = {"source": source, "target": target}
    if weight is not None or "weight" in table.columns:
        wanted["weight"] = "weight" if weight is None else weight
    if source == target:
        faults.add(f"source and target are both column '{source}'")
    columns = choose_columns(table, wanted, faults)
    faults.raise_any()
    numbers = table.row_numbers
    row = {end: _actor_of(columns[end], wanted[end], n, ids, numbers, faults) for end in ("source", "target")}
    weights = _weights(columns["weight"], wanted["weight"], numbers, faults) if "weight" in columns else None
    if not faults.lines:
        try:
            return Graph.from_edges(n, row["source"], row["target"], weights, directed=directed, names=_padded(ids, n))
        except ValueError:
            pass  # which rows are wrong is worth a sort only now
    low, high = np.minimum(row["source"], row["target"]), np.maximum(row["source"], row["target"])
    if ids is None and low.min() == 1 and high.max() == n:
        faults.add(f"ids are 1..{n}; they must start at 0")
    known = np.flatnonzero((low >= 0) & (high < n))
    _check_links(row["source"][known], row["target"][known], numbers[known], directed, ids, faults)
    raise UserError(*faults.lines)


def read_ids(path, n: int, *, column: str = "id") -> list[str]:
    """The names of the actors in order, at most n of them.

    Raises: UserError on missing, repeated or too many names.
    """
    table = read_table(path)
    faults = Faults(table.path)
    columns = choose_columns(table, {"ids_column": column}, faults)
    faults.raise_any()
    text = _as_text(columns["ids_column"])
    if text is None:
        faults.add(f"column '{column}' holds {columns['ids_column'].type}; names are text or whole numbers")
        faults.raise_any()
    names = text.to_numpy(zero_copy_only=False)
    is_empty = is_missing(text)
    missing = np.flatnonzero(is_empty)
    faults.add_rows("no name", missing, table.row_numbers,
                    lambda r: f"column '{column}' is empty; every actor has a name")
    filled = np.where(is_empty, "", names).astype(str)
    _, first, code = np.unique(filled, return_index=True, return_inverse=True)
    again = np.setdiff1d(np.flatnonzero(first[code] != np.arange(names.size)), missing)
    faults.add_rows("a name that was there before", again, table.row_numbers,
                    lambda r: f"column '{column}': '{names[r]}' is there already in row "
                    f"{table.row_numbers[first[code[r]]]}")
    if names.size > n:
        faults.add(f"names {names.size:,} actors; the world has {n:,}")
    faults.raise_any()
    return names.tolist()


def _read_graphml(path, n, ids, *, directed) -> Graph:
    graph = Graph.from_graphml(path)
    rows = np.arange(graph.n)
    if graph.names is not None:
        if ids is None:
            raise UserError(f"{path}: actors are called '{graph.names[0]}' ...; give ids_file, or number them from 0")
        place = {name: i for i, name in enumerate(ids)}
        unknown = [name for name in graph.names if name not in place]
        if unknown:
            raise UserError(*(f"{path}: unknown id '{name}'{_suggest(name, ids)}" for name in unknown[:5]))
        rows = np.array([place[name] for name in graph.names], np.int64)
    elif graph.n > n:
        raise UserError(f"{path}: has {graph.n:,} actors; the world has {n:,}")
    if graph.directed != directed:
        kinds = ("undirected", "directed")
        raise UserError(f"{path}: links are {kinds[graph.directed]}; this network needs {kinds[directed]} ones "
                        "(set directed)")
    source, target = graph.edges()
    names = _padded(ids, n)
    return Graph.from_edges(n, rows[source], rows[target], graph.edge_weights(), directed=directed, names=names)


def _padded(ids, n):
    return None if ids is None else (*ids, *("" for _ in range(n - len(ids))))


def _as_text(column):
    """Ids as text without blanks around them (5.0 becomes 5), or None if the column cannot hold ids."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        whole = pc.and_(pc.less(pc.abs(column), 2.0**53), pc.equal(column, pc.floor(column)))
        as_integer = pc.if_else(whole, column, None).cast(pa.int64()).cast(pa.string())
        return pc.coalesce(as_integer, column.cast(pa.string()))
    if pa.types.is_integer(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.utf8_trim_whitespace(column.cast(pa.string()))
    return None


def _actor_of(column, name, n, ids, row_numbers, faults) -> np.ndarray:
    """Row of each actor in a column, -1 or beyond n where there is a fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = _as_text(column)
    if text is None:
        faults.add(f"column '{name}' holds {column.type}; ids are {_allowed(n, ids)}")
        return np.full(len(column), -1)
    missing = is_missing(text)
    faults.add_rows(f"no id in column '{name}'", np.flatnonzero(missing), row_numbers,
                    lambda r: f"column '{name}' is empty; ids are {_allowed(n, ids)}")
    if ids is not None:
        rows = pc.fill_null(pc.index_in(text, value_set=pa.array(ids, pa.string())), -1).to_numpy().astype(np.int64)
        faults.add_rows(f"an unknown id in column '{name}'", np.flatnonzero((rows < 0) & ~missing), row_numbers,
                        lambda r: f"column '{name}': unknown id '{text[int(r)]}'; ids are {_allowed(n, ids)}"
                        + _suggest(text[int(r)], ids))
        return np.where(missing, -1, rows)
    rows, whole = _whole_numbers(text, missing)
    faults.add_rows(f"an id in column '{name}' that is no whole number", np.flatnonzero(~whole & ~missing), row_numbers,
                    lambda r: f"column '{name}': '{text[int(r)]}' is not a whole number; ids are {_allowed(n, ids)}")
    outside = np.flatnonzero(whole & ((rows < 0) | (rows >= n)))
    faults.add_rows(f"an id in column '{name}' out of range", outside, row_numbers,
                    lambda r: f"column '{name}': unknown id {text[int(r)]}; ids are {_allowed(n, ids)}")
    return np.where(whole, rows, -1)


def _whole_numbers(text, missing) -> tuple[np.ndarray, np.ndarray]:
    """(number, True if it is one) of texts that may hold anything; -1 where none, or one beyond all ids."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring(text, "x", ignore_case=True)).as_py():  # the cast would take 0x1f
        try:  # nearly always every entry is a plain number
            return pc.fill_null(text, "-1").cast(pa.int64()).to_numpy(), ~missing
        except pa.ArrowInvalid:
            pass
    whole = pc.fill_null(pc.match_substring_regex(text, r"^[+-]?[0-9]+(\.0*)?$"), False)
    short = pc.fill_null(pc.match_substring_regex(text, r"^[+-]?0*[0-9]{1,18}(\.0*)?$"), False)
    digits = pc.replace_substring_regex(pc.if_else(short, text, "-1"), r"(^\+)|(\.0*$)", "")
    return digits.cast(pa.int64()).to_numpy(), whole.to_numpy().astype(bool)


def _allowed(n, ids) -> str:
    return f"whole numbers 0..{n - 1}" if ids is None else f"the {len(ids):,} names of the ids file"


def _suggest(name, ids) -> str:
    return did_you_mean(str(name), ids) if len(ids) <= MOST_NAMES_COMPARED else ""


def _weights(column, name, row_numbers, faults) -> np.ndarray:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    if not is_text and not any(is_kind(column.type) for is_kind in numeric):
        faults.add(f"column '{name}' holds {column.type}; weights are numbers of 0 or more")
        return np.ones(len(column))
    if is_text:
        text = pd.Series(pc.utf8_trim_whitespace(column).to_numpy(zero_copy_only=False))
        weights = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
    else:
        weights = column.cast(pa.float64(), safe=False).to_numpy()
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    faults.add_rows(f"a weight in column '{name}' that cannot be", wrong, row_numbers,
                    lambda r: f"column '{name}': weight {_shown(column[int(r)].as_py())}; "
                    "weights are numbers of 0 or more")
    return weights


def _shown(value) -> str:
    if value is None or str(value).strip() == "":
        return "is missing"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _check_links(source, target, row_numbers, directed, ids, faults) -> None:
    """Self-links and links that are there already; an undirected one in either direction."""
    def name(actor):
        return str(actor) if ids is None else f"'{ids[actor]}'"

    faults.add_rows("a self-link", np.flatnonzero(source == target), row_numbers,
                    lambda r: f"{name(source[r])} is linked to itself; links join two actors")
    first_end, second_end = (source, target) if directed else (np.minimum(source, target), np.maximum(source, target))
    order = np.lexsort((second_end, first_end))  # stable: of equal links the first row comes first
    same = (np.diff(first_end[order]) == 0) & (np.diff(second_end[order]) == 0)
    same &= source[order][1:] != target[order][1:]
    again = order[1:][same]
    starts = np.concatenate(([0], np.flatnonzero(~same) + 1)) if order.size else np.zeros(0, np.int64)
    first_row = np.empty(order.size, np.int64)
    first_row[order] = np.repeat(order[starts], np.diff(np.append(starts, order.size)))
    hint = "" if directed else ", in either direction"
    faults.add_rows("a link that is there already", np.sort(again), row_numbers,
                    lambda r: f"link {name(source[r])} - {name(target[r])} is there already in row "
                    f"{row_numbers[first_row[r]]}; each link once{hint}")
