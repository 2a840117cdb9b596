"""Pools of connections. If this breaks, a restart of the database fails as many requests as there
are pooled connections, one after the other, long after it is over.
"""

from __future__ import annotations

import asyncio

import psycopg
from sqlalchemy import text

from yichuan.core.context import Context
from yichuan.core.database import hot_rows

MANY = 4


async def ask_all(context: Context) -> None:
    """Several connections of each pool at once."""
    database = context.database

    async def read() -> None:
        async with database.read(None) as session:
            await session.execute(text("SELECT pg_sleep(0.05)"))

    async def serve() -> None:
        async with database.system() as session:
            await session.execute(text("SELECT pg_sleep(0.05)"))

    pools = (database.hot, database.hot_system)
    hot = [hot_rows(pool, None, "SELECT pg_sleep(0.05)", ()) for pool in pools * MANY]
    await asyncio.gather(*hot, *(read() for _ in range(MANY)), *(serve() for _ in range(MANY)))


async def test_nobody_meets_a_connection_that_was_cut_meanwhile(context: Context) -> None:
    await ask_all(context)
    with psycopg.connect(context.database.urls.of("postgres"), autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
            " WHERE usename LIKE 'yichuan_%' AND datname = current_database()"
        ).fetchone()
    assert row is not None
    assert row[0] >= MANY, "nothing was cut"
    await ask_all(context)
