"""What buyers said, for merchants and the platform."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from yichuan.core.clock import CHINA, now
from yichuan.core.export import download
from yichuan.core.pagination import Page
from yichuan.feedback import export, queries
from yichuan.feedback.queries import Filters
from yichuan.feedback.schemas import RatingSummary, RatingView
from yichuan.identity import service as identity
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.merchants import queries as merchants

router = APIRouter(tags=["feedback"])
Stars = Annotated[int | None, Query(ge=1, le=5, description="no better than this")]


def _filters(
    merchant_id: UUID | None = None,
    shipment_id: UUID | None = None,
    courier: str | None = None,
    max_stars: Stars = None,
) -> Filters:
    return Filters(merchant_id, shipment_id, courier, max_stars)


FiltersDep = Annotated[Filters, Depends(_filters)]


@router.get("/ratings")
async def list_ratings(
    session: ReadDep,
    filters: FiltersDep,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[RatingView]:
    """Buyers' ratings of deliveries, newest first."""
    rows, following = await queries.listing(session, filters, limit=limit, cursor=cursor)
    return Page(items=[RatingView.model_validate(row) for row in rows], next_cursor=following)


@router.get("/ratings/summary")
async def sum_up_ratings(
    session: ReadDep, filters: FiltersDep, days: Annotated[int, Query(ge=1, le=365)] = 30
) -> RatingSummary:
    """Ratings of the last days, counted."""
    found = await queries.summary(session, filters, now() - timedelta(days=days))
    mean = None if found.mean is None else round(found.mean, 2)
    return RatingSummary(
        count=found.count, mean=mean, stars=dict(found.stars), tags=dict(found.tags), days=days
    )


@router.get("/ratings/export.csv", response_class=StreamingResponse)
async def export_ratings(
    context: ContextDep, caller: CallerDep, filters: FiltersDep
) -> StreamingResponse:
    """The filtered ratings as CSV, newest first."""
    scope = visible_merchants(caller)
    async with context.database.write(scope) as session:
        codes = {row.id: row.code for row in await merchants.listing(session)}
        await identity.audit(session, caller, "ratings.exported", "ratings", caller.merchant_id)
    name = f"ratings-{now().astimezone(CHINA):%Y%m%d-%H%M}.csv"
    rows = export.batches(context.database, scope, filters, codes)
    return download(name, export.TITLES, rows)
