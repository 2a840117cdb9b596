"""The outbox: what must leave the house is written in the deciding transaction and sent after.

Messages of one stream leave in order; a stream that fails never blocks another. A message is
tried until its channel's limit, with growing pauses, and then kept as failed for a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from yichuan.core.clock import now
from yichuan.core.database import Database, WriteSession
from yichuan.core.direct import Ask, serving_all
from yichuan.core.models import OutboxMessage

PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 21600, 21600)
"""Seconds before try 2, 3, …; twelve tries over about 26 hours."""
CLAIM_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Message:
    """A message being sent; `attempts` counts earlier tries."""

    id: int
    channel: str
    stream: str
    merchant_id: UUID | None
    payload: dict[str, Any]
    attempts: int


Sender = Callable[[Database, Message], Awaitable[str | None]]
"""Sends one message; returns None on success or the error's text."""

_CLAIM = """
    UPDATE outbox SET due_at = now() + make_interval(secs => %(claim)s), attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM outbox o
        WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= now()
          AND (channel = %(channel)s) = %(its_own)s
          AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.stream = o.stream AND e.id < o.id
                          AND e.done_at IS NULL AND e.failed_at IS NULL)
        ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
    RETURNING id, channel, stream, merchant_id, payload, attempts - 1
"""
_DONE = "UPDATE outbox SET done_at = now(), last_error = NULL WHERE id = %s"
_TRIED = (
    "UPDATE outbox SET last_error = %s, due_at = %s,"
    " failed_at = CASE WHEN %s THEN now() END WHERE id = %s"
)


async def put(
    session: WriteSession,
    channel: str,
    stream: str,
    payload: Mapping[str, Any],
    merchant_id: UUID | None,
) -> None:
    """Write a message in the session's transaction."""
    await session.execute(
        insert(OutboxMessage).values(
            channel=channel, stream=stream, payload=dict(payload), merchant_id=merchant_id
        )
    )


async def claim(
    database: Database, batch: int, *, channel: str, its_own: bool = True
) -> list[Message]:
    """Take due messages of a channel (`its_own`) or of every other: the first open one of each
    stream. A crash returns them later."""
    values = {"batch": batch, "claim": CLAIM_SECONDS, "channel": channel, "its_own": its_own}
    async with serving_all(database) as direct:
        (found,) = await direct.ask(
            Ask(_CLAIM, values, lambda rows: [Message(*row) for row in rows])
        )
    return found


async def settle(database: Database, message: Message, error: str | None) -> None:
    """Record the outcome of a try: done, due again, or failed for good."""
    async with serving_all(database) as direct:
        if error is None:
            direct.write((_DONE, ((message.id,),)))
            return
        over = message.attempts >= len(PAUSES)
        pause = PAUSES[min(message.attempts, len(PAUSES) - 1)]
        due = now() + timedelta(seconds=pause)
        direct.write((_TRIED, ((error[:2000], due, over, message.id),)))
