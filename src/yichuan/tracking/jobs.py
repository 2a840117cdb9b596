"""What a worker keeps running for tracking: merging, subscribing, making room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import httpx
import psycopg
import structlog
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import OperationalError

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import MERGES
from yichuan.couriers import service as couriers
from yichuan.tracking import ingest, subscribing
from yichuan.tracking.polling_run import Poller

log = structlog.get_logger(__name__)

MERGE_IDLE: Final = 0.1
"""Seconds between looks into an empty inbox."""
MERGE_GATHER: Final = 0.04
"""Seconds between two batches that are not full: a batch's statements and its flush cost much the
same for six pushes as for sixty."""
SUBSCRIBE_IDLE: Final = 2.0
POLL_IDLE: Final = 2.0
MAX_PAUSE: Final = 10.0
KEEP_PUSHES: Final = timedelta(days=7)
KEEP_RESOLVED: Final = timedelta(days=30)
KEEP_UNKNOWN: Final = timedelta(days=90)
KEEP_UNSIGNED: Final = timedelta(days=7)
PURGE_ROWS: Final = 5000

UNREACHABLE = (psycopg.OperationalError, PoolTimeout, OperationalError, OSError)
"""The database is away: wait and go on."""


class _Pace:
    """Lets a batch begin every `MERGE_GATHER` seconds, or at once while batches are full."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._next = 0.0

    async def take(self) -> None:
        """Wait until the next batch may begin."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next - loop.time()))
            self._next = loop.time() + MERGE_GATHER

    def hurry(self) -> None:
        """A batch was full: the next one is waiting."""
        self._next = 0.0


async def merge_loop(context: Context) -> None:
    """Merge pushes as they come, for ever. Several workers may do so at once, and each has
    `MERGES` batches in hand: one is worked out while the others wait for the database."""
    pace = _Pace()

    async def step() -> int:
        await pace.take()
        merged = await ingest.merge_pending(context)
        if merged >= ingest.BATCH:
            pace.hurry()
        return merged

    async with asyncio.TaskGroup() as group:
        for _ in range(MERGES):
            group.create_task(_for_ever(step, MERGE_IDLE, "merge"))


async def subscribe_loop(context: Context, http: httpx.AsyncClient) -> None:
    """Ask couriers for the pushes that are wanted, for ever."""
    await _for_ever(lambda: subscribing.subscribe_due(context, http), SUBSCRIBE_IDLE, "subscribe")


async def poll_loop(context: Context, http: httpx.AsyncClient) -> None:
    """Ask couriers for numbers whose pushes do not come, for ever."""
    poller = Poller(context, http)

    async def step() -> int:
        await poller.step()
        return 0  # rounds go on by themselves; the next look is after a pause

    try:
        await _for_ever(step, POLL_IDLE, "poll")
    finally:
        await poller.close()


async def _for_ever(step: Callable[[], Awaitable[int]], idle: float, what: str) -> None:
    """Repeat a step; rest when it had nothing to do, and longer each time the database is away."""
    pause = idle
    while True:
        try:
            done = await step()
        except UNREACHABLE as error:
            pause = min(MAX_PAUSE, pause * 2)
            log.warning("database is away", loop=what, error=str(error), pause=pause)
            await asyncio.sleep(pause)
            continue
        pause = idle
        if done == 0:
            await asyncio.sleep(idle)


async def housekeeping(context: Context) -> int:
    """Next month's partition; raw pushes go a week after they were merged, a few thousand at once.
    Returns how many rows went."""
    at = now()
    await ingest.ensure_cohorts(context.database, at)
    async with context.database.system() as session:
        await couriers.forget_unknown(session, at - KEEP_UNKNOWN)
    gone = 0
    for statement, before in (
        # What was merged by then came before: so an index finds it.
        ("push_inbox WHERE merged_at < %(t)s AND received_at < %(t)s", at - KEEP_PUSHES),
        ("quarantine WHERE resolved_at < %(t)s", at - KEEP_RESOLVED),
        ("quarantine WHERE kind = 'signature' AND created_at < %(t)s", at - KEEP_UNSIGNED),
    ):
        table = statement.split()[0]
        while True:
            async with context.database.hot_system.connection() as connection:
                cursor = await connection.execute(
                    f"DELETE FROM {table} WHERE id IN"
                    f" (SELECT id FROM {statement} ORDER BY id LIMIT {PURGE_ROWS})".encode(),
                    {"t": before},
                )
            gone += cursor.rowcount
            if cursor.rowcount < PURGE_ROWS:
                break
    return gone
