"""Problems over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from yichuan.core.clock import now
from yichuan.core.database import ReadSession
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.exceptions import queries, service
from yichuan.exceptions.kinds import Deadline, Kind, Party, kinds
from yichuan.exceptions.models import Problem
from yichuan.exceptions.queries import Filters
from yichuan.exceptions.schemas import (
    OpenCountView,
    ProblemCloseRequest,
    ProblemKindView,
    ProblemRow,
    ProblemSummary,
    StormView,
    UpcomingRow,
)
from yichuan.exceptions.thresholds import Thresholds, setting
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ReadDep, WriteDep
from yichuan.shipments import due
from yichuan.shipments import queries as shipments

router = APIRouter(tags=["exceptions"])
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


async def _rows(session: ReadSession, problems: Sequence[Problem]) -> list[ProblemRow]:
    boxes = await shipments.of_ids(session, list({p.shipment_id for p in problems}))
    rows = []
    for problem in problems:
        row = ProblemRow.model_validate(problem)
        box = boxes.get(problem.shipment_id)
        if box is not None:
            row.shipment_no, row.waybill_number = box.shipment_no, box.waybill_number
            row.milestone = box.milestone
        rows.append(row)
    return rows


@router.get("/exceptions")
async def list_exceptions(
    session: ReadDep,
    kind: Kind | None = None,
    party: Party | None = None,
    open: bool | None = None,
    merchant_id: UUID | None = None,
    courier: str | None = None,
    shipment_id: UUID | None = None,
    province: str | None = None,
    city: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[ProblemRow]:
    """Problems, newest first."""
    filters = Filters(
        kind=kind,
        party=party,
        open=open,
        merchant_id=merchant_id,
        courier=courier,
        shipment_id=shipment_id,
        province=province,
        city=city,
    )
    rows, following = await queries.listing(session, filters, limit=limit, cursor=cursor)
    return Page(items=await _rows(session, rows), next_cursor=following)


@router.get("/exceptions/summary")
async def exceptions_summary(session: ReadDep) -> ProblemSummary:
    """Open problems by kind and party, and storms (many parcels, one cause)."""
    return ProblemSummary(
        open=[OpenCountView.model_validate(c) for c in await queries.open_counts(session)],
        storms=[StormView.model_validate(s) for s in await queries.storms(session)],
    )


@router.get("/exceptions/kinds")
async def exception_kinds(caller: CallerDep) -> list[ProblemKindView]:
    """The kinds of problems, with their names, parties and clocks."""
    return [ProblemKindView.model_validate(kind) for kind in kinds().values()]


@router.get("/exceptions/upcoming")
async def upcoming_exceptions(
    session: ReadDep,
    hours: Annotated[int, Query(ge=1, le=72)] = 6,
    deadline: Deadline | None = None,
    merchant_id: UUID | None = None,
    courier: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[UpcomingRow]:
    """Shipments that become a problem in the coming hours unless something happens."""
    at = now()
    rows, following = await due.upcoming(
        session,
        at,
        at + timedelta(hours=hours),
        deadline=deadline,
        merchant_id=merchant_id,
        courier=courier,
        limit=limit,
        cursor=cursor,
    )
    return Page(items=[UpcomingRow.model_validate(row) for row in rows], next_cursor=following)


@router.post("/exceptions/{problem_id}/close", status_code=204)
async def close_exception(
    problem_id: UUID, wish: ProblemCloseRequest, caller: CallerDep, session: WriteDep
) -> None:
    """Close a problem by hand, with a reason. Merchants answer through their ticket."""
    caller.require("operator", "service")
    await service.close_problem(session, caller, problem_id, wish.reason)


@router.get("/settings/exceptions")
async def get_exception_settings(caller: CallerDep, session: ReadDep) -> Thresholds:
    """After how many hours something is a problem."""
    caller.require("operator", "service")
    return await setting.get(session)


@router.put("/settings/exceptions")
async def set_exception_settings(
    wish: Thresholds, caller: CallerDep, session: WriteDep
) -> Thresholds:
    """Change the limits. Deadlines already set move at the shipment's next change or deadline."""
    caller.require("operator")
    await setting.put(session, wish)
    detail = wish.model_dump(mode="json")
    await identity.audit(session, caller, "settings.exceptions", "exceptions", None, **detail)
    return wish
