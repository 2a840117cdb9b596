"""The shipments list as a file. Broken, a merchant downloads another's parcels, or names."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from conftest import Tenant
from imports.files import one
from yichuan.core.context import Context
from yichuan.shipments import export

PLACED = datetime(2026, 11, 20, 3, tzinfo=UTC)


async def place(client: httpx.AsyncClient, number: str, remark: str = "") -> None:
    body = {
        "order_no": number,
        "placed_at": PLACED.isoformat(),
        "recipient": {
            "name": "王小明",
            "phone": "13511112222",
            "province": "广东省",
            "city": "深圳市",
            "address": "科技园1号",
        },
        "sub_orders": [
            {
                "sub_order_no": number,
                "remark": remark,
                "lines": [{"sku": "A", "quantity": 2, "weight_g": 350}],
            }
        ],
    }
    assert (await client.post("/api/v1/orders", json=body)).status_code == 201


async def rows(client: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/shipments/export.csv", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_each_sees_its_own_masked(
    context: Context, alpha: Tenant, beta: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    for number in range(5):
        await place(alpha.client, f"E{number}", "=1+1" if number == 0 else "")
    await place(beta.client, "F1")
    mine = await rows(alpha.client)
    assert [row["订单号"] for row in mine] == ["E4", "E3", "E2", "E1", "E0"]
    assert {row["商家"] for row in mine} == {"ALPHA"}
    assert mine[0]["收件人"] == "王**"
    assert mine[0]["收件电话"] == "135****2222"
    assert mine[0]["重量"] == "0.700"
    assert mine[0]["状态"] == "待发货"
    assert mine[4]["备注"] == "'=1+1"
    assert [row["订单号"] for row in await rows(beta.client)] == ["F1"]
    line = "SELECT count(*) FROM audit_log WHERE action = 'shipments.exported'"
    assert await one(context, line) == (2,)


async def test_filters_hold(alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient) -> None:
    assert len(await rows(platform)) == 6
    assert len(await rows(platform, merchant_id=str(beta.id))) == 1
    assert [row["订单号"] for row in await rows(alpha.client, q="E3")] == ["E3"]
    assert await rows(alpha.client, merchant_id=str(beta.id), milestone="delivered") == []


async def test_nobody_downloads_nothing(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/api/v1/shipments/export.csv")).status_code == 401
