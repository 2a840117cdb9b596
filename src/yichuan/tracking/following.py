"""Consumer `tracking.handovers`: ties a parcel's next number, named by a scan, to its shipments.

It is asked for like any other. A number that another merchant's parcel travels under is never
taken, none that a person took off, and one whose courier or way is in doubt waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry, append
from yichuan.couriers import queries as couriers
from yichuan.tracking import further, service
from yichuan.tracking.handover import Named, Next, named
from yichuan.tracking.values import NewBinding

MOST: Final = 6
"""Numbers of one shipment; a text that names ever new ones is no parcel's."""
ONLY: Final = "kind = 'named'"
"""Of the log's topic; `bound` is what this says to the shipments' search."""

# unscoped: a log consumer follows every merchant's parcels
_SCANS: Final = text("""
    SELECT b.merchant_id, b.shipment_id, b.leg, b.courier, b.number, b.cycle, e.text,
           (SELECT count(*) FROM track_bindings o
            WHERE o.merchant_id = b.merchant_id AND o.shipment_id = b.shipment_id
              AND o.leg <> 'piece') AS numbers
    FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[]), CAST(:cycles AS bigint[]))
        AS k(courier, number, cycle)
    JOIN track_bindings b USING (courier, number, cycle)
    JOIN tracks t USING (courier, number, cycle)
    JOIN track_events e ON e.cohort = t.cohort AND e.courier = t.courier
        AND e.number = t.number AND e.cycle = t.cycle
    WHERE e.text LIKE '%单号%'
    ORDER BY e.occurred_at, e.event_key, b.merchant_id, b.shipment_id
""")
_BOUND: Final = text("""
    SELECT EXISTS (SELECT FROM track_bindings WHERE merchant_id = :merchant_id
        AND shipment_id = :shipment_id AND courier = :courier AND number = :number)
""")
_SAME_PHONE: Final = text("""
    UPDATE track_subscriptions n SET phone_last4_enc = o.phone_last4_enc
    FROM track_subscriptions o
    WHERE n.courier = :courier AND n.number = :number AND n.phone_last4_enc IS NULL
      AND o.courier = :from_courier AND o.number = :from_number AND o.cycle = :from_cycle
""")
"""The recipient is the same; some couriers ask for the tail of the phone."""


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Tie the next numbers of these tracks to the shipments they carry."""
    keys = sorted({(e.courier or "", e.number or "", e.cycle or 0) for e in entries})
    columns = {
        "couriers": arrays.texts([courier for courier, _, _ in keys]),
        "numbers": arrays.texts([number for _, number, _ in keys]),
        "cycles": arrays.numbers([cycle for _, _, cycle in keys]),
    }
    taken: dict[tuple[UUID, UUID], int] = {}
    for row in (await session.execute(_SCANS, columns)).all():
        found = named(row.text)
        box = (row.merchant_id, row.shipment_id)
        if found is None or row.numbers + taken.get(box, 0) >= MOST:
            continue
        if await _named(session, row, found):
            taken[box] = taken.get(box, 0) + 1


async def _named(session: SystemSession, row: Any, found: Named) -> bool:  # noqa: ANN401 - a row
    """Follow a number, or leave it to a person; whether it counts as one more."""
    box = (row.merchant_id, row.shipment_id)
    if found.sure is None:
        leg = found.leg if row.leg == "out" else row.leg
        return await further.doubt(session, box, found, leg, row.text, (row.courier, row.number))
    if await further.settled(session, box, found.number):
        return False
    if not await _follow(session, row, found.sure):
        return False
    await further.is_named(session, box, found.number)
    return True


async def _follow(session: SystemSession, row: Any, found: Next) -> bool:  # noqa: ANN401 - a row
    """Bind a next number, unless it is bound already or somebody else's."""
    key = (found.courier, found.number)
    where = {"merchant_id": row.merchant_id, "shipment_id": row.shipment_id}
    where |= {"courier": found.courier, "number": found.number}
    owners = (await service.owners_of(session, [key]))[key]
    if owners - {row.merchant_id} or await session.scalar(_BOUND, where):
        return False
    line = await couriers.tracking_connection(session, row.merchant_id, found.courier, "subscribe")
    binding = NewBinding(
        row.merchant_id,
        row.shipment_id,
        found.courier,
        found.number,
        leg=found.leg if row.leg == "out" else row.leg,
        connection_id=line.id if line else None,
        subscribe=True,
    )
    await service.bind(session, [binding])
    box = {"merchant_id": row.merchant_id, "shipment_id": row.shipment_id}
    await append(session, [Entry("handover", "bound", **box, number=found.number)])
    old = {"from_courier": row.courier, "from_number": row.number, "from_cycle": row.cycle}
    new = {"courier": found.courier, "number": found.number}
    await session.execute(_SAME_PHONE, new | old)
    return True
