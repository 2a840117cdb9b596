"""Imports over HTTP. Broken, a merchant uploads into another's books, or reads its rejects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from conftest import Tenant
from imports.files import one
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.imports import uploads

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
HEADER = "shipment_no,courier,waybill_number,shipped_at,province"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def catalogue(context: Context) -> None:
    async with context.database.system() as session:
        await couriers.seed(session)


def csv_file(text: str, name: str = "parcels.csv") -> dict[str, Any]:
    return {"file": (name, text.encode(), "text/csv")}


async def upload(client: httpx.AsyncClient, kind: str, text: str, **data: str) -> httpx.Response:
    return await client.post("/api/v1/imports", data={"kind": kind, **data}, files=csv_file(text))


async def test_a_merchant_uploads_its_parcels(alpha: Tenant, beta: Tenant) -> None:
    text = f"{HEADER}\nU1,SF,SF700000001,{YESTERDAY},四川\nU2,NOBODY,1,{YESTERDAY},四川\n"
    answer = await upload(alpha.client, "shipments", text)
    assert answer.status_code == 201, answer.text
    run = answer.json()
    assert (run["status"], run["accepted"], run["rejected"]) == ("finished", 1, 1)
    assert run["merchant_id"] == str(alpha.id)
    same = await upload(alpha.client, "shipments", text)
    assert (same.status_code, same.json()["id"]) == (200, run["id"])
    rejects = await alpha.client.get(f"/api/v1/imports/{run['id']}/rejects.csv")
    lines = rejects.content.decode("utf-8-sig").splitlines()
    assert lines[0] == f"reject_line,reject_code,reject_column,reject_zh,reject_en,{HEADER}"
    assert lines[1].startswith("3,unknown_courier,courier,未知的快递公司,")
    assert "parcels.csv.rejects.csv" in rejects.headers["content-disposition"]
    listed = (await alpha.client.get("/api/v1/imports")).json()["items"]
    assert [item["id"] for item in listed] == [run["id"]]
    assert (await beta.client.get("/api/v1/imports")).json()["items"] == []
    for path in ("", "/rejects.csv"):
        foreign = await beta.client.get(f"/api/v1/imports/{run['id']}{path}")
        assert foreign.status_code == 404
    boxes = (await alpha.client.get("/api/v1/shipments", params={"q": "U1"})).json()["items"]
    assert [box["waybill_number"] for box in boxes] == ["SF700000001"]
    assert (await beta.client.get("/api/v1/shipments", params={"q": "U1"})).json()["items"] == []


async def test_what_merchants_may_not(
    alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    for kind in ("rates", "bills"):
        assert (await upload(alpha.client, kind, "card\nx\n")).status_code == 403
        columns = await alpha.client.get(f"/api/v1/imports/columns/{kind}")
        assert columns.status_code == 403
    text = f"merchant,{HEADER}\n{beta.code},U3,,,,\n"
    answer = await upload(alpha.client, "shipments", text, merchant_id=str(beta.id))
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (0, 1)
    assert answer.json()["merchant_id"] == str(alpha.id)
    assert (await upload(nobody, "shipments", text)).status_code == 401
    assert (await nobody.get("/api/v1/imports")).status_code == 401


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.csv", "", "invalid"),
        ("a.exe", "x\n1\n", "bad_file"),
        ("a.csv.gz", "x\n1\n", "bad_file"),
        ("a.xlsx", "no spreadsheet", "bad_file"),
        ("a.csv", "colour\nred\n", "bad_mapping"),
    ],
)
async def test_files_that_cannot_be_used(alpha: Tenant, name: str, text: str, code: str) -> None:
    answer = await alpha.client.post(
        "/api/v1/imports", data={"kind": "shipments"}, files=csv_file(text, name)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_mapping_reads_anyones_columns(platform: httpx.AsyncClient) -> None:
    mapping = (
        'rows = "shipments"\n[columns]\nshipment_no = "单号"\nmerchant = { value = "MAPPED" }\n'
        'ship_method = { value = "own_fleet" }\n'
    )
    files = csv_file("单号\n甲1\n甲2\n") | {"map": ("m.toml", mapping.encode(), "text/plain")}
    answer = await platform.post("/api/v1/imports", data={"kind": "shipments"}, files=files)
    assert answer.json()["accepted"] == 2
    assert answer.json()["result"] == {"merchants_made": ["MAPPED"]}
    columns = (await platform.get("/api/v1/imports/columns/shipments")).json()["columns"]
    assert columns[0]["name"] == "shipment_no"


async def test_large_files_are_left_to_a_job(
    context: Context, platform: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 10)
    rows = "".join(f"J{i},M-J,own_fleet\n" for i in range(50))
    answer = await upload(platform, "shipments", f"shipment_no,merchant,ship_method\n{rows}")
    assert answer.status_code == 202
    run = answer.json()
    assert (run["status"], run["percent"]) == ("waiting", 0)
    queued = "SELECT args->>'run_id' FROM procrastinate_jobs WHERE task_name = 'import_file'"
    async with context.database.hot_system.connection() as connection:
        jobs = await (await connection.execute(queued)).fetchall()
    assert jobs == [(run["id"],)]
    stored = context.blobs.get(f"imports/{run['id']}")
    assert b"M-J" not in stored
    await uploads.work_off(context, UUID(run["id"]))
    done = (await platform.get(f"/api/v1/imports/{run['id']}")).json()
    assert (done["status"], done["percent"], done["accepted"]) == ("finished", 100, 50)
    assert context.blobs.get(f"imports/{run['id']}") == b""
    await uploads.work_off(context, UUID(run["id"]))


async def test_imports_of_a_dead_worker_are_queued_again(
    context: Context, platform: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 10)
    run = (await upload(platform, "shipments", "shipment_no,merchant\nDW1,M-J\n")).json()
    assert await uploads.resume_stalled(context) == 0
    async with context.database.hot_system.connection() as connection:
        await connection.execute(
            "UPDATE import_runs SET touched_at = now() - interval '1 hour', status = 'running'"
            " WHERE id = %s",
            (run["id"],),
        )
    assert await uploads.resume_stalled(context) == 1
    assert await uploads.resume_stalled(context) == 0
    await uploads.work_off(context, UUID(run["id"]))
    done = (await platform.get(f"/api/v1/imports/{run['id']}")).json()
    assert done["status"] == "finished"


async def order(client: httpx.AsyncClient, number: str) -> str:
    """An order that waits to be shipped; gives its box."""
    body = {
        "order_no": number,
        "placed_at": YESTERDAY,
        "recipient": {
            "name": "测试人",
            "phone": "13600000000",
            "province": "四川省",
            "city": "成都市",
            "address": "某路1号",
        },
        "sub_orders": [{"sub_order_no": number, "lines": [{"sku": "A", "quantity": 1}]}],
    }
    placed = await client.post("/api/v1/orders", json=body)
    assert placed.status_code == 201, placed.text
    box: str = placed.json()["sub_orders"][0]["shipment_ids"][0]
    return box


async def test_own_numbers_by_file(
    context: Context, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    box = await order(alpha.client, "OWN-1")
    text = (
        "订单号,快递公司,运单号\nOWN-1,圆通速递,YT8888888888881\nOWN-9,SF,SF12345678\nOWN-1,SF,!\n"
    )
    path = "/api/v1/shipments/own-numbers/file"
    foreign = (await beta.client.post(path, files=csv_file(text))).json()
    assert [item["ok"] for item in foreign["items"]] == [False, False, False]
    answer = await alpha.client.post(path, files=csv_file(text))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["accepted"] == 1
    assert [(item["line"], item["ok"]) for item in found["items"]] == [
        (2, True),
        (3, False),
        (4, False),
    ]
    assert [item["index"] for item in found["items"]] == [0, 1, 2]
    assert found["items"][0]["id"] == box
    assert found["items"][1]["error"]["code"] == "not_found"
    assert found["items"][2]["error"]["code"] == "no_match"
    row = await one(
        context, "SELECT courier, waybill_number FROM shipments WHERE id = %s", UUID(box)
    )
    assert row == ("YTO", "YT8888888888881")
    whose = await platform.post(path, files=csv_file(text))
    assert whose.status_code == 422
    again = await platform.post(path, files=csv_file(text), data={"merchant_id": str(alpha.id)})
    assert again.json()["items"][0]["error"]["code"] == "conflict"
