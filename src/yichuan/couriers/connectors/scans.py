"""A courier's rows → one track update: a row that cannot be read costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yichuan.couriers.connectors.base import CourierEvent, PushBatch, RejectedEvent, TrackUpdate
from yichuan.couriers.connectors.fields import Fields, decoded, each, inside, shown, text

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


def pushed(content: bytes, courier: str, read: Read, *, number: str, order: str) -> PushBatch:
    """A push of one scan or several, each naming its number and order in these fields. Never
    raises."""
    try:
        given = decoded(content)
    except ValueError as error:
        return unread(content, str(error))
    rows: dict[str, list[object]] = {}
    rejected: list[RejectedEvent] = []
    for row in each(given) or [given]:
        found = text(inside(row), number)
        if found is None:
            rejected.append(RejectedEvent(shown(row), "no number"))
        else:
            rows.setdefault(found, []).append(row)
    updates = (
        update(courier, name, scans, read, text(inside(scans[0]), order))
        for name, scans in rows.items()
    )
    return PushBatch(tuple(updates), tuple(rejected))
