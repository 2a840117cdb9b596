"""Couriers called to the door from the console. If these break, nobody comes for the parcels, two
come for one, or a booking stands as lost though the courier is on its way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from conftest import Tenant
from gateway.conftest import accounts, courier_http, network
from waybills.conftest import Setup
from waybills.test_taking import box
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierError, PickupBooked, PickupRequest
from yichuan.couriers.connectors.kdniao.client import KdniaoClient
from yichuan.waybills import pickups

__all__ = ["accounts", "courier_http", "network"]
API = "/api/v1"


async def numbered(tenant: Tenant, order_no: str) -> tuple[str, str]:
    """A box with a number of YTO: its id and the number."""
    _, shipment = await box(tenant, order_no)
    wish = {"shipment_id": shipment, "courier": "YTO"}
    answer = await tenant.client.post(f"{API}/waybills", json=wish)
    assert answer.status_code == 201, answer.text
    return shipment, answer.json()["number"]


async def book(tenant: Tenant, *shipments: str, key: str = "", **more: Any) -> list[dict[str, Any]]:
    headers = {"Idempotency-Key": key} if key else {}
    wish = {"shipment_ids": list(shipments)} | more
    answer = await tenant.client.post(f"{API}/pickups", json=wish, headers=headers)
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_visit_for_a_single_printed_box(alpha: Tenant, accounts: Setup) -> None:
    """KDNiao has no call for a visit to a number: the contract's own order brings somebody."""
    shipment, number = await numbered(alpha, "V-0")
    (visit,) = await book(alpha, shipment)
    assert visit["error"] is None
    assert (visit["pickup"]["state"], visit["pickup"]["numbers"]) == ("booked", [number])


async def test_one_visit_for_all_boxes_of_a_courier(
    alpha: Tenant, beta: Tenant, accounts: Setup, context: Context
) -> None:
    """Over the real protocol to the simulated courier; what is awaited is not booked again."""
    first, one = await numbered(alpha, "V-1")
    second, two = await numbered(alpha, "V-2")
    _, bare = await box(alpha, "V-3")
    starts = (now() + timedelta(hours=2)).isoformat()
    ends = (now() + timedelta(hours=4)).isoformat()
    when = {"starts_at": starts, "ends_at": ends}
    refused, visit = sorted(
        await book(alpha, first, second, bare, key="k-1", **when), key=lambda one: not one["error"]
    )
    assert (refused["shipment_ids"], refused["pickup"]) == ([bare], None)
    assert "先取号" in refused["error"]["detail"]
    pickup = visit["pickup"]
    assert (pickup["state"], pickup["courier"], pickup["call"]) == ("booked", "YTO", "console")
    assert (pickup["numbers"], visit["shipment_ids"]) == ([one, two], [first, second])
    (again,) = await book(alpha, first, key="k-2")
    assert "已预约" in again["error"]["detail"]
    path = f"{API}/pickups/{pickup['id']}"
    assert (await beta.client.post(f"{path}/cancel", json={})).status_code == 404
    assert (await alpha.client.post(f"{path}/again")).status_code == 409
    done = await alpha.client.post(f"{path}/cancel", json={"reason": "改日"})
    assert (done.status_code, done.json()["state"]) == (200, "cancelled")
    (fresh,) = await book(alpha, first, second, key="k-3")
    assert fresh["pickup"]["id"] != pickup["id"]
    async with context.database.system() as session:
        (seen,) = await pickups.collected(session, [("YTO", two)])
        assert (str(seen.id), seen.state) == (fresh["pickup"]["id"], "collected")


async def test_a_lost_answer_sends_nobody_twice(
    alpha: Tenant, accounts: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again under the same reference, the courier says that it has the order: it comes."""
    asked: list[str] = []
    answers = [CourierError("no_answer", outcome="unknown"), CourierError("order_exists")]

    async def lose(_: object, request: PickupRequest) -> PickupBooked:
        asked.append(request.order_code)
        raise answers[len(asked) - 1]

    monkeypatch.setattr(KdniaoClient, "book_pickup", lose)
    shipment, _ = await numbered(alpha, "V-4")
    (lost,) = await book(alpha, shipment)
    assert lost["error"]["code"] == "courier_failed"
    (row,) = [
        row
        for row in (await alpha.client.get(f"{API}/pickups?state=requested")).json()["items"]
        if row["call"] == "console"
    ]
    (waits,) = await book(alpha, shipment)
    assert "已预约" in waits["error"]["detail"], "a second visit would be a second courier"
    done = await alpha.client.post(f"{API}/pickups/{row['id']}/again")
    assert (done.status_code, done.json()["state"]) == (200, "booked"), done.text
    assert asked == [asked[0]] * 2


async def test_what_cannot_be_meant_is_said(alpha: Tenant, platform: httpx.AsyncClient) -> None:
    """Before any courier is called."""
    _, shipment = await box(alpha, "V-5")
    late = {"starts_at": (now() - timedelta(hours=3)).isoformat()}
    for more in (late, {"starts_at": now().isoformat(), "ends_at": now().isoformat()}):
        wish = {"shipment_ids": [shipment]} | more
        answer = await alpha.client.post(f"{API}/pickups", json=wish)
        assert answer.status_code == 422, answer.text
    other = {"shipment_ids": ["00000000-0000-7000-8000-000000000000"]}
    assert (await platform.post(f"{API}/pickups", json=other)).status_code == 404
