"""Whole histories of parcels as pure functions of a seed, for the network, tests and benchmarks.

The same seed, courier, number, places and hand-over give the same history, whatever else was
asked before: every parcel has its own random stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import MappingProxyType

from yichuan.simulator.catalogue import courier as find_courier
from yichuan.simulator.faults import Fault, FaultRates, Outcome
from yichuan.simulator.geo import City, find_city
from yichuan.simulator.journey import BEIJING, Journey, Step
from yichuan.simulator.routes import Place, expected_hours, plan
from yichuan.simulator.wire import push_body

__all__ = ["Alert", "Event", "ParcelHistory", "parcel_history", "push_body"]

WIRE_TIME = "%Y-%m-%d %H:%M:%S"
FINAL_CODES = frozenset({"301", "302", "304", "311", "406"})
LIMITS = MappingProxyType({"202": (36, "402"), "211": (18, "412")})
"""Last StateEx → hours of silence after which the aggregator raises a StateEx of its own."""
SILENCE = (120, "403")
ODD_TIMES = (
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S+08:00",
    "%Y-%m-%d %H:%M",
    "%Y.%m.%d %H.%M",
    "1970-01-01 08:00:00",
    "0001-01-01 00:00:00",
    "2099-12-31 %H:%M:%S",
    "--",
    "",
)
"""What stands in place of a time when an event has an odd one."""


@dataclass(frozen=True, slots=True)
class Event:
    """One scan as the world has it (`at`, UTC) and as the courier writes it (`wire_time`)."""

    at: datetime
    kind: str
    code: str
    """KDNiao StateEx / Action."""
    text: str
    city: str
    stop: str
    desk: str
    who: str
    tel: str
    wire_time: str
    """Beijing time `yyyy-MM-dd HH:mm:ss` unless `odd`."""
    odd: str = ""
    """`odd_time`, `missing_zone` or nothing."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A StateEx the aggregator derives from silence, and when."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class ParcelHistory:
    """Everything that will happen to a parcel, in order."""

    courier: str
    number: str
    origin: Place
    destination: Place
    handed_over_at: datetime
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    outcome: Outcome
    fault: Fault
    expected_on: date
    """The day the courier itself announces (Beijing)."""

    def state(self, count: int, alert: str = "") -> tuple[str, str]:
        """KDNiao (State, StateEx) after the first `count` events and perhaps an alert.

        A parcel with a problem stays at State 4 until it is signed for.
        """
        if count == 0:
            return "0", "0"
        codes = [event.code for event in self.events[:count]]
        last = codes[-1]
        if last in FINAL_CODES:
            return ("3", last) if last != "406" else ("4", last)
        detail = alert or ("407" if "407" in codes else last)
        if detail[0] == "4" or any(code[0] == "4" for code in codes):
            return "4", detail
        return ("1" if detail == "1" else "2"), detail


def parcel_history(
    seed: int,
    courier: str,
    number: str,
    origin_city: str | City | Place,
    dest_city: str | City | Place,
    handed_over_at: datetime,
    faults: FaultRates,
    *,
    speed: float = 1.0,
    squeeze_after: datetime | None = None,
    time_scale: float = 1.0,
) -> ParcelHistory:
    """The history of one parcel.

    Args:
        seed: the world.
        courier: KDNiao code.
        number: waybill number; with the seed it decides the parcel's fate.
        origin_city: name, administrative code, city or place.
        dest_city: the same.
        handed_over_at: when the merchant gave it away, aware.
        faults: rates.
        speed: factor of the service on durations.
        squeeze_after: with `time_scale`, what would happen after this moment (default: the
            hand-over) happens `time_scale` times faster, at least a second apart.
        time_scale: see above.

    Raises:
        UnknownCourierError: no such courier.
        UnknownPlaceError: no such place.
        ValueError: `handed_over_at` has no zone.
    """
    if handed_over_at.tzinfo is None:
        raise ValueError("handed_over_at needs a time zone")
    line = find_courier(courier)
    rng = Random(f"{seed}/{courier}/{number}")
    fault = faults.draw(rng.random())
    origin, destination = _place(origin_city), _place(dest_city)
    stops = plan(courier, origin, destination, rng)
    trip = Journey(line, stops, handed_over_at, rng, fault, faults, speed)
    outcome = trip.run()
    due = handed_over_at + timedelta(
        hours=speed * expected_hours(courier, origin.city, destination.city)
    )
    squeeze = _Squeeze(squeeze_after or handed_over_at, time_scale)
    marks = _alert_marks(trip.steps, outcome)
    return ParcelHistory(
        courier=courier,
        number=number,
        origin=origin,
        destination=destination,
        handed_over_at=handed_over_at.astimezone(UTC),
        events=_events(trip.steps, squeeze, Random(f"{seed}/odd/{courier}/{number}"), faults),
        alerts=tuple(Alert(squeeze(at), code) for at, code in marks),
        outcome=outcome,
        fault=fault,
        expected_on=due.astimezone(BEIJING).date(),
    )


def _place(where: str | City | Place) -> Place:
    if isinstance(where, Place):
        return where
    return Place(where if isinstance(where, City) else find_city(where))


@dataclass(frozen=True, slots=True)
class _Squeeze:
    """Natural time → wall time."""

    after: datetime
    scale: float

    def __call__(self, at: datetime) -> datetime:
        if at <= self.after or self.scale == 1:
            return at.astimezone(UTC)
        return (self.after + (at - self.after) / self.scale).astimezone(UTC)


def _events(
    steps: Sequence[Step], squeeze: _Squeeze, rng: Random, faults: FaultRates
) -> tuple[Event, ...]:
    """Steps in wall time; squeezed ones at least a second apart, so that their order shows."""
    out: list[Event] = []
    second = timedelta(seconds=1)
    strange = faults.odd_time + faults.missing_zone > 0
    for step in steps:
        at = squeeze(step.at)
        if squeeze.scale != 1 and out and at > squeeze.after:
            at = max(at, out[-1].at + second)
        at = at.replace(microsecond=0)
        written, odd = _written(at, rng, faults) if strange else (_plain(at), "")
        stop = step.stop
        out.append(
            Event(
                at, step.kind, step.code, step.text, stop.city.name, stop.name, stop.desk,
                step.who, step.tel, written, odd,
            )
        )  # fmt: skip
    return tuple(out)


def _plain(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime(WIRE_TIME)


def _written(at: datetime, rng: Random, faults: FaultRates) -> tuple[str, str]:
    """The time as the courier writes it, and what is wrong with it."""
    roll, form = rng.random(), rng.choice(ODD_TIMES)
    if roll < faults.odd_time:
        return at.astimezone(BEIJING).strftime(form), "odd_time"
    if roll < faults.odd_time + faults.missing_zone:
        return at.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M:%S"), "missing_zone"
    return _plain(at), ""


def _alert_marks(steps: Sequence[Step], outcome: Outcome) -> list[tuple[datetime, str]]:
    """Natural times at which silence after a scan passes the aggregator's limit."""
    marks: list[tuple[datetime, str]] = []
    for i, step in enumerate(steps):
        if step.code in FINAL_CODES or step.kind == "lost":
            continue
        hours, code = LIMITS.get(step.code, SILENCE)
        at = step.at + timedelta(hours=hours)
        following = steps[i + 1].at if i + 1 < len(steps) else None
        if (following is None and outcome is Outcome.LOST) or (following and following > at):
            marks.append((at, code))
    return marks
