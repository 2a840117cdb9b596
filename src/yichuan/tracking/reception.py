"""The push door behind its address: who pushes, is it really them, and is it on disk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.errors import NotFound, Overloaded
from yichuan.couriers import queries as couriers
from yichuan.couriers import service as courier_calls
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Answer, Door, Keys, Pushed, Refused
from yichuan.tracking import store
from yichuan.tracking.batch import Bad, Source
from yichuan.tracking.inbox import Inbox
from yichuan.tracking.raw import sealed

log = structlog.get_logger(__name__)

TRUST_SECONDS: Final = 5.0
"""How long a looked-up address is trusted; a switched-off connection pushes so long."""
KNOWN_ADDRESSES: Final = 10_000
BAD_BYTES: Final = 1024 * 1024
"""Bytes of wrongly signed pushes kept per connection and hour: garbage cannot fill the disk."""
BAD_PUSHES: Final = 60
"""The same in pushes."""
BAD_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection whose courier pushes to us."""

    connection_id: UUID
    keys: Keys


@dataclass(slots=True)
class _Allowance:
    """What of an hour's bad pushes may still be kept."""

    until: float
    bytes: int = BAD_BYTES
    pushes: int = BAD_PUSHES

    def take(self, size: int) -> bool:
        """Whether one more of this size may be kept."""
        if self.pushes < 1 or self.bytes < size:
            return False
        self.pushes -= 1
        self.bytes -= size
        return True


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a push: the protocol's answer, and whether to come back later."""

    answer: Answer
    overloaded: bool = False


class Reception:
    """One per web process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._inbox = Inbox(context.database.hot_system, context.settings.inbox_high_water)
        self._senders: dict[tuple[str, str], tuple[float, Sender | None]] = {}
        self._allowances: dict[UUID, _Allowance] = {}

    async def sender(self, connector: str, token: str) -> tuple[Door, Sender]:
        """Who pushes to this address.

        Raises:
            NotFound: nobody (any more).
            Overloaded: the database is away.
        """
        door = registry.door(connector)
        if door is None:
            raise NotFound("no such push address")
        until, known = self._senders.get((connector, token), (0.0, None))
        if until < time.monotonic():
            try:
                known = await self._look_up(connector, token)
            except (DBAPIError, PoolExhausted, OSError) as error:
                raise Overloaded("the push address cannot be looked up now") from error
            if len(self._senders) >= KNOWN_ADDRESSES:
                self._senders.clear()
            self._senders[connector, token] = (time.monotonic() + TRUST_SECONDS, known)
        if known is None:
            raise NotFound("no such push address")
        return door, known

    async def _look_up(self, connector: str, token: str) -> Sender | None:
        async with self._context.database.system() as session:
            row = await couriers.connection_of_token(session, token)
            if row is None or row.connector != connector:
                return None
            return Sender(row.id, courier_calls.keys(self._context.vault, row))

    async def take(self, connector: str, door: Door, sender: Sender, pushed: Pushed) -> Taken:
        """Make a push durable and say so in the protocol's words; or say why not."""
        try:
            await self._inbox.check()
            content = door.open(pushed, sender.keys)
            stored = sealed(self._context.vault, content)
            await self._inbox.put(connector, sender.connection_id, stored)
        except Refused as refusal:
            if refusal.keep:
                await self._keep_bad(connector, sender, refusal.reason, pushed.body)
            return Taken(door.answer(sender.keys.public_id, now(), refusal.reason))
        except Overloaded as error:
            return Taken(door.answer(sender.keys.public_id, now(), error.detail), overloaded=True)
        return Taken(door.answer(sender.keys.public_id, now(), None))

    async def _keep_bad(self, connector: str, sender: Sender, reason: str, body: bytes) -> None:
        allowance = self._allowances.get(sender.connection_id)
        if allowance is None or allowance.until < time.monotonic():
            allowance = _Allowance(time.monotonic() + BAD_SECONDS)
            self._allowances[sender.connection_id] = allowance
        kept = allowance.take(len(body))
        log.warning("push refused", connection=str(sender.connection_id), reason=reason, kept=kept)
        if not kept:
            return
        bad = Bad(Source(connector, sender.connection_id), "signature", reason, body)
        try:
            async with self._context.database.hot_system.connection() as connection:
                await store.quarantine(connection, self._context.vault, [bad])
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("bad push could not be kept", error=str(error))
