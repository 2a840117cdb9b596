"""Consumer `shipments.state`: what the tracks say becomes the state of the shipments they carry.

A page of the log takes two round trips, because after each the merge may have the event loop: one
statement reads it and writes the shipments that one number tells of, the other commits. Shipments
of several numbers are put together in between (`shipments.combining`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from yichuan.core import arrays
from yichuan.core.consumers import Overtaken, Whole, page, turn
from yichuan.core.database import Connection
from yichuan.core.trip import Call, locally, trip
from yichuan.shipments.combining import combine
from yichuan.shipments.facts import in_order
from yichuan.shipments.models import END_MILESTONES
from yichuan.tracking import queries as tracking
from yichuan.tracking.queries import BoundState

_ARRAYS: Final = {
    "merchant_id": "uuid",
    "shipment_id": "uuid",
    "milestone": "text",
    "detail": "text",
    "last_event_at": "timestamptz",
    "last_text": "text",
    "picked_up_at": "timestamptz",
    "delivered_at": "timestamptz",
    "ended_at": "timestamptz",
    "signed_by": "text",
    "sign_kind": "text",
}
_NAMES: Final = ", ".join(_ARRAYS)
_WRITE: Final = """
    done AS (
        UPDATE shipments s SET
            milestone = n.milestone, detail = n.detail, last_event_at = n.last_event_at,
            milestone_at = CASE WHEN s.milestone = n.milestone
                THEN coalesce(s.milestone_at, n.last_event_at) ELSE n.last_event_at END,
            last_event_text = n.last_text, delivered_at = n.delivered_at, ended_at = n.ended_at,
            picked_up_at = n.picked_up_at, signed_by = n.signed_by,
            sign_kind = n.sign_kind,
            shipped_at = CASE WHEN s.shipped_at <> s.picked_up_at OR s.picked_up_at IS NULL
                         THEN coalesce(s.shipped_at, n.picked_up_at)
                         ELSE coalesce(n.picked_up_at, s.shipped_at) END, sequence = s.sequence + 1
        FROM wholes n
        WHERE s.merchant_id = n.merchant_id AND s.id = n.shipment_id
          AND (s.milestone <> 'cancelled' OR s.detail = 'order_cancelled')
        RETURNING s.merchant_id, s.id, s.courier, s.waybill_number, old.milestone AS before,
                  s.milestone, s.detail, s.last_event_at
    ), told AS (
        INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id, courier, number,
                                   milestone_from, milestone, detail, occurred_at)
        SELECT 'shipment', CASE WHEN before = milestone THEN 'progress' ELSE 'milestone' END,
               merchant_id, id, courier, waybill_number, before, milestone, detail, last_event_at
        FROM done
    )
"""
"""What we cancelled stays so; what a courier called cancelled may be carried after all. Without a
word of the merchant a parcel was shipped when it was picked up, also where that is told late.

`wholes` are in the order in which everyone locks rows, and each row is found by its key (`_PLAN`),
so it is locked in that order."""
_PLAN: Final = locally(enable_hashjoin="off", enable_mergejoin="off")
_ALONE: Final = f"""
    WITH {page("track", "courier, number, cycle")}, {tracking.BOUND}, wholes AS MATERIALIZED (
        SELECT merchant_id, shipment_id, milestone,
               CASE WHEN milestone = 'returned' THEN 'returned_to_sender' ELSE detail END AS detail,
               last_event_at, last_text, picked_up_at,
               CASE WHEN milestone = 'delivered' THEN delivered_at END AS delivered_at,
               CASE WHEN milestone IN {END_MILESTONES!r}
                    THEN coalesce(delivered_at, returned_at, last_event_at) END AS ended_at,
               CASE WHEN milestone = 'delivered' THEN signed_by END AS signed_by,
               CASE WHEN milestone = 'delivered' THEN sign_kind END AS sign_kind
        FROM alone WHERE EXISTS (SELECT FROM moved) ORDER BY merchant_id, shipment_id
    ), {_WRITE}
    SELECT (SELECT count(*) FROM page), (SELECT count(*) FROM moved), s.merchant_id, s.shipment_id
    FROM (VALUES (1)) one LEFT JOIN several s ON true
"""
"""`combine` of one number that leads out."""
_TOGETHER: Final = f"""
    WITH wholes AS MATERIALIZED (
        SELECT * FROM unnest({", ".join(f"%({n})s::{t}[]" for n, t in _ARRAYS.items())})
            AS n({_NAMES}) ORDER BY merchant_id, shipment_id
    ), {_WRITE}
    SELECT 1
"""
_COMMIT: Final[Call] = ("COMMIT", ())


async def step(connection: Connection, name: str, batch: int) -> int:
    """Bring every shipment bound to a moved track up to date and say so in the log."""
    *_, rows = await trip(
        connection, (*turn(name), _PLAN, (_ALONE, {"name": name, "batch": batch}))
    )
    count, moved, *_ = rows[0]
    if not count:
        await trip(connection, (("ROLLBACK", ()),))
        return 0
    if not moved:
        raise Overtaken(name)
    several = [(row[2], row[3]) for row in rows if row[2] is not None]
    await trip(connection, (*await _together(connection, several), _COMMIT))
    return int(count)


async def _together(connection: Connection, boxes: Sequence[tuple[UUID, UUID]]) -> list[Call]:
    """The statement that writes shipments of several numbers, if there are any."""
    if not boxes:
        return []
    told: dict[tuple[UUID, UUID], list[BoundState]] = {}
    for state in await tracking.bound_states(connection, boxes):
        told.setdefault((state.merchant_id, state.shipment_id), []).append(state)
    wholes = {key: whole for key in in_order(told) if (whole := combine(told[key])) is not None}
    if not wholes:
        return []
    columns: dict[str, arrays.Array] = {
        "merchant_id": arrays.uuids([merchant_id for merchant_id, _ in wholes]),
        "shipment_id": arrays.uuids([shipment_id for _, shipment_id in wholes]),
    }
    for name, kind in _ARRAYS.items():
        if name not in columns:
            columns[name] = arrays.OF_TYPE[kind]([getattr(one, name) for one in wholes.values()])
    return [(_TOGETHER, columns)]


handle: Final = Whole(step)
