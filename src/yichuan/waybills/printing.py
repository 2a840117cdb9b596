"""Printing 打单: what would stop a batch, labels, and batch jobs with progress."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import insert, update

from yichuan.core import direct, jobs
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.errors import Conflict, NotFound, YichuanError
from yichuan.core.ids import new_id
from yichuan.core.rows import row_error
from yichuan.couriers import queries as courier_queries
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.shipments import queries as shipment_queries
from yichuan.shipments import service as shipments
from yichuan.shipments.boxes import Box
from yichuan.shipments.boxes import boxes as shipments_of
from yichuan.waybills import labelling, queries
from yichuan.waybills.labels.model import LabelData, Size
from yichuan.waybills.labels.render import Format, Rendered, render
from yichuan.waybills.models import PrintJob, PrintJobItem, Waybill
from yichuan.waybills.queries import Printable
from yichuan.waybills.schemas import PrintJobRequest
from yichuan.waybills.taking import take

CHUNK = 40
AT_ONCE = 3
"""Labels rendered without leaving the event loop: about a millisecond each."""


async def labels(
    context: Context, caller: Caller, waybill_ids: Sequence[UUID], fmt: str, size: str
) -> tuple[bytes, str]:
    """Labels of waybills as one document in the order given, and its media type.

    Raises:
        NotFound: one is unknown or not the caller's.
        Conflict: one has no number, was cancelled, or its box is on hold.
    """
    async with direct.reading(context.database, visible_merchants(caller)) as asking:
        (found,) = await asking.ask(queries.printable(asking, waybill_ids))
        rows = [found[i] for i in waybill_ids if i in found]
        if len(rows) != len(waybill_ids):
            raise NotFound("no such waybill")
        (boxes,) = await asking.ask(shipments_of(asking, {row.shipment_id for row in rows}))
        pairs = [(row, boxes[row.shipment_id]) for row in rows]
        for row, box in pairs:
            _must_be_printable(row, box)
        data = await labelling.of_boxes(asking, context, pairs)
    for item in data:
        if isinstance(item, YichuanError):
            raise item
    wanted = [item for item in data if isinstance(item, LabelData)]
    document = await _rendered(wanted, Format(fmt), Size(size))
    return document.content, document.media_type


async def _rendered(labels: Sequence[LabelData], fmt: Format, size: Size) -> Rendered:
    """A few labels at once: going to a thread and back takes longer than they do."""
    if fmt is Format.PDF and len(labels) <= AT_ONCE:
        return render(labels, fmt, size)
    return await asyncio.to_thread(render, labels, fmt, size)


def _must_be_printable(row: Printable, box: Box) -> None:
    if row.state != "issued":
        raise Conflict(f"the waybill is {row.state}: there is nothing to print")
    if box.hold:
        raise Conflict(f"{box.shipment_no} is on hold (退款拦截中): do not print")


async def mark_printed(
    session: WriteSession, caller: Caller, rows: Sequence[Waybill | Printable]
) -> None:
    """Count a print of these waybills (all of one merchant)."""
    if not rows:
        return
    at = now()
    await session.execute(
        update(Waybill)
        .where(Waybill.merchant_id == rows[0].merchant_id, Waybill.id.in_([r.id for r in rows]))
        .values(printed_at=at, print_count=Waybill.print_count + 1)
    )
    ids = [row.shipment_id for row in rows]
    await shipments.mark_printed(session, rows[0].merchant_id, ids, at, caller.id)


async def create_jobs(
    session: WriteSession, caller: Caller, wish: PrintJobRequest
) -> list[PrintJob]:
    """Queue a batch: one job per merchant, run by a worker.

    Raises:
        NotFound: a box is unknown or not the caller's.
    """
    rows = await shipment_queries.of_ids(session, wish.shipment_ids)
    missing = [i for i in wish.shipment_ids if i not in rows]
    if missing:
        raise NotFound(f"no such shipment: {missing[0]}")
    by_merchant: dict[UUID, list[UUID]] = {}
    for shipment_id in dict.fromkeys(wish.shipment_ids):
        by_merchant.setdefault(rows[shipment_id].merchant_id, []).append(shipment_id)
    made = [await _create(session, caller, wish, m, ids) for m, ids in by_merchant.items()]
    return made


async def _create(
    session: WriteSession,
    caller: Caller,
    wish: PrintJobRequest,
    merchant_id: UUID,
    ids: Sequence[UUID],
) -> PrintJob:
    row = PrintJob(
        merchant_id=merchant_id,
        id=new_id(),
        size=wish.size,
        total=len(ids),
        actor=caller.id,
        courier=wish.courier,
    )
    session.add(row)
    await session.flush()
    await session.execute(
        insert(PrintJobItem),
        [
            {
                "merchant_id": merchant_id,
                "id": new_id(),
                "job_id": row.id,
                "position": position,
                "shipment_id": shipment_id,
            }
            for position, shipment_id in enumerate(ids)
        ],
    )
    account = str(wish.account_id) if wish.account_id else None
    await jobs.defer(
        session,
        "print_job",
        queue="print",
        merchant_id=str(merchant_id),
        job_id=str(row.id),
        account_id=account,
    )
    await session.refresh(row)
    return row


async def run_job(
    context: Context,
    http: httpx.AsyncClient,
    merchant_id: UUID,
    job_id: UUID,
    account_id: UUID | None,
) -> None:
    """Work a print job off: numbers in chunks, then one document. Safe to run again."""
    async with context.database.system() as session:
        job = await queries.job(session, job_id)
        caller = Caller(id=job.actor, name=job.actor, role="merchant", merchant_id=merchant_id)
        items = await queries.job_items(session, job)
        if job.state == "done":
            return
        job.state = "running"
    for start in range(0, len(items), CHUNK):
        chunk = [item for item in items[start : start + CHUNK] if item.state == "queued"]
        await _run_chunk(context, http, caller, job, chunk, account_id)
    await _finish(context, caller, job)


async def _run_chunk(
    context: Context,
    http: httpx.AsyncClient,
    caller: Caller,
    job: PrintJob,
    items: Sequence[PrintJobItem],
    account_id: UUID | None,
) -> None:
    if not items:
        return
    ids = [item.shipment_id for item in items]
    taken = await take(context, http, caller, ids, courier=job.courier, account_id=account_id)
    async with context.database.write((job.merchant_id,)) as session:
        for item, result in zip(items, taken, strict=True):
            error = row_error(result.error) if result.error else None
            values: dict[str, Any] = {"state": "failed" if error else "done"}
            if error:
                values |= {"error_code": error.code, "error_text": error.detail}
            values["waybill_id"] = result.waybill_id
            await session.execute(
                update(PrintJobItem)
                .where(PrintJobItem.merchant_id == job.merchant_id, PrintJobItem.id == item.id)
                .values(**values)
            )
        failed = sum(result.error is not None for result in taken)
        await session.execute(
            update(PrintJob)
            .where(PrintJob.merchant_id == job.merchant_id, PrintJob.id == job.id)
            .values(
                succeeded=PrintJob.succeeded + len(taken) - failed, failed=PrintJob.failed + failed
            )
        )


async def _finish(context: Context, caller: Caller, job: PrintJob) -> None:
    """Render everything that has a number into one document, in the order asked for."""
    async with context.database.read((job.merchant_id,)) as session:
        items = [i for i in await queries.job_items(session, job) if i.state == "done"]
        ids = [item.shipment_id for item in items]
        issued = await queries.issued_of(session, ids)
        asking = await direct.within(session)
        waybills, boxes = await asking.ask(
            queries.printable(asking, [row.id for row in issued.values()]),
            shipments_of(asking, ids),
        )
        printable = {row.shipment_id: row for row in waybills.values()}
        pairs = [(printable[i], boxes[i]) for i in ids if i in printable and not boxes[i].hold]
        data = await labelling.of_boxes(asking, context, pairs)
    labels: list[LabelData] = [d for d in data if isinstance(d, LabelData)]
    printed = [pair[0] for pair, d in zip(pairs, data, strict=True) if isinstance(d, LabelData)]
    key = None
    if labels:
        document = await _rendered(labels, Format.PDF, Size(job.size))
        key = f"print-jobs/{job.merchant_id}/{job.id}.pdf"
        await asyncio.to_thread(context.blobs.put, key, document.content)
    async with context.database.write((job.merchant_id,)) as session:
        await mark_printed(session, caller, printed)
        await session.execute(
            update(PrintJob)
            .where(PrintJob.merchant_id == job.merchant_id, PrintJob.id == job.id)
            .values(state="done", finished_at=now(), label_key=key)
        )


async def account_balances(session: ReadSession) -> dict[UUID, tuple[str, str | None, int | None]]:
    """(courier, branch, balance) by account."""
    rows = await courier_queries.accounts(session)
    return {row.id: (row.courier, row.branch_name, row.balance) for row in rows}


def box_refusal(row: Box) -> tuple[str, str, str] | None:
    """Why a box cannot be printed: (code, zh, en), or None."""
    if row.hold:
        return ("hold", "退款拦截中", "on refund hold")
    if row.milestone != "created" or row.shipped_at is not None:
        return ("shipped", "已发货或已结束", "shipped or over")
    if row.ship_method == "own_number":
        return ("own_number", "已填自有单号", "ships with its own number")
    return None
