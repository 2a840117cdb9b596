"""追加运单号: a person binds a further number to a shipment, takes one off, or settles a doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.errors import Conflict, Invalid
from yichuan.couriers import queries as courier_queries
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.shipments import further as boxes
from yichuan.shipments import queries as shipments
from yichuan.shipments.queries import Shipment
from yichuan.tracking import further
from yichuan.tracking.values import Leg, NewBinding, normal_number
from yichuan.waybills.choosing import choose_couriers
from yichuan.waybills.service import people
from yichuan.waybills.values import OwnNumber

Way = Literal["next", "return", "piece"]
LEGS: Final[dict[Way, Leg]] = {"next": "out", "return": "return", "piece": "piece"}


@dataclass(frozen=True, slots=True)
class Added:
    """A number that the shipment has now."""

    courier: str
    number: str
    leg: Leg
    new: bool


async def add(
    context: Context, caller: Caller, shipment_id: UUID, number: str, courier: str | None, way: Way
) -> Added:
    """Bind a further number; without a courier it is recognised. Repeating it is harmless.

    Raises:
        NotFound: no such shipment, or not the caller's.
        Invalid: the courier is unknown, or the number leaves it in doubt.
        Conflict: another merchant's number, a waybill's of this shipment, or nothing was shipped.
    """
    number, leg = normal_number(number), LEGS[way]
    async with context.database.read(visible_merchants(caller)) as session:
        box = await shipments.get(session, shipment_id)
        row = OwnNumber(order_no="", courier=courier, number=number, shipment_id=shipment_id)
        (choice,) = await choose_couriers(session, [row], box.merchant_id)
    if choice.courier is None:
        raise Invalid(choice.doubt, field="courier")
    if box.waybill_number is None:
        raise Conflict(f"{box.shipment_no} has no number to begin with (请先发货)")
    async with context.database.system() as session:
        known = await people(session, context.vault, [box.id])
        line = await courier_queries.tracking_connection(
            session, box.merchant_id, choice.courier, "subscribe"
        )
        wanted = NewBinding(
            merchant_id=box.merchant_id,
            shipment_id=box.id,
            courier=choice.courier,
            number=number,
            leg=leg,
            connection_id=line.id if line else None,
            phone_last4=known[box.id].phone_tail,
            subscribe=True,
        )
        new = await further.add(session, context.vault, wanted, "hand", caller.id)
        if new:
            detail = {"courier": choice.courier, "number": number, "leg": leg}
            await boxes.added(session, box.merchant_id, box.id, detail, caller.id)
            await _audit(session, caller, "added", box, detail)
    return Added(choice.courier, number, leg, new)


async def remove(
    context: Context, caller: Caller, shipment_id: UUID, courier: str, number: str
) -> None:
    """Undo: take a number off that a person or a scan bound.

    Raises:
        NotFound: no such shipment, or it does not have the number.
        Conflict: it is a waybill's.
    """
    box = await _box(context, caller, shipment_id)
    detail = {"courier": courier, "number": normal_number(number)}
    if detail["number"] == box.waybill_number and courier == box.courier:
        raise Conflict(
            f"{box.shipment_no} was shipped under it: cancel that instead (请改为作废单号)"
        )
    async with context.database.system() as session:
        key = (box.merchant_id, box.id)
        await further.remove(session, key, courier, number, caller.id)
        heard = await further.heard(session, key)
        await boxes.removed(session, *key, detail, caller.id, heard=heard)
        await _audit(session, caller, "removed", box, detail)


async def dismiss(context: Context, caller: Caller, shipment_id: UUID, number: str) -> None:
    """忽略: a number that a scan names in doubt is none of this shipment's.

    Raises:
        NotFound: no such shipment, or nothing is in doubt about the number.
    """
    box = await _box(context, caller, shipment_id)
    async with context.database.system() as session:
        if await further.dismiss(session, (box.merchant_id, box.id), number, caller.id):
            await _audit(session, caller, "dismissed", box, {"number": normal_number(number)})


async def _box(context: Context, caller: Caller, shipment_id: UUID) -> Shipment:
    async with context.database.read(visible_merchants(caller)) as session:
        return await shipments.get(session, shipment_id)


async def _audit(
    session: SystemSession, caller: Caller, act: str, box: Shipment, detail: dict[str, str]
) -> None:
    await identity.audit(session, caller, f"number.{act}", str(box.id), box.merchant_id, **detail)
