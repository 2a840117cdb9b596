"""Boxes that wait to be handed over, by where they go: what a suspension holds up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from yichuan.core.database import ReadSession
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import in_scope, scoped
from yichuan.shipments.models import Shipment


@dataclass(frozen=True, slots=True)
class Held:
    """Which waiting boxes: into a division, or of merchants who send from one.

    `courier` None: whichever carries them, also those for whom nobody has chosen yet.
    """

    into: str | None
    """Beginning of the division's code; None: wherever they go."""
    senders: Collection[UUID]
    courier: str | None


def _waiting(session: ReadSession, held: Held) -> ColumnElement[bool]:
    places: list[ColumnElement[bool]] = []
    if held.into is not None:
        places.append(func.coalesce(Shipment.dest_adcode, "").startswith(held.into))
    if held.senders:
        places.append(Shipment.merchant_id.in_(held.senders))
    conditions = [
        in_scope(session, Shipment),
        Shipment.shipped_at.is_(None),
        Shipment.stretch == "created",
        or_(False, *places),
    ]
    if held.courier is not None:
        conditions.append(Shipment.courier == held.courier)
    return and_(*conditions)


async def held_up(
    session: ReadSession, held: Held, limit: int, cursor: str | None
) -> tuple[Sequence[Shipment], str | None]:
    """These boxes, the oldest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, Shipment).where(_waiting(session, held))
    key = tuple_(Shipment.created_at, Shipment.id)
    if cursor is not None:
        query = query.where(key > tuple_(*read_time_cursor(cursor)))
    query = query.order_by(Shipment.created_at, Shipment.id).limit(limit + 1)
    rows = list(await session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, time_cursor(rows[-1].created_at, rows[-1].id) if more else None


async def held_counts(session: ReadSession, held: Held) -> Mapping[UUID, int]:
    """How many such boxes each merchant has."""
    rows = await session.execute(
        select(Shipment.merchant_id, func.count())
        .where(_waiting(session, held))
        .group_by(Shipment.merchant_id)
    )
    return {row[0]: int(row[1]) for row in rows}
