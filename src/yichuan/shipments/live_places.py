"""Which cities live parcels start from and go to: what the live view can be narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from yichuan.core.database import Database, Merchants, hot_rows
from yichuan.shipments.live import NOTHING
from yichuan.shipments.live_rows import LiveFilters, Where, narrow, standing

MOST: Final = 2_000
"""Of each kind, the biggest."""


@dataclass(frozen=True, slots=True)
class Place:
    """A city, with how many live parcels; those signed today are among them."""

    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Places:
    """The biggest first."""

    cities: list[Place]
    """Where parcels go."""
    origins: list[Place]
    """Where they start."""


async def places(database: Database, merchants: Merchants, today: date) -> Places:
    """The cities of the parcels that a caller may see: the platform's from the counts by way, a
    merchant's from its own rows."""
    where = Where()
    if merchants is None:
        table, count = "live_ways", "sum(count)"
    else:
        table, count = "live_shipments", "count(*)"
        narrow(where, LiveFilters(), merchants)
    standing(where, (), (None, None), today)
    kinds = " UNION ALL ".join(
        f"(SELECT '{kind}' AS kind, {kind} AS id, {count} AS n FROM {table} WHERE {where.sql}"
        f" GROUP BY {kind} ORDER BY n DESC LIMIT {MOST})"
        for kind in ("city", "origin")
    )
    found = await hot_rows(
        database.hot,
        merchants,
        f"SELECT kind, name, n::bigint FROM ({kinds}) k JOIN live_names USING (id)"
        " WHERE n > 0 AND name <> %s ORDER BY n DESC, name",
        [*where.values, *where.values, NOTHING],
    )
    return Places(
        cities=[Place(name, n) for kind, name, n in found if kind == "city"],
        origins=[Place(name, n) for kind, name, n in found if kind == "origin"],
    )
