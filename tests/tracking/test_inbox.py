"""The brake before the inbox. If it failed, a slow database would fill the memory of the web
process with pushes until it dies, and every push in it with it."""

from __future__ import annotations

import asyncio

import pytest
from psycopg_pool import AsyncConnectionPool

from yichuan.core.context import Context
from yichuan.core.errors import Overloaded
from yichuan.core.ids import new_id
from yichuan.tracking import inbox
from yichuan.tracking.inbox import Inbox


async def waiting_bytes(pushes: Inbox, pool: AsyncConnectionPool, body: bytes) -> int:
    """How many pushes are taken while the table is locked; then it is unlocked."""
    source = new_id()
    async with pool.connection() as holder, holder.transaction():
        await holder.execute("LOCK TABLE push_inbox IN ACCESS EXCLUSIVE MODE")
        sent = [asyncio.create_task(pushes.put("kdniao", source, body)) for _ in range(50)]
        _, pending = await asyncio.wait(sent, timeout=0.3)
        taken = len(pending)
        refused = [task for task in sent if task.done()]
        assert all(isinstance(task.exception(), Overloaded) for task in refused)
    await asyncio.gather(*pending)
    async with pool.connection() as connection:
        row = await (
            await connection.execute(
                "DELETE FROM push_inbox WHERE connection_id = %s RETURNING id", (source,)
            )
        ).fetchall()
    assert len(row) == taken
    return taken


async def test_what_cannot_be_written_is_refused_before_it_fills_the_memory(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken is durable as soon as the database is back; the rest was sent away."""
    monkeypatch.setattr(inbox, "WAITING_BYTES", 10_000)
    pool = context.database.hot_system
    pushes = Inbox(pool, 1000)
    assert await waiting_bytes(pushes, pool, b"x" * 1000) == 10
    assert await waiting_bytes(pushes, pool, b"x" * 5000) == 2
