"""Tables of rate cards, courier bills and their lines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class RateCardRecord(Base):
    """A rate card: what a courier charges (cost) or what a merchant is charged (price)."""

    __tablename__ = "rate_cards"
    __table_args__ = (Index("ux_rate_cards_name", "name", "role", "valid_from", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    """None: the platform's card."""
    name: Mapped[str]
    role: Mapped[str]
    courier: Mapped[str]
    service: Mapped[str | None]
    origin_province: Mapped[str | None]
    currency: Mapped[str] = mapped_column(server_default="CNY")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RateRowRecord(Base):
    """One row of a rate card; weights in grams, money in fen (per-kg prices in 1/100 fen)."""

    __tablename__ = "rate_rows"

    card_id: Mapped[UUID] = mapped_column(ForeignKey("rate_cards.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    dest_province: Mapped[str | None]
    dest_city: Mapped[str | None]
    zone: Mapped[str | None]
    body: Mapped[str]
    """The rest of the row as rating.cards writes and reads it (JSON text)."""


class Bill(Base):
    """A courier's bill for a period."""

    __tablename__ = "bills"
    __table_args__ = (Index("ux_bills_no", "courier", "bill_no", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    courier: Mapped[str]
    bill_no: Mapped[str]
    period: Mapped[str]
    """yyyymm."""
    lines: Mapped[int] = mapped_column(server_default="0")
    payable_minor: Mapped[int] = mapped_column(server_default="0")
    expected_minor: Mapped[int] = mapped_column(server_default="0")
    difference_minor: Mapped[int] = mapped_column(server_default="0")
    reconciled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BillLine(Base):
    """One line of a courier's bill with what we expected."""

    __tablename__ = "bill_lines"
    __table_args__ = (
        Index("ix_bill_lines_shipment", "merchant_id", "shipment_id"),
        Index("ix_bill_lines_reason", "bill_id", "reason"),
    )

    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID | None]
    shipment_id: Mapped[UUID | None]
    shipment_no: Mapped[str | None]
    waybill_number: Mapped[str | None]
    shipped_at: Mapped[datetime | None]
    dest_province: Mapped[str | None]
    dest_city: Mapped[str | None]
    raw_weight_g: Mapped[int | None]
    billed_weight_g: Mapped[int | None]
    pieces: Mapped[int | None]
    product: Mapped[str | None]
    fee_minor: Mapped[int | None]
    adjustment_minor: Mapped[int | None]
    payable_minor: Mapped[int]
    expected_minor: Mapped[int | None]
    difference_minor: Mapped[int | None]
    reason: Mapped[str | None]
    signed_at: Mapped[datetime | None]
