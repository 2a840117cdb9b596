"""The log's bell: who appends to the log rings, and who follows it need not look all the time.

It goes through the database (`NOTIFY`), so that it is heard in all processes. It may be missed: who
waits for it looks by itself when it has waited long enough.
"""

from __future__ import annotations

import asyncio
from typing import Final

import psycopg

from yichuan.core.database import SYSTEM, Connection, Database

CHANNEL: Final = "yichuan_log"
_RING: Final = "SELECT pg_notify(%s, %s)"
_rung: dict[str, int] = {}
_waiting: dict[str, set[asyncio.Future[None]]] = {}


async def ring(connection: Connection, topic: str) -> None:
    """Tell followers of a topic that there is something new. Outside a transaction: one that only
    rings writes nothing to disk, and holds up no other's commit."""
    await connection.execute(_RING, (CHANNEL, topic), prepare=True)


def rung(topic: str) -> int:
    """How often this process has heard it ring; for `heard`."""
    return _rung.get(topic, 0)


async def heard(topic: str, since: int, seconds: float) -> bool:
    """Wait until it has rung more often than `since`, or for so long. Whether it did."""
    if rung(topic) == since:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = _waiting.setdefault(topic, set())
        waiting.add(future)
        try:
            await asyncio.wait([future], timeout=seconds)
        finally:
            waiting.discard(future)
    return rung(topic) != since


def _hear(topic: str) -> None:
    _rung[topic] = rung(topic) + 1
    for future in _waiting.pop(topic, ()):
        if not future.done():
            future.set_result(None)


async def listen(database: Database) -> None:
    """Hear it, for ever.

    Raises:
        psycopg.OperationalError: the database is away.
    """
    url = database.urls.of(SYSTEM)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        async for note in connection.notifies():
            _hear(note.payload)
