"""Consumer `shipments.live`: keeps the live table and its counts in step with the shipments.

One statement per batch, inside the database: what a parcel counted for is taken back, what it
counts for now is added. So repeats add nothing, and whatever went wrong is mended by taking the
parcel again (`heal`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import TextClause, text

from yichuan.core import arrays
from yichuan.core.database import Database, SystemSession
from yichuan.core.log import Entry
from yichuan.shipments.facts import in_order
from yichuan.shipments.live import DAY_SQL, LIVE_SQL, NOTHING, SINCE_SQL, STAGE_SQL

log = structlog.get_logger(__name__)
Key = tuple[UUID, UUID]
"""Merchant, shipment."""
PART: Final = 5_000
"""So many parcels are taken at once."""
MOST_MENDED: Final = 50_000
"""Where more parcels than this are wrong, everything is filled anew."""
TIDY_SECONDS: Final = 600.0
HEAL_SECONDS: Final = 86_400.0
ONLY: Final = "kind NOT IN ('progress', 'problem')"
"""After the others a parcel may stand somewhere else."""

_ROW: Final = ("stage", "since_day", "courier", "origin", "province", "city", "category")
_NAMES: Final = ", ".join(_ROW)
_FLOW: Final = "courier, category, province, city, origin, stage"
_PLACES: Final = {
    "courier": "courier",
    "origin": "origin_city",
    "province": "dest_province",
    "city": "dest_city",
}
_STANDING: Final = f"created_at, {STAGE_SQL} AS stage, {SINCE_SQL} AS since_day, " + ", ".join(
    f"coalesce(nullif({column}, ''), '{NOTHING}') AS {name}" for name, column in _PLACES.items()
)
_CATEGORY: Final = (
    "coalesce((SELECT nullif(l.category, '') FROM shipment_lines l"
    " WHERE l.merchant_id = {of}.merchant_id AND l.shipment_id = {of}.{id}"
    f" ORDER BY l.quantity DESC, l.id LIMIT 1), '{NOTHING}')"
)
_COUNTED: Final = ("courier", "province", "category")
_DIMENSIONS: Final = (
    "(VALUES "
    + ", ".join(f"('{name}', c.{name})" for name in _COUNTED)
    + ", ('merchant', c.merchant_id::text)) AS d(dimension, value)"
)
_ADD_COUNTS: Final = f"""
    INSERT INTO live_counts AS t (dimension, value, stage, since_day, count)
    SELECT d.dimension, d.value, c.stage, c.since_day, sum(c.count)
    FROM {{of}} c CROSS JOIN LATERAL {_DIMENSIONS}
    GROUP BY d.dimension, d.value, c.stage, c.since_day HAVING sum(c.count) <> 0 ORDER BY 1, 2, 3, 4
    ON CONFLICT (dimension, value, stage, since_day) DO UPDATE SET count = t.count + excluded.count
"""
_ADD_FLOWS: Final = f"""
    INSERT INTO live_flows AS t ({_FLOW}, count)
    SELECT {_FLOW}, sum(c.count) FROM {{of}} c
    GROUP BY {_FLOW} HAVING sum(c.count) <> 0 ORDER BY {_FLOW}
    ON CONFLICT ({_FLOW}) DO UPDATE SET count = t.count + excluded.count
"""
# unscoped: a log consumer keeps every merchant's parcels
_TAKE: Final = text(f"""
    WITH moved AS MATERIALIZED (
        SELECT k.merchant_id, k.shipment_id, o.place, s.created_at,
               {", ".join(f"o.{name} AS was_{name}" for name in _ROW)},
               {", ".join(f"s.{name}" for name in _ROW)}
        FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
            AS k(merchant_id, shipment_id)
        LEFT JOIN LATERAL (
            SELECT ctid AS place, {_NAMES} FROM live_shipments
            WHERE merchant_id = k.merchant_id AND shipment_id = k.shipment_id OFFSET 0
        ) o ON true
        LEFT JOIN LATERAL (
            SELECT {_STANDING},
                   CASE WHEN o.stage NOT IN ('paid', 'printed') AND NOT :anew THEN o.category
                        ELSE {_CATEGORY.format(of="k", id="shipment_id")} END AS category
            FROM shipments
            WHERE merchant_id = k.merchant_id AND id = k.shipment_id AND {LIVE_SQL} OFFSET 0
        ) s ON true
        WHERE ({", ".join(f"o.{name}" for name in _ROW)})
            IS DISTINCT FROM ({", ".join(f"s.{name}" for name in _ROW)})
    ), gone AS (
        DELETE FROM live_shipments
        WHERE ctid = ANY (ARRAY(SELECT place FROM moved WHERE stage IS NULL))
    ), put AS (
        INSERT INTO live_shipments AS t (merchant_id, shipment_id, created_at, {_NAMES})
        SELECT merchant_id, shipment_id, created_at, {_NAMES} FROM moved WHERE stage IS NOT NULL
        ON CONFLICT (merchant_id, shipment_id) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in _ROW)}
    ), changed AS MATERIALIZED (
        SELECT merchant_id, {_NAMES}, 1 AS count FROM moved WHERE stage IS NOT NULL
        UNION ALL
        SELECT merchant_id, {", ".join(f"was_{name}" for name in _ROW)}, -1
        FROM moved WHERE was_stage IS NOT NULL
    ), counts AS ({_ADD_COUNTS.format(of="changed")}), flows AS ({_ADD_FLOWS.format(of="changed")})
    SELECT count(*) FROM moved
""")
"""One index search per parcel. What a parcel carries is fixed once it is shipped, so its category
is looked up before that only. `place`: rows leave by their address; nobody else writes here."""
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('yichuan.shipments.live'))")
_OUTDATED: Final = text(f"""
    SELECT merchant_id, shipment_id FROM live_shipments
    WHERE stage = 'delivered' AND since_day < {DAY_SQL.format(at="now()")} LIMIT :limit
""")
_DROP_EMPTY: Final = (
    text(
        f"DELETE FROM live_counts WHERE count = 0 AND since_day < {DAY_SQL.format(at='now()')} - 1"
    ),
    text("DELETE FROM live_flows WHERE count = 0"),
)
_SHOULD: Final = f"SELECT merchant_id, id, {_STANDING} FROM shipments WHERE {LIVE_SQL}"
_WRONG: Final = text(f"""
    SELECT coalesce(s.merchant_id, o.merchant_id), coalesce(s.id, o.shipment_id)
    FROM ({_SHOULD}) s FULL JOIN live_shipments o
        ON o.merchant_id = s.merchant_id AND o.shipment_id = s.id
    WHERE ({", ".join(f"o.{name}" for name in _ROW[:-1])})
        IS DISTINCT FROM ({", ".join(f"s.{name}" for name in _ROW[:-1])})
    LIMIT :limit
""")
_FILL: Final = text(f"""
    INSERT INTO live_shipments (merchant_id, shipment_id, created_at, {_NAMES})
    SELECT s.merchant_id, s.id, s.created_at, {", ".join(f"s.{name}" for name in _ROW[:-1])},
           {_CATEGORY.format(of="s", id="id")}
    FROM ({_SHOULD}) s
""")
_ALL: Final = "(SELECT *, 1 AS count FROM live_shipments)"
_COUNTS: Final = f"""
    SELECT d.dimension, d.value, c.stage, c.since_day, count(*) AS count
    FROM live_shipments c CROSS JOIN LATERAL {_DIMENSIONS} GROUP BY 1, 2, 3, 4
"""
_FLOWS: Final = f"SELECT {_FLOW}, count(*) AS count FROM live_shipments GROUP BY {_FLOW}"


def _miscounted(should: str, table: str, key: str) -> str:
    return (
        f"SELECT count(*) FROM ({should}) s"
        f" FULL JOIN (SELECT * FROM {table} WHERE count <> 0) t USING ({key})"
        " WHERE s.count IS DISTINCT FROM t.count"
    )


_MISCOUNTED: Final = (
    text(_miscounted(_COUNTS, "live_counts", "dimension, value, stage, since_day")),
    text(_miscounted(_FLOWS, "live_flows", _FLOW)),
)


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Take the parcels whose standing may have changed."""
    await take(
        session,
        {(e.merchant_id, e.shipment_id) for e in entries if e.merchant_id and e.shipment_id},
    )


async def take(session: SystemSession, keys: Iterable[Key], *, anew: bool = False) -> int:
    """Bring these parcels' rows and all counts up to date. Returns how many were not.

    Args:
        anew: look their goods up again, also of those that are shipped.
    """
    wanted = in_order(keys)
    if not wanted:
        return 0
    await session.execute(_ALONE)
    moved = 0
    for begin in range(0, len(wanted), PART):
        part = wanted[begin : begin + PART]
        found = await session.execute(
            _TAKE,
            {
                "merchants": arrays.uuids([merchant_id for merchant_id, _ in part]),
                "shipments": arrays.uuids([shipment_id for _, shipment_id in part]),
                "anew": anew,
            },
        )
        moved += found.scalar_one()
    return moved


async def tidy(database: Database) -> int:
    """Let go of parcels that were signed before today, and of empty counts. Returns how many
    parcels went."""
    gone = 0
    while True:
        async with database.system() as session:
            await session.execute(_ALONE)
            keys = await _keys(session, _OUTDATED, PART)
            gone += await take(session, keys)
            if len(keys) < PART:
                for statement in _DROP_EMPTY:
                    await session.execute(statement)
                return gone


async def heal(database: Database) -> tuple[int, int]:
    """Compare everything with the shipments and mend it.

    Returns:
        How many parcels, and how many counts, were wrong. Parcels that moved a moment ago are
        among them: their log entry just finds nothing left to do.
    """
    async with database.system() as session:
        await session.execute(_ALONE)
        wrong = await _keys(session, _WRONG, MOST_MENDED)
        if len(wrong) == MOST_MENDED:
            await _fill_anew(session)
        else:
            await take(session, wrong, anew=True)
    # Counting takes seconds: in a transaction of its own, which has written nothing until then,
    # so that nobody's reading of the log waits for it.
    async with database.system() as session:
        await session.execute(_ALONE)
        miscounted = 0
        for statement in _MISCOUNTED:
            miscounted += (await session.execute(statement)).scalar_one()
        if miscounted:
            await _count_anew(session)
    if miscounted:
        log.warning("the live counts were wrong and are mended", counts=miscounted)
    return len(wrong), miscounted


async def _keys(session: SystemSession, statement: TextClause, limit: int) -> Collection[Key]:
    rows = await session.execute(statement, {"limit": limit})
    return [(row[0], row[1]) for row in rows]


async def _fill_anew(session: SystemSession) -> None:
    await session.execute(text("DELETE FROM live_shipments"))
    await session.execute(_FILL)
    await _count_anew(session)


async def _count_anew(session: SystemSession) -> None:
    for table, add in (("live_counts", _ADD_COUNTS), ("live_flows", _ADD_FLOWS)):
        await session.execute(text(f"DELETE FROM {table}"))
        await session.execute(text(add.format(of=_ALL)))
