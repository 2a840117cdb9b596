"""How many parcels stand where, right now, narrowed to anything.

What the platform sees is read, where they know it, from counts kept beside the parcels:
`live_counts` (by one thing and the day) and `live_flows` (by everything but merchant and day).
Otherwise the narrow rows are counted. A merchant's own are always the rows under its key, which
the policies know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from psycopg.rows import TupleRow

from yichuan.core.database import Database, Merchants, hot_reads
from yichuan.core.trip import Call
from yichuan.shipments.live import AGES, MOVING, STAGES, Days, Stage, days_of
from yichuan.shipments.live_rows import (
    COLUMNS,
    OF_CATEGORY,
    LiveFilters,
    Where,
    equal,
    narrow,
    standing,
)

By = Literal["stage", "courier", "merchant", "province", "category"]
SHOWN: Final = 100
"""Rows of an ageing table, and flows of a map: the biggest."""
CITIES: Final = 400
OPEN: Final = STAGES[:-1]
"""What is signed for does not age."""
_CELLS: Final = ("courier", "province", "category", "merchant")
_HASHED: Final[Call] = (
    "SELECT "
    + ", ".join(
        f"set_config('enable_{way}', 'off', true)"
        for way in ("sort", "incremental_sort", "indexscan")
    ),
    (),
)
"""Behind a policy the planner expects few rows, and would sort all of them to count them, or walk
the whole table along an index; bitmaps still use the indexes where they narrow."""
_SOME_DAYS: Final = timedelta(days=3)
_SMALLEST: Final = "category"
"""Every parcel is counted once in each dimension; this one has the fewest cells."""


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


@dataclass(frozen=True, slots=True)
class View:
    """Everything the page shows, the biggest first."""

    stages: dict[str, int]
    """What stands at each, whichever are chosen."""
    rows: list[Aged]
    mapped: Sequence[Stage]
    """The stages that are on the map."""
    provinces: list[Flow]
    cities: list[Flow]
    flows: list[Flow]


async def view(
    database: Database, merchants: Merchants, filters: LiveFilters, by: By, today: date
) -> View:
    """Where parcels stand, how long by what is asked, and where they go: one round trip.

    Stages that are chosen narrow rows and map. Without, rows other than stages leave out what is
    signed for, and the map shows what is on its way.
    """
    chosen = filters.stages
    mapped = chosen or MOVING
    _, counts, ways = await hot_reads(
        database.hot,
        merchants,
        (
            _HASHED,
            _counts(filters, by, merchants, chosen or (STAGES if by == "stage" else OPEN), today),
            _ways(filters, mapped, merchants, today),
        ),
    )
    return View(
        stages={row[1]: int(row[2]) for row in counts if row[0] == "stage"},
        rows=[
            Aged(row[1], int(row[2]), tuple(int(n or 0) for n in row[3:]))
            for row in counts
            if row[0] == "row"
        ],
        mapped=mapped,
        provinces=_of(ways, "province"),
        cities=_of(ways, "city"),
        flows=_of(ways, "way"),
    )


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


def _cells(filters: LiveFilters, by: By, merchants: Merchants, today: date) -> Call:
    """How many stand at a stage since a day, by what is asked."""
    dimension = _cell_of(filters, by, merchants)
    where = Where()
    if dimension is None:
        narrow(where, filters, merchants)
        key: str = "merchant_id" if by == "merchant" else by
        table, amount, group = "live_shipments", "count(*)", " GROUP BY 1, 2, 3"
    else:
        where.add("dimension = %s", dimension)
        if (value := getattr(filters, dimension)) is not None:
            where.add("value = %s", value)
        if filters.merchant_category is not None:
            where.add(
                f"value = ANY(ARRAY(SELECT m.id::text FROM {OF_CATEGORY} m))",
                filters.merchant_category,
            )
        where.add("count <> 0")
        key = "stage" if by == "stage" else "value"
        table, amount, group = "live_counts", "count", ""
    standing(where, (), filters.since, today)
    return (
        f"SELECT {key} AS key, stage AS stage, since_day, {amount} AS n FROM {table}"
        f" WHERE {where.sql}{group}",
        where.values,
    )


def _counts(
    filters: LiveFilters, by: By, merchants: Merchants, listed: Sequence[Stage], today: date
) -> Call:
    cells, values = _cells(filters, by, merchants, today)
    ages, days = _ages(today)
    return (
        f"""
        WITH cells AS MATERIALIZED ({cells})
        (SELECT 'stage', stage, sum(n){", NULL" * len(AGES)} FROM cells GROUP BY stage)
        UNION ALL
        (SELECT 'row', key::text, sum(n) AS total, {ages} FROM cells WHERE stage = ANY(%s)
         GROUP BY key ORDER BY total DESC, key LIMIT %s)
        """,
        [*values, *days, list(listed), SHOWN],
    )


def _ages(today: date) -> tuple[str, list[Any]]:
    columns: list[str] = []
    values: list[Any] = []
    for age in AGES:
        where = Where()
        first, last = days_of(age, today)
        if first is not None:
            where.add("since_day >= %s", first)
        if last is not None:
            where.add("since_day <= %s", last)
        columns.append(f"sum(n) FILTER (WHERE {where.sql})")
        values.extend(where.values)
    return ", ".join(columns), values


def _flows(filters: LiveFilters, stages: Sequence[Stage]) -> Where:
    where = Where()
    equal(where, filters, COLUMNS)
    where.add("stage = ANY(%s) AND count <> 0", list(stages))
    return where


def _long(since: Days, today: date) -> bool:
    """Days up to now, on which most parcels came to their stage: fewer are outside of them."""
    first, last = since
    return first is not None and first <= today - _SOME_DAYS and (last is None or last >= today)


def _found(
    filters: LiveFilters, stages: Sequence[Stage], merchants: Merchants, today: date
) -> Call:
    """How many go from where to where; a way may be in several rows."""
    rows = Where()
    narrow(rows, filters, merchants)
    theirs = merchants is None and (filters.merchant, filters.merchant_category) == (None, None)
    if theirs and "delivered" not in stages:
        flows = _flows(filters, stages)
        kept = f"SELECT province, city, origin, count AS n FROM live_flows WHERE {flows.sql}"
        if filters.since == (None, None):
            return kept, flows.values
        if _long(filters.since, today):
            days = Where()
            standing(days, (), filters.since, today)
            rows.add("stage = ANY(%s)", list(stages))
            rows.add(f"NOT ({days.sql})", *days.values)
            return (
                f"{kept} UNION ALL SELECT province, city, origin, -count(*) FROM live_shipments"
                f" WHERE {rows.sql} GROUP BY province, city, origin",
                [*flows.values, *rows.values],
            )
    standing(rows, stages, filters.since, today)
    return (
        f"SELECT province, city, origin, count(*) AS n FROM live_shipments WHERE {rows.sql}"
        " GROUP BY province, city, origin",
        rows.values,
    )


def _ways(filters: LiveFilters, stages: Sequence[Stage], merchants: Merchants, today: date) -> Call:
    """By province, by city, and from city to city."""
    found, values = _found(filters, stages, merchants, today)
    return (
        f"""
        WITH ways AS MATERIALIZED (
            SELECT province, city, origin, sum(n) AS n FROM ({found}) f
            GROUP BY province, city, origin HAVING sum(n) <> 0
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
        [*values, CITIES, SHOWN],
    )


def _of(rows: Sequence[TupleRow], kind: str) -> list[Flow]:
    return [Flow(int(row[1]), *row[2:]) for row in rows if row[0] == kind]
