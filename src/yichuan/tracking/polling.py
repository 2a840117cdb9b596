"""When a courier is asked for a number next: pure, the same whenever it is worked out.

Scans come at a rate that depends on where the parcel is and is going, how long ago the last scan
was and the hour of the day (`tracking.polling_rates`). Calls are worth most where scans come
fastest: among all ways to spend a number of calls, the mean time from scan to answer is least when
calls are as dense as the square root of that rate. But the rates are not known that well, and what
comes where it was not looked for is known late. So a flatter power is taken, the flatter the less
is known of the courier: the next call is due once `power` of the rate, as part of a `TYPICAL` one
and summed up since the last call, reaches `EVERY` hours.

A number whose pushes come is not asked while they come: only when its silence has lasted longer
than nineteen of twenty parcels are silent there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yichuan.core.clock import CHINA
from yichuan.tracking.polling_leg import Leg
from yichuan.tracking.polling_rates import AFTER, DAYPART, Book, phase_of, tables
from yichuan.tracking.values import END_MILESTONES

TYPICAL: Final = 0.2
"""Scans an hour of a parcel on its way."""
EVERY: Final = 2.0
"""Hours between two calls where scans come at the `TYPICAL` rate."""
EXPECTED: Final = math.log(20)
"""Scans expected, after which silence is odd: nineteen of twenty would have been scanned."""
ODD: Final = timedelta(hours=36)
"""A silence that is odd in any phase."""
LEAST: Final = timedelta(minutes=10)
"""Between two calls for one number: couriers' answers are not fresher."""
LONGEST: Final = timedelta(hours=6)
LONGEST_PART: Final = 4
SHORTEST_PART: Final = 12
"""A long silence is asked about again after so much of its length: after eight days, between 16
hours and two days later."""
LOOK: Final = timedelta(hours=3)
"""Between looks at a number whose pushes come."""
REOPENED: Final = (timedelta(days=2), timedelta(days=15))
"""After an end: a signature may be taken back for so long (`tracking.walk`)."""
FORGOTTEN: Final = timedelta(days=45)
"""A silence after which nobody is asked any more."""
PAUSES: Final = tuple(timedelta(minutes=m) for m in (10, 30, 120, 360, 720))
"""After failures in a row, before the next call at the earliest."""
REFUSALS: Final = 4
"""Refusals in a row that no repeat will mend, after which a number is not asked any more."""
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a number when it is decided."""

    milestone: str
    detail: str
    since: datetime
    """Its last scan; before the first one, when it was given to us."""
    leg: Leg | None = None
    """To the next stop that the last scan names."""
    asked_at: datetime | None = None
    pushed: bool = False
    """Its pushes come."""
    failures: int = 0
    """Calls in a row that failed."""
    refusals: int = 0
    """Of them, those that no repeat will mend."""


def next_ask(seen: Seen, stretch: float = 1.0, book: Book | None = None) -> datetime | None:
    """When the courier should be asked next; None: never again.

    It may lie in the past: then it is due. `stretch` (1 or more) spares calls where a connection's
    quota does not reach for all. `book`: what is known of the courier.
    """
    book = book or tables()
    if seen.milestone in END_MILESTONES or seen.refusals >= REFUSALS:
        return None
    begin = max(seen.since, seen.asked_at or seen.since)
    if begin - seen.since > FORGOTTEN:
        return None
    silence = begin - seen.since
    longest = max(LONGEST, silence / LONGEST_PART) * stretch
    wanted = min(_due(seen, begin, EVERY * stretch, book), begin + longest)
    wanted = max(wanted, begin + silence / SHORTEST_PART)
    if seen.pushed:
        odd = min(_odd(seen, book), seen.since + ODD)
        wanted = max(wanted, odd)
    if seen.asked_at is not None:
        wanted = max(wanted, seen.asked_at + LEAST)
        if seen.failures:
            wanted = max(wanted, seen.asked_at + PAUSES[min(seen.failures, len(PAUSES)) - 1])
    return wanted


def next_look(
    seen: Seen, at: datetime, stretch: float = 1.0, book: Book | None = None
) -> datetime | None:
    """When a number that is not asked now is looked at again; None: never.

    Pushes move a number without telling the poller, so it looks before the number would be due. An
    end may be taken back by a push: ended ones are looked at twice more.
    """
    due = next_ask(seen, stretch, book)
    if due is not None:
        return min(due, at + LOOK) if seen.pushed else due
    if seen.milestone not in END_MILESTONES:
        return None
    return next((seen.since + after for after in REOPENED if seen.since + after > at), None)


def _due(seen: Seen, begin: datetime, hours: float, book: Book) -> datetime:
    """When so many hours of the typical rate have gone since `begin`."""
    return _reached(seen, begin, hours * TYPICAL**book.power, book, book.power)


def _odd(seen: Seen, book: Book) -> datetime:
    """When a silence has become odd."""
    return _reached(seen, seen.since, EXPECTED, book, 1.0)


def _reached(seen: Seen, begin: datetime, enough: float, book: Book, power: float) -> datetime:
    """When a power of the rate, summed up from `begin`, reaches `enough`; within `FORGOTTEN`."""
    have = 0.0
    for at, hours, rate in _pieces(seen, begin, book):
        height = rate**power
        if have + height * hours >= enough:
            return at + timedelta(hours=(enough - have) / height)
        have += height * hours
    return begin + FORGOTTEN


def _pieces(seen: Seen, begin: datetime, book: Book) -> Iterator[tuple[datetime, float, float]]:
    """From `begin` on: when a piece of one rate begins, its hours and scans an hour."""
    phase = phase_of(seen.milestone, seen.detail, seen.leg)
    table, scale = book.phases[phase.name], phase.scale
    at, end = begin, begin + FORGOTTEN
    row = 0
    while at < end:
        hours = max(0.0, (at - seen.since).total_seconds() / _HOUR) / scale
        while row + 1 < len(AFTER) and AFTER[row + 1] <= hours + 1e-9:
            row += 1
        here = at.astimezone(CHINA)
        day = here.hour + here.minute / 60 + here.second / _HOUR
        part = int(day) // DAYPART
        long = (part + 1) * DAYPART - day
        if row + 1 < len(AFTER):
            long = min(long, (AFTER[row + 1] - hours) * scale)
        long = max(long, 1 / 60)
        yield at, long, table.an_hour[row] * table.by_day[part] / scale
        at += timedelta(hours=long)
