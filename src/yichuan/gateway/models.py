"""Tables of the KDNiao door: order codes it saw, and its tries to push."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base, MerchantOwned


class DoorOrder(MerchantOwned, Base):
    """An OrderCode of 1007 and the box it stands for: the key against ordering twice."""

    __tablename__ = "door_orders"
    __table_args__ = (UniqueConstraint("merchant_id", "order_code"),)

    key_id: Mapped[UUID]
    order_code: Mapped[str]
    sub_order_id: Mapped[UUID]
    shipment_id: Mapped[UUID]
    made: Mapped[bool]
    """The door made the order (else the mall had sent it before)."""
    request: Mapped[bytes]
    """Digest of what was asked: after a refusal the caller may correct it."""
    echo: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """What the answer repeats: Callback, ShipperCode."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DoorPush(Base):
    """One try to push to a user of the door."""

    __tablename__ = "door_pushes"
    __table_args__ = (
        Index("ix_door_pushes_key", "key_id", "at"),
        Index("ix_door_pushes_at", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None]
    key_id: Mapped[UUID]
    request_type: Mapped[str]
    about: Mapped[str]
    """Courier and number, or an order code."""
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    status: Mapped[int | None]
    error: Mapped[str | None]
    answer: Mapped[str | None]
    """The first 500 characters of what was answered."""
    duration_ms: Mapped[int]
