"""Boxes that wait for the courier → bookings: one visit per merchant and courier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import httpx

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import ReadSession
from yichuan.core.direct import reading
from yichuan.core.errors import Conflict, Invalid, NotFound, YichuanError
from yichuan.core.ids import new_id
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.scope import scoped
from yichuan.shipments import queries as shipments
from yichuan.shipments.boxes import Box
from yichuan.shipments.boxes import boxes as boxes_of
from yichuan.shipments.queries import Shipment
from yichuan.waybills import pickups
from yichuan.waybills.models import Pickup
from yichuan.waybills.parties import Parties, gather
from yichuan.waybills.pickups import CONSOLE, OPEN, Wanted

LONGEST: Final = 60
MAX_GOODS: Final = 20


@dataclass(frozen=True, slots=True)
class Window:
    """When somebody is there to give the parcels away; aware."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    remark: str = ""

    def check(self) -> None:
        """Raise what cannot be meant.

        Raises:
            Invalid: it ends before it begins, or is over.
        """
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise Invalid("the pickup ends before it begins (取件时间段有误)", field="ends_at")
        last = self.ends_at or self.starts_at
        if last is not None and last < now():
            raise Invalid("the pickup's time is over (取件时间已过)", field="ends_at")


@dataclass(frozen=True, slots=True)
class Visit:
    """One courier asked to come to one merchant, and for which boxes."""

    merchant_id: UUID
    courier: str
    shipment_ids: tuple[UUID, ...]
    pickup: Pickup | None = None
    error: YichuanError | None = None


async def book(
    context: Context,
    http: httpx.AsyncClient,
    caller: Caller,
    shipment_ids: Sequence[UUID],
    window: Window,
    key: str | None,
) -> list[Visit]:
    """Have the couriers of these boxes come; one booking per merchant and courier.

    A box that is awaited by an open booking is not booked again. The same key does nothing twice.

    Raises:
        Invalid: the window cannot be meant.
        NotFound: a box is unknown or not the caller's.
    """
    window.check()
    merchants = visible_merchants(caller)
    async with context.database.read(merchants) as session:
        rows = await shipments.of_ids(session, shipment_ids)
        missing = [str(i) for i in shipment_ids if i not in rows]
        if missing:
            raise NotFound(f"no such shipment: {', '.join(missing[:5])}")
        awaited = await _awaited(session, list(rows.values()))
    async with reading(context.database, merchants) as asking:
        (found,) = await asking.ask(boxes_of(asking, shipment_ids))
        parties = await gather(asking, context.vault, list(found.values()))
    groups: dict[tuple[UUID, str], list[Shipment]] = {}
    visits: list[Visit] = []
    for row in (rows[i] for i in dict.fromkeys(shipment_ids)):
        error = _refusal(row, parties[row.id], awaited)
        if error is not None:
            visits.append(Visit(row.merchant_id, row.courier or "", (row.id,), error=error))
        else:
            groups.setdefault((row.merchant_id, row.courier or ""), []).append(row)
    for (merchant_id, courier), members in groups.items():
        code = f"{key or new_id().hex}/{courier}"[:LONGEST]
        whole = _wanted(code, courier, members, found, parties, window)
        visits.append(await _visit(context, http, merchant_id, members, whole))
    return visits


async def _visit(
    context: Context,
    http: httpx.AsyncClient,
    merchant_id: UUID,
    members: Sequence[Shipment],
    wanted: Wanted,
) -> Visit:
    visit = Visit(merchant_id, wanted.courier, tuple(row.id for row in members))
    try:
        row, _ = await pickups.book(
            context, http, merchant_id=merchant_id, key_id=None, call=CONSOLE, wanted=wanted
        )
    except YichuanError as error:
        return replace(visit, error=error)
    return replace(visit, pickup=row)


async def _awaited(session: ReadSession, rows: Sequence[Shipment]) -> set[str]:
    """Numbers among these that an open booking already waits with."""
    numbers = [row.waybill_number for row in rows if row.waybill_number]
    if not numbers:
        return set()
    open_ones = await session.scalars(
        scoped(session, Pickup).where(Pickup.state.in_(OPEN), Pickup.numbers.overlap(numbers))
    )
    return {number for pickup in open_ones for number in pickup.numbers}


def _refusal(
    row: Shipment, parties: Parties | YichuanError, awaited: set[str]
) -> YichuanError | None:
    if row.courier is None or row.waybill_number is None:
        return Conflict(f"{row.shipment_no} has no number yet (先取号，再预约取件)")
    if row.milestone != "created":
        return Conflict(f"{row.shipment_no} was collected or is over (已揽收或已结束)")
    if row.waybill_number in awaited:
        return Conflict(f"{row.shipment_no} is awaited by a pickup already (已预约取件)")
    return parties if isinstance(parties, YichuanError) else None


def _wanted(
    code: str,
    courier: str,
    members: Sequence[Shipment],
    boxes: dict[UUID, Box],
    parties: dict[UUID, Parties | YichuanError],
    window: Window,
) -> Wanted:
    people = [p for row in members if isinstance(p := parties[row.id], Parties)]
    numbers = tuple(row.waybill_number for row in members if row.waybill_number)
    weights = [boxes[row.id].weight_g for row in members]
    known = [weight for weight in weights if weight is not None]
    return Wanted(
        order_code=code,
        courier=courier,
        sender=people[0].sender,
        receiver=people[0].receiver,
        goods=tuple(goods for one in people for goods in one.goods)[:MAX_GOODS],
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        weight_g=sum(known) if len(known) == len(weights) else None,
        pieces=sum(max(boxes[row.id].pieces, 1) for row in members),
        number=numbers[0] if len(numbers) == 1 else "",
        numbers=numbers,
        remark=window.remark,
    )
