"""Which log entries become webhook events, and what an event looks like. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from yichuan.core.clock import iso
from yichuan.core.log import Entry

EventType = Literal[
    "order.created",
    "shipment.created",
    "shipment.shipped",
    "shipment.milestone",
    "shipment.delivered",
    "shipment.problem",
    "shipment.cancelled",
    "waybill.created",
    "waybill.cancelled",
    "ticket.updated",
    "merchant.enforcement",
    "webhook.test",
]
OF_ENTRY: dict[str, EventType] = {
    "created": "shipment.created",
    "shipped": "shipment.shipped",
    "milestone": "shipment.milestone",
    "problem": "shipment.problem",
    "cancelled": "shipment.cancelled",
    "waybill": "waybill.created",
    "waybill_cancelled": "waybill.cancelled",
}
"""Kinds of shipment log entries that are told to the outside; the others are ours alone."""
ONLY = f"kind IN ({', '.join(repr(kind) for kind in OF_ENTRY)})"
"""The same as SQL."""


class ShipmentNow(Protocol):
    """What an event tells about the shipment itself."""

    @property
    def shipment_no(self) -> str: ...
    @property
    def order_no(self) -> str | None: ...
    @property
    def courier(self) -> str | None: ...
    @property
    def waybill_number(self) -> str | None: ...
    @property
    def milestone(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def promised_at(self) -> datetime | None: ...
    @property
    def delivered_at(self) -> datetime | None: ...
    @property
    def signed_by(self) -> str | None: ...
    @property
    def sign_kind(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something the outside is told. Events of one stream arrive in order."""

    merchant_id: UUID
    stream: str
    type: EventType
    at: datetime
    data: Mapping[str, Any]
    origin: str
    """What it comes from, by name: an installation restored from a backup that tells it once more
    tells it under the same id."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An endpoint and what it wants; a platform endpoint (no merchant) hears of everybody."""

    id: UUID
    merchant_id: UUID | None
    event_types: frozenset[str]
    paused: bool = False
    """Its events wait until it is resumed."""

    def wants(self, event: Event) -> bool:
        """Whether this event goes there."""
        mine = self.merchant_id is None or self.merchant_id == event.merchant_id
        return mine and (not self.event_types or event.type in self.event_types)


def webhook_id(endpoint_id: UUID, event: Event) -> str:
    """The id under which an endpoint hears of an event, however often."""
    parts = (endpoint_id, event.type, event.stream, event.at.isoformat(), event.origin)
    told = "\0".join(map(str, parts)).encode()
    return f"msg_{hashlib.blake2b(told, digest_size=16).hexdigest()}"


def lane_of(endpoint_id: UUID) -> str:
    """The outbox's lane of an endpoint."""
    return f"webhook:{endpoint_id}"


def of_entry(entry: Entry, shipment: ShipmentNow) -> Iterator[Event]:
    """The events of one shipment log entry, in the order they are told."""
    kind = OF_ENTRY.get(entry.kind)
    if kind is None or entry.merchant_id is None or entry.shipment_id is None:
        return
    if entry.occurred_at is None:
        return
    data = {
        "shipment_id": str(entry.shipment_id),
        "merchant_id": str(entry.merchant_id),
        "shipment_no": shipment.shipment_no,
        "order_no": shipment.order_no,
        "courier": entry.courier or shipment.courier,
        "waybill_number": entry.number or shipment.waybill_number,
        "milestone": entry.milestone or shipment.milestone,
        "milestone_from": entry.milestone_from,
        "detail": shipment.detail if kind == "shipment.problem" else entry.detail,
        "problem": entry.detail if kind == "shipment.problem" else shipment.problem,
        "promised_at": iso(shipment.promised_at),
        "occurred_at": iso(entry.occurred_at),
    }
    stream, origin = str(entry.shipment_id), f"log {entry.id} {entry.kind} {entry.milestone}"
    yield Event(entry.merchant_id, stream, kind, entry.occurred_at, data, origin)
    if kind == "shipment.milestone" and entry.milestone == "delivered":
        signed = {
            "delivered_at": iso(shipment.delivered_at),
            "signed_by": shipment.signed_by,
            "sign_kind": shipment.sign_kind,
        }
        told = data | signed
        at = entry.occurred_at
        yield Event(entry.merchant_id, stream, "shipment.delivered", at, told, origin)
