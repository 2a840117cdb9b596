"""What is wrong with shipments according to their tracks: for the room that acts on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession

_MAJEURE: Final = re.compile(
    r"不可抗力|自然灾害|天气|台风|暴[雨雪]|大[雪雾]|冰雪|洪[水涝]|内涝|地震|泥石流|山体滑坡|塌方"
    r"|疫情|封控|管控|交通管制|force majeure|weather|typhoon|flood|earthquake",
    re.IGNORECASE,
)
"""Words of the trade for what a courier reports as an exception and cannot help."""
# unscoped: a log consumer reviews every merchant's shipments
_SHIPMENTS: Final = text("""
    SELECT b.shipment_id, t.problem AS kind, t.problem_since AS since,
           CASE WHEN t.problem = 'exception' THEN (
               SELECT string_agg(e.text, ' ') FROM track_events e
               WHERE e.cohort = t.cohort AND e.courier = t.courier AND e.number = t.number
                 AND e.cycle = t.cycle AND e.occurred_at = t.problem_since
                 AND e.detail = 'exception') END AS said
    FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
        AS k(merchant_id, shipment_id)
    JOIN track_bindings b USING (merchant_id, shipment_id)
    JOIN tracks t USING (courier, number, cycle)
    WHERE t.problem IS NOT NULL AND t.problem_since IS NOT NULL
""")


def is_force_majeure(said: str) -> bool:
    """Whether a courier's words for an exception say that nobody could help it."""
    return _MAJEURE.search(said) is not None


@dataclass(frozen=True, slots=True)
class TrackProblem:
    """The heaviest open problem of a track (`kind` as in `tracking.details`)."""

    shipment_id: UUID
    kind: str
    since: datetime
    said: str | None = None
    """What the scan said, of an `exception`: only its words tell what that was."""

    @property
    def is_force_majeure(self) -> bool:
        """不可抗力: weather, disaster, an order of the authorities. Nobody answers for it."""
        return self.said is not None and is_force_majeure(self.said)


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
