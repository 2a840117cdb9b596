"""Where a parcel stands on its way from payment to signature, and since which day. Pure.

A stage 环节 is the milestone, but before the courier has the parcel what the merchant did: paid,
printed, shipped. Everything here is a function of the shipment's row, so that a count over the
rows and the live table can never mean two things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from yichuan.core.clock import CHINA
from yichuan.shipments.models import END_MILESTONES, STRETCH_OF

Stage = Literal[
    "paid",
    "printed",
    "shipped",
    "picked_up",
    "in_transit",
    "arriving",
    "out_for_delivery",
    "ready_for_collection",
    "returning",
    "delivered",
]
STAGES: Final[tuple[Stage, ...]] = Stage.__args__  # type: ignore[attr-defined]
"""In the order of the way. `delivered`: signed today; older ones are no longer live."""
MOVING: Final[tuple[Stage, ...]] = STAGES[3:8]
"""With the courier, on the way to the buyer."""
NUMBERS: Final[dict[Stage, int]] = {stage: number for number, stage in enumerate(STAGES, 1)}
"""Of a stage in the live tables. Rows are kept with them: new stages go to the end of `STAGES`."""
NOTHING: Final = "-"
"""Stands for an empty column, as in the rollups and in the lists' filters."""

DAY_SQL: Final = "({at} AT TIME ZONE 'Asia/Shanghai')::date"
_TODAY: Final = (
    "(date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai')"
)
_SIGNED_AT: Final = "coalesce(delivered_at, ended_at, last_event_at, created_at)"
STAGE_SQL: Final = (
    "(CASE milestone WHEN 'created' THEN CASE"
    f" WHEN shipped_at IS NOT NULL THEN {NUMBERS['shipped']}"
    f" WHEN printed_at IS NOT NULL THEN {NUMBERS['printed']} ELSE {NUMBERS['paid']} END "
    + " ".join(f"WHEN '{stage}' THEN {NUMBERS[stage]}" for stage in STAGES[3:])
    + " END)::smallint"
)
"""The number of a live parcel's stage."""
SINCE_SQL: Final = DAY_SQL.format(
    at=f"""(CASE milestone
        WHEN 'created' THEN coalesce(shipped_at, printed_at, paid_at, created_at)
        WHEN 'delivered' THEN {_SIGNED_AT}
        ELSE coalesce(milestone_at, last_event_at, picked_up_at, shipped_at, created_at) END)"""
)
LIVE_SQL: Final = (
    f"(milestone NOT IN {END_MILESTONES!r} OR milestone = 'delivered' AND {_SIGNED_AT} >= {_TODAY})"
)
"""Whether a shipment's row is live now."""
AT: Final = {
    name: f"stretch = '{stretch}'" + ("" if name == stretch else f" AND milestone = '{name}'")
    for name, stretch in STRETCH_OF.items()
}
"""Milestone → condition on a shipment's row, of which indexes know the first part."""
_CREATED: Final = f"{AT['created']} AND shipped_at IS"
IN_STAGE: Final[dict[Stage, str]] = {
    "paid": f"{_CREATED} NULL AND printed_at IS NULL",
    "printed": f"{_CREATED} NULL AND printed_at IS NOT NULL",
    "shipped": f"{_CREATED} NOT NULL",
    **{stage: AT[stage] for stage in STAGES[3:9]},
    "delivered": f"{AT['delivered']} AND {_SIGNED_AT} >= {_TODAY}",
}
"""Conditions on a shipment's row, for lists."""


@dataclass(frozen=True, slots=True)
class Age:
    """A column of the ageing table: since how many days (Asia/Shanghai) parcels stand."""

    key: str
    least: int
    most: int | None
    """None: or longer."""


AGES: Final = (
    Age("d0", 0, 0),
    Age("d1", 1, 1),
    Age("d2", 2, 2),
    Age("d3", 3, 3),
    Age("d4_6", 4, 6),
    Age("d7", 7, None),
)


Span = tuple[datetime | None, datetime | None]
"""From, and up to but without."""
Days = tuple[date | None, date | None]
"""First and last, both inclusive, in China; None: open."""


def days_in(span: Span) -> Days:
    """The days that instants lie on: what is counted by the day can be narrowed to whole days."""
    begin, end = span
    last = None if end is None else end - timedelta(microseconds=1)
    return (
        None if begin is None else begin.astimezone(CHINA).date(),
        None if last is None else last.astimezone(CHINA).date(),
    )


def span_of(days: Days) -> Span:
    """The instants between which days lie."""
    first, last = days
    return (
        None if first is None else datetime.combine(first, time(), CHINA),
        None if last is None else datetime.combine(last + timedelta(days=1), time(), CHINA),
    )


def days_of(age: Age, today: date) -> Days:
    """First and last day (both inclusive) on which parcels of this age came to their stage.

    Today's have no last day: clocks of scanners run fast.
    """
    first = None if age.most is None else today - timedelta(days=age.most)
    return first, None if age.least == 0 else today - timedelta(days=age.least)
