"""Numbers are tied to shipments and asked for. If these break, a parcel's page stays empty."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import Line, make_line
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors import wire
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.tracking import ingest, jobs, service, subscribing
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

DAY = timedelta(days=1)
START = now().replace(microsecond=0) - 3 * DAY


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(context: Context) -> Line:
    async with context.database.system() as session:
        await couriers.seed(session)
    return await make_line(context)


def update(number: str, *events: tuple[datetime, str]) -> TrackUpdate:
    return TrackUpdate("ZTO", number, tuple(CourierEvent(at, words) for at, words in events))


async def told(context: Context, line: Line, *updates: TrackUpdate) -> None:
    await ingest.merge_updates(context, Source("kdniao", line.id), updates)


async def bound(context: Context, *bindings: NewBinding) -> None:
    async with context.database.system() as session:
        await service.bind(session, bindings, vault=context.vault)


async def flow(context: Context) -> None:
    from yichuan.consumers import CONSUMERS

    await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])


async def one(context: Context, sql: str, **values: Any) -> Any:
    async with context.database.system() as session:
        return (await session.execute(text(sql), values)).one()


async def milestone(context: Context, shipment_id: UUID) -> str:
    row = await one(context, "SELECT milestone FROM shipments WHERE id = :id", id=shipment_id)
    return str(row.milestone)


async def test_track_first_and_shipment_later(context: Context, line: Line, alpha: Tenant) -> None:
    """A scan that came before the merchant gave the number is not lost on the shipment."""
    await told(context, line, update("880000000001", (START, "已揽收"), (START + DAY, "派送中")))
    await flow(context)
    shipment = await box(context, alpha.id)
    await bound(context, NewBinding(alpha.id, shipment, "zto", " 8800 0000 0001 "))
    await flow(context)
    assert await milestone(context, shipment) == "out_for_delivery"


async def test_shipment_first_and_track_later(context: Context, line: Line, alpha: Tenant) -> None:
    shipment = await box(context, alpha.id)
    await bound(context, NewBinding(alpha.id, shipment, "ZTO", "880000000002"))
    await flow(context)
    assert await milestone(context, shipment) == "created"
    await told(context, line, update("880000000002", (START, "已揽收")))
    await flow(context)
    assert await milestone(context, shipment) == "picked_up"


async def test_binding_and_merging_at_the_same_moment(
    context: Context, line: Line, alpha: Tenant
) -> None:
    """Whichever commits first, the shipment learns what the track says."""
    shipments = [await box(context, alpha.id) for _ in range(12)]
    numbers = [f"8810000000{n:02}" for n in range(12)]
    acts: list[Any] = []
    for shipment, number in zip(shipments, numbers, strict=True):
        acts.append(bound(context, NewBinding(alpha.id, shipment, "ZTO", number)))
        acts.append(told(context, line, update(number, (START, "已揽收"))))
        acts.append(flow(context))
    await asyncio.gather(*acts)
    await flow(context)
    assert {await milestone(context, s) for s in shipments} == {"picked_up"}


async def test_a_number_reused_after_months_binds_its_next_life(
    context: Context, line: Line, alpha: Tenant
) -> None:
    old, new = await box(context, alpha.id), await box(context, alpha.id)
    past = now() - 61 * DAY
    await bound(context, NewBinding(alpha.id, old, "ZTO", "880000000003"))
    signed = (past, "已签收，签收人：本人")
    await told(context, line, update("880000000003", (past - DAY, "已揽收"), signed))
    await bound(context, NewBinding(alpha.id, new, "ZTO", "880000000003"))
    await flow(context)
    assert await milestone(context, old) == "delivered"
    assert await milestone(context, new) == "created"
    await told(context, line, update("880000000003", (now(), "已揽收")))
    await flow(context)
    assert await milestone(context, old) == "delivered"
    assert await milestone(context, new) == "picked_up"


async def test_an_unbound_number_says_nothing_to_its_former_shipment(
    context: Context, line: Line, alpha: Tenant
) -> None:
    shipment = await box(context, alpha.id)
    await bound(context, NewBinding(alpha.id, shipment, "ZTO", "880000000004", subscribe=True))
    async with context.database.system() as session:
        await service.unbind(session, alpha.id, shipment, "ZTO", "880000000004")
    await told(context, line, update("880000000004", (START, "已揽收")))
    await flow(context)
    assert await milestone(context, shipment) == "created"
    left = await one(
        context, "SELECT count(*) AS n FROM track_subscriptions WHERE number = '880000000004'"
    )
    assert left.n == 0


async def test_phone_tail_is_kept_encrypted(context: Context, line: Line, alpha: Tenant) -> None:
    shipment = await box(context, alpha.id)
    wish = NewBinding(alpha.id, shipment, "SF", "SF0000000005", phone_last4="5678", subscribe=True)
    async with context.database.system() as session:
        with pytest.raises(ValueError, match="vault"):
            await service.bind(session, [wish])
    await bound(context, wish)
    row = await one(
        context, "SELECT phone_last4_enc AS enc FROM track_subscriptions WHERE number LIKE 'SF%5'"
    )
    assert b"5678" not in bytes(row.enc)
    assert context.vault.open_secret(bytes(row.enc)) == "5678"


@pytest.fixture
def network() -> dict[str, Any]:
    """A courier's door: what it was asked, and what it answers."""
    return {"asked": [], "answers": {}}


def http_of(network: dict[str, Any]) -> httpx.AsyncClient:
    def answer(request: httpx.Request) -> httpx.Response:
        fields = httpx.QueryParams(request.content.decode())
        import json

        number = json.loads(fields["RequestData"])["LogisticCode"]
        network["asked"].append((fields["RequestType"], number))
        said = network["answers"].get(number, {"Success": True})
        if isinstance(said, Exception):
            raise said
        return httpx.Response(200, json={"EBusinessID": "1", **said})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def test_subscriptions_are_asked_for_until_they_are_given(
    context: Context, line: Line, alpha: Tenant, network: dict[str, Any]
) -> None:
    async with context.database.system() as session:
        await session.execute(text("DELETE FROM track_subscriptions"))
    shipment = await box(context, alpha.id)
    numbers = ("890000000001", "890000000002", "890000000003", "890000000004")
    await bound(
        context,
        *(NewBinding(alpha.id, shipment, "ZTO", n, subscribe=n != numbers[3]) for n in numbers),
    )
    network["answers"] = {
        numbers[1]: {"Success": False, "Reason": "快递单号格式错误", "ResultCode": "404"},
        numbers[2]: httpx.ConnectError("down"),
    }
    async with http_of(network) as http:
        assert await subscribing.subscribe_due(context, http) == 3
        assert await subscribing.subscribe_due(context, http) == 0
        async with context.database.system() as session:
            await session.execute(text("UPDATE track_subscriptions SET next_at = now()"))
        network["answers"] = {}
        assert await subscribing.subscribe_due(context, http) == 1
    at_once = 1 + len(wire.PAUSES)  # a subscription is safe to repeat where nobody answered
    assert Counter(network["asked"]) == {
        ("8008", numbers[0]): 1,
        ("8008", numbers[1]): 1,
        ("8008", numbers[2]): at_once + 1,
    }
    async with context.database.system() as session:
        rows = await session.execute(
            text("SELECT number, state, connection_id FROM track_subscriptions ORDER BY number")
        )
        found = {row.number: row for row in rows}
    assert [found[n].state for n in numbers] == ["subscribed", "failed", "subscribed", "subscribed"]
    assert found[numbers[0]].connection_id == line.id


async def test_old_raw_pushes_are_dropped_and_partitions_made(
    context: Context, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week after they were merged, however many, a few at once; never what is not merged yet."""
    monkeypatch.setattr(jobs, "PURGE_ROWS", 2)
    ages = [("8 days", "8 days")] * 5 + [("8 days", "6 days"), ("8 days", None)]
    async with context.database.system() as session:
        await session.execute(text("DELETE FROM push_inbox"))
        for received, merged in ages:
            await session.execute(
                text(
                    "INSERT INTO push_inbox (connector, connection_id, body, received_at,"
                    " merged_at) VALUES ('kdniao', :id, '', now() - CAST(:received AS interval),"
                    " now() - CAST(:merged AS interval))"
                ),
                {"id": line.id, "received": received, "merged": merged},
            )
    assert await jobs.housekeeping(context) >= 5
    row = await one(context, "SELECT count(*) AS left, count(merged_at) AS merged FROM push_inbox")
    assert (row.left, row.merged) == (2, 1)
    async with context.database.system() as session:
        await session.execute(text("DELETE FROM push_inbox"))
    following = (now() + 31 * DAY).strftime("track_events_%Y%m")
    row = await one(context, "SELECT to_regclass(:name) IS NOT NULL AS there", name=following)
    assert row.there
