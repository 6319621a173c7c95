"""One part of a sweep's data: a Parquet file whose footer lists its runs; the same rows always give the same bytes.

Choice: zstd level 1, byte-stream split for numbers, a dictionary only for run and day, a checksum of the whole file in the
footer.  Source: the Parquet format has checksums of pages alone.  Alternative: those.  Reason: measures hardly repeat, so a
dictionary would cost and save nothing; a byte that turned over in a page's header or in the footer must not pass for data.
"""

import io
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

KEYS = ("run", "day")
CHECKSUM, NONE_YET = b'"checksum": "', b"00000000"


def encode(columns: dict[str, np.ndarray], block: int, design: str, facts: dict[int, dict[str, float]]) -> bytes:
    """A part as bytes.  columns: run, day, then measures.  facts: of every run in it, what holds for the run as a whole."""
    arrays = {"run": pa.array(columns["run"], pa.int32()), "day": pa.array(columns["day"], pa.int32())}
    arrays |= {name: pa.array(values, pa.float64()) for name, values in columns.items() if name not in KEYS}
    head = {"checksum": NONE_YET.decode(), "block": block, "design": design,
            "runs": sorted(facts), "facts": {str(run): facts[run] for run in sorted(facts) if facts[run]}}
    table = pa.table(arrays).replace_schema_metadata({"jishi": json.dumps(head, sort_keys=True)})
    measures = [name for name in table.column_names if name not in KEYS]
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=1, use_dictionary=list(KEYS), use_byte_stream_split=measures,
                   row_group_size=max(1, table.num_rows))
    plain = out.getvalue()
    at = plain.rindex(CHECKSUM + NONE_YET) + len(CHECKSUM)
    return plain[:at] + b"%08x" % zlib.crc32(plain) + plain[at + len(NONE_YET):]


def decode(source) -> tuple[dict, pa.Table]:
    """The footer's list and the rows of a part, given as bytes or path.  Raises: ValueError if it is torn or no part."""
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        if not _is_whole(content):
            raise ValueError("its checksum is not that of its bytes")
        table = pq.ParquetFile(pa.BufferReader(content)).read()
        head = json.loads((table.schema.metadata or {})[b"jishi"])
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise ValueError(str(error).splitlines()[0] if str(error) else type(error).__name__) from None
    if sorted(set(table["run"].to_pylist())) != head["runs"]:
        raise ValueError("its rows are not those of the runs it lists")
    return head, table


def _is_whole(content: bytes) -> bool:
    """Whether the checksum in the footer is that of the file with zeros in its place."""
    found = content.rfind(CHECKSUM)
    at = found + len(CHECKSUM)
    plain = content[:at] + NONE_YET + content[at + len(NONE_YET):]
    return found >= 0 and content[at:at + len(NONE_YET)] == b"%08x" % zlib.crc32(plain)


def joined(parts: Iterable[bytes]) -> bytes:
    """Parts of one block as one part, run by run; the bytes are those of a block that was never cut."""
    decoded = [decode(each) for each in parts]
    head = decoded[0][0]
    facts = {run: each["facts"].get(str(run), {}) for each, _ in decoded for run in each["runs"]}
    table = pa.concat_tables([table for _, table in decoded])
    columns = {name: table[name].to_numpy() for name in table.column_names}
    order = np.lexsort((columns["day"], columns["run"]))
    return encode({name: values[order] for name, values in columns.items()}, head["block"], head["design"], facts)


def over_days(values: np.ndarray, how: str) -> float:
    """Days as one number: their sum, mean or last, as the measure says; unknown days are left out, all unknown is NaN."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return float("nan")
    return float({"sum": known.sum, "mean": known.mean}[how]()) if how != "last" else float(known[-1])
