"""Scorecards over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.couriers import queries as couriers
from yichuan.identity.deps import CallerDep, ReadDep
from yichuan.merchants import queries as merchants
from yichuan.scorecards import queries
from yichuan.scorecards.schemas import (
    CourierScoreRow,
    MerchantScoreRow,
    Scorecard,
    ScorePart,
    change,
    scorecard,
)
from yichuan.scorecards.score import grade

router = APIRouter(tags=["scorecards"])
Days = Annotated[int, Query(ge=1, le=365)]


@router.get("/scorecards/merchants")
async def list_merchant_scores(
    session: ReadDep,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[MerchantScoreRow]:
    """Merchants by their latest score, the lowest first."""
    day = await queries.latest_day(session)
    if day is None:
        return Page(items=[])
    rows, following = await queries.merchants(session, day, limit=limit, cursor=cursor)
    names = {m.id: m for m in await merchants.listing(session)}
    earlier = day - timedelta(days=queries.COMPARED_DAYS)
    before = await queries.scores_on(session, earlier, [row.merchant_id for row in rows])
    items = [
        MerchantScoreRow(
            merchant_id=row.merchant_id,
            merchant_code=names[row.merchant_id].code,
            merchant_name=names[row.merchant_id].name,
            day=row.day,
            score=float(row.score),
            grade=grade(row.score),
            change=change(row.score, before.get(row.merchant_id)),
            shipments=row.shipments,
            parts=[ScorePart.of(part) for part in queries.merchant_parts(row)],
        )
        for row in rows
        if row.merchant_id in names
    ]
    return Page(items=items, next_cursor=following)


@router.get("/scorecards/merchants/{merchant_id}")
async def get_merchant_scorecard(merchant_id: UUID, session: ReadDep, days: Days = 90) -> Scorecard:
    """A merchant's score, its parts, what moved it, and its history."""
    await merchants.get(session, merchant_id)
    card = await queries.merchant_card(session, merchant_id)
    return scorecard(card, await queries.merchant_history(session, merchant_id, days))


@router.get("/scorecards/couriers")
async def list_courier_scores(caller: CallerDep, session: ReadDep) -> Page[CourierScoreRow]:
    """Couriers by their latest score, the lowest first."""
    names = await couriers.names(session)
    items = [
        CourierScoreRow(
            courier=row.courier,
            courier_name=names.get(row.courier, row.courier),
            day=row.day,
            score=float(row.score),
            grade=grade(row.score),
            shipments=row.shipments if caller.is_platform else None,
            parts=[ScorePart.of(p, caller.is_platform) for p in queries.courier_parts(row)],
        )
        for row in await queries.couriers(session)
    ]
    return Page(items=items)


@router.get("/scorecards/couriers/{courier}")
async def get_courier_scorecard(
    courier: str, caller: CallerDep, session: ReadDep, days: Days = 90
) -> Scorecard:
    """A courier's score, its parts, what moved it, and its history."""
    card = await queries.courier_card(session, courier)
    history = await queries.courier_history(session, courier, days)
    return scorecard(card, history, caller.is_platform)
