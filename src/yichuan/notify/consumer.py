"""Consumer `notify.webhooks`: shipment log entries become webhook events in the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.notify import queries, service
from yichuan.notify.events import OF_ENTRY, of_entry
from yichuan.shipments import queries as shipments


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Address the events of a batch to the endpoints that want them."""
    subscribers = await queries.subscribers(session)
    told = [e for e in entries if e.shipment_id is not None and e.kind in OF_ENTRY]
    if not subscribers or not told:
        return
    rows = await shipments.of_ids(session, list({e.shipment_id for e in told if e.shipment_id}))
    events = [
        event
        for entry in told
        if entry.shipment_id in rows
        for event in of_entry(entry, rows[entry.shipment_id])
    ]
    await service.send_to(session, subscribers, events)
