"""Tables of waybills 运单 and print jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base, MerchantOwned


class Waybill(MerchantOwned, Base):
    """A courier's number for a shipment. States of a hub waybill:

    requested (our order code is claimed, the courier may have been called) → issued | failed;
    issued → cancelled. `requested` after a lost answer is looked up by order code, never bought
    again. Own numbers are `issued` at once.
    """

    __tablename__ = "waybills"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "shipment_id"], ["shipments.merchant_id", "shipments.id"]
        ),
        UniqueConstraint("merchant_id", "order_code"),
        Index("ix_waybills_id", "id"),
        Index("ix_waybills_shipment", "merchant_id", "shipment_id"),
        Index("ix_waybills_number", "courier", "number"),
        Index("ix_waybills_requested", "requested_at", postgresql_where=text("state='requested'")),
        Index(
            "ux_waybills_live",
            "merchant_id",
            "shipment_id",
            unique=True,
            postgresql_where=text("state IN ('requested','issued') AND leg = 'out'"),
        ),
        CheckConstraint("state IN ('requested','issued','failed','cancelled')", name="state"),
        CheckConstraint("kind IN ('hub','own_number')", name="kind"),
    )

    shipment_id: Mapped[UUID]
    kind: Mapped[str]
    leg: Mapped[str] = mapped_column(server_default="out")
    """out or return."""
    state: Mapped[str]
    courier: Mapped[str]
    service: Mapped[str | None]
    number: Mapped[str | None]
    account_id: Mapped[UUID | None]
    order_code: Mapped[str]
    """Our unique reference at the courier (KDNiao OrderCode): the key against double buying."""
    courier_order_no: Mapped[str | None]
    label_fields: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Sorting fields of the courier's answer: mark_destination, sort_code, package_code…"""
    child_numbers: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))
    label_key: Mapped[str | None]
    """Blob key of the last rendered label PDF."""
    failure_code: Mapped[str | None]
    failure_text: Mapped[str | None]
    actor: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    issued_at: Mapped[datetime | None]
    printed_at: Mapped[datetime | None]
    print_count: Mapped[int] = mapped_column(server_default="0")
    cancelled_at: Mapped[datetime | None]


class PrintJob(MerchantOwned, Base):
    """A batch 打单 job: take numbers and render labels for many shipments, answer per row."""

    __tablename__ = "print_jobs"
    __table_args__ = (
        Index("ix_print_jobs_created", "merchant_id", "created_at"),
        Index("ix_print_jobs_recent", "created_at"),
    )

    state: Mapped[str] = mapped_column(server_default="queued")
    """queued, running, done."""
    size: Mapped[str]
    total: Mapped[int]
    succeeded: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    label_key: Mapped[str | None]
    actor: Mapped[str]
    courier: Mapped[str | None]
    """Chosen for all; None: dispatch decides for each."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class PrintJobItem(MerchantOwned, Base):
    """One shipment of a print job with its own result."""

    __tablename__ = "print_job_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "job_id"], ["print_jobs.merchant_id", "print_jobs.id"]
        ),
        Index("ix_print_job_items_job", "merchant_id", "job_id", "position"),
    )

    job_id: Mapped[UUID]
    position: Mapped[int]
    shipment_id: Mapped[UUID]
    waybill_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default="queued")
    """queued, done, failed."""
    error_code: Mapped[str | None]
    error_text: Mapped[str | None]


class ShippingWish(Base):
    """What the one who ordered a box's waybill said beyond the order: sender, who pays, services.

    A box without one goes from the merchant's sender address on a monthly account.
    """

    __tablename__ = "shipping_wishes"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    sender_enc: Mapped[bytes | None]
    """The sender as JSON, encrypted; None: the merchant's own address."""
    pay: Mapped[str] = mapped_column(server_default="monthly")
    exp_type: Mapped[str] = mapped_column(server_default="1")
    services: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Added services 增值服务: name → {value, customer_id}."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Pickup(MerchantOwned, Base):
    """A courier asked to come for parcels 预约取件.

    requested (claimed, the courier may have been called) → booked | failed; booked → assigned →
    collected; requested, booked, assigned → cancelled.
    """

    __tablename__ = "pickups"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_code"),
        Index("ix_pickups_created", "merchant_id", "created_at"),
        Index("ix_pickups_number", "courier", "number"),
        Index(
            "ix_pickups_open",
            "courier",
            postgresql_where=text("state IN ('requested','booked','assigned')"),
        ),
        CheckConstraint(
            "state IN ('requested','booked','assigned','collected','cancelled','failed')",
            name="state",
        ),
    )

    key_id: Mapped[UUID | None]
    """The program that asked, told of what becomes of it."""
    call: Mapped[str]
    """The KDNiao call it came by, 1001 or 1801, or `console`: our own API."""
    order_code: Mapped[str]
    courier: Mapped[str]
    number: Mapped[str | None]
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Waybill numbers of the boxes that wait for the visit."""
    account_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default="requested")
    details_enc: Mapped[bytes]
    """Who, where and what, as JSON, encrypted."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    reference: Mapped[str]
    """Our unique reference at the courier."""
    courier_order_no: Mapped[str | None]
    picker: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The courier's person: name, phone, code."""
    failure_text: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
