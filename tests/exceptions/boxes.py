"""Shipments to test with: planned by the shipments room, then set to the moment of interest."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.ids import new_id
from yichuan.core.log import Entry, append
from yichuan.orders.models import Recipient
from yichuan.shipments import service
from yichuan.shipments.models import Shipment
from yichuan.shipments.values import Plan


async def box(context: Context, merchant_id: UUID, **values: Any) -> UUID:
    """A new shipment of a merchant; `values` overwrite columns of its row."""
    async with context.database.system() as session:
        return await make_box(session, merchant_id, **values)


async def make_box(session: SystemSession, merchant_id: UUID, **values: Any) -> UUID:
    """The same in a session of the test's own."""
    recipient = new_id()
    await session.execute(insert(Recipient).values(merchant_id=merchant_id, id=recipient))
    number = f"SO{recipient.hex[-10:].upper()}"
    plan = Plan(
        merchant_id=merchant_id,
        order_no=number,
        sub_order_no=f"{number}-1",
        recipient_id=recipient,
        lines=(),
        dest_province="浙江省",
        dest_city="杭州市",
        paid_at=now(),
    )
    (shipment_id,) = await service.plan(session, [plan], "test")
    if values:
        await change(session, merchant_id, shipment_id, **values)
    return shipment_id


async def change(
    session: SystemSession, merchant_id: UUID, shipment_id: UUID, **values: Any
) -> None:
    """Set columns of a shipment's row."""
    await session.execute(
        update(Shipment)
        .where(Shipment.merchant_id == merchant_id, Shipment.id == shipment_id)
        .values(**values)
    )


async def tell(
    context: Context,
    merchant_id: UUID,
    shipment_id: UUID,
    *,
    kind: str = "milestone",
    at: datetime | None = None,
    milestone_from: str | None = None,
    **values: Any,
) -> None:
    """Change the row and say so in the log, as the shipments room does after a scan."""
    at = at or now()
    async with context.database.system() as session:
        await change(session, merchant_id, shipment_id, **values)
        await append(
            session,
            [
                Entry(
                    topic="shipment",
                    kind=kind,
                    merchant_id=merchant_id,
                    shipment_id=shipment_id,
                    milestone_from=milestone_from,
                    milestone=values.get("milestone"),
                    detail=values.get("detail"),
                    occurred_at=at,
                )
            ],
        )
