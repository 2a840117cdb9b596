"""Reading waybills and print jobs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import tuple_

from yichuan.core.database import ReadSession
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import owner_of, scoped
from yichuan.waybills.models import PrintJob, PrintJobItem, Waybill


async def get(session: ReadSession, waybill_id: UUID) -> Waybill:
    """One waybill.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, Waybill).where(Waybill.id == waybill_id))
    if row is None:
        raise NotFound("no such waybill")
    return row


async def of_ids(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, Waybill]:
    """Waybills by id; unknown or foreign ids are left out."""
    rows = await session.scalars(scoped(session, Waybill).where(Waybill.id.in_(ids)))
    return {row.id: row for row in rows}


async def of_shipment(session: ReadSession, shipment_id: UUID) -> Sequence[Waybill]:
    """All waybills a box ever had, newest first."""
    return list(
        await session.scalars(
            scoped(session, Waybill)
            .where(Waybill.shipment_id == shipment_id)
            .order_by(Waybill.requested_at.desc())
        )
    )


async def issued_of(session: ReadSession, shipment_ids: Sequence[UUID]) -> dict[UUID, Waybill]:
    """The issued outgoing waybill of each box that has one."""
    rows = await session.scalars(
        scoped(session, Waybill).where(
            Waybill.shipment_id.in_(shipment_ids), Waybill.state == "issued", Waybill.leg == "out"
        )
    )
    return {row.shipment_id: row for row in rows}


async def jobs(
    session: ReadSession, merchant_id: UUID | None, limit: int, cursor: str | None
) -> tuple[list[PrintJob], str | None]:
    """Print jobs, newest first, and the next cursor."""
    query = scoped(session, PrintJob)
    owner = owner_of(session, merchant_id)
    if owner is not None:
        query = query.where(PrintJob.merchant_id == owner)
    if cursor is not None:
        at, row_id = read_time_cursor(cursor)
        query = query.where(tuple_(PrintJob.created_at, PrintJob.id) < tuple_(at, row_id))
    query = query.order_by(PrintJob.created_at.desc(), PrintJob.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, time_cursor(rows[-1].created_at, rows[-1].id) if more else None


async def job(session: ReadSession, job_id: UUID) -> PrintJob:
    """One print job.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, PrintJob).where(PrintJob.id == job_id))
    if row is None:
        raise NotFound("no such print job")
    return row


async def job_items(session: ReadSession, row: PrintJob) -> Sequence[PrintJobItem]:
    """A job's rows in their order."""
    return list(
        await session.scalars(
            scoped(session, PrintJobItem)
            .where(PrintJobItem.merchant_id == row.merchant_id, PrintJobItem.job_id == row.id)
            .order_by(PrintJobItem.position)
        )
    )
