"""The rollups in the database: counted once, corrected, and each merchant's own.

If this breaks, the overview counts a parcel twice or a merchant sees others' numbers.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box, tell
from tracking.parcels import make_line
from yichuan.consumers import CONSUMERS as EVERYONE
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.core.database import Merchants
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.rollups import consumer, queries
from yichuan.rollups.queries import Filters
from yichuan.tracking import ingest
from yichuan.tracking import service as tracking
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

CONSUMERS = (Consumer("reports.rollup", "shipment", consumer.handle),)
TOLD = {"shipments.state", "exceptions.detect", "reports.rollup", "reports.figures"}
TODAY = now().astimezone(CHINA).date()
WINDOW = Filters(TODAY - timedelta(days=30), TODAY + timedelta(days=3))


async def totals(context: Context, merchants: Merchants) -> dict[str, int]:
    async with context.database.read(merchants) as session:
        found = await queries.total(session, WINDOW)
        return {name: amount for name, amount in found.items() if amount}


async def replay(context: Context) -> None:
    async with context.database.system() as session:
        await session.execute(text("UPDATE consumer_cursors SET xid = '0', last_id = 0"))
    await drain(context.database, CONSUMERS)


async def test_counted_once_and_corrected(context: Context, alpha: Tenant, beta: Tenant) -> None:
    made = await box(context, alpha.id, cost_expected_minor=450)
    await drain(context.database, CONSUMERS)
    assert await totals(context, (alpha.id,)) == {"created": 1}
    shipped = now() - timedelta(hours=30)
    await tell(
        context,
        alpha.id,
        made,
        kind="shipped",
        shipped_at=shipped,
        courier="ZTO",
        ship_method="hub_waybill",
        ship_by=shipped + timedelta(hours=1),
    )
    await tell(
        context,
        alpha.id,
        made,
        milestone="delivered",
        picked_up_at=shipped,
        delivered_at=now(),
        ended_at=now(),
    )
    await drain(context.database, CONSUMERS)
    whole = await totals(context, (alpha.id,))
    assert whole == {
        "created": 1,
        "ship_due": 1,
        "shipped_on_time": 1,
        "shipped": 1,
        "cost_minor": 450,
        "pickup_due": 1,
        "picked_up_on_time": 1,
        "picked_up": 1,
        "delivered": 1,
        "transit_hours": 30,
    }
    await replay(context)
    assert await totals(context, (alpha.id,)) == whole
    late = {"picked_up_at": shipped + timedelta(hours=25), "courier": "YTO"}
    await tell(context, alpha.id, made, kind="progress", **late)
    await drain(context.database, CONSUMERS)
    corrected = await totals(context, (alpha.id,))
    assert "picked_up_on_time" not in corrected
    assert corrected["transit_hours"] == 5
    async with context.database.read((alpha.id,)) as session:
        rows, _ = await queries.sums(session, WINDOW, ["courier"])
        moved = {row.key["courier"] for row in rows if any(row.sums.values())}
        assert moved == {"YTO"}
        assert await queries.stock(session) == {"delivered": 1}
    assert await totals(context, (beta.id,)) == {}
    assert (await totals(context, None))["delivered"] == 1


async def test_late_for_force_majeure_counts_apart(context: Context, alpha: Tenant) -> None:
    """Told day by day or all at once, with what counts ahead of what judges: the same counts, and
    the same again when the log is read from its beginning."""
    before = await totals(context, (alpha.id,))
    line = await make_line(context)
    scans = (
        CourierEvent(now() - timedelta(days=6), "【成都市】已揽收", None, None, "picked_up"),
        CourierEvent(
            now() - timedelta(days=5), "【杭州市】受台风影响，快件运输延误", None, None, "exception"
        ),
        CourierEvent(now() - timedelta(hours=9), "【杭州市】已签收", None, None, "delivered"),
    )
    told = [c for c in EVERYONE if c.name in TOLD]
    for number, portions in (("78430000000001", 3), ("78430000000002", 1)):
        values = {"courier": "ZTO", "ship_method": "hub_waybill"}
        at = {"promised_at": now() - timedelta(days=2), "shipped_at": now() - timedelta(days=6)}
        made = await box(context, alpha.id, **values, **at)
        async with context.database.system() as session:
            await tracking.bind(session, [NewBinding(alpha.id, made, "ZTO", number)])
        for end in range(len(scans) // portions, len(scans) + 1, len(scans) // portions):
            update = TrackUpdate("ZTO", number, scans[:end])
            await ingest.merge_updates(context, Source("kdniao", line.id), [update])
            await drain(context.database, told)
    after = await totals(context, (alpha.id,))
    assert after["delivered"] - before.get("delivered", 0) == 2
    assert after["delivered_excused"] - before.get("delivered_excused", 0) == 2
    assert after.get("delivered_with_promise") == before.get("delivered_with_promise")
    await replay(context)
    assert await totals(context, (alpha.id,)) == after


async def test_groups_page_through_with_a_cursor(context: Context, beta: Tenant) -> None:
    for courier in ("SF", "YD", "ZTO"):
        await box(context, beta.id, courier=courier)
    await drain(context.database, CONSUMERS)
    async with context.database.read((beta.id,)) as session:
        first, cursor = await queries.sums(session, WINDOW, ["day", "courier"], limit=2)
        second, last = await queries.sums(
            session, WINDOW, ["day", "courier"], limit=2, cursor=cursor
        )
    assert [row.key["courier"] for row in first + second] == ["SF", "YD", "ZTO"]
    assert last is None


async def test_two_who_count_the_same_boxes_at_once_count_them_once(
    context: Context, beta: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two consumers share the rollups: live changes, and costs and history."""
    monkeypatch.setattr(consumer, "PART", 2)
    keys = {(beta.id, await box(context, beta.id, courier="JD")) for _ in range(5)}

    async def count() -> None:
        async with context.database.system() as session:
            await consumer.recount(session, keys)

    await asyncio.gather(count(), count())
    async with context.database.read((beta.id,)) as session:
        rows, _ = await queries.sums(session, WINDOW, ["courier"])
    assert {row.key["courier"]: row.sums["created"] for row in rows}["JD"] == 5
