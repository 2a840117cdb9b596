"""Reading rate cards, always within the session's scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from yichuan.core.database import ReadSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import (
    number_cursor,
    read_number_cursor,
    read_time_cursor,
    time_cursor,
)
from yichuan.identity.scope import owner_of, scoped
from yichuan.rating.cards import RateRow, row_from_body
from yichuan.rating.models import RateCardRecord, RateRowRecord

Version = tuple[int, datetime | None]


async def get(session: ReadSession, card_id: UUID) -> RateCardRecord:
    """One card.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, RateCardRecord).where(RateCardRecord.id == card_id))
    if row is None:
        raise NotFound("no such rate card")
    return row


async def listing(
    session: ReadSession,
    *,
    role: str | None,
    courier: str | None,
    merchant_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[RateCardRecord], str | None]:
    """One page of cards, newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, RateCardRecord)
    owner = owner_of(session, merchant_id)
    if owner is not None:
        query = query.where(RateCardRecord.merchant_id == owner)
    if role is not None:
        query = query.where(RateCardRecord.role == role)
    if courier is not None:
        query = query.where(RateCardRecord.courier == courier)
    if cursor is not None:
        at, row_id = read_time_cursor(cursor)
        query = query.where(
            tuple_(RateCardRecord.created_at, RateCardRecord.id) < tuple_(at, row_id)
        )
    query = query.order_by(RateCardRecord.created_at.desc(), RateCardRecord.id.desc())
    rows = list(await session.scalars(query.limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], time_cursor(rows[limit - 1].created_at, rows[limit - 1].id)


def _row(record: RateRowRecord) -> RateRow:
    return row_from_body(
        record.body, record.dest_province or "", record.dest_city or "", record.zone or ""
    )


async def rows_of(
    session: ReadSession, card: RateCardRecord, *, limit: int, cursor: str | None
) -> tuple[list[tuple[int, RateRow]], str | None]:
    """One page of a card's rows with their positions, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = select(RateRowRecord).where(RateRowRecord.card_id == card.id)
    if cursor is not None:
        query = query.where(RateRowRecord.position > read_number_cursor(cursor))
    records = list(await session.scalars(query.order_by(RateRowRecord.position).limit(limit + 1)))
    rows = [(record.position, _row(record)) for record in records[:limit]]
    return rows, number_cursor(rows[-1][0]) if len(records) > limit else None


async def version(session: ReadSession) -> Version:
    """Changes whenever a card comes, goes or changes."""
    found = await session.execute(
        select(func.count(), func.max(RateCardRecord.changed_at)).select_from(RateCardRecord)
    )
    count, changed_at = found.one()
    return int(count), changed_at


async def everything(
    session: ReadSession,
) -> list[tuple[RateCardRecord, Sequence[tuple[str, str, str, str]]]]:
    """Every card with its rows as (body, province, city, zone)."""
    cards = list(await session.scalars(scoped(session, RateCardRecord).order_by(RateCardRecord.id)))
    found: dict[UUID, list[tuple[str, str, str, str]]] = {card.id: [] for card in cards}
    rows = await session.execute(
        select(
            RateRowRecord.card_id,
            RateRowRecord.body,
            func.coalesce(RateRowRecord.dest_province, ""),
            func.coalesce(RateRowRecord.dest_city, ""),
            func.coalesce(RateRowRecord.zone, ""),
        ).order_by(RateRowRecord.card_id, RateRowRecord.position)
    )
    for card_id, body, province, city, zone in rows:
        found[card_id].append((body, province, city, zone))
    return [(card, found[card.id]) for card in cards]
