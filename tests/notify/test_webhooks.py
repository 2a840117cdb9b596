"""Webhooks end to end: from a log entry to a signed request, in order, with every try on record.

If these break, malls miss events, get them out of order, or cannot trust who sent them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from standardwebhooks import Webhook

from conftest import Tenant
from exceptions.boxes import box, tell
from yichuan.core.consumers import Consumer, drain
from yichuan.core.context import Context
from yichuan.core.outbox import Message, Sent, put
from yichuan.notify import consumer, outbox, sender, service
from yichuan.notify.addresses import WebhookSettings, setting

CONSUMERS = (Consumer("notify.webhooks", "shipment", consumer.handle),)
URL = "/api/v1/webhook-endpoints"


class Receiver:
    """A mall's web server: keeps what it got, answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[httpx.Request, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.said = b"busy"
        """Body of the answers that are told."""
        self.dead = "-"
        """Path that is always answered 500."""
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.got.append((request, json.loads(request.content)))
        if request.url.path == self.dead:
            return httpx.Response(500)
        if self.answers:
            return httpx.Response(self.answers.pop(0), content=self.said)
        return httpx.Response(204)

    def types(self) -> list[str]:
        return [body["type"] for _, body in self.got]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def inside(context: Context) -> None:
    """The operator allows the loopback network."""
    async with context.database.system() as session:
        await setting.put(session, WebhookSettings(allowed_networks=("127.0.0.0/8",)))


@pytest_asyncio.fixture(autouse=True)
async def clean(context: Context) -> AsyncIterator[None]:
    yield
    async with context.database.system() as session:
        await drain(context.database, CONSUMERS)
        await session.execute(text("DELETE FROM outbox"))
        await session.execute(text("DELETE FROM webhook_endpoints"))


async def endpoint(client: httpx.AsyncClient, **wish: Any) -> dict[str, Any]:
    made = await client.post(URL, json={"url": "http://127.0.0.1:9/hook"} | wish)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def pump(context: Context, receiver: Receiver) -> int:
    await drain(context.database, CONSUMERS)
    known = outbox.channels(context, receiver.http)
    total = 0
    while sent := await outbox.step(context, known):
        total += sent
    return total


async def shipped_box(context: Context, merchant: Tenant) -> Any:
    made = await box(context, merchant.id, courier="ZTO")
    for milestone in ("picked_up", "in_transit", "delivered"):
        await tell(context, merchant.id, made, milestone=milestone, detail="none")
    return made


async def test_signed_and_in_order(context: Context, alpha: Tenant, receiver: Receiver) -> None:
    hook = await endpoint(alpha.client)
    made = await shipped_box(context, alpha)
    await pump(context, receiver)
    mine = [(r, b) for r, b in receiver.got if b["data"]["shipment_id"] == str(made)]
    assert [b["type"] for _, b in mine] == [
        "shipment.created",
        "shipment.milestone",
        "shipment.milestone",
        "shipment.milestone",
        "shipment.delivered",
    ]
    assert [b["data"]["milestone"] for _, b in mine[1:4]] == [
        "picked_up",
        "in_transit",
        "delivered",
    ]
    sequence = [b["sequence"] for _, b in mine]
    assert sequence == sorted(set(sequence))
    request, _ = mine[0]
    Webhook(hook["secret"]).verify(request.content, dict(request.headers))
    assert request.headers["host"] == "127.0.0.1:9"
    tries = (await alpha.client.get(f"{URL}/{hook['id']}/attempts")).json()["items"]
    assert {t["status"] for t in tries} == {204}
    assert "secret" not in (await alpha.client.get(f"{URL}/{hook['id']}")).json()


async def test_failure_holds_back_its_own_shipment_only_and_repeats_the_same_id(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    await endpoint(alpha.client, event_types=["shipment.milestone"])
    first, second = await box(context, alpha.id), await box(context, alpha.id)
    await tell(context, alpha.id, first, milestone="picked_up")
    await tell(context, alpha.id, first, milestone="in_transit")
    await tell(context, alpha.id, second, milestone="picked_up")
    receiver.answers = [500]
    await pump(context, receiver)
    told = [(b["data"]["shipment_id"], b["data"]["milestone"]) for _, b in receiver.got]
    failed = told[0][0]
    assert [m for s, m in told if s == failed] == ["picked_up"]
    assert len(told) == (2 if failed == str(first) else 3)
    async with context.database.system() as session:
        await session.execute(text("UPDATE outbox SET due_at = now() WHERE done_at IS NULL"))
    await pump(context, receiver)
    again = [(r, b) for r, b in receiver.got if b["data"]["shipment_id"] == failed]
    assert again[0][0].headers["webhook-id"] == again[1][0].headers["webhook-id"]
    assert again[0][1] == again[1][1]


async def test_gone_switches_the_endpoint_off(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client)
    receiver.answers = [410]
    await shipped_box(context, alpha)
    await pump(context, receiver)
    assert len(receiver.got) == 1
    shown = (await alpha.client.get(f"{URL}/{hook['id']}")).json()
    assert (shown["enabled"], "410" in shown["disabled_reason"]) == (False, True)


async def test_merchants_hear_of_themselves_and_the_platform_of_everybody(
    context: Context, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    await endpoint(beta.client)
    await endpoint(platform)
    await drain(context.database, CONSUMERS)
    await shipped_box(context, alpha)
    await drain(context.database, CONSUMERS)
    async with context.database.system() as session:
        rows = (await session.execute(text("SELECT merchant_id FROM outbox"))).scalars().all()
    assert rows
    assert set(rows) == {None}


async def test_a_merchants_own_act_reaches_the_platforms_endpoint(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient, receiver: Receiver
) -> None:
    """The merchant's transaction cannot see that endpoint: the event is addressed later."""
    await endpoint(platform, event_types=["ticket.updated"])
    async with context.database.write((alpha.id,)) as session:
        await service.emit(session, alpha.id, "s-1", "ticket.updated", {"state": "closed"})
    await pump(context, receiver)
    assert receiver.types() == ["ticket.updated"]
    assert receiver.got[0][1]["data"] == {"state": "closed"}


async def test_redelivery_sends_the_same_event_again(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.created"])
    await box(context, alpha.id)
    await pump(context, receiver)
    (tried,) = (await alpha.client.get(f"{URL}/{hook['id']}/attempts")).json()["items"]
    again = f"{URL}/{hook['id']}/attempts/{tried['id']}/redeliver"
    assert (await alpha.client.post(again)).status_code == 202
    await pump(context, receiver)
    (one, first), (two, second) = receiver.got
    assert first == second
    assert one.headers["webhook-id"] == two.headers["webhook-id"]


async def test_redirects_are_not_followed_and_errors_are_kept(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.created"])
    receiver.answers = [302]
    await box(context, alpha.id)
    await pump(context, receiver)
    (tried,) = (await alpha.client.get(f"{URL}/{hook['id']}/attempts")).json()["items"]
    assert (tried["status"], tried["error"]) == (302, "HTTP 302")


async def test_over_a_real_socket(context: Context, alpha: Tenant) -> None:
    """The test button: a real request to a real server."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hook = await endpoint(alpha.client, url=f"http://localhost:{port}/x?y=1")
    result = (await alpha.client.post(f"{URL}/{hook['id']}/test")).json()
    server.close()
    assert (result["ok"], result["status"]) == (True, 200)
    assert seen[0].startswith(b"POST /x?y=1 HTTP/1.1\r\n")
    assert f"host: localhost:{port}".encode() in seen[0].lower()


async def test_private_addresses_are_refused_at_once_and_when_sending(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient, receiver: Receiver
) -> None:
    refused = await alpha.client.post(URL, json={"url": "http://10.0.0.8/hook"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    await endpoint(alpha.client, event_types=["shipment.created"])
    nobody = {"allowed_hosts": [], "allowed_networks": []}
    assert (await platform.put("/api/v1/settings/webhooks", json=nobody)).status_code == 200
    await box(context, alpha.id)
    await pump(context, receiver)
    assert receiver.got == []
    back = nobody | {"allowed_networks": ["127.0.0.0/8"]}
    await platform.put("/api/v1/settings/webhooks", json=back)
    assert (await alpha.client.get("/api/v1/settings/webhooks")).status_code == 403


async def test_endpoints_stay_with_their_owner(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    hook = await endpoint(alpha.client)
    path = f"{URL}/{hook['id']}"
    assert (await beta.client.get(URL)).json()["items"] == []
    for response in (
        await beta.client.get(path),
        await beta.client.get(f"{path}/attempts"),
        await beta.client.patch(path, json={"enabled": False}),
        await beta.client.post(f"{path}/test"),
        await beta.client.delete(path),
    ):
        assert response.status_code == 404
    other = await beta.client.post(
        URL, json={"url": "http://127.0.0.1/", "merchant_id": str(alpha.id)}
    )
    assert other.status_code == 403
    assert (await nobody.get(URL)).status_code == 401
    changed = await alpha.client.patch(path, json={"enabled": False, "event_types": []})
    assert changed.json()["enabled"] is False
    assert (await alpha.client.delete(path)).status_code == 204
    assert (await alpha.client.get(path)).status_code == 404


async def test_old_attempts_and_sent_messages_are_forgotten(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    await endpoint(alpha.client, event_types=["shipment.created"])
    await box(context, alpha.id)
    await pump(context, receiver)
    async with context.database.system() as session:
        for table, column in (("webhook_attempts", "at"), ("outbox", "done_at")):
            await session.execute(text(f"UPDATE {table} SET {column} = now() - interval '40 d'"))
    await sender.purge(context.database)
    async with context.database.system() as session:
        for table in ("webhook_attempts", "outbox"):
            left = await session.scalar(text(f"SELECT count(*) FROM {table}"))
            assert left == 0


async def test_alerts_are_read_by_whom_they_concern(
    context: Context, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    async with context.database.system() as session:
        item = service.NewAlert(alpha.id, None, "lost", 3, "丢失：YC1", "Lost: YC1", "/shipments/1")
        await service.alert(session, [item])
    assert (await beta.client.get("/api/v1/alerts")).json()["items"] == []
    mine = (await alpha.client.get("/api/v1/alerts", params={"unread": True})).json()
    theirs = (await platform.get("/api/v1/alerts", params={"unread": True})).json()
    assert mine["unread"] == theirs["unread"] == 1
    assert mine["items"][0]["id"] != theirs["items"][0]["id"]
    ids = [theirs["items"][0]["id"]]
    assert (await beta.client.post("/api/v1/alerts/read", json={"ids": ids})).json()["read"] == 0
    assert (await alpha.client.post("/api/v1/alerts/read", json={})).json()["read"] == 1
    assert (await alpha.client.get("/api/v1/alerts")).json()["unread"] == 0
    assert (await platform.get("/api/v1/alerts")).json()["unread"] == 1


async def test_the_loop_sends_and_one_channel_never_stops_another(
    context: Context, platform: httpx.AsyncClient
) -> None:
    done = asyncio.Event()

    async def works(message: Message) -> Sent:
        done.set()
        return Sent()

    async def breaks(message: Message) -> Sent:
        raise OSError("no route")

    async with context.database.system() as session:
        for channel in ("breaks", "works", "unknown"):
            await put(session, channel, channel, {}, None)
    loop = asyncio.create_task(
        outbox.run_outbox(context, lambda _: {"works": works, "breaks": breaks}), name="outbox"
    )
    await asyncio.wait_for(done.wait(), 30)
    while True:
        async with context.database.system() as session:
            rows = await session.execute(text("SELECT channel, done_at, last_error FROM outbox"))
            found = {row.channel: (row.done_at is not None, row.last_error) for row in rows}
        if found["works"][0] and found["breaks"][1] and found["unknown"][1]:
            break
        await asyncio.sleep(0.05)
    loop.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await loop
    assert found["breaks"] == (False, "OSError: no route")
    assert found["unknown"] == (False, "no sender for channel unknown")


async def test_a_repeated_creation_gives_the_same_endpoint_and_secret(alpha: Tenant) -> None:
    wish, headers = {"url": "http://127.0.0.1:9/hook"}, {"Idempotency-Key": "w-1"}
    first, second = [
        (await alpha.client.post(URL, json=wish, headers=headers)).json() for _ in range(2)
    ]
    assert first == second
    assert len((await alpha.client.get(URL)).json()["items"]) == 1
