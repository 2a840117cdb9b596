"""Reading the door's tries to push."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import tuple_

from yichuan.core.database import ReadSession
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.gateway.models import DoorPush
from yichuan.identity.scope import scoped


async def pushes(
    session: ReadSession, key_id: UUID | None, failed: bool, limit: int, cursor: str | None
) -> tuple[list[DoorPush], str | None]:
    """The caller's tries, newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, DoorPush)
    if key_id is not None:
        query = query.where(DoorPush.key_id == key_id)
    if failed:
        query = query.where(DoorPush.error.is_not(None))
    if cursor is not None:
        query = query.where(tuple_(DoorPush.at, DoorPush.id) < tuple_(*read_time_cursor(cursor)))
    query = query.order_by(DoorPush.at.desc(), DoorPush.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], time_cursor(last.at, last.id) if last else None
