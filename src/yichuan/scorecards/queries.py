"""Reading scores, within the session's scope. Couriers' scores are everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, tuple_

from yichuan.core.database import ReadSession
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.pagination import decode_cursor, encode_cursor
from yichuan.identity.scope import in_scope, scoped
from yichuan.scorecards import score
from yichuan.scorecards.models import CourierScore, MerchantScore
from yichuan.scorecards.score import Metric, Move, Part

COMPARED_DAYS = 7
"""A score is compared with the one this many days before."""
MERCHANT_COUNTS = tuple({name for m in score.MERCHANT for name in (m.amount, m.base)})
COURIER_COUNTS = tuple({name for m in score.COURIER for name in (m.amount, m.base)})


@dataclass(frozen=True, slots=True)
class Card:
    """A score with its parts and what moved it since `compared_with`."""

    day: date
    score: Decimal
    parts: list[Part]
    before: Decimal | None
    moves: list[Move]


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a history."""

    day: date
    score: Decimal


def _parts(
    row: MerchantScore | CourierScore, metrics: tuple[Metric, ...], names: tuple[str, ...]
) -> list[Part]:
    return score.parts(metrics, {name: getattr(row, name) for name in names})


def merchant_parts(row: MerchantScore) -> list[Part]:
    """The parts of a merchant's score."""
    return _parts(row, score.MERCHANT, MERCHANT_COUNTS)


def courier_parts(row: CourierScore) -> list[Part]:
    """The parts of a courier's score."""
    return _parts(row, score.COURIER, COURIER_COUNTS)


async def latest_day(session: ReadSession) -> date | None:
    """The last day that merchants were scored for."""
    return await session.scalar(
        select(func.max(MerchantScore.day)).where(in_scope(session, MerchantScore))
    )


async def merchants(
    session: ReadSession,
    day: date,
    *,
    below: Decimal | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> tuple[list[MerchantScore], str | None]:
    """Merchants' scores of a day, the lowest first.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, MerchantScore).where(MerchantScore.day == day)
    if below is not None:
        query = query.where(MerchantScore.score < below)
    key = tuple_(MerchantScore.score, MerchantScore.merchant_id)
    if cursor is not None:
        query = query.where(key > tuple_(*_read_cursor(cursor)))
    query = query.order_by(MerchantScore.score, MerchantScore.merchant_id)
    if limit is None:
        return list(await session.scalars(query)), None
    rows = list(await session.scalars(query.limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor([str(last.score), str(last.merchant_id)])


def _read_cursor(cursor: str) -> tuple[Decimal, UUID]:
    points, merchant_id = decode_cursor(cursor, 2)
    try:
        return Decimal(str(points)), UUID(str(merchant_id))
    except (ValueError, ArithmeticError) as error:
        raise Invalid("not a cursor of this list", field="cursor") from error


async def scores_on(session: ReadSession, day: date, ids: list[UUID]) -> dict[UUID, Decimal]:
    """Merchants' scores of another day, for comparison."""
    rows = await session.execute(
        select(MerchantScore.merchant_id, MerchantScore.score).where(
            in_scope(session, MerchantScore),
            MerchantScore.day == day,
            MerchantScore.merchant_id.in_(ids),
        )
    )
    return {row[0]: row[1] for row in rows}


async def merchant_card(session: ReadSession, merchant_id: UUID) -> Card:
    """A merchant's latest score and what moved it.

    Raises:
        NotFound: not scored yet, or not the caller's.
    """
    query = scoped(session, MerchantScore).where(MerchantScore.merchant_id == merchant_id)
    row = await session.scalar(query.order_by(MerchantScore.day.desc()).limit(1))
    if row is None:
        raise NotFound("this merchant has no score yet")
    earlier = row.day - timedelta(days=COMPARED_DAYS)
    old = await session.scalar(query.where(MerchantScore.day == earlier))
    after = merchant_parts(row)
    moved = [] if old is None else score.moves(merchant_parts(old), after)
    return Card(row.day, row.score, after, None if old is None else old.score, moved)


async def merchant_history(session: ReadSession, merchant_id: UUID, days: int) -> list[Point]:
    """A merchant's scores of the last days, oldest first."""
    rows = await session.execute(
        select(MerchantScore.day, MerchantScore.score)
        .where(in_scope(session, MerchantScore), MerchantScore.merchant_id == merchant_id)
        .order_by(MerchantScore.day.desc())
        .limit(days)
    )
    return [Point(row[0], row[1]) for row in rows][::-1]


async def couriers(session: ReadSession) -> list[CourierScore]:
    """Couriers' latest scores, the lowest first."""
    day = await session.scalar(select(func.max(CourierScore.day)))
    rows = await session.scalars(
        select(CourierScore)
        .where(CourierScore.day == day)
        .order_by(CourierScore.score, CourierScore.courier)
    )
    return list(rows)


async def courier_card(session: ReadSession, courier: str) -> Card:
    """A courier's latest score and what moved it.

    Raises:
        NotFound: not scored yet.
    """
    query = select(CourierScore).where(CourierScore.courier == courier)
    row = await session.scalar(query.order_by(CourierScore.day.desc()).limit(1))
    if row is None:
        raise NotFound("this courier has no score yet")
    earlier = row.day - timedelta(days=COMPARED_DAYS)
    old = await session.scalar(query.where(CourierScore.day == earlier))
    after = courier_parts(row)
    moved = [] if old is None else score.moves(courier_parts(old), after)
    return Card(row.day, row.score, after, None if old is None else old.score, moved)


async def courier_history(session: ReadSession, courier: str, days: int) -> list[Point]:
    """A courier's scores of the last days, oldest first."""
    rows = await session.execute(
        select(CourierScore.day, CourierScore.score)
        .where(CourierScore.courier == courier)
        .order_by(CourierScore.day.desc())
        .limit(days)
    )
    return [Point(row[0], row[1]) for row in rows][::-1]
