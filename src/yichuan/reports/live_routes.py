"""The live view 实时: every parcel's state at once, narrowed to anything."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from yichuan.core import hangup
from yichuan.core.clock import CHINA, now
from yichuan.identity.callers import visible_merchants
from yichuan.identity.hot import query_parameters, read_query, signed_in
from yichuan.merchants import queries as merchants
from yichuan.reports.live_schemas import LivePlaces, LiveQuery, LiveView, LiveViewQuery
from yichuan.shipments import live_counts, live_places
from yichuan.shipments.live import AGES, STAGES, Stage, days_in, days_of, span_of
from yichuan.shipments.live_counts import Aged, By, Flow, View
from yichuan.shipments.live_rows import LiveFilters

router = APIRouter(tags=["reports"])
_encode = msgspec.json.Encoder().encode


def _filters(query: LiveQuery) -> LiveFilters:
    return LiveFilters(
        merchant=None if query.merchant_id is None else str(query.merchant_id),
        merchant_category=query.merchant_category,
        courier=query.courier,
        origin=query.origin,
        province=query.province,
        city=query.city,
        category=query.category,
        stages=tuple(query.stage),
        since=days_in((query.since_from, query.since_to)),
    )


@router.get("/reports/live", response_model=LiveView, openapi_extra=query_parameters(LiveViewQuery))
async def report_live(request: Request) -> Response:
    """How many parcels stand at each stage from payment to signature (of those signed: today's);
    since which day, by stage, courier, merchant, province or category of goods; and where they go:
    by province, by city, and from city to city."""
    context, caller = await signed_in(request)
    query = read_query(request, LiveViewQuery)
    at = now()
    today = at.astimezone(CHINA).date()
    visible = visible_merchants(caller)
    asked = live_counts.view(context.database, visible, _filters(query), query.by, today)
    found = await hangup.while_asked(request, asked)
    if found is None:
        return hangup.nothing()
    names: dict[UUID, str] = {}
    if query.by == "merchant":
        async with context.database.read(visible) as session:
            names = await merchants.names(session, [UUID(row.key) for row in found.rows])
    body = {
        "at": at,
        "stages": [{"key": key, "total": found.stages.get(key, 0)} for key in STAGES],
        "columns": _columns(today),
        "rows": [
            {"key": r.key, "name": names.get(UUID(r.key)) if names else None}
            | {"total": r.total, "ages": r.ages}
            for r in _rows(found, query.by, query.stage)
        ],
        "map": {
            "stages": found.mapped,
            "provinces": [_flow(one, "province") for one in found.provinces],
            "cities": [_flow(one, "province", "city") for one in found.cities],
            "flows": [_flow(one, "origin", "province", "city") for one in found.flows],
        },
    }
    return Response(_encode(body), media_type="application/json")


@router.get("/reports/live/places", response_model=LivePlaces)
async def report_live_places(request: Request) -> Response:
    """The cities that live parcels go to and start from: at most 2,000 of each, the biggest."""
    context, caller = await signed_in(request)
    today = now().astimezone(CHINA).date()
    found = await live_places.places(context.database, visible_merchants(caller), today)
    return Response(_encode(found), media_type="application/json")


def _columns(today: date) -> list[dict[str, Any]]:
    return [
        {"key": age.key, "since_from": since[0], "since_to": since[1]}
        for age in AGES
        for since in [span_of(days_of(age, today))]
    ]


def _rows(found: View, by: By, chosen: list[Stage]) -> list[Aged]:
    """Of stages every one that counts, in the order of the way."""
    if by != "stage":
        return found.rows
    rows = {row.key: row for row in found.rows}
    wanted = [stage for stage in STAGES if stage in chosen] if chosen else STAGES
    return [rows.get(stage, Aged(stage, 0, (0,) * len(AGES))) for stage in wanted]


def _flow(flow: Flow, *names: str) -> dict[str, Any]:
    return {name: getattr(flow, name) for name in names} | {"total": flow.total}
