"""What scorecards show over the API. Scores and points are 0–100."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from yichuan.scorecards.queries import Card, Point
from yichuan.scorecards.score import Grade, MetricKey, Move, Part, Unit, grade


class ScorePart(BaseModel):
    """One metric of a score."""

    key: MetricKey
    name_zh: str
    name_en: str
    weight: int
    unit: Unit
    amount: int | None
    base: int | None
    """Counts; None where they are about everybody's parcels and a merchant asks."""
    value: float | None
    """amount / base: a share, or hours; None while there is nothing to count."""
    target: float
    """Value that earns all points."""
    points: float

    @classmethod
    def of(cls, part: Part, counted: bool = True) -> ScorePart:
        """From a computed part, with its counts or with the rates alone."""
        metric = part.metric
        return cls(
            key=metric.key,
            name_zh=metric.name_zh,
            name_en=metric.name_en,
            weight=metric.weight,
            unit=metric.unit,
            amount=part.amount if counted else None,
            base=part.base if counted else None,
            value=None if part.value is None else round(part.value, 4),
            target=metric.full,
            points=round(part.points, 1),
        )


class ScoreMove(BaseModel):
    """How much a metric moved the score since it was last compared."""

    key: MetricKey
    name_zh: str
    name_en: str
    before: float
    after: float
    effect: float

    @classmethod
    def of(cls, move: Move) -> ScoreMove:
        """From a computed move."""
        return cls(
            key=move.metric.key,
            name_zh=move.metric.name_zh,
            name_en=move.metric.name_en,
            before=round(move.before, 1),
            after=round(move.after, 1),
            effect=round(move.effect, 2),
        )


class ScorePoint(BaseModel):
    """One day of a history."""

    day: date
    score: float


class MerchantScoreRow(BaseModel):
    """A merchant in the list of scores."""

    merchant_id: UUID
    merchant_code: str
    merchant_name: str
    day: date
    score: float
    grade: Grade
    change: float | None
    """Against seven days before."""
    shipments: int
    parts: list[ScorePart]


class CourierScoreRow(BaseModel):
    """A courier in the list of scores."""

    courier: str
    courier_name: str
    day: date
    score: float
    grade: Grade
    shipments: int | None
    """Everybody's; None for merchants."""
    parts: list[ScorePart]


class Scorecard(BaseModel):
    """A score, its parts, what moved it in seven days, and its history."""

    day: date
    score: float
    grade: Grade
    before: float | None
    parts: list[ScorePart]
    moves: list[ScoreMove]
    history: list[ScorePoint]


def scorecard(card: Card, history: Sequence[Point], counted: bool = True) -> Scorecard:
    """A card as it is shown, with its counts or with the rates alone."""
    return Scorecard(
        day=card.day,
        score=float(card.score),
        grade=grade(card.score),
        before=None if card.before is None else float(card.before),
        parts=[ScorePart.of(part, counted) for part in card.parts],
        moves=[ScoreMove.of(move) for move in card.moves if abs(move.effect) >= 0.005],
        history=[ScorePoint(day=point.day, score=float(point.score)) for point in history],
    )


def change(now: Decimal, before: Decimal | None) -> float | None:
    """Difference to an earlier score."""
    return None if before is None else float(now - before)
