"""Problems as people see and close them.

If these break, a merchant reads another's trouble, or what was settled stays on the list.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from conftest import Tenant
from exceptions.boxes import box, tell
from yichuan.core.clock import now
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.core.errors import Conflict
from yichuan.exceptions import detect, service
from yichuan.exceptions.kinds import kinds
from yichuan.exceptions.service import NewProblem
from yichuan.exceptions.thresholds import Thresholds
from yichuan.identity.callers import SYSTEM_CALLER
from yichuan.shipments import facts

CONSUMERS = (Consumer("exceptions.detect", "shipment", detect.handle),)
URL = "/api/v1/exceptions"


async def settle(context: Context) -> None:
    await drain(context.database, CONSUMERS)
    while await detect.review_due(context.database):
        await drain(context.database, CONSUMERS)


async def damaged(context: Context, merchant_id: UUID, **values: Any) -> UUID:
    made = await box(context, merchant_id, ship_method="hub_waybill", **values)
    await tell(
        context, merchant_id, made, milestone="in_transit", detail="damaged", last_event_at=now()
    )
    await settle(context)
    return made


async def listed(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    found = await client.get(URL, params=query)
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_list_names_the_parcel_and_is_filtered(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    made = await damaged(context, alpha.id, courier="SF", waybill_number="SF77")
    (row,) = await listed(platform, shipment_id=str(made))
    assert (row["kind"], row["party"], row["courier"]) == ("damaged", "courier", "SF")
    assert (row["waybill_number"], row["milestone"]) == ("SF77", "in_transit")
    assert row["shipment_no"].startswith("YC")
    assert row["ticket_id"] is not None
    for query, there in (
        ({"kind": "damaged", "open": True, "courier": "SF"}, True),
        ({"party": "merchant"}, False),
        ({"open": False}, False),
        ({"province": "浙江省", "city": "杭州市"}, True),
        ({"merchant_id": str(alpha.id)}, True),
    ):
        found = {item["shipment_id"] for item in await listed(platform, **query)}
        assert (str(made) in found) is there, query
    assert (await platform.get(URL, params={"kind": "nonsense"})).status_code == 422


async def test_closing_the_ticket_settles_what_a_person_can_settle(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    made = await damaged(context, alpha.id, courier="YTO")
    (row,) = await listed(alpha.client, shipment_id=str(made))
    ticket = f"/api/v1/tickets/{row['ticket_id']}"
    assert (await platform.post(f"{ticket}/reply", json={"body": "已赔付"})).status_code == 200
    done = await platform.post(f"{ticket}/close", json={"outcome": "compensated"})
    assert done.status_code == 200
    await settle(context)
    (row,) = await listed(alpha.client, shipment_id=str(made))
    assert row["close_reason"] == "ticket_closed"
    seen = (await alpha.client.get(ticket)).json()
    assert (seen["state"], seen["outcome"]) == ("closed", "compensated")


async def test_closing_by_hand_is_recorded_and_final(
    context: Context, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    late = now() - timedelta(hours=3)
    made = await box(context, alpha.id, ship_by=late)
    await settle(context)
    (row,) = await listed(alpha.client, shipment_id=str(made))
    path = f"{URL}/{row['id']}/close"
    wish = {"reason": "买家同意延期"}
    assert (await alpha.client.post(path, json=wish)).status_code == 403
    assert (await beta.client.post(path, json=wish)).status_code == 403
    assert (await platform.post(path, json=wish)).status_code == 204
    assert (await platform.post(path, json=wish)).status_code == 409
    await settle(context)
    (row,) = await listed(alpha.client, shipment_id=str(made))
    assert row["close_reason"] == "by_hand: 买家同意延期"
    shown = (await platform.get(f"/api/v1/shipments/{made}")).json()
    assert shown["problem"] is None
    events = (await platform.get(f"/api/v1/shipments/{made}/events")).json()
    assert events[-1]["kind"] == "problem_closed"
    ticket = (await platform.get(f"/api/v1/tickets/{row['ticket_id']}")).json()
    assert (ticket["state"], ticket["outcome"]) == ("closed", "cleared")


async def test_another_merchant_sees_nothing(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    made = await damaged(context, alpha.id, courier="STO")
    await box(context, alpha.id, ship_by=now() + timedelta(hours=1))
    await settle(context)
    assert await listed(beta.client, shipment_id=str(made)) == []
    assert await listed(beta.client, merchant_id=str(alpha.id)) == []
    summary = (await beta.client.get(f"{URL}/summary")).json()
    assert summary == {"open": [], "storms": []}
    assert (await beta.client.get(f"{URL}/upcoming")).json()["items"] == []
    mine = (await alpha.client.get(f"{URL}/upcoming", params={"deadline": "ship_by"})).json()
    assert len(mine["items"]) == 1
    for path in ("", "/summary", "/upcoming", "/kinds"):
        assert (await nobody.get(URL + path)).status_code == 401


async def test_pages_follow_each_other(
    context: Context, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    for _ in range(3):
        await box(context, beta.id, ship_by=now() - timedelta(hours=1))
    await settle(context)
    query = {"merchant_id": str(beta.id), "limit": 2}
    first = (await platform.get(URL, params=query)).json()
    second = (await platform.get(URL, params=query | {"cursor": first["next_cursor"]})).json()
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 3
    assert second["next_cursor"] is None


async def test_limits_are_the_platforms_to_set(alpha: Tenant, platform: httpx.AsyncClient) -> None:
    path = "/api/v1/settings/exceptions"
    limits = (await platform.get(path)).json()
    assert limits == Thresholds().model_dump(mode="json")
    changed = limits | {"pickup_hours": 12}
    assert (await platform.put(path, json=changed)).json()["pickup_hours"] == 12
    assert (await platform.get(path)).json()["pickup_hours"] == 12
    assert (await platform.put(path, json=limits | {"pickup_hours": 0})).status_code == 422
    assert (await alpha.client.put(path, json=limits)).status_code == 403
    await platform.put(path, json=limits)


async def test_other_rooms_may_open_a_problem(context: Context, alpha: Tenant) -> None:
    made = await box(context, alpha.id, courier="ZTO")
    async with context.database.system() as session:
        (found,) = await facts.read(session, [(alpha.id, made)])
        first = await service.open_problem(session, found, "lost", now(), {"by": "claim"})
        again = await service.open_problem(session, found, "lost", now())
    assert first is not None
    assert again is None
    async with context.database.system() as session:
        await service.close_problem(session, SYSTEM_CALLER, first, "found")
        with pytest.raises(Conflict):
            await service.close_problem(session, SYSTEM_CALLER, first, "found")


async def test_storms_need_one_cause(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    async with context.database.system() as session:
        for number in range(20):
            city = "石家庄市" if number % 4 else "保定市"
            made = await box(
                context, alpha.id, courier="HTKY", dest_province="河北省", dest_city=city
            )
            (found,) = await facts.read(session, [(alpha.id, made)])
            await service.open_problems(session, [NewProblem(found, kinds()["stalled"], now())])
    storms = (await platform.get(f"{URL}/summary")).json()["storms"]
    (storm,) = [s for s in storms if s["courier"] == "HTKY"]
    assert (storm["count"], storm["province"], storm["city"]) == (20, "河北省", "石家庄市")
