"""A parcel that goes on under another number stays the same parcel.

If these break, a buyer whose parcel was handed to another courier sees it stand still for ever, or
a text opens another merchant's parcel.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import Line, make_line
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, queries, service
from yichuan.tracking.batch import Source
from yichuan.tracking.handover import Next, next_number
from yichuan.tracking.values import NewBinding

HOUR = timedelta(hours=1)
START = now().replace(microsecond=0) - 90 * HOUR


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("快件已转交圆通派送，新单号YT8800000000177", Next("YTO", "YT8800000000177", "out")),
        ("已转单，转单号：773012345678901", Next("STO", "773012345678901", "out")),
        ("快件已转交邮政EMS派送，新单号为：1180012345678", Next("EMS", "1180012345678", "out")),
        ("退回件已换单，退回单号【SF1234567890123】", Next("SF", "SF1234567890123", "return")),
        ("快件已退回/转寄,新单号为: SF1234567890123", None),
        ("快件已转交其他快递派送，新单号1180012345678", None),
        ("运单号SF1234567890123已揽收", None),
        ("新单号SF000", None),
        ("已转交，请联系13800000000", None),
    ],
)
def test_the_number_a_scan_names(words: str, found: Next | None) -> None:
    """Where the courier or the direction is in doubt, none."""
    assert next_number(words) == found


async def told(context: Context, line: Line, key: tuple[str, str], *rows: tuple[int, str]) -> None:
    events = tuple(CourierEvent(START + hours * HOUR, words) for hours, words in rows)
    await ingest.merge_updates(context, Source("kdniao", line.id), [TrackUpdate(*key, events)])


async def flow(context: Context) -> None:
    names = {"shipments.state", "tracking.handovers", "shipments.numbers"}
    for _ in range(2):
        await drain(context.database, [c for c in CONSUMERS if c.name in names])


async def milestone(context: Context, shipment_id: UUID) -> str:
    async with context.database.system() as session:
        found = await session.scalar(
            text("SELECT milestone FROM shipments WHERE id = :id"), {"id": shipment_id}
        )
    return str(found)


async def found_by(tenant: Tenant, number: str) -> list[str]:
    """What a search for a number finds."""
    answer = await tenant.client.get("/api/v1/shipments", params={"q": number})
    return [row["id"] for row in answer.json()["items"]]


async def bound(context: Context, merchant_id: UUID, shipment: UUID, courier: str, n: str) -> None:
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(merchant_id, shipment, courier, n)])


@pytest.mark.parametrize("first", ["number", "scans"])
async def test_handed_to_another_courier_and_signed_there(
    context: Context, alpha: Tenant, beta: Tenant, first: str
) -> None:
    """Whether the shipment knows its number before the scans or after them: one parcel, asked for
    and found under the new number, and told as one story."""
    line, shipment = await make_line(context), await box(context, alpha.id)
    tail = "1" if first == "number" else "2"
    old, new = ("ZTO", f"7840000000000{tail}"), ("YTO", f"YT880000000017{tail}")
    if first == "number":
        await bound(context, alpha.id, shipment, *old)
    handed = f"快件已转交圆通派送，新单号{new[1]}"
    await told(context, line, old, (0, "【甲市】已揽收"), (9, handed), (10, "运输中"))
    if first == "scans":
        await bound(context, alpha.id, shipment, *old)
    await flow(context)
    assert await milestone(context, shipment) == "in_transit"
    await told(context, line, new, (12, "已揽收"), (30, "派送中"), (31, "已签收，签收人：本人"))
    await told(context, line, old, (40, "快件已到达【乙中转部】"))
    await flow(context)
    assert await milestone(context, shipment) == "delivered"
    async with context.database.read((alpha.id,)) as session:
        story = await queries.timeline(session, alpha.id, shipment)
    async with context.database.system() as session:
        wished = await session.scalar(
            text("SELECT state FROM track_subscriptions WHERE number = :n"), {"n": new[1]}
        )
    assert [e.number for e in story] == [old[1]] * 3 + [new[1]] * 3 + [old[1]]
    assert wished == "wanted"
    assert await found_by(alpha, new[1].lower()) == [str(shipment)]
    assert await found_by(beta, new[1]) == []


async def test_a_way_back_under_a_new_number(context: Context, alpha: Tenant) -> None:
    line, shipment = await make_line(context), await box(context, alpha.id)
    old, new = ("ZTO", "78400000000003"), ("SF", "SF1234567890177")
    await bound(context, alpha.id, shipment, *old)
    changed = f"退回件已换单，退回单号：{new[1]}"
    await told(context, line, old, (0, "已揽收"), (9, "客户拒收"), (12, changed))
    await flow(context)
    assert await milestone(context, shipment) == "returning"
    await told(context, line, new, (14, "已揽收"), (40, "已签收"))
    await flow(context)
    assert await milestone(context, shipment) == "returned"


async def test_a_text_opens_no_parcel_of_another_merchant(
    context: Context, alpha: Tenant, beta: Tenant
) -> None:
    """Whoever can write a scan could name any number."""
    line = await make_line(context)
    mine, theirs = await box(context, alpha.id), await box(context, beta.id)
    old, other = ("ZTO", "78400000000004"), ("YTO", "YT8800000000199")
    await bound(context, beta.id, theirs, *other)
    await told(context, line, other, (0, "已揽收"))
    await bound(context, alpha.id, mine, *old)
    await told(context, line, old, (0, "已揽收"), (9, f"已转单，新单号：{other[1]}"))
    await flow(context)
    async with context.database.read((alpha.id,)) as session:
        story = await queries.timeline(session, alpha.id, mine)
    assert {e.number for e in story} == {old[1]}
