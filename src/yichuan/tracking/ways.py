"""The ways of many shipments to their buyers, scan by scan: for who judges how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession

# unscoped: a log consumer reviews every merchant's shipments
_SCANS: Final = text("""
    SELECT b.shipment_id, t.sign_kind, e.occurred_at, e.detail, e.text, e.city
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN track_bindings b USING (merchant_id, shipment_id)
    JOIN tracks t USING (courier, number, cycle)
    JOIN track_events e ON e.cohort = t.cohort AND e.courier = t.courier
        AND e.number = t.number AND e.cycle = t.cycle
    WHERE b.leg = 'out' AND t.delivered_at IS NOT NULL
    ORDER BY b.shipment_id, e.occurred_at
""")


class WayScan(Struct, frozen=True):
    """One scan."""

    at: datetime
    detail: str
    text: str
    city: str | None


class Way(Struct, frozen=True):
    """Every scan of a delivered shipment's numbers on the way out, oldest first."""

    shipment_id: UUID
    sign_kind: str | None
    scans: list[WayScan]


async def of_shipments(session: SystemSession, shipments: Sequence[tuple[UUID, UUID]]) -> list[Way]:
    """The ways of shipments (merchant_id, shipment_id) whose track says delivered."""
    if not shipments:
        return []
    columns = {
        "merchants": arrays.uuids([m for m, _ in shipments]),
        "shipments": arrays.uuids([s for _, s in shipments]),
    }
    found: dict[UUID, Way] = {}
    for shipment_id, sign_kind, *scan in await session.execute(_SCANS, columns):
        way = found.setdefault(shipment_id, Way(shipment_id, sign_kind, []))
        way.scans.append(WayScan(*scan))
    return list(found.values())
