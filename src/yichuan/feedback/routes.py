"""What buyers said, for merchants and the platform."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from yichuan.core.pagination import Page
from yichuan.feedback import queries
from yichuan.feedback.schemas import RatingView
from yichuan.identity.deps import CallerDep, ReadDep

router = APIRouter(tags=["feedback"])


@router.get("/ratings")
async def list_ratings(
    caller: CallerDep,
    session: ReadDep,
    merchant_id: UUID | None = None,
    shipment_id: UUID | None = None,
    courier: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[RatingView]:
    """Buyers' ratings of deliveries, newest first."""
    filters = queries.Filters(merchant_id, shipment_id, courier)
    rows, following = await queries.listing(session, filters, limit=limit, cursor=cursor)
    return Page(items=[RatingView.model_validate(row) for row in rows], next_cursor=following)
