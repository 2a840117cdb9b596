"""Bringing archived history back when somebody asks for it: one job per track, asked for once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import psycopg
import structlog
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.context import Context
from yichuan.core.database import SYSTEM, Database, WriteSession
from yichuan.core.jobs import defer
from yichuan.tracking.values import Away, History

log = structlog.get_logger(__name__)

TASK, QUEUE = "recall_history", "tracking"
POLL_SECONDS: Final = 0.1

_ASK: Final = text("""
    INSERT INTO history_recalls AS r (courier, number, cycle, cohort)
    SELECT * FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]),
                         CAST(:cycles AS bigint[]), CAST(:cohorts AS date[]))
    ON CONFLICT (courier, number, cycle) DO UPDATE SET state = 'wanted', wanted_at = now()
    WHERE r.state <> 'done' AND r.wanted_at < now() - interval '5 minutes'
    RETURNING courier, number, cycle
""")
"""One that failed, or whose job was lost, is tried again after five minutes."""
_STATES: Final = text("""
    SELECT r.state FROM history_recalls r
    JOIN unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS k(courier, number, cycle) USING (courier, number, cycle)
""")
_FAILED: Final = """
    UPDATE history_recalls SET state = 'failed', error = %s
    WHERE courier = %s AND number = %s AND cycle = %s
"""


async def ask(session: WriteSession, away: Sequence[Away]) -> History:
    """Have the events of these tracks brought back, unless that is under way. System session.

    A track that its archive gives nothing more of counts as complete.
    """
    if not away:
        return "complete"
    columns = {
        "couriers": arrays.texts([one.courier for one in away]),
        "numbers": arrays.texts([one.number for one in away]),
        "cycles": arrays.numbers([one.cycle for one in away]),
    }
    cohorts = {"cohorts": arrays.texts([one.cohort.isoformat() for one in away])}
    fresh = {tuple(row) for row in await session.execute(_ASK, columns | cohorts)}
    for one in away:
        if (one.courier, one.number, one.cycle) in fresh:
            await defer(
                session,
                TASK,
                queue=QUEUE,
                courier=one.courier,
                number=one.number,
                cycle=one.cycle,
                cohort=one.cohort.isoformat(),
            )
    states = set(await session.scalars(_STATES, columns))
    if "wanted" in states:
        return "recalling"
    return "unavailable" if "failed" in states else "complete"


async def asked(database: Database, away: Sequence[Away], seconds: float = 0.0) -> History:
    """`ask` in a transaction of its own, waiting so long for the answer."""
    until = time.monotonic() + seconds
    while True:
        if not away:
            return "complete"
        async with database.system() as session:
            history = await ask(session, away)
        if history != "recalling" or time.monotonic() > until:
            return history
        await asyncio.sleep(POLL_SECONDS)


async def work_off(context: Context, one: Away) -> None:
    """Bring a track's events back; what prevents it is noted for those who wait."""
    try:
        events = await asyncio.to_thread(_recall, context, one)
    except (LookupError, ValueError, OSError, ImportError, psycopg.Error) as error:
        reason = f"{type(error).__name__}: {error}"[:500]
        log.exception("archived history does not come back", cohort=one.cohort.isoformat())
        async with context.database.hot_system.connection() as connection:
            await connection.execute(_FAILED, (reason, one.courier, one.number, one.cycle))
    else:
        log.info("archived history is back", cohort=one.cohort.isoformat(), events=events)


def _recall(context: Context, one: Away) -> int:
    """In a thread. Loads pyarrow, once and into workers only."""
    from yichuan.tracking import archive
    from yichuan.tracking.parquet import TrackKey

    key = TrackKey(one.courier, one.number, one.cycle)
    with psycopg.connect(context.database.urls.of(SYSTEM), autocommit=True) as connection:
        return archive.recall(connection, context.blobs, one.cohort, key)
