"""What tracking shows and takes over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yichuan.tracking.values import History, TimelineEvent, TrackView

Milestone = Literal[
    "created",
    "picked_up",
    "in_transit",
    "arriving",
    "out_for_delivery",
    "ready_for_collection",
    "delivered",
    "returning",
    "returned",
    "cancelled",
    "lost",
]
QuarantineKind = Literal["push", "record", "event", "signature"]
SubscriptionState = Literal["wanted", "subscribed", "failed"]
PhoneTail = Annotated[str, Field(pattern=r"^\d{4}$")]


class TrackEventView(BaseModel):
    """One scan. City, adcode and centre (degrees) where they are known."""

    occurred_at: datetime
    received_at: datetime
    text: str
    code: str | None
    detail: str
    milestone: Milestone | None
    city: str | None
    adcode: str | None
    lat: float | None
    lon: float | None

    @classmethod
    def of(cls, event: TimelineEvent) -> TrackEventView:
        """From the room's own value."""
        place = event.place
        return cls.model_validate(
            {
                "occurred_at": event.occurred_at,
                "received_at": event.received_at,
                "text": event.text,
                "code": event.code,
                "detail": event.detail,
                "milestone": event.milestone,
                "city": place.city if place else None,
                "adcode": place.adcode if place else None,
                "lat": place.lat if place else None,
                "lon": place.lon if place else None,
            }
        )


class TrackDetail(BaseModel):
    """What is true of a number, and its scans, oldest first."""

    model_config = ConfigDict(from_attributes=True)

    courier: str
    number: str
    cycle: int
    milestone: Milestone
    detail: str
    problem: str | None
    problem_party: str | None
    problem_since: datetime | None
    first_event_at: datetime | None
    last_event_at: datetime | None
    picked_up_at: datetime | None
    out_for_delivery_at: datetime | None
    delivered_at: datetime | None
    returned_at: datetime | None
    signed_by: str | None
    sign_kind: str | None
    events: list[TrackEventView] = []
    history: History = "complete"
    """`recalling`: old scans are on their way back from the archive, ask again in a moment."""

    @classmethod
    def of(cls, view: TrackView, events: list[TimelineEvent], history: History) -> TrackDetail:
        """From the room's own values."""
        detail = cls.model_validate(view)
        detail.history = history
        detail.events = [TrackEventView.of(event) for event in events]
        return detail


class AskingView(BaseModel):
    """When the courier was last asked for a number by us, and when it will be."""

    mode: Literal["pushed", "polled", "ended", "given_up", "nobody"]
    """pushed: its pushes come, it is asked for only when it is oddly silent; given_up: refused, or
    silent too long; nobody: no connection can be asked."""
    asked_at: datetime | None
    next_at: datetime | None
    """None: never again, or nobody can be asked."""
    calls: int
    last_error: str | None
    """Why the last call brought nothing."""
    paused_until: datetime | None
    """The connection asks nothing until then."""
    stretch: float
    """More than 1: the connection's quota is short, its numbers wait so much longer."""


class PollingState(BaseModel):
    """How asking for numbers whose pushes do not come goes at a connection."""

    possible: bool
    """Its protocol answers queries, it is on, and polling is."""
    pushes: bool
    """It pushes: its numbers are asked for only when they are oddly silent."""
    followed: int
    """Numbers that are asked for through it, counted to 100,000."""
    due: int
    """Of them, those that are to be looked at now, counted to 10,000."""
    late_seconds: int
    """How long the most overdue one has been."""
    per_day: int
    used_today: int
    """Numbers, by us or by people (days of Asia/Shanghai)."""
    stretch: float
    """How much longer than it should a number waits because the quota does not reach for all."""
    paused_until: datetime | None
    paused_why: str | None


class SubscriptionRequest(BaseModel):
    """A number whose pushes the platform wants without having a shipment for it."""

    courier: Annotated[str, Field(min_length=1, max_length=40)]
    number: Annotated[str, Field(min_length=3, max_length=60)]
    connection_id: UUID | None = None
    """Through whom; None: the platform's own connection."""
    phone_last4: PhoneTail | None = None


class SubscriptionView(BaseModel):
    """A wish that was taken down; a worker asks the courier."""

    courier: str
    number: str
    cycle: int


class SubscriptionRow(SubscriptionView):
    """A number whose pushes were asked for."""

    model_config = ConfigDict(from_attributes=True)

    connection_id: UUID | None
    state: SubscriptionState
    attempts: int
    next_at: datetime
    last_error: str | None
    stops: int
    """How often the courier has given the number up; after the third time it is not asked again."""
    stopped_at: datetime | None
    stopped_reason: str | None
    """The courier's words, such as 三天无轨迹."""


class QuarantineRow(BaseModel):
    """Something a courier sent that could not be used."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: QuarantineKind
    connector: str
    connection_id: UUID | None
    courier: str | None
    number: str | None
    reason: str
    created_at: datetime
    resolved_at: datetime | None
    resolution: Literal["replayed", "dismissed"] | None


class QuarantineDetail(QuarantineRow):
    """With what came over the wire, as text."""

    raw: str


class UnknownCodeRow(BaseModel):
    """A code, or the shape of a text, that no table knows."""

    connector: str
    courier: str
    kind: Literal["code", "text"]
    code: str = Field(description="a text's shape begins with text:")
    samples: list[str] = Field(description="up to five texts it came with, masked")
    count: int = Field(description="events since it was first seen")
    first_at: datetime
    last_at: datetime
    detail: str | None = Field(description="what an operator made of it")
    milestone: str | None = Field(description="the milestone of that detail")


class UnknownCodeMapping(BaseModel):
    """What an unknown code means."""

    connector: str = Field(max_length=40)
    courier: str = Field(max_length=20)
    code: str = Field(max_length=80)
    detail: str | None = Field(
        max_length=40,
        description="one of the 32 details; `none`: it says nothing; null takes the mapping back",
    )
