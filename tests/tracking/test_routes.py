"""Tracks, subscriptions and quarantine over HTTP. If these break, staff cannot mend bad pushes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import FORM, Line, make_line, push, raw_push, record, trace
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.tracking import ingest, service
from yichuan.tracking.values import NewBinding

START = datetime(2025, 11, 1, 2, 0, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(context: Context) -> Line:
    async with context.database.system() as session:
        await couriers.seed(session)
    return await make_line(context)


async def pushed(context: Context, nobody: httpx.AsyncClient, line: Line, body: bytes) -> None:
    assert (await nobody.post(line.path, content=body, headers=FORM)).status_code == 200
    while await ingest.merge_pending(context):
        pass


async def open_rows(platform: httpx.AsyncClient, **params: str) -> list[dict]:
    answer = await platform.get("/api/v1/quarantine", params=params)
    assert answer.status_code == 200
    return answer.json()["items"]


async def test_track_over_http(
    context: Context, nobody: httpx.AsyncClient, alpha: Tenant, beta: Tenant, line: Line
) -> None:
    shipment = await box(context, alpha.id)
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(alpha.id, shipment, "ZTO", "920000000001")])
    traces = [trace(START, "【深圳市】已揽收", "1", "深圳市")]
    await pushed(context, nobody, line, push(record("920000000001", traces)))
    answer = await alpha.client.get("/api/v1/tracks/zto/920000000001")
    assert answer.status_code == 200
    track = answer.json()
    assert (track["milestone"], track["events"][0]["city"]) == ("picked_up", "深圳市")
    assert (await beta.client.get("/api/v1/tracks/ZTO/920000000001")).status_code == 404
    assert (await nobody.get("/api/v1/tracks/ZTO/920000000001")).status_code == 401
    story = (await alpha.client.get(f"/api/v1/shipments/{shipment}/timeline")).json()["items"]
    assert [(item["source"], item["kind"]) for item in story] == [
        ("courier", "scan"),
        ("house", "created"),
    ]
    assert (await beta.client.get(f"/api/v1/shipments/{shipment}/timeline")).status_code == 404


async def test_an_event_is_dismissed(
    context: Context, nobody: httpx.AsyncClient, platform: httpx.AsyncClient, alpha: Tenant,
    line: Line,
) -> None:  # fmt: skip
    bad = push(record("920000000002", [trace("--", "【深圳市】时间坏了")]))
    await pushed(context, nobody, line, bad)
    (row,) = await open_rows(platform, q="920000000002")
    assert (row["kind"], row["courier"]) == ("event", "ZTO")
    path = f"/api/v1/quarantine/{row['id']}"
    assert "时间坏了" in (await platform.get(path)).json()["raw"]
    assert (await alpha.client.get(path)).status_code == 403
    assert (await alpha.client.get("/api/v1/quarantine")).status_code == 403
    assert (await platform.post(f"{path}/dismiss")).status_code == 204
    assert (await platform.post(f"{path}/dismiss")).status_code == 409
    await pushed(context, nobody, line, bad)
    assert await open_rows(platform, q="920000000002") == []


async def test_a_replay_that_is_bad_again_comes_back(
    context: Context, nobody: httpx.AsyncClient, platform: httpx.AsyncClient, line: Line
) -> None:
    await pushed(context, nobody, line, raw_push("not json at all {"))
    (row,) = await open_rows(platform, kind="push")
    path = f"/api/v1/quarantine/{row['id']}/replay"
    assert (await platform.post(path)).status_code == 204
    assert await open_rows(platform, kind="push") == []
    while await ingest.merge_pending(context):
        pass
    (again,) = await open_rows(platform, kind="push")
    assert again["id"] == row["id"]


async def test_a_wrong_key_is_mended_and_its_pushes_replayed(
    context: Context, nobody: httpx.AsyncClient, platform: httpx.AsyncClient, line: Line
) -> None:
    """The key was mistyped at set-up: after the correction nothing needs to be sent again."""
    body = push(record("920000000003", [trace(START, "已揽收", "1")]))
    async with context.database.system() as session:
        wrong = context.vault.seal_secret("mistyped")
        change = text("UPDATE courier_connections SET secret_enc = :s WHERE id = :id")
        right = (await couriers.keys_of(session, context.vault, line.id)).secret
        await session.execute(change, {"s": wrong, "id": line.id})
    app = nobody._transport.app  # type: ignore[attr-defined]
    vars(app.state).get("_state", {}).pop("reception", None)
    await pushed(context, nobody, line, body)
    (row,) = await open_rows(platform, kind="signature")
    path = f"/api/v1/quarantine/{row['id']}/replay"
    assert (await platform.post(path)).status_code == 409
    async with context.database.system() as session:
        sealed = context.vault.seal_secret(right)
        await session.execute(change, {"s": sealed, "id": line.id})
    vars(app.state).get("_state", {}).pop("reception", None)
    assert (await platform.post(path)).status_code == 204
    while await ingest.merge_pending(context):
        pass
    track = await platform.get("/api/v1/tracks/ZTO/920000000003")
    assert track.json()["milestone"] == "picked_up"


async def test_subscriptions(platform: httpx.AsyncClient, alpha: Tenant, line: Line) -> None:
    wish = {"courier": "sf", "number": " SF 1234 5678 9012 ", "phone_last4": "1234"}
    assert (await alpha.client.post("/api/v1/subscriptions", json=wish)).status_code == 403
    headers = {"Idempotency-Key": "sub-1"}
    for _ in range(2):
        made = await platform.post("/api/v1/subscriptions", json=wish, headers=headers)
        assert made.status_code == 201
        assert made.json() == {"courier": "SF", "number": "SF123456789012", "cycle": 1}
    bad = await platform.post("/api/v1/subscriptions", json=wish | {"courier": "NOSUCH"})
    assert bad.status_code == 404
    found = await platform.get("/api/v1/subscriptions", params={"state": "wanted", "limit": 1})
    page = found.json()
    assert page["items"][0]["number"] == "SF123456789012"
    assert "phone" not in found.text


async def test_quarantine_pages(
    context: Context, nobody: httpx.AsyncClient, platform: httpx.AsyncClient, line: Line
) -> None:
    bad = [trace("--", f"第{n}条") for n in range(5)]
    await pushed(context, nobody, line, push(record("920000000004", bad)))
    seen: list[int] = []
    cursor: str | None = None
    while True:
        params = {"q": "920000000004", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await platform.get("/api/v1/quarantine", params=params)).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert timedelta(0) < datetime.now(UTC) - datetime.fromisoformat(page["items"][0]["created_at"])


async def test_an_unheard_of_number_is_asked_for(
    app: FastAPI, platform: httpx.AsyncClient, alpha: Tenant, line: Line
) -> None:
    """The courier is asked once; its answer is kept like a push."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        fields = httpx.QueryParams(request.content.decode())
        asked.append(fields["RequestType"])
        if "920000000099" in fields["RequestData"]:
            return httpx.Response(200, json={"Success": False, "Reason": "没有可用套餐"})
        said = record("920000000010", [trace(START, "【深圳市】已揽收", "1")])
        return httpx.Response(200, json=said | {"State": "1"})

    app.state.http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    assert (await alpha.client.get("/api/v1/tracks/ZTO/920000000010")).status_code == 404
    assert asked == []
    for _ in range(2):
        found = await platform.get("/api/v1/tracks/ZTO/920000000010?phone_last4=1234")
        assert found.json()["milestone"] == "picked_up"
    assert asked == ["8001"]
    failed = await platform.get("/api/v1/tracks/ZTO/920000000099")
    assert (failed.status_code, failed.json()["code"]) == (502, "courier_failed")
    assert "没有可用套餐" in failed.text
