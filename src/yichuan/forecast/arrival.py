"""When a parcel will arrive, from how long others took from where it is. Pure.

A parcel passes stages: `STAGES`, finer than milestones where the rest of the way depends on it. Of
every parcel that arrived, each stage counts once: how many half days (Asia/Shanghai) lay between
its beginning and the arrival, by the half of the day in which it began. Four groups of parcels are
counted, from the same courier on the same lane (province to province) to any courier over a like
distance. A finer group is trusted as far as it has parcels: `PRIOR` parcels of the next coarser
one's habits stand against its own. What did not happen by now is cut off; of the rest the estimate
is the fewest days on which 80 of 100 parcels arrive and after which no more than ten do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from yichuan.core.clock import CHINA
from yichuan.regions.distance import great_circle_km
from yichuan.tracking.values import Place

Stage = Literal["shipped", "picked_up", "in_transit", "near", "there", "out"]
STAGES: Final[tuple[Stage, ...]] = (
    "shipped",  # the merchant said so, the courier nothing yet
    "picked_up",
    "in_transit",
    "near",  # in the province of its destination, having come from another
    "there",  # in its city, having come from another, or said to be at the last branch
    "out",  # out for delivery: anew on each day it goes out
)
ARRIVED: Final = frozenset({"delivered", "ready_for_collection"})
ASTRAY: Final = frozenset({"returning", "returned", "cancelled", "lost"})
LAST: Final = 60
"""Half days counted apart; what takes longer counts as so many."""
PRIOR: Final = 15.0
LEAST: Final = 30.0
"""Parcels of the same courier or of the same lane, without which nothing is said."""
LEFT: Final = 0.03
"""The part of such parcels that was still to come by now, without which nothing is said."""
HOLDS: Final = 0.8
"""The part of parcels that arrives within the range, or more."""
LATE: Final = 0.1
"""The part that arrives after it, or less."""
WIDEST: Final = 5
"""Days of a range that still helps anybody."""
KEPT: Final = 600.0
"""Parcels a group is known by; those of long ago fade."""
BANDS_KM: Final = (300.0, 700.0, 1200.0, 1800.0)
ROUND: Final = ((8.0, 12.0), (12.0, 20.0))
"""Hours of either half of the day in which parcels are delivered."""

Cell = str
"""A stage and the half of the day in which it began: `near/1`."""
Counts = dict[Cell, dict[int, float]]
"""Parcels by half days until the arrival."""
Key = tuple[str, str, str]
"""Courier, origin, destination: provinces, or the distance's band as destination; empty: any."""


class Seen(NamedTuple):
    """A scan on the way out."""

    at: datetime
    milestone: str | None
    place: Place | None


class Stop(NamedTuple):
    """A stage, and when it began."""

    stage: Stage
    at: datetime


class Ends(NamedTuple):
    """Where a parcel comes from and goes to, as far as known."""

    origin: Place | None
    destination: Place | None


class Arrival(NamedTuple):
    """When it will arrive: some time in a half day, on a day, or from one day to another."""

    begin: datetime
    end: datetime


class Group(Struct):
    """What was counted of like parcels."""

    parcels: float = 0.0
    counts: Counts = {}

    def add(self, stops: Iterable[Stop], arrived_at: datetime) -> None:
        """Count a parcel; what was counted before it fades."""
        if self.parcels > KEPT - 1:
            fade = (KEPT - 1) / self.parcels
            self.parcels *= fade
            for some in self.counts.values():
                for halves in some:
                    some[halves] *= fade
        self.parcels += 1
        for stop in stops:
            some = self.counts.setdefault(cell_of(stop), {})
            halves = min(LAST, half_days(stop.at, arrived_at))
            some[halves] = some.get(halves, 0.0) + 1


def half_days(begin: datetime, end: datetime) -> int:
    """Half days from the midnight before `begin` to the half day of `end`; never negative."""
    here, there = begin.astimezone(CHINA), end.astimezone(CHINA)
    return max(0, 2 * (there.date() - here.date()).days + (there.hour >= 12))


def cell_of(stop: Stop) -> Cell:
    """Where a stop is counted."""
    return f"{stop.stage}/{int(stop.at.astimezone(CHINA).hour >= 12)}"


def keys_of(courier: str, ends: Ends) -> list[Key]:
    """The groups of a parcel, the finest first."""
    lane, band = _lane(ends), _band(ends)
    found: list[Key] = []
    for who in dict.fromkeys((courier, "")):
        found += [(who, *lane)] if lane else []
        found += [(who, "", band)] if band else []
    return found


def _lane(ends: Ends) -> tuple[str, str] | None:
    origin, destination = _code(ends.origin), _code(ends.destination)
    return (origin[:2], destination[:2]) if origin and destination else None


def _code(place: Place | None) -> str:
    return (place.adcode if place is not None else None) or ""


def _band(ends: Ends) -> str | None:
    """How far it is: the same city, the same province, or a number of `BANDS_KM`."""
    origin, destination = ends
    here, there = _code(origin), _code(destination)
    if not here or not there or origin is None or destination is None:
        return None
    if here[:4] == there[:4]:
        return "city"
    if here[:2] == there[:2]:
        return "province"
    if origin.lat is None or origin.lon is None:
        return None
    if destination.lat is None or destination.lon is None:
        return None
    km = great_circle_km(origin.lat, origin.lon, destination.lat, destination.lon)
    return f"band{sum(km > far for far in BANDS_KM)}"


def passed(
    shipped_at: datetime | None, scans: Iterable[Seen], ends: Ends
) -> tuple[list[Stop], datetime | None]:
    """The stages of a parcel and when it arrived, from its scans in their order.

    None: not yet. A parcel that goes astray has no stages any more.
    """
    stops: list[Stop] = []
    if shipped_at is not None:
        stops.append(Stop("shipped", shipped_at))
    for scan in scans:
        if scan.milestone in ARRIVED:
            return [stop for stop in stops if stop.at <= scan.at], scan.at
        if scan.milestone in ASTRAY:
            return [], None
        stage = _stage(scan, ends)
        if stage is not None and _moves(stops, stage, scan.at):
            stops.append(Stop(stage, scan.at))
    return stops, None


def _moves(stops: Sequence[Stop], stage: Stage, at: datetime) -> bool:
    if not stops:
        return True
    last = stops[-1]
    if stage == last.stage == "out":
        return at.astimezone(CHINA).date() > last.at.astimezone(CHINA).date()
    return STAGES.index(stage) > STAGES.index(last.stage)


def _stage(scan: Seen, ends: Ends) -> Stage | None:
    if scan.milestone == "out_for_delivery":
        return "out"
    if scan.milestone == "arriving":
        return "there"
    if scan.milestone not in ("picked_up", "in_transit"):
        return None
    here, goal, start = _code(scan.place), _code(ends.destination), _code(ends.origin)
    if here and goal and start:
        if here[:4] == goal[:4] != start[:4]:
            return "there"
        if here[:2] == goal[:2] != start[:2]:
            return "near"
    return "in_transit" if scan.milestone == "in_transit" else "picked_up"


def estimate(
    groups: Mapping[Key, Group],
    keys: Sequence[Key],
    stop: Stop,
    now: datetime,
    *,
    least: float = LEAST,
    widest: int = WIDEST,
) -> Arrival | None:
    """When a parcel at a stop will arrive, as others did; None: too little is known, too few took
    so long, or the range would be too wide to be of use. `keys`: its groups, the finest first."""
    cell = cell_of(stop)
    own = {key: groups[key].counts.get(cell, {}) for key in keys if key in groups}
    # not those of the distance alone
    known = [sum(some.values()) for key, some in own.items() if key[0] or key[1]]
    if not own or max(known, default=0.0) < least:
        return None
    chances = _ahead(_blend(list(own.values())), stop.at, now)
    left = sum(chances.values())
    if left < LEFT:
        return None
    first, last = _range({halves: chance / left for halves, chance in chances.items()})
    if last // 2 - first // 2 >= widest:
        return None
    return _span(stop.at, first, last)


def _blend(own: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """The chances of the finest group, each mixed with those of the next coarser."""
    chances: dict[int, float] = {}
    for some in reversed(own):
        number = sum(some.values())
        if number == 0:
            continue
        weight = PRIOR if chances else 0.0
        chances = {
            halves: (some.get(halves, 0.0) + weight * chances.get(halves, 0.0)) / (number + weight)
            for halves in sorted(some.keys() | chances.keys())
        }
    return chances


def _ahead(chances: Mapping[int, float], since: datetime, now: datetime) -> dict[int, float]:
    """What may still happen; of the present half day the part that is left."""
    at = half_days(since, now)
    hour = now.astimezone(CHINA).hour + now.minute / 60
    begin, end = ROUND[at % 2]
    rest = min(1.0, max(0.0, (end - hour) / (end - begin)))
    return {
        halves: chance * (rest if halves == at else 1.0)
        for halves, chance in chances.items()
        if halves >= at
    }


def _range(chances: Mapping[int, float]) -> tuple[int, int]:
    """First and last half day; whole days, unless one half of a day does."""
    days: dict[int, float] = {}
    for halves, chance in chances.items():
        days[halves // 2] = days.get(halves // 2, 0.0) + chance
    last, late = max(days), 0.0
    while late + days.get(last, 0.0) <= LATE:
        late += days.get(last, 0.0)
        last -= 1
    first, held = last, days[last]
    while held < HOLDS:
        first -= 1
        held += days.get(first, 0.0)
    begin, end = 2 * first, 2 * last + 1
    if first == last:
        if chances.get(end, 0.0) >= HOLDS:
            return end, end
        if chances.get(begin, 0.0) >= HOLDS and late + chances.get(end, 0.0) <= LATE:
            return begin, begin
    return begin, end


def _span(since: datetime, first: int, last: int) -> Arrival:
    midnight = datetime.combine(since.astimezone(CHINA).date(), time(), CHINA)
    if first == last:
        begin = midnight + first * timedelta(hours=12)
        return Arrival(begin, begin + timedelta(hours=11, minutes=59))
    begin = midnight + timedelta(days=first // 2)
    return Arrival(begin, midnight + timedelta(days=last // 2, hours=23, minutes=59))
