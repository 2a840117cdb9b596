"""How many parcels wait in each working list, up to a cap."""

from __future__ import annotations

from typing import Any, Final

from yichuan.core.database import Merchants
from yichuan.core.trip import Call
from yichuan.shipments.narrowing import QUEUES, Filters, conditions

_WAITING: Final = "stretch = 'created' AND shipped_at IS NOT NULL"
_COUNTED: Final[dict[str, tuple[str, ...]]] = {
    **{name: (QUEUES[name],) for name in ("to_ship", "to_print", "to_hand_over")},
    "on_the_way": (
        "stretch = 'under_way' AND shipped_at IS NOT NULL",
        "stretch = 'near' AND shipped_at IS NOT NULL",
        _WAITING,
        "stretch = 'returning' AND shipped_at IS NOT NULL",
    ),
    "problems": ("problem IS NOT NULL",),
}
"""Conditions of each list, one after the other: what an index leads to."""


ALONG: Final[Call] = (
    "SELECT set_config('enable_bitmapscan', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true)",
    (),
)
"""Behind a policy the planner expects few rows, and would collect all to count the first."""


def call(filters: Filters, merchants: Merchants, cap: int) -> Call:
    """One row, with a count for each of `names`."""
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


NAMES: Final = tuple(_COUNTED)
