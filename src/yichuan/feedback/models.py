"""What buyers say: how a delivery was, and what was wrong with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base, MerchantOwned


class Rating(MerchantOwned, Base):
    """A buyer's rating of a delivery 物流评价: one per shipment, never changed."""

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("merchant_id", "shipment_id"),
        ForeignKeyConstraint(
            ["merchant_id", "shipment_id"], ["shipments.merchant_id", "shipments.id"]
        ),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index("ix_ratings_at", "merchant_id", "created_at"),
        Index("ix_ratings_created", "created_at"),
    )

    shipment_id: Mapped[UUID]
    courier: Mapped[str | None]
    stars: Mapped[int]
    """1 to 5."""
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    words: Mapped[str]
    """Without phones, names and codes."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BuyerReport(MerchantOwned, Base):
    """A buyer's report of a problem 买家反馈, and the ticket it opened or joined."""

    __tablename__ = "buyer_reports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "shipment_id"], ["shipments.merchant_id", "shipments.id"]
        ),
        ForeignKeyConstraint(["merchant_id", "ticket_id"], ["tickets.merchant_id", "tickets.id"]),
        Index("ix_buyer_reports_shipment", "merchant_id", "shipment_id", "created_at"),
    )

    shipment_id: Mapped[UUID]
    ticket_id: Mapped[UUID]
    kind: Mapped[str]
    words: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
