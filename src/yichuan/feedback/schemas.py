"""What crosses the API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class RatingSummary(BaseModel):
    """Ratings counted: how many, their mean, how many of each number of stars and of each tag."""

    count: int
    mean: float | None
    """Stars; null without any."""
    stars: dict[int, int]
    """1 to 5."""
    tags: dict[str, int]
    days: int


class RatingView(BaseModel):
    """A buyer's rating of a delivery, 1 to 5 stars."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    shipment_id: UUID
    courier: str | None
    stars: int
    tags: list[str]
    words: str
    created_at: datetime
