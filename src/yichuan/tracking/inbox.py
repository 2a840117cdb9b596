"""The inbox: pushes made durable by group commit, and the brake in front of it.

Pushes that arrive while a commit is on its way share the next one: one multi-row insert, one
flush to disk. Nobody is told yes before that commit has returned.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from yichuan.core import arrays
from yichuan.core.database import Connection
from yichuan.core.errors import Overloaded

log = structlog.get_logger(__name__)

GROUP: Final = 256
"""Most pushes in one commit."""
WAITING_BYTES: Final = 64 * 1024 * 1024
"""Most bytes of pushes that wait for a commit in this process."""
AWAY_SECONDS: Final = 3.0
"""How long a push waits for a connection before its sender is told to come back."""
LOOK_SECONDS: Final = 1.0
"""How often the number of unmerged pushes is estimated."""

_INSERT = (
    "INSERT INTO push_inbox (connector, connection_id, body)"
    " SELECT unnest(%s::text[]), unnest(%s::uuid[]), unnest(%s::bytea[])"
)
_WAITING = """
    WITH span AS (
        SELECT coalesce((SELECT max(id) FROM push_inbox), 0)
             - coalesce((SELECT min(id) FROM push_inbox WHERE merged_at IS NULL) - 1,
                        (SELECT max(id) FROM push_inbox), 0) AS width
    )
    SELECT CASE WHEN width <= %(limit)s THEN width ELSE (
        SELECT count(*) FROM (
            SELECT 1 FROM push_inbox WHERE merged_at IS NULL LIMIT %(limit)s + 1) x) END
    FROM span
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    connector: str
    connection_id: UUID
    body: bytes
    done: asyncio.Future[None]


class Inbox:
    """One per web process."""

    def __init__(self, pool: AsyncConnectionPool[Connection], high_water: int) -> None:
        """`pool` is the system role's; `high_water` the unmerged pushes from which to refuse."""
        self._pool = pool
        self._high_water = high_water
        self._queue: list[_Waiting] = []
        self._bytes = 0
        self._writer: asyncio.Task[None] | None = None
        self._looker: asyncio.Task[None] | None = None
        self._unmerged = 0
        self._looked_at = -LOOK_SECONDS

    async def put(self, connector: str, connection_id: UUID, body: bytes) -> None:
        """Return once the push is on disk.

        Raises:
            Overloaded: too much is waiting, or the database cannot take it now.
        """
        if self._bytes + len(body) > WAITING_BYTES:
            raise Overloaded("too many pushes are waiting to be written")
        done = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(connector, connection_id, body, done))
        self._bytes += len(body)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="push inbox")
        await done

    async def check(self) -> None:
        """Look at the brake; the estimate is at most a second old.

        Raises:
            Overloaded: too many pushes are unmerged.
        """
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            if self._looker is None or self._looker.done():
                self._looker = asyncio.create_task(self._look(), name="push inbox estimate")
            if self._looked_at < 0:  # nothing is known yet
                await asyncio.wait([self._looker])
        if self._unmerged > self._high_water:
            raise Overloaded("too many pushes are waiting to be merged")

    async def _write_all(self) -> None:
        while self._queue:
            group, self._queue = self._queue[:GROUP], self._queue[GROUP:]
            try:
                await self._write(group)
            except (psycopg.Error, PoolTimeout, OSError) as error:
                log.warning("push inbox cannot be written", error=str(error), pushes=len(group))
                self._settle(group, Overloaded("the push could not be stored, send it again"))
            except asyncio.CancelledError:
                self._settle(group + self._queue, Overloaded("shutting down, send it again"))
                self._queue = []
                raise
            else:
                self._unmerged += len(group)
                self._settle(group, None)

    def _settle(self, group: list[_Waiting], error: Overloaded | None) -> None:
        for one in group:
            self._bytes -= len(one.body)
            if one.done.done():  # its sender has gone
                continue
            if error is None:
                one.done.set_result(None)
            else:
                one.done.set_exception(error)

    async def _write(self, group: list[_Waiting]) -> None:
        """One insert, one commit. After a restart of the database the pool's old connections
        fail one by one; a push written twice because of that is merged once."""
        values = (
            arrays.texts([one.connector for one in group]),
            arrays.uuids([one.connection_id for one in group]),
            arrays.blobs([one.body for one in group]),
        )
        for last in (False, False, True):
            try:
                async with self._pool.connection(timeout=AWAY_SECONDS) as connection:
                    await connection.execute(_INSERT, values)
            except PoolTimeout:  # it is away: couriers do not wait long, and come again
                raise
            except psycopg.OperationalError:
                if last:
                    raise
            else:
                return

    async def _look(self) -> None:
        try:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_WAITING, {"limit": self._high_water})
                row = await cursor.fetchone()
        except (psycopg.Error, PoolTimeout, OSError) as error:
            log.warning("push inbox cannot be estimated", error=str(error))
        else:
            self._unmerged = int(row[0]) if row else 0
            self._looked_at = time.monotonic()
