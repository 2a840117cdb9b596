"""Tables of tickets 工单: an append-only case log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base, MerchantOwned


class Ticket(MerchantOwned, Base):
    """A case about a shipment. State and clocks are derived from its messages and kept here."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("merchant_id", "ticket_no"),
        Index("ix_tickets_id", "id"),
        Index("ix_tickets_no", "ticket_no"),
        Index("ix_tickets_shipment_no", "shipment_no"),
        Index("ix_tickets_due", "due_at", "id"),
        Index("ix_tickets_first_due", "merchant_id", "first_due_at"),
        Index("ix_tickets_queue", "state", "party", "due_at", "id"),
        Index("ix_tickets_merchant", "merchant_id", "state", "due_at", "id"),
        Index("ix_tickets_shipment", "merchant_id", "shipment_id"),
    )

    ticket_no: Mapped[str]
    shipment_id: Mapped[UUID]
    shipment_no: Mapped[str]
    problem_id: Mapped[UUID | None]
    kind: Mapped[str]
    subject: Mapped[str]
    party: Mapped[str]
    """Whose turn: merchant, service."""
    state: Mapped[str] = mapped_column(server_default="open")
    """open, answered, closed."""
    severity: Mapped[int]
    outcome: Mapped[str | None]
    assignee_id: Mapped[UUID | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime]
    first_party: Mapped[str]
    """Who had to answer first, whoever has it now."""
    first_due_at: Mapped[datetime]
    first_response_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class TicketMessage(MerchantOwned, Base):
    """One thing that happened in a case. Never changed, never deleted."""

    __tablename__ = "ticket_messages"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id", "ticket_id"], ["tickets.merchant_id", "tickets.id"]),
        Index("ix_ticket_messages_ticket", "merchant_id", "ticket_id", "at"),
    )

    ticket_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str]
    """opened, message, note (staff only), handed_over, closed, reopened, problem_cleared."""
    audience: Mapped[str] = mapped_column(server_default="all")
    """all, staff."""
    actor: Mapped[str]
    actor_name: Mapped[str]
    body: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
