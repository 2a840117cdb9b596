"""Numbers that programs follow through their API keys: who may, who does, and what they heard.

Whoever names a number first follows it; a shipment under the number beats that. So no merchant
reads a parcel of another by guessing its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select, text, update

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.direct import within, write_within
from yichuan.core.errors import Conflict, Invalid
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.couriers import queries as couriers
from yichuan.identity.scope import scoped
from yichuan.tracking import binding
from yichuan.tracking.models import TrackSubscriber
from yichuan.tracking.values import normal_courier, normal_number

Kind = Literal["query", "basic", "plus"]
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z_./-]{2,59}", re.ASCII)

_LOCK: Final = text(
    "SELECT 1 FROM tracks WHERE courier = :courier AND number = :number AND cycle = :cycle"
    " FOR UPDATE"
)
# unscoped: whether a number is somebody else's cannot be asked within one's own merchants
_OTHERS: Final = text("""
    SELECT (EXISTS (SELECT 1 FROM track_bindings b
                    WHERE b.courier = :courier AND b.number = :number AND b.cycle = :cycle
                      AND b.merchant_id <> :merchant_id)
            OR EXISTS (SELECT 1 FROM track_subscribers s
                       WHERE s.courier = :courier AND s.number = :number AND s.cycle = :cycle
                         AND s.merchant_id <> :merchant_id))
       AND NOT EXISTS (SELECT 1 FROM track_bindings b
                       WHERE b.courier = :courier AND b.number = :number AND b.cycle = :cycle
                         AND b.merchant_id = :merchant_id)
""")
_FOREIGN: Final = text("""
    SELECT EXISTS (SELECT 1 FROM track_bindings b
                   WHERE b.courier = :courier AND b.number = :number AND b.cycle = :cycle
                     AND b.merchant_id <> :merchant_id)
       AND NOT EXISTS (SELECT 1 FROM track_bindings b
                       WHERE b.courier = :courier AND b.number = :number AND b.cycle = :cycle
                         AND b.merchant_id = :merchant_id)
""")
_FOLLOW: Final = text("""
    INSERT INTO track_subscribers (id, merchant_id, key_id, courier, number, cycle, kind,
                                   order_code, callback)
    VALUES (:id, :merchant_id, :key_id, :courier, :number, :cycle, :kind, :order_code, :callback)
    ON CONFLICT (key_id, courier, number, cycle) DO UPDATE SET
        merchant_id = excluded.merchant_id,
        kind = CASE WHEN excluded.kind = 'query' THEN track_subscribers.kind
               ELSE excluded.kind END,
        order_code = CASE WHEN excluded.kind = 'query' THEN track_subscribers.order_code
                     ELSE excluded.order_code END,
        callback = CASE WHEN excluded.kind = 'query' THEN track_subscribers.callback
                   ELSE excluded.callback END
    RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Follower:
    """Who wants to follow a number: an API key, acting for a merchant or (None) the platform."""

    key_id: UUID
    merchant_id: UUID | None


@dataclass(frozen=True, slots=True)
class Following:
    """A number that is followed."""

    id: UUID
    courier: str
    number: str
    cycle: int


async def follow(
    session: SystemSession,
    vault: Vault,
    who: Follower,
    *,
    courier: str,
    number: str,
    kind: Kind,
    order_code: str = "",
    callback: str = "",
    phone_last4: str | None = None,
) -> Following:
    """Follow a number from now on, and have its pushes asked for. Repeating it is harmless.

    Raises:
        Invalid: the number cannot be one, or the courier is not in the catalogue.
        Conflict: it is another merchant's.
    """
    courier, number = normal_courier(courier), normal_number(number)
    if not _NUMBER.fullmatch(number):
        raise Invalid("not a waybill number", field="number")
    if not await couriers.known(session, {courier}):
        raise Invalid(f"no courier with code {courier}", field="courier")
    direct = await within(session)
    (lives,) = await direct.ask(binding.cycles([(courier, number)]))
    cycle = lives[courier, number]
    await direct.ask(binding.begin([(courier, number, cycle)]))
    key = {"courier": courier, "number": number, "cycle": cycle}
    await session.execute(_LOCK, key)
    if who.merchant_id is not None and await session.scalar(
        _OTHERS, key | {"merchant_id": who.merchant_id}
    ):
        raise Conflict("the number is another merchant's")
    made = await session.execute(
        _FOLLOW,
        key
        | {"id": new_id(), "merchant_id": who.merchant_id, "key_id": who.key_id, "kind": kind}
        | {"order_code": order_code, "callback": callback},
    )
    connection = await couriers.tracking_connection(session, who.merchant_id, courier)
    wished = binding.wish(
        vault, (courier, number), cycle, connection.id if connection else None, phone_last4
    )
    await write_within(session, wished)
    return Following(made.scalar_one(), courier, number, cycle)


async def is_foreign(
    session: SystemSession, merchant_id: UUID, courier: str, number: str, cycle: int
) -> bool:
    """Whether other merchants ship under this number and this one does not."""
    key = {"courier": courier, "number": number, "cycle": cycle, "merchant_id": merchant_id}
    return bool(await session.scalar(_FOREIGN, key))


async def listeners(
    session: SystemSession, keys: Sequence[tuple[str, str, int]]
) -> list[TrackSubscriber]:
    """Who is to be told about these tracks."""
    if not keys:
        return []
    columns = {
        "couriers": arrays.texts([courier for courier, _, _ in keys]),
        "numbers": arrays.texts([number for _, number, _ in keys]),
        "cycles": arrays.numbers([cycle for _, _, cycle in keys]),
    }
    # unscoped: a log consumer tells every merchant's programs
    named = text(
        "SELECT s.id FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]),"
        " CAST(:cycles AS bigint[])) AS k(courier, number, cycle)"
        " JOIN track_subscribers s USING (courier, number, cycle) WHERE s.kind <> 'query'"
    )
    ids = (await session.execute(named, columns)).scalars().all()
    if not ids:
        return []
    rows = await session.scalars(select(TrackSubscriber).where(TrackSubscriber.id.in_(ids)))
    return list(rows)


async def listener(session: SystemSession, subscriber_id: UUID) -> TrackSubscriber | None:
    """One who is to be told; None: no longer."""
    return await session.get(TrackSubscriber, subscriber_id)


async def note_told(session: SystemSession, subscriber_id: UUID, digest: bytes) -> None:
    """Remember what was acknowledged."""
    await session.execute(
        update(TrackSubscriber)
        .where(TrackSubscriber.id == subscriber_id)
        .values(told=digest, told_at=now())
    )


async def followed(
    session: ReadSession, key_id: UUID | None, limit: int
) -> Sequence[TrackSubscriber]:
    """Numbers the caller's programs follow, newest first."""
    query = scoped(session, TrackSubscriber)
    if key_id is not None:
        query = query.where(TrackSubscriber.key_id == key_id)
    newest = query.order_by(TrackSubscriber.created_at.desc(), TrackSubscriber.id).limit(limit)
    return list(await session.scalars(newest))
