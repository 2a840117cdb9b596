"""Consumer `forecast.arrivals`: counts how long parcels took, once they have arrived.

Of one batch of the log at most `MOST` parcels are counted, spread over it: they are enough to know
couriers by, and what they cost does not grow with the platform. Scans cost nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.log import Entry
from yichuan.forecast.arrival import Ends, Group, Key, Seen, keys_of, passed
from yichuan.shipments import facts
from yichuan.tracking import ways
from yichuan.tracking.details import milestone_of
from yichuan.tracking.geo import place_of

ONLY: Final = "milestone = 'delivered' AND milestone_from IS DISTINCT FROM milestone"
MOST: Final = 250
_DIGITS: Final = 3

_READ: Final = text("""
    SELECT c.courier, c.origin, c.destination, c.parcels, c.counts
    FROM unnest(CAST(:couriers AS text[]), CAST(:origins AS text[]), CAST(:destinations AS text[]))
        AS k(courier, origin, destination)
    JOIN arrival_counts c USING (courier, origin, destination)
""")
_KEEP: Final = text("""
    INSERT INTO arrival_counts (courier, origin, destination, parcels, counts)
    SELECT courier, origin, destination, parcels, CAST(counts AS jsonb)
    FROM unnest(CAST(:couriers AS text[]), CAST(:origins AS text[]), CAST(:destinations AS text[]),
                CAST(:parcels AS float8[]), CAST(:counts AS text[]))
        AS n(courier, origin, destination, parcels, counts)
    ON CONFLICT (courier, origin, destination) DO UPDATE SET parcels = excluded.parcels,
        counts = excluded.counts, updated_at = now()
""")


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Count some of the parcels that arrived. Counts and cursor commit together."""
    found = facts.in_order(
        {(e.merchant_id, e.shipment_id) for e in entries if e.merchant_id and e.shipment_id}
    )
    chosen = found[:: max(1, -(-len(found) // MOST))]
    if not chosen:
        return
    boxes = {box.id: box for box in await facts.read(session, chosen)}
    parcels: list[tuple[list[Key], Any, datetime]] = []
    for way in await ways.of_shipments(session, chosen):
        box = boxes.get(way.shipment_id)
        if box is None or box.courier is None:
            continue
        scans = [Seen(s.at, milestone_of(s.detail), place_of(s.city)) for s in way.scans]
        ends = ends_of(box.origin_city, box.dest_city or box.dest_province, scans)
        stops, arrived_at = passed(box.shipped_at, scans, ends)
        if stops and arrived_at is not None:
            parcels.append((keys_of(box.courier, ends), stops, arrived_at))
    groups = await read(session, {key for keys, _, _ in parcels for key in keys})
    for keys, stops, arrived_at in parcels:
        for key in keys:
            groups.setdefault(key, Group()).add(stops, arrived_at)
    if groups:
        await session.execute(_KEEP, _values(groups))


def ends_of(origin: str | None, destination: str | None, scans: Iterable[Seen]) -> Ends:
    """Where a parcel comes from and goes to; it begins where it was scanned first, unless known."""
    begins = place_of(origin)
    if begins is None or begins.adcode is None:
        begins = next((scan.place for scan in scans if scan.place is not None), None)
    return Ends(begins, place_of(destination))


async def read(session: ReadSession, keys: Collection[Key]) -> dict[Key, Group]:
    """What was counted of these groups, as far as there is any."""
    if not keys:
        return {}
    rows = await session.execute(_READ, _columns(sorted(keys)))
    return {
        (row.courier, row.origin, row.destination): Group(
            row.parcels,
            {
                cell: {int(halves): number for halves, number in some.items()}
                for cell, some in row.counts.items()
            },
        )
        for row in rows
    }


def _columns(keys: Sequence[Key]) -> dict[str, str]:
    return {
        "couriers": arrays.texts([courier for courier, _, _ in keys]),
        "origins": arrays.texts([origin for _, origin, _ in keys]),
        "destinations": arrays.texts([destination for _, _, destination in keys]),
    }


def _values(groups: Mapping[Key, Group]) -> dict[str, Any]:
    keys = sorted(groups)
    return _columns(keys) | {
        "parcels": [groups[key].parcels for key in keys],
        "counts": arrays.texts([_counts(groups[key]) for key in keys]),
    }


def _counts(group: Group) -> str:
    kept = {
        cell: {str(halves): round(number, _DIGITS) for halves, number in some.items()}
        for cell, some in group.counts.items()
    }
    return msgspec.json.encode(kept).decode()
