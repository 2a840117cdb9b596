"""Journeys to poll: the simulator's parcels at natural speed, and histories from public code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from yichuan.core.clock import CHINA
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.times import courier_time
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.geo import cities
from yichuan.simulator.history import parcel_history
from yichuan.tracking.cities import city
from yichuan.tracking.details import milestone_of
from yichuan.tracking.normalise import detail_of_event
from yichuan.tracking.polling_leg import Leg, leg_of
from yichuan.tracking.polling_rates import Phase, phase_of
from yichuan.tracking.values import END_MILESTONES

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
BEGIN = datetime(2026, 3, 2, tzinfo=CHINA)
DAYS = 14
"""Parcels begin within so many days."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: when, and what it makes of the parcel."""

    at: datetime
    milestone: str
    detail: str
    leg: Leg | None

    @property
    def phase(self) -> Phase | None:
        """None: its way has ended."""
        if self.milestone in END_MILESTONES:
            return None
        return phase_of(self.milestone, self.detail, self.leg)


@dataclass(frozen=True, slots=True)
class Journey:
    """A parcel from the moment its number is given to us."""

    given_at: datetime
    scans: tuple[Scan, ...]
    courier: str
    cut: bool = False
    """What comes after the last scan is not known: nobody asks for it."""


Told = Iterable[tuple[datetime, str, str | None]]
"""Scans as they are told: when, what, and the detail of the code."""


def told_by_simulator(seed: int, count: int) -> Iterator[tuple[str, datetime, Told]]:
    """The simulator's parcels between its largest cities, with its usual share of trouble: courier,
    when the number was given to us (between 9 and 21), and the scans."""
    rng = Random(seed)
    places, codes = cities(), sorted(couriers())
    for number in range(count):
        origin, destination = rng.choice(places), rng.choice(places)
        given = BEGIN + timedelta(days=rng.randrange(DAYS), hours=rng.uniform(9, 21))
        courier = rng.choice(codes)
        made = parcel_history(seed, courier, str(number), origin, destination, given, FaultRates())
        yield courier, given, [(e.at, e.text, detail_of("kdniao", e.code)) for e in made.events]


def simulated(seed: int, count: int) -> Iterator[Journey]:
    """The simulator's parcels."""
    for courier, given, told in told_by_simulator(seed, count):
        yield Journey(given, _scans(told), courier)


def real() -> Iterator[Journey]:
    """The histories of `traces_real.jsonl`, whole or cut, from their first scan (known from the
    start) to their last."""
    path = DATA / "traces_real.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        if "dates_altered" in row["flags"] or len(row["events"]) < LEAST_SCANS:
            continue
        told = [(courier_time(e["time"]), e["text"], None) for e in row["events"]]
        scans = _scans(sorted(told, key=lambda one: one[0]))
        if len(scans) >= LEAST_SCANS:
            yield Journey(scans[0].at, scans, row["carrier"], cut=True)


LEAST_SCANS = 4


def _scans(told: Told) -> tuple[Scan, ...]:
    """Scans with the state each leaves the parcel in, up to its end."""
    scans: list[Scan] = []
    milestone = "created"
    for at, text, coded in told:
        detail = detail_of_event(text, coded)
        milestone = milestone_of(detail) or milestone
        scans.append(Scan(at, milestone, detail, leg_of(text, city(text))))
        if milestone in END_MILESTONES:
            break
    return tuple(scans)
