"""Figures from counts: rates, funnel stages, drill-downs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar

from yichuan.core.clock import CHINA
from yichuan.core.database import Merchants
from yichuan.core.money import Money
from yichuan.reports.schemas import DayRow, Drill, Figure, Stage, StageKey, Sums
from yichuan.rollups.counting import MEASURES

STAGES: tuple[tuple[StageKey, str, tuple[str, ...], dict[str, str | list[str]] | None], ...] = (
    ("paid", "created", ("created",), {"queue": "to_ship"}),
    ("shipped", "shipped", ("shipped",), {"queue": "on_the_way", "milestone": ["created"]}),
    ("picked_up", "picked_up", ("picked_up",), {"milestone": ["picked_up"]}),
    ("in_transit", "", ("in_transit", "arriving"), {"milestone": ["in_transit", "arriving"]}),
    (
        "out_for_delivery",
        "",
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


def drill_day(day: date, extra: Mapping[str, str]) -> Drill:
    """The parcels paid on a day in China."""
    begin = datetime.combine(day, time(), CHINA)
    end = datetime.combine(date.fromordinal(day.toordinal() + 1), time(), CHINA)
    query: dict[str, str | list[str]] = {
        "created_from": begin.isoformat(),
        "created_to": end.isoformat(),
    }
    return Drill(path="shipments", query=query | dict(extra))


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
        if measure:
            stage.today = flows[measure]
            stage.today_drill = _drill_measure(key, today, extra)
        if query is not None:
            stage.standing = sum(standing.get(name, 0) for name in there)
            stage.standing_drill = Drill(path="shipments", query=query | dict(extra))
        stages.append(stage)
    return stages


def _drill_measure(key: StageKey, today: date, extra: Mapping[str, str]) -> Drill:
    if key == "paid":
        return drill_day(today, extra)
    query: dict[str, str | list[str]] = {
        "begin": str(today),
        "end": str(today),
        "by": ["day", "courier"],
    }
    return Drill(path="reports/daily", query=query | dict(extra))


def trend(
    days: Sequence[date], found: Mapping[date, Mapping[str, int]], extra: Mapping[str, str]
) -> list[DayRow]:
    """One row per day, zeros where nothing happened."""
    nothing: dict[str, int] = {}
    rows = []
    for day in days:
        sums = found.get(day, nothing)
        complete = {name: sums.get(name, 0) for name in MEASURES}
        rows.append(DayRow(**rates(complete), day=day, drill=drill_day(day, extra)))
    return rows


def figure(key: str, value: int, listed: Drill) -> Figure:
    """A number with its list."""
    return Figure(key=key, value=value, drill=listed)
