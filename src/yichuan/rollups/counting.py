"""What a shipment counts for, day by day, and how counts change when it does. Pure.

A shipment's line says everything that is counted of it; the rollups are the sum of the lines. So a
change is the new line minus the old one: repeats add nothing, corrections move counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from yichuan.core.clock import CHINA
from yichuan.exceptions.queries import History
from yichuan.exceptions.rules import LATE_DELIVERY, LATE_PICKUP

NOBODY = "-"
MEASURES = (
    "created",
    "ship_due",
    "shipped_on_time",
    "shipped",
    "pickup_due",
    "picked_up_on_time",
    "picked_up",
    "delivered",
    "delivered_with_promise",
    "delivered_on_time",
    "delivered_excused",
    "transit_hours",
    "returned",
    "problems",
    "merchant_problems",
    "courier_problems",
    "fake_shipping",
    "damaged_or_lost",
    "cost_minor",
)
TRACKED = ("hub_waybill", "own_number")
ROUGH = frozenset({"damaged", "lost"})


SHIPPED_ON_TIME = 1
PICKED_UP_ON_TIME = 2
WITH_PROMISE = 4
DELIVERED_ON_TIME = 8
MERCHANT_PROBLEM = 16
COURIER_PROBLEM = 32
FAKE_SHIPPING = 64
DAMAGED_OR_LOST = 128
DELIVERED_EXCUSED = 256
"""Bits of `Line.marks`: its yes-or-no facts."""


class Box(Protocol):
    """What is counted of a shipment."""

    @property
    def courier(self) -> str | None: ...
    @property
    def dest_province(self) -> str | None: ...
    @property
    def ship_method(self) -> str | None: ...
    @property
    def milestone(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def paid_at(self) -> datetime | None: ...
    @property
    def ship_by(self) -> datetime | None: ...
    @property
    def promised_at(self) -> datetime | None: ...
    @property
    def shipped_at(self) -> datetime | None: ...
    @property
    def picked_up_at(self) -> datetime | None: ...
    @property
    def delivered_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def cost_expected_minor(self) -> int | None: ...
    @property
    def cost_billed_minor(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Times a step may take, in hours."""

    ship_hours: int
    pickup_hours: int


class Line(Struct, frozen=True):
    """Everything that is counted of one shipment. Days are of Asia/Shanghai."""

    courier: str
    province: str
    stage: str
    created_day: date | None = None
    ship_due_day: date | None = None
    shipped_day: date | None = None
    pickup_due_day: date | None = None
    picked_up_day: date | None = None
    delivered_day: date | None = None
    returned_day: date | None = None
    problem_day: date | None = None
    marks: int = 0
    transit_hours: int = 0
    cost_minor: int = 0


FlowKey = tuple[UUID, date, str, str]
"""Merchant, day, courier, province."""
StockKey = tuple[UUID, str, str]
"""Merchant, courier, stage."""


def day(at: datetime | None) -> date | None:
    """The day in China."""
    return None if at is None else at.astimezone(CHINA).date()


def line_of(box: Box, troubles: History | None, limits: Limits, now: datetime) -> Line:
    """The line of a shipment as it stands."""
    ship_by = _ship_by(box, limits)
    pick_up_by = _pick_up_by(box, limits)
    left = box.shipped_at is not None
    ship_due = ship_by is not None and (left or (now > ship_by and box.milestone != "cancelled"))
    known_pickup = box.picked_up_at is not None or box.milestone == "created"
    pickup_due = pick_up_by is not None and known_pickup
    pickup_due = pickup_due and (box.picked_up_at is not None or now > (pick_up_by or now))
    if troubles is not None and not _by(box.picked_up_at, pick_up_by):
        pickup_due = pickup_due and not _excused(troubles, LATE_PICKUP, pick_up_by)
    returned = box.milestone == "returned"
    cost = box.cost_expected_minor if box.cost_billed_minor is None else box.cost_billed_minor
    return Line(
        courier=box.courier or NOBODY,
        province=box.dest_province or NOBODY,
        stage="shipped" if left and box.milestone == "created" else box.milestone,
        created_day=day(box.paid_at or box.created_at),
        ship_due_day=day(ship_by) if ship_due else None,
        shipped_day=day(box.shipped_at),
        pickup_due_day=day(pick_up_by) if pickup_due else None,
        picked_up_day=day(box.picked_up_at),
        delivered_day=day(box.delivered_at),
        returned_day=day(box.ended_at) if returned else None,
        problem_day=day(troubles.first_at) if troubles else None,
        marks=_marks(box, troubles, ship_by, pick_up_by),
        transit_hours=_transit_hours(box),
        cost_minor=(cost or 0) if left else 0,
    )


def _ship_by(box: Box, limits: Limits) -> datetime | None:
    if box.ship_by is not None or box.paid_at is None:
        return box.ship_by
    return box.paid_at + timedelta(hours=limits.ship_hours)


def _pick_up_by(box: Box, limits: Limits) -> datetime | None:
    if box.shipped_at is None or box.ship_method not in TRACKED or box.milestone == "cancelled":
        return None
    return box.shipped_at + timedelta(hours=limits.pickup_hours)


def _transit_hours(box: Box) -> int:
    begun = box.picked_up_at or box.shipped_at
    if begun is None or box.delivered_at is None:
        return 0
    return max(0, round((box.delivered_at - begun).total_seconds() / 3600))


def _marks(
    box: Box, troubles: History | None, ship_by: datetime | None, pick_up_by: datetime | None
) -> int:
    marks = (
        SHIPPED_ON_TIME * _by(box.shipped_at, ship_by)
        | PICKED_UP_ON_TIME * _by(box.picked_up_at, pick_up_by)
        | _kept_promise(box, troubles)
    )
    if troubles is None:
        return marks
    return (
        marks
        | MERCHANT_PROBLEM * ("merchant" in troubles.parties)
        | COURIER_PROBLEM * ("courier" in troubles.parties)
        | FAKE_SHIPPING * ("fake_shipping" in troubles.kinds)
        | DAMAGED_OR_LOST * (not troubles.kinds.isdisjoint(ROUGH))
    )


def _kept_promise(box: Box, troubles: History | None) -> int:
    """A parcel that is late for force majeure is no promise broken, nor one kept."""
    if box.delivered_at is None or box.promised_at is None:
        return 0
    if box.delivered_at <= box.promised_at:
        return WITH_PROMISE | DELIVERED_ON_TIME
    excused = troubles is not None and _excused(troubles, LATE_DELIVERY, box.promised_at)
    return DELIVERED_EXCUSED if excused else WITH_PROMISE


def _excused(troubles: History, kind: str, limit: datetime | None) -> bool:
    """Whether nobody is to blame for being late: when the problem of it was opened, nobody was; and
    where none was, as all was told at the end, force majeure began before the limit."""
    if kind in troubles.kinds:
        return kind not in troubles.blamed
    began = troubles.majeure_at
    return limit is not None and began is not None and began <= limit


def _by(at: datetime | None, limit: datetime | None) -> bool:
    return at is not None and limit is not None and at <= limit


_DAYS: dict[str, tuple[str, ...]] = {
    "created_day": ("created",),
    "ship_due_day": ("ship_due",),
    "shipped_day": ("shipped",),
    "pickup_due_day": ("pickup_due",),
    "picked_up_day": ("picked_up",),
    "delivered_day": ("delivered",),
    "returned_day": ("returned",),
    "problem_day": ("problems",),
}
_MARKED: dict[str, tuple[tuple[int, str], ...]] = {
    "ship_due_day": ((SHIPPED_ON_TIME, "shipped_on_time"),),
    "pickup_due_day": ((PICKED_UP_ON_TIME, "picked_up_on_time"),),
    "delivered_day": (
        (WITH_PROMISE, "delivered_with_promise"),
        (DELIVERED_ON_TIME, "delivered_on_time"),
        (DELIVERED_EXCUSED, "delivered_excused"),
    ),
    "problem_day": (
        (MERCHANT_PROBLEM, "merchant_problems"),
        (COURIER_PROBLEM, "courier_problems"),
        (FAKE_SHIPPING, "fake_shipping"),
        (DAMAGED_OR_LOST, "damaged_or_lost"),
    ),
}
_AMOUNTS = {"delivered_day": "transit_hours", "shipped_day": "cost_minor"}


def counts(line: Line) -> Iterator[tuple[date, str, int]]:
    """What a line adds: (day, measure, amount)."""
    for name, measures in _DAYS.items():
        at: date | None = getattr(line, name)
        if at is None:
            continue
        for measure in measures:
            yield at, measure, 1
        for mark, measure in _MARKED.get(name, ()):
            if line.marks & mark:
                yield at, measure, 1
        amount = _AMOUNTS.get(name)
        if amount is not None:
            yield at, amount, getattr(line, amount)


def _order(key: tuple[UUID, Any, Any] | tuple[UUID, Any, Any, Any]) -> tuple[Any, ...]:
    """Keys in the order in which all writers take them; plain numbers sort faster than UUIDs."""
    return (key[0].int, *key[1:])


class Changes:
    """Sums of changes to the rollups."""

    def __init__(self) -> None:
        self.flows: dict[FlowKey, Counter[str]] = {}
        self.stock: Counter[StockKey] = Counter()

    def replace(self, merchant_id: UUID, old: Line | None, new: Line) -> bool:
        """Count a shipment's new line instead of its old one. Returns whether they differ."""
        if old == new:
            return False
        if old is not None:
            self._add(merchant_id, old, -1)
        self._add(merchant_id, new, 1)
        return True

    def _add(self, merchant_id: UUID, line: Line, sign: int) -> None:
        for at, measure, amount in counts(line):
            key = (merchant_id, at, line.courier, line.province)
            self.flows.setdefault(key, Counter())[measure] += sign * amount
        self.stock[merchant_id, line.courier, line.stage] += sign

    def changed_flows(self) -> Iterator[tuple[FlowKey, dict[str, int]]]:
        """Keys with what to add to each measure, in key order; nothing where all is zero."""
        for key in sorted(self.flows, key=_order):
            amounts = self.flows[key]
            if any(amounts.values()):
                yield key, {measure: amounts[measure] for measure in MEASURES}

    def changed_stock(self) -> Iterator[tuple[StockKey, int]]:
        """Keys with what to add, in key order."""
        for key in sorted(self.stock, key=_order):
            if self.stock[key]:
                yield key, self.stock[key]
