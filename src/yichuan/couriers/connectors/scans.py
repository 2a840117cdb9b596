"""A courier's rows → one track update: a row that cannot be read costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yichuan.couriers.connectors.base import CourierEvent, PushBatch, RejectedEvent, TrackUpdate
from yichuan.couriers.connectors.fields import Fields, inside, shown

Read = Callable[[Fields], CourierEvent]


def update(
    courier: str, number: str, rows: Iterable[object], read: Read, order_code: str | None = None
) -> TrackUpdate:
    """The update of one number. `read` raises ValueError for a row without a time."""
    events: list[CourierEvent] = []
    rejected: list[RejectedEvent] = []
    for row in rows:
        try:
            events.append(read(inside(row)))
        except (ValueError, OverflowError) as error:
            rejected.append(RejectedEvent(shown(row), str(error)))
    return TrackUpdate(courier, number, tuple(events), order_code, rejected=tuple(rejected))


def unread(content: bytes, why: str) -> PushBatch:
    """A push of which nothing can be read."""
    return PushBatch((), (RejectedEvent(shown(content.decode("utf-8", "replace")), why),))
