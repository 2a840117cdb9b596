"""What alerts and webhooks show and take over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.notify.events import EventType

Url = Annotated[str, Field(min_length=8, max_length=2000)]


class AlertView(BaseModel):
    """A pop-up."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    severity: int
    title_zh: str
    title_en: str
    link: str
    shipment_id: UUID | None
    created_at: datetime
    read_at: datetime | None


class AlertPage(BaseModel):
    """Alerts, newest first, and how many are unread (counted up to 100)."""

    items: list[AlertView]
    next_cursor: str | None
    unread: int


class ReadRequest(BaseModel):
    """Which alerts were read; without ids all of them."""

    ids: Annotated[list[UUID] | None, Field(max_length=500)] = None


class ReadResult(BaseModel):
    """How many alerts changed to read."""

    read: int


class EndpointRequest(BaseModel):
    """A wish for a webhook endpoint. No event types: all of them."""

    url: Url
    event_types: list[EventType] = []
    merchant_id: UUID | None = None
    """Platform callers only: whose events. None: everybody's."""


class EndpointChange(BaseModel):
    """What to change about an endpoint."""

    url: Url | None = None
    event_types: list[EventType] | None = None
    enabled: bool | None = None


class EndpointView(BaseModel):
    """A webhook endpoint without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID | None
    url: str
    event_types: list[EventType]
    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    """When the failures began that no success has ended."""
    paused_at: datetime | None
    """Its events are kept until it is resumed."""
    pause_reason: Literal["by_hand", "failing"] | None
    old_secret_until: datetime | None
    """Until when the secret before the last rotation signs too."""
    created_at: datetime


class EndpointCreated(EndpointView):
    """A new endpoint with its signing secret, shown once."""

    secret: str


class AttemptView(BaseModel):
    """One try to deliver one event."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    webhook_id: str
    event_type: str
    number: int
    """1 for the first try of a delivery."""
    url: str | None
    at: datetime
    """When it was sent: its `webhook-timestamp`."""
    status: int | None
    answer: str | None
    """How the receiver's answer began."""
    error: str | None
    duration_ms: int
    body: dict[str, object]


class TestResult(BaseModel):
    """How the receiver answered a test event."""

    ok: bool
    status: int | None
    error: str | None
    duration_ms: int


class QueueView(BaseModel):
    """What an endpoint has not got yet; counts go up to 10,000."""

    model_config = ConfigDict(from_attributes=True)

    waiting: int
    oldest_at: datetime | None
    next_try_at: datetime | None
    failed: int
    """Given up after the last try."""


class RotateRequest(BaseModel):
    """For how long the old secret signs beside the new one; 0: not at all."""

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class RedeliverFailed(BaseModel):
    """How far back what was given up is sent again."""

    days: Annotated[int, Field(ge=1, le=30)] = 7


class Released(BaseModel):
    """How many events are sent now."""

    released: int
