"""Pickups 预约取件 over HTTP: booked by our own people here, by malls through the KDNiao door."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query

from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.core.rows import row_error
from yichuan.gateway.kdniao.pushing import PICKUP, put_thing
from yichuan.gateway.schemas import (
    PickupBooking,
    PickupChange,
    PickupsBooked,
    PickupState,
    PickupView,
    PickupVisit,
    Reason,
)
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, HttpDep, ReadDep, WriteDep
from yichuan.waybills import pickups, visits
from yichuan.waybills.visits import Visit, Window

router = APIRouter(tags=["pickups"])
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=40)]


@router.get("/pickups")
async def list_pickups(
    session: ReadDep,
    state: PickupState | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[PickupView]:
    """Pickups booked with couriers 预约取件, newest first."""
    rows, following = await pickups.listing(session, state, limit, cursor)
    return Page(items=[PickupView.model_validate(row) for row in rows], next_cursor=following)


@router.post("/pickups", status_code=201)
async def book_pickups(
    wish: PickupBooking, caller: CallerDep, context: ContextDep, http: HttpDep, key: Key = None
) -> PickupsBooked:
    """Have the couriers of these boxes come: one booking per merchant and courier.

    Boxes that cannot be booked are answered with their reason; the rest is booked. The same
    Idempotency-Key sends nobody twice.
    """
    caller.require("operator", "merchant")
    window = Window(wish.starts_at, wish.ends_at, wish.remark)
    found = await visits.book(context, http, caller, wish.shipment_ids, window, key)
    return PickupsBooked(items=[_visit(one) for one in found])


def _visit(one: Visit) -> PickupVisit:
    return PickupVisit(
        merchant_id=one.merchant_id,
        courier=one.courier,
        shipment_ids=list(one.shipment_ids),
        pickup=PickupView.model_validate(one.pickup) if one.pickup else None,
        error=row_error(one.error) if one.error else None,
    )


@router.post("/pickups/{pickup_id}/again")
async def book_pickup_again(
    pickup_id: UUID, caller: CallerDep, context: ContextDep, http: HttpDep
) -> PickupView:
    """Ask once more after a refusal or a lost answer, under the same reference at the courier."""
    caller.require("operator", "merchant")
    return PickupView.model_validate(await pickups.again(context, http, caller, pickup_id))


@router.post("/pickups/{pickup_id}/cancel")
async def cancel_pickup(
    pickup_id: UUID, wish: Reason, caller: CallerDep, context: ContextDep, http: HttpDep
) -> PickupView:
    """Take a booking back, at the courier first; the program that made it is told."""
    caller.require("operator", "merchant")
    row = await pickups.cancel(context, http, caller, pickup_id, wish.reason)
    if row.key_id is not None:
        async with context.database.write(visible_merchants(caller)) as session:
            await put_thing(session, row.key_id, row.merchant_id, PICKUP, row.id)
    return PickupView.model_validate(row)


@router.post("/pickups/{pickup_id}/state")
async def change_pickup(
    pickup_id: UUID, wish: PickupChange, caller: CallerDep, session: WriteDep
) -> PickupView:
    """Note who comes, that the parcels were collected, or that nobody comes (operators)."""
    caller.require("operator")
    picker = {"name": wish.picker_name, "phone": wish.picker_phone, "code": wish.pickup_code}
    named = {key: value for key, value in picker.items() if value}
    row = await pickups.change(session, pickup_id, wish.state, named)
    if row.key_id is not None:
        await put_thing(session, row.key_id, row.merchant_id, PICKUP, row.id)
    return PickupView.model_validate(row)
