"""karrio's → ours: tracks and messages.

karrio gives local times without a zone: they are read in the zone of the scan's place
(`karrio.zones`), or where it says nothing in the zone that most of the courier's network is in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from yichuan.couriers.connectors.base import CourierEvent, RejectedEvent, TrackUpdate
from yichuan.couriers.connectors.codes import detail_of
from yichuan.couriers.connectors.errors import meaning_of, refusal, unreadable
from yichuan.couriers.connectors.fields import KEPT, Fields, each, inside, shown, text
from yichuan.couriers.connectors.karrio.zones import zone_of

NAME: Final = "karrio"


def track(answer: Fields, carrier: str, courier: str, number: str) -> TrackUpdate:
    """The history of a number; a number without one yet is an empty history.

    Raises:
        CourierError: refused, or not answered.
    """
    if text(answer, "missing"):
        raise refusal(NAME, None, f"karrio is not installed: {text(answer, 'missing')}")
    for found in map(inside, each(answer.get("tracks"))):
        return _update(found, carrier, courier, number)
    for message in map(inside, each(answer.get("messages"))):
        code, words = text(message, "code"), text(message, "message") or ""
        if meaning_of(NAME, code, words).error == "not_found":
            return TrackUpdate(courier, number, (), reason=words)
        raise refusal(NAME, code, words)
    raise unreadable("neither a track nor a message", doubt=False)


def _update(found: Fields, carrier: str, courier: str, number: str) -> TrackUpdate:
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    for row in each(found.get("events")):
        try:
            events.append(_event(inside(row), carrier))
        except ValueError as error:
            rejected.append(RejectedEvent(shown(row), str(error)))
    events.sort(key=lambda event: event.occurred_at)
    state = text(found, "status")
    return TrackUpdate(courier, number, tuple(events), state=state, rejected=tuple(rejected))


def _event(row: Fields, carrier: str) -> CourierEvent:
    """One scan.

    Raises:
        ValueError: no time or no text.
    """
    words = text(row, "description") or text(row, "reason")
    if words is None:
        raise ValueError("no text")
    return CourierEvent(
        occurred_at=_moment(row, carrier),
        text=words[:KEPT],
        code=text(row, "code"),
        location=text(row, "location"),
        detail=detail_of(NAME, text(row, "status")),
    )


def _moment(row: Fields, carrier: str) -> datetime:
    stamp = text(row, "timestamp")
    if stamp:  # its Z is karrio's habit, not the courier's zone
        local = datetime.fromisoformat(stamp.removesuffix("Z"))
    else:
        day, clock = text(row, "date") or "", text(row, "time") or "12:00 AM"
        hours = clock.split()[0]
        local = datetime.fromisoformat(f"{day}T{hours:0>5}")
        if clock.endswith("PM") and local.hour < 12:
            local = local.replace(hour=local.hour + 12)
    zone = zone_of(text(row, "location"), carrier)
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    return aware.astimezone(UTC)
