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

from sqlalchemy import insert, text

from yichuan.core.clock import now
from yichuan.core.database import Database, WriteSession
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

_CLAIM = text("""
    UPDATE outbox SET due_at = now() + make_interval(secs => :claim), attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM outbox o
        WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= now()
          AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.stream = o.stream AND e.id < o.id
                          AND e.done_at IS NULL AND e.failed_at IS NULL)
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED)
    RETURNING id, channel, stream, merchant_id, payload, attempts - 1 AS attempts
""")


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


async def claim(database: Database, batch: int = 50) -> list[Message]:
    """Take due messages: the first open one of each stream. A crash returns them later."""
    async with database.system() as session:
        rows = await session.execute(_CLAIM, {"batch": batch, "claim": CLAIM_SECONDS})
        return [Message(**row) for row in rows.mappings()]


async def settle(database: Database, message: Message, error: str | None) -> None:
    """Record the outcome of a try: done, due again, or failed for good."""
    async with database.system() as session:
        if error is None:
            await session.execute(
                text("UPDATE outbox SET done_at = now(), last_error = NULL WHERE id = :id"),
                {"id": message.id},
            )
            return
        over = message.attempts >= len(PAUSES)
        pause = PAUSES[min(message.attempts, len(PAUSES) - 1)]
        await session.execute(
            text(
                "UPDATE outbox SET last_error = :error, due_at = :due,"
                " failed_at = CASE WHEN :over THEN now() END WHERE id = :id"
            ),
            {
                "id": message.id,
                "error": error[:2000],
                "due": now() + timedelta(seconds=pause),
                "over": over,
            },
        )
