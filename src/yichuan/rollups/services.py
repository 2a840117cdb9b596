"""Sums by courier service: the daily rollups know the courier, each shipment's line its service."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import text

from yichuan.core.database import SystemSession
from yichuan.rollups.counting import (
    COURIER_PROBLEM,
    DAMAGED_OR_LOST,
    DELIVERED_ON_TIME,
    NOBODY,
    PICKED_UP_ON_TIME,
    WITH_PROMISE,
)

_MEASURES: Final = {
    "shipped": ("shipped_day", 0),
    "pickup_due": ("pickup_due_day", 0),
    "picked_up_on_time": ("pickup_due_day", PICKED_UP_ON_TIME),
    "delivered": ("delivered_day", 0),
    "delivered_with_promise": ("delivered_day", WITH_PROMISE),
    "delivered_on_time": ("delivered_day", DELIVERED_ON_TIME),
    "courier_problems": ("problem_day", COURIER_PROBLEM),
    "damaged_or_lost": ("problem_day", DAMAGED_OR_LOST),
}
"""What is counted: the day it is counted on, and the mark it needs (0: none)."""
_DAYS: Final = sorted({day for day, _ in _MEASURES.values()})


def _count(day: str, mark: int) -> str:
    marked = f" AND c.marks & {mark} <> 0" if mark else ""
    return f"count(*) FILTER (WHERE c.{day} BETWEEN :begin AND :end{marked})"


# unscoped: how a courier does is counted over every merchant's parcels, for the platform
_SUMS: Final = text(f"""
    SELECT c.courier, s.service, {", ".join(_count(*how) for how in _MEASURES.values())}
    FROM rollup_counted c
    JOIN shipments s ON s.merchant_id = c.merchant_id AND s.id = c.shipment_id
    WHERE c.courier <> '{NOBODY}' AND s.service IS NOT NULL
      AND ({" OR ".join(f"c.{day} BETWEEN :begin AND :end" for day in _DAYS)})
    GROUP BY c.courier, s.service
""")


async def sums(
    session: SystemSession, begin: date, end: date
) -> dict[tuple[str, str], dict[str, int]]:
    """Counts by courier and service, days from `begin` to `end` (inclusive, Asia/Shanghai).

    It reads the line of every shipment of these days: for a daily job, not for a page.
    """
    rows = await session.execute(_SUMS, {"begin": begin, "end": end})
    return {(row[0], row[1]): dict(zip(_MEASURES, row[2:], strict=True)) for row in rows}
