"""How much a connection may be asked of our own accord: a rate, a quota a day, pauses, its pace.

The quota of a day (Asia/Shanghai) is spent as the day goes on, with `BURST` of it in advance; a
part stays back for people who ask by hand. Numbers are reserved before they are asked for, by one
UPDATE under the connection's row lock, so that several workers do not exceed it together and a
crash can only waste.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, text, update

from yichuan.core.clock import CHINA, now
from yichuan.core.database import ReadSession, SystemSession
from yichuan.couriers.connectors import registry
from yichuan.couriers.models import CourierConnection

BURST: Final = 1 / 6
"""Of a day's quota: what may be spent ahead of the clock."""
KEPT: Final = 0.1
"""Of a day's quota: what is left to people."""
LATE: Final = 600.0
"""Seconds that a number may be late before all are asked less often."""
SLOWEST: Final = 16.0
ALIVE: Final = timedelta(hours=24)
"""A connection that has not pushed for so long does not push."""
_DAY: Final = 86_400.0


def quota_of(row: CourierConnection, default: int) -> int:
    """Numbers a connection may be asked for a day."""
    if row.polls_per_day is not None:
        return row.polls_per_day
    known = registry.connector(row.connector)
    return known.per_day if known is not None and known.per_day is not None else default


def grant(per_day: int, used: int, at: datetime) -> int:
    """Numbers that may be asked for now, when `used` of the day's were."""
    here = at.astimezone(CHINA)
    gone = (here - here.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds() / _DAY
    ours = per_day * (1 - KEPT)
    return max(0, math.floor(min(ours, per_day * (gone + BURST)) - used))


def paced(stretch: float, late: float, seconds: float) -> float:
    """The stretch after some seconds in which the most overdue number was `late` seconds late:
    more while it is later than `LATE`, back to 1 when it is not."""
    pressure = min(late / LATE, 3.0) if late > LATE else -0.5
    return min(SLOWEST, max(1.0, stretch * math.exp(pressure * min(seconds, 60.0) / 1800.0)))


@dataclass(frozen=True, slots=True)
class Line:
    """A connection that can be asked."""

    id: UUID
    connector: str
    per_second: float | None
    at_once: int
    pushes: bool
    """It pushes, as far as we know."""
    stretch: float
    paused_until: datetime | None


def pushes(row: CourierConnection, at: datetime) -> bool:
    """Whether a connection pushes: it did of late, and calls did not prove the contrary since."""
    known = registry.connector(row.connector)
    if known is None or known.door is None or row.last_push_at is None:
        return False
    doubted = row.polls_doubted_at is not None and row.last_push_at <= row.polls_doubted_at
    return at - row.last_push_at < ALIVE and not doubted


def line_of(row: CourierConnection, at: datetime) -> Line | None:
    """A connection as it can be asked; None: it cannot."""
    known = registry.connector(row.connector)
    if known is None or "track" not in known.can or not row.enabled:
        return None
    rate = row.rate_per_second or known.per_second
    paused = row.polls_paused_until
    return Line(
        row.id,
        row.connector,
        rate,
        known.track_at_once,
        pushes(row, at),
        row.polls_stretch,
        paused if paused is not None and paused > at else None,
    )


async def lines(session: SystemSession) -> list[Line]:
    """Every connection that can be asked, paused ones too."""
    at = now()
    # unscoped: the system asks for every merchant
    rows = await session.scalars(select(CourierConnection).where(CourierConnection.enabled))
    return [line for row in rows if (line := line_of(row, at)) is not None]


async def lines_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Line]:
    """Some of them."""
    at = now()
    # unscoped: by id, of numbers that the caller may see or that the system asks for
    query = select(CourierConnection).where(CourierConnection.id.in_(ids))
    rows = await session.scalars(query)
    return {line.id: line for row in rows if (line := line_of(row, at)) is not None}


def today(at: datetime) -> date:
    """The day quotas are counted on."""
    return at.astimezone(CHINA).date()


def used_on(row: CourierConnection, day: date) -> int:
    """Numbers asked for on a day."""
    return row.polls_used if row.polls_day == day else 0


async def reserve(session: SystemSession, connection_id: UUID, wanted: int, default: int) -> int:
    """Reserve numbers of the day's quota; how many were granted, 0 while paused or switched off."""
    at = now()
    row = await session.get(
        CourierConnection, connection_id, with_for_update=True, populate_existing=True
    )
    if row is None or line_of(row, at) is None:
        return 0
    if row.polls_paused_until is not None and row.polls_paused_until > at:
        return 0
    used = used_on(row, today(at))
    granted = min(wanted, grant(quota_of(row, default), used, at))
    row.polls_day, row.polls_used = today(at), used + granted
    await session.flush()
    return granted


_SPEND: Final = text("""
    UPDATE courier_connections SET polls_day = :day,
        polls_used = greatest(0, :numbers + CASE WHEN polls_day = :day THEN polls_used ELSE 0 END)
    WHERE id = :id
""")


async def spend(session: SystemSession, connection_id: UUID, numbers: int) -> None:
    """Count numbers that were asked for (negative: reserved ones that were not)."""
    values = {"id": connection_id, "numbers": numbers, "day": today(now())}
    await session.execute(_SPEND, values)


async def pause(session: SystemSession, connection_id: UUID, until: datetime, why: str) -> None:
    """Ask nothing of a connection until then."""
    await session.execute(
        update(CourierConnection)
        .where(CourierConnection.id == connection_id)
        .values(polls_paused_until=until, polls_paused_why=why[:500])
    )


async def pace(session: SystemSession, connection_id: UUID, stretch: float) -> None:
    """Remember how much longer its numbers wait."""
    await session.execute(
        update(CourierConnection)
        .where(CourierConnection.id == connection_id)
        .values(polls_stretch=stretch)
    )


async def doubt(session: SystemSession, connection_id: UUID) -> None:
    """Calls brought what should have been pushed: it does not push until it pushes again."""
    await session.execute(
        update(CourierConnection)
        .where(CourierConnection.id == connection_id)
        .values(polls_doubted_at=now())
    )
