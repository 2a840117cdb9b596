"""Merging: inbox rows become tracks, events and log entries, all in one transaction per batch.

A batch is all or nothing. What one push has in it can never stop the others: events that cannot
be used are quarantined one by one, and a push that breaks the merge itself is found, quarantined
whole and left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
import structlog

from yichuan.core import arrays, bell, pressure
from yichuan.core.clock import CHINA, now
from yichuan.core.context import Context
from yichuan.core.database import Connection, Database
from yichuan.core.vault import Vault, VaultError
from yichuan.couriers import service as couriers
from yichuan.couriers import standing
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import TrackUpdate
from yichuan.tracking import handover, lives, pictures, store, twins
from yichuan.tracking.batch import (
    NOTHING,
    SILENT,
    Bad,
    Gathered,
    Moved,
    Source,
    news_of,
    unknown_words,
)
from yichuan.tracking.raw import opened

log = structlog.get_logger(__name__)

BATCH: Final = 250
"""Inbox rows merged at once."""
FLOOD: Final = 60
"""Tracks moved by one batch from which on who can wait steps aside: more came while the batch
before was merged than all consumers together follow in that time."""
BATCH_BYTES: Final = 8 * 1024 * 1024
"""Opened bytes after which a batch takes no further push: they grow tenfold when read."""
RACES: Final = 20
"""How often a batch is begun again because another worker made the same new tracks."""

BROKEN = (
    psycopg.DataError,
    psycopg.IntegrityError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What a push may cause that no rule foresaw; everything else is the machine's fault, not its."""

_TAKE = (
    "SELECT id, connector, connection_id, body FROM push_inbox WHERE merged_at IS NULL"
    " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
)
_TAKE_ONE = (
    "SELECT id, connector, connection_id, body FROM push_inbox WHERE merged_at IS NULL"
    " AND id = %s FOR UPDATE SKIP LOCKED"
)
_MERGED = "UPDATE push_inbox SET merged_at = now() WHERE id = ANY(%s::bigint[])"


class Taken(NamedTuple):
    """An inbox row."""

    id: int
    connector: str
    connection_id: UUID
    body: bytes

    @property
    def source(self) -> Source:
        """Where its contents come from."""
        return Source(self.connector, self.connection_id, self.id)


class Spoiled(Exception):
    """A batch that broke; `ids` are its inbox rows."""

    def __init__(self, ids: Sequence[int], reason: str) -> None:
        super().__init__(reason)
        self.ids = ids


async def merge_pending(context: Context, limit: int = BATCH) -> int:
    """Merge the next pushes of the inbox; returns how many (0: there are none).

    Raises:
        psycopg.OperationalError: the database cannot be reached; nothing is lost.
    """
    try:
        merged = await _merge(context, _TAKE, limit)
    except Spoiled as error:
        log.warning("batch of pushes broke, merging one by one", error=str(error))
        ids = error.ids
    else:
        if merged >= limit:
            pressure.note()
        return merged
    merged = 0
    for inbox_id in ids:
        try:
            merged += await _merge(context, _TAKE_ONE, inbox_id)
        except Spoiled as error:
            merged += await _give_up(context, inbox_id, str(error))
    return merged


async def merge_updates(context: Context, source: Source, updates: Sequence[TrackUpdate]) -> None:
    """Merge what a courier answered to a query of ours.

    Raises:
        psycopg.Error: not stored.
    """
    gathered = Gathered()
    for update in updates:
        gathered.add_update(source, update)
    at = now()
    await ensure_cohorts(context.database, at)
    moved = await _repeated(context, gathered, at)
    await _note_unknown(context, moved, gathered)


async def _repeated(context: Context, gathered: Gathered, at: datetime) -> list[Moved]:
    for _ in range(RACES):
        try:
            async with (
                context.database.merging.connection() as connection,
                connection.transaction(),
            ):
                return await _apply(connection, context, gathered, at)
        except store.Raced as raced:
            _begin_again(context.database, raced)
    raise psycopg.OperationalError("tracks are being made by others all the time")


async def _merge(context: Context, take: str, which: int) -> int:
    """One batch in one transaction."""
    for _ in range(RACES):
        try:
            return await _merge_once(context, take, which)
        except store.Raced as raced:
            _begin_again(context.database, raced)
    raise psycopg.OperationalError("tracks are being made by others all the time")


async def _merge_once(context: Context, take: str, which: int) -> int:
    at = now()
    await ensure_cohorts(context.database, at)
    rows: list[Taken] = []
    try:
        async with (
            context.database.merging.connection() as connection,
            connection.transaction(),
        ):
            cursor = connection.cursor(binary=True)
            await cursor.execute(take, (which,))
            rows = [Taken(*row) for row in await cursor.fetchall()]
            if not rows:
                return 0
            gathered, rows = gather(context.vault, rows)
            moved = await _apply(connection, context, gathered, at)
            await connection.execute(_MERGED, (arrays.numbers([row.id for row in rows]),))
    except BROKEN as error:
        ids = [row.id for row in rows]
        raise Spoiled(ids, f"{type(error).__name__}: {error}") from error
    if len(moved) >= FLOOD:
        pressure.note()
    if moved:
        async with context.database.hot_system.connection() as connection:
            await bell.ring(connection, "track")
    await _note_unknown(context, moved, gathered)
    await _note_pushes(context, rows)
    return len(rows)


async def _note_pushes(context: Context, rows: Sequence[Taken]) -> None:
    """Connections whose pushes arrive have told their push address."""
    fresh = standing.unnoted(row.connection_id for row in rows)
    if fresh:
        async with context.database.system() as session:
            await standing.note_pushes(session, fresh)


def gather(vault: Vault, rows: Sequence[Taken]) -> tuple[Gathered, list[Taken]]:
    """Read pushes and sort what they say by number, as many as fit; and which rows these are."""
    gathered = Gathered()
    size, used = 0, 0
    for row in rows:
        used += 1
        door = registry.door(row.connector)
        if door is None:
            gathered.bad.append(Bad(row.source, "push", "no such connector", row.body))
            continue
        try:
            content = opened(vault, row.body)
        except (VaultError, ValueError) as error:
            gathered.bad.append(Bad(row.source, "push", str(error), row.body))
            continue
        skimmer = registry.skimmer(row.connector)
        skimmed = skimmer.skim(content) if skimmer else None
        if skimmer and skimmed is not None:
            gathered.add_skimmed(row.source, skimmer, skimmed)
        else:
            gathered.add(row.source, content, door.read(content))
        size += len(content)
        if size > BATCH_BYTES:
            break
    return gathered, list(rows[:used])


async def _apply(
    connection: Connection, context: Context, gathered: Gathered, at: datetime
) -> list[Moved]:
    """Bring tracks up to date inside the caller's transaction."""
    cohort = cohort_of(at)
    await twins.settle(connection, gathered)
    keys = sorted(gathered.histories, key=" ".join)  # many times faster than by their parts
    tracks = await store.load(connection, keys) if keys else {}
    news = [
        one
        for key in keys
        if (one := news_of(key, tracks.get(key, ()), gathered.histories[key])) is not None
    ]
    mapped = await couriers.mapped_unknown(connection) if news else {}
    moved = [
        track
        for one in news
        for track in lives.moves(
            one,
            tracks.get(one.key, ()),
            at=at,
            cohort=cohort,
            mapped=mapped.get((gathered.connectors[one.key], one.key[0]), NOTHING),
            aside=gathered.asides.get(one.key, SILENT),
        )
    ]
    await _make_partitions(context.database, {track.cohort for track in moved})
    await store.write(connection, context.vault, moved)
    await pictures.note(connection, context.vault, gathered.pictures)
    await handover.note(connection, moved)
    await store.stopped(connection, gathered.stopped)
    await store.quarantine(connection, context.vault, gathered.bad)
    return moved


async def _give_up(context: Context, inbox_id: int, reason: str) -> int:
    """Quarantine a push that breaks the merge, and leave it behind."""
    async with (
        context.database.merging.connection() as connection,
        connection.transaction(),
    ):
        cursor = await connection.execute(_TAKE_ONE, (inbox_id,))
        row = await cursor.fetchone()
        if row is None:
            return 0
        taken = Taken(*row)
        try:
            content = opened(context.vault, taken.body)
        except (VaultError, ValueError):
            content = taken.body
        bad = Bad(taken.source, "push", f"cannot be merged: {reason}", content)
        await store.quarantine(connection, context.vault, [bad])
        await connection.execute(_MERGED, (arrays.numbers([inbox_id]),))
    log.error("push quarantined", inbox_id=inbox_id, reason=reason)
    return 1


async def _note_unknown(context: Context, moved: Sequence[Moved], gathered: Gathered) -> None:
    """Count what nobody could read, after the merge: a lost count loses no event."""
    seen = unknown_words(moved, gathered.connectors)
    if seen:
        async with context.database.system() as session:
            await couriers.note_unknown(session, seen)


def cohort_of(at: datetime) -> date:
    """First day of a moment's month in China: where a track that begins then keeps its events."""
    return at.astimezone(CHINA).date().replace(day=1)


_made: WeakKeyDictionary[Database, set[date]] = WeakKeyDictionary()


async def ensure_cohorts(database: Database, at: datetime) -> None:
    """Make the partitions of this month and the next, once per process and month."""
    first = cohort_of(at)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    await _make_partitions(database, {first, following})


def _begin_again(database: Database, raced: store.Raced) -> None:
    """A month that was archived since this process made it is made once more."""
    if isinstance(raced, store.Unfounded):
        _made.pop(database, None)


async def _make_partitions(database: Database, cohorts: set[date]) -> None:
    """On a connection of its own: once made, a partition stays whatever becomes of the merge."""
    made = _made.setdefault(database, set())
    if cohorts <= made:
        return
    async with database.hot_system.connection() as connection:
        for day in sorted(cohorts - made):
            await connection.execute("SELECT yichuan_ensure_cohort(%s)", (day,))
            made.add(day)
