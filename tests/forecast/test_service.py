"""What was learned of parcels that arrived is what buyers of others read.

If these break, the page promises days out of nothing, speaks against the courier's own word, or
raises hopes for a parcel that is in trouble.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

import httpx
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import Line, make_line
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, service
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

NAMES = {"shipments.state", "forecast.arrivals"}
MANY = 34
WAY = (
    (0, "【成都市】已揽收", "picked_up"),
    (6, "快件离开【成都转运中心】，发往【杭州转运中心】", "departed_from_hub"),
    (40, "【杭州市】快件到达【杭州转运中心】", "arrived_at_hub"),
    (62, "【杭州市】派送中", "out_for_delivery"),
    (66, "【杭州市】已签收，签收人：本人", "delivered"),
)
TODAY = datetime.combine(now().astimezone(CHINA).date(), time(8), CHINA)


async def flow(context: Context) -> None:
    await drain(context.database, [c for c in CONSUMERS if c.name in NAMES])


async def parcels(
    context: Context, owner: UUID, numbers: list[str], token: str | None = None
) -> list[UUID]:
    """Parcels from Chengdu to Hangzhou."""
    where = {"courier": "ZTO", "origin_city": "成都市", "ship_method": "hub_waybill"}
    made = [await box(context, owner, **where, buyer_token=token) for _ in numbers]
    async with context.database.system() as session:
        bindings = zip(made, numbers, strict=True)
        await service.bind(session, [NewBinding(owner, m, "ZTO", n) for m, n in bindings])
    return made


async def told(
    context: Context, line: Line, numbers: list[str], begin: datetime, until: float, **more: object
) -> None:
    scans = tuple(
        CourierEvent(begin + timedelta(hours=hours), words, None, None, detail)
        for hours, words, detail in WAY
        if hours <= until
    )
    updates = [TrackUpdate("ZTO", number, scans, **more) for number in numbers]  # type: ignore[arg-type]
    await ingest.merge_updates(context, Source("kdniao", line.id), updates)
    await flow(context)


async def test_buyers_read_when_parcels_like_theirs_came(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    """Learned from one merchant's parcels, read of another's; it moves with each scan."""
    line = await make_line(context)
    async with context.database.system() as session:
        await couriers.seed(session)
    numbers = [f"7844000000{n:04}" for n in range(MANY)]
    await parcels(context, alpha.id, numbers)
    await told(context, line, numbers, TODAY - timedelta(days=9), 99)
    async with context.database.system() as session:
        rows = await session.execute(
            text("SELECT courier, origin, destination, parcels FROM arrival_counts")
        )
        assert {tuple(row) for row in rows} >= {
            ("ZTO", "51", "33", MANY),
            ("ZTO", "", "band3", MANY),
            ("", "51", "33", MANY),
            ("", "", "band3", MANY),
        }
    token, number = new_id().hex, "78440000009999"
    (mine,) = await parcels(context, beta.id, [number], token)

    async def expected() -> dict[str, str] | None:
        answer = (await nobody.get(f"/track/{token}.json")).json()
        found: dict[str, str] | None = answer["expected"]
        return found

    def days(said: dict[str, str] | None) -> list[int]:
        assert said is not None
        assert said["source"] == "estimate"
        ends = [datetime.fromisoformat(said[name]).astimezone(CHINA) for name in ("from", "to")]
        return [(end.date() - begin.date()).days for end in ends]

    begin = now().astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    assert await expected() is None, "nobody said it was shipped"
    # Every one of them was picked up at eight, and came at two in the morning of the third day.
    await told(context, line, [number], begin - timedelta(hours=16), 0)
    begin -= timedelta(days=1)
    assert days(await expected()) == [3, 3]
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE shipments SET problem = 'stalled' WHERE id = :id"), {"id": mine}
        )
    assert await expected() is None, "something is wrong"
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE shipments SET problem = NULL WHERE id = :id"), {"id": mine}
        )
    told_day = (now() + timedelta(days=6)).astimezone(CHINA).date()
    await told(context, line, [number], begin + timedelta(hours=8), 6, estimated_delivery=told_day)
    said = await expected()
    assert said is not None
    assert said["source"] == "courier"
    assert datetime.fromisoformat(said["to"]).astimezone(CHINA).date() == told_day


async def test_parcels_count_once(context: Context, alpha: Tenant) -> None:
    """Told again, they are not counted again."""
    line = await make_line(context)
    number = "78440000008888"
    await parcels(context, alpha.id, [number])

    async def known() -> float:
        async with context.database.system() as session:
            return float(
                await session.scalar(
                    text("SELECT coalesce(max(parcels), 0) FROM arrival_counts WHERE courier = ''")
                )
                or 0
            )

    before = await known()
    for _ in range(2):
        await told(context, line, [number], TODAY - timedelta(days=9), 99)
    assert await known() == before + 1
