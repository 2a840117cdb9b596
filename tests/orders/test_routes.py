"""Orders over HTTP. If these break, malls lose orders or ship what a buyer took back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import Tenant
from yichuan.core.clock import now
from yichuan.core.context import Context

PAID = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def order(number: str, *tenants: Tenant, **recipient: str) -> dict[str, Any]:
    """A main order with one sub-order per merchant."""
    who = {
        "name": "张伟",
        "phone": "13800001234",
        "province": "四川省",
        "city": "成都市",
        "district": "武侯区",
        "address": "人民南路四段 27 号 3 栋 2 单元",
    } | recipient
    return {
        "order_no": number,
        "placed_at": PAID.isoformat(),
        "paid_at": PAID.isoformat(),
        "buyer_ref": "buyer-77",
        "recipient": who,
        "sub_orders": [
            {
                "sub_order_no": f"{number}-{index}",
                "merchant_id": str(tenant.id),
                "shop": "旗舰店",
                "lines": [
                    {
                        "sku": "CUP-1",
                        "name": "保温杯",
                        "quantity": 3,
                        "weight_g": 400,
                        "unit_price": {"amount_minor": 5900, "currency": "CNY"},
                    },
                    {"sku": "LID-2", "name": "杯盖", "quantity": 1, "weight_g": 80},
                ],
            }
            for index, tenant in enumerate(tenants, 1)
        ],
    }


async def test_a_main_order_splits_by_merchant(
    platform: httpx.AsyncClient, alpha: Tenant, beta: Tenant
) -> None:
    placed = await platform.post("/api/v1/orders", json=order("M1", alpha, beta))
    assert placed.status_code == 201, placed.text
    subs = placed.json()["sub_orders"]
    assert [s["merchant_id"] for s in subs] == [str(alpha.id), str(beta.id)]
    mine = (await alpha.client.get("/api/v1/orders", params={"q": "M1"})).json()["items"]
    assert [row["sub_order_no"] for row in mine] == ["M1-1"]
    detail = (await alpha.client.get(f"/api/v1/orders/{subs[0]['id']}")).json()
    assert detail["recipient"]["name"] == "张*"
    assert detail["recipient"]["phone"] == "138****1234"
    assert detail["siblings"] == []
    assert detail["amount_minor"] == 17_700
    assert (await alpha.client.get(f"/api/v1/orders/{subs[1]['id']}")).status_code == 404


async def test_the_box_of_an_order_stands_in_the_list(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    where = {
        "province": "四川省",
        "city": "成都市",
        "district": "双流区",
        "address": "物流大道 1 号",
    }
    await platform.post(
        f"/api/v1/merchants/{alpha.id}/sender-addresses",
        json={"name": "阿尔法仓", "phone": "028-88888888", **where},
    )
    placed = await alpha.client.post("/api/v1/orders", json=order("M2", alpha))
    box_id = placed.json()["sub_orders"][0]["shipment_ids"][0]
    box = (await alpha.client.get(f"/api/v1/shipments/{box_id}")).json()
    assert box["milestone"] == "created"
    assert box["goods"] == "保温杯×3，杯盖×1"
    assert box["weight_g"] == 1280
    assert (box["dest_province"], box["dest_city"]) == ("四川省", "成都市")
    assert box["origin_city"] == "成都市", "where the merchant's parcels leave from"
    assert box["ship_by"] == (PAID + timedelta(hours=48)).isoformat().replace("+00:00", "Z") or (
        datetime.fromisoformat(box["ship_by"]) == PAID + timedelta(hours=48)
    )
    for q in ("M2", "m2-1", "CUP-1", "13800001234", "1234", "buyer-77", box["shipment_no"]):
        found = (await alpha.client.get("/api/v1/shipments", params={"q": q})).json()["items"]
        assert box_id in {row["id"] for row in found}, q


async def test_same_number_again_is_refused_and_a_batch_goes_on(alpha: Tenant) -> None:
    await alpha.client.post("/api/v1/orders", json=order("M3", alpha))
    again = await alpha.client.post("/api/v1/orders", json=order("M3", alpha))
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    batch = {"orders": [order("M3", alpha), order("M4", alpha)]}
    rows = (await alpha.client.post("/api/v1/orders/batch", json=batch)).json()["items"]
    assert [row["ok"] for row in rows] == [False, True]
    assert rows[0]["error"]["code"] == "conflict"


async def test_twins_at_once_make_one_order(alpha: Tenant) -> None:
    wish = order("M9", alpha)
    answers = await asyncio.gather(
        *(alpha.client.post("/api/v1/orders", json=wish) for _ in range(5)),
        *(alpha.client.post("/api/v1/orders/batch", json={"orders": [wish]}) for _ in range(2)),
    )
    assert {a.status_code for a in answers} <= {200, 201, 409}
    made = (await alpha.client.get("/api/v1/orders", params={"q": "M9"})).json()["items"]
    assert len(made) == 1


async def test_an_idempotency_key_answers_twice_and_acts_once(alpha: Tenant) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await alpha.client.post("/api/v1/orders", json=order("M5", alpha), headers=headers)
    second = await alpha.client.post("/api/v1/orders", json=order("M5", alpha), headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    other = await alpha.client.post("/api/v1/orders", json=order("M6", alpha), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_hold_release_cancel_and_address(alpha: Tenant, beta: Tenant) -> None:
    placed = (await alpha.client.post("/api/v1/orders", json=order("M7", alpha))).json()
    sub = placed["sub_orders"][0]
    path, box = f"/api/v1/orders/{sub['id']}", f"/api/v1/shipments/{sub['shipment_ids'][0]}"
    why = {"reason": "买家申请退款"}
    assert (await beta.client.post(f"{path}/hold", json=why)).status_code == 404
    held = await alpha.client.post(f"{path}/hold", json=why)
    assert held.json()["state"] == "held"
    assert (await alpha.client.get(box)).json()["hold"] is True
    assert (await alpha.client.post(f"{path}/hold", json=why)).status_code == 409
    assert (await alpha.client.post(f"{path}/release")).json()["state"] == "open"
    assert (await alpha.client.get(box)).json()["hold"] is False
    moved = await alpha.client.post(
        f"{path}/address", json={"raw": "李雷 13911112222 浙江省杭州市西湖区文三路 100 号"}
    )
    assert moved.status_code == 200, moved.text
    after = (await alpha.client.get(box)).json()
    assert (after["dest_city"], after["recipient_phone"]) == ("杭州市", "139****2222")
    old = await alpha.client.get("/api/v1/shipments", params={"q": "13800001234"})
    assert after["id"] not in {row["id"] for row in old.json()["items"]}
    gone = await alpha.client.post(f"{path}/cancel", json=why)
    assert gone.json()["state"] == "cancelled"
    assert (await alpha.client.get(box)).json()["milestone"] == "cancelled"


@pytest.mark.parametrize("by", ["platform", "merchant"])
async def test_what_the_platform_holds_costs_nobody_else_time(
    alpha: Tenant, platform: httpx.AsyncClient, context: Context, by: str
) -> None:
    """Its clocks stand still, but for what was late already; a merchant who holds its own parcel
    gains nothing by it."""
    client = platform if by == "platform" else alpha.client
    placed = (await alpha.client.post("/api/v1/orders", json=order(f"H-{by}", alpha))).json()
    sub = placed["sub_orders"][0]
    path, box = f"/api/v1/orders/{sub['id']}", sub["shipment_ids"][0]

    async def limits() -> list[datetime]:
        async with context.database.system() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT s.ship_by, s.promised_at, o.ship_by, o.promised_at FROM shipments s"
                        " CROSS JOIN sub_orders o WHERE s.id = :box AND o.id = :sub"
                    ),
                    {"box": box, "sub": sub["id"]},
                )
            ).one()
        return list(row)

    soon, past = now() + timedelta(hours=1), now() - timedelta(days=9)
    async with context.database.system() as session:
        for table, key in (("shipments", box), ("sub_orders", sub["id"])):
            await session.execute(
                text(f"UPDATE {table} SET ship_by = :soon, promised_at = :past WHERE id = :id"),
                {"soon": soon, "past": past, "id": key},
            )
    assert (await client.post(f"{path}/hold", json={"reason": "买家申请退款"})).status_code == 200
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE sub_orders SET held_at = held_at - interval '7 hours' WHERE id = :id"),
            {"id": sub["id"]},
        )
    assert (await client.post(f"{path}/release")).json()["state"] == "open"
    ship_by, promised_at, *orders = await limits()
    moved = timedelta(hours=7) if by == "platform" else timedelta()
    assert moved <= ship_by - soon < moved + timedelta(minutes=5)
    assert (promised_at, orders[1]) == (past, past)
    assert abs(orders[0] - ship_by) < timedelta(minutes=5)


async def test_personal_data_are_shown_on_demand_and_noted(
    alpha: Tenant, beta: Tenant, context: Context
) -> None:
    placed = (await alpha.client.post("/api/v1/orders", json=order("M8", alpha))).json()
    box = placed["sub_orders"][0]["shipment_ids"][0]
    path = f"/api/v1/shipments/{box}/recipient"
    why = {"purpose": "联系买家"}
    assert (await beta.client.post(path, json=why)).status_code == 404
    clear = (await alpha.client.post(path, json=why)).json()
    assert (clear["name"], clear["phone"]) == ("张伟", "13800001234")
    log = (await alpha.client.get("/api/v1/audit-log")).json()["items"]
    assert log[0]["action"] == "recipient.revealed"
    async with context.database.hot_system.connection() as connection:
        cursor = await connection.execute("SELECT ciphertext FROM recipients LIMIT 1")
        row = await cursor.fetchone()
        assert row is not None
        assert "张伟".encode() not in bytes(row[0])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"placed_at": "2026-11-20T03:00:00"}, "placed_at"),
        ({"sub_orders": []}, "sub_orders"),
        ({"recipient": {"name": "张伟"}}, "recipient"),
    ],
)
async def test_bad_orders_say_what_is_wrong(
    alpha: Tenant, change: dict[str, Any], field: str
) -> None:
    answer = await alpha.client.post("/api/v1/orders", json=order("BAD", alpha) | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(field in e["field"] for e in answer.json()["errors"])
