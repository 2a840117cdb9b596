"""Orders over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse
from psycopg.errors import UniqueViolation
from pydantic import BaseModel, Field

from yichuan.core import idempotency
from yichuan.core.context import Context
from yichuan.core.direct import Direct, writing
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.orders import phones, placing, queries, service
from yichuan.orders.models import Recipient
from yichuan.orders.schemas import (
    LineView,
    OrderBatch,
    OrderIn,
    PhoneRefresh,
    Placed,
    PlacedRows,
    Reason,
    RecipientClear,
    RecipientIn,
    RecipientView,
    ShipmentRef,
    SubOrderDetail,
    SubOrderRow,
    SubOrderState,
)
from yichuan.regions.parse import parse_address
from yichuan.shipments import queries as shipments

router = APIRouter(tags=["orders"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


TRIES = 3


async def _taken_in(
    context: Context, caller: Caller, act: Callable[[Direct], Awaitable[JSONResponse]]
) -> JSONResponse:
    """Take orders in. Where a twin request wins the race for a number, look again: it is known."""
    for _ in range(TRIES):
        try:
            async with writing(context.database, visible_merchants(caller)) as direct:
                return await act(direct)
        except UniqueViolation:
            continue
    raise Conflict("an order with this sub-order number was taken a moment ago")


@router.post("/orders", status_code=201, response_model=Placed)
async def place_order(
    order: OrderIn, caller: CallerDep, context: ContextDep, key: Key = None
) -> JSONResponse:
    """Take one order in. 409 when one of its sub-order numbers was taken before."""

    async def act(direct: Direct) -> JSONResponse:
        known = await idempotency.replay(direct, caller.id, key, order.model_dump_json().encode())
        if known is not None:
            return JSONResponse(known[1], known[0])
        placed = await placing.place_one(direct, context.vault, caller, order)
        answer = placed.model_dump(mode="json")
        await idempotency.remember(direct, caller.id, key, 201, answer)
        return JSONResponse(answer, 201)

    return await _taken_in(context, caller, act)


@router.post("/orders/batch", response_model=PlacedRows)
async def place_orders(
    batch: OrderBatch, caller: CallerDep, context: ContextDep, key: Key = None
) -> JSONResponse:
    """Take up to 500 orders in; each row gets its own answer."""

    async def act(direct: Direct) -> JSONResponse:
        known = await idempotency.replay(direct, caller.id, key, batch.model_dump_json().encode())
        if known is not None:
            return JSONResponse(known[1], known[0])
        rows = await placing.place(direct, context.vault, caller, batch.orders)
        answer = PlacedRows(items=rows).model_dump(mode="json")
        await idempotency.remember(direct, caller.id, key, 200, answer)
        return JSONResponse(answer)

    return await _taken_in(context, caller, act)


@router.get("/orders")
async def list_orders(
    session: ReadDep,
    merchant_id: UUID | None = None,
    state: SubOrderState | None = None,
    q: Annotated[str | None, Query(max_length=64, description="an order number")] = None,
    placed_from: datetime | None = None,
    placed_to: datetime | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[SubOrderRow]:
    """Sub-orders, newest first."""
    rows, following = await queries.listing(
        session,
        merchant_id=merchant_id,
        state=state,
        q=q,
        placed_from=placed_from,
        placed_to=placed_to,
        limit=limit,
        cursor=cursor,
    )
    return Page(items=[SubOrderRow.model_validate(r) for r in rows], next_cursor=following)


def recipient_view(row: Recipient) -> RecipientView:
    """A recipient row as shown by default: masked."""
    return RecipientView(
        name=row.name_masked,
        phone=row.phone_masked,
        phone_valid_until=row.phone_valid_until,
        province=row.province,
        city=row.city,
        district=row.district,
        erased=row.erased_at is not None,
    )


@router.get("/orders/{sub_order_id}")
async def get_order(session: ReadDep, sub_order_id: UUID) -> SubOrderDetail:
    """One sub-order with lines, recipient (masked), boxes and siblings."""
    row = await queries.get(session, sub_order_id)
    recipient = (await queries.recipients(session, [row.recipient_id]))[row.recipient_id]
    boxes = await shipments.of_sub_order(session, row.merchant_id, row.id)
    others = await queries.siblings(session, row)
    return SubOrderDetail(
        **SubOrderRow.model_validate(row).model_dump(),
        lines=[LineView.model_validate(li) for li in await queries.lines(session, row)],
        recipient=recipient_view(recipient),
        shipments=[ShipmentRef.model_validate(box) for box in boxes],
        siblings=[SubOrderRow.model_validate(other) for other in others],
    )


@router.post("/orders/{sub_order_id}/hold")
async def hold_order(
    sub_order_id: UUID, why: Reason, caller: CallerDep, session: WriteDep
) -> SubOrderRow:
    """Stop a sub-order before printing (拦截)."""
    row = await service.hold(session, caller, sub_order_id, why.reason)
    return SubOrderRow.model_validate(row)


@router.post("/orders/{sub_order_id}/release")
async def release_order(sub_order_id: UUID, caller: CallerDep, session: WriteDep) -> SubOrderRow:
    """Let a held sub-order go on."""
    return SubOrderRow.model_validate(await service.release(session, caller, sub_order_id))


@router.post("/orders/{sub_order_id}/cancel")
async def cancel_order(
    sub_order_id: UUID, why: Reason, caller: CallerDep, session: WriteDep
) -> SubOrderRow:
    """Cancel a sub-order that was not shipped."""
    row = await service.cancel(session, caller, sub_order_id, why.reason)
    return SubOrderRow.model_validate(row)


@router.post("/orders/{sub_order_id}/address")
async def change_order_address(
    sub_order_id: UUID,
    wish: RecipientIn,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> SubOrderRow:
    """Send a sub-order elsewhere, as long as its box has no waybill."""
    row = await service.change_address(session, context.vault, caller, sub_order_id, wish)
    return SubOrderRow.model_validate(row)


@router.put("/orders/{sub_order_id}/recipient-phone")
async def refresh_recipient_phone(
    sub_order_id: UUID,
    wish: PhoneRefresh,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> RecipientView:
    """刷新虚拟号: a new (virtual) number for the recipient, also when the box is on its way."""
    return recipient_view(
        await phones.refresh_phone(session, context.vault, caller, sub_order_id, wish)
    )


class RevealRequest(BaseModel):
    """Why someone looks at personal data."""

    purpose: Annotated[str, Field(min_length=2, max_length=100)]


@router.post("/shipments/{shipment_id}/recipient")
async def reveal_recipient(
    shipment_id: UUID,
    why: RevealRequest,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> RecipientClear:
    """A shipment's recipient in clear; the look is written to the audit log."""
    row = await shipments.get(session, shipment_id)
    return await service.reveal(session, context.vault, caller, row.recipient_id, why.purpose)


@router.post("/shipments/{shipment_id}/recipient/erase", status_code=204)
async def erase_recipient(shipment_id: UUID, caller: CallerDep, session: WriteDep) -> None:
    """Erase a shipment's recipient for good (operators)."""
    caller.require("operator")
    row = await shipments.get(session, shipment_id)
    await service.erase_recipient(session, caller, row.recipient_id)


class PastedAddress(BaseModel):
    """A pasted text with a name, a phone and an address in it."""

    raw: Annotated[str, Field(min_length=1, max_length=1000)]


class ParsedAddressView(BaseModel):
    """What was found in it; `confidence` from 0 to 1."""

    name: str | None
    phone: str | None
    province: str | None
    city: str | None
    district: str | None
    street: str | None
    detail: str | None
    adcode: str | None
    confidence: float
    filled: Annotated[
        list[str], Field(description="levels completed or inferred, not written in the text")
    ]
    warnings: Annotated[
        list[str], Field(description="`old_name: …`, `ambiguous: …`, `conflict: …`, `inferred: …`")
    ]


@router.post("/addresses/parse")
async def parse_pasted_address(text: PastedAddress, caller: CallerDep) -> ParsedAddressView:
    """智能地址解析: name, phone and address from a pasted text."""
    found = parse_address(text.raw)
    if found is None:
        raise NotFound("nothing recognised")
    return ParsedAddressView(
        name=found.name,
        phone=found.phone,
        province=found.province,
        city=found.city,
        district=found.district,
        street=found.street,
        detail=found.detail,
        adcode=found.adcode,
        confidence=found.confidence,
        filled=list(found.filled),
        warnings=list(found.warnings),
    )
