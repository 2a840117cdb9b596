"""How many parcels wait in each working list, up to a cap."""

from __future__ import annotations

from typing import Any, Final

from yichuan.core.database import Merchants
from yichuan.core.trip import Call, locally
from yichuan.shipments.live import IN_STAGE
from yichuan.shipments.models import UNSHIPPED
from yichuan.shipments.narrowing import QUEUE_RESTS, UNSHIPPED_QUEUES, Filters, conditions

_COUNTED: Final[dict[str, tuple[str, ...]]] = {
    **{
        name: (" AND ".join(filter(None, (UNSHIPPED, QUEUE_RESTS[name]))),)
        for name in UNSHIPPED_QUEUES
    },
    "on_the_way": (
        "stretch = 'under_way' AND shipped_at IS NOT NULL",
        "stretch = 'near' AND shipped_at IS NOT NULL",
        IN_STAGE["shipped"],
        "stretch = 'returning' AND shipped_at IS NOT NULL",
    ),
    "problems": ("problem IS NOT NULL",),
}
"""Conditions of each list, one after the other: what an index leads to."""
NAMES: Final = tuple(_COUNTED)
ALONG: Final = locally(enable_bitmapscan="off", max_parallel_workers_per_gather="0")
"""Behind a policy the planner expects few rows, and would collect all to count the first."""


def call(filters: Filters, merchants: Merchants, cap: int) -> Call:
    """One row, with a count for each of `NAMES`."""
    narrowed = conditions(filters, merchants)
    parts, values = [], list[Any]()
    for ways in _COUNTED.values():
        some = [
            f"(SELECT FROM shipments WHERE {narrowed.sql} AND {way} LIMIT {cap})" for way in ways
        ]
        parts.append(
            f"(SELECT count(*) FROM (SELECT FROM ({' UNION ALL '.join(some)}) y LIMIT {cap}) x)"
        )
        values += narrowed.values * len(ways)
    return f"SELECT {', '.join(parts)}", values
