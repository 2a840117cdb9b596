"""Asking couriers for numbers whose pushes do not come, for ever.

A round takes what is due at one connection: a share for each merchant, within the connection's
rate and quota. What pushes brought up to date meanwhile only gets its next time. Calls leave
between two short transactions; their answers are merged like pushes. A crash in between gives the
numbers back after `polling_rows.LEASE` seconds: a query changes nothing at the courier.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
import structlog

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.couriers import allowance
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.allowance import Line
from yichuan.couriers.connectors.base import CourierError, TrackUpdate
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.errors import ABOUT_US, UNHEARD
from yichuan.couriers.service import Call
from yichuan.tracking import ingest
from yichuan.tracking import polling_rows as rows
from yichuan.tracking.batch import Source
from yichuan.tracking.polling import next_ask, next_look
from yichuan.tracking.polling_learning import Books
from yichuan.tracking.polling_rows import Row
from yichuan.tracking.polling_share import bundles, shares

log = structlog.get_logger(__name__)

ROUND: Final = 2.0
"""Seconds between rounds of a connection that has something due."""
IDLE: Final = 60.0
"""And at the most when it has not."""
RATE: Final = 5.0
"""Calls a second where neither contract nor protocol names a rate."""
PART: Final = 0.5
"""Of a connection's rate: the rest is for numbers, labels and people."""
MOST: Final = 200
"""Numbers taken in a round."""
AT_ONCE: Final = 4
"""Calls at the same time on one connection."""
ROUTED: Final = 500
NOBODY_CAN: Final = timedelta(hours=6)
"""Before a number that no connection can be asked for is looked at again."""
UNPUSHED: Final = 3
"""Numbers of one round that should have been pushed, after which the connection is doubted."""
PAUSES: Final = {
    "circuit_open": timedelta(minutes=1),
    "rate_limited": timedelta(seconds=10),
    "quota_exceeded": timedelta(hours=1),
    "address_refused": timedelta(hours=1),
    "unsupported": timedelta(hours=6),
    "not_installed": timedelta(hours=6),
    **dict.fromkeys(ABOUT_US, timedelta(minutes=30)),
}
"""Errors that say nothing of the number: all of the connection's wait so long."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a round is going to ask."""

    client: Client
    asked: list[Row]
    pushed: frozenset[tuple[str, str, int]]
    """Of them, those whose pushes should have come."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What came of a number: an answer, or why there is none."""

    row: Row
    update: TrackUpdate | None
    error: CourierError | None = None


class Poller:
    """The rounds of one worker."""

    def __init__(self, context: Context, http: httpx.AsyncClient) -> None:
        self._context, self._http = context, http
        self._rest: dict[UUID, float] = {}
        self._behind: dict[UUID, UUID] = {}
        self._running: dict[UUID, asyncio.Task[int]] = {}
        self._swept = 0.0
        self._books = Books()

    async def step(self) -> int:
        """Settle new numbers and begin a round wherever one may be due; returns how many began."""
        context = self._context
        if not context.settings.polling:
            return 0
        settled = await self.settle()
        async with context.database.system() as session:
            if time.monotonic() - self._swept > IDLE:
                await rows.unroute_disabled(session)
                self._swept = time.monotonic()
            lines = await allowance.lines(session)
        if settled:
            self._rest.clear()
        self._gather()
        begun = 0
        for line in lines:
            if self._ready(line):
                self._running[line.id] = asyncio.create_task(self.round(line))
                begun += 1
        return begun + settled

    async def settle(self) -> int:
        """Settle through whom new numbers are asked; returns how many there were."""
        return await route(self._context, self._books)

    def _ready(self, line: Line) -> bool:
        waits = line.paused_until is not None or courier_calls.resting(line.id)
        return (
            not waits
            and line.id not in self._running
            and self._rest.get(line.id, 0.0) <= time.monotonic()
        )

    def _gather(self) -> None:
        """Let go of rounds that ended; one that failed is said and begun again later."""
        for connection_id, task in list(self._running.items()):
            if task.done():
                del self._running[connection_id]
                error = None if task.cancelled() else task.exception()
                if error is not None:
                    self._rest[connection_id] = time.monotonic() + IDLE
                    log.error("polling round failed", error=repr(error), exc_info=error)

    async def close(self) -> None:
        """Stop the rounds that are going on."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def round(self, line: Line) -> int:
        """One round of a connection; returns how many numbers were asked for."""
        began = time.monotonic()
        async with self._context.database.system() as session:
            taken = await self._take(session, line)
        if taken is None or not taken.asked:
            return 0
        told, calls = await _ask(self._context, taken, line)
        told = await _merged(self._context, Source(line.connector, line.id), told)
        async with self._context.database.system() as session:
            await _record(session, line, taken, told, calls, self._books)
        self._rest[line.id] = began + ROUND
        return len(told)

    async def _take(self, session: SystemSession, line: Line) -> _Taken | None:
        """Claim what is due and decide which of it is asked."""
        waiting = await rows.waiting(session, line.id, self._after(line.id), MOST)
        at = now()
        self._plan(line.id, waiting, at)
        due = {one.merchant_id: one.due for one in waiting if one.due}
        if not due:
            return None
        default = self._context.settings.polls_per_day
        wanted = min(sum(due.values()), MOST, _per_round(line))
        granted = await allowance.reserve(session, line.id, wanted, default)
        if not granted:
            self._rest[line.id] = time.monotonic() + IDLE
            return None
        late = max((at - one.first).total_seconds() for one in waiting)
        stretch = allowance.paced(line.stretch, late, ROUND)
        if stretch != line.stretch:
            await allowance.pace(session, line.id, stretch)
        claimed = await rows.claim(session, line.id, shares(due, min(MOST, max(20, 4 * granted))))
        return await self._decide(session, replace(line, stretch=stretch), claimed, granted)

    async def _decide(
        self, session: SystemSession, line: Line, claimed: Sequence[Row], granted: int
    ) -> _Taken:
        await self._books.learn(session, {row.courier for row in claimed})
        at = now()
        due: dict[UUID, list[Row]] = {}
        later: list[tuple[Row, datetime | None]] = []
        pushed = set()
        for row in (one.heard() for one in claimed):
            seen = row.seen(pushes=line.pushes)
            book = self._books.of(row.courier)
            wanted = next_ask(seen, line.stretch, book)
            if wanted is None or wanted > at:
                later.append((row, next_look(seen, at, line.stretch, book)))
                continue
            due.setdefault(row.poll_merchant_id or rows.NOBODY, []).append(row)
            if seen.pushed:
                pushed.add(row.key)
        fair = shares({merchant: len(some) for merchant, some in due.items()}, granted)
        asked = [row for merchant, some in due.items() for row in some[: fair[merchant]]]
        left = [row for merchant, some in due.items() for row in some[fair[merchant] :]]
        await rows.write(session, later + [(row, row.poll_at) for row in left])
        if len(asked) < granted:
            await allowance.spend(session, line.id, len(asked) - granted)
        client = await courier_calls.client_for(
            session, self._context.vault, self._http, line.id, self._context.settings.base_url
        )
        return _Taken(client, asked, frozenset(pushed))

    def _after(self, connection_id: UUID) -> UUID:
        return self._behind.get(connection_id, rows.FIRST)

    def _plan(self, connection_id: UUID, waiting: Sequence[rows.Waiting], at: datetime) -> None:
        """Where the next round begins, and when."""
        whole = len(waiting) < rows.EXAMINED
        self._behind[connection_id] = rows.FIRST if whole else waiting[-1].merchant_id
        first = min((one.first for one in waiting), default=None)
        wait = IDLE if first is None else (first - at).total_seconds()
        wait = min(IDLE, max(ROUND, wait)) if whole else ROUND
        self._rest[connection_id] = time.monotonic() + wait


def _per_round(line: Line) -> int:
    """Numbers that one round may ask for within the rate, this process's part of it."""
    rate = line.per_second / courier_calls.PROCESSES if line.per_second else RATE
    return max(1, int(rate * PART * ROUND)) * line.at_once


async def route(context: Context, books: Books) -> int:
    """Settle through whom new numbers are asked; returns how many there were."""
    async with context.database.system() as session:
        found = await rows.unrouted(session, ROUTED)
        known: dict[tuple[UUID | None, str], UUID | None] = {}
        lines = await allowance.lines_by_id(
            session, {r.connection_id for r, _ in found if r.connection_id}
        )
        settled: list[tuple[Row, UUID | None]] = []
        for row, owner in found:
            if row.connection_id in lines:
                settled.append((replace(row, poll_merchant_id=owner), row.connection_id))
                continue
            key = (owner, row.courier)
            if key not in known:
                line = await couriers.tracking_connection(session, *key)
                known[key] = line.id if line is not None else None
            settled.append((replace(row, poll_merchant_id=owner), known[key]))
        chosen = {one for _, one in settled if one is not None}
        lines |= await allowance.lines_by_id(session, chosen - set(lines))
        await books.learn(session, {row.courier for row, _ in settled})
        await rows.write(
            session, [_settled(row, lines.get(c) if c else None, books) for row, c in settled]
        )
    return len(found)


def _settled(row: Row, line: Line | None, books: Books) -> tuple[Row, datetime | None]:
    at = now()
    if line is None:
        return row, at + NOBODY_CAN
    row = replace(
        row, poll_connection_id=line.id, poll_merchant_id=row.poll_merchant_id or rows.NOBODY
    )
    return row, next_look(row.seen(pushes=line.pushes), at, line.stretch, books.of(row.courier))


async def _ask(context: Context, taken: _Taken, line: Line) -> tuple[list[_Told], list[Call]]:
    """Put the queries, several numbers in each where the protocol takes them."""
    kinds: dict[tuple[str, str], list[Row]] = {}
    for row in taken.asked:
        sealed = row.phone_last4_enc
        tail = context.vault.open_secret(sealed) if sealed else ""
        kinds.setdefault((row.courier, tail), []).append(row)
    slots, calls = asyncio.Semaphore(AT_ONCE), list[Call]()

    async def query(kind: tuple[str, str], some: list[Row]) -> list[_Told]:
        async with slots:
            told, error = await _query(taken.client, kind, some, line.id, calls)
        if error is None or len(some) == 1 or error.code in UNHEARD or error.code in PAUSES:
            return told
        # One number can be the reason why all of them were refused.
        return [one for row in some for one in await query(kind, [row])]

    found = await asyncio.gather(*(query(k, some) for k, some in bundles(kinds, line.at_once)))
    return [one for some in found for one in some], calls


async def _query(
    client: Client, kind: tuple[str, str], some: list[Row], connection_id: UUID, calls: list[Call]
) -> tuple[list[_Told], CourierError | None]:
    courier, tail = kind
    started = time.monotonic()
    failure: CourierError | None = None
    numbers = [row.number for row in some]
    try:
        if len(some) == 1:
            updates = [await client.track(courier, numbers[0], phone_last4=tail)]
        else:
            updates = list(await client.track_many(courier, numbers, phone_last4=tail))
        told = [_Told(row, update) for row, update in zip(some, updates, strict=True)]
    except CourierError as error:
        failure, told = error, [_Told(row, None, error) for row in some]
    ms = int((time.monotonic() - started) * 1000)
    calls.append((connection_id, "poll", ms, failure))
    return told, failure


async def _merged(context: Context, source: Source, told: list[_Told]) -> list[_Told]:
    """Merge the answers; one that breaks the merge is set aside, the others go on."""
    updates = [one.update for one in told if one.update is not None]
    if not updates:
        return told
    try:
        await ingest.merge_updates(context, source, updates)
    except ingest.BROKEN:
        if len(updates) > 1:
            parts = [await _merged(context, source, [one]) for one in told]
            return [one for part in parts for one in part]
        log.exception("an answer cannot be merged", connector=source.connector)
        broken = CourierError("bad_answer", "the answer cannot be merged", retryable=True)
        return [replace(one, update=None, error=one.error or broken) for one in told]
    return told


async def _record(
    session: SystemSession,
    line: Line,
    taken: _Taken,
    told: Sequence[_Told],
    calls: Sequence[Call],
    books: Books,
) -> None:
    """Write down what came of a round, and when each number is due again."""
    at = now()
    errors = {one.row.key: one.error for one in told}
    before = {one.row.key: one.row for one in told}
    waits: list[tuple[Row, datetime | None]] = []
    again: list[tuple[Row, datetime | None]] = []
    unpushed = 0
    for row in await rows.afresh(session, [one.row for one in told]):
        error = errors[row.key]
        if error is not None and error.code in PAUSES:
            waits.append((row, before[row.key].poll_at))
            continue
        missed = row.key in taken.pushed and row.events > before[row.key].events
        unpushed += missed
        after = _after(row, error, at, missed=missed)
        seen, book = after.seen(pushes=line.pushes), books.of(row.courier)
        again.append((after, next_look(seen, at, line.stretch, book)))
    await rows.write(session, again, calls=1)
    await rows.write(session, waits)
    if waits:
        await allowance.spend(session, line.id, -len(waits))
    await courier_calls.note_calls(session, calls)
    if unpushed >= UNPUSHED:
        await allowance.doubt(session, line.id)
    said = [error for error in errors.values() if error is not None and error.code in PAUSES]
    if said:
        worst = max(said, key=lambda error: PAUSES[error.code])
        until, why = at + PAUSES[worst.code], f"{worst.code}: {worst.courier_text}"
        await allowance.pause(session, line.id, until, why)


def _after(row: Row, error: CourierError | None, at: datetime, *, missed: bool) -> Row:
    """A number that was asked for, with what came of it."""
    if error is None:
        row = replace(row, poll_failures=0, poll_refusals=0, poll_error=None)
        return replace(
            row,
            poll_asked_at=at,
            poll_events=row.events,
            poll_unpushed=row.poll_unpushed or missed,
        )
    refused = error.code not in UNHEARD and not error.retryable
    return replace(
        row,
        poll_asked_at=at,
        poll_failures=row.poll_failures + 1,
        poll_refusals=row.poll_refusals + refused,
        poll_error=f"{error.code}: {error.courier_text}"[:500],
    )


async def poll_due(context: Context, http: httpx.AsyncClient) -> int:
    """Settle new numbers and work off what is due now at every connection; returns how many numbers
    were asked for. For tests and single runs: the worker keeps a `Poller`."""
    poller = Poller(context, http)
    await poller.settle()
    async with context.database.system() as session:
        lines = await allowance.lines(session)
    return sum([await poller.round(line) for line in lines if line.paused_until is None])
