"""Alerts and webhook endpoints over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from sqlalchemy import delete

from yichuan.core import idempotency
from yichuan.core.addresses import check
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import WriteSession
from yichuan.core.errors import Forbidden
from yichuan.core.ids import new_id
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.merchants import queries as merchants
from yichuan.notify import endpoints, queries, service
from yichuan.notify.addresses import WebhookSettings, setting
from yichuan.notify.models import WebhookAttempt, WebhookEndpoint
from yichuan.notify.schemas import (
    AlertPage,
    AlertView,
    EndpointChange,
    EndpointCreated,
    EndpointRequest,
    EndpointView,
    ReadRequest,
    ReadResult,
)

router = APIRouter(tags=["notify"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/alerts")
async def list_alerts(
    session: ReadDep, unread: bool = False, cursor: str | None = None, limit: Limit = 50
) -> AlertPage:
    """The caller's pop-ups, newest first."""
    rows, following = await queries.alerts(session, unread=unread, limit=limit, cursor=cursor)
    return AlertPage(
        items=[AlertView.model_validate(row) for row in rows],
        next_cursor=following,
        unread=await queries.unread_count(session),
    )


@router.post("/alerts/read")
async def read_alerts(wish: ReadRequest, session: WriteDep) -> ReadResult:
    """Mark alerts read."""
    return ReadResult(read=await service.mark_read(session, wish.ids))


@router.get("/webhook-endpoints")
async def list_webhook_endpoints(caller: CallerDep, session: ReadDep) -> Page[EndpointView]:
    """Where events go."""
    caller.require("operator", "merchant")
    rows = await queries.endpoints(session)
    return Page(items=[EndpointView.model_validate(row) for row in rows])


@router.post("/webhook-endpoints", status_code=201)
async def create_webhook_endpoint(
    wish: EndpointRequest,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
    key: Key = None,
) -> EndpointCreated:
    """Register an address; its signing secret is shown only here."""
    caller.require("operator", "merchant")
    request = wish.model_dump_json().encode()
    known = await idempotency.replay(session, caller.id, key, request)
    if known is None:
        row = await _create(wish, caller, context, session)
        await idempotency.remember(session, caller.id, key, 201, {"id": str(row.id)})
    else:
        row = await queries.endpoint(session, UUID(known[1]["id"]))
    view = EndpointView.model_validate(row)
    return EndpointCreated(**view.model_dump(), secret=context.vault.open_secret(row.secret_enc))


async def _create(
    wish: EndpointRequest, caller: Caller, context: Context, session: WriteSession
) -> WebhookEndpoint:
    owner = await _owner(wish, caller, session)
    await check(wish.url, await setting.get(session))
    secret = endpoints.new_secret()
    row = WebhookEndpoint(
        id=new_id(),
        merchant_id=owner,
        url=wish.url,
        secret_enc=context.vault.seal_secret(secret),
        event_types=list(dict.fromkeys(wish.event_types)),
        enabled=True,
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    await identity.audit(session, caller, "webhook_endpoint.created", str(row.id), owner)
    return row


async def _owner(wish: EndpointRequest, caller: Caller, session: WriteSession) -> UUID | None:
    if caller.merchant_id is not None and wish.merchant_id not in (None, caller.merchant_id):
        raise Forbidden("a merchant listens to its own events only")
    owner = caller.merchant_id or wish.merchant_id
    if owner is not None:
        await merchants.get(session, owner)
    return owner


@router.get("/webhook-endpoints/{endpoint_id}")
async def get_webhook_endpoint(
    endpoint_id: UUID, caller: CallerDep, session: ReadDep
) -> EndpointView:
    """One endpoint."""
    caller.require("operator", "merchant")
    return EndpointView.model_validate(await queries.endpoint(session, endpoint_id))


@router.patch("/webhook-endpoints/{endpoint_id}")
async def change_webhook_endpoint(
    endpoint_id: UUID, wish: EndpointChange, caller: CallerDep, session: WriteDep
) -> EndpointView:
    """Change the address or the wanted events, switch on or off."""
    caller.require("operator", "merchant")
    row = await queries.endpoint(session, endpoint_id)
    if wish.url is not None:
        await check(wish.url, await setting.get(session))
        row.url = wish.url
    if wish.event_types is not None:
        row.event_types = list(dict.fromkeys(wish.event_types))
    if wish.enabled is not None:
        row.enabled, row.disabled_reason = wish.enabled, None
        row.paused_at, row.pause_reason, row.failing_since = None, None, None
    await session.flush()
    await identity.audit(
        session, caller, "webhook_endpoint.changed", str(endpoint_id), row.merchant_id
    )
    return EndpointView.model_validate(row)


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204)
async def delete_webhook_endpoint(endpoint_id: UUID, caller: CallerDep, session: WriteDep) -> None:
    """Stop telling an address; what is still to be sent to it is dropped."""
    caller.require("operator", "merchant")
    row = await queries.endpoint(session, endpoint_id)
    owner = row.merchant_id
    await session.execute(delete(WebhookAttempt).where(WebhookAttempt.endpoint_id == endpoint_id))
    await session.delete(row)
    await session.flush()
    await identity.audit(session, caller, "webhook_endpoint.deleted", str(endpoint_id), owner)


@router.get("/settings/webhooks")
async def get_webhook_settings(caller: CallerDep, session: ReadDep) -> WebhookSettings:
    """Private hosts and networks that webhooks may reach."""
    caller.require("operator")
    return await setting.get(session)


@router.put("/settings/webhooks")
async def set_webhook_settings(
    wish: WebhookSettings, caller: CallerDep, session: WriteDep
) -> WebhookSettings:
    """Allow private hosts and networks."""
    caller.require("operator")
    await setting.put(session, wish)
    detail = wish.model_dump(mode="json")
    await identity.audit(session, caller, "settings.webhooks", "webhooks", None, **detail)
    return wish
