"""Reading orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_

from yichuan.core.database import ReadSession
from yichuan.core.direct import Ask
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import owner_of, scoped
from yichuan.orders.models import OrderLine, Recipient, SubOrder

__all__ = [
    "Recipient",
    "SealedPerson",
    "get",
    "lines",
    "listing",
    "people",
    "recipients",
    "siblings",
]


async def listing(
    session: ReadSession,
    *,
    merchant_id: UUID | None,
    state: str | None,
    q: str | None,
    placed_from: datetime | None,
    placed_to: datetime | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[SubOrder], str | None]:
    """One page of sub-orders, newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, SubOrder)
    owner = owner_of(session, merchant_id)
    if owner is not None:
        query = query.where(SubOrder.merchant_id == owner)
    if state is not None:
        query = query.where(SubOrder.state == state)
    if q:
        number = q.strip()
        query = query.where((SubOrder.order_no == number) | (SubOrder.sub_order_no == number))
    if placed_from is not None:
        query = query.where(SubOrder.placed_at >= placed_from)
    if placed_to is not None:
        query = query.where(SubOrder.placed_at < placed_to)
    if cursor is not None:
        at, row_id = read_time_cursor(cursor)
        query = query.where(tuple_(SubOrder.placed_at, SubOrder.id) < tuple_(at, row_id))
    query = query.order_by(SubOrder.placed_at.desc(), SubOrder.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, time_cursor(rows[-1].placed_at, rows[-1].id) if more else None


async def get(session: ReadSession, sub_order_id: UUID) -> SubOrder:
    """One sub-order.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, SubOrder).where(SubOrder.id == sub_order_id))
    if row is None:
        raise NotFound("no such sub-order")
    return row


async def by_number(session: ReadSession, merchant_id: UUID, sub_order_no: str) -> SubOrder | None:
    """A merchant's sub-order by its number, or None."""
    return await session.scalar(
        scoped(session, SubOrder).where(
            SubOrder.merchant_id == merchant_id, SubOrder.sub_order_no == sub_order_no
        )
    )


async def siblings(session: ReadSession, row: SubOrder) -> Sequence[SubOrder]:
    """The other sub-orders of the same main order that the caller may see."""
    return list(
        await session.scalars(
            scoped(session, SubOrder)
            .where(SubOrder.order_id == row.order_id, SubOrder.id != row.id)
            .order_by(SubOrder.sub_order_no)
        )
    )


async def lines(session: ReadSession, row: SubOrder) -> Sequence[OrderLine]:
    """A sub-order's lines."""
    return list(
        await session.scalars(
            scoped(session, OrderLine)
            .where(OrderLine.merchant_id == row.merchant_id, OrderLine.sub_order_id == row.id)
            .order_by(OrderLine.line_no)
        )
    )


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """A recipient as stored (see `service.open_recipient`)."""

    id: UUID
    wrapped_key: bytes | None
    ciphertext: bytes | None
    province: str | None
    city: str | None
    district: str | None
    phone_valid_until: datetime | None


_PEOPLE = (
    f"SELECT {', '.join(SealedPerson.__slots__)} FROM recipients"
    " WHERE merchant_id = ANY(%s) AND id = ANY(%s)"
)


def people(owners: Collection[UUID], ids: Collection[UUID]) -> Ask[dict[UUID, SealedPerson]]:
    """Recipients of these merchants by id."""
    return Ask(
        _PEOPLE,
        (list(owners), list(ids)),
        lambda rows: {row[0]: SealedPerson(*row) for row in rows},
    )


async def recipients(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, Recipient]:
    """Recipient rows by id."""
    rows = await session.scalars(scoped(session, Recipient).where(Recipient.id.in_(ids)))
    return {row.id: row for row in rows}
