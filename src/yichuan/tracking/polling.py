"""When a courier is asked for a number next: pure, the same whenever it is worked out.

Scans come at a rate that depends on where the parcel is, how long ago the last scan was and the
hour of the day: `polling_rates.csv` and `polling_hours.csv`, counted by `bench.polling_rates`.
Calls are worth most where scans come fastest: among all ways to spend a number of calls, the mean
time from scan to answer is least when calls are as dense as the square root of that rate. The rates
are not known that well, so a flatter power is taken: the next call is due once `POWER` of the rate,
summed up since the last one, reaches `EFFORT`.

A number whose pushes come is not asked while they come: only when its silence has lasted longer
than nineteen of twenty parcels are silent there.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final

from yichuan.core.clock import CHINA
from yichuan.tracking.values import END_MILESTONES

POWER: Final = 0.4
EFFORT: Final = 1.0
"""Scans an hour, to the power, times hours: how much of it a call waits for."""
EXPECTED: Final = math.log(20)
"""Scans expected, after which silence is odd: nineteen of twenty would have been scanned."""
ODD: Final = timedelta(hours=36)
"""A silence that is odd in any phase."""
LEAST: Final = timedelta(minutes=10)
"""Between two calls for one number: couriers' answers are not fresher."""
LONGEST: Final = timedelta(hours=12)
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
_DAYPART: Final = 3
"""Hours of a row of `polling_hours.csv`."""
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a number when it is decided."""

    milestone: str
    detail: str
    since: datetime
    """Its last scan; before the first one, when it was given to us."""
    leg_km: float | None = None
    """To the next stop that the last scan names (`tracking.polling_leg`)."""
    asked_at: datetime | None = None
    pushed: bool = False
    """Its pushes come."""
    failures: int = 0
    """Calls in a row that failed."""
    refusals: int = 0
    """Of them, those that no repeat will mend."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast scans come in a phase."""

    after: tuple[float, ...]
    """Hours since the last scan from which the rates hold, the first 0."""
    an_hour: tuple[float, ...]
    by_day: tuple[float, ...]
    """Factor by part of the day in China."""


@cache
def rates() -> dict[str, Rates]:
    """By phase."""
    after: dict[str, list[float]] = {}
    an_hour: dict[str, list[float]] = {}
    by_day: dict[str, list[float]] = {}
    for row in _rows("polling_rates.csv"):
        after.setdefault(row["phase"], []).append(float(row["after_hours"]))
        an_hour.setdefault(row["phase"], []).append(float(row["scans_an_hour"]))
    for row in _rows("polling_hours.csv"):
        by_day.setdefault(row["phase"], []).append(float(row["factor"]))
    return {p: Rates(tuple(after[p]), tuple(an_hour[p]), tuple(by_day[p])) for p in after}


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


_ON_THE_ROAD: Final = frozenset({"departed_from_hub", "in_transit", "transferred_to_carrier"})
_ROADS: Final = (
    (60.0, "road_60"),
    (150.0, "road_150"),
    (300.0, "road_300"),
    (600.0, "road_600"),
    (1000.0, "road_1000"),
    (math.inf, "road_far"),
)
"""Kilometres to the next stop at the most, and the phase."""
_TRIED: Final = frozenset({"delivery_attempted", "recipient_unavailable", "address_issue"})


def phase_of(milestone: str, detail: str, leg_km: float | None = None) -> str:
    """The phase of the tables: a milestone, finer where the next scan comes differently."""
    if milestone in ("in_transit", "picked_up") and leg_km is not None:
        return next(phase for most, phase in _ROADS if leg_km <= most)
    if milestone == "in_transit" and detail in _ON_THE_ROAD:
        return "on_the_road"
    if milestone == "out_for_delivery" and detail in _TRIED:
        return "tried"
    return milestone


def next_ask(seen: Seen, stretch: float = 1.0) -> datetime | None:
    """When the courier should be asked next; None: never again.

    It may lie in the past: then it is due. `stretch` (1 or more) spares calls where a connection's
    quota does not reach for all.
    """
    if seen.milestone in END_MILESTONES or seen.refusals >= REFUSALS:
        return None
    begin = max(seen.since, seen.asked_at or seen.since)
    if begin - seen.since > FORGOTTEN:
        return None
    silence = begin - seen.since
    longest = max(LONGEST, silence / LONGEST_PART) * stretch
    wanted = min(_reached(seen, begin, EFFORT * stretch, POWER), begin + longest)
    wanted = max(wanted, begin + silence / SHORTEST_PART)
    if seen.pushed:
        odd = min(_reached(seen, seen.since, EXPECTED, 1.0), seen.since + ODD)
        wanted = max(wanted, odd)
    if seen.asked_at is not None:
        wanted = max(wanted, seen.asked_at + LEAST)
        if seen.failures:
            wanted = max(wanted, seen.asked_at + PAUSES[min(seen.failures, len(PAUSES)) - 1])
    return wanted


def next_look(seen: Seen, at: datetime, stretch: float = 1.0) -> datetime | None:
    """When a number that is not asked now is looked at again; None: never.

    Pushes move a number without telling the poller, so it looks before the number would be due. An
    end may be taken back by a push: ended ones are looked at twice more.
    """
    due = next_ask(seen, stretch)
    if due is not None:
        return min(due, at + LOOK) if seen.pushed else due
    if seen.milestone not in END_MILESTONES:
        return None
    return next((seen.since + after for after in REOPENED if seen.since + after > at), None)


def _reached(seen: Seen, begin: datetime, enough: float, power: float) -> datetime:
    """When a power of the rate, summed up from `begin`, reaches `enough`; within `FORGOTTEN`."""
    have = 0.0
    for at, hours, rate in _pieces(seen, begin):
        height = rate**power
        if have + height * hours >= enough:
            return at + timedelta(hours=(enough - have) / height)
        have += height * hours
    return begin + FORGOTTEN


def _pieces(seen: Seen, begin: datetime) -> Iterator[tuple[datetime, float, float]]:
    """From `begin` on: when a piece of one rate begins, its hours and scans an hour."""
    table = rates()[phase_of(seen.milestone, seen.detail, seen.leg_km)]
    at, end = begin, begin + FORGOTTEN
    row = 0
    while at < end:
        hours = max(0.0, (at - seen.since).total_seconds() / _HOUR)
        while row + 1 < len(table.after) and table.after[row + 1] <= hours + 1e-9:
            row += 1
        here = at.astimezone(CHINA)
        day = here.hour + here.minute / 60 + here.second / _HOUR
        part = int(day) // _DAYPART
        long = (part + 1) * _DAYPART - day
        if row + 1 < len(table.after):
            long = min(long, table.after[row + 1] - hours)
        long = max(long, 1 / 60)
        yield at, long, table.an_hour[row] * table.by_day[part]
        at += timedelta(hours=long)
