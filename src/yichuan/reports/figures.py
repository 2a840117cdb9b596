"""Figures from counts: rates, funnel stages, drill-downs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from yichuan.core.clock import CHINA
from yichuan.core.database import Merchants
from yichuan.core.money import Money
from yichuan.reports.schemas import CountKey, DayRow, Drill, Figure, Stage, StageKey, Sums
from yichuan.rollups.counting import MEASURES, ROUGH

Query = dict[str, str | list[str]]
STAGES: tuple[tuple[StageKey, CountKey | None, tuple[str, ...], Query | None], ...] = (
    ("paid", "created", ("created",), {"queue": "to_ship"}),
    ("shipped", "shipped", ("shipped",), {"queue": "on_the_way", "milestone": ["created"]}),
    ("picked_up", "picked_up", ("picked_up",), {"milestone": ["picked_up"]}),
    ("in_transit", None, ("in_transit", "arriving"), {"milestone": ["in_transit", "arriving"]}),
    (
        "out_for_delivery",
        None,
        ("out_for_delivery", "ready_for_collection"),
        {"milestone": ["out_for_delivery", "ready_for_collection"]},
    ),
    ("delivered", "delivered", (), None),
)
"""Step, its measure of the day, the stages that stand there, the shipments list's filter."""


def share(amount: int, base: int) -> float | None:
    """amount / base to four places; None without a base."""
    return round(amount / base, 4) if base else None


def rates(sums: Mapping[str, int]) -> dict[str, Any]:
    """Counts of the rollups as the API shows them."""
    hours = share(sums["transit_hours"], sums["delivered"])
    names = (
        "created",
        "shipped",
        "picked_up",
        "delivered",
        "returned",
        "problems",
        "fake_shipping",
        "damaged_or_lost",
        "delivered_excused",
    )
    return {name: sums[name] for name in names} | {
        "on_time_shipping": share(sums["shipped_on_time"], sums["ship_due"]),
        "pickup_in_time": share(sums["picked_up_on_time"], sums["pickup_due"]),
        "delivered_on_time": share(sums["delivered_on_time"], sums["delivered_with_promise"]),
        "mean_transit_hours": None if hours is None else round(hours, 1),
        "problem_rate": share(sums["problems"], sums["shipped"]),
        "cost": Money(amount_minor=sums["cost_minor"]),
    }


Counted = TypeVar("Counted", bound=Sums)


def shown_to(merchants: Merchants, rows: Sequence[Counted]) -> list[Counted]:
    """Rows as a caller may read them: what couriers charge is not for merchants."""
    if merchants is None:
        return list(rows)
    return [row.model_copy(update={"cost": None}) for row in rows]


def sums_of(sums: Mapping[str, int]) -> Sums:
    """Counts with their rates."""
    return Sums(**rates(sums))


COUNTED: dict[CountKey, tuple[str, Query]] = {
    "created": ("paid", {}),
    "shipped": ("shipped", {}),
    "picked_up": ("picked_up", {}),
    "delivered": ("delivered", {}),
    "returned": ("ended", {"milestone": ["returned"]}),
    "problems": ("troubled", {}),
    "fake_shipping": ("troubled", {"trouble": ["fake_shipping"]}),
    "damaged_or_lost": ("troubled", {"trouble": sorted(ROUGH)}),
}
"""Measure → the moment of a parcel that it counts, and which parcels."""


def drill_days(measure: CountKey, first: date, last: date, extra: Mapping[str, str]) -> Drill:
    """The parcels that a measure counts from the first to the last day, in China."""
    moment, query = COUNTED[measure]
    begin = datetime.combine(first, time(), CHINA)
    end = datetime.combine(last + timedelta(days=1), time(), CHINA)
    days: Query = {f"{moment}_from": begin.isoformat(), f"{moment}_to": end.isoformat()}
    return Drill(path="shipments", query=days | query | dict(extra))


def drills(first: date, last: date, extra: Mapping[str, str]) -> dict[CountKey, Drill]:
    """The parcels behind each count of a row of the daily report."""
    return {measure: drill_days(measure, first, last, extra) for measure in COUNTED}


def funnel(
    today: date,
    flows: Mapping[str, int],
    standing: Mapping[str, int],
    extra: Mapping[str, str],
) -> list[Stage]:
    """Today's funnel. `extra` narrows every drill-down (a merchant's own)."""
    stages = []
    for key, measure, there, query in STAGES:
        stage = Stage(key=key, today=None, today_drill=None, standing=None, standing_drill=None)
        if measure is not None:
            stage.today = flows[measure]
            stage.today_drill = drill_days(measure, today, today, extra)
        if query is not None:
            stage.standing = sum(standing.get(name, 0) for name in there)
            stage.standing_drill = Drill(path="shipments", query=query | dict(extra))
        stages.append(stage)
    return stages


def trend(
    days: Sequence[date], found: Mapping[date, Mapping[str, int]], extra: Mapping[str, str]
) -> list[DayRow]:
    """One row per day, zeros where nothing happened."""
    nothing: dict[str, int] = {}
    rows = []
    for day in days:
        sums = found.get(day, nothing)
        complete = {name: sums.get(name, 0) for name in MEASURES}
        rows.append(DayRow(**rates(complete), day=day, drills=drills(day, day, extra)))
    return rows


def figure(key: str, value: int, listed: Drill) -> Figure:
    """A number with its list."""
    return Figure(key=key, value=value, drill=listed)
