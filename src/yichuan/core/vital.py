"""What this process needs to do its work, looked at as it is now: can it read, can it write?"""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg_pool import PoolTimeout

from yichuan.core import migrate
from yichuan.core.context import Context

PATIENCE: Final = 3.0
"""Seconds after which a database that does not answer counts as away."""
FRESH: Final = 1.0
"""Seconds for which a look counts: however many ask, it is one flush a second."""
MEGABYTE: Final = 1024 * 1024
FULL_MB: Final = 16
"""PostgreSQL needs so much for its next log segment."""
LOW_MB: Final = 512
WORKER_SECONDS: Final = 60
"""A worker says every ten seconds that it is there."""

OK: Final = "ok"
_LOOK: Final = """
    SELECT (SELECT count(*) >= 0 FROM (SELECT 1 FROM procrastinate_jobs LIMIT 1) j),
           (SELECT version_num FROM alembic_version),
           (SELECT max(last_heartbeat) > now() - make_interval(secs => %s)
            FROM procrastinate_workers)
"""
_FLUSH: Final = "SELECT pg_logical_emit_message(true, 'yichuan', 'readyz')"
"""Writes a few bytes of log that nobody reads, and returns when they are on disk."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found: `ok`, or in words what is wrong."""

    ready: bool
    checks: dict[str, str]


@dataclass(slots=True)
class Vital:
    """One per web process."""

    context: Context
    _looking: asyncio.Task[Signs] | None = None
    _seen: tuple[float, Signs] = field(default=(-FRESH, Signs(False, {})))

    async def signs(self) -> Signs:
        """How things stand, at most a second ago; a look that hangs is not waited for, and not
        begun twice."""
        at, seen = self._seen
        if time.monotonic() - at < FRESH:
            return seen
        if self._looking is None:
            self._looking = asyncio.create_task(_look(self.context), name="readyz")
        await asyncio.wait([self._looking], timeout=PATIENCE)
        if not self._looking.done():
            away = {"database": f"no answer in {PATIENCE:g} s"}
            return Signs(False, away | _disk(self.context)[1])
        found = self._looking.result()
        self._looking, self._seen = None, (time.monotonic(), found)
        return found


async def _look(context: Context) -> Signs:
    roomy, checks = _disk(context)
    try:
        row = await _asked(context)
    except (psycopg.Error, PoolTimeout, OSError) as error:
        said = str(error).strip().split("\n")[0][:200]
        return Signs(False, {"database": f"{type(error).__name__}: {said}"} | checks)
    schema = OK if row[1] == migrate.head() else f"at {row[1]}"
    worker = OK if row[2] else f"none heard of for {WORKER_SECONDS} s"
    checks = {"database": OK, "queue": OK, "schema": schema, "worker": worker} | checks
    return Signs(roomy and schema == OK, checks)


async def _asked(context: Context) -> tuple[Any, ...]:
    """What the database says, after it has put something on disk.

    Raises:
        psycopg.Error, PoolTimeout, OSError: it is away or cannot write.
    """
    async with context.database.hot_system.connection(timeout=PATIENCE) as connection:
        row = await (await connection.execute(_LOOK, (WORKER_SECONDS,))).fetchone()
        await connection.execute(_FLUSH)
    assert row is not None
    return row


def _disk(context: Context) -> tuple[bool, dict[str, str]]:
    """Room where the embedded database and the documents lie; whether there is any."""
    config = context.settings
    places = [config.data_dir]
    places += [] if config.database_url else [config.pg_dir]
    free = min(shutil.disk_usage(p).free for p in places if p.exists()) // MEGABYTE
    if free < FULL_MB:
        return False, {"disk": f"full: {free} MB left"}
    return True, {"disk": OK if free >= LOW_MB else f"low: {free} MB left"}
