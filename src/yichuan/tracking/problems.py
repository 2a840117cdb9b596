"""What is wrong with shipments according to their tracks: for the room that acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession

# unscoped: a log consumer reviews every merchant's shipments
_SHIPMENTS: Final = text("""
    SELECT b.shipment_id, t.problem AS kind, t.problem_since AS since
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN track_bindings b USING (merchant_id, shipment_id)
    JOIN tracks t USING (courier, number, cycle)
    WHERE t.problem IS NOT NULL AND t.problem_since IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class TrackProblem:
    """The heaviest open problem of a track (`kind` as in `tracking.details`)."""

    shipment_id: UUID
    kind: str
    since: datetime


async def problems_of(
    session: SystemSession, shipments: Sequence[tuple[UUID, UUID]]
) -> list[TrackProblem]:
    """Open problems of the tracks bound to these shipments (merchant_id, shipment_id)."""
    if not shipments:
        return []
    columns = {
        "merchants": arrays.uuids([m for m, _ in shipments]),
        "shipments": arrays.uuids([s for _, s in shipments]),
    }
    rows = await session.execute(_SHIPMENTS, columns)
    return [TrackProblem(**row) for row in rows.mappings()]
