"""Columns sent to PostgreSQL arrive as they were. If these break, scans are lost or garbled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yichuan.core import arrays
from yichuan.core.context import Context

SOME = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\x1e\x1f"))


async def fetched(context: Context, cast: str, literal: arrays.Array) -> list[Any]:
    async with context.database.hot_system.connection() as connection:
        cursor = await connection.execute(f"SELECT %s::{cast}[]", (literal,))
        row = await cursor.fetchone()
        assert row is not None
        return row[0]


@settings(suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.none() | SOME | st.sampled_from(['"', "\\", "NULL", "{,}", "", " "])))
async def test_texts_come_back(context: Context, values: list[str | None]) -> None:
    assert await fetched(context, "text", arrays.texts(values)) == values


async def test_what_postgresql_cannot_hold_is_left_out(context: Context) -> None:
    found = await fetched(context, "text", arrays.texts(["a\x00b", "\x1e", None, "c\x1fd"]))
    assert found == ["ab", " ", None, "c d"]


BIG = st.integers(-(2**63), 2**63 - 1)
COLUMNS = {
    "bigint": (arrays.numbers, BIG),
    "bytea": (arrays.blobs, st.binary(max_size=3000)),
    "uuid": (arrays.uuids, st.uuids()),
    "date": (arrays.dates, st.dates()),
}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), kind=st.sampled_from(sorted(COLUMNS)))
async def test_other_columns_come_back(context: Context, data: st.DataObject, kind: str) -> None:
    write, some = COLUMNS[kind]
    values = data.draw(st.lists(st.none() | some))
    assert await fetched(context, kind, write(values)) == values


async def test_long_blobs_come_back(context: Context) -> None:
    """Sizes below and above those that are written beforehand."""
    values = [b"x" * size for size in (0, 2047, 2048, 100_000)]
    assert await fetched(context, "bytea", arrays.blobs(values)) == values


async def test_seconds_become_moments(context: Context) -> None:
    first = datetime(2000, 1, 1, tzinfo=UTC)
    values = [0, None, -1, 852_076_800]
    wanted = [None if v is None else first + timedelta(seconds=v) for v in values]
    assert await fetched(context, "timestamptz", arrays.seconds(values)) == wanted


async def test_rows_are_found_where_they_were_read(context: Context) -> None:
    """A scan would be written over another parcel's row, or never."""
    async with context.database.hot_system.connection() as connection:
        cursor = connection.cursor(binary=True)
        await cursor.execute("SELECT ctid, xmin FROM pg_class ORDER BY oid LIMIT 50")
        read = await cursor.fetchall()
        found = await connection.execute(
            "SELECT count(*) FROM (SELECT unnest(%s::tid[]) AS at, unnest(%s::xid[]) AS by) n"
            " JOIN pg_class c ON c.ctid = n.at AND c.xmin = n.by",
            (arrays.places([at for at, _ in read]), arrays.versions([by for _, by in read])),
        )
        assert await found.fetchone() == (50,)


def test_a_number_of_more_than_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        arrays.numbers([1, 2**63])


async def test_empty_columns_come_back(context: Context) -> None:
    assert await fetched(context, "text", arrays.texts([])) == []
    assert await fetched(context, "bigint", arrays.numbers([])) == []
