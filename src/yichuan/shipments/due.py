"""Shipments whose deadline falls due in the coming hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from yichuan.core.database import ReadSession
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import in_scope, owner_of, scoped
from yichuan.shipments.models import Shipment


def _between(
    session: ReadSession, begin: datetime, end: datetime, merchant_id: UUID | None
) -> list[ColumnElement[bool]]:
    conditions = [
        in_scope(session, Shipment),
        Shipment.next_deadline_at >= begin,
        Shipment.next_deadline_at < end,
    ]
    owner = owner_of(session, merchant_id)
    if owner is not None:
        conditions.append(Shipment.merchant_id == owner)
    return conditions


async def upcoming(
    session: ReadSession,
    begin: datetime,
    end: datetime,
    *,
    deadline: str | None = None,
    merchant_id: UUID | None = None,
    courier: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[Sequence[Shipment], str | None]:
    """Shipments whose deadline lies in [begin, end), the next one first.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, Shipment).where(*_between(session, begin, end, merchant_id))
    if deadline is not None:
        query = query.where(Shipment.next_deadline == deadline)
    if courier is not None:
        query = query.where(Shipment.courier == courier)
    key = tuple_(Shipment.next_deadline_at, Shipment.id)
    if cursor is not None:
        query = query.where(key > tuple_(*read_time_cursor(cursor)))
    query = query.order_by(Shipment.next_deadline_at, Shipment.id).limit(limit + 1)
    rows = list(await session.scalars(query))
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        assert last.next_deadline_at is not None
        following = time_cursor(last.next_deadline_at, last.id)
    return rows[:limit], following


async def upcoming_counts(
    session: ReadSession,
    begin: datetime,
    end: datetime,
    *,
    merchant_id: UUID | None = None,
    cap: int = 10_000,
) -> Mapping[str, int]:
    """How many deadlines of each sort lie in [begin, end), over the next `cap` of them."""
    some = (
        select(Shipment.next_deadline)
        .where(*_between(session, begin, end, merchant_id))
        .order_by(Shipment.next_deadline_at)
        .limit(cap)
        .subquery()
    )
    rows = await session.execute(
        select(some.c.next_deadline, func.count()).group_by(some.c.next_deadline)
    )
    return {str(row[0]): int(row[1]) for row in rows}
