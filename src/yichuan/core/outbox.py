"""The outbox: what must leave the house is written in the deciding transaction and sent after.

Messages of one stream leave in order; a stream that fails never blocks another. A message is
tried until its channel's limit, with growing pauses, and then kept as failed for a person. A lane
(everything that goes to one place) can be held: what waits in it waits until it is let go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, text

from yichuan.core.clock import now
from yichuan.core.database import Database, WriteSession
from yichuan.core.direct import Ask, Write, serving_all
from yichuan.core.models import OutboxMessage

EVENTS: Final = "event"
"""The channel of events not yet addressed: a merchant's transaction cannot see the platform's
endpoints."""
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 21600, 21600)
"""Seconds before try 2, 3, …; twelve tries over about 26 hours."""
CLAIM_SECONDS = 120
HELD: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When a held message is due."""
KEPT_ERROR: Final = 2000


@dataclass(frozen=True, slots=True)
class Message:
    """A message being sent; `attempts` counts earlier tries."""

    id: int
    channel: str
    stream: str
    lane: str | None
    merchant_id: UUID | None
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one try."""

    error: str | None = None
    """None: it is done."""
    writes: tuple[Write, ...] = ()
    """What the channel notes about it, in the transaction that settles it."""
    not_before: datetime | None = None
    """It was not tried: look at it again then."""


_CLAIM = """
    UPDATE outbox SET due_at = now() + make_interval(secs => %(claim)s), attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM outbox o
        WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= now()
          AND (channel = %(channel)s) = %(its_own)s
          AND (lane IS NULL OR lane <> ALL(%(busy)s::text[]))
          AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.stream = o.stream AND e.id < o.id
                          AND e.done_at IS NULL AND e.failed_at IS NULL)
        ORDER BY due_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
    RETURNING id, channel, stream, lane, merchant_id, payload, attempts - 1
"""
_DONE = "UPDATE outbox SET done_at = now(), last_error = NULL WHERE id = ANY(%s)"
_TRIED = (
    "UPDATE outbox SET last_error = %s, due_at = %s,"
    " failed_at = CASE WHEN %s THEN now() END WHERE id = %s"
)
_BACK = "UPDATE outbox SET due_at = %s, attempts = attempts - 1 WHERE id = ANY(%s)"
_HOLD = text(
    "UPDATE outbox SET due_at = :held WHERE lane = :lane AND done_at IS NULL AND failed_at IS NULL"
)
_RELEASE = text("""
    UPDATE outbox SET due_at = now(), attempts = 0, failed_at = NULL
    WHERE lane = :lane AND done_at IS NULL
      AND (due_at = :held OR attempts > 0 OR failed_at IS NOT NULL)
      AND (failed_at IS NULL OR failed_at >= :failed_from)
""")


async def put(
    session: WriteSession,
    channel: str,
    stream: str,
    payload: Mapping[str, Any],
    merchant_id: UUID | None,
    *,
    lane: str | None = None,
) -> None:
    """Write a message in the session's transaction."""
    await session.execute(
        insert(OutboxMessage).values(
            channel=channel,
            stream=stream,
            lane=lane,
            payload=dict(payload),
            merchant_id=merchant_id,
        )
    )


async def claim(
    database: Database,
    batch: int,
    *,
    channel: str,
    its_own: bool = True,
    busy: Sequence[str] = (),
) -> list[Message]:
    """Take due messages of a channel (`its_own`) or of every other: the first open one of each
    stream, none of a `busy` lane. A crash returns them later."""
    values = {
        "batch": batch,
        "claim": CLAIM_SECONDS,
        "channel": channel,
        "its_own": its_own,
        "busy": list(busy),
    }
    async with serving_all(database) as direct:
        (found,) = await direct.ask(
            Ask(_CLAIM, values, lambda rows: [Message(*row) for row in rows])
        )
    return found


async def settle(database: Database, outcomes: Sequence[tuple[Message, Sent]]) -> None:
    """Record what became of tries: done, due again, or failed for good; and what is noted of
    them. One transaction.

    Raises:
        psycopg.Error: something cannot be written; nothing is.
    """
    if not outcomes:
        return
    waiting = [(sent.not_before, [m.id]) for m, sent in outcomes if sent.not_before is not None]
    ended = [(message, sent) for message, sent in outcomes if sent.not_before is None]
    done = [message.id for message, sent in ended if sent.error is None]
    async with serving_all(database) as direct:
        if done:
            direct.write((_DONE, ((done,),)))
        tried = [_try(message, sent.error) for message, sent in ended if sent.error is not None]
        direct.write((_TRIED, tried), (_BACK, waiting))
        for _, sent in outcomes:
            direct.write(*sent.writes)


def _try(message: Message, error: str) -> tuple[str, datetime, bool, int]:
    over = message.attempts >= len(PAUSES)
    pause = PAUSES[min(message.attempts, len(PAUSES) - 1)]
    said = error.replace("\x00", "")[:KEPT_ERROR]
    return said, now() + timedelta(seconds=pause), over, message.id


async def give_back(database: Database, messages: Sequence[Message], due_at: datetime) -> None:
    """Return claimed messages untried, due at a time."""
    if messages:
        async with serving_all(database) as direct:
            direct.write((_BACK, ((due_at, [message.id for message in messages]),)))


async def hold(session: WriteSession, lane: str) -> None:
    """Let everything in a lane wait until `release`."""
    await session.execute(_HOLD, {"lane": lane, "held": HELD})


async def release(session: WriteSession, lane: str, failed_from: datetime) -> int:
    """Send what waits in a lane now, and what failed for good since a time. Returns how many."""
    done = await session.execute(_RELEASE, {"lane": lane, "held": HELD, "failed_from": failed_from})
    return int(done.rowcount)  # type: ignore[attr-defined]
