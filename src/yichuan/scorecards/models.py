"""Tables of scorecards for merchants and couriers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base


class MerchantScore(Base):
    """A merchant's score for a window ending on `day` (Asia/Shanghai), 0–100 with its parts."""

    __tablename__ = "merchant_scores"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    window_days: Mapped[int] = mapped_column(primary_key=True, server_default="30")
    shipments: Mapped[int]
    shipped_on_time: Mapped[int]
    ship_due: Mapped[int]
    picked_up_on_time: Mapped[int]
    pickup_due: Mapped[int]
    problems: Mapped[int]
    """Shipments with a problem the merchant answers for."""
    fake_shipping: Mapped[int]
    tickets_due: Mapped[int]
    tickets_on_time: Mapped[int]
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    computed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CourierScore(Base):
    """A courier's score for a window ending on `day`."""

    __tablename__ = "courier_scores"

    courier: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    window_days: Mapped[int] = mapped_column(primary_key=True, server_default="30")
    shipments: Mapped[int]
    picked_up_on_time: Mapped[int]
    pickup_due: Mapped[int]
    delivered: Mapped[int]
    delivered_with_promise: Mapped[int]
    delivered_on_time: Mapped[int]
    transit_hours_sum: Mapped[int]
    problems: Mapped[int]
    damaged_or_lost: Mapped[int]
    ratings: Mapped[int] = mapped_column(server_default="0")
    """Given by buyers in the window."""
    rating_stars: Mapped[int] = mapped_column(server_default="0")
    """All their stars together."""
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    computed_at: Mapped[datetime] = mapped_column(server_default=func.now())
