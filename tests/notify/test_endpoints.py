"""What a mall does with its webhook endpoint: rotate, pause, catch up, look at every try.

If these break, a rotation cuts a mall off, a long outage loses its events, or nobody can see why
nothing arrives.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from conftest import Tenant
from exceptions.boxes import box, tell
from notify.test_webhooks import URL, Receiver, clean, endpoint, inside, pump, receiver
from yichuan.core.context import Context
from yichuan.notify import health, sender

__all__ = ["clean", "inside", "receiver"]


async def attempts(client: httpx.AsyncClient, hook: dict[str, Any], **query: Any) -> list[Any]:
    found = await client.get(f"{URL}/{hook['id']}/attempts", params=query)
    items: list[Any] = found.json()["items"]
    return items


async def act(client: httpx.AsyncClient, hook: dict[str, Any], verb: str, **wish: Any) -> Any:
    answer = await client.post(f"{URL}/{hook['id']}/{verb}", json=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sql(context: Context, statement: str) -> None:
    async with context.database.system() as session:
        await session.execute(text(statement))


def verifies(secret: str, request: httpx.Request) -> bool:
    try:
        Webhook(secret).verify(request.content, dict(request.headers))
    except WebhookVerificationError:
        return False
    return True


async def test_both_secrets_sign_during_the_overlap(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.created"])
    made = await act(alpha.client, hook, "rotate-secret", overlap_hours=24)
    assert made["secret"] != hook["secret"]
    await box(context, alpha.id)
    await pump(context, receiver)
    request, _ = receiver.got.pop()
    assert verifies(hook["secret"], request)
    assert verifies(made["secret"], request)
    again = await alpha.client.post(f"{URL}/{hook['id']}/rotate-secret", json={"overlap_hours": 1})
    assert again.status_code == 409
    last = await act(alpha.client, hook, "rotate-secret", overlap_hours=0)
    await box(context, alpha.id)
    await pump(context, receiver)
    request, _ = receiver.got.pop()
    assert [verifies(s, request) for s in (hook["secret"], made["secret"], last["secret"])] == [
        False,
        False,
        True,
    ]


async def test_long_failure_pauses_with_a_notice_and_resuming_catches_up_in_order(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.milestone"])
    made = await box(context, alpha.id)
    await tell(context, alpha.id, made, milestone="picked_up")
    receiver.answers = [500]
    await pump(context, receiver)
    first_id = receiver.got[0][0].headers["webhook-id"]
    assert await health.look_after(context.database) == 0
    await sql(context, "UPDATE webhook_endpoints SET failing_since = now() - interval '49 hours'")
    await sql(context, "UPDATE outbox SET failed_at = now() WHERE done_at IS NULL")
    assert await health.look_after(context.database) == 1
    shown = (await alpha.client.get(f"{URL}/{hook['id']}")).json()
    assert (shown["pause_reason"], shown["enabled"]) == ("failing", True)
    kinds = [a["kind"] for a in (await alpha.client.get("/api/v1/alerts")).json()["items"]]
    assert kinds[0] == "webhook_paused"
    receiver.got.clear()
    await tell(context, alpha.id, made, milestone="in_transit")
    await pump(context, receiver)
    assert receiver.got == []
    waiting = (await alpha.client.get(f"{URL}/{hook['id']}/queue")).json()
    assert (waiting["waiting"], waiting["failed"], waiting["next_try_at"]) == (1, 1, None)
    assert (await act(alpha.client, hook, "resume"))["released"] == 2
    await pump(context, receiver)
    assert [b["data"]["milestone"] for _, b in receiver.got] == ["picked_up", "in_transit"]
    assert receiver.got[0][0].headers["webhook-id"] == first_id


async def test_pausing_by_hand_keeps_and_switching_off_drops(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.created"])
    await box(context, alpha.id)
    await act(alpha.client, hook, "pause")
    assert (await alpha.client.post(f"{URL}/{hook['id']}/pause")).status_code == 409
    await box(context, alpha.id)
    await pump(context, receiver)
    assert receiver.got == []
    await act(alpha.client, hook, "resume")
    await pump(context, receiver)
    assert len(receiver.got) == 2
    await alpha.client.patch(f"{URL}/{hook['id']}", json={"enabled": False})
    await box(context, alpha.id)
    await pump(context, receiver)
    await alpha.client.patch(f"{URL}/{hook['id']}", json={"enabled": True})
    await pump(context, receiver)
    assert len(receiver.got) == 2
    assert (await alpha.client.post(f"{URL}/{hook['id']}/resume")).status_code == 409


async def test_an_event_addressed_while_resuming_is_not_held_for_ever(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    await endpoint(alpha.client, event_types=["shipment.created"])
    await box(context, alpha.id)
    await pump(context, receiver)
    await sql(context, "UPDATE outbox SET done_at = NULL, due_at = '9999-01-01 00:00+00'")
    await health.look_after(context.database)
    await pump(context, receiver)
    assert len(receiver.got) == 2


async def test_every_try_of_an_event_with_what_was_sent_and_answered(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client)
    receiver.answers = [503]
    await box(context, alpha.id)
    await pump(context, receiver)
    await sql(context, "UPDATE outbox SET due_at = now() WHERE done_at IS NULL")
    await pump(context, receiver)
    second, first = await attempts(alpha.client, hook, event_type="shipment.created")
    assert (first["number"], first["status"], first["answer"]) == (1, 503, "busy")
    assert (second["number"], second["status"], second["url"]) == (2, 204, hook["url"])
    assert first["webhook_id"] == second["webhook_id"]
    assert first["body"] == second["body"] == receiver.got[0][1]
    assert len(await attempts(alpha.client, hook, ok=False)) == 1
    assert len(await attempts(alpha.client, hook, webhook_id=first["webhook_id"])) == 2
    assert await attempts(alpha.client, hook, event_type="ticket.updated") == []


async def test_a_merchants_restriction_is_told(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient, receiver: Receiver
) -> None:
    await endpoint(alpha.client, event_types=["merchant.enforcement"])
    for status in ("restricted", "restricted", "active"):
        changed = await platform.patch(f"/api/v1/merchants/{alpha.id}", json={"status": status})
        assert changed.status_code == 200
    await pump(context, receiver)
    told = [(b["data"]["status_from"], b["data"]["status"]) for _, b in receiver.got]
    assert told == [("active", "restricted"), ("restricted", "active")]


async def test_given_up_events_are_sent_again_on_demand(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.created"])
    receiver.answers = [500]
    await box(context, alpha.id)
    await pump(context, receiver)
    await sql(context, "UPDATE outbox SET failed_at = now() WHERE done_at IS NULL")
    assert (await act(alpha.client, hook, "redeliver-failed"))["released"] == 1
    await pump(context, receiver)
    ids = {request.headers["webhook-id"] for request, _ in receiver.got}
    assert (len(receiver.got), len(ids)) == (2, 1)


async def test_what_a_receiver_answers_cannot_stop_the_outbox(
    context: Context, alpha: Tenant, receiver: Receiver
) -> None:
    hook = await endpoint(alpha.client, event_types=["shipment.created"])
    receiver.said = b"\x00\xff\xfe" + b"x" * 50_000
    receiver.answers = [200]
    await box(context, alpha.id)
    await pump(context, receiver)
    (tried,) = await attempts(alpha.client, hook)
    assert tried["error"] is None
    assert len(tried["answer"]) <= sender.KEPT_ANSWER


async def test_a_receiver_that_is_down_leaves_room_for_others(
    context: Context, alpha: Tenant, beta: Tenant, receiver: Receiver
) -> None:
    """Fifty parcels for a dead address, and the other mall's events still leave at once."""
    await endpoint(alpha.client, url="http://127.0.0.1:9/dead", event_types=["shipment.created"])
    await endpoint(beta.client, url="http://127.0.0.1:9/alive", event_types=["shipment.created"])
    receiver.dead = "/dead"
    for _ in range(50):
        await box(context, alpha.id)
    await box(context, beta.id)
    await pump(context, receiver)
    paths = [request.url.path for request, _ in receiver.got]
    assert paths.count("/alive") == 1
    assert paths.count("/dead") < 50


@pytest.mark.parametrize("verb", ["pause", "resume", "redeliver-failed", "rotate-secret", "test"])
async def test_acts_on_anothers_endpoint_find_nothing(
    alpha: Tenant, beta: Tenant, verb: str
) -> None:
    hook = await endpoint(alpha.client)
    refused = await beta.client.post(f"{URL}/{hook['id']}/{verb}", json={})
    assert refused.status_code == 404
    assert (await beta.client.get(f"{URL}/{hook['id']}/queue")).status_code == 404
