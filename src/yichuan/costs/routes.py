"""Couriers' bills over HTTP: for operators only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from yichuan.core.errors import Conflict
from yichuan.core.export import download, kilograms, yuan
from yichuan.core.money import Money, cny
from yichuan.core.pagination import MAX_LIMIT, Page, number_cursor, read_number_cursor
from yichuan.costs import queries, service
from yichuan.costs.models import Bill, BillFinding, BillLine
from yichuan.costs.schemas import (
    BillLineView,
    BillView,
    CostTotal,
    CostTotals,
    FindingView,
    Reason,
    ReconciledView,
    SuggestedCard,
    SuggestedRow,
)
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.rating import service as rating
from yichuan.rating.reconcile import REASONS

router = APIRouter(tags=["costs"])
Month = Annotated[str | None, Query(pattern=r"^\d{6}$", description="yyyymm")]


def _fen(amount: int) -> Money:
    return Money(amount_minor=amount)


@router.get("/bills")
async def list_bills(
    caller: CallerDep,
    session: ReadDep,
    courier: str | None = None,
    period: Month = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[BillView]:
    """Couriers' bills 账单, the latest month first."""
    caller.require("operator")
    rows, following = await queries.listing(
        session, courier=courier, period=period, limit=limit, cursor=cursor
    )
    findings = await queries.findings(session, [row.id for row in rows])
    return Page(items=[_bill(row, findings[row.id]) for row in rows], next_cursor=following)


@router.get("/bills/totals")
async def bill_totals(
    caller: CallerDep, session: ReadDep, period_from: Month = None, period_to: Month = None
) -> CostTotals:
    """What couriers billed and what was to be expected, by month and courier."""
    caller.require("operator")
    rows = await queries.totals(session, period_from, period_to)
    return CostTotals(
        items=[
            CostTotal(
                period=row.period,
                courier=row.courier,
                bills=row.bills,
                lines=row.lines,
                explained=row.explained,
                payable=_fen(row.payable_minor),
                expected=_fen(row.expected_minor),
                difference=_fen(row.difference_minor),
                claim=_fen(row.claim_minor),
            )
            for row in rows
        ]
    )


@router.post("/bills/reconcile")
async def reconcile_bills(caller: CallerDep, context: ContextDep) -> ReconciledView:
    """对账: check every bill again whose lines changed since it was checked."""
    caller.require("operator")
    async with context.database.system() as session:
        done = await service.reconcile_bills(session)
        await identity.audit(session, caller, "bills.reconciled", "bills", None, lines=done.lines)
    return _reconciled(done)


@router.get("/bills/{bill_id}")
async def get_bill(caller: CallerDep, session: ReadDep, bill_id: UUID) -> BillView:
    """One bill with its findings."""
    caller.require("operator")
    bill = await queries.get(session, bill_id)
    return _bill(bill, (await queries.findings(session, [bill_id]))[bill_id])


@router.post("/bills/{bill_id}/reconcile")
async def reconcile_bill(caller: CallerDep, context: ContextDep, bill_id: UUID) -> ReconciledView:
    """对账: check one bill again, after rate cards or shipments changed."""
    caller.require("operator")
    async with context.database.system() as session:
        bill = await queries.get(session, bill_id)
        done = await service.reconcile_bills(session, [bill.id])
        await identity.audit(session, caller, "bill.reconciled", str(bill_id), None)
    return _reconciled(done)


@router.get("/bills/{bill_id}/suggested-card")
async def suggested_card(caller: CallerDep, context: ContextDep, bill_id: UUID) -> SuggestedCard:
    """A cost card guessed from the bill's own lines, for a courier nobody has a card of."""
    caller.require("operator")
    async with context.database.system() as session:
        name, learned = await service.suggest_card(session, bill_id)
        bill = await queries.get(session, bill_id)
    return SuggestedCard(
        card=name,
        courier=bill.courier,
        valid_from=learned.rows[0].valid_from if learned.rows else None,
        lines=learned.lines,
        reproduced=learned.reproduced,
        rows=[
            SuggestedRow(
                province=row.dest_province or "",
                first=_fen(row.first_price_fen or 0),
                step=cny(row.step_price_fen),
            )
            for row in learned.rows
        ],
    )


@router.post("/bills/{bill_id}/suggested-card", status_code=201)
async def accept_suggested_card(
    caller: CallerDep, context: ContextDep, bill_id: UUID
) -> ReconciledView:
    """Store the guessed card (a card of the same name is replaced) and check the bill again."""
    caller.require("operator")
    async with context.database.system() as session:
        name, learned = await service.suggest_card(session, bill_id)
        if not learned.rows:
            raise Conflict("no province of the bill follows a tariff: upload the contract's card")
        await rating.store(session, learned.rows)
        done = await service.reconcile_bills(session, [bill_id])
        await identity.audit(session, caller, "rate_card.stored", str(bill_id), None, name=name)
    return _reconciled(done)


@router.get("/bills/{bill_id}/lines")
async def list_bill_lines(
    caller: CallerDep,
    session: ReadDep,
    bill_id: UUID,
    reason: Reason | None = None,
    different: Annotated[bool, Query(description="only lines that do not match")] = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[BillLineView]:
    """Lines of a bill in their order."""
    caller.require("operator")
    await queries.get(session, bill_id)
    after = 0 if cursor is None else read_number_cursor(cursor)
    rows = await queries.lines(
        session, bill_id, reason=reason, different=different, limit=limit + 1, after=after
    )
    following = number_cursor(rows[limit - 1].line_no) if len(rows) > limit else None
    return Page(items=[_line(row) for row in rows[:limit]], next_cursor=following)


TITLES = (
    "行号",
    "包裹号",
    "运单号",
    "发货时间",
    "目的省",
    "目的市",
    "称重(kg)",
    "计费重量(kg)",
    "应计重量(kg)",
    "运费",
    "附加费/折扣",
    "应付",
    "预期",
    "差额",
    "原因",
    "可申诉",
    "说明",
)


@router.get("/bills/{bill_id}/differences.csv", response_class=StreamingResponse)
async def download_differences(
    caller: CallerDep, context: ContextDep, session: ReadDep, bill_id: UUID
) -> StreamingResponse:
    """The lines that do not match, as a table to send to the courier."""
    caller.require("operator")
    bill = await queries.get(session, bill_id)

    async def batches() -> AsyncIterator[Iterable[list[object]]]:
        async for lines in queries.differences(context.database, bill_id):
            yield [_cells(line) for line in lines]

    return download(f"{bill.courier}-{bill.bill_no}-differences.csv", TITLES, batches())


def _cells(line: BillLine) -> list[object]:
    reason = REASONS.get(line.reason or "")
    return [
        line.line_no,
        line.shipment_no,
        line.waybill_number,
        line.shipped_at,
        line.dest_province,
        line.dest_city or line.dest_area,
        kilograms(line.raw_weight_g),
        kilograms(line.billed_weight_g),
        kilograms(line.chargeable_weight_g),
        yuan(line.fee_minor),
        yuan(line.adjustment_minor),
        yuan(line.payable_minor),
        yuan(line.expected_minor),
        yuan(line.difference_minor),
        reason.zh if reason else None,
        "是" if reason and reason.claim else "否",
        line.note_zh,
    ]


def _bill(row: Bill, findings: list[BillFinding]) -> BillView:
    return BillView(
        id=row.id,
        courier=row.courier,
        bill_no=row.bill_no,
        period=row.period,
        lines=row.lines,
        explained=row.explained,
        payable=_fen(row.payable_minor),
        expected=_fen(row.expected_minor),
        difference=_fen(row.difference_minor),
        claim=_fen(row.claim_minor),
        reconciled_at=row.reconciled_at,
        created_at=row.created_at,
        findings=[_finding(found) for found in findings],
    )


def _finding(row: BillFinding) -> FindingView:
    reason = REASONS[row.reason]
    return FindingView(
        reason=row.reason,
        zh=reason.zh,
        en=reason.en,
        explained=reason.explained,
        claim=reason.claim,
        lines=row.lines,
        payable=_fen(row.payable_minor),
        expected=_fen(row.expected_minor),
        difference=_fen(row.difference_minor),
    )


def _line(row: BillLine) -> BillLineView:
    reason = REASONS.get(row.reason or "")
    plain = {
        name: getattr(row, name)
        for name in BillLineView.model_fields
        if name in BillLine.__table__.columns
    }
    return BillLineView(
        **plain,
        fee=cny(row.fee_minor),
        adjustment=cny(row.adjustment_minor),
        payable=_fen(row.payable_minor),
        expected=cny(row.expected_minor),
        difference=cny(row.difference_minor),
        reason_zh=reason.zh if reason else None,
        reason_en=reason.en if reason else None,
        claim=bool(reason and reason.claim),
    )


def _reconciled(done: service.Reconciled) -> ReconciledView:
    return ReconciledView(
        bills=done.bills,
        lines=done.lines,
        explained=done.explained,
        claim=_fen(done.claim_minor),
        delivered=done.delivered,
    )
