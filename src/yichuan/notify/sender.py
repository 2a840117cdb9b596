"""Sending webhooks: signed after Standard Webhooks, each try recorded.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import delete, insert, text, update
from standardwebhooks import Webhook

from yichuan.core.addresses import Target, check
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Database, SystemSession
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.ids import new_id
from yichuan.core.models import OutboxMessage
from yichuan.core.outbox import Message
from yichuan.notify import queries, service
from yichuan.notify.addresses import setting
from yichuan.notify.events import Event
from yichuan.notify.models import Alert, WebhookAttempt, WebhookEndpoint

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
AGENT = "Yichuan-Webhooks/1"
GONE = 410
MAX_ANSWER = 16_384
"""Bytes of a receiver's answer that are read, where it is read at all."""
ANSWER_SECONDS = 15.0
"""How long an answer may trickle in."""
KEEP_ATTEMPTS = timedelta(days=30)
KEEP_SENT = timedelta(days=7)
KEEP_ALERTS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try."""

    status: int | None
    error: str | None
    duration_ms: int
    answer: bytes = b""
    """The first `MAX_ANSWER` bytes of what was answered, where it was to be read."""


def client() -> httpx.AsyncClient:
    """The HTTP client webhooks leave by: no redirects (they could lead inside), no proxies."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
    return httpx.AsyncClient(
        timeout=TIMEOUT, follow_redirects=False, limits=limits, trust_env=False
    )


def signed_headers(secret: str, webhook_id: str, at: datetime, body: str) -> dict[str, str]:
    """Headers of a signed webhook."""
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, body),
    }


async def post(
    http: httpx.AsyncClient,
    url: str,
    target: Target,
    headers: Mapping[str, str],
    body: str,
    *,
    read: bool = False,
) -> Outcome:
    """One request to a checked address; the name stays in the Host header and the certificate.

    `read`: the answer's body decides too, so it is read.
    """
    to = httpx.URL(url)
    begun = time.monotonic()
    status: int | None = None
    error: str | None = None
    answer = b""
    try:
        async with http.stream(
            "POST",
            to.copy_with(host=target.address),
            content=body.encode(),
            headers={**headers, "host": to.netloc.decode("ascii")},
            extensions={"sni_hostname": target.host},
        ) as response:
            status = response.status_code
            if read:
                answer = await _answer(response)
    except (httpx.HTTPError, TimeoutError) as failure:
        error = f"{type(failure).__name__}: {failure}"
    if status is not None and not 200 <= status < 300:
        error = f"HTTP {status}"
    return Outcome(status, error, int((time.monotonic() - begun) * 1000), answer)


async def _answer(response: httpx.Response) -> bytes:
    found = b""
    async with asyncio.timeout(ANSWER_SECONDS):
        async for part in response.aiter_bytes(4096):
            found += part
            if len(found) >= MAX_ANSWER:
                break
    return found[:MAX_ANSWER]


async def attempt(
    context: Context,
    http: httpx.AsyncClient,
    endpoint: WebhookEndpoint,
    webhook_id: str,
    body: Mapping[str, Any],
) -> Outcome:
    """Send one event to one endpoint and record the try."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    async with context.database.system() as session:
        allowed = await setting.get(session)
    try:
        target = await check(endpoint.url, allowed)
    except Invalid as refused:
        outcome = Outcome(None, refused.detail, 0)
    else:
        secret = context.vault.open_secret(endpoint.secret_enc)
        headers = signed_headers(secret, webhook_id, now(), raw)
        outcome = await post(http, endpoint.url, target, headers, raw)
    async with context.database.system() as session:
        await _record(session, endpoint.id, webhook_id, body, outcome)
    return outcome


async def _record(
    session: SystemSession,
    endpoint_id: UUID,
    webhook_id: str,
    body: Mapping[str, Any],
    outcome: Outcome,
) -> None:
    await session.execute(
        insert(WebhookAttempt).values(
            id=new_id(),
            endpoint_id=endpoint_id,
            webhook_id=webhook_id,
            event_type=str(body.get("type", "")),
            status=outcome.status,
            error=outcome.error,
            duration_ms=outcome.duration_ms,
            body=dict(body),
        )
    )
    if outcome.status == GONE:
        await session.execute(
            update(WebhookEndpoint)
            .where(WebhookEndpoint.id == endpoint_id)
            .values(enabled=False, disabled_reason="the receiver answered 410 Gone")
        )


async def deliver(context: Context, http: httpx.AsyncClient, message: Message) -> str | None:
    """Send a message of the webhook channel. None: delivered, or nobody wants it any more."""
    payload = message.payload
    async with context.database.system() as session:
        try:
            endpoint = await queries.endpoint(session, UUID(payload["endpoint_id"]))
        except NotFound:
            return None
    if not endpoint.enabled:
        return None
    body = payload.get("body") or {
        "type": payload["type"],
        "timestamp": payload["timestamp"],
        "sequence": message.id,
        "data": payload["data"],
    }
    outcome = await attempt(context, http, endpoint, payload["webhook_id"], body)
    return None if outcome.status == GONE else outcome.error


async def fan_out(context: Context, messages: Sequence[Message]) -> None:
    """Address events to their endpoints. Done and addressed are one transaction."""
    if not messages:
        return
    async with context.database.system() as session:
        open_still = await session.scalars(
            text(
                "UPDATE outbox SET done_at = now() WHERE id = ANY(:ids) AND done_at IS NULL"
                " RETURNING id"
            ),
            {"ids": [message.id for message in messages]},
        )
        wanted = set(open_still)
        events = [_event(m) for m in messages if m.id in wanted and m.merchant_id is not None]
        if events:
            await service.send_to(session, await queries.subscribers(session), events)


def _event(message: Message) -> Event:
    payload = message.payload
    assert message.merchant_id is not None
    return Event(
        merchant_id=message.merchant_id,
        stream=payload["stream"],
        type=payload["type"],
        at=datetime.fromisoformat(payload["at"]),
        data=payload["data"],
    )


async def purge(database: Database) -> None:
    """Forget alerts after 90 days, attempts after 30, delivered messages after 7."""
    async with database.system() as session:
        await session.execute(
            delete(WebhookAttempt).where(WebhookAttempt.at < now() - KEEP_ATTEMPTS)
        )
        await session.execute(
            delete(OutboxMessage).where(OutboxMessage.done_at < now() - KEEP_SENT)
        )
        await session.execute(delete(Alert).where(Alert.created_at < now() - KEEP_ALERTS))
