"""Columns sent to PostgreSQL arrive as they were. If these break, scans are lost or garbled."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yichuan.core import arrays
from yichuan.core.context import Context

SOME = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\x1e\x1f"))


async def fetched(context: Context, cast: str, literal: str) -> list[Any]:
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


async def test_other_columns_come_back(context: Context) -> None:
    assert await fetched(context, "bigint", arrays.numbers([1, None, -5])) == [1, None, -5]
    blobs = await fetched(context, "bytea", arrays.blobs([b'\x00\xff"\\', None, b""]))
    assert blobs == [b'\x00\xff"\\', None, b""]
    assert await fetched(context, "text", arrays.texts([])) == []
