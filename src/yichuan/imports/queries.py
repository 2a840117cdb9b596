"""Reading imports, always within the session's scope."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, tuple_

from yichuan.core.database import ReadSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import scoped
from yichuan.imports.models import ImportReject, ImportRun

__all__ = ["ImportRun", "get", "listing", "reject_bodies"]


async def get(session: ReadSession, run_id: UUID) -> ImportRun:
    """One import.

    Raises:
        NotFound: unknown or not the caller's.
    """
    run = await session.scalar(
        scoped(session, ImportRun)
        .where(ImportRun.id == run_id)
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound("no such import")
    return run


async def listing(
    session: ReadSession, *, kind: str | None, limit: int, cursor: str | None
) -> tuple[list[ImportRun], str | None]:
    """One page of imports, newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, ImportRun)
    if kind is not None:
        query = query.where(ImportRun.kind == kind)
    if cursor is not None:
        at, run_id = read_time_cursor(cursor)
        query = query.where(tuple_(ImportRun.started_at, ImportRun.id) < tuple_(at, run_id))
    query = query.order_by(ImportRun.started_at.desc(), ImportRun.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], time_cursor(rows[limit - 1].started_at, rows[limit - 1].id)


async def reject_bodies(session: ReadSession, run_id: UUID) -> Sequence[bytes]:
    """Sealed rejected rows of an import, in the order of the file."""
    rows = await session.scalars(
        select(ImportReject.body)
        .where(ImportReject.run_id == run_id)
        .order_by(ImportReject.rows_done)
    )
    return list(rows)
