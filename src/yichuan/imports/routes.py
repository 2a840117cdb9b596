"""Imports over HTTP: upload, progress, rejected rows; own numbers by file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from yichuan.core.clock import CHINA, now
from yichuan.core.context import Context
from yichuan.core.errors import Forbidden, Invalid
from yichuan.core.export import download
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.core.rows import RowError
from yichuan.core.tabular import REJECT_COLUMNS
from yichuan.couriers import queries as couriers
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.imports import number_template, own_numbers, queries, service, uploads
from yichuan.imports.own_numbers import NumberFile
from yichuan.imports.rows import TABLES, describe
from yichuan.imports.schemas import (
    Columns,
    ColumnView,
    ImportKind,
    ImportView,
    OwnNumberLines,
    OwnNumberResult,
    OwnNumberResults,
)
from yichuan.imports.uploads import MAX_BYTES, Upload
from yichuan.imports.values import MERCHANT_KINDS, Owner
from yichuan.merchants import queries as merchants
from yichuan.shipments import queries as shipments
from yichuan.waybills import service as waybills
from yichuan.waybills.values import OwnNumber, OwnNumberAnswer

router = APIRouter(tags=["imports"])
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 500
"""Own numbers taken in at once; a chunk is one transaction."""


async def _content(file: UploadFile) -> tuple[str, bytes]:
    """Name and bytes of an upload.

    Raises:
        Invalid: it is empty or too large.
    """
    content = await file.read(MAX_BYTES + 1)
    if not content:
        raise Invalid("the file is empty", field="file")
    if len(content) > MAX_BYTES:
        raise Invalid(f"over {MAX_BYTES // 1_000_000} MB: use `yichuan import`", field="file")
    return Path(file.filename or "file.csv").name[:200], content


async def _owner(context: Context, caller: Caller, merchant_id: UUID | None) -> Owner | None:
    """The one merchant a file is about: a merchant's own, or the one the platform names."""
    wanted = caller.merchant_id or merchant_id
    if wanted is None:
        return None
    async with context.database.read(visible_merchants(caller)) as session:
        row = await merchants.get(session, wanted)
    return Owner(row.id, row.code, uploads=caller.merchant_id is not None)


@router.post("/imports", status_code=201)
async def start_import(
    caller: CallerDep,
    context: ContextDep,
    response: Response,
    kind: Annotated[ImportKind, Form()],
    file: Annotated[UploadFile, File(description="CSV or spreadsheet")],
    map: Annotated[UploadFile | None, File(description="mapping file (TOML)")] = None,
    merchant_id: Annotated[UUID | None, Form()] = None,
    again: Annotated[bool, Form(description="import a file that was finished before")] = False,
) -> ImportView:
    """Import a file. Small ones are in when this answers (201), large ones follow (202).

    The same file again is the same import (200): repeating the request is harmless. Merchants
    import orders and shipments for themselves.
    """
    if kind not in MERCHANT_KINDS:
        caller.require("operator")
    elif caller.role == "service":
        raise Forbidden("needs role operator or merchant")
    name, content = await _content(file)
    mapping = await map.read(1_000_000) if map is not None else None
    owner = await _owner(context, caller, merchant_id)
    upload = Upload(kind, name, content, mapping, owner, again)
    run_id, finished = await uploads.receive(context, caller, upload)
    async with context.database.read(visible_merchants(caller)) as session:
        run = await queries.get(session, run_id)
    if finished:
        response.status_code = 200
    elif run.status != "finished":
        response.status_code = 202
    return ImportView.model_validate(run)


@router.get("/imports")
async def list_imports(
    session: ReadDep,
    kind: ImportKind | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[ImportView]:
    """Imports, newest first; a merchant sees its own."""
    rows, following = await queries.listing(session, kind=kind, limit=limit, cursor=cursor)
    return Page(items=[ImportView.model_validate(row) for row in rows], next_cursor=following)


@router.get("/imports/columns/{kind}")
async def import_columns(caller: CallerDep, kind: ImportKind) -> Columns:
    """The documented columns of a kind of file."""
    if kind not in MERCHANT_KINDS:
        caller.require("operator")
    found = [ColumnView.model_validate(column) for column in describe(TABLES[kind])]
    return Columns(kind=kind, columns=found)


@router.get("/imports/{import_id}")
async def get_import(session: ReadDep, import_id: UUID) -> ImportView:
    """An import and how far it is."""
    return ImportView.model_validate(await queries.get(session, import_id))


@router.get("/imports/{import_id}/rejects.csv", response_class=StreamingResponse)
async def download_rejects(
    session: ReadDep, context: ContextDep, import_id: UUID
) -> StreamingResponse:
    """The rejected rows with their reasons; corrected, the file can be imported as it is."""
    run = await queries.get(session, import_id)
    found = await service.rejects_of(session, context.vault, import_id)

    async def batches() -> AsyncIterator[Iterable[list[object]]]:
        yield [[r.line, r.code, r.column, r.zh, r.en, *r.cells] for r in found]

    titles = [*REJECT_COLUMNS, *run.options.get("header", [])]
    return download(f"{run.file_name}.rejects.csv", titles, batches())


@router.get(
    "/shipments/own-numbers/template.{kind}",
    response_class=Response,
    responses={200: {"content": {CSV: {}, XLSX: {}}}},
)
async def own_numbers_template(
    caller: CallerDep,
    context: ContextDep,
    kind: Literal["csv", "xlsx"],
    merchant_id: UUID | None = None,
) -> Response:
    """The merchant's boxes that wait to be shipped, as a table to fill numbers into."""
    wanted = caller.merchant_id or merchant_id
    if wanted is None:
        raise Invalid("say whose boxes", field="merchant_id")
    scope = visible_merchants(caller)
    async with context.database.read(scope) as session:
        owner = await merchants.get(session, wanted)
        names = await couriers.names(session)
        ours = sorted({names[service.courier] for service in await couriers.services(session)})
    waiting = shipments.Filters(merchant_id=owner.id, queue="to_print", hold=False)
    boxes, _ = await shipments.listing(
        context.database, scope, waiting, own_numbers.MAX_ROWS, None, "created_at"
    )
    rows = [number_template.row_of(box) for box in boxes if box["waybill_number"] is None]
    body = (
        number_template.as_csv(rows)
        if kind == "csv"
        else await asyncio.to_thread(number_template.as_xlsx, rows, ours)
    )
    name = f"own-numbers-{now().astimezone(CHINA):%Y%m%d-%H%M}.{kind}"
    return Response(
        body,
        media_type=CSV if kind == "csv" else XLSX,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.post("/shipments/own-numbers/read")
async def read_own_numbers_file(
    caller: CallerDep,
    file: Annotated[UploadFile, File(description="CSV or spreadsheet")],
) -> OwnNumberLines:
    """The rows of a file of own numbers as text, to be checked before they are sent. Ships nothing.

    Of a file with our titles (see `file`) only those columns.
    """
    if caller.role == "service":
        raise Forbidden("needs role operator or merchant")
    name, content = await _content(file)
    with uploads.on_disk(name, content) as path:
        lines, without_number = await asyncio.to_thread(own_numbers.lines, path)
    return OwnNumberLines(lines=lines, without_number=without_number)


@router.post("/shipments/own-numbers/file")
async def ship_own_numbers_file(
    caller: CallerDep,
    context: ContextDep,
    file: Annotated[UploadFile, File(description="CSV or spreadsheet")],
    merchant_id: Annotated[UUID | None, Form()] = None,
) -> OwnNumberResults:
    """填单号发货 by file: box, courier and number; each row gets its own answer.

    Columns, by name or title: order_no or shipment_no (订单号, 包裹号), courier (快递公司, may be
    left out where the number tells it), waybill_number (运单号).
    """
    if caller.role == "service":
        raise Forbidden("needs role operator or merchant")
    if caller.merchant_id is None and merchant_id is None:
        raise Invalid("say whose numbers they are", field="merchant_id")
    name, content = await _content(file)
    with uploads.on_disk(name, content) as path:
        found = await asyncio.to_thread(own_numbers.read, path)
    results: list[OwnNumberAnswer] = []
    for begin in range(0, len(found.rows), CHUNK):
        chunk = [
            OwnNumber(row.order_no, row.courier, row.waybill_number)
            for _, row in found.rows[begin : begin + CHUNK]
        ]
        results += await waybills.accept_own_numbers(context, caller, chunk, merchant_id)
    return _results(found, results)


def _results(found: NumberFile, results: Iterable[OwnNumberAnswer]) -> OwnNumberResults:
    items = [
        OwnNumberResult(
            index=0,
            line=line,
            order_no=row.order_no,
            courier=row.courier or result.courier or "",
            waybill_number=row.waybill_number,
            guessed=result.guessed,
            score=result.score,
            ok=result.ok,
            id=result.id,
            error=result.error,
        )
        for (line, row), result in zip(found.rows, results, strict=True)
    ]
    items += [
        OwnNumberResult(
            index=0,
            line=refused.line,
            order_no="",
            courier="",
            waybill_number="",
            ok=False,
            error=RowError(
                code=refused.code, title=refused.en, title_zh=refused.zh, detail=refused.en
            ),
        )
        for refused in found.rejects
    ]
    items.sort(key=lambda item: item.line)
    for index, item in enumerate(items):
        item.index = index
    return OwnNumberResults(accepted=sum(item.ok for item in items), items=items)
