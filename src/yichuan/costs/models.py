"""Tables of couriers' bills 账单, their lines and what reconciliation found: the platform's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class Bill(Base):
    """A courier's bill for a month. Amounts in fen."""

    __tablename__ = "bills"
    __table_args__ = (
        Index("ux_bills_no", "courier", "bill_no", unique=True),
        Index("ix_bills_period", "period", "id"),
        Index("ix_bills_open", "id", postgresql_where=text("reconciled_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    courier: Mapped[str]
    bill_no: Mapped[str]
    period: Mapped[str]
    """yyyymm; empty where neither the bill nor its lines say."""
    lines: Mapped[int] = mapped_column(server_default="0")
    payable_minor: Mapped[int] = mapped_column(server_default="0")
    expected_minor: Mapped[int] = mapped_column(server_default="0")
    """Sum over the lines for which a fee could be expected."""
    difference_minor: Mapped[int] = mapped_column(server_default="0")
    """Billed minus expected, over the same lines."""
    claim_minor: Mapped[int] = mapped_column(server_default="0")
    """The part of the difference to be disputed."""
    explained: Mapped[int] = mapped_column(server_default="0")
    """Lines whose amount we can account for."""
    reconciled_at: Mapped[datetime | None]
    """None: lines came in since."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BillLine(Base):
    """One line of a courier's bill with what we expected."""

    __tablename__ = "bill_lines"
    __table_args__ = (
        Index(
            "ix_bill_lines_shipment",
            "merchant_id",
            "shipment_id",
            postgresql_where=text("shipment_id IS NOT NULL"),
        ),
        Index(
            "ix_bill_lines_reason",
            "bill_id",
            "reason",
            "line_no",
            postgresql_where=text("reason IS NOT NULL"),
        ),
        Index("ix_bill_lines_import", "import_id"),
    )

    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[UUID | None]
    """The import that brought it; the same file again replaces its lines."""
    merchant_id: Mapped[UUID | None]
    shipment_id: Mapped[UUID | None]
    shipment_no: Mapped[str | None]
    waybill_number: Mapped[str | None]
    shipped_at: Mapped[datetime | None]
    dest_province: Mapped[str | None]
    dest_city: Mapped[str | None]
    dest_area: Mapped[str | None]
    """The courier's own name of the destination."""
    raw_weight_g: Mapped[int | None]
    billed_weight_g: Mapped[int | None]
    chargeable_weight_g: Mapped[int | None]
    """The weight we would charge for by the card."""
    volume_cm3: Mapped[int | None]
    pieces: Mapped[int | None]
    product: Mapped[str | None]
    fee_minor: Mapped[int | None]
    adjustment_minor: Mapped[int | None]
    payable_minor: Mapped[int]
    expected_minor: Mapped[int | None]
    difference_minor: Mapped[int | None]
    reason: Mapped[str | None]
    """A key of `rating.reconcile.REASONS`."""
    note_zh: Mapped[str | None]
    note_en: Mapped[str | None]
    signed_at: Mapped[datetime | None]


class BillFinding(Base):
    """Lines and sums of a bill by reason, so that nobody counts lines again."""

    __tablename__ = "bill_findings"

    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    lines: Mapped[int]
    payable_minor: Mapped[int]
    expected_minor: Mapped[int]
    difference_minor: Mapped[int]
