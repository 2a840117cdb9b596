"""The live view: every number equals the parcels it stands for, whoever looks.

If these break, the platform's screen shows parcels that no list can open, keeps those that were
signed long ago, or tells one merchant about another's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import insert, text
from starlette.types import Message

from conftest import Tenant
from exceptions.boxes import box, change, tell
from yichuan.core.clock import now
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.core.database import Merchants, hot_rows
from yichuan.core.ids import new_id
from yichuan.orders.models import OrderLine
from yichuan.shipments import live_counts, live_table, queries
from yichuan.shipments.models import MILESTONES, ShipmentLine
from yichuan.shipments.routes import filters_of
from yichuan.shipments.schemas import ShipmentFilter

CONSUMERS: Final = (
    Consumer("shipments.live", "shipment", live_table.handle, batch=7, only=live_table.ONLY),
)
PLACES: Final = (("浙江省", "杭州市"), ("浙江省", "宁波市"), ("四川省", "成都市"), (None, None))
CATEGORIES: Final = ("女装", "生鲜", None)
NAMED: Final = ("courier", "origin", "province", "city", "category")


def named(*columns: str) -> str:
    """SQL of the names behind numbers."""
    return ", ".join(f"(SELECT name FROM live_names WHERE id = {one})" for one in columns)


_COUNTED: Final = f"""
    SELECT dimension, {named("value")}, stage, since_day::text, count
    FROM live_counts WHERE count <> 0
"""
_OF_MERCHANTS: Final = f"""
    SELECT merchant_id::text, {named("courier")}, stage, since_day::text, count
    FROM live_merchant_counts WHERE count <> 0
"""
_ROWS: Final = f"""
    SELECT merchant_id::text, stage, since_day::text, {named(*NAMED)} FROM live_shipments
"""
_KEPT: Final = f"""
    SELECT {named("courier", "category", "province", "city", "origin")}, stage, count
    FROM live_flows WHERE count <> 0
"""
_WAYS: Final = f"""
    SELECT since_day::text, stage, {named("origin", "province", "city")}, count
    FROM live_ways WHERE count <> 0
"""


async def rows_of(context: Context, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in await hot_rows(context.database.hot_system, None, statement, ())]


async def goods(
    context: Context, merchant_id: UUID, shipment_id: UUID, category: str | None
) -> None:
    """Put something of a category into a box."""
    values = {"merchant_id": merchant_id, "id": new_id(), "sku": "S1", "category": category}
    sub_order = new_id()
    async with context.database.system() as session:
        await session.execute(
            text(
                "INSERT INTO sub_orders (merchant_id, id, order_id, order_no, sub_order_no,"
                " recipient_id, placed_at) SELECT merchant_id, :sub, :sub, 'X', CAST(:sub AS text),"
                " recipient_id, now() FROM shipments WHERE merchant_id = :m AND id = :s"
            ),
            {"sub": sub_order, "m": merchant_id, "s": shipment_id},
        )
        line = {"sub_order_id": sub_order, "line_no": 1, "quantity": 2}
        await session.execute(insert(OrderLine).values(**values, **line))
        packed = {"shipment_id": shipment_id, "sub_order_id": sub_order, "quantity": 2}
        await session.execute(
            insert(ShipmentLine).values(
                **values | {"id": new_id()}, **packed, order_line_id=values["id"]
            )
        )


def step(random: Random) -> dict[str, Any]:
    """Something that happens to a box."""
    at = now() - timedelta(hours=random.randrange(240))
    milestone = random.choice(MILESTONES)
    values: dict[str, Any] = {"milestone": milestone, "milestone_at": at, "last_event_at": at}
    if milestone in ("created", "cancelled"):
        values |= {"printed_at": random.choice((None, at)), "milestone_at": None}
        values["shipped_at"] = random.choice((None, at))
    else:
        values |= {"shipped_at": at, "courier": random.choice(("ZTO", "SF", None))}
    if milestone == "delivered":
        at = random.choice((at, now()))
        values |= {"delivered_at": at, "ended_at": at}
    return values


async def happen(context: Context, random: Random, boxes: list[tuple[UUID, UUID]]) -> None:
    """Steps of boxes, told to the log; it is read now and then."""
    for _ in range(60):
        merchant_id, shipment_id = random.choice(boxes)
        await tell(context, merchant_id, shipment_id, **step(random))
        if random.random() < 0.2:
            await drain(context.database, CONSUMERS)
    await drain(context.database, CONSUMERS)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def boxes(context: Context, alpha: Tenant, beta: Tenant) -> list[tuple[UUID, UUID]]:
    """Boxes of two merchants, all over the country, in every state."""
    random = Random(11)
    made = []
    for _ in range(40):
        merchant = random.choice((alpha, alpha, beta))
        province, city = random.choice(PLACES)
        where = {"dest_province": province, "dest_city": city}
        origin = random.choice(("金华市", "广州市", None))
        shipment_id = await box(context, merchant.id, **where, origin_city=origin)
        await goods(context, merchant.id, shipment_id, random.choice(CATEGORIES))
        made.append((merchant.id, shipment_id))
    await happen(context, random, made)
    return made


async def assert_exact(context: Context) -> None:
    """The rows are what the shipments say, the counts are what the rows say."""
    rows = await rows_of(context, _ROWS)
    should = await rows_of(
        context,
        "SELECT s.merchant_id::text, s.stage, s.since_day::text, s.courier, s.origin, s.province,"
        " s.city, coalesce((SELECT l.category FROM shipment_lines l"
        "   WHERE l.merchant_id = s.merchant_id AND l.shipment_id = s.id), '-')"
        f" FROM ({live_table._SHOULD}) s",
    )
    assert Counter(rows) == Counter(should)
    kept: dict[str, Counter[tuple[Any, ...]]] = {
        name: Counter() for name in (_COUNTED, _OF_MERCHANTS, _KEPT, _WAYS)
    }
    for merchant, stage, day, courier, origin, province, city, category in rows:
        for name, value in (("courier", courier), ("province", province), ("category", category)):
            kept[_COUNTED][name, value, stage, day] += 1
        kept[_OF_MERCHANTS][merchant, courier, stage, day] += 1
        kept[_KEPT][courier, category, province, city, origin, stage] += 1
        kept[_WAYS][day, stage, origin, province, city] += 1
    for statement, should_be in kept.items():
        found = {row[:-1]: row[-1] for row in await rows_of(context, statement)}
        assert Counter(found) == should_be


@pytest.mark.parametrize("seed", [1, 2])
async def test_counts_equal_the_parcels_after_any_history(
    context: Context, boxes: list[tuple[UUID, UUID]], seed: int
) -> None:
    """Forward, back, ended, brought to life again; and told twice."""
    await happen(context, Random(seed), boxes)
    await assert_exact(context)
    async with context.database.system() as session:
        await session.execute(text("UPDATE consumer_cursors SET xid = '0', last_id = 0"))
    await drain(context.database, CONSUMERS)
    await assert_exact(context)


async def test_it_heals(context: Context, boxes: list[tuple[UUID, UUID]]) -> None:
    """Whatever was lost or never told is found by comparing, and nothing is wrong afterwards."""
    async with context.database.system() as session:
        await session.execute(
            text(
                "DELETE FROM live_shipments WHERE shipment_id IN"
                " (SELECT shipment_id FROM live_shipments LIMIT 3)"
            )
        )
        await session.execute(text("UPDATE live_shipments SET stage = 1, since_day = '2020-01-01'"))
        await session.execute(text("UPDATE live_counts SET count = count + 1 WHERE value = 2"))
        await change(session, *boxes[0], dest_city="丽水市", dest_province="浙江省")
    parcels, counts = await live_table.heal(context.database)
    assert parcels > 3
    assert counts > 0
    await assert_exact(context)
    assert await live_table.heal(context.database) == (0, 0)


async def test_filling_anew_is_the_same(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that comes from an older version begins with everything wrong."""
    monkeypatch.setattr(live_table, "MOST_MENDED", 2)
    async with context.database.system() as session:
        for table in ("live_shipments", "live_names", *live_table._COUNTS):
            await session.execute(text(f"DELETE FROM {table}"))
    await live_table.heal(context.database)
    await assert_exact(context)


async def test_what_was_signed_before_today_goes(
    context: Context, boxes: list[tuple[UUID, UUID]], platform: httpx.AsyncClient
) -> None:
    """The day changes without any scan: yesterday's signatures are neither shown nor kept."""
    merchant_id, shipment_id = boxes[0]
    await tell(
        context, merchant_id, shipment_id, milestone="delivered", delivered_at=now(), ended_at=now()
    )
    await drain(context.database, CONSUMERS)
    signed = (await stages(platform))["delivered"]
    assert signed > 0
    async with context.database.system() as session:
        day = now() - timedelta(days=1)
        await change(session, merchant_id, shipment_id, delivered_at=day, ended_at=day)
        await session.execute(
            text("UPDATE live_shipments SET since_day = since_day - 1 WHERE shipment_id = :id"),
            {"id": shipment_id},
        )
        await live_table._count_anew(session)
    assert (await stages(platform))["delivered"] == signed - 1
    assert await live_table.tidy(context.database) == 1
    await assert_exact(context)


async def seen(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    """What the live view says."""
    answer = await client.get("/api/v1/reports/live", params=query)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def stages(client: httpx.AsyncClient, **query: Any) -> dict[str, int]:
    return {row["key"]: row["total"] for row in (await seen(client, **query))["stages"]}


async def listed(client: httpx.AsyncClient, **query: Any) -> int:
    """How many parcels the shipments list has."""
    answer = await client.get("/api/v1/shipments", params=query | {"limit": 100})
    page = answer.raise_for_status().json()
    assert page["next_cursor"] is None
    return len(page["items"])


FILTERS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"courier": "ZTO"},
    {"courier": "-"},
    {"province": "浙江省"},
    {"province": "浙江省", "city": "杭州市"},
    {"category": "女装"},
    {"category": "生鲜", "courier": "SF"},
    {"merchant_category": "服饰"},
    {"merchant_category": "服饰", "province": "四川省"},
    {"origin": "金华市"},
    {"origin": "金华市", "province": "浙江省"},
    {"merchant": "alpha"},
    {"merchant": "alpha", "courier": "ZTO"},
    {"merchant": "alpha", "courier": "ZTO", "category": "女装"},
)


@pytest.mark.parametrize(
    ("whose", "wanted"),
    [*(("platform", one) for one in FILTERS), *(("alpha", one) for one in FILTERS[:2])],
    ids=str,
)
async def test_every_number_opens_its_parcels(
    context: Context,
    platform: httpx.AsyncClient,
    alpha: Tenant,
    beta: Tenant,
    wanted: dict[str, str],
    whose: str,
) -> None:
    """Whatever it is narrowed to, a stage, an age and a row say what the list has."""
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE merchants SET category = '服饰' WHERE id = :id"), {"id": alpha.id}
        )
    client = platform if whose == "platform" else alpha.client
    query = {k: v for k, v in wanted.items() if k != "merchant"}
    if "merchant" in wanted:
        query["merchant_id"] = str(alpha.id)
    answer = await seen(client, **query)
    assert len(answer["rows"]) == 10
    for row, standing in zip(answer["rows"], answer["stages"], strict=True):
        assert standing == {"key": row["key"], "total": row["total"]}
        assert row["total"] == sum(row["ages"])
        assert row["total"] == await listed(client, **query, stage=row["key"])
    oldest = answer["columns"][-1]
    assert oldest["since_from"] is None
    old = {"since_to": oldest["since_to"]}
    assert sum(row["ages"][-1] for row in answer["rows"]) == await listed(client, **query, **old)
    assert sum((await stages(client, **query, **old)).values()) == await listed(
        client, **query, **old
    )
    open_ones = [row["key"] for row in answer["rows"] if row["key"] != "delivered"]
    total = await listed(client, **query, stage=open_ones)
    for by in ("courier", "merchant", "province", "category"):
        found = await seen(client, **query, by=by)
        assert sum(row["total"] for row in found["rows"]) == total
        assert found["stages"] == answer["stages"]
        for row in found["rows"]:
            assert row["total"] == sum(row["ages"])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"courier": "ZTO"},
        {"province": "浙江省", "category": "女装"},
        {"since_from": f"{(now() - timedelta(days=4)).date()}T00:00:00+08:00", "by": "courier"},
        {"since_to": f"{(now() - timedelta(days=4)).date()}T00:00:00+08:00", "courier": "ZTO"},
        {"since_from": f"{(now() - timedelta(days=4)).date()}T00:00:00+08:00", "origin": "金华市"},
        {"since_to": f"{now().date()}T00:00:00+08:00", "merchant_category": "服饰"},
        {"since_to": f"{now().date()}T00:00:00+08:00", "province": "浙江省"},
        {"courier": "ZTO", "category": "女装", "by": "province"},
        {"courier": "ZTO", "city": "从来没有的市"},
        {"stage": ["paid", "delivered"]},
        {"stage": ["in_transit"], "category": "女装", "merchant_category": "服饰"},
    ],
    ids=str,
)
async def test_the_map_shows_the_same_parcels(
    platform: httpx.AsyncClient, alpha: Tenant, query: dict[str, Any]
) -> None:
    """Its provinces add up, and each flow opens what it says; so do rows of the chosen stages."""
    for client in (platform, alpha.client):
        found = await seen(client, **query)
        drawn = found["map"]
        if "stage" in query:
            assert [row["key"] for row in found["rows"]] == drawn["stages"] == query["stage"]
            assert len(found["stages"]) == 10
        wanted = {k: v for k, v in query.items() if k != "by"} | {"stage": drawn["stages"]}
        total = await listed(client, **wanted)
        assert sum(one["total"] for one in drawn["provinces"]) == total
        for flow in drawn["flows"]:
            there = {name: flow[name] for name in ("origin", "province", "city")}
            assert flow["total"] == await listed(client, **wanted | there)


async def test_a_list_of_live_parcels_turns_its_pages(
    context: Context, platform: httpx.AsyncClient
) -> None:
    """Newest first, each once; one that moved a moment ago is not shown where it was."""
    query: dict[str, Any] = {"stage": ["paid", "printed", "in_transit"], "province": "浙江省"}
    expected = await platform.get("/api/v1/shipments", params=query | {"limit": 100})
    ids = [item["id"] for item in expected.json()["items"]]
    assert len(ids) > 4
    wanted = ShipmentFilter.model_validate(query)
    assert queries._live(filters_of(context, wanted)) is not None, "not read from the narrow rows"
    moved = expected.json()["items"][1]
    async with context.database.system() as session:
        await change(session, UUID(moved["merchant_id"]), UUID(moved["id"]), milestone="lost")
    found: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        params = query | {"limit": 2, "cursor": page["next_cursor"]}
        page = (await platform.get("/api/v1/shipments", params=params)).json()
        found += [item["id"] for item in page["items"]]
    assert found == [one for one in ids if one != moved["id"]]
    assert await live_table.heal(context.database) == (1, 0)


@pytest.mark.parametrize("whose", ["platform", "alpha"])
async def test_places_to_choose_from_are_those_of_parcels(
    platform: httpx.AsyncClient, alpha: Tenant, whose: str
) -> None:
    """A city that is offered opens as many parcels as it says, of the caller's own."""
    client = platform if whose == "platform" else alpha.client
    answer = await client.get("/api/v1/reports/live/places")
    found = answer.raise_for_status().json()
    assert {one["name"] for one in found["origins"]} <= {"金华市", "广州市"}
    for kind, filter_key in (("cities", "city"), ("origins", "origin")):
        assert found[kind]
        for one in found[kind]:
            there = await stages(client, **{filter_key: one["name"]})
            assert sum(there.values()) == one["total"] > 0


async def test_a_question_that_nobody_waits_for_is_broken_off(
    app: FastAPI,
    context: Context,
    platform: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Filters clicked one after the other: PostgreSQL does not go on counting for the first."""
    endless = ("SELECT pg_sleep(60) /* live_shipments */", ())
    monkeypatch.setattr(live_counts, "_whole", lambda asked: endless)
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = %s"

    async def until(count: int) -> None:
        async with asyncio.timeout(10):
            found = context.database.hot, None, running, (endless[0],)
            while (await hot_rows(*found))[0][0] != count:
                await asyncio.sleep(0.02)

    async def receive() -> Message:
        await until(1)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        assert message.get("status", 499) == 499

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/reports/live",
        "raw_path": b"/api/v1/reports/live",
        "query_string": b"",
        "headers": [(b"authorization", platform.headers["Authorization"].encode())],
        "app": app,
    }
    await app(scope, receive, send)
    await until(0)


@pytest.mark.parametrize("who", [0, 1])
async def test_policies_alone_keep_merchants_apart(
    context: Context, alpha: Tenant, beta: Tenant, who: int
) -> None:
    """A forgotten condition shows nobody else's parcels, and no platform counts."""
    mine = (alpha, beta)[who]
    scope: Merchants = [mine.id]
    seen = await hot_rows(
        context.database.hot, scope, "SELECT DISTINCT merchant_id FROM live_shipments", ()
    )
    assert [row[0] for row in seen] == [mine.id]
    mine_too = await hot_rows(
        context.database.hot, scope, "SELECT DISTINCT merchant_id FROM live_merchant_counts", ()
    )
    assert [row[0] for row in mine_too] == [mine.id]
    for table in ("live_counts", "live_flows", "live_ways"):
        counted = await hot_rows(context.database.hot, scope, f"SELECT count(*) FROM {table}", ())
        assert counted[0][0] == 0
