"""Archived events as Parquet. Loads pyarrow: workers and the command line only.

Events cross as PostgreSQL's CSV, one column for each of `COLUMNS`: texts quoted, NULL empty, times
as microseconds since 1970 UTC. A file that is read back gives the same CSV byte for byte, which is
how an archive is proved before anything is dropped. Other programs can read the files: times are
timestamps in UTC, the key of an event is hexadecimal, texts are redacted as they were in the table.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final, NamedTuple

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pcsv
    import pyarrow.parquet as pq
except ImportError as error:  # pragma: no cover - a machine without the extra
    raise ImportError("archives need pyarrow: pip install 'yichuan[archive]'") from error

ROW_GROUP: Final = 25_000
"""Rows that are unpacked together: one track is looked up by opening one or two groups."""
LEVEL: Final = 9
"""Of zstd: written once, kept for years."""

_STAMP = pa.timestamp("us", tz="UTC")
COLUMNS: Final = {
    "courier": pa.string(),
    "number": pa.string(),
    "cycle": pa.int64(),
    "event_key": pa.string(),
    "occurred_at": _STAMP,
    "text": pa.string(),
    "code": pa.string(),
    "detail": pa.string(),
    "city": pa.string(),
    "received_at": _STAMP,
}
_SCHEMA = pa.schema(list(COLUMNS.items()))
_IN_CSV = {name: pa.int64() if kind == _STAMP else kind for name, kind in COLUMNS.items()}
_REPEATING = ["courier", "text", "code", "detail", "city", "received_at"]
"""Few different values in a group: a dictionary holds them."""


class TrackKey(NamedTuple):
    """Courier, number and cycle: what the rows are sorted by (`COLLATE "C"`)."""

    courier: str
    number: str
    cycle: int


def written(csv: bytes) -> bytes:
    """A Parquet file of the rows of a CSV.

    Raises:
        pyarrow.ArrowInvalid: not the CSV of these columns.
    """
    table = pcsv.read_csv(
        pa.BufferReader(csv),
        read_options=pcsv.ReadOptions(column_names=list(COLUMNS), block_size=1 << 24),
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            column_types=_IN_CSV,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).cast(_SCHEMA)
    target = io.BytesIO()
    pq.write_table(
        table,
        target,
        compression="zstd",
        compression_level=LEVEL,
        row_group_size=ROW_GROUP,
        use_dictionary=_REPEATING,
        column_encoding={"number": "DELTA_BYTE_ARRAY", "occurred_at": "DELTA_BINARY_PACKED"},
        sorting_columns=pq.SortingColumn.from_ordering(
            _SCHEMA, [(name, "ascending") for name in TrackKey._fields]
        ),
    )
    return target.getvalue()


def read(data: bytes) -> bytes:
    """The CSV a file was written from.

    Raises:
        pyarrow.ArrowInvalid: not a Parquet file.
    """
    return _csv(pq.read_table(pa.BufferReader(data)))


def read_groups(data: bytes) -> Iterator[bytes]:
    """The same in pieces of at most `ROW_GROUP` rows.

    Raises:
        pyarrow.ArrowInvalid: not a Parquet file.
    """
    file = pq.ParquetFile(pa.BufferReader(data))
    for group in range(file.metadata.num_row_groups):
        yield _csv(file.read_row_group(group))


def track_in(data: bytes, key: TrackKey) -> bytes:
    """The CSV of one track's rows in a file; empty where it has none.

    Raises:
        pyarrow.ArrowInvalid: not a Parquet file.
    """
    file = pq.ParquetFile(pa.BufferReader(data))
    return b"".join(_csv(_only(file.read_row_group(group), key)) for group in _groups(file, key))


def _only(table: pa.Table, key: TrackKey) -> pa.Table:
    wanted = pc.equal(table["number"], key.number)
    wanted = pc.and_(wanted, pc.equal(table["courier"], key.courier))
    return table.filter(pc.and_(wanted, pc.equal(table["cycle"], key.cycle)))


def _groups(file: pq.ParquetFile, key: TrackKey) -> Iterator[int]:
    """Groups whose statistics do not exclude the track: texts are compared as bytes, as sorted."""
    for place in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(place)
        stats = [group.column(at).statistics for at in range(2)]
        if all(
            s is None or not s.has_min_max or s.min.encode() <= value.encode() <= s.max.encode()
            for s, value in zip(stats, key[:2], strict=True)
        ):
            yield place


def _csv(table: pa.Table) -> bytes:
    plain = table.cast(pa.schema(list(_IN_CSV.items())))
    target = io.BytesIO()
    pcsv.write_csv(plain, target, pcsv.WriteOptions(include_header=False))
    return target.getvalue()
