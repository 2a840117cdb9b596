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
from yichuan.shipments.live import DAY_SQL, LIVE_SQL, NOTHING, NUMBERS, SINCE_SQL, STAGE_SQL

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
_WAY: Final = "since_day, stage, origin, province, city"
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
    " WHERE l.merchant_id = k.merchant_id AND l.shipment_id = k.shipment_id"
    f" ORDER BY l.quantity DESC, l.id LIMIT 1), '{NOTHING}')"
)
_COUNTED: Final = ("courier", "province", "category")
_DIMENSIONS: Final = (
    "(VALUES "
    + ", ".join(f"('{name}', c.{name})" for name in _COUNTED)
    + ") AS d(dimension, value)"
)
_COUNTS: Final[dict[str, tuple[str, str, str]]] = {
    "live_counts": (
        "dimension, value, stage, since_day",
        "d.dimension, d.value, c.stage, c.since_day",
        f" CROSS JOIN LATERAL {_DIMENSIONS}",
    ),
    "live_merchant_counts": (
        "merchant_id, courier, stage, since_day",
        "c.merchant_id, c.courier, c.stage, c.since_day",
        "",
    ),
    "live_flows": (_FLOW, ", ".join(f"c.{name}" for name in _FLOW.split(", ")), ""),
    "live_ways": (_WAY, ", ".join(f"c.{name}" for name in _WAY.split(", ")), ""),
}
"""Tables of counts: what they count by, from the narrow rows as `c`, and what these are joined
with."""


def _counted(table: str, of: str) -> str:
    _, columns, joined = _COUNTS[table]
    return (
        f"SELECT {columns}, sum(c.count) AS count FROM {of} c{joined}"
        f" GROUP BY {columns} HAVING sum(c.count) <> 0"
    )


def _add(table: str, of: str) -> str:
    key, columns, _ = _COUNTS[table]
    return (
        f"INSERT INTO {table} AS t ({key}, count) {_counted(table, of)} ORDER BY {columns}"
        f" ON CONFLICT ({key}) DO UPDATE SET count = t.count + excluded.count"
    )


def _numbers(of: str) -> str:
    """The numbers of a row's names: joined as `n_courier` and so on."""
    return "".join(
        f" LEFT JOIN live_names n_{name} ON n_{name}.name = {of}.{name}" for name in _ROW[2:]
    )


# unscoped: a log consumer keeps every merchant's parcels
_STANDS: Final = f"""
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    LEFT JOIN LATERAL (
        SELECT ctid AS place, {_NAMES} FROM live_shipments
        WHERE merchant_id = k.merchant_id AND shipment_id = k.shipment_id OFFSET 0
    ) o ON true
    LEFT JOIN LATERAL (
        SELECT {_STANDING},
               CASE WHEN o.stage > {NUMBERS["printed"]} AND NOT :anew THEN NULL
                    ELSE {_CATEGORY} END AS category
        FROM shipments
        WHERE merchant_id = k.merchant_id AND id = k.shipment_id AND {LIVE_SQL} OFFSET 0
    ) s ON true
"""
_TAKE: Final = text(f"""
    WITH stands AS MATERIALIZED (
        SELECT k.merchant_id, k.shipment_id, o.place, s.created_at,
               {", ".join(f"o.{name} AS was_{name}" for name in _ROW)}, s.stage, s.since_day,
               {", ".join(f"n_{name}.id AS {name}" for name in _PLACES)},
               CASE WHEN s.category IS NULL AND s.stage IS NOT NULL THEN o.category
                    ELSE n_category.id END AS category
        {_STANDS}{_numbers("s")}
    ), moved AS MATERIALIZED (
        SELECT *, stage IS NOT NULL AND NOT (({", ".join(_ROW[2:])}) IS NOT NULL) AS unnamed
        FROM stands WHERE ({", ".join(f"was_{name}" for name in _ROW)}) IS DISTINCT FROM ({_NAMES})
    ), gone AS (
        DELETE FROM live_shipments
        WHERE ctid = ANY (ARRAY(SELECT place FROM moved WHERE stage IS NULL))
    ), come AS (
        INSERT INTO live_shipments (merchant_id, shipment_id, created_at, {_NAMES})
        SELECT merchant_id, shipment_id, created_at, {_NAMES} FROM moved
        WHERE was_stage IS NULL AND NOT unnamed
    ), put AS (
        UPDATE live_shipments t SET {", ".join(f"{name} = m.{name}" for name in _ROW)}
        FROM moved m WHERE t.ctid = m.place AND m.stage IS NOT NULL AND NOT m.unnamed
    ), changed AS MATERIALIZED (
        SELECT merchant_id, {_NAMES}, 1 AS count FROM moved
        WHERE stage IS NOT NULL AND NOT unnamed
        UNION ALL
        SELECT merchant_id, {", ".join(f"was_{name}" for name in _ROW)}, -1
        FROM moved WHERE was_stage IS NOT NULL AND NOT unnamed
    ), {", ".join(f"add_{table} AS ({_add(table, 'changed')})" for table in _COUNTS)}
    SELECT count(*) FILTER (WHERE NOT unnamed), count(*) FILTER (WHERE unnamed) FROM moved
""")
"""One index search per parcel. What a parcel carries is fixed once it is shipped, so its category
is looked up before that only. `place`: rows change and leave by their address; nobody else writes
here. `unnamed` stand somewhere that has no number yet, and wait for it."""
_NAME: Final = text(f"""
    INSERT INTO live_names (name)
    SELECT DISTINCT v.name {_STANDS}
    CROSS JOIN LATERAL (VALUES {", ".join(f"(s.{name})" for name in _ROW[2:])}) v(name)
    WHERE v.name IS NOT NULL AND NOT EXISTS (SELECT FROM live_names n WHERE n.name = v.name)
    ORDER BY 1
""")
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('yichuan.shipments.live'))")
_OUTDATED: Final = text(f"""
    SELECT merchant_id, shipment_id FROM live_shipments
    WHERE stage = {NUMBERS["delivered"]} AND since_day < {DAY_SQL.format(at="now()")} LIMIT :limit
""")
_DROP_EMPTY: Final = tuple(
    text(
        f"DELETE FROM {table} WHERE count = 0"
        + (f" AND since_day < {DAY_SQL.format(at='now()')} - 1" if "since_day" in key else "")
    )
    for table, (key, *_) in _COUNTS.items()
)
_SHOULD: Final = f"SELECT merchant_id, id, {_STANDING} FROM shipments WHERE {LIVE_SQL}"
_KNOWN: Final = ("stage", "since_day", *_PLACES)
"""Of a shipment's own row."""
_WRONG: Final = text(f"""
    WITH should AS (
        SELECT s.merchant_id, s.id, s.stage, s.since_day,
               {", ".join(f"n_{name}.id AS {name}" for name in _PLACES)}
        FROM (SELECT *, NULL AS category FROM ({_SHOULD}) s) s{_numbers("s")}
    )
    SELECT coalesce(s.merchant_id, o.merchant_id), coalesce(s.id, o.shipment_id)
    FROM should s FULL JOIN live_shipments o
        ON o.merchant_id = s.merchant_id AND o.shipment_id = s.id
    WHERE ({", ".join(f"o.{name}" for name in _KNOWN)})
        IS DISTINCT FROM ({", ".join(f"s.{name}" for name in _KNOWN)})
    LIMIT :limit
""")
_FILL: Final = (
    "CREATE TEMPORARY TABLE live_gathered ON COMMIT DROP AS"
    " SELECT DISTINCT ON (s.merchant_id, s.id) s.*,"
    f" coalesce(nullif(l.category, ''), '{NOTHING}') AS category FROM ({_SHOULD}) s"
    " LEFT JOIN shipment_lines l ON l.merchant_id = s.merchant_id AND l.shipment_id = s.id"
    " ORDER BY s.merchant_id, s.id, l.quantity DESC, l.id",
    "ANALYZE live_gathered",
    *(
        f"INSERT INTO live_names (name) SELECT DISTINCT {name} FROM live_gathered"
        " ON CONFLICT (name) DO NOTHING"
        for name in _ROW[2:]
    ),
    "DELETE FROM live_shipments",
    f"INSERT INTO live_shipments (merchant_id, shipment_id, created_at, {_NAMES})"
    f" SELECT s.merchant_id, s.id, s.created_at, s.stage, s.since_day,"
    f" {', '.join(f'n_{name}.id' for name in _ROW[2:])} FROM live_gathered s{_numbers('s')}"
    " ORDER BY s.merchant_id, s.id",
)
"""In the order of the key: it is written by the page, and a merchant's parcels lie together."""
_ALL: Final = "(SELECT *, 1 AS count FROM live_shipments)"


def _miscounted(table: str) -> TextClause:
    key, *_ = _COUNTS[table]
    return text(
        f"SELECT count(*) FROM ({_counted(table, _ALL)}) s"
        f" FULL JOIN (SELECT * FROM {table} WHERE count <> 0) t USING ({key})"
        " WHERE s.count IS DISTINCT FROM t.count"
    )


_MISCOUNTED: Final = tuple(_miscounted(table) for table in _COUNTS)


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
        values = {
            "merchants": arrays.uuids([merchant_id for merchant_id, _ in part]),
            "shipments": arrays.uuids([shipment_id for _, shipment_id in part]),
            "anew": anew,
        }
        done, unnamed = (await session.execute(_TAKE, values)).one()
        moved += done
        if unnamed:
            await session.execute(_NAME, values)
            moved += (await session.execute(_TAKE, values)).one()[0]
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
    await session.execute(text("SET LOCAL work_mem = '256MB'"))
    for statement in _FILL:
        await session.execute(text(statement))
    await _count_anew(session)


async def _count_anew(session: SystemSession) -> None:
    for table in _COUNTS:
        await session.execute(text(f"DELETE FROM {table}"))
        await session.execute(text(_add(table, _ALL)))
