"""Tables of pop-up alerts and webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class Alert(Base):
    """A pop-up for a merchant, or for the platform (merchant_id is None)."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_created", "created_at", "id"),
        Index("ix_alerts_merchant", "merchant_id", "created_at", "id"),
        Index(
            "ix_alerts_unread",
            "merchant_id",
            "created_at",
            "id",
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None]
    kind: Mapped[str]
    severity: Mapped[int]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    link: Mapped[str]
    shipment_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]


class WebhookEndpoint(Base):
    """Where a mall or merchant wants its events (Standard Webhooks)."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    url: Mapped[str]
    secret_enc: Mapped[bytes]
    old_secret_enc: Mapped[bytes | None]
    """The secret before the last rotation; signs beside the new one until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None]
    event_types: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    """Empty: all."""
    enabled: Mapped[bool] = mapped_column(server_default="true")
    """False: nothing is kept for it."""
    disabled_reason: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    """When the failures began that no success has ended."""
    paused_at: Mapped[datetime | None]
    """Its events are kept and sent when it is resumed."""
    pause_reason: Mapped[str | None]
    """by_hand, failing."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WebhookAttempt(Base):
    """One try to deliver one event to one endpoint."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        Index("ix_webhook_attempts_endpoint", "endpoint_id", "at"),
        Index("ix_webhook_attempts_event", "endpoint_id", "webhook_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    endpoint_id: Mapped[UUID]
    webhook_id: Mapped[str]
    event_type: Mapped[str]
    number: Mapped[int] = mapped_column(server_default="1")
    """1 for the first try of a delivery; a redelivery counts anew."""
    url: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it was sent, and what its timestamp header said."""
    status: Mapped[int | None]
    answer: Mapped[str | None]
    """How the receiver's answer began."""
    error: Mapped[str | None]
    duration_ms: Mapped[int]
    body: Mapped[dict[str, Any]]
