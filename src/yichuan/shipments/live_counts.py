"""How many parcels stand where, right now, narrowed to anything.

What the platform sees is read, where they know it, from counts kept beside the parcels:
`live_counts` (by one thing and the day), `live_merchant_counts` (by merchant, courier and day),
`live_flows` (by everything but merchant and day) and `live_ways` (by places and day). Otherwise the
narrow rows are counted. A merchant's own are its counts, or the rows under its key, which the
policies know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from psycopg.rows import TupleRow

from yichuan.core.database import Database, Merchants, hot_reads
from yichuan.core.trip import Call, locally
from yichuan.shipments.live import AGES, MOVING, NOTHING, STAGES, Stage, days_of
from yichuan.shipments.live_rows import (
    COLUMNS,
    NUMBER_OF,
    LiveFilters,
    Where,
    at,
    days,
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
_NONE: Final = f"coalesce((SELECT id FROM names WHERE name = '{NOTHING}'), 0)"
_CELLS: Final = ("courier", "province", "category", "merchant")
_WAY: Final = ("province", "city", "origin")
_HOW: Final = {
    "enable_sort": "off",
    "enable_incremental_sort": "off",
    "enable_indexscan": "off",
    "client_connection_check_interval": "100",
}
"""The last (milliseconds): narrowed again before the answer was there, nobody waits for it."""
_HASHED: Final = locally(**_HOW)
"""Behind a policy the planner expects few rows, and would sort all of them to count them, or walk
the whole table along an index; bitmaps still use the indexes where they narrow."""
_ALONE: Final = locally(**_HOW, max_parallel_workers_per_gather="0")
"""Where counts answer: rows that workers hand over one by one cost more than to count them."""
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
    listed = chosen or (STAGES if by == "stage" else OPEN)
    asked = _Question(filters, by, merchants, today, listed, mapped)
    whole = _whole(asked)
    how = _HASHED if "live_shipments" in whole[0] else _ALONE
    _, found = await hot_reads(database.hot, merchants, (how, whole))
    named = (lambda key: STAGES[int(key) - 1]) if by == "stage" else str
    return View(
        stages={STAGES[int(row[1]) - 1]: row[4] for row in _of(found, "stage")},
        rows=[
            Aged(named(row[1]), row[4], tuple(n or 0 for n in row[5])) for row in _of(found, "row")
        ],
        mapped=mapped,
        provinces=_flows(found, "province"),
        cities=_flows(found, "city"),
        flows=_flows(found, "way"),
    )


def _of(rows: Sequence[TupleRow], kind: str) -> list[TupleRow]:
    """The biggest first."""
    return sorted((row for row in rows if row[0] == kind), key=lambda row: (-row[4], row[1:4]))


def _flows(rows: Sequence[TupleRow], kind: str) -> list[Flow]:
    return [Flow(row[4], *row[1:4]) for row in _of(rows, kind)]


@dataclass(frozen=True, slots=True)
class _Question:
    filters: LiveFilters
    by: By
    merchants: Merchants
    today: date
    listed: Sequence[Stage]
    """Stages that the rows of the ageing table count."""
    mapped: Sequence[Stage]

    @property
    def key(self) -> str:
        """The narrow rows' column that makes rows of the ageing table."""
        return "merchant_id" if self.by == "merchant" else self.by

    @property
    def dimension(self) -> str | None:
        """Whose counts answer; None: the narrow rows must be counted."""
        filters = self.filters
        if filters.city is not None or filters.origin is not None:
            return None
        asked = {name for name in _CELLS if getattr(filters, name) is not None}
        if filters.merchant_category is not None or self.merchants is not None:
            asked.add("merchant")
        if self.by != "stage":
            asked.add(self.by)
        if "merchant" in asked:
            asked.discard("courier")
        return None if len(asked) > 1 else next(iter(asked), _SMALLEST)

    @property
    def placed(self) -> bool:
        """Whether counts by places and day know the parcels. Those of one city are few, and found
        by it."""
        filters = self.filters
        theirs = (self.merchants, filters.merchant, filters.merchant_category)
        goods = (filters.courier, filters.category, filters.city)
        return (*theirs, *goods) == (None,) * 6

    @property
    def flowing(self) -> bool:
        """Whether flows are kept of what is asked, whatever the days."""
        filters = self.filters
        theirs = (self.merchants, filters.merchant, filters.merchant_category)
        return theirs == (None, None, None) and "delivered" not in self.mapped

    @property
    def ever(self) -> bool:
        """Whether all days are asked for."""
        return self.filters.since == (None, None)

    @property
    def long(self) -> bool:
        """Days up to now, on which most parcels came to their stage: fewer are outside of them."""
        first, last = self.filters.since
        soon = self.today - _SOME_DAYS
        return first is not None and first <= soon and (last is None or last >= self.today)


def _whole(asked: _Question) -> Call:
    """Everything in one statement. Where cells and ways must both be counted over the narrow rows,
    these are walked once."""
    walk: Call | None = None
    cells = _cells(asked)
    ways = _ways(asked)
    if cells is None and ways is not None and asked.ever:
        cells = _rows(asked, (f"{asked.key} AS key", "stage", "since_day"), ())
    elif cells is None:
        walk = _rows(asked, (f"{asked.key} AS key", "stage", "since_day", *_WAY), ())
        cells = "SELECT key, stage, since_day, n FROM walk", []
        there = Where()
        at(there, asked.mapped)
        ways = f"SELECT {', '.join(_WAY)}, n FROM walk WHERE {there.sql}", there.values
    elif ways is None:
        ways = _rows(asked, _WAY, asked.mapped)
    first = "" if walk is None else f"walk AS MATERIALIZED ({walk[0]}),"
    ages, when = _ages(asked.today)
    shown, more = _shown(asked)
    return (
        f"""
        WITH names AS MATERIALIZED (SELECT id, name FROM live_names), {first}
        cells AS MATERIALIZED (
            SELECT key, stage, sum(n)::bigint AS n, {ages} FROM ({cells[0]}) c GROUP BY key, stage
        ),
        ways AS MATERIALIZED (
            SELECT province, city, origin, sum(n) AS n FROM ({ways[0]}) f
            GROUP BY province, city, origin HAVING sum(n) <> 0
        ),
        shown (kind, key, a, b, c, n, ages) AS ({shown})
        SELECT kind, coalesce(key, x.name), y.name, z.name, n::bigint, ages FROM shown
        LEFT JOIN names x ON x.id = a LEFT JOIN names y ON y.id = b LEFT JOIN names z ON z.id = c
        """,
        [*(() if walk is None else walk[1]), *when, *cells[1], *ways[1], *more],
    )


def _shown(asked: _Question) -> tuple[str, list[Any]]:
    """Rows of every kind: a key that is shown as it is, or numbers of names."""
    ages = ", ".join(f"sum({age.key})" for age in AGES)
    listed = Where()
    at(listed, asked.listed)
    named = asked.by not in ("stage", "merchant")
    key = "NULL, key" if named else "key::text, NULL::int"
    return (
        f"""
        (SELECT 'stage', stage::text, NULL::int, NULL::int, NULL::int, sum(n), NULL::bigint[]
         FROM cells GROUP BY stage)
        UNION ALL
        (SELECT 'row', {key}, NULL, NULL, sum(n) AS total, ARRAY[{ages}]::bigint[]
         FROM cells WHERE {listed.sql} GROUP BY key ORDER BY total DESC, key LIMIT {SHOWN})
        UNION ALL
        (SELECT 'province', NULL, province, NULL, NULL, sum(n), NULL FROM ways GROUP BY province)
        UNION ALL
        (SELECT 'city', NULL, province, city, NULL, sum(n) AS total, NULL FROM ways
         WHERE city <> {_NONE} GROUP BY province, city ORDER BY total DESC, city LIMIT {CITIES})
        UNION ALL
        (SELECT 'way', NULL, province, city, origin, n, NULL FROM ways
         WHERE city <> {_NONE} AND origin NOT IN ({_NONE}, city)
         ORDER BY n DESC, origin, city LIMIT {SHOWN})
        """,
        listed.values,
    )


def _ages(today: date) -> tuple[str, list[Any]]:
    columns: list[str] = []
    values: list[Any] = []
    for age in AGES:
        where = Where()
        days(where, days_of(age, today))
        columns.append(f"(sum(n) FILTER (WHERE {where.sql}))::bigint AS {age.key}")
        values.extend(where.values)
    return ", ".join(columns), values


def _cells(asked: _Question) -> Call | None:
    """How many stand at a stage since a day, by what is asked, from counts; a cell may be in
    several rows. None: the narrow rows must be counted."""
    filters = asked.filters
    where = Where()
    key = asked.key
    if asked.dimension == "merchant":
        table = "live_merchant_counts"
        narrow(where, filters, asked.merchants)
    elif asked.dimension is not None:
        table, key = "live_counts", "value"
        where.add("dimension = %s", asked.dimension)
        if (wanted := getattr(filters, asked.dimension)) is not None:
            where.add(f"value = {NUMBER_OF}", wanted)
    elif asked.placed and asked.by in ("stage", "province"):
        table = "live_ways"
        equal(where, filters)
    else:
        return None
    where.add("count <> 0")
    standing(where, (), filters.since, asked.today)
    key = "stage" if asked.by == "stage" else key
    return (
        f"SELECT {key} AS key, stage, since_day, count::int AS n FROM {table} WHERE {where.sql}",
        where.values,
    )


def _ways(asked: _Question) -> Call | None:
    """How many go from where to where, from counts; a way may be in several rows. None: the narrow
    rows must be counted."""
    way = ", ".join(_WAY)
    if asked.flowing and (asked.ever or (asked.long and not asked.placed)):
        flows = Where()
        equal(flows, asked.filters, COLUMNS)
        at(flows, asked.mapped)
        flows.add("count <> 0")
        kept = f"SELECT {way}, count::int AS n FROM live_flows WHERE {flows.sql}"
        if asked.ever:
            return kept, flows.values
        outside, values = _outside(asked)
        return f"{kept} UNION ALL {outside}", [*flows.values, *values]
    if not asked.placed:
        return None
    ways = Where()
    equal(ways, asked.filters)
    ways.add("count <> 0")
    standing(ways, asked.mapped, asked.filters.since, asked.today)
    return f"SELECT {way}, count::int AS n FROM live_ways WHERE {ways.sql}", ways.values


def _outside(asked: _Question) -> tuple[str, list[Any]]:
    """The ways of parcels that came to their stage on other days, to be taken off."""
    rows, inside = Where(), Where()
    narrow(rows, asked.filters, None)
    at(rows, asked.mapped)
    days(inside, asked.filters.since)
    rows.add(f"NOT ({inside.sql})", *inside.values)
    way = ", ".join(_WAY)
    return (
        f"SELECT {way}, -count(*)::int FROM live_shipments WHERE {rows.sql} GROUP BY {way}",
        rows.values,
    )


def _rows(asked: _Question, columns: Sequence[str], stages: Sequence[Stage]) -> Call:
    """How many of the narrow rows there are of each kind."""
    where = Where()
    narrow(where, asked.filters, asked.merchants)
    standing(where, stages, asked.filters.since, asked.today)
    groups = ", ".join(str(place) for place in range(1, len(columns) + 1))
    return (
        f"SELECT {', '.join(columns)}, count(*)::int AS n FROM live_shipments WHERE {where.sql}"
        f" GROUP BY {groups}",
        where.values,
    )
