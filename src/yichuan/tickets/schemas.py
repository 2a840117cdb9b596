"""What tickets show and take over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.core.money import Money
from yichuan.tickets.case import Outcome, Party, State

Text = Annotated[str, Field(min_length=1, max_length=4000)]
HumanOutcome = Literal["resolved", "reshipped", "returned", "compensated", "no_fault", "duplicate"]


class TicketRow(BaseModel):
    """One row of the tickets list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    ticket_no: str
    shipment_id: UUID
    shipment_no: str
    problem_id: UUID | None
    kind: str
    subject: str
    party: Party
    state: State
    severity: int
    outcome: Outcome | None
    opened_at: datetime
    due_at: datetime
    first_response_at: datetime | None
    closed_at: datetime | None
    overdue: bool = False
    courier: str | None = None
    waybill_number: str | None = None
    milestone: str | None = None


class TicketMessageView(BaseModel):
    """One thing that happened in a case."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    kind: Literal[
        "opened", "message", "note", "handed_over", "closed", "reopened", "problem_cleared"
    ]
    audience: Literal["all", "staff"]
    actor: str
    actor_name: str
    body: str
    detail: dict[str, object]


class TicketDetail(TicketRow):
    """A ticket with everything that happened."""

    messages: list[TicketMessageView]


class ClaimView(BaseModel):
    """What may be claimed from the courier 理赔, and by which standard."""

    trouble: Literal["lost", "damaged", "delayed"]
    insured: bool
    rule_id: UUID | None = None
    """The compensation standard (`GET /terms/compensation`); None: none applies."""
    standard_zh: str
    standard_en: str
    source: str = ""
    amount: Money | None = None
    """None: withheld, or the freight or value it hangs on is not known."""
    withheld: bool = False
    """It hangs on the freight of a lent account, which is the platform's own affair."""
    freight: Money | None = None
    goods_value: Money | None = None
    declared: Money | None = None
    claim_until: datetime | None = None
    days_left: int | None = None
    """Days in China, today included; 0: the claim has lapsed."""


class TicketClaim(BaseModel):
    """A ticket's claim; None: the ticket is not about a lost, damaged or late parcel."""

    claim: ClaimView | None


class TicketMessageRequest(BaseModel):
    """A reply or a note."""

    body: Text


class TicketRemark(BaseModel):
    """Why a ticket is handed over or reopened."""

    body: Annotated[str, Field(max_length=4000)] = ""


class TicketCloseRequest(TicketRemark):
    """How a case ended."""

    outcome: HumanOutcome = "resolved"
