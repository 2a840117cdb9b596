"""Tables of orders 主单, sub-orders 子单, lines, recipients and the search tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base, MerchantOwned

SUB_ORDER_STATES = ("open", "held", "cancelled", "packed", "shipped", "completed")


class Order(Base):
    """What one buyer bought at once. A caller sees it when one of its sub-orders is theirs."""

    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_no: Mapped[str] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(server_default="api")
    buyer_ref: Mapped[str | None]
    placed_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SubOrder(MerchantOwned, Base):
    """One merchant's share of an order."""

    __tablename__ = "sub_orders"
    __table_args__ = (
        UniqueConstraint("merchant_id", "sub_order_no"),
        Index("ix_sub_orders_id", "id"),
        Index("ix_sub_orders_order", "order_id"),
        Index("ix_sub_orders_state", "merchant_id", "state", "placed_at"),
        Index("ix_sub_orders_placed", "placed_at", "id"),
        CheckConstraint(f"state IN {SUB_ORDER_STATES!r}", name="state"),
    )

    order_id: Mapped[UUID]
    order_no: Mapped[str]
    sub_order_no: Mapped[str]
    shop_id: Mapped[UUID | None]
    shop_name: Mapped[str | None]
    recipient_id: Mapped[UUID]
    buyer_ref: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="open")
    """open → packed (boxes planned) → shipped (all on the way) → completed; held, cancelled."""
    hold_reason: Mapped[str | None]
    held_at: Mapped[datetime | None]
    held_by: Mapped[str | None]
    """platform, merchant: whose the time is that it stands still."""
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    remark: Mapped[str | None]
    amount_minor: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str] = mapped_column(server_default="CNY")
    placed_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ship_by: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    locker_consent: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class OrderLine(MerchantOwned, Base):
    """A line of a sub-order. Weight is per piece in grams, price per piece in minor units."""

    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "sub_order_id"], ["sub_orders.merchant_id", "sub_orders.id"]
        ),
        Index("ix_order_lines_sub_order", "merchant_id", "sub_order_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    sub_order_id: Mapped[UUID]
    line_no: Mapped[int]
    sku: Mapped[str]
    name: Mapped[str | None]
    category: Mapped[str | None]
    quantity: Mapped[int]
    unit_price_minor: Mapped[int | None]
    weight_g: Mapped[int | None]


class Recipient(MerchantOwned, Base):
    """A recipient: name, phone and street encrypted under a data key of its own.

    Region columns stay readable (dispatch, rating and reports need them); erasing the person
    sets `wrapped_key` to NULL.
    """

    __tablename__ = "recipients"
    __table_args__ = (Index("ix_recipients_phone", "merchant_id", "phone_index"),)

    wrapped_key: Mapped[bytes | None]
    ciphertext: Mapped[bytes | None]
    """Record of name, phone, address (street and detail)."""
    key_version: Mapped[int] = mapped_column(server_default="1")
    name_masked: Mapped[str | None]
    phone_masked: Mapped[str | None]
    phone_index: Mapped[bytes | None]
    phone_last4_index: Mapped[bytes | None]
    recipient_token: Mapped[str | None]
    """Given instead of name and phone by platforms that hide the recipient (OAID and the like)."""
    province: Mapped[str | None]
    city: Mapped[str | None]
    district: Mapped[str | None]
    adcode: Mapped[str | None]
    phone_valid_until: Mapped[datetime | None]
    """Of a virtual number 虚拟号: when it stops reaching the buyer."""
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
