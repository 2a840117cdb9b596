"""Plain values that cross the room's door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from yichuan.couriers.connectors.base import Deliverer

Leg = Literal["out", "return", "piece"]
"""Of a number: the way to the recipient, the way back, or one more box of the same shipment, beside
the number that leads (子母件)."""
"""The way to the buyer, or the way back."""

END_MILESTONES = frozenset({"delivered", "returned", "cancelled", "lost"})
"""Where a track's life is over."""


def normal_courier(code: str) -> str:
    """A courier's code as it is stored."""
    return code.strip().upper()


def normal_number(number: str) -> str:
    """A waybill number as it is stored: no blanks, upper case."""
    return "".join(number.split()).upper()


@dataclass(frozen=True, slots=True)
class NewBinding:
    """A shipment got a waybill number; from now on the track of that number is its track."""

    merchant_id: UUID
    shipment_id: UUID
    courier: str
    number: str
    waybill_id: UUID | None = None
    leg: Leg = "out"
    connection_id: UUID | None = None
    """Through whom the number is tracked; None: the merchant's connection, else the platform's."""
    phone_last4: str | None = None
    """Last four digits of a phone, where the courier asks for them (SF, ZTO, KYSY)."""
    subscribe: bool = False
    """Pushes must be asked for: of own numbers, and where taking a number does not subscribe it."""


@dataclass(frozen=True, slots=True)
class BoundState:
    """What a track says, for one of the shipments it is bound to."""

    merchant_id: UUID
    shipment_id: UUID
    courier: str
    number: str
    cycle: int
    leg: str
    milestone: str
    detail: str
    first_event_at: datetime | None
    last_event_at: datetime | None
    last_text: str | None
    last_city: str | None
    picked_up_at: datetime | None
    delivered_at: datetime | None
    returned_at: datetime | None
    signed_by: str | None
    sign_kind: str | None


History = Literal["complete", "recalling", "unavailable"]
"""Whether all scans are shown: old ones may be on their way back from an archive, or not come."""


@dataclass(frozen=True, slots=True)
class Away:
    """A track whose events are in the archive of its month."""

    courier: str
    number: str
    cycle: int
    cohort: date


@dataclass(frozen=True, slots=True)
class Place:
    """A city and its centre in degrees."""

    city: str
    adcode: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a courier said of a parcel in passing."""

    deliverer: Deliverer | None
    """Who brings it: personal data, only while it is out for delivery."""
    expected_from: datetime | None
    """None: until `expected_to`."""
    expected_to: datetime | None
    at: datetime | None
    """The last scan."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One scan, as shown to those who may see it. `milestone` is None where it says none."""

    courier: str
    number: str
    leg: str
    occurred_at: datetime
    received_at: datetime
    text: str
    code: str | None
    detail: str
    milestone: str | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class TrackView:
    """What is true of a number now."""

    courier: str
    number: str
    cycle: int
    milestone: str
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
