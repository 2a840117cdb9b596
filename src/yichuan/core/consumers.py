"""Running the log's consumers: each with a durable cursor, failing alone and retrying alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import text

from yichuan.core import bell, pressure
from yichuan.core.database import Connection, Database, SystemSession, hot_reads
from yichuan.core.log import Entry, Topic, read_after
from yichuan.core.trip import Call

IDLE_SECONDS = 0.1
LONGEST_IDLE = 0.8
"""A consumer with nothing to do looks less and less often, up to this pause."""
GATHER_SECONDS = 0.4
"""A patient consumer's pause after a batch that was not full: a batch costs much the same with five
entries as with fifty."""
SOON = 0.03
"""The pause of one that is not patient: what the bell told of may be hidden for a moment."""

FLOOD = 100
"""Entries of one batch of a consumer that is not patient from which on the others step aside."""
FLOOD_SECONDS = 0.05
"""The pause of one that is not patient after such a batch: more is there already, and a batch's
statements cost much the same for a hundred as for three hundred."""
PATIENCE = 20.0
"""Seconds a patient consumer stands back. If the flood lasts longer, patient ones take turns."""
TURN_REST = 6.0
"""Of the time that a turn took, how many times as long nobody takes the next one: a seventh of one
processor for all who can wait together, until the flood is over."""

Handler = Callable[[SystemSession, Sequence[Entry]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Whole:
    """Takes whole steps: its statement reads the page, acts on it and moves the cursor (`turn`,
    `page`). For who must not wait for the event loop once per statement."""

    step: Callable[[Connection, str, int], Awaitable[int]]
    """Called with the consumer's name and batch; commits; gives how many entries there were.

    Raises:
        Overtaken: see there.
    """


@dataclass(frozen=True, slots=True)
class Consumer:
    """Someone who reacts later. `handle` gets a batch inside the transaction of its cursor."""

    name: str
    topic: Topic
    handle: Handler | Whole
    batch: int = 1000
    only: str = "true"
    """SQL: which entries it cares about, by the log's columns. It is not given the others."""
    patient: bool = False
    """It steps aside while pushes come faster than they are merged, or than a consumer that is not
    patient can follow: for `PATIENCE` altogether, then but for a turn now and then."""


class Overtaken(RuntimeError):
    """Somebody else moved the cursor meanwhile; nothing of the batch is kept."""


_KEY = "hashtextextended('yichuan.consumer.' || %s, 0)"
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({_KEY % ':name'})")
"""Not a lock on the cursor's row: that would begin the transaction's writes, and entries that
others append are hidden from everyone until older writing transactions have ended."""
_CURSOR = text("SELECT xid::text::bigint AS xid, last_id FROM consumer_cursors WHERE name = :name")
_ADVANCE = text("""
    UPDATE consumer_cursors SET xid = CAST(:to_xid AS text)::xid8, last_id = :to_id,
        updated_at = now(), failures = 0, last_error = NULL
    WHERE name = :name AND xid = CAST(:xid AS text)::xid8 AND last_id = :last_id
""")


_TURN = f"SELECT set_config('yichuan.turn', pg_try_advisory_xact_lock({_KEY % '%s'})::text, true)"
_PAGE = """
    cursor AS MATERIALIZED (
        SELECT xid, last_id FROM consumer_cursors
        WHERE name = %(name)s AND current_setting('yichuan.turn') = 'true'
    ), page AS MATERIALIZED (
        SELECT xid, id, {columns} FROM milestone_log
        WHERE topic = '{topic}' AND xid < pg_snapshot_xmin(pg_current_snapshot())
          AND (xid, id) > ((SELECT xid FROM cursor), (SELECT last_id FROM cursor))
        ORDER BY xid, id LIMIT %(batch)s
    ), moved AS (
        UPDATE consumer_cursors c SET xid = e.xid, last_id = e.id,
            updated_at = now(), failures = 0, last_error = NULL
        FROM (SELECT xid, id FROM page ORDER BY xid DESC, id DESC LIMIT 1) e
        WHERE c.name = %(name)s AND c.xid = (SELECT xid FROM cursor)
          AND c.last_id = (SELECT last_id FROM cursor)
        RETURNING 1
    )
"""


def turn(name: str) -> tuple[Call, Call]:
    """Begin a transaction, and take the consumer's turn in it if nobody has it."""
    return ("BEGIN", ()), (_TURN, (name,))


def page(topic: Topic, columns: str) -> str:
    """Common table expressions for a `Whole` consumer's statement, which follows on its `turn`:
    `page`, its next entries (none where it is another's turn), and `moved`, a row once its cursor
    is behind them. They take `name` and `batch`. Act only where `moved` has a row: somebody else
    may have moved the cursor."""
    return _PAGE.format(topic=topic, columns=columns)


async def step(database: Database, consumer: Consumer) -> int:
    """Handle one batch; cursor and effects commit together. Returns how many entries it had.

    Raises:
        Exception: whatever the handler raised; nothing of the batch is kept.
    """
    if isinstance(consumer.handle, Whole):
        async with database.hot_system.connection() as connection:
            return await consumer.handle.step(connection, consumer.name, consumer.batch)
    async with database.system() as session:
        if not await session.scalar(_ALONE, {"name": consumer.name}):
            return 0
        # In a statement after the lock's: it sees what the lock's last holder committed.
        cursor = (await session.execute(_CURSOR, {"name": consumer.name})).one_or_none()
        if cursor is None:
            return 0
        page = await read_after(
            session, consumer.topic, cursor.xid, cursor.last_id, consumer.batch, consumer.only
        )
        if page is None:
            return 0
        if page.entries:
            await consumer.handle(session, page.entries)
        moved = await session.execute(
            _ADVANCE,
            {
                "name": consumer.name,
                "xid": str(cursor.xid),
                "last_id": cursor.last_id,
                "to_xid": str(page.xid),
                "to_id": page.last_id,
            },
        )
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            raise Overtaken(consumer.name)
        return page.count


async def register(database: Database, consumers: Sequence[Consumer]) -> None:
    """Give every consumer a cursor; a new one starts at the beginning of the log."""
    async with database.system() as session:
        for consumer in consumers:
            await session.execute(
                text("INSERT INTO consumer_cursors (name) VALUES (:name) ON CONFLICT DO NOTHING"),
                {"name": consumer.name},
            )


async def drain(database: Database, consumers: Sequence[Consumer]) -> int:
    """Run all consumers until none has anything left (tests, imports). Returns entries handled."""
    await register(database, consumers)
    total = 0
    while True:
        done = 0
        for consumer in consumers:
            done += await step(database, consumer)
        total += done
        if done == 0:
            return total


_FIRST = """
    SELECT (
        SELECT true FROM milestone_log
        WHERE topic = %(topic)s AND (xid, id) > (
            (SELECT xid FROM consumer_cursors WHERE name = %(name)s),
            (SELECT last_id FROM consumer_cursors WHERE name = %(name)s)){}
        ORDER BY xid, id LIMIT 1
    ) IS NOT NULL
"""
"""One search of the index, however much waits. As EXISTS, whose order PostgreSQL takes to be of no
account, it may collect everything that waits to say that something does."""
_PENDING = _FIRST.format(" AND xid < pg_snapshot_xmin(pg_current_snapshot())")
BEHIND = _FIRST.format("")


async def _waits(database: Database, consumer: Consumer, statement: str) -> bool:
    values = {"topic": consumer.topic, "name": consumer.name}
    (rows,) = await hot_reads(database.hot_system, None, ((statement, values),))
    return bool(rows[0][0])


async def behind(database: Database, consumer: Consumer) -> bool:
    """Whether a registered consumer has still to read entries, counting those that it cannot see
    yet because a transaction that began before them is open."""
    return await _waits(database, consumer, BEHIND)


async def _pending(database: Database, consumer: Consumer) -> bool:
    """Whether the log has anything new: a look that costs little and locks nothing."""
    return await _waits(database, consumer, _PENDING)


_turns: WeakKeyDictionary[Database, asyncio.Lock] = WeakKeyDictionary()


async def _take_turn(database: Database, consumer: Consumer) -> int:
    """One batch, while no other patient consumer is at work; and the rest after it."""
    async with _turns.setdefault(database, asyncio.Lock()):
        began = time.monotonic()
        done = await step(database, consumer)
        await asyncio.sleep((time.monotonic() - began) * TURN_REST)
    return done


async def _stand_back(database: Database, consumer: Consumer, since: float) -> None:
    """While there is a flood: wait, and when that takes long, go on in turns with the others."""
    done = 0
    while pressure.is_high():
        if not done:
            await asyncio.sleep(GATHER_SECONDS)
        if time.monotonic() - since >= PATIENCE:
            done = await _take_turn(database, consumer)


async def _follow(database: Database, consumer: Consumer) -> None:
    idle, waiting_since, told = IDLE_SECONDS, None, False
    shortest = GATHER_SECONDS if consumer.patient else SOON
    while True:
        if consumer.patient and pressure.is_high():
            waiting_since = waiting_since or time.monotonic()
            await _stand_back(database, consumer, waiting_since)
        rung = bell.rung(consumer.topic)
        # Who heard the bell, or left some of the log unread, need not ask whether there is any.
        done = await step(database, consumer) if told or await _pending(database, consumer) else 0
        if done >= FLOOD and not consumer.patient:
            pressure.note()
        told = done >= consumer.batch
        if told:
            continue
        waiting_since = None
        idle = shortest if done else min(LONGEST_IDLE, idle * 1.5)
        if consumer.patient:
            await asyncio.sleep(idle)
        elif told := done >= FLOOD:
            await asyncio.sleep(FLOOD_SECONDS)
        elif told := await bell.heard(consumer.topic, rung, idle):
            idle = SOON


async def _note_failure(database: Database, name: str, error: BaseException) -> None:
    async with database.system() as session:
        await session.execute(
            text(
                "UPDATE consumer_cursors SET failures = failures + 1, last_error = :error,"
                " updated_at = now() WHERE name = :name"
            ),
            {"name": name, "error": f"{type(error).__name__}: {error}"[:2000]},
        )


async def run(database: Database, consumer: Consumer) -> None:
    """Keep one consumer running; a failure is recorded and raised (see `core.loops`)."""
    task = asyncio.create_task(_follow(database, consumer), name=consumer.name)
    try:
        await asyncio.wait([task])
    finally:
        task.cancel()
    error = task.exception()
    if error is not None:
        await _note_failure(database, consumer.name, error)
        raise error
