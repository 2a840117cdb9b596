"""The first screens: what needs me now, put together from the other rooms' sums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from yichuan.core.clock import CHINA, now
from yichuan.core.database import Database, Merchants, ReadSession
from yichuan.core.errors import NotFound
from yichuan.couriers import queries as couriers
from yichuan.exceptions import queries as problems
from yichuan.exceptions.kinds import kinds
from yichuan.merchants import queries as merchants
from yichuan.reports.figures import figure, funnel, shown_to, trend
from yichuan.reports.schemas import (
    DayRow,
    Drill,
    Figure,
    MovedBy,
    Needs,
    Overview,
    ScoreFigure,
    Stage,
    StormFigure,
    Today,
    TodayScore,
)
from yichuan.rollups import queries as rollups
from yichuan.rollups.queries import Filters
from yichuan.scorecards import queries as scorecards
from yichuan.scorecards.score import TARGET, grade
from yichuan.shipments import due
from yichuan.shipments import queries as shipments
from yichuan.tickets import queries as tickets

HOURS = 6
"""How far ahead breaches are shown."""
TREND_DAYS = 30
ENOUGH_SHIPMENTS = 20
"""A score over fewer shipments is shown in the lists, not on the first screen."""
SHOWN = 10


async def overview(session: ReadSession) -> Overview:
    """The operator's first screen."""
    stages, rows = await _flow(session, None)
    return Overview(
        at=now(),
        hours=HOURS,
        needs=Needs(
            breaches=await _breaches(session, {}),
            problems=await _open_problems(session, {}),
            tickets=await _service_queue(session),
            storms=await _storms(session),
            couriers_off_standard=await _couriers(session),
            merchants_off_target=await _merchants(session),
        ),
        funnel=stages,
        trend=rows,
    )


async def _flow(session: ReadSession, merchant_id: UUID | None) -> tuple[list[Stage], list[DayRow]]:
    """Funnel and trend, of one merchant or of all."""
    extra = {} if merchant_id is None else {"merchant_id": str(merchant_id)}
    today = now().astimezone(CHINA).date()
    days = [today - timedelta(days=n) for n in range(TREND_DAYS - 1, -1, -1)]
    found, _ = await rollups.sums(session, Filters(days[0], today, merchant_id), ["day"])
    by_day: dict[date, Mapping[str, int]] = {row.key["day"]: row.sums for row in found}
    rows = shown_to(session.merchants, trend(days, by_day, extra))
    nothing = dict.fromkeys(("created", "shipped", "picked_up", "delivered"), 0)
    standing = await rollups.stock(session, merchant_id)
    return funnel(today, by_day.get(today, nothing), standing, extra), rows


async def _breaches(session: ReadSession, extra: Mapping[str, str]) -> list[Figure]:
    at = now()
    merchant_id = UUID(extra["merchant_id"]) if extra else None
    found = await due.upcoming_counts(
        session, at, at + timedelta(hours=HOURS), merchant_id=merchant_id
    )
    known = [k.deadline for k in kinds().values() if k.deadline is not None]
    return [
        figure(
            deadline,
            found.get(deadline, 0),
            Drill(
                path="exceptions/upcoming",
                query={"deadline": deadline, "hours": str(HOURS)} | dict(extra),
            ),
        )
        for deadline in known
    ]


async def _open_problems(session: ReadSession, extra: Mapping[str, str]) -> list[Figure]:
    merchant_id = UUID(extra["merchant_id"]) if extra else None
    totals: dict[str, int] = {}
    for line in await problems.open_counts(session, merchant_id):
        totals[line.kind] = totals.get(line.kind, 0) + line.count
    return [
        figure(
            kind,
            totals[kind],
            Drill(path="exceptions", query={"open": "true", "kind": kind} | dict(extra)),
        )
        for kind in sorted(totals, key=lambda k: kinds()[k].urgency, reverse=True)
    ]


async def _service_queue(session: ReadSession) -> list[Figure]:
    waiting, overdue = await tickets.waiting(session, "service")
    queue: dict[str, str | list[str]] = {"state": "open", "party": "service"}
    return [
        figure("to_answer", waiting, Drill(path="tickets", query=queue)),
        figure("overdue", overdue, Drill(path="tickets", query=queue | {"overdue": "true"})),
    ]


async def _storms(session: ReadSession) -> list[StormFigure]:
    return [
        StormFigure(
            courier=storm.courier,
            kind=storm.kind,
            province=storm.province,
            city=storm.city,
            count=storm.count,
            first_at=storm.first_at,
            drill=Drill(
                path="exceptions",
                query={
                    "open": "true",
                    "kind": storm.kind,
                    "courier": storm.courier,
                    "province": storm.province,
                },
            ),
        )
        for storm in (await problems.storms(session))[:SHOWN]
    ]


async def _couriers(session: ReadSession) -> list[ScoreFigure]:
    names = await couriers.names(session)
    return [
        ScoreFigure(
            id=row.courier,
            name=names.get(row.courier, row.courier),
            score=float(row.score),
            shipments=row.shipments,
            drill=Drill(path="shipments", query={"courier": row.courier, "problem": "any"}),
        )
        for row in await scorecards.couriers(session)
        if row.score < TARGET and row.shipments >= ENOUGH_SHIPMENTS
    ][:SHOWN]


async def _merchants(session: ReadSession) -> list[ScoreFigure]:
    day = await scorecards.latest_day(session)
    if day is None:
        return []
    rows, _ = await scorecards.merchants(session, day, below=Decimal(TARGET))
    low = [row for row in rows if row.shipments >= ENOUGH_SHIPMENTS][:SHOWN]
    names = {m.id: m.name for m in await merchants.listing(session)} if low else {}
    return [
        ScoreFigure(
            id=str(row.merchant_id),
            name=names.get(row.merchant_id, ""),
            score=float(row.score),
            shipments=row.shipments,
            drill=Drill(
                path="exceptions",
                query={"merchant_id": str(row.merchant_id), "party": "merchant"},
            ),
        )
        for row in low
    ]


async def today(
    database: Database, session: ReadSession, visible: Merchants, merchant_id: UUID
) -> Today:
    """A merchant's first screen.

    Raises:
        NotFound: unknown or not the caller's.
    """
    await merchants.get(session, merchant_id)
    extra = {"merchant_id": str(merchant_id)}
    counts = await shipments.counts(database, visible, shipments.Filters(merchant_id=merchant_id))
    waiting, overdue = await tickets.waiting(session, "merchant", merchant_id)
    queue: dict[str, str | list[str]] = {"state": "open", "party": "merchant", **extra}
    stages, rows = await _flow(session, merchant_id)
    return Today(
        at=now(),
        hours=HOURS,
        to_print=_queue("to_print", counts, extra),
        to_hand_over=_queue("to_hand_over", counts, extra),
        to_answer=figure("to_answer", waiting, Drill(path="tickets", query=queue)),
        overdue=figure(
            "overdue", overdue, Drill(path="tickets", query=queue | {"overdue": "true"})
        ),
        problems=await _open_problems(session, extra),
        breaches=await _breaches(session, extra),
        funnel=stages,
        trend=rows,
        score=await _score(session, merchant_id),
        capped_at=shipments.COUNT_CAP,
    )


def _queue(name: str, counts: Mapping[str, int], extra: Mapping[str, str]) -> Figure:
    return figure(name, counts[name], Drill(path="shipments", query={"queue": name, **extra}))


async def _score(session: ReadSession, merchant_id: UUID) -> TodayScore | None:
    try:
        card = await scorecards.merchant_card(session, merchant_id)
    except NotFound:
        return None
    return TodayScore(
        score=float(card.score),
        grade=grade(card.score),
        before=None if card.before is None else float(card.before),
        moves=[
            MovedBy(
                key=move.metric.key,
                name_zh=move.metric.name_zh,
                name_en=move.metric.name_en,
                effect=round(move.effect, 2),
            )
            for move in card.moves
            if abs(move.effect) >= 0.005
        ],
    )
