"""A shipment's numbers over HTTP: all of them, further ones by hand, doubts settled."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from yichuan.couriers.recognise import recognise
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.shipments import queries as shipments
from yichuan.tracking import further as tracking
from yichuan.tracking.values import Leg
from yichuan.waybills import further
from yichuan.waybills.further import Way
from yichuan.waybills.schemas import CourierCode, WaybillNumber

router = APIRouter(tags=["shipments"])
CANDIDATES = 5


class NumberView(BaseModel):
    """A number of a shipment."""

    model_config = ConfigDict(from_attributes=True)

    courier: str
    number: str
    leg: Leg
    by: Literal["waybill", "scan", "hand"]
    """Our waybill, a scan that named it, or a person: those two can be taken off."""
    actor: str | None
    milestone: str
    last_event_at: datetime | None
    bound_at: datetime


class DoubtView(BaseModel):
    """A number that a scan names and a person must settle."""

    number: str
    couriers: list[str]
    """Whose it may be, the likeliest first."""
    leg: Leg | None
    from_courier: str
    from_number: str
    said: str
    named_at: datetime


class Numbers(BaseModel):
    """All numbers of a shipment."""

    items: list[NumberView]
    doubts: list[DoubtView]


class FurtherNumber(BaseModel):
    """A further number; without `courier` it is recognised, and refused where that is in doubt."""

    number: WaybillNumber
    way: Way
    """next: the parcel goes on under it (转单); return: its way back; piece: one more box."""
    courier: CourierCode | None = None


class ThisNumber(BaseModel):
    """One of the shipment's numbers."""

    courier: CourierCode
    number: WaybillNumber


class NamedNumber(BaseModel):
    """A number in doubt."""

    number: WaybillNumber


class AddedNumber(BaseModel):
    """What the shipment has now."""

    model_config = ConfigDict(from_attributes=True)

    courier: str
    number: str
    leg: Leg


@router.get("/shipments/{shipment_id}/numbers")
async def shipment_numbers(session: ReadDep, shipment_id: UUID) -> Numbers:
    """Every number the shipment travels under, and those a scan names in doubt."""
    box = await shipments.get(session, shipment_id)
    return Numbers(
        items=[
            _number(one, own=(one.courier, one.number) == (box.courier, box.waybill_number))
            for one in await tracking.numbers(session, box.merchant_id, box.id)
        ],
        doubts=[_doubt(one) for one in await tracking.doubts(session, box.merchant_id, box.id)],
    )


def _number(one: tracking.Number, *, own: bool) -> NumberView:
    """`own`: the shipment was shipped under it, however that came to be known."""
    view = NumberView.model_validate(one)
    return view.model_copy(update={"by": "waybill"}) if own else view


def _doubt(one: tracking.Doubt) -> DoubtView:
    couriers = [found.courier for found in recognise(one.number).candidates[:CANDIDATES]]
    if one.courier is not None:
        couriers = [one.courier, *(code for code in couriers if code != one.courier)]
    return DoubtView(
        number=one.number,
        couriers=couriers,
        leg=one.leg,
        from_courier=one.from_courier,
        from_number=one.from_number,
        said=one.said,
        named_at=one.named_at,
    )


@router.post("/shipments/{shipment_id}/numbers", status_code=201)
async def add_number(
    shipment_id: UUID,
    wish: FurtherNumber,
    caller: CallerDep,
    context: ContextDep,
    response: Response,
) -> AddedNumber:
    """追加运单号: the shipment goes on, comes back, or has one more box under a number. It is
    followed from now on; 200: the shipment had it. Adopts a number that was in doubt."""
    added = await further.add(context, caller, shipment_id, wish.number, wish.courier, wish.way)
    response.status_code = 201 if added.new else 200
    return AddedNumber.model_validate(added)


@router.post("/shipments/{shipment_id}/numbers/remove", status_code=204)
async def remove_number(
    shipment_id: UUID, wish: ThisNumber, caller: CallerDep, context: ContextDep
) -> None:
    """Undo: take off a number that a person or a scan bound."""
    await further.remove(context, caller, shipment_id, wish.courier, wish.number)


@router.post("/shipments/{shipment_id}/numbers/dismiss", status_code=204)
async def dismiss_number(
    shipment_id: UUID, wish: NamedNumber, caller: CallerDep, context: ContextDep
) -> None:
    """忽略: a number that a scan names in doubt is none of this shipment's."""
    await further.dismiss(context, caller, shipment_id, wish.number)
