"""Shipments by the thousand, for the log's consumers: plain values in one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import SystemSession, WriteSession

Key = tuple[UUID, UUID]
"""Merchant and shipment."""


class ShipmentFacts(Struct, frozen=True):
    """What is true of a shipment now, as far as clocks and counts need it."""

    merchant_id: UUID
    id: UUID
    shipment_no: str
    courier: str | None
    ship_method: str | None
    milestone: str
    detail: str
    problem: str | None
    hold: bool
    origin_city: str | None
    dest_province: str | None
    dest_city: str | None
    created_at: datetime
    paid_at: datetime | None
    ship_by: datetime | None
    promised_at: datetime | None
    shipped_at: datetime | None
    picked_up_at: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None
    last_event_at: datetime | None
    next_deadline: str | None
    next_deadline_at: datetime | None
    cost_expected_minor: int | None
    cost_billed_minor: int | None


class Carried(Struct, frozen=True):
    """Who carries a shipment, and where to; empty where nobody said."""

    courier: str
    service: str
    province: str


_NAMES: Final = ShipmentFacts.__struct_fields__
_COLUMNS: Final = ", ".join(f"s.{name}" for name in _NAMES)
_ARRAYS: Final = "CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[])"
_KEYS: Final = f"unnest({_ARRAYS}) AS k(merchant_id, id)"
# unscoped: for the log's consumers and the deadline job, which serve every merchant
_BY_KEY: Final = f"""
    SELECT {_COLUMNS} FROM {_KEYS} CROSS JOIN LATERAL (
        SELECT {", ".join(_NAMES)} FROM shipments
        WHERE merchant_id = k.merchant_id AND id = k.id OFFSET 0 {{lock}}
    ) s
"""
"""One index search per key, in their order: joined freely, a table that is just being filled is
read whole, or once per key."""
_READ: Final = text(_BY_KEY.format(lock=""))
_LOCK: Final = text(_BY_KEY.format(lock="FOR UPDATE"))
_DUE: Final = text(f"""
    SELECT {_COLUMNS} FROM shipments s WHERE s.next_deadline_at <= :at
    ORDER BY s.next_deadline_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_CARRIED: Final = text(f"""
    SELECT s.courier, coalesce(s.service, ''), coalesce(s.dest_province, '')
    FROM unnest({_ARRAYS}) AS k(merchant_id, id)
    JOIN shipments s ON s.merchant_id = k.merchant_id AND s.id = k.id
    WHERE s.courier IS NOT NULL
""")
_REVIEWED: Final = {
    "merchant_id": "uuid",
    "id": "uuid",
    "shows": "boolean",
    "problem": "text",
    "moves": "boolean",
    "deadline": "text",
    "deadline_at": "timestamptz",
    "since": "timestamptz",
    "kinds": "text",
}
_REVIEW: Final = text(f"""
    WITH done AS (
        UPDATE shipments s SET
            problem = CASE WHEN n.shows THEN n.problem ELSE s.problem END,
            sequence = s.sequence + n.shows::int,
            next_deadline = CASE WHEN n.moves THEN n.deadline ELSE s.next_deadline END,
            next_deadline_at = CASE WHEN n.moves THEN n.deadline_at ELSE s.next_deadline_at END,
            troubled_at = least(s.troubled_at, n.since),
            troubles = CASE WHEN n.kinds IS NULL THEN s.troubles ELSE ARRAY(
                SELECT DISTINCT unnest(s.troubles || string_to_array(n.kinds, ' ')) ORDER BY 1) END
        FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _REVIEWED.items())})
            AS n({", ".join(_REVIEWED)})
        WHERE s.merchant_id = n.merchant_id AND s.id = n.id
        RETURNING s.merchant_id, s.id, s.problem, n.shows, n.kinds IS NOT NULL AS opened
    )
    INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id, detail, occurred_at)
    SELECT CASE WHEN shows THEN 'shipment' ELSE 'figures' END, 'problem', merchant_id, id, problem,
        :at FROM done WHERE shows OR opened
""")
_TROUBLE: Final = text("""
    UPDATE shipments s SET troubled_at = least(s.troubled_at, k.since),
        troubles = ARRAY(SELECT DISTINCT unnest(s.troubles || k.kinds) ORDER BY 1)
    FROM (
        SELECT merchant_id, id, min(since) AS since, array_agg(kind) AS kinds
        FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]),
                    CAST(:kinds AS text[]), CAST(:since AS timestamptz[]))
            AS n(merchant_id, id, kind, since)
        GROUP BY merchant_id, id
    ) k
    WHERE s.merchant_id = k.merchant_id AND s.id = k.id
""")


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Keys in the order in which everyone locks rows. Comparing UUIDs themselves is slow."""
    return sorted(keys, key=lambda key: (key[0].int, key[1].int))


def _arrays(keys: Iterable[Key]) -> dict[str, arrays.Array]:
    ordered = in_order(keys)
    return {
        "merchants": arrays.uuids([m for m, _ in ordered]),
        "shipments": arrays.uuids([s for _, s in ordered]),
    }


async def read(session: SystemSession, keys: Iterable[Key]) -> list[ShipmentFacts]:
    """These shipments; unknown ones are left out."""
    rows = await session.execute(_READ, _arrays(keys))
    return [ShipmentFacts(*row) for row in rows]


async def carried(session: SystemSession, keys: Iterable[Key]) -> list[Carried]:
    """Who carries each of these shipments; those without a courier are left out."""
    rows = await session.execute(_CARRIED, _arrays(keys))
    return [Carried(*row) for row in rows]


async def lock(session: SystemSession, keys: Iterable[Key]) -> list[ShipmentFacts]:
    """The same, locked until the transaction ends, in key order."""
    rows = await session.execute(_LOCK, _arrays(keys))
    return [ShipmentFacts(*row) for row in rows]


async def claim_due(session: SystemSession, at: datetime, limit: int) -> list[ShipmentFacts]:
    """Shipments whose deadline has come, locked until the transaction ends, the oldest first.

    Rows that someone else holds are left for the next time.
    """
    rows = await session.execute(_DUE, {"at": at, "limit": limit})
    return [ShipmentFacts(*row) for row in rows]


async def record_troubles(
    session: WriteSession, troubles: Sequence[tuple[UUID, UUID, str, datetime]]
) -> None:
    """Remember problems that were opened on the rows, (merchant_id, shipment_id, kind, since)."""
    if not troubles:
        return
    ordered = sorted(troubles)
    await session.execute(
        _TROUBLE,
        {
            "merchants": [m for m, _, _, _ in ordered],
            "shipments": [s for _, s, _, _ in ordered],
            "kinds": [kind for _, _, kind, _ in ordered],
            "since": [since for _, _, _, since in ordered],
        },
    )


class Reviewed(Struct, frozen=True):
    """What a review found of a shipment whose row is locked."""

    merchant_id: UUID
    id: UUID
    shows: bool
    """Another problem, or none, is the most urgent open one: `problem`. The log is told."""
    problem: str | None
    moves: bool
    """Its next deadline is another one, or gone."""
    deadline: str | None
    deadline_at: datetime | None
    since: datetime | None
    """The earliest breach of the problems opened, of which `kinds` names all, blank between."""
    kinds: str | None


async def record_review(session: SystemSession, reviewed: Sequence[Reviewed]) -> None:
    """Write what reviews found, in one statement: a row of shipments is in many indexes, and each
    further write of it would be in all of them again. Problems that do not show are counted too."""
    if reviewed:
        columns = {
            name: arrays.OF_TYPE[kind]([getattr(one, name) for one in reviewed])
            for name, kind in _REVIEWED.items()
        }
        await session.execute(_REVIEW, columns | {"at": now()})
