"""Table of problems 异常."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base, MerchantOwned


class Problem(MerchantOwned, Base):
    """Something is wrong with a shipment: kind, who is responsible, since when."""

    __tablename__ = "problems"
    __table_args__ = (
        Index(
            "ux_problems_open",
            "merchant_id",
            "shipment_id",
            "kind",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_problems_id", "id"),
        Index("ix_problems_opened", "opened_at", "id"),
        Index("ix_problems_kind", "kind", "opened_at", "id"),
        Index("ix_problems_shipment", "merchant_id", "shipment_id"),
        Index(
            "ix_problems_open",
            "opened_at",
            "id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_problems_open_kind",
            "merchant_id",
            "kind",
            "party",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_problems_open_merchant",
            "merchant_id",
            "opened_at",
            "id",
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    shipment_id: Mapped[UUID]
    kind: Mapped[str]
    party: Mapped[str]
    """merchant, courier, platform, buyer."""
    severity: Mapped[int]
    """1 notice, 2 act today, 3 act now."""
    courier: Mapped[str | None]
    dest_province: Mapped[str | None]
    dest_city: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    since: Mapped[datetime]
    """When the breach or the reported event happened."""
    act_by: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    ticket_id: Mapped[UUID | None]
