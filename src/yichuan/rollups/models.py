"""Tables of the rollups: flows per day and stock per stage, kept by a log consumer."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Index, Integer
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
    created: Mapped[int] = mapped_column(Integer, server_default="0")
    ship_due: Mapped[int] = mapped_column(Integer, server_default="0")
    """Promises to ship that fell due."""
    shipped_on_time: Mapped[int] = mapped_column(Integer, server_default="0")
    shipped: Mapped[int] = mapped_column(Integer, server_default="0")
    pickup_due: Mapped[int] = mapped_column(Integer, server_default="0")
    """Shipped, and either picked up or past the time a pick-up may take; late ones but for force
    majeure."""
    picked_up_on_time: Mapped[int] = mapped_column(Integer, server_default="0")
    picked_up: Mapped[int] = mapped_column(Integer, server_default="0")
    delivered: Mapped[int] = mapped_column(Integer, server_default="0")
    delivered_with_promise: Mapped[int] = mapped_column(Integer, server_default="0")
    delivered_on_time: Mapped[int] = mapped_column(Integer, server_default="0")
    delivered_excused: Mapped[int] = mapped_column(Integer, server_default="0")
    """Late for force majeure: not among those with a promise."""
    transit_hours: Mapped[int] = mapped_column(Integer, server_default="0")
    """Sum over delivered shipments, from pick-up (else hand-over) to signature."""
    returned: Mapped[int] = mapped_column(Integer, server_default="0")
    problems: Mapped[int] = mapped_column(Integer, server_default="0")
    """Shipments with a problem, on the day of their first."""
    merchant_problems: Mapped[int] = mapped_column(Integer, server_default="0")
    courier_problems: Mapped[int] = mapped_column(Integer, server_default="0")
    fake_shipping: Mapped[int] = mapped_column(Integer, server_default="0")
    damaged_or_lost: Mapped[int] = mapped_column(Integer, server_default="0")
    cost_minor: Mapped[int] = mapped_column(server_default="0")
    """Fen, on the day of shipping: billed, else expected."""


class StageStock(Base):
    """How many shipments stand at a stage right now."""

    __tablename__ = "stage_stock"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    courier: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    """A milestone; `shipped`: declared shipped and not picked up yet."""
    count: Mapped[int] = mapped_column(server_default="0")


class RollupCounted(Base):
    """What is counted of each shipment. A change subtracts the old line and adds the new one, so
    a replayed log entry counts once and a late correction moves the count to its right day.
    """

    __tablename__ = "rollup_counted"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    courier: Mapped[str]
    province: Mapped[str]
    stage: Mapped[str]
    created_day: Mapped[date | None]
    ship_due_day: Mapped[date | None]
    shipped_day: Mapped[date | None]
    pickup_due_day: Mapped[date | None]
    picked_up_day: Mapped[date | None]
    delivered_day: Mapped[date | None]
    returned_day: Mapped[date | None]
    problem_day: Mapped[date | None]
    marks: Mapped[int] = mapped_column(server_default="0")
    """Bit set, see `rollups.counting`."""
    transit_hours: Mapped[int] = mapped_column(server_default="0")
    cost_minor: Mapped[int] = mapped_column(server_default="0")
