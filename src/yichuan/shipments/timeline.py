"""One story of a shipment: what couriers scanned and what we did with the box, in order."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from yichuan.core.database import ReadSession
from yichuan.core.pagination import Page
from yichuan.identity.deps import ContextDep, ReadDep
from yichuan.shipments import queries
from yichuan.shipments.models import Shipment, ShipmentEvent
from yichuan.shipments.schemas import Milestone
from yichuan.tracking import queries as tracking
from yichuan.tracking import recall
from yichuan.tracking.values import History, Leg, TimelineEvent

router = APIRouter(tags=["shipments"])


class TimelineItem(BaseModel):
    """A scan of a courier, or an act of ours.

    A scan has `text`, `courier`, `number`, `code`, `detail` and perhaps a place; an act has
    `actor` and `data`. Coordinates are the city's centre in degrees.
    """

    source: Literal["courier", "house"]
    kind: str
    """`scan`, or what we did: created, waybill, printed, shipped, held…"""
    at: datetime
    received_at: datetime
    text: str | None = None
    courier: str | None = None
    number: str | None = None
    leg: Leg | None = None
    code: str | None = None
    detail: str | None = None
    milestone: Milestone | None = None
    city: str | None = None
    adcode: str | None = None
    lat: float | None = None
    lon: float | None = None
    actor: str | None = None
    data: dict[str, Any] | None = None


def _scan(event: TimelineEvent) -> TimelineItem:
    place = event.place
    return TimelineItem.model_validate(
        {
            "source": "courier",
            "kind": "scan",
            "at": event.occurred_at,
            "received_at": event.received_at,
            "text": event.text,
            "courier": event.courier,
            "number": event.number,
            "leg": event.leg,
            "code": event.code,
            "detail": event.detail,
            "milestone": event.milestone,
            "city": place.city if place else None,
            "adcode": place.adcode if place else None,
            "lat": place.lat if place else None,
            "lon": place.lon if place else None,
        }
    )


def _act(event: ShipmentEvent) -> TimelineItem:
    return TimelineItem(
        source="house",
        kind=event.kind,
        at=event.at,
        received_at=event.at,
        actor=event.actor,
        data=event.detail,
    )


async def story(session: ReadSession, shipment: Shipment) -> list[TimelineItem]:
    """Everything that happened to a shipment, oldest first."""
    scans = await tracking.timeline(session, shipment.merchant_id, shipment.id)
    acts = await queries.events_of(session, shipment.id)
    items = [_scan(event) for event in scans] + [_act(event) for event in acts]
    items.sort(key=lambda item: item.at)  # stable: scans of one second keep their order
    return items


class Timeline(Page[TimelineItem]):
    """All there is to tell, in one page. `recalling`: older scans are on their way back from the
    archive, ask again in a moment; `unavailable`: they cannot be brought back now."""

    history: History = "complete"


@router.get("/shipments/{shipment_id}/timeline")
async def shipment_timeline(context: ContextDep, session: ReadDep, shipment_id: UUID) -> Timeline:
    """Scans of all its waybills and our own acts, oldest first; never more than one page."""
    shipment = await queries.get(session, shipment_id)
    away = await tracking.away(session, shipment.merchant_id, shipment.id)
    history = await recall.asked(context.database, away)
    return Timeline(items=await story(session, shipment), history=history)
