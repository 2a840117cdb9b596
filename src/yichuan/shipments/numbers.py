"""Finding shipments by the numbers that files and bills name. Runs on the system role.

Numbers are looked up as search tokens: the only index that does not need the merchant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession
from yichuan.shipments.planning import normal

_KNOWN = text("""
    SELECT k.merchant_id, k.number, s.id, s.delivered_at, s.ended_at
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:numbers AS text[])) AS k(merchant_id, number)
    CROSS JOIN LATERAL (
        SELECT shipment_no, id, delivered_at, ended_at FROM shipments
        WHERE merchant_id = k.merchant_id AND shipment_no >= k.number
        ORDER BY shipment_no LIMIT 1
    ) s
    WHERE s.shipment_no = k.number
""")
"""One search of the unique index per number, whatever the planner knows of a table that is just
being filled: the next number in order is the one or it is not there, and no other index has that
order."""


@dataclass(frozen=True, slots=True)
class KnownBox:
    """A shipment that is there already."""

    id: UUID
    open: bool
    """Neither delivered nor over."""


async def known(
    session: SystemSession, pairs: Iterable[tuple[UUID, str]]
) -> dict[tuple[UUID, str], KnownBox]:
    """Shipments by merchant and shipment number; unknown ones are left out."""
    wanted = list(dict.fromkeys(pairs))
    if not wanted:
        return {}
    rows = await session.execute(
        _KNOWN,
        {
            "merchants": arrays.uuids([m for m, _ in wanted]),
            "numbers": arrays.texts([n for _, n in wanted]),
        },
    )
    return {
        (row.merchant_id, row.number): KnownBox(
            row.id, row.delivered_at is None and row.ended_at is None
        )
        for row in rows
    }


_WAITING = text("""
    SELECT DISTINCT l.merchant_id, l.sub_order_id, s.id
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:subs AS uuid[])) AS k(merchant_id, sub_order_id)
    JOIN shipment_lines l ON l.merchant_id = k.merchant_id AND l.sub_order_id = k.sub_order_id
    CROSS JOIN LATERAL (
        SELECT id FROM shipments
        WHERE merchant_id = l.merchant_id AND id = l.shipment_id AND milestone = 'created'
          AND shipped_at IS NULL AND waybill_number IS NULL AND NOT hold OFFSET 0
    ) s
""")


@dataclass(frozen=True, slots=True)
class Named:
    """A shipment found by a number, and what its oldest line says."""

    merchant_id: UUID
    id: UUID
    shipment_no: str
    order_no: str
    recipient_id: UUID
    sub_order_id: UUID | None
    """The sub-order of its oldest line, if it has any."""
    filled: bool
    """It had lines before the moment asked about."""


_NAMED = text("""
    SELECT t.token, s.merchant_id, s.id, s.shipment_no, s.order_no, s.recipient_id,
           c.sub_order_id, coalesce(c.id < :before, false) AS filled
    FROM unnest(CAST(:tokens AS text[])) AS k(token)
    CROSS JOIN LATERAL (
        SELECT token, merchant_id, target_id FROM search_tokens
        WHERE token = k.token AND kind = 'shipment_no' OFFSET 0
    ) t
    CROSS JOIN LATERAL (
        SELECT * FROM shipments WHERE merchant_id = t.merchant_id AND id = t.target_id OFFSET 0
    ) s
    LEFT JOIN LATERAL (
        SELECT l.id, l.sub_order_id
        FROM shipment_lines l WHERE l.merchant_id = s.merchant_id AND l.shipment_id = s.id
        ORDER BY l.id LIMIT 1
    ) c ON true
    WHERE s.merchant_id = CAST(:merchant_id AS uuid) OR CAST(:merchant_id AS uuid) IS NULL
""")


def moment_id(at: datetime) -> UUID:
    """The smallest UUIDv7 of a moment: ids made later are greater (RFC 9562, 5.7)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


async def named(
    session: SystemSession, numbers: Iterable[str], merchant_id: UUID | None, since: datetime
) -> dict[str, list[Named]]:
    """Shipments by shipment number (`planning.normal` of it), of one merchant or of any.

    Lines made before `since` make a box count as filled.
    """
    tokens = arrays.texts({normal(number) for number in numbers})
    rows = await session.execute(
        _NAMED, {"tokens": tokens, "before": moment_id(since), "merchant_id": merchant_id}
    )
    found: dict[str, list[Named]] = {}
    for row in rows:
        found.setdefault(row.token, []).append(
            Named(
                merchant_id=row.merchant_id,
                id=row.id,
                shipment_no=row.shipment_no,
                order_no=row.order_no or row.shipment_no,
                recipient_id=row.recipient_id,
                sub_order_id=row.sub_order_id,
                filled=row.filled,
            )
        )
    return found


async def waiting(
    session: SystemSession, subs: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], list[UUID]]:
    """Boxes not yet shipped, by (merchant, sub-order)."""
    rows = await session.execute(
        _WAITING,
        {
            "merchants": arrays.uuids([m for m, _ in subs]),
            "subs": arrays.uuids([s for _, s in subs]),
        },
    )
    found: dict[tuple[UUID, UUID], list[UUID]] = {}
    for row in rows:
        found.setdefault((row.merchant_id, row.sub_order_id), []).append(row.id)
    return found


@dataclass(frozen=True, slots=True)
class BilledBox:
    """A shipment as a courier's bill is compared with it."""

    merchant_id: UUID
    id: UUID
    shipment_no: str
    courier: str | None
    service: str | None
    waybill_number: str | None
    weight_g: int | None
    dest_province: str | None
    dest_city: str | None


_BILLED = text("""
    SELECT DISTINCT s.merchant_id, s.id, s.shipment_no, s.courier, s.service, s.waybill_number,
           s.weight_g, s.dest_province, s.dest_city
    FROM unnest(CAST(:tokens AS text[])) AS k(token)
    CROSS JOIN LATERAL (
        SELECT merchant_id, target_id FROM search_tokens
        WHERE token = k.token AND kind = :kind OFFSET 0
    ) t
    CROSS JOIN LATERAL (
        SELECT * FROM shipments WHERE merchant_id = t.merchant_id AND id = t.target_id OFFSET 0
    ) s
""")


async def billed(
    session: SystemSession, shipment_nos: Iterable[str], waybills: Iterable[str]
) -> list[BilledBox]:
    """Every shipment with one of these shipment or waybill numbers, of any merchant."""
    found: dict[UUID, BilledBox] = {}
    for kind, wanted in (("shipment_no", shipment_nos), ("waybill", waybills)):
        tokens = {normal(number) for number in wanted}
        if tokens:
            rows = await session.execute(_BILLED, {"tokens": arrays.texts(tokens), "kind": kind})
            found.update((row.id, BilledBox(*row)) for row in rows)
    return list(found.values())
