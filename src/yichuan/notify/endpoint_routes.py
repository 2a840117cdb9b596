"""What is done with a webhook endpoint over HTTP: look at its tries, send again, pause, rotate."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from yichuan.core.clock import now
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.identity import service as identity
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.notify import endpoints, queries, sender
from yichuan.notify.events import EventType
from yichuan.notify.queries import AttemptFilters
from yichuan.notify.schemas import (
    AttemptView,
    EndpointCreated,
    EndpointView,
    QueueView,
    RedeliverFailed,
    Released,
    RotateRequest,
    TestResult,
)

router = APIRouter(tags=["notify"])
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/webhook-endpoints/{endpoint_id}/attempts")
async def list_webhook_attempts(
    endpoint_id: UUID,
    caller: CallerDep,
    session: ReadDep,
    event_type: EventType | None = None,
    ok: Annotated[bool | None, Query(description="went well, or did not")] = None,
    webhook_id: Annotated[str | None, Query(max_length=64, description="of one event")] = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[AttemptView]:
    """Every try to deliver to an endpoint, newest first."""
    caller.require("operator", "merchant")
    filters = AttemptFilters(event_type, ok, webhook_id)
    rows, following = await queries.attempts(
        session, endpoint_id, filters, limit=limit, cursor=cursor
    )
    return Page(items=[AttemptView.model_validate(row) for row in rows], next_cursor=following)


@router.get("/webhook-endpoints/{endpoint_id}/queue")
async def get_webhook_queue(endpoint_id: UUID, caller: CallerDep, session: ReadDep) -> QueueView:
    """What an endpoint has not got yet."""
    caller.require("operator", "merchant")
    return QueueView.model_validate(await queries.queue(session, endpoint_id))


@router.post("/webhook-endpoints/{endpoint_id}/test")
async def test_webhook_endpoint(
    endpoint_id: UUID, caller: CallerDep, context: ContextDep
) -> TestResult:
    """Send a `webhook.test` event now and say how it was answered."""
    caller.require("operator", "merchant")
    async with context.database.read(visible_merchants(caller)) as session:
        row = await queries.endpoint(session, endpoint_id)
    async with sender.client() as http:
        outcome = await sender.test(context, http, row)
    return TestResult(
        ok=outcome.error is None,
        status=outcome.status,
        error=outcome.error,
        duration_ms=outcome.duration_ms,
    )


@router.post("/webhook-endpoints/{endpoint_id}/attempts/{attempt_id}/redeliver", status_code=202)
async def redeliver_webhook(
    endpoint_id: UUID, attempt_id: UUID, caller: CallerDep, session: WriteDep
) -> None:
    """Send the event of a try again, with the same `webhook-id` and body."""
    caller.require("operator", "merchant")
    row = await queries.endpoint(session, endpoint_id)
    tried = await queries.attempt(session, endpoint_id, attempt_id)
    await endpoints.redeliver(session, row, tried)


@router.post("/webhook-endpoints/{endpoint_id}/redeliver-failed")
async def redeliver_failed_webhooks(
    endpoint_id: UUID, wish: RedeliverFailed, caller: CallerDep, session: WriteDep
) -> Released:
    """Try again at once what failed, also what was given up."""
    caller.require("operator", "merchant")
    since = now() - timedelta(days=wish.days)
    return Released(released=await endpoints.redeliver_failed(session, endpoint_id, since))


@router.post("/webhook-endpoints/{endpoint_id}/pause")
async def pause_webhook_endpoint(
    endpoint_id: UUID, caller: CallerDep, session: WriteDep
) -> EndpointView:
    """Keep its events until it is resumed, for 14 days at most."""
    caller.require("operator", "merchant")
    row = await endpoints.pause(session, endpoint_id)
    await identity.audit(
        session, caller, "webhook_endpoint.paused", str(endpoint_id), row.merchant_id
    )
    return EndpointView.model_validate(row)


@router.post("/webhook-endpoints/{endpoint_id}/resume")
async def resume_webhook_endpoint(
    endpoint_id: UUID, caller: CallerDep, session: WriteDep
) -> Released:
    """Send on and catch up, in order per shipment."""
    caller.require("operator", "merchant")
    row, released = await endpoints.resume(session, endpoint_id)
    await identity.audit(
        session, caller, "webhook_endpoint.resumed", str(endpoint_id), row.merchant_id
    )
    return Released(released=released)


@router.post("/webhook-endpoints/{endpoint_id}/rotate-secret")
async def rotate_webhook_secret(
    endpoint_id: UUID,
    wish: RotateRequest,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> EndpointCreated:
    """A new signing secret, shown only here; both sign until the overlap is over."""
    caller.require("operator", "merchant")
    overlap = timedelta(hours=wish.overlap_hours)
    row, secret = await endpoints.rotate(session, context.vault, endpoint_id, overlap)
    await identity.audit(
        session, caller, "webhook_endpoint.secret_rotated", str(endpoint_id), row.merchant_id
    )
    view = EndpointView.model_validate(row)
    return EndpointCreated(**view.model_dump(), secret=secret)
