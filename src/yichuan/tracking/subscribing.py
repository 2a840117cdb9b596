"""Asking couriers for the pushes of a number (subscription 订阅), until they say yes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx
from sqlalchemy import text

from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.errors import NotFound
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.connector import Client

BATCH: Final = 50
AT_ONCE: Final = 8
"""Calls at the same time."""
CLAIM_SECONDS: Final = 180
"""A crash gives claimed wishes back after so long."""
PAUSES: Final = (10, 60, 300, 900, 3600, 3600, 7200, 14400)
"""Seconds before try 2, 3, …; then a wish has failed."""

_CLAIM = text("""
    UPDATE track_subscriptions s
    SET next_at = now() + make_interval(secs => :claim), attempts = s.attempts + 1
    FROM (
        SELECT courier, number, cycle FROM track_subscriptions
        WHERE state = 'wanted' AND next_at <= now()
        ORDER BY next_at LIMIT :batch FOR UPDATE SKIP LOCKED
    ) due
    WHERE s.courier = due.courier AND s.number = due.number AND s.cycle = due.cycle
    RETURNING s.courier, s.number, s.cycle, s.connection_id, s.attempts, s.phone_last4_enc,
        (SELECT b.merchant_id FROM track_bindings b
         WHERE b.courier = s.courier AND b.number = s.number AND b.cycle = s.cycle LIMIT 1)
        AS merchant_id
""")
_DONE = text("""
    UPDATE track_subscriptions
    SET state = 'subscribed', attempts = 0, last_error = NULL, connection_id = :connection_id
    WHERE courier = :courier AND number = :number AND cycle = :cycle
""")
_BOUND = text("""
    UPDATE track_bindings SET subscribed_at = now()
    WHERE courier = :courier AND number = :number AND cycle = :cycle AND subscribed_at IS NULL
""")
_LATER = text("""
    UPDATE track_subscriptions
    SET state = :state, last_error = :error, next_at = now() + make_interval(secs => :pause)
    WHERE courier = :courier AND number = :number AND cycle = :cycle
""")


@dataclass(frozen=True, slots=True)
class Wish:
    """A number somebody wants pushes of; `attempts` counts the one going on."""

    courier: str
    number: str
    cycle: int
    connection_id: UUID | None
    attempts: int
    phone_last4_enc: bytes | None
    merchant_id: UUID | None

    @property
    def key(self) -> dict[str, str | int]:
        """The row's key."""
        return {"courier": self.courier, "number": self.number, "cycle": self.cycle}


@dataclass(frozen=True, slots=True)
class _Line:
    """How to ask for a wish, or why it cannot be asked."""

    wish: Wish
    connection_id: UUID | None
    client: Client | None
    error: CourierError | None = None


async def subscribe_due(context: Context, http: httpx.AsyncClient) -> int:
    """Ask for the numbers that are due; returns how many. Safe to repeat: so is a subscription."""
    async with context.database.system() as session:
        rows = await session.execute(_CLAIM, {"batch": BATCH, "claim": CLAIM_SECONDS})
        wishes = [Wish(**row) for row in rows.mappings()]
        lines = [await _line(session, context, http, wish) for wish in wishes]
    if not lines:
        return 0
    slots = asyncio.Semaphore(AT_ONCE)
    errors = await asyncio.gather(*(_ask(context, slots, line) for line in lines))
    async with context.database.system() as session:
        for line, error in zip(lines, errors, strict=True):
            await _record(session, line, error)
    return len(lines)


async def _line(
    session: SystemSession, context: Context, http: httpx.AsyncClient, wish: Wish
) -> _Line:
    connection_id = wish.connection_id
    if connection_id is None:
        found = await couriers.tracking_connection(
            session, wish.merchant_id, wish.courier, "subscribe"
        )
        connection_id = found.id if found else None
    if connection_id is None:
        return _Line(wish, None, None, CourierError("no_connection", retryable=True))
    try:
        client = await courier_calls.client_for(
            session, context.vault, http, connection_id, context.settings.base_url
        )
    except NotFound as error:
        return _Line(wish, None, None, CourierError("no_connection", error.detail, retryable=True))
    return _Line(wish, connection_id, client)


async def _ask(context: Context, slots: asyncio.Semaphore, line: _Line) -> CourierError | None:
    if line.client is None:
        return line.error
    sealed = line.wish.phone_last4_enc
    tail = context.vault.open_secret(sealed) if sealed else ""
    async with slots:
        try:
            await line.client.subscribe(line.wish.courier, line.wish.number, phone_last4=tail)
        except CourierError as error:
            return error
    return None


async def _record(session: SystemSession, line: _Line, error: CourierError | None) -> None:
    wish = line.wish
    if error is None:
        await session.execute(_DONE, {**wish.key, "connection_id": line.connection_id})
        await session.execute(_BOUND, wish.key)
        return
    over = not error.retryable or wish.attempts > len(PAUSES)
    await session.execute(
        _LATER,
        {
            **wish.key,
            "state": "failed" if over else "wanted",
            "error": f"{error.code}: {error.courier_text}"[:500],
            "pause": PAUSES[min(wish.attempts, len(PAUSES)) - 1],
        },
    )
