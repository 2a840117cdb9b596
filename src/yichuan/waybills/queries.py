"""Reading waybills and print jobs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import tuple_

from yichuan.core.database import ReadSession
from yichuan.core.direct import Ask, Direct
from yichuan.core.errors import NotFound
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.identity.scope import owner_of, scoped
from yichuan.waybills.models import PrintJob, PrintJobItem, Waybill
from yichuan.waybills.schemas import WaybillView

__all__ = [
    "Live",
    "Printable",
    "Waybill",
    "get",
    "issued_of",
    "job",
    "job_items",
    "jobs",
    "live",
    "of_shipment",
    "printable",
    "view",
]


async def get(session: ReadSession, waybill_id: UUID) -> Waybill:
    """One waybill.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(scoped(session, Waybill).where(Waybill.id == waybill_id))
    if row is None:
        raise NotFound("no such waybill")
    return row


@dataclass(frozen=True, slots=True)
class Live:
    """A box's outgoing waybill that is being asked for or was issued."""

    id: UUID
    shipment_id: UUID
    state: str
    courier: str
    service: str | None
    account_id: UUID | None
    order_code: str
    label_fields: dict[str, Any]
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Printable:
    """A waybill as far as its label needs it; `label_fields` are the courier's sorting fields."""

    id: UUID
    merchant_id: UUID
    shipment_id: UUID
    state: str
    courier: str
    service: str | None
    number: str | None
    label_fields: dict[str, Any]


_LIVE = (
    f"SELECT {', '.join(Live.__slots__)} FROM waybills WHERE merchant_id = ANY(%s)"
    " AND shipment_id = ANY(%s) AND state IN ('requested', 'issued') AND leg = 'out'"
)
_PRINTABLE = f"""
    SELECT {", ".join(Printable.__slots__[:-1])}, label_fields - 'dispatch' - 'cost_fen'
    FROM waybills
    WHERE id = ANY(%(ids)s) AND (%(scope)s::uuid[] IS NULL OR merchant_id = ANY(%(scope)s))
"""
_VIEW_COLUMNS = tuple(WaybillView.model_fields)
_VIEW = f"""
    SELECT {", ".join(_VIEW_COLUMNS)} FROM waybills
    WHERE id = %(id)s AND (%(scope)s::uuid[] IS NULL OR merchant_id = ANY(%(scope)s))
"""


def live(owners: Collection[UUID], shipment_ids: Collection[UUID]) -> Ask[dict[UUID, Live]]:
    """The live outgoing waybill of each box of these merchants that has one, by shipment id."""
    return Ask(
        _LIVE,
        (list(owners), list(shipment_ids)),
        lambda rows: {row[1]: Live(*row) for row in rows},
    )


def printable(direct: Direct, ids: Sequence[UUID]) -> Ask[dict[UUID, Printable]]:
    """Waybills by id; unknown or foreign ids are left out."""
    return Ask(
        _PRINTABLE,
        {"ids": list(ids), "scope": direct.scope},
        lambda rows: {row[0]: Printable(*row) for row in rows},
    )


def view(direct: Direct, waybill_id: UUID) -> Ask[WaybillView]:
    """A waybill as the API shows it.

    Raises:
        NotFound: unknown or not the caller's (when the answer is read).
    """

    def read(rows: Sequence[tuple[Any, ...]]) -> WaybillView:
        if not rows:
            raise NotFound("no such waybill")
        return WaybillView.model_validate(dict(zip(_VIEW_COLUMNS, rows[0], strict=True)))

    return Ask(_VIEW, {"id": waybill_id, "scope": direct.scope}, read)


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


# unscoped: for the process that tells every merchant of its own jobs
RECENT_JOBS: Final = """
    SELECT id, merchant_id, state, total, succeeded, failed FROM print_jobs
    WHERE created_at > now() - interval '1 day'
      AND (finished_at IS NULL OR finished_at > now() - interval '10 seconds')
    ORDER BY created_at DESC LIMIT 200
"""
"""Print jobs that run, and those that ended just now: id, merchant, state, counts."""
