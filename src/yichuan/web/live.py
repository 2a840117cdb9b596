"""What happens, as it happens: one follower of the log per process, any number of listeners.

The follower looks at the log only while somebody listens, by its cursor (`core.log`), so nothing is
missed and the hot paths write nothing for it. What it finds goes into one ring that every listener
reads at its own pace: a slow listener costs no memory, it is told to load anew (`reset`) when the
ring has passed it by.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from psycopg import Error as DatabaseError
from psycopg.rows import TupleRow

from yichuan.core.database import Database, Merchants, hot_rows
from yichuan.core.errors import YichuanError
from yichuan.waybills import queries as waybills

log = structlog.get_logger(__name__)
RING: Final = 4_096
"""Events kept for listeners that fall behind or come back."""
BATCH: Final = 1_000
FULL_BATCHES: Final = 5
"""Full batches in a row after which the follower jumps to the end: nobody reads that much."""
POLL_SECONDS: Final = 0.5
MOST_LISTENERS: Final = 500
MOST_OF_ONE: Final = 10
"""Listeners of one caller."""

Position = tuple[int, int]
"""Where in the log: transaction id and row id."""

_END: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"
# unscoped: the follower serves every listener, and each is given its own merchants' events only
_AFTER: Final = """
    SELECT xid::text::bigint, id, kind, merchant_id, shipment_id, milestone_from, milestone, detail,
           courier, occurred_at
    FROM milestone_log
    WHERE topic = 'shipment' AND (xid, id) > (%s::text::xid8, %s)
      AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY milestone_log.xid, milestone_log.id LIMIT %s
"""
_QUIET: Final = frozenset({"progress"})
"""Kinds that no list shows: a new scan that moves nothing."""


class TooManyListeners(YichuanError):
    """This process, or this caller, has as many streams open as it may."""

    status, code = 503, "too_many_streams"
    title, title_zh = "Too many event streams are open", "打开的实时连接过多"


class Change(msgspec.Struct, frozen=True):
    """A shipment changed. `detail` is the problem's kind where `kind` is problem (null: none)."""

    kind: str
    merchant_id: UUID
    shipment_id: UUID
    milestone_from: str | None
    milestone: str | None
    detail: str | None
    courier: str | None
    at: datetime | None


class Progress(msgspec.Struct, frozen=True):
    """How far a print job is."""

    job_id: UUID
    merchant_id: UUID
    state: str
    total: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class Told:
    """An event in the ring, encoded once for everyone. `position` None: it has no place in the
    log."""

    event: str
    merchant_id: UUID | None
    data: str
    position: Position | None = None

    @property
    def id(self) -> str | None:
        """What a listener sends back as Last-Event-ID."""
        return None if self.position is None else f"{self.position[0]}-{self.position[1]}"


RESET: Final = Told("reset", None, "{}")


def position_of(last_event_id: str | None) -> Position | None:
    """The position that an id names; None: it names none."""
    xid, dash, row = (last_event_id or "").partition("-")
    numbers = (xid, row)
    if not dash or not all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers):
        return None
    return int(xid), int(row)


def _told(row: TupleRow) -> Told | None:
    xid, row_id, kind, merchant_id, shipment_id, *more = row
    if merchant_id is None or shipment_id is None or kind in _QUIET:
        return None
    change = Change(kind, merchant_id, shipment_id, *more)
    return Told("shipment", merchant_id, msgspec.json.encode(change).decode(), (xid, row_id))


class Follower:
    """Follows the log for this process's listeners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ring: deque[Told] = deque(maxlen=RING)
        self._taken = 0
        """Events ever put into the ring: the number of the next one."""
        self._cursor: Position | None = None
        self._jobs: dict[UUID, tuple[Any, ...]] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._listeners: dict[str, int] = {}
        self._closed = False

    def admit(self, caller: str) -> None:
        """See whether one more listener is taken.

        Raises:
            TooManyListeners: it is not.
        """
        of_caller = self._listeners.get(caller, 0)
        if of_caller >= MOST_OF_ONE or sum(self._listeners.values()) >= MOST_LISTENERS:
            raise TooManyListeners()

    def close(self) -> None:
        """End every stream: the process is going."""
        self._closed = True
        self._tell()

    async def listen(
        self, caller: str, merchants: Merchants, since: Position | None
    ) -> AsyncIterator[Told]:
        """Events of these merchants from now on, or from a position on; `reset` where some were
        missed."""
        async with self._listening(caller):
            at = self._taken
            missed: Sequence[Told] = ()
            if since is not None and self._cursor is not None:
                missed = await self._missed(since, self._cursor)
            for told in missed:
                if _concerns(told, merchants):
                    yield told
            while not self._closed:
                news = self._news
                behind = self._taken - at
                if behind > len(self._ring):
                    yield RESET
                    behind = len(self._ring)
                found = list(islice(self._ring, len(self._ring) - behind, None))
                at = self._taken
                for told in found:
                    if _concerns(told, merchants):
                        yield told
                if at == self._taken:
                    await news.wait()

    @asynccontextmanager
    async def _listening(self, caller: str) -> AsyncIterator[None]:
        self._listeners[caller] = self._listeners.get(caller, 0) + 1
        try:
            if self._task is None:
                self._cursor = None
                self._task = asyncio.create_task(self._follow(), name="live")
            while self._cursor is None and not self._closed:
                await self._news.wait()
            yield
        finally:
            self._listeners[caller] -= 1
            if self._listeners[caller] == 0:
                del self._listeners[caller]
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _missed(self, since: Position, until: Position) -> Sequence[Told]:
        """Events between two positions; too many of them are a reset."""
        rows = await self._read(since)
        if len(rows) >= BATCH:
            return [RESET]
        found = [_told(row) for row in rows if (row[0], row[1]) <= until]
        return [told for told in found if told is not None]

    async def _read(self, after: Position) -> list[TupleRow]:
        values = (str(after[0]), after[1], BATCH)
        return await hot_rows(self._database.hot_system, None, _AFTER, values)

    async def _to_the_end(self) -> None:
        rows = await hot_rows(self._database.hot_system, None, _END, ())
        self._cursor = (rows[0][0], 2**62)

    async def _follow(self) -> None:
        full = 0
        while True:
            try:
                if self._cursor is None:
                    await self._to_the_end()
                    self._tell()
                full = full + 1 if await self._step() else 0
                if full >= FULL_BATCHES:
                    await self._to_the_end()
                    self._put([RESET])
                    full = 0
            except DatabaseError as error:
                log.warning("the log cannot be followed", error=repr(error))
            if full == 0:
                await asyncio.sleep(POLL_SECONDS)

    async def _step(self) -> bool:
        """Take what is new. Returns whether there is likely more."""
        assert self._cursor is not None
        rows = await self._read(self._cursor)
        found = [told for row in rows if (told := _told(row)) is not None]
        if rows:
            self._cursor = (rows[-1][0], rows[-1][1])
        self._put([*found, *await self._moved_jobs()])
        return len(rows) >= BATCH

    async def _moved_jobs(self) -> list[Told]:
        """Print jobs whose progress is not what was told last."""
        rows = await hot_rows(self._database.hot_system, None, waybills.RECENT_JOBS, ())
        now = {row[0]: tuple(row) for row in rows}
        moved = [row for key, row in now.items() if self._jobs.get(key) != row]
        self._jobs = now
        return [
            Told("print_job", row[1], msgspec.json.encode(Progress(*row)).decode()) for row in moved
        ]

    def _put(self, found: Sequence[Told]) -> None:
        if found:
            self._ring.extend(found)
            self._taken += len(found)
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _concerns(told: Told, merchants: Merchants) -> bool:
    return told is RESET or merchants is None or told.merchant_id in merchants
