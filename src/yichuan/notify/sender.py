"""Sending webhooks: signed after Standard Webhooks, each try recorded.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy import delete, text, update
from standardwebhooks import Webhook

from yichuan.core.addresses import Target, check
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import Database
from yichuan.core.direct import Write, write_within
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.ids import new_id
from yichuan.core.models import OutboxMessage
from yichuan.core.outbox import HELD, Message, Sent
from yichuan.core.vault import Vault
from yichuan.core.writing import inserts
from yichuan.notify import queries, service
from yichuan.notify.addresses import WebhookSettings, setting
from yichuan.notify.events import Event
from yichuan.notify.models import Alert, WebhookAttempt, WebhookEndpoint

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
AGENT = "Yichuan-Webhooks/1"
GONE = 410
MAX_ANSWER: Final = 16_384
"""Bytes read of an answer that decides about success."""
KEPT_ANSWER: Final = 1_000
"""Bytes of a webhook receiver's answer that are kept."""
ANSWER_SECONDS = 15.0
"""How long an answer may trickle in."""
KEEP_ATTEMPTS = timedelta(days=30)
KEEP_SENT = timedelta(days=7)
KEEP_ALERTS = timedelta(days=90)
KEEP_HELD = timedelta(days=14)
KNOWN_SECONDS: Final = 2.0
KNOWN_ENDPOINTS: Final = 2_000
_SWITCH_OFF: Final = (
    "UPDATE webhook_endpoints SET enabled = false,"
    " disabled_reason = 'the receiver answered 410 Gone' WHERE id = %s"
)
_WELL: Final = "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = %s"
_FAILING: Final = (
    "UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, now()) WHERE id = %s"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try."""

    status: int | None
    error: str | None
    duration_ms: int
    answer: bytes = b""
    """How the answer began, as far as it was to be read."""


def client() -> httpx.AsyncClient:
    """The HTTP client webhooks leave by: no redirects (they could lead inside), no proxies."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
    return httpx.AsyncClient(
        timeout=TIMEOUT, follow_redirects=False, limits=limits, trust_env=False
    )


def signed_headers(
    secrets: Sequence[str], webhook_id: str, at: datetime, body: str
) -> dict[str, str]:
    """Headers of a webhook, signed with each secret: after a rotation either may verify it."""
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(webhook_id, at, body) for secret in secrets
        ),
    }


async def post(
    http: httpx.AsyncClient,
    url: str,
    target: Target,
    headers: Mapping[str, str],
    body: str,
    *,
    read: int = 0,
) -> Outcome:
    """One request to a checked address; the name stays in the Host header and the certificate.

    `read`: so many bytes of the answer are read.
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
                answer = await _answer(response, read)
    except (httpx.HTTPError, TimeoutError) as failure:
        error = f"{type(failure).__name__}: {failure}"
    if status is not None and not 200 <= status < 300:
        error = f"HTTP {status}"
    return Outcome(status, error, int((time.monotonic() - begun) * 1000), answer)


async def _answer(response: httpx.Response, most: int) -> bytes:
    found = b""
    async with asyncio.timeout(ANSWER_SECONDS):
        async for part in response.aiter_bytes(4096):
            found += part
            if len(found) >= most:
                break
    return found[:most]


@dataclass(frozen=True, slots=True)
class Ready:
    """An endpoint as it is sent to: its secrets opened, its address looked up and checked."""

    id: UUID
    url: str
    secrets: tuple[str, ...]
    target: Target | Invalid
    enabled: bool
    paused: bool
    failing: bool


class Endpoints:
    """Endpoints of this process, looked at again after two seconds."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[UUID, tuple[float, Ready | None]] = {}

    async def get(self, endpoint_id: UUID) -> Ready | None:
        """An endpoint; None: there is none of this id any more."""
        found = self._known.get(endpoint_id)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        if len(self._known) > KNOWN_ENDPOINTS:
            self._known.clear()
        ready = await self._load(endpoint_id)
        self._known[endpoint_id] = (time.monotonic() + KNOWN_SECONDS, ready)
        return ready

    def forget(self, endpoint_id: UUID) -> None:
        """Look it up again next time."""
        self._known.pop(endpoint_id, None)

    async def _load(self, endpoint_id: UUID) -> Ready | None:
        async with self._context.database.system() as session:
            try:
                row = await queries.endpoint(session, endpoint_id)
            except NotFound:
                return None
            allowed = await setting.get(session)
        return await _ready(self._context.vault, row, allowed)


async def _ready(vault: Vault, row: WebhookEndpoint, allowed: WebhookSettings) -> Ready:
    target: Target | Invalid
    try:
        target = await check(row.url, allowed)
    except Invalid as refused:
        target = refused
    sealed = [row.secret_enc]
    if row.old_secret_enc is not None and row.old_secret_until and row.old_secret_until > now():
        sealed.append(row.old_secret_enc)
    return Ready(
        id=row.id,
        url=row.url,
        secrets=tuple(vault.open_secret(secret) for secret in sealed),
        target=target,
        enabled=row.enabled,
        paused=row.paused_at is not None,
        failing=row.failing_since is not None,
    )


async def test(context: Context, http: httpx.AsyncClient, row: WebhookEndpoint) -> Outcome:
    """Send a `webhook.test` event to an endpoint now and record it."""
    body = {"type": "webhook.test", "timestamp": now().isoformat(), "sequence": 0, "data": {}}
    async with context.database.system() as session:
        allowed = await setting.get(session)
    ready = await _ready(context.vault, row, allowed)
    outcome, attempt = await _try(http, ready, f"msg_{new_id().hex}", body, 1)
    async with context.database.system() as session:
        await write_within(session, *inserts((WebhookAttempt, [attempt])))
    return outcome


async def _try(
    http: httpx.AsyncClient, ready: Ready, webhook_id: str, body: Mapping[str, Any], number: int
) -> tuple[Outcome, dict[str, Any]]:
    """One request, and the row that records it."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    at = now()
    if isinstance(ready.target, Invalid):
        outcome = Outcome(None, ready.target.detail, 0)
    else:
        headers = signed_headers(ready.secrets, webhook_id, at, raw)
        outcome = await post(http, ready.url, ready.target, headers, raw, read=KEPT_ANSWER)
    return outcome, {
        "id": new_id(),
        "endpoint_id": ready.id,
        "webhook_id": webhook_id,
        "event_type": str(body.get("type", "")),
        "number": number,
        "url": ready.url,
        "at": at,
        "status": outcome.status,
        "answer": _shown(outcome.answer),
        "error": outcome.error and outcome.error.replace("\x00", ""),
        "duration_ms": outcome.duration_ms,
        "body": dict(body),
    }


def _shown(answer: bytes) -> str | None:
    return answer.decode("utf-8", "replace").replace("\x00", "") or None


async def deliver(endpoints: Endpoints, http: httpx.AsyncClient, message: Message) -> Sent:
    """Send a message of the webhook channel. Done too when nobody wants it any more."""
    payload = message.payload
    ready = await endpoints.get(UUID(payload["endpoint_id"]))
    if ready is None or not ready.enabled:
        return Sent()
    if ready.paused:
        return Sent(not_before=HELD)
    body = payload.get("body") or {
        "type": payload["type"],
        "timestamp": payload["timestamp"],
        "sequence": message.id,
        "data": payload["data"],
    }
    outcome, attempt = await _try(http, ready, payload["webhook_id"], body, message.attempts + 1)
    writes = [*inserts((WebhookAttempt, [attempt])), *_health(ready, outcome)]
    if outcome.status == GONE or (outcome.error is None) == ready.failing:
        endpoints.forget(ready.id)
    return Sent(None if outcome.status == GONE else outcome.error, tuple(writes))


def _health(ready: Ready, outcome: Outcome) -> Iterator[Write]:
    """What a try says about the endpoint, where that is news."""
    if outcome.status == GONE:
        yield _SWITCH_OFF, ((ready.id,),)
    elif outcome.error is None and ready.failing:
        yield _WELL, ((ready.id,),)
    elif outcome.error is not None and not ready.failing:
        yield _FAILING, ((ready.id,),)


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
        origin=f"outbox {message.id}",
    )


async def purge(database: Database) -> None:
    """Forget alerts after 90 days, attempts after 30, delivered messages after 7; give up what a
    paused endpoint has not fetched in 14 days."""
    async with database.system() as session:
        await session.execute(
            delete(WebhookAttempt).where(WebhookAttempt.at < now() - KEEP_ATTEMPTS)
        )
        await session.execute(
            delete(OutboxMessage).where(OutboxMessage.done_at < now() - KEEP_SENT)
        )
        await session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.done_at.is_(None),
                OutboxMessage.failed_at.is_(None),
                OutboxMessage.due_at == HELD,
                OutboxMessage.created_at < now() - KEEP_HELD,
            )
            .values(failed_at=now(), last_error="held for too long")
        )
        await session.execute(
            delete(OutboxMessage).where(OutboxMessage.failed_at < now() - KEEP_ATTEMPTS)
        )
        await session.execute(delete(Alert).where(Alert.created_at < now() - KEEP_ALERTS))
