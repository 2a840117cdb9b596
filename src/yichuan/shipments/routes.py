"""Shipments over HTTP: list, detail, timeline of our own acts, split, merge, hand-over."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.errors import Invalid
from yichuan.core.pagination import Page
from yichuan.core.rows import RowResult, RowResults
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ReadDep, WriteDep
from yichuan.identity.hot import query_parameters, read_query, signed_in
from yichuan.shipments import queries, repack, service
from yichuan.shipments.queries import Filters
from yichuan.shipments.schemas import (
    Counts,
    EventView,
    MergeRequest,
    MergeSuggestion,
    ShipmentDetail,
    ShipmentFilter,
    ShipmentQuery,
    ShipmentRow,
    SplitRequest,
)

router = APIRouter(tags=["shipments"])
_encode = msgspec.json.Encoder().encode


def _json(body: object) -> Response:
    """Encoded without a detour over Pydantic: the hot reads."""
    return Response(_encode(body), media_type="application/json")


def filters_of(context: Context, query: ShipmentFilter) -> Filters:
    """The list's filters, from its query string."""
    values = query.model_dump(exclude={"milestone", "sort", "cursor", "limit"})
    tokens = queries.search_tokens(context.vault, query.q) if query.q and query.q.strip() else ()
    spans = {
        name: (values.pop(f"{name}_from"), values.pop(f"{name}_to")) for name in queries.MOMENTS
    }
    since = (values.pop("since_from"), values.pop("since_to"))
    return Filters(
        milestones=tuple(query.milestone), tokens=tokens, spans=spans, since=since, **values
    )


@router.get(
    "/shipments",
    response_model=Page[ShipmentRow],
    openapi_extra=query_parameters(ShipmentQuery),
)
async def list_shipments(request: Request) -> Response:
    """Shipments, newest first unless asked otherwise."""
    context, caller = await signed_in(request)
    query = read_query(request, ShipmentQuery)
    items, following = await queries.listing(
        context.database,
        visible_merchants(caller),
        filters_of(context, query),
        query.limit,
        query.cursor,
        query.sort,
    )
    return _json({"items": items, "next_cursor": following})


@router.get(
    "/shipments/counts",
    response_model=Counts,
    openapi_extra=query_parameters(ShipmentFilter),
)
async def count_shipments(request: Request) -> Response:
    """How many shipments wait in each working list (counted up to a cap)."""
    context, caller = await signed_in(request)
    wanted = filters_of(context, read_query(request, ShipmentFilter))
    return _json(await queries.counts(context.database, visible_merchants(caller), wanted))


@router.get("/shipments/merge-suggestions")
async def merge_suggestions(
    caller: CallerDep, session: ReadDep, merchant_id: UUID | None = None
) -> list[MergeSuggestion]:
    """Unshipped boxes of one merchant that go to the same recipient."""
    owner = caller.merchant_id or merchant_id
    if owner is None:
        raise Invalid("say which merchant", field="merchant_id")
    groups = await repack.suggestions(session, owner)
    return [
        MergeSuggestion(
            shipment_ids=[row.id for row in group],
            recipient_name=group[0].recipient_name,
            dest_city=group[0].dest_city,
            order_nos=sorted({row.order_no for row in group if row.order_no}),
        )
        for group in groups
    ]


@router.post("/shipments/merge")
async def merge_shipments(
    wish: MergeRequest, caller: CallerDep, session: WriteDep
) -> dict[str, UUID]:
    """合单: pack several unshipped boxes of one recipient into one."""
    return {"id": await repack.merge(session, wish.shipment_ids, caller.id)}


@router.get("/shipments/{shipment_id}", response_model=ShipmentDetail)
async def get_shipment(request: Request, shipment_id: UUID) -> Response:
    """One shipment with its lines."""
    context, caller = await signed_in(request)
    found = await queries.detail(context.database, visible_merchants(caller), shipment_id)
    return _json(found)


@router.get("/shipments/{shipment_id}/events")
async def shipment_events(session: ReadDep, shipment_id: UUID) -> list[EventView]:
    """What was done with the box on our side."""
    await queries.get(session, shipment_id)
    rows = await queries.events_of(session, shipment_id)
    return [EventView.model_validate(row) for row in rows]


@router.post("/shipments/{shipment_id}/split")
async def split_shipment(
    shipment_id: UUID, wish: SplitRequest, caller: CallerDep, session: WriteDep
) -> dict[str, list[UUID]]:
    """拆单: put pieces into boxes of their own."""
    return {"ids": await repack.split(session, shipment_id, wish.boxes, caller.id)}


class HandOverRequest(BaseModel):
    """Boxes given to the courier."""

    shipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


@router.post("/shipments/hand-over")
async def hand_over(wish: HandOverRequest, caller: CallerDep, session: WriteDep) -> RowResults:
    """Declare printed boxes handed over (发货); answers per box."""
    rows = await service.lock(session, wish.shipment_ids)
    results: list[RowResult] = []
    by_merchant: dict[UUID, list[UUID]] = {}
    for index, row in enumerate(rows):
        error = service.why_not_ready(row)
        results.append(RowResult.of(index, row.id, error))
        if error is None:
            by_merchant.setdefault(row.merchant_id, []).append(row.id)
    for merchant_id, ids in by_merchant.items():
        await service.mark_shipped(session, merchant_id, ids, now(), caller.id)
    return RowResults(items=results)
