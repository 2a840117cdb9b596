"""Tables of admission: versions of the standard, where couriers stand, and every decision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class AdmissionStandard(Base):
    """A version of the standard. Never changed: decisions name the version they rest on."""

    __tablename__ = "admission_standards"

    version: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    rules: Mapped[dict[str, Any]]
    """`standard.Standard` as JSON."""
    note: Mapped[str] = mapped_column(server_default="")
    actor_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class CourierAdmission(Base):
    """Where a courier, one of its services, or its parcels to a province stand."""

    __tablename__ = "courier_admissions"
    __table_args__ = (
        CheckConstraint("state IN ('admitted','warned','suspended')", name="state"),
        CheckConstraint("proposal IN ('suspend','readmit')", name="proposal"),
        CheckConstraint("override IN ('admitted','suspended')", name="override"),
    )

    courier: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    """Empty: all of them."""
    province: Mapped[str] = mapped_column(primary_key=True)
    """Of the destination; empty: everywhere."""
    state: Mapped[str]
    since: Mapped[date]
    proposal: Mapped[str | None]
    bad: Mapped[int] = mapped_column(server_default="0")
    clean: Mapped[int] = mapped_column(server_default="0")
    counted_day: Mapped[date | None]
    fresh_from: Mapped[date | None]
    reason_zh: Mapped[str] = mapped_column(server_default="")
    """Why it is warned or suspended, or why that is proposed."""
    reason_en: Mapped[str] = mapped_column(server_default="")
    verdict: Mapped[str] = mapped_column(server_default="unknown")
    """Of the last window."""
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """Of the last window: `rules.Measured` as JSON."""
    standard_version: Mapped[int] = mapped_column(server_default="0")
    override: Mapped[str | None]
    """What an operator has laid down against the standard."""
    override_until: Mapped[date | None]
    """Its last day."""
    override_reason: Mapped[str | None]
    override_by: Mapped[str | None]
    evaluated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AdmissionDecision(Base):
    """Something decided, with the figures it rests on. Only ever added to."""

    __tablename__ = "admission_decisions"
    __table_args__ = (
        Index("ix_admission_decisions_at", "at", "id"),
        Index("ix_admission_decisions_unit", "courier", "service", "province", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    courier: Mapped[str]
    service: Mapped[str]
    province: Mapped[str]
    kind: Mapped[str]
    """`rules.Happening`, or an operator's act: confirmed, declined, override_set, override_lifted,
    override_ended."""
    state: Mapped[str]
    """Afterwards."""
    day: Mapped[date]
    """The window's last day (Asia/Shanghai), or the day of the act."""
    actor: Mapped[str]
    """`system`, or who did it."""
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    until: Mapped[date | None]
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    standard_version: Mapped[int]
