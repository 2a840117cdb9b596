"""Archived scans as files. If these broke, a scan would come back from the archive with another
text, or one that says "nothing" would come back as one that is empty."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="archives need pyarrow: make setup")

from yichuan.tracking import parquet
from yichuan.tracking.parquet import TrackKey

words = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
micros = st.integers(0, 4_000_000_000_000_000)
rows = st.tuples(
    st.sampled_from(["SF", "YTO", "ZTO"]),
    st.text("0123456789AZ_-", min_size=3, max_size=8),
    st.integers(1, 3),
    st.binary(min_size=8, max_size=8).map(bytes.hex),
    micros,
    words,
    st.none() | words,
    st.sampled_from(["none", "delivered"]),
    st.none() | words,
    micros,
)


def line(row: tuple[object, ...]) -> bytes:
    """A row as PostgreSQL's COPY writes it."""

    def cell(value: object) -> str:
        if value is None:
            return ""
        return str(value) if isinstance(value, int) else '"' + str(value).replace('"', '""') + '"'

    return (",".join(map(cell, row)) + "\n").encode()


@given(st.lists(rows, min_size=1, max_size=60))
def test_a_file_gives_back_the_same_bytes_and_each_track_its_own(table: list) -> None:
    table.sort(key=lambda row: (row[0].encode(), row[1].encode(), row[2]))
    whole = b"".join(map(line, table))
    parquet_bytes = parquet.written(whole)
    assert parquet.read(parquet_bytes) == whole
    assert b"".join(parquet.read_groups(parquet_bytes)) == whole
    key = TrackKey(*table[len(table) // 2][:3])
    mine = b"".join(line(row) for row in table if row[:3] == key)
    assert parquet.track_in(parquet_bytes, key) == mine
    assert parquet.track_in(parquet_bytes, TrackKey("ZTO", "~", 1)) == b""


def test_other_programs_can_read_the_times() -> None:
    """A file is of use without us."""
    import pyarrow.parquet as pq

    row = ("ZTO", "123", 1, "00" * 8, 1_700_000_000_000_000, "揽收", None, "none", None, 0)
    table = pq.read_table(io.BytesIO(parquet.written(line(row))))
    assert table["occurred_at"][0].as_py().isoformat() == "2023-11-14T22:13:20+00:00"
    assert next(csv.reader([line(row).decode()]))[5] == table["text"][0].as_py()
