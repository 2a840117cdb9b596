"""How many parcels stand where, right now, narrowed to anything.

What the platform sees when it opens the page, and with one narrowing, is read from counts kept
beside the parcels (`live_counts`, `live_flows`); with several the narrow rows are counted, in one
pass. A merchant's own are always the rows under its key, which the policies know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from psycopg.rows import TupleRow

from yichuan.core.database import Database, Merchants, hot_rows
from yichuan.shipments.live import AGES, Stage, days_of

By = Literal["stage", "courier", "merchant", "province", "category"]
SHOWN: Final = 100
"""Rows of an ageing table, cities and flows of a map: the biggest."""
_CELLS: Final = ("courier", "province", "category", "merchant")
_SMALLEST: Final = "category"
"""Every parcel is counted once in each dimension; this one has the fewest cells."""
_OF_CATEGORY: Final = "(SELECT id FROM merchants WHERE category = %s)"


@dataclass(frozen=True, slots=True)
class LiveFilters:
    """What is counted; None or empty means everything."""

    merchant: str | None = None
    """Its id."""
    merchant_category: str | None = None
    courier: str | None = None
    origin: str | None = None
    province: str | None = None
    city: str | None = None
    category: str | None = None
    """Of the goods."""
    stages: Sequence[Stage] = ()
    since: tuple[date | None, date | None] = (None, None)
    """First and last day on which it came to its stage."""


@dataclass(frozen=True, slots=True)
class Aged:
    """Parcels of one row of an ageing table."""

    key: str
    total: int
    ages: tuple[int, ...]
    """As `AGES`."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Parcels to a place; from a city where `origin` is known."""

    total: int
    province: str
    city: str | None = None
    origin: str | None = None


class _Where:
    """Conditions and their values, in order."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: list[Any] = []

    def add(self, sql: str, *values: object) -> None:
        self.parts.append(sql)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts) or "true"


def _common(where: _Where, filters: LiveFilters, today: date) -> None:
    """Stage and day: every source has the stage, those of ages the day. What was signed before
    today is on its way out of the tables."""
    if filters.stages:
        where.add("stage = ANY(%s)", list(filters.stages))
    first, last = filters.since
    if first is not None:
        where.add("since_day >= %s", first)
    if last is not None:
        where.add("since_day <= %s", last)
    where.add("(stage <> 'delivered' OR since_day >= %s)", today)


def _cell_of(filters: LiveFilters, by: By, merchants: Merchants) -> str | None:
    """The dimension whose cells answer; None: the rows must be counted."""
    if merchants is not None or filters.city is not None or filters.origin is not None:
        return None
    asked = {name for name in _CELLS if getattr(filters, name) is not None}
    if filters.merchant_category is not None:
        asked.add("merchant")
    if by != "stage":
        asked.add(by)
    return None if len(asked) > 1 else next(iter(asked), _SMALLEST)


def _cells(dimension: str, filters: LiveFilters) -> _Where:
    where = _Where()
    where.add("dimension = %s", dimension)
    if (value := getattr(filters, dimension)) is not None:
        where.add("value = %s", value)
    if filters.merchant_category is not None:
        where.add(
            f"value = ANY(ARRAY(SELECT m.id::text FROM {_OF_CATEGORY} m))",
            filters.merchant_category,
        )
    return where


def _rows(filters: LiveFilters, merchants: Merchants) -> _Where:
    where = _Where()
    if merchants is not None:
        where.add("merchant_id = ANY(%s)", list(merchants))
    if filters.merchant is not None:
        where.add("merchant_id = %s::uuid", filters.merchant)
    if filters.merchant_category is not None:
        where.add(f"merchant_id = ANY(ARRAY{_OF_CATEGORY})", filters.merchant_category)
    for name in ("courier", "origin", "province", "city", "category"):
        if (value := getattr(filters, name)) is not None:
            where.add(f"{name} = %s", value)
    return where


def _ages_sql(amount: str, today: date) -> tuple[str, list[Any]]:
    columns: list[str] = []
    values: list[Any] = []
    for age in AGES:
        first, last = days_of(age, today)
        bounds = [
            (f"since_day {sign} %s", day)
            for sign, day in ((">=", first), ("<=", last))
            if day is not None
        ]
        columns.append(
            amount.format(" FILTER (WHERE " + " AND ".join(sql for sql, _ in bounds) + ")")
        )
        values.extend(day for _, day in bounds)
    return ", ".join(columns), values


async def ageing(
    database: Database, merchants: Merchants, filters: LiveFilters, by: By, today: date
) -> list[Aged]:
    """How long parcels have stood, by what is asked; the biggest rows first."""
    dimension = _cell_of(filters, by, merchants)
    if dimension is None:
        table, amount, where = "live_shipments", "count(*){0}", _rows(filters, merchants)
        key: str = "merchant_id" if by == "merchant" else by
    else:
        table, amount, where = "live_counts", "sum(count){0}", _cells(dimension, filters)
        key = "stage" if by == "stage" else "value"
        where.add("count <> 0")
    _common(where, filters, today)
    columns, values = _ages_sql(amount, today)
    rows = await hot_rows(
        database.hot,
        merchants,
        f"SELECT {key}::text, {amount.format('')} AS total, {columns} FROM {table}"
        f" WHERE {where.sql} GROUP BY {key} ORDER BY total DESC, {key} LIMIT %s",
        [*values, *where.values, SHOWN],
    )
    return [Aged(row[0], int(row[1]), tuple(int(n or 0) for n in row[2:])) for row in rows]


async def flows(
    database: Database, merchants: Merchants, filters: LiveFilters, today: date
) -> tuple[list[Flow], list[Flow], list[Flow]]:
    """Where parcels go: by province, by city, and from city to city; the biggest first."""
    one = LiveFilters(
        origin=filters.origin,
        province=filters.province,
        city=filters.city,
        stages=filters.stages,
    )
    if merchants is None and filters == one and "delivered" not in filters.stages:
        table, amount, where = "live_flows", "sum(count)", _rows(filters, None)
        if filters.stages:
            where.add("stage = ANY(%s)", list(filters.stages))
        where.add("stage <> 'delivered' AND count <> 0")
    else:
        table, amount, where = "live_shipments", "count(*)", _rows(filters, merchants)
        _common(where, filters, today)
    rows = await hot_rows(
        database.hot,
        merchants,
        f"""
        WITH ways AS MATERIALIZED (
            SELECT province, city, origin, {amount} AS n FROM {table} WHERE {where.sql}
            GROUP BY province, city, origin
        )
        (SELECT 'province', sum(n) AS n, province, NULL, NULL FROM ways GROUP BY province
         ORDER BY n DESC, province)
        UNION ALL
        (SELECT 'city', sum(n) AS n, province, city, NULL FROM ways WHERE city <> '-'
         GROUP BY province, city ORDER BY n DESC, city LIMIT %s)
        UNION ALL
        (SELECT 'way', n, province, city, origin FROM ways
         WHERE city <> '-' AND origin NOT IN ('-', city) ORDER BY n DESC, origin, city LIMIT %s)
        """,
        [*where.values, SHOWN * 4, SHOWN],
    )
    return _of(rows, "province"), _of(rows, "city"), _of(rows, "way")


def _of(rows: Sequence[TupleRow], kind: str) -> list[Flow]:
    return [Flow(int(row[1]), *row[2:]) for row in rows if row[0] == kind]
