"""Waybills, shipping and printing over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from yichuan.core import idempotency
from yichuan.core.direct import reading
from yichuan.core.errors import NotFound, YichuanError
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.core.rows import RowError, RowResult, RowResults
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, HttpDep, ReadDep, WriteDep
from yichuan.shipments import queries as shipments
from yichuan.shipments.queries import Shipment
from yichuan.waybills import preflight, printing, queries, service
from yichuan.waybills.models import PrintJob, PrintJobItem
from yichuan.waybills.schemas import (
    LabelFormat,
    LabelSize,
    OwnNumberAnswers,
    OwnNumberRow,
    OwnNumbers,
    Preflight,
    PrintJobDetail,
    PrintJobItemView,
    PrintJobRequest,
    PrintJobsCreated,
    PrintJobView,
    ShipRequest,
    TakeRequest,
    WaybillView,
)
from yichuan.waybills.taking import take

router = APIRouter(tags=["waybills"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


@router.post("/waybills", status_code=201)
async def take_waybill(
    wish: TakeRequest, caller: CallerDep, context: ContextDep, http: HttpDep
) -> WaybillView:
    """取号: take a number for a box. Repeating the call gives the same waybill, never a second."""
    (taken,) = await take(
        context,
        http,
        caller,
        [wish.shipment_id],
        courier=wish.courier,
        service=wish.service,
        account_id=wish.account_id,
    )
    if taken.error is not None:
        raise taken.error
    if taken.view is not None:
        return taken.view
    assert taken.waybill_id is not None
    async with reading(context.database, visible_merchants(caller)) as asking:
        (view,) = await asking.ask(queries.view(asking, taken.waybill_id))
        return view


@router.post("/shipments", status_code=201)
async def ship(
    wish: ShipRequest, caller: CallerDep, context: ContextDep, http: HttpDep
) -> WaybillView:
    """Ship a box: by a hub waybill, or with the merchant's own courier and number."""
    if wish.method == "hub_waybill":
        return await take_waybill(
            TakeRequest(**wish.model_dump(exclude={"method", "number"})), caller, context, http
        )
    assert wish.courier is not None
    assert wish.number is not None
    row = OwnNumberRow(shipment_id=wish.shipment_id, courier=wish.courier, number=wish.number)
    (result,) = await service.accept_own_numbers(context, caller, [row])
    if result.error is not None:
        raise _as_error(result.error)
    async with context.database.read(visible_merchants(caller)) as session:
        found = await queries.issued_of(session, [wish.shipment_id])
        return WaybillView.model_validate(found[wish.shipment_id])


def _as_error(error: RowError) -> YichuanError:
    kinds = {kind.code: kind for kind in YichuanError.__subclasses__()}
    return kinds.get(error.code, YichuanError)(error.detail)


@router.post("/shipments/own-numbers")
async def ship_own_numbers(
    wish: OwnNumbers, caller: CallerDep, context: ContextDep
) -> OwnNumberAnswers:
    """填单号发货, pasted or from a file: each row gets its own answer.

    A row without a courier is recognised by its number (单号识别); it is refused where that is not
    certain.
    """
    rows = await service.accept_own_numbers(context, caller, wish.rows, wish.merchant_id)
    return OwnNumberAnswers(items=rows)


class TakeBatch(BaseModel):
    """Take numbers for boxes that stand there already."""

    shipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    courier: str | None = None
    account_id: UUID | None = None


@router.post("/waybills/batch")
async def take_waybills(
    wish: TakeBatch, caller: CallerDep, context: ContextDep, http: HttpDep
) -> RowResults:
    """取号 for up to 200 boxes; each row gets its own answer (`id`: the waybill)."""
    taken = await take(
        context,
        http,
        caller,
        wish.shipment_ids,
        courier=wish.courier,
        account_id=wish.account_id,
    )
    return RowResults(items=[RowResult.of(i, t.waybill_id, t.error) for i, t in enumerate(taken)])


@router.get("/shipments/{shipment_id}/waybills")
async def shipment_waybills(session: ReadDep, shipment_id: UUID) -> Page[WaybillView]:
    """Every waybill the box ever had, newest first."""
    await shipments.get(session, shipment_id)
    rows = await queries.of_shipment(session, shipment_id)
    return Page(items=[WaybillView.model_validate(row) for row in rows])


@router.get("/waybills/{waybill_id}")
async def get_waybill(session: ReadDep, waybill_id: UUID) -> WaybillView:
    """One waybill."""
    return WaybillView.model_validate(await queries.get(session, waybill_id))


@router.get("/waybills/{waybill_id}/label", response_class=Response)
async def get_label(
    waybill_id: UUID,
    caller: CallerDep,
    context: ContextDep,
    format: LabelFormat = "pdf",
    size: LabelSize = "76x130",
) -> Response:
    """The label as a document."""
    data, media_type = await printing.labels(context, caller, [waybill_id], format, size)
    return Response(data, media_type=media_type)


class LabelsRequest(BaseModel):
    """Labels to print together, in this order."""

    waybill_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    size: LabelSize = "76x130"
    format: Literal["pdf", "zpl", "tspl", "cpcl"] = "pdf"


@router.post("/labels", response_class=Response)
async def get_labels(wish: LabelsRequest, caller: CallerDep, context: ContextDep) -> Response:
    """Labels of up to 200 waybills as one document; every one, or none with the reason."""
    data, media_type = await printing.labels(
        context, caller, wish.waybill_ids, wish.format, wish.size
    )
    return Response(data, media_type=media_type)


@router.post("/waybills/{waybill_id}/printed", status_code=204)
async def label_printed(waybill_id: UUID, caller: CallerDep, session: WriteDep) -> None:
    """Tell that the label came out of a printer."""
    row = await queries.get(session, waybill_id)
    await printing.mark_printed(session, caller, [row])


@router.post("/waybills/{waybill_id}/cancel")
async def cancel_waybill(
    waybill_id: UUID, caller: CallerDep, context: ContextDep, http: HttpDep
) -> WaybillView:
    """Give the number back; the box waits to be shipped again."""
    return WaybillView.model_validate(await service.cancel(context, http, caller, waybill_id))


@router.post("/print-jobs/preflight")
async def preflight_print_job(
    wish: PrintJobRequest, caller: CallerDep, context: ContextDep
) -> Preflight:
    """What would stop this batch; nothing is done."""
    async with (
        context.database.system() as system,
        context.database.read(visible_merchants(caller)) as session,
    ):
        return await preflight.check(
            context, system, session, wish.shipment_ids, wish.courier, wish.account_id
        )


@router.post("/print-jobs", status_code=201, response_model=PrintJobsCreated)
async def create_print_jobs(
    wish: PrintJobRequest, caller: CallerDep, session: WriteDep, key: Key = None
) -> JSONResponse:
    """Print a batch: numbers are taken where they are missing, one document per merchant."""
    known = await idempotency.replay(session, caller.id, key, wish.model_dump_json().encode())
    if known is not None:
        return JSONResponse(known[1], known[0])
    made = await printing.create_jobs(session, caller, wish)
    answer = PrintJobsCreated(jobs=[_job_view(row) for row in made]).model_dump(mode="json")
    await idempotency.remember(session, caller.id, key, 201, answer)
    return JSONResponse(answer, 201)


def _job_view(row: PrintJob) -> PrintJobView:
    view = PrintJobView.model_validate(row)
    return view.model_copy(update={"has_labels": row.label_key is not None})


def _item_view(row: PrintJobItem, box: Shipment | None) -> PrintJobItemView:
    error = None
    if row.error_code is not None:
        text = row.error_text or row.error_code
        error = RowError(code=row.error_code, title=text, title_zh=text, detail=text)
    return PrintJobItemView(
        shipment_id=row.shipment_id,
        shipment_no=box.shipment_no if box else None,
        order_no=box.order_no if box else None,
        waybill_number=box.waybill_number if box else None,
        waybill_id=row.waybill_id,
        state=row.state,
        error=error,
    )


@router.get("/print-jobs")
async def list_print_jobs(
    session: ReadDep,
    merchant_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
) -> Page[PrintJobView]:
    """Batches, newest first."""
    rows, following = await queries.jobs(session, merchant_id, limit, cursor)
    return Page(items=[_job_view(row) for row in rows], next_cursor=following)


@router.get("/print-jobs/{job_id}")
async def get_print_job(session: ReadDep, job_id: UUID) -> PrintJobDetail:
    """One batch with its progress and every row's result."""
    row = await queries.job(session, job_id)
    items = await queries.job_items(session, row)
    boxes = await shipments.of_ids(session, [item.shipment_id for item in items])
    views = [_item_view(item, boxes.get(item.shipment_id)) for item in items]
    return PrintJobDetail(**_job_view(row).model_dump(), items=views)


@router.get("/print-jobs/{job_id}/labels", response_class=Response)
async def get_print_job_labels(job_id: UUID, context: ContextDep, session: ReadDep) -> Response:
    """The batch's labels as one PDF."""
    row = await queries.job(session, job_id)
    if row.label_key is None:
        raise NotFound("this batch has no labels (yet)")
    data = await asyncio.to_thread(context.blobs.get, row.label_key)
    return Response(data, media_type="application/pdf")
