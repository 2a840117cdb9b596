"""Consumer `tracking.pace`: learns how fast the platform's own parcels move, courier by courier.

Of the parcels that end, one in a while is counted: evenly over the day, so that its hours are all
there, and at a cost that does not grow with the platform. What was counted long ago fades: a
courier is known by its last `KEPT` parcels. What comes of it is in `tracking.polling_rates`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.clock import now
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.log import Entry
from yichuan.tracking.details import milestone_of
from yichuan.tracking.polling_leg import leg_of
from yichuan.tracking.polling_rates import (
    CELLS,
    ENOUGH,
    Book,
    Counts,
    Phase,
    Stop,
    count,
    learned,
    phase_of,
    tables,
)
from yichuan.tracking.values import END_MILESTONES

ONLY: Final = "milestone IN ('delivered', 'returned') AND milestone_from IS DISTINCT FROM milestone"
"""Entries of parcels that ended; what gets lost is seldom, and its silence no pace."""
FIRST_EVERY: Final = timedelta(seconds=30)
THEN_EVERY: Final = timedelta(minutes=5)
"""Between the ends of two parcels that are counted: while little is known of a courier, and then
(at most 288 a day)."""
KEPT: Final = 3000.0
"""Parcels a courier is known by: ten days of them at the least."""
MOST: Final = 100
"""Parcels counted of one batch of the log: a long past that is told at once holds nobody up."""
GIVEN: Final = timedelta(days=7)
"""A number that was given to us longer before its first scan was not waiting for a pickup."""
FRESH: Final = 3600.0
"""Seconds a courier's rates are used before they are worked out anew."""
_DIGITS: Final = 4

Key = tuple[str, str, int]

# unscoped: counts over all merchants' parcels, of which no row is kept
_EVENTS: Final = text("""
    SELECT e.courier, e.number, e.cycle, e.occurred_at, e.detail, e.text, e.city, t.created_at
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS k(courier, number, cycle)
    JOIN tracks t USING (courier, number, cycle)
    JOIN track_events e ON e.cohort = t.cohort AND e.courier = t.courier
        AND e.number = t.number AND e.cycle = t.cycle
    ORDER BY e.courier, e.number, e.cycle, e.occurred_at, e.event_key
""")
_KNOWN: Final = text(
    "SELECT courier, parcels, counts, last_at FROM courier_paces WHERE courier = ANY(:couriers)"
)
_KEEP: Final = text("""
    INSERT INTO courier_paces (courier, parcels, counts, last_at)
    VALUES (:courier, :parcels, CAST(:counts AS jsonb), :last_at)
    ON CONFLICT (courier) DO UPDATE SET parcels = excluded.parcels, counts = excluded.counts,
        last_at = excluded.last_at, updated_at = now()
""")


class Pace(msgspec.Struct):
    """What was counted of a courier."""

    parcels: float = 0.0
    counts: dict[str, Counts] = {}
    last_at: datetime | None = None
    """The end of the parcel that was counted last."""

    def add(self, counts: Mapping[str, Counts], ended_at: datetime) -> None:
        """Add a parcel; what was counted before it fades."""
        if self.parcels > KEPT - 1:
            fade = (KEPT - 1) / self.parcels
            for some in self.counts.values():
                some.fade(fade)
            self.parcels *= fade
        for phase, some in counts.items():
            self.counts.setdefault(phase, Counts()).add(some)
        self.parcels += 1
        self.last_at = min(ended_at, now())

    def wants(self, ended_at: datetime) -> bool:
        """Whether a parcel that ended then is to be counted."""
        every = THEN_EVERY if self.parcels > ENOUGH else FIRST_EVERY
        return self.last_at is None or ended_at >= self.last_at + every


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Count some of the parcels that ended. Counts and cursor commit together."""
    ends = sorted(
        (e.occurred_at, e.courier, e.number, e.cycle or 1)
        for e in entries
        if e.occurred_at is not None and e.courier is not None and e.number is not None
    )
    paces = await _paces(session, {courier for _, courier, _, _ in ends})
    chosen: dict[Key, datetime] = {}
    planned = {courier: Pace(pace.parcels, {}, pace.last_at) for courier, pace in paces.items()}
    for at, courier, number, cycle in ends:
        pace = planned.setdefault(courier, Pace())
        if len(chosen) < MOST and pace.wants(at):
            pace.add({}, at)
            chosen[courier, number, cycle] = at
    if not chosen:
        return
    changed = set()
    for key, stops in await _stops(session, list(chosen)):
        found: dict[str, Counts] = {}
        count(stops, found)
        paces.setdefault(key[0], Pace()).add(found, chosen[key])
        changed.add(key[0])
    for courier in sorted(changed):
        await session.execute(_KEEP, _values(courier, paces[courier]))


async def _stops(session: SystemSession, keys: Sequence[Key]) -> list[tuple[Key, list[Stop]]]:
    rows = await session.execute(
        _EVENTS,
        {
            "couriers": arrays.texts([courier for courier, _, _ in keys]),
            "numbers": arrays.texts([number for _, number, _ in keys]),
            "cycles": arrays.numbers([cycle for _, _, cycle in keys]),
        },
    )
    of: dict[Key, list[Any]] = {}
    for row in rows:
        of.setdefault((row.courier, row.number, row.cycle), []).append(row)
    return [
        (key, stops(((r.occurred_at, r.detail, r.text, r.city) for r in some), some[0].created_at))
        for key, some in of.items()
    ]


def stops(
    scans: Iterable[tuple[datetime, str, str, str | None]], given_at: datetime | None
) -> list[Stop]:
    """A parcel's scans (time, detail, words, city), each with the phase it leaves the parcel in, up
    to its end; before them, when its number was given to us."""
    found: list[Stop] = []
    milestone = "created"
    for at, detail, words, city in scans:
        milestone = milestone_of(detail) or milestone
        if milestone in END_MILESTONES:
            found.append(Stop(at, None))
            break
        found.append(Stop(at, phase_of(milestone, detail, leg_of(words, city))))
    if given_at is not None and found and timedelta() < found[0].at - given_at < GIVEN:
        found.insert(0, Stop(given_at, Phase("created")))
    return found


async def _paces(session: ReadSession, couriers: Collection[str]) -> dict[str, Pace]:
    rows = await session.execute(_KNOWN, {"couriers": sorted(couriers)})
    return {row.courier: Pace(row.parcels, _counts(row.counts), row.last_at) for row in rows}


def _counts(kept: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, Counts]:
    """As they were kept; those of other tables than today's are of no use."""
    return {
        phase: Counts(list(some["scans"]), list(some["hours"]))
        for phase, some in kept.items()
        if len(some["scans"]) == len(some["hours"]) == CELLS
    }


def _values(courier: str, pace: Pace) -> dict[str, Any]:
    kept = {
        phase: {
            "scans": [round(n, _DIGITS) for n in some.scans],
            "hours": [round(n, _DIGITS) for n in some.hours],
        }
        for phase, some in pace.counts.items()
    }
    return {
        "courier": courier,
        "parcels": pace.parcels,
        "counts": msgspec.json.encode(kept).decode(),
        "last_at": pace.last_at,
    }


class Books:
    """The rates of couriers, worked out when they are first wanted and anew every hour."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Book]] = {}

    async def learn(self, session: ReadSession, couriers: Collection[str]) -> None:
        """Have the rates of these couriers at hand."""
        stale = time.monotonic() - FRESH
        wanted = {c for c in couriers if self._known.get(c, (-FRESH, None))[0] <= stale}
        if not wanted:
            return
        paces = await _paces(session, wanted)
        at = time.monotonic()
        for courier in wanted:
            pace = paces.get(courier)
            book = learned(pace.counts, pace.parcels) if pace is not None else tables()
            self._known[courier] = (at, book)

    def of(self, courier: str) -> Book:
        """The rates of a courier; the tables' where it is not at hand."""
        known = self._known.get(courier)
        return known[1] if known is not None else tables()
