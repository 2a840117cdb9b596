"""Scores from counts. Pure: weights are data, every point can be explained.

Each metric is an amount over a base (on-time shipments over due ones, hours over deliveries). Few
shipments prove little, so `strength` imaginary shipments of the usual quality (`prior`) are mixed
in: (amount + prior·strength) / (base + strength), the posterior mean of a beta (for rates) prior.
Between `zero` and `full` the points run straight from 0 to 100; the score is their weighted mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

MetricKey = Literal[
    "on_time_shipping",
    "pickup_in_24h",
    "problem_rate",
    "fake_shipping",
    "ticket_response",
    "pickup_on_time",
    "delivered_on_time",
    "transit_hours",
    "damaged_or_lost",
    "buyer_rating",
]
Unit = Literal["share", "hours", "stars"]
Grade = Literal["A", "B", "C", "D"]

GRADES: tuple[tuple[int, Grade], ...] = ((90, "A"), (75, "B"), (60, "C"), (0, "D"))
TARGET = 75
"""Below this a merchant is off target, a courier off standard."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One part of a score."""

    key: MetricKey
    name_zh: str
    name_en: str
    weight: int
    amount: str
    """Name of the count on top."""
    base: str
    """Name of the count below."""
    full: float
    """Value that earns all points."""
    zero: float
    """Value that earns none."""
    prior: float
    strength: int
    unit: Unit = "share"


@dataclass(frozen=True, slots=True)
class Part:
    """A metric with its counts and points."""

    metric: Metric
    amount: int
    base: int
    value: float | None
    """amount / base as it is; None without a base."""
    smoothed: float
    points: float
    """0–100."""


@dataclass(frozen=True, slots=True)
class Move:
    """How much one metric moved the score between two windows."""

    metric: Metric
    before: float
    after: float
    effect: float
    """Points of the whole score."""


MERCHANT: tuple[Metric, ...] = (
    Metric(
        key="on_time_shipping",
        name_zh="准时发货率",
        name_en="Shipped on time",
        weight=35,
        amount="shipped_on_time",
        base="ship_due",
        full=0.98,
        zero=0.70,
        prior=0.92,
        strength=20,
    ),
    Metric(
        key="pickup_in_24h",
        name_zh="24小时揽收率",
        name_en="Picked up within 24 h of shipping",
        weight=20,
        amount="picked_up_on_time",
        base="pickup_due",
        full=0.98,
        zero=0.70,
        prior=0.92,
        strength=20,
    ),
    Metric(
        key="problem_rate",
        name_zh="商家责任异常率",
        name_en="Problems of the merchant's making",
        weight=20,
        amount="problems",
        base="shipments",
        full=0.01,
        zero=0.15,
        prior=0.04,
        strength=20,
    ),
    Metric(
        key="fake_shipping",
        name_zh="虚假发货率",
        name_en="Fake shipping",
        weight=15,
        amount="fake_shipping",
        base="shipments",
        full=0.0,
        zero=0.03,
        prior=0.003,
        strength=20,
    ),
    Metric(
        key="ticket_response",
        name_zh="工单及时响应率",
        name_en="Tickets answered in time",
        weight=10,
        amount="tickets_on_time",
        base="tickets_due",
        full=0.95,
        zero=0.40,
        prior=0.80,
        strength=5,
    ),
)
COURIER: tuple[Metric, ...] = (
    Metric(
        key="pickup_on_time",
        name_zh="准时揽收率",
        name_en="Picked up on time",
        weight=20,
        amount="picked_up_on_time",
        base="pickup_due",
        full=0.98,
        zero=0.70,
        prior=0.92,
        strength=50,
    ),
    Metric(
        key="delivered_on_time",
        name_zh="承诺准时签收率",
        name_en="Delivered as promised",
        weight=30,
        amount="delivered_on_time",
        base="delivered_with_promise",
        full=0.97,
        zero=0.75,
        prior=0.90,
        strength=50,
    ),
    Metric(
        key="transit_hours",
        name_zh="平均运输时长",
        name_en="Mean hours in transit",
        weight=15,
        amount="transit_hours_sum",
        base="delivered",
        full=48.0,
        zero=120.0,
        prior=72.0,
        strength=20,
        unit="hours",
    ),
    Metric(
        key="problem_rate",
        name_zh="快递责任异常率",
        name_en="Problems of the courier's making",
        weight=15,
        amount="problems",
        base="shipments",
        full=0.01,
        zero=0.15,
        prior=0.05,
        strength=50,
    ),
    Metric(
        key="damaged_or_lost",
        name_zh="破损丢失率",
        name_en="Damaged or lost",
        weight=10,
        amount="damaged_or_lost",
        base="shipments",
        full=0.0,
        zero=0.02,
        prior=0.002,
        strength=50,
    ),
    Metric(
        key="buyer_rating",
        name_zh="买家评价",
        name_en="Buyers' ratings",
        weight=10,
        amount="rating_stars",
        base="ratings",
        full=4.8,
        zero=3.5,
        prior=4.5,
        strength=20,
        unit="stars",
    ),
)


def part(metric: Metric, counts: Mapping[str, int]) -> Part:
    """One metric's value and points."""
    amount, base = counts[metric.amount], counts[metric.base]
    smoothed = (amount + metric.prior * metric.strength) / (base + metric.strength)
    reached = (smoothed - metric.zero) / (metric.full - metric.zero)
    return Part(
        metric=metric,
        amount=amount,
        base=base,
        value=amount / base if base else None,
        smoothed=smoothed,
        points=100 * min(1.0, max(0.0, reached)),
    )


def parts(metrics: Sequence[Metric], counts: Mapping[str, int]) -> list[Part]:
    """Every part of a score."""
    return [part(metric, counts) for metric in metrics]


def total(found: Sequence[Part]) -> Decimal:
    """The score, 0–100 with two decimals."""
    weights = sum(p.metric.weight for p in found)
    mean = sum(p.points * p.metric.weight for p in found) / weights
    return Decimal(str(mean)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def grade(score: Decimal) -> Grade:
    """The letter of a score."""
    return next(letter for least, letter in GRADES if score >= least)


def moves(before: Sequence[Part], after: Sequence[Part]) -> list[Move]:
    """What moved the score, the strongest first. The effects add up to the change."""
    weights = sum(p.metric.weight for p in after)
    found = [
        Move(
            metric=new.metric,
            before=old.points,
            after=new.points,
            effect=(new.points - old.points) * new.metric.weight / weights,
        )
        for old, new in zip(before, after, strict=True)
    ]
    return sorted(found, key=lambda move: abs(move.effect), reverse=True)
