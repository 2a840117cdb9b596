"""Statements straight over libpq. If these break, an answer is given to the wrong question, a
connection is used again with another request's rows on its line, or a web process stops serving
after one rollback."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from yichuan.core import trip as trips
from yichuan.core.context import Context
from yichuan.core.trip import Insert, trip


async def test_each_statement_gets_its_own_rows(context: Context) -> None:
    one, at = uuid4(), datetime(2026, 11, 23, 8, tzinfo=UTC)
    async with context.database.hot.connection() as connection:
        rows = await trip(
            connection,
            [
                ("SELECT %s::uuid, %s::timestamptz, %s::jsonb", (one, at, Jsonb({"a": [1]}))),
                ("SELECT 1 WHERE false", ()),
                ("SELECT %(n)s::int + %(n)s::int, '100%%', %(none)s::text", {"n": 2, "none": None}),
                ("SELECT unnest(%s::text[])", (["a", "驿"],)),
                ("SELECT", ()),
            ],
        )
    assert rows == [[(one, at, {"a": [1]})], [], [(4, "100%", None)], [("a",), ("驿",)], [()]]


async def test_more_than_fits_on_the_line_at_once(context: Context) -> None:
    text = "驿" * 100_000
    async with context.database.hot.connection() as connection:
        rows = await trip(connection, [("SELECT %s::text", (text,))] * 40)
    assert rows == [[(text,)]] * 40


async def test_the_first_error_is_told_and_the_connection_goes_on(context: Context) -> None:
    async with context.database.hot.connection() as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await trip(connection, [("SELECT 1", ()), ("SELECT 1 / 0", ()), ("SELECT nothing", ())])
        with pytest.raises(psycopg.errors.UndefinedColumn):
            await trip(connection, [("SELECT nothing", ())])
        with pytest.raises(psycopg.DataError):
            await trip(connection, [("SELECT %s::text", ("\0",))])
        with pytest.raises(psycopg.ProgrammingError):
            await trip(connection, [("SELECT %s", (1, 2))])
        for wrong in ("SELECT 5 % 3", "SELECT %s, %(a)s"):
            with pytest.raises(ValueError, match="place"):
                await trip(connection, [(wrong, {"a": 1})])
        assert await trip(connection, [("SELECT 1 / %s", (1,))]) == [[(1,)]]


async def test_statements_that_were_forgotten_are_prepared_again(context: Context) -> None:
    """psycopg deallocates all after a rollback of its own."""
    calls = [("BEGIN", ()), ("SELECT %s::int", (1,))]
    async with context.database.hot.connection() as connection:
        for _ in range(2):
            assert await trip(connection, calls) == [[], [(1,)]]
            await trip(connection, [("COMMIT", ())])
            await connection.execute("DEALLOCATE ALL")
        assert await trip(connection, calls[1:]) == [[(1,)]]


async def test_few_statements_stay_prepared(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trips, "MOST_PREPARED", 3)
    async with context.database.hot.connection() as connection:
        await connection.execute("DEALLOCATE ALL")
        for turn in range(2):
            calls = [(f"SELECT {n} + %s", (turn,)) for n in range(8)]
            assert await trip(connection, calls) == [[(n + turn,)] for n in range(8)]
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'yichuan%%'",
            prepare=False,
        )
        assert await cursor.fetchone() == (3,)


async def test_a_cancelled_trip_leaves_no_rows_behind(context: Context) -> None:
    async with context.database.hot.connection() as connection:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await trip(connection, [("SELECT pg_sleep(5), 'stale'", ())])
        assert connection.closed
    async with context.database.hot.connection() as connection:
        assert await trip(connection, [("SELECT 'fresh'", ())]) == [[("fresh",)]]


async def test_a_server_that_hangs_up_is_an_error(context: Context) -> None:
    async with context.database.hot_system.connection() as connection:
        with pytest.raises(psycopg.OperationalError):
            await trip(connection, [("SELECT pg_terminate_backend(pg_backend_pid())", ())])
        assert connection.closed


async def test_rows_of_an_insert_share_statements(context: Context) -> None:
    """Values take their columns' types, so that NULL and large numbers need no statement more."""
    columns = "n bigint, id uuid, at timestamptz, raw bytea, body jsonb, words text[], yes boolean"
    names = [column.split()[0] for column in columns.split(", ")]
    places = f"({', '.join(['%s'] * len(names))})"
    insert = Insert(f"INSERT INTO made ({', '.join(names)})", places, " ON CONFLICT DO NOTHING")
    at = datetime(2026, 11, 23, 8, 0, 0, 5, tzinfo=UTC)
    full = (2**40, uuid4(), at, b"\0\\x\xff", Jsonb({"a": "驿"}), ["x", "'", None], False)
    rows = [full, (1, *[None] * 6), (None, *full[1:])] * 7
    calls = insert.calls(rows)
    assert len(calls) == 3
    async with context.database.hot_system.connection() as connection:
        await trip(connection, [("BEGIN", ()), (f"CREATE TEMP TABLE made ({columns})", ())])
        *_, kept = await trip(connection, [*calls, ("SELECT * FROM made", ())])
        await trip(connection, [("ROLLBACK", ())])
    plain = [tuple(v.obj if isinstance(v, Jsonb) else v for v in row) for row in rows]
    assert kept == plain
