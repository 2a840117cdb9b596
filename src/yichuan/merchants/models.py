"""Tables of merchants, their shops and sender addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base, MerchantOwned
from yichuan.merchants.contact import ServiceContact


class Merchant(Base):
    """A merchant 商家 of the platform. Row-level security compares its own id."""

    __tablename__ = "merchants"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tier: Mapped[str] = mapped_column(server_default="standard")
    status: Mapped[str] = mapped_column(server_default="active")
    """applied, active, restricted, closed."""
    logistics_mode: Mapped[str] = mapped_column(server_default="own")
    """own: may choose couriers and own numbers; platform: must use the hub's dispatch."""
    category: Mapped[str | None]
    ship_within_hours: Mapped[int] = mapped_column(server_default="48")
    """Promise to hand over, hours from payment."""
    contact: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Whom buyers ask (`contact.ServiceContact`)."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def service(self) -> ServiceContact:
        """Whom buyers ask."""
        return ServiceContact.model_validate(self.contact)


class Shop(MerchantOwned, Base):
    """A shop 店铺 of a merchant."""

    __tablename__ = "shops"
    __table_args__ = (UniqueConstraint("merchant_id", "code"),)

    code: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SenderAddress(MerchantOwned, Base):
    """Where a merchant's parcels start (or come back to)."""

    __tablename__ = "sender_addresses"

    kind: Mapped[str] = mapped_column(server_default="ship_from")
    name: Mapped[str]
    phone_enc: Mapped[bytes]
    province: Mapped[str]
    city: Mapped[str]
    district: Mapped[str]
    address: Mapped[str]
    adcode: Mapped[str | None]
    is_default: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
