"""The verbs on webhook endpoints: secrets, pausing, sending again."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from yichuan.core import outbox
from yichuan.core.clock import now
from yichuan.core.database import WriteSession
from yichuan.core.errors import Conflict
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.notify import queries, service
from yichuan.notify.events import lane_of
from yichuan.notify.models import WebhookAttempt, WebhookEndpoint

NO_FAILED = datetime(9999, 1, 1, tzinfo=UTC)
"""Released from this time on: nothing that was given up."""


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it: `whsec_` and 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


async def rotate(
    session: WriteSession, vault: Vault, endpoint_id: UUID, overlap: timedelta
) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret; the old one signs beside it for a while.

    Raises:
        NotFound: unknown, or not the caller's.
        Conflict: the secret before the last is still valid; a third would cut it off.
    """
    row = await queries.endpoint(session, endpoint_id)
    if row.old_secret_until is not None and row.old_secret_until > now() and overlap:
        raise Conflict("the last rotation is not over yet; end it with an overlap of 0 hours")
    secret = new_secret()
    row.old_secret_enc = row.secret_enc if overlap else None
    row.old_secret_until = now() + overlap if overlap else None
    row.secret_enc = vault.seal_secret(secret)
    await session.flush()
    return row, secret


async def pause(session: WriteSession, endpoint_id: UUID) -> WebhookEndpoint:
    """Keep an endpoint's events until it is resumed.

    Raises:
        NotFound: unknown, or not the caller's.
        Conflict: it is switched off, or paused already.
    """
    row = await queries.endpoint(session, endpoint_id)
    if not row.enabled:
        raise Conflict("the endpoint is switched off: nothing is kept for it")
    if row.paused_at is not None:
        raise Conflict("the endpoint is paused already")
    row.paused_at, row.pause_reason = now(), "by_hand"
    await session.flush()
    await outbox.hold(session, lane_of(endpoint_id))
    return row


async def resume(session: WriteSession, endpoint_id: UUID) -> tuple[WebhookEndpoint, int]:
    """Send on, and catch up: what was kept, and what was given up since the failures began.

    Raises:
        NotFound: unknown, or not the caller's.
        Conflict: it is not paused.
    """
    row = await queries.endpoint(session, endpoint_id)
    if row.paused_at is None:
        raise Conflict("the endpoint is not paused")
    since = row.failing_since or NO_FAILED
    row.paused_at, row.pause_reason, row.failing_since = None, None, None
    await session.flush()
    return row, await outbox.release(session, lane_of(endpoint_id), since)


async def redeliver(session: WriteSession, row: WebhookEndpoint, tried: WebhookAttempt) -> None:
    """Send the event of a try again, with the same `webhook-id` and body."""
    payload = {
        "endpoint_id": str(row.id),
        "webhook_id": tried.webhook_id,
        "body": tried.body,
    }
    stream = f"redeliver:{tried.id}:{new_id().hex}"
    await outbox.put(
        session, service.WEBHOOK_CHANNEL, stream, payload, row.merchant_id, lane=lane_of(row.id)
    )


async def redeliver_failed(session: WriteSession, endpoint_id: UUID, since: datetime) -> int:
    """Try again now what waits after a failure, and what was given up since a time.

    Raises:
        NotFound: unknown, or not the caller's.
        Conflict: it is paused: resume it.
    """
    row = await queries.endpoint(session, endpoint_id)
    if row.paused_at is not None or not row.enabled:
        raise Conflict("the endpoint is paused or switched off: resume it instead")
    return await outbox.release(session, lane_of(endpoint_id), since)
