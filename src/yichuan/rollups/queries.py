"""Sums over the rollups, within the session's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from yichuan.core.database import ReadSession
from yichuan.core.errors import Invalid
from yichuan.core.pagination import decode_cursor, encode_cursor
from yichuan.identity.scope import in_scope, owner_of
from yichuan.rollups.counting import MEASURES
from yichuan.rollups.models import DailyRollup, StageStock

Dimension = Literal["day", "merchant_id", "courier", "province"]
Sums = dict[str, int]
_READ: dict[Dimension, Any] = {
    "day": date.fromisoformat,
    "merchant_id": UUID,
    "courier": str,
    "province": str,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which days (both inclusive, Asia/Shanghai) and whose shipments."""

    begin: date
    end: date
    merchant_id: UUID | None = None
    courier: str | None = None
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Sums of one group."""

    key: Mapping[str, Any]
    sums: Sums


def _conditions(session: ReadSession, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [
        in_scope(session, DailyRollup),
        DailyRollup.day >= filters.begin,
        DailyRollup.day <= filters.end,
    ]
    owner = owner_of(session, filters.merchant_id)
    if owner is not None:
        conditions.append(DailyRollup.merchant_id == owner)
    if filters.courier is not None:
        conditions.append(DailyRollup.courier == filters.courier)
    if filters.province is not None:
        conditions.append(DailyRollup.province == filters.province)
    return conditions


async def sums(
    session: ReadSession,
    filters: Filters,
    by: Sequence[Dimension],
    *,
    limit: int | None = None,
    cursor: str | None = None,
) -> tuple[list[Row], str | None]:
    """Sums grouped by the dimensions, in their order, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    keys = [getattr(DailyRollup, name) for name in by]
    totals = [func.sum(getattr(DailyRollup, name)).label(name) for name in MEASURES]
    query = select(*keys, *totals).where(*_conditions(session, filters))
    if cursor is not None:
        query = query.where(tuple_(*keys) > tuple_(*_read_cursor(cursor, by)))
    query = query.group_by(*keys).order_by(*keys)
    if limit is not None:
        query = query.limit(limit + 1)
    rows = [
        Row(
            {name: row._mapping[name] for name in by},
            {name: int(row._mapping[name] or 0) for name in MEASURES},
        )
        for row in await session.execute(query)
    ]
    if limit is None or len(rows) <= limit:
        return rows, None
    last = rows[limit - 1].key
    return rows[:limit], encode_cursor([str(last[name]) for name in by])


def _read_cursor(cursor: str, by: Sequence[Dimension]) -> list[Any]:
    values = decode_cursor(cursor, len(by))
    try:
        return [_READ[name](str(value)) for name, value in zip(by, values, strict=True)]
    except ValueError as error:
        raise Invalid("not a cursor of this list", field="cursor") from error


async def total(session: ReadSession, filters: Filters) -> Sums:
    """Sums over everything the filters let through."""
    totals = [func.sum(getattr(DailyRollup, name)).label(name) for name in MEASURES]
    row = (await session.execute(select(*totals).where(*_conditions(session, filters)))).one()
    return {name: int(row._mapping[name] or 0) for name in MEASURES}


async def stock(session: ReadSession, merchant_id: UUID | None = None) -> dict[str, int]:
    """How many shipments stand at each stage now."""
    query = select(StageStock.stage, func.sum(StageStock.count)).where(
        in_scope(session, StageStock)
    )
    owner = owner_of(session, merchant_id)
    if owner is not None:
        query = query.where(StageStock.merchant_id == owner)
    rows = await session.execute(query.group_by(StageStock.stage))
    return {row[0]: int(row[1]) for row in rows if row[1]}
