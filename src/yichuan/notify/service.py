"""What other rooms tell people and programs: pop-up alerts and webhook events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from yichuan.core.clock import now
from yichuan.core.database import WriteSession
from yichuan.core.direct import Write, write_within
from yichuan.core.ids import new_id
from yichuan.core.models import OutboxMessage
from yichuan.core.outbox import EVENTS, HELD
from yichuan.core.writing import inserts
from yichuan.identity.scope import in_scope, owner_of
from yichuan.notify.events import Event, EventType, Subscriber, lane_of, webhook_id
from yichuan.notify.models import Alert

EVENT_CHANNEL = EVENTS
WEBHOOK_CHANNEL = "webhook"


@dataclass(frozen=True, slots=True)
class NewAlert:
    """A pop-up for the merchant and for the platform; without a merchant, the platform's alone."""

    merchant_id: UUID | None
    shipment_id: UUID | None
    kind: str
    severity: int
    title_zh: str
    title_en: str
    link: str


async def alert(
    session: WriteSession, alerts: Sequence[NewAlert], *, platform_too: bool = True
) -> None:
    """Show alerts to the merchants concerned and, from a platform session, to the platform.

    `platform_too`: False where the platform is told once by itself, not once a merchant.
    """
    copied = platform_too and session.merchants is None
    rows = [row for item in alerts for row in _alert_rows(item, copied)]
    if rows:
        await write_within(session, *inserts((Alert, rows)))


async def announce(session: WriteSession, alerts: Sequence[NewAlert]) -> None:
    """Show alerts to the merchants they name, without a copy of each for the platform."""
    rows = [row for item in alerts for row in _alert_rows(item, platform_too=False)]
    if rows:
        await write_within(session, *inserts((Alert, rows)))


def _alert_rows(item: NewAlert, platform_too: bool) -> Iterator[dict[str, Any]]:
    shown = {
        "kind": item.kind,
        "severity": item.severity,
        "title_zh": item.title_zh,
        "title_en": item.title_en,
        "link": item.link,
        "shipment_id": item.shipment_id,
    }
    yield shown | {"id": new_id(), "merchant_id": item.merchant_id}
    if platform_too and item.merchant_id is not None:
        yield shown | {"id": new_id(), "merchant_id": None}


async def mark_read(session: WriteSession, ids: Sequence[UUID] | None) -> int:
    """Mark the caller's alerts read: the given ones, or all (None). Returns how many."""
    mine = Alert.merchant_id.is_not_distinct_from(owner_of(session, None))
    statement = update(Alert).where(in_scope(session, Alert), mine, Alert.read_at.is_(None))
    if ids is not None:
        statement = statement.where(Alert.id.in_(ids))
    done = await session.execute(statement.values(read_at=now()))
    return int(done.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Telling:
    """Something the outside is to be told.

    `stream` is usually the shipment's id: events of one stream leave in order. `data` holds JSON
    values (ids as text, times as RFC 3339).
    """

    merchant_id: UUID
    stream: UUID | str
    kind: EventType
    data: Mapping[str, Any]


async def emit(
    session: WriteSession,
    merchant_id: UUID,
    stream: UUID | str,
    kind: EventType,
    data: Mapping[str, Any],
) -> None:
    """Tell the outside about something (see `Telling`), if the session's transaction commits."""
    await emit_all(session, [Telling(merchant_id, stream, kind, data)])


async def emit_all(session: WriteSession, told: Sequence[Telling]) -> None:
    """Tell the outside about many things."""
    await write_within(session, *emitted(told))


def emitted(told: Sequence[Telling]) -> list[Write]:
    """What `emit_all` writes."""
    at = now().isoformat()
    rows = [
        {
            "channel": EVENT_CHANNEL,
            "stream": f"event:{item.stream}",
            "merchant_id": item.merchant_id,
            "payload": {
                "type": item.kind,
                "at": at,
                "data": dict(item.data),
                "stream": str(item.stream),
            },
        }
        for item in told
    ]
    return inserts((OutboxMessage, rows))


async def send_to(
    session: WriteSession, subscribers: Sequence[Subscriber], events: Sequence[Event]
) -> int:
    """Write one message per event and endpoint that wants it. Returns how many."""
    at = now()
    rows = [
        {
            "channel": WEBHOOK_CHANNEL,
            "stream": f"webhook:{subscriber.id}:{event.stream}",
            "lane": lane_of(subscriber.id),
            "due_at": HELD if subscriber.paused else at,
            "merchant_id": subscriber.merchant_id,
            "payload": {
                "endpoint_id": str(subscriber.id),
                "webhook_id": webhook_id(subscriber.id, event),
                "type": event.type,
                "timestamp": event.at.isoformat(),
                "data": dict(event.data),
            },
        }
        for event in events
        for subscriber in subscribers
        if subscriber.wants(event)
    ]
    if rows:
        await session.execute(insert(OutboxMessage), rows)
    return len(rows)
