"""What reports show over the API. Every figure says which list holds its parcels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from yichuan.core.money import Money

ListName = Literal[
    "shipments",
    "exceptions",
    "exceptions/upcoming",
    "tickets",
    "scorecards/merchants",
    "scorecards/couriers",
    "reports/daily",
]
CountKey = Literal[
    "created",
    "shipped",
    "picked_up",
    "delivered",
    "returned",
    "problems",
    "fake_shipping",
    "damaged_or_lost",
]
StageKey = Literal["paid", "shipped", "picked_up", "in_transit", "out_for_delivery", "delivered"]


class Drill(BaseModel):
    """The list behind a figure: its path under /api/v1 and its query parameters."""

    path: ListName
    query: dict[str, str | list[str]] = {}


class Figure(BaseModel):
    """A number that opens its parcels."""

    key: str
    value: int
    drill: Drill


class StormFigure(BaseModel):
    """Many parcels, one cause."""

    courier: str
    kind: str
    province: str
    city: str | None
    count: int
    first_at: datetime
    drill: Drill


class ScoreFigure(BaseModel):
    """A merchant or courier below the target."""

    id: str
    name: str
    score: float
    shipments: int
    drill: Drill


class Stage(BaseModel):
    """A step of the funnel: how many reached it today, how many stand there now."""

    key: StageKey
    today: int | None
    """None for steps that are not counted by day."""
    today_drill: Drill | None
    standing: int | None
    """None for the last step."""
    standing_drill: Drill | None


class Sums(BaseModel):
    """Counts and the rates that follow. Rates are shares; None while there is nothing to count."""

    created: int
    shipped: int
    picked_up: int
    delivered: int
    returned: int
    problems: int
    fake_shipping: int
    damaged_or_lost: int
    on_time_shipping: float | None
    pickup_in_time: float | None
    delivered_on_time: float | None
    """Of those with a promise that were not late for force majeure."""
    delivered_excused: int
    """Late for force majeure 不可抗力: in neither rate."""
    mean_transit_hours: float | None
    problem_rate: float | None
    """Problems per shipment shipped."""
    cost: Money | None
    """What couriers charge: the platform's own, None for merchants."""


class DayRow(Sums):
    """One day (Asia/Shanghai)."""

    day: date
    drills: dict[CountKey, Drill]
    """The parcels behind each count."""


class DailyRow(Sums):
    """One group of the daily report; dimensions that were not asked for are None."""

    day: date | None = None
    merchant_id: UUID | None = None
    merchant_name: str | None = None
    courier: str | None = None
    courier_name: str | None = None
    province: str | None = None
    drills: dict[CountKey, Drill] = {}
    """The parcels behind each count."""


class ProvinceRow(Sums):
    """One province of destination."""

    province: str
    drills: dict[CountKey, Drill]
    """The parcels behind each count."""


class Needs(BaseModel):
    """What needs me now."""

    breaches: list[Figure]
    """Deadlines of the coming hours by sort."""
    problems: list[Figure]
    """Open problems by kind."""
    tickets: list[Figure]
    """Waiting for service, and overdue."""
    storms: list[StormFigure]
    couriers_off_standard: list[ScoreFigure]
    merchants_off_target: list[ScoreFigure]


class Overview(BaseModel):
    """The operator's first screen."""

    at: datetime
    hours: int
    """How far `breaches` looks ahead."""
    needs: Needs
    funnel: list[Stage]
    trend: list[DayRow]


class MovedBy(BaseModel):
    """A metric and the points by which it moved the score in seven days."""

    key: str
    name_zh: str
    name_en: str
    effect: float


class TodayScore(BaseModel):
    """A merchant's score and what moved it."""

    score: float
    grade: Literal["A", "B", "C", "D"]
    before: float | None
    moves: list[MovedBy]


class Today(BaseModel):
    """The merchant's first screen."""

    at: datetime
    hours: int
    to_print: Figure
    to_hand_over: Figure
    to_answer: Figure
    overdue: Figure
    problems: list[Figure]
    breaches: list[Figure]
    funnel: list[Stage]
    trend: list[DayRow]
    score: TodayScore | None
    capped_at: int
    """A live count equal to this means "this many or more"."""
