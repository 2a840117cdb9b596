"""How fast scans come, by where a parcel is: tables, and what a courier's own parcels add to them.

Pure. `polling_rates.csv` and `polling_hours.csv` are counted by `bench.polling_rates`. On a trunk
road (干线) the tables hold the hours of a leg of 1,000 km, which longer and shorter ones stretch.

What is learned of a courier (`tracking.polling_learning`) moves each rate and each factor away
from the tables by as much as was counted: with few parcels hardly, with many nearly to what they
say, and never further than `FURTHEST`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from yichuan.core.clock import CHINA
from yichuan.tracking.polling_leg import Leg

AFTER: Final = (0, 1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 28, 32, 40, 48, 72, 120)
"""Hours since the last scan from which a row of the tables holds."""
DAYPART: Final = 3
"""Hours of a row of `polling_hours.csv`."""
PARTS: Final = 24 // DAYPART
CELLS: Final = len(AFTER) * PARTS
TRUNK_KM: Final = 1000.0
DOCKS_KM: Final = 50.0
"""Loading and unloading take as long as so many kilometres: 44 legs of public histories."""
FAR_KM: Final = 150.0
"""No branch delivers so far: such a leg ends in a hub, whatever it is said to end in."""
TOGETHER: Final = timedelta(minutes=10)
"""Scans so close behind one another are known by one call: they count as one moment."""
PRIOR_SCANS: Final = 6.0
"""Scans of the tables' own that stand against those that were counted, in each row."""
FURTHEST: Final = 8.0
"""A learned rate is at most so many times the table's, or that part of it."""
ENOUGH: Final = 200.0
"""Parcels of a courier by which half of the trust in its rates is earned."""
SURE: Final = 0.45
UNSURE: Final = 0.25
"""The power of the rates that calls follow: where they are known well, and by the tables alone."""
_ROUNDS: Final = 8
_HOUR: Final = 3600.0

_ON_THE_ROAD: Final = frozenset({"departed_from_hub", "in_transit", "transferred_to_carrier"})
_SENT_ON: Final = frozenset({"picked_up", "in_transit", "arriving"})
_TRIED: Final = frozenset({"delivery_attempted", "recipient_unavailable", "address_issue"})


class Phase(NamedTuple):
    """Where a parcel is, as far as its next scan depends on it."""

    name: str
    scale: float = 1.0
    """How much longer than in the tables everything takes."""


def phase_of(milestone: str, detail: str, leg: Leg | None = None) -> Phase:
    """The phase of the tables: a milestone, finer where the next scan comes differently."""
    if leg is not None and milestone in _SENT_ON:
        return _on_leg(leg)
    if milestone == "in_transit" and detail in _ON_THE_ROAD:
        return Phase("on_the_road")
    if milestone == "out_for_delivery" and detail in _TRIED:
        return Phase("tried")
    return Phase(milestone)


def _on_leg(leg: Leg) -> Phase:
    if not leg.to_hub and (leg.km is None or leg.km <= FAR_KM):
        return Phase("to_branch")
    if not leg.from_hub:  # it names where the parcel shall go in the end, and a hub is near
        return Phase("to_hub")
    if leg.km is None:
        return Phase("on_the_road")
    name = "trunk_ready" if leg.ready else "trunk"
    return Phase(name, (leg.km + DOCKS_KM) / (TRUNK_KM + DOCKS_KM))


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast scans come in a phase."""

    an_hour: tuple[float, ...]
    """By row of `AFTER`."""
    by_day: tuple[float, ...]
    """Factor by part of the day in China."""


@dataclass(frozen=True, slots=True)
class Book:
    """The rates of a courier, by phase."""

    phases: Mapping[str, Rates]
    power: float = UNSURE
    """How far they are followed: see `polling`."""


@dataclass(slots=True)
class Counts:
    """Scans and hours (of the tables' measure) of one phase, by row and part of the day."""

    scans: list[float] = field(default_factory=lambda: [0.0] * CELLS)
    hours: list[float] = field(default_factory=lambda: [0.0] * CELLS)

    def add(self, other: Counts, weight: float = 1.0) -> None:
        """Add what others counted, by weight."""
        self.scans = [a + weight * b for a, b in zip(self.scans, other.scans, strict=True)]
        self.hours = [a + weight * b for a, b in zip(self.hours, other.hours, strict=True)]

    def fade(self, part: float) -> None:
        """Keep a part of everything."""
        self.scans = [part * n for n in self.scans]
        self.hours = [part * n for n in self.hours]

    def stay(self, since: datetime, until: datetime, scale: float, scans: int) -> None:
        """Count the hours of a silence, and the scans that end it."""
        here, cell = since.astimezone(CHINA), 0
        day = here.hour + here.minute / 60 + here.second / _HOUR
        gone, left = 0.0, max(0.0, (until - since).total_seconds() / _HOUR)
        row = 0
        while True:
            while row + 1 < len(AFTER) and AFTER[row + 1] <= gone / scale + 1e-9:
                row += 1
            cell = row * PARTS + int(day % 24) // DAYPART
            if left <= 1e-9:
                break
            step = min(left, max(_to_edge(row, gone, day, scale), 1 / 60))
            self.hours[cell] += step / scale
            gone, day, left = gone + step, day + step, left - step
        self.scans[cell] += scans


def _to_edge(row: int, gone: float, day: float, scale: float) -> float:
    """Hours to the next row or part of the day."""
    edge = DAYPART - day % DAYPART
    return min(edge, AFTER[row + 1] * scale - gone) if row + 1 < len(AFTER) else edge


class Stop(NamedTuple):
    """A scan, with the phase it leaves the parcel in."""

    at: datetime
    phase: Phase | None
    """None: its way has ended."""


def count(stops: Iterable[Stop], into: dict[str, Counts], until: datetime | None = None) -> None:
    """Count a parcel's silences from its first stop on; the last one lasts `until`, if given."""
    moments: list[list[Stop]] = []
    for stop in stops:
        if moments and stop.at - moments[-1][-1].at <= TOGETHER:
            moments[-1].append(stop)
        else:
            moments.append([stop])
    last: Stop | None = None
    for some in moments:
        if last is not None and last.phase is not None:
            counts = into.setdefault(last.phase.name, Counts())
            counts.stay(last.at, some[0].at, last.phase.scale, len(some))
        last = some[-1]
    if last is not None and last.phase is not None and until is not None:
        into.setdefault(last.phase.name, Counts()).stay(last.at, until, last.phase.scale, 0)


@cache
def tables() -> Book:
    """The rates that hold for a courier of whom nothing was learned."""
    an_hour: dict[str, list[float]] = {}
    by_day: dict[str, list[float]] = {}
    for row in _rows("polling_rates.csv"):
        an_hour.setdefault(row["phase"], []).append(float(row["scans_an_hour"]))
    for row in _rows("polling_hours.csv"):
        by_day.setdefault(row["phase"], []).append(float(row["factor"]))
    return Book({p: Rates(tuple(an_hour[p]), tuple(by_day[p])) for p in an_hour})


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def learned(counts: Mapping[str, Counts], parcels: float) -> Book:
    """The tables, moved by what was counted of so many parcels of one courier."""
    known = tables().phases
    phases = {name: moved(known[name], some) for name, some in counts.items() if name in known}
    return Book({**known, **phases}, UNSURE + (SURE - UNSURE) * parcels / (parcels + ENOUGH))


def moved(table: Rates, counts: Counts) -> Rates:
    """A phase's rates after counting: each row and part of the day by the ratio of scans counted
    to scans that were to be expected, both with `PRIOR_SCANS` added."""
    rows, parts = range(len(AFTER)), range(PARTS)
    by_row = [sum(counts.scans[r * PARTS + p] for p in parts) for r in rows]
    by_part = [sum(counts.scans[r * PARTS + p] for r in rows) for p in parts]
    rate, factor = list(table.an_hour), list(table.by_day)
    for _ in range(_ROUNDS):
        for r in rows:
            due = sum(counts.hours[r * PARTS + p] * factor[p] for p in parts) * table.an_hour[r]
            rate[r] = table.an_hour[r] * _ratio(by_row[r], due)
        for p in parts:
            due = sum(counts.hours[r * PARTS + p] * rate[r] for r in rows) * table.by_day[p]
            factor[p] = table.by_day[p] * _ratio(by_part[p], due)
    return Rates(tuple(rate), tuple(factor))


def _ratio(scans: float, due: float) -> float:
    return min(FURTHEST, max(1 / FURTHEST, (scans + PRIOR_SCANS) / (due + PRIOR_SCANS)))
