"""The live view 实时: every parcel's state at once, narrowed to anything."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from yichuan.core.clock import CHINA, now
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep
from yichuan.merchants import queries as merchants
from yichuan.reports.live_schemas import (
    AgeColumn,
    LiveAgeing,
    LiveCity,
    LiveFlow,
    LiveMap,
    LiveProvince,
    LiveQuery,
    LiveRow,
)
from yichuan.shipments import live_counts
from yichuan.shipments.live import AGES, MOVING, STAGES, days_in, days_of, span_of
from yichuan.shipments.live_counts import Aged, By, LiveFilters

router = APIRouter(tags=["reports"])
QueryDep = Annotated[LiveQuery, Query()]


class LiveAgeingQuery(LiveQuery):
    """The same, and what the rows are."""

    by: By = "stage"


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


@router.get("/reports/live")
async def report_live(
    caller: CallerDep,
    context: ContextDep,
    session: ReadDep,
    query: Annotated[LiveAgeingQuery, Query()],
) -> LiveAgeing:
    """How many parcels stand at each stage from payment to signature (of those signed: today's),
    and since which day; or the same by courier, merchant, province or category of goods."""
    at = now()
    today = at.astimezone(CHINA).date()
    rows = await live_counts.ageing(
        context.database, visible_merchants(caller), _filters(query), query.by, today
    )
    names = {}
    if query.by == "stage":
        rows = _every_stage(rows)
    elif query.by == "merchant":
        names = await merchants.names(session, [UUID(row.key) for row in rows])
    return LiveAgeing(
        at=at,
        columns=[
            AgeColumn(key=age.key, since_from=since[0], since_to=since[1])
            for age in AGES
            for since in [span_of(days_of(age, today))]
        ],
        rows=[
            LiveRow(
                key=row.key,
                name=names.get(UUID(row.key)) if names else None,
                total=row.total,
                ages=list(row.ages),
            )
            for row in rows
        ],
    )


def _every_stage(rows: list[Aged]) -> list[Aged]:
    found = {row.key: row for row in rows}
    return [found.get(stage, Aged(stage, 0, (0,) * len(AGES))) for stage in STAGES]


@router.get("/reports/live/map")
async def report_live_map(caller: CallerDep, context: ContextDep, query: QueryDep) -> LiveMap:
    """Where parcels go: by province, by city, and from city to city."""
    at = now()
    asked = query if query.stage else query.model_copy(update={"stage": list(MOVING)})
    provinces, cities, flows = await live_counts.flows(
        context.database,
        visible_merchants(caller),
        _filters(asked),
        at.astimezone(CHINA).date(),
    )
    return LiveMap(
        at=at,
        stages=asked.stage,
        provinces=[LiveProvince(province=f.province, total=f.total) for f in provinces],
        cities=[LiveCity(province=f.province, city=f.city or "", total=f.total) for f in cities],
        flows=[
            LiveFlow(origin=f.origin or "", province=f.province, city=f.city or "", total=f.total)
            for f in flows
        ],
    )
