"""Reading problems, within the session's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select, text, tuple_

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.exceptions.models import Problem
from yichuan.exceptions.rules import MAJEURE
from yichuan.exceptions.thresholds import setting
from yichuan.identity.scope import in_scope, owner_of, scoped

CITY_SHARE = 0.6
"""A storm is a city's when at least this share of it is there."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to."""

    kind: str | None = None
    party: str | None = None
    open: bool | None = None
    merchant_id: UUID | None = None
    courier: str | None = None
    shipment_id: UUID | None = None
    province: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class OpenCount:
    """Open problems of a kind with a party."""

    kind: str
    party: str
    count: int


@dataclass(frozen=True, slots=True)
class Storm:
    """Many open problems with one cause: courier, kind and place."""

    courier: str
    kind: str
    province: str
    city: str | None
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """The problems a shipment has had, for the rollups."""

    first_at: datetime
    kinds: frozenset[str]
    parties: frozenset[str]
    blamed: frozenset[str] = frozenset()
    """Those of the kinds that somebody answers for, be it once."""
    majeure_at: datetime | None = None
    """Since when force majeure 不可抗力 lay over it, at first."""


def _narrowed(session: ReadSession, filters: Filters) -> Select[Problem]:
    query = scoped(session, Problem)
    for name in ("kind", "party", "courier", "shipment_id"):
        if getattr(filters, name) is not None:
            query = query.where(getattr(Problem, name) == getattr(filters, name))
    if filters.province is not None:
        query = query.where(Problem.dest_province == filters.province)
    if filters.city is not None:
        query = query.where(Problem.dest_city == filters.city)
    owner = owner_of(session, filters.merchant_id)
    if owner is not None:
        query = query.where(Problem.merchant_id == owner)
    if filters.open is not None:
        still = Problem.closed_at.is_(None)
        query = query.where(still if filters.open else ~still)
    return query


async def listing(
    session: ReadSession, filters: Filters, *, limit: int, cursor: str | None
) -> tuple[list[Problem], str | None]:
    """One page of problems, newest first.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = _narrowed(session, filters)
    if cursor is not None:
        before = tuple_(*read_time_cursor(cursor))
        query = query.where(tuple_(Problem.opened_at, Problem.id) < before)
    query = query.order_by(Problem.opened_at.desc(), Problem.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    following = None
    if len(rows) > limit:
        following = time_cursor(rows[limit - 1].opened_at, rows[limit - 1].id)
    return rows[:limit], following


async def open_counts(session: ReadSession, merchant_id: UUID | None = None) -> list[OpenCount]:
    """Open problems by kind and party, the most frequent first."""
    amount = func.count()
    query = select(Problem.kind, Problem.party, amount).where(
        in_scope(session, Problem), Problem.closed_at.is_(None)
    )
    owner = owner_of(session, merchant_id)
    if owner is not None:
        query = query.where(Problem.merchant_id == owner)
    query = query.group_by(Problem.kind, Problem.party)
    rows = await session.execute(query.order_by(amount.desc(), Problem.kind, Problem.party))
    return [OpenCount(row[0], row[1], int(row[2])) for row in rows]


async def storms(session: ReadSession, at: datetime | None = None) -> list[Storm]:
    """Groups of open problems of the last hours that share courier, kind and province."""
    limits = await setting.get(session)
    begin = (at or now()) - timedelta(hours=limits.storm_hours)
    amount = func.count()
    there = (
        select(Problem.courier, Problem.kind, Problem.dest_province, Problem.dest_city)
        .add_columns(Problem.opened_at)
        .where(
            in_scope(session, Problem),
            Problem.closed_at.is_(None),
            Problem.opened_at >= begin,
            Problem.courier.is_not(None),
            Problem.dest_province.is_not(None),
        )
        .subquery()
    )
    by_city = (
        select(
            there.c.courier,
            there.c.kind,
            there.c.dest_province,
            there.c.dest_city,
            amount.label("here"),
            func.min(there.c.opened_at).label("first_at"),
            func.max(there.c.opened_at).label("last_at"),
        )
        .group_by(there.c.courier, there.c.kind, there.c.dest_province, there.c.dest_city)
        .subquery()
    )
    total = func.sum(by_city.c.here)
    rows = await session.execute(
        select(
            by_city.c.courier,
            by_city.c.kind,
            by_city.c.dest_province,
            func.array_agg(by_city.c.dest_city).label("cities"),
            func.array_agg(by_city.c.here).label("counts"),
            total.label("total"),
            func.min(by_city.c.first_at).label("first_at"),
            func.max(by_city.c.last_at).label("last_at"),
        )
        .group_by(by_city.c.courier, by_city.c.kind, by_city.c.dest_province)
        .having(total >= limits.storm_minimum)
        .order_by(total.desc())
        .limit(50)
    )
    return [
        Storm(
            courier=row.courier,
            kind=row.kind,
            province=row.dest_province,
            city=_main_city(row.cities, row.counts),
            count=int(row.total),
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in rows
    ]


def _main_city(cities: Sequence[str | None], counts: Sequence[int]) -> str | None:
    """The city that has most of a storm, or None when it is spread."""
    most, city = max(zip(counts, cities, strict=True), key=lambda pair: pair[0])
    return city if most >= CITY_SHARE * sum(counts) else None


# unscoped: the rollups count every merchant's shipments
_HISTORIES: Final = text("""
    SELECT shipment_id, min(since), array_agg(DISTINCT kind), array_agg(DISTINCT party),
        array_agg(DISTINCT kind) FILTER (WHERE party <> 'nobody'),
        min(since) FILTER (WHERE kind = :majeure)
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN problems USING (merchant_id, shipment_id)
    GROUP BY shipment_id
""")


async def histories(
    session: SystemSession, shipments: Sequence[tuple[UUID, UUID]]
) -> Mapping[UUID, History]:
    """Problems ever opened, by shipment id. Asked for by (merchant_id, shipment_id)."""
    keys = {
        "merchants": arrays.uuids([m for m, _ in shipments]),
        "shipments": arrays.uuids([s for _, s in shipments]),
    }
    rows = await session.execute(_HISTORIES, keys | {"majeure": MAJEURE})
    return {
        shipment_id: History(
            first_at, frozenset(kinds), frozenset(parties), frozenset(blamed or ()), majeure_at
        )
        for shipment_id, first_at, kinds, parties, blamed, majeure_at in rows
    }
