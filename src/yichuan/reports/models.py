"""Rollups kept by a log consumer: reports read these, never a full scan."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base


class DailyRollup(Base):
    """Counts of one day (Asia/Shanghai, of the event itself), merchant, courier, province."""

    __tablename__ = "daily_rollups"
    __table_args__ = (Index("ix_daily_rollups_day", "day"),)

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    courier: Mapped[str] = mapped_column(primary_key=True)
    """'-' while no courier is chosen."""
    province: Mapped[str] = mapped_column(primary_key=True)
    """Destination; '-' when unknown."""
    created: Mapped[int] = mapped_column(server_default="0")
    shipped: Mapped[int] = mapped_column(server_default="0")
    picked_up: Mapped[int] = mapped_column(server_default="0")
    delivered: Mapped[int] = mapped_column(server_default="0")
    delivered_on_time: Mapped[int] = mapped_column(server_default="0")
    delivered_with_promise: Mapped[int] = mapped_column(server_default="0")
    transit_hours: Mapped[int] = mapped_column(server_default="0")
    returned: Mapped[int] = mapped_column(server_default="0")
    problems: Mapped[int] = mapped_column(server_default="0")
    cost_minor: Mapped[int] = mapped_column(server_default="0")


class RollupCounted(Base):
    """Which (shipment, measure) is already counted: a replayed log entry counts once."""

    __tablename__ = "rollup_counted"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    measures: Mapped[int] = mapped_column(server_default="0")
    """Bit set of counted measures."""
