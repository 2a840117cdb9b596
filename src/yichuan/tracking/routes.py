"""Tracking over HTTP: tracks, subscriptions, quarantine. The push door is `tracking.door`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse

from yichuan.core import idempotency
from yichuan.core.context import Context
from yichuan.core.errors import NotFound
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.identity.callers import Caller, visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.tracking import asking, queries, recall, service
from yichuan.tracking.raw import opened
from yichuan.tracking.schemas import (
    QuarantineDetail,
    QuarantineKind,
    QuarantineRow,
    SubscriptionRequest,
    SubscriptionRow,
    SubscriptionState,
    SubscriptionView,
    TrackDetail,
)

router = APIRouter(tags=["tracking"])

Key = Annotated[str | None, Header(alias="Idempotency-Key")]


@router.get("/tracks/{courier}/{number}")
async def get_track(
    request: Request,
    caller: CallerDep,
    context: ContextDep,
    courier: str,
    number: str,
    phone_last4: Annotated[
        str | None,
        Query(pattern=r"^\d{4}$", description="where the courier asks for it (SF, ZTO, KYSY)"),
    ] = None,
) -> TrackDetail:
    """What is true of a waybill number, with its scans; merchants see the numbers they ship.

    A number nothing has been heard of yet is asked for at the courier now.
    """
    try:
        found = await _track(context, caller, courier, number)
    except NotFound:
        if not caller.is_platform:
            raise
        found = None
    if found is None or (not found.events and found.history == "complete"):
        await asking.ask(
            context,
            request.app.state.http,
            courier=courier,
            number=number,
            phone_last4=phone_last4 or "",
            merchant_id=caller.merchant_id,
        )
        found = await _track(context, caller, courier, number)
    return found


async def _track(context: Context, caller: Caller, courier: str, number: str) -> TrackDetail:
    async with context.database.read(visible_merchants(caller)) as session:
        seen = await queries.track(session, courier, number)
        away = await queries.track_away(session, seen.courier, seen.number, seen.cycle)
        history = await recall.asked(context.database, away)
        return TrackDetail.of(seen, await queries.track_events(session, seen), history)


@router.post("/subscriptions", status_code=201, response_model=SubscriptionView)
async def create_subscription(
    wish: SubscriptionRequest,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
    key: Key = None,
) -> JSONResponse:
    """Ask for the pushes of a number that no shipment has (platform)."""
    caller.require("operator", "service")
    known = await idempotency.replay(session, caller.id, key, wish.model_dump_json().encode())
    if known is not None:
        return JSONResponse(known[1], known[0])
    made = await service.request_subscription(session, context.vault, **wish.model_dump())
    answer = SubscriptionView(
        courier=made.courier, number=made.number, cycle=made.cycle
    ).model_dump(mode="json")
    await idempotency.remember(session, caller.id, key, 201, answer)
    return JSONResponse(answer, 201)


@router.get("/subscriptions")
async def list_subscriptions(
    caller: CallerDep,
    session: ReadDep,
    state: SubscriptionState | None = None,
    number: Annotated[str | None, Query(max_length=60, description="a waybill number")] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[SubscriptionRow]:
    """Numbers whose pushes were asked for, and what became of it (platform)."""
    caller.require("operator", "service")
    rows, following = await queries.subscriptions(session, state, limit, cursor, number)
    return Page(items=[SubscriptionRow.model_validate(row) for row in rows], next_cursor=following)


@router.get("/quarantine")
async def list_quarantine(
    caller: CallerDep,
    session: ReadDep,
    resolved: bool = False,
    kind: QuarantineKind | None = None,
    q: Annotated[str | None, Query(max_length=64, description="a waybill number")] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[QuarantineRow]:
    """What couriers sent that could not be used, newest first (platform)."""
    caller.require("operator", "service")
    rows, following = await queries.quarantine(
        session, resolved=resolved, kind=kind, q=q, limit=limit, cursor=cursor
    )
    return Page(items=[QuarantineRow.model_validate(row) for row in rows], next_cursor=following)


@router.get("/quarantine/{quarantine_id}")
async def get_quarantine(
    quarantine_id: int, caller: CallerDep, context: ContextDep, session: ReadDep
) -> QuarantineDetail:
    """One of them, with what came over the wire."""
    caller.require("operator")
    row = await queries.quarantined(session, quarantine_id)
    raw = opened(context.vault, row.raw).decode("utf-8", "backslashreplace")
    shown = QuarantineRow.model_validate(row)
    return QuarantineDetail(**shown.model_dump(), raw=raw)


@router.post("/quarantine/{quarantine_id}/replay", status_code=204)
async def replay_quarantine(quarantine_id: int, caller: CallerDep, context: ContextDep) -> None:
    """Read it again: after a correction of a key, a table or the program (platform)."""
    caller.require("operator")
    async with context.database.system() as session:
        await service.replay(session, context.vault, quarantine_id)


@router.post("/quarantine/{quarantine_id}/dismiss", status_code=204)
async def dismiss_quarantine(quarantine_id: int, caller: CallerDep, session: WriteDep) -> None:
    """Leave it aside for good (platform)."""
    caller.require("operator")
    await service.dismiss(session, quarantine_id)
