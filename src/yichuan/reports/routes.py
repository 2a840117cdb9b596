"""Reports over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from yichuan.core.clock import CHINA, now
from yichuan.core.database import ReadSession
from yichuan.core.errors import Invalid
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.couriers import queries as couriers
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.merchants import queries as merchants
from yichuan.reports import overview
from yichuan.reports.export import csv_text
from yichuan.reports.figures import drills, rates, shown_to
from yichuan.reports.schemas import CountKey, DailyRow, Drill, Overview, ProvinceRow, Today
from yichuan.rollups import queries as rollups
from yichuan.rollups.queries import Dimension, Filters, Row

router = APIRouter(tags=["reports"])
MAX_DAYS = 400
EXPORT_ROWS = 100_000
DAY: Dimension = "day"


def filters(
    begin: Annotated[date | None, Query(description="first day, Asia/Shanghai")] = None,
    end: Annotated[date | None, Query(description="last day, Asia/Shanghai")] = None,
    merchant_id: UUID | None = None,
    courier: str | None = None,
    province: str | None = None,
) -> Filters:
    """Which days and whose shipments; the last 30 days when nothing is said."""
    last = end or now().astimezone(CHINA).date()
    first = begin or last - timedelta(days=29)
    if first > last or (last - first).days > MAX_DAYS:
        raise Invalid(f"from begin to end, at most {MAX_DAYS} days", field="begin")
    return Filters(first, last, merchant_id, courier, province)


FiltersDep = Annotated[Filters, Depends(filters)]


@router.get("/reports/overview")
async def report_overview(caller: CallerDep, session: ReadDep) -> Overview:
    """The operator's first screen: what needs me now, today's funnel, the trend."""
    caller.require("operator", "service")
    return await overview.overview(session)


@router.get("/reports/today")
async def report_today(
    caller: CallerDep, context: ContextDep, session: ReadDep, merchant_id: UUID | None = None
) -> Today:
    """A merchant's first screen; platform callers say whose."""
    owner = caller.merchant_id or merchant_id
    if owner is None:
        raise Invalid("say which merchant", field="merchant_id")
    return await overview.today(context.database, session, visible_merchants(caller), owner)


@router.get(
    "/reports/daily",
    response_model=Page[DailyRow],
    responses={200: {"content": {"text/csv": {}}}},
)
async def report_daily(
    session: ReadDep,
    wanted: FiltersDep,
    by: Annotated[list[Dimension] | None, Query()] = None,
    format: Literal["json", "csv"] = "json",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[DailyRow] | Response:
    """Counts and rates by day, merchant, courier and province; as CSV everything at once."""
    groups: list[Dimension] = list(dict.fromkeys(by or [DAY]))
    if format == "csv":
        rows, more = await rollups.sums(session, wanted, groups, limit=EXPORT_ROWS)
        if more is not None:
            raise Invalid(f"more than {EXPORT_ROWS} rows: ask for fewer days or dimensions")
        named = await _named(session, rows, wanted)
        body = await asyncio.to_thread(csv_text, named, groups)
        disposition = f'attachment; filename="yichuan-{wanted.begin}-{wanted.end}.csv"'
        return Response(body, media_type="text/csv", headers={"content-disposition": disposition})
    rows, following = await rollups.sums(session, wanted, groups, limit=limit, cursor=cursor)
    return Page(items=await _named(session, rows, wanted), next_cursor=following)


async def _named(session: ReadSession, rows: Sequence[Row], wanted: Filters) -> list[DailyRow]:
    shops: dict[UUID, str] = {}
    firms: dict[str, str] = {}
    if rows and "merchant_id" in rows[0].key:
        shops = {m.id: m.name for m in await merchants.listing(session)}
    if rows and "courier" in rows[0].key:
        firms = await couriers.names(session)
    found = []
    for row in rows:
        made = DailyRow(**rates(row.sums), **row.key, drills=_drills(row, wanted))
        if made.merchant_id is not None:
            made.merchant_name = shops.get(made.merchant_id)
        if made.courier is not None:
            made.courier_name = firms.get(made.courier, made.courier)
        found.append(made)
    return shown_to(session.merchants, found)


def _drills(row: Row, wanted: Filters) -> dict[CountKey, Drill]:
    """The row's parcels: its own dimensions, and those everything is narrowed to."""
    extra = {
        name: str(value)
        for name in ("merchant_id", "courier", "province")
        if (value := row.key.get(name, getattr(wanted, name))) is not None
    }
    day = row.key.get("day")
    return drills(day or wanted.begin, day or wanted.end, extra)


@router.get("/reports/provinces")
async def report_provinces(session: ReadDep, wanted: FiltersDep) -> list[ProvinceRow]:
    """Counts and rates by province of destination, the busiest first."""
    rows, _ = await rollups.sums(session, wanted, ["province"])
    busy = sorted(rows, key=lambda row: row.sums["shipped"], reverse=True)
    found = [
        ProvinceRow(
            **rates(row.sums),
            province=row.key["province"],
            drills=_drills(row, wanted),
        )
        for row in busy
    ]
    return shown_to(session.merchants, found)
