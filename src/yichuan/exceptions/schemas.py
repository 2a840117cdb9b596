"""What problems show and take over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.exceptions.kinds import Deadline, Kind, Party


class ProblemRow(BaseModel):
    """One row of the problems list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    shipment_id: UUID
    shipment_no: str | None = None
    courier: str | None
    waybill_number: str | None = None
    milestone: str | None = None
    kind: Kind
    party: Party
    severity: int
    dest_province: str | None
    dest_city: str | None
    since: datetime
    opened_at: datetime
    act_by: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    ticket_id: UUID | None
    evidence: dict[str, object]
    """What it was seen from; for a suspicious sign-off its reasons."""


class ProblemKindView(BaseModel):
    """A kind of problem."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    name_zh: str
    name_en: str
    deadline: Deadline | None
    party: Party
    own_number_party: Party
    severity: int
    act_hours: int
    closed_by_ticket: bool


class OpenCountView(BaseModel):
    """Open problems of a kind with a party."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    party: Party
    count: int


class StormView(BaseModel):
    """Many open problems with one cause: courier, kind and place."""

    model_config = ConfigDict(from_attributes=True)

    courier: str
    kind: Kind
    province: str
    city: str | None
    count: int
    first_at: datetime
    last_at: datetime


class ProblemSummary(BaseModel):
    """What is open, and storms."""

    open: list[OpenCountView]
    storms: list[StormView]


class ProblemCloseRequest(BaseModel):
    """Why a problem is closed by hand."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class UpcomingRow(BaseModel):
    """A shipment whose deadline is near."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    shipment_no: str
    courier: str | None
    waybill_number: str | None
    milestone: str
    dest_province: str | None
    dest_city: str | None
    next_deadline: str | None
    next_deadline_at: datetime | None
