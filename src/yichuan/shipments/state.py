"""Consumer `shipments.state`: what the tracks say becomes the state of the shipments they carry."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry
from yichuan.shipments.combining import combine
from yichuan.shipments.facts import in_order
from yichuan.tracking import queries as tracking
from yichuan.tracking.queries import BoundState

_ARRAYS = {
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
_UPDATE = text(f"""
    WITH new AS (
        SELECT * FROM unnest({", ".join(f"CAST(:{n} AS {t}[])" for n, t in _ARRAYS.items())})
            AS n({", ".join(_ARRAYS)})
    ), old AS (
        SELECT s.merchant_id, s.id, s.milestone
        FROM shipments s JOIN new n ON s.merchant_id = n.merchant_id AND s.id = n.shipment_id
        WHERE s.milestone <> 'cancelled' OR s.detail = 'order_cancelled'
        ORDER BY s.merchant_id, s.id FOR UPDATE OF s
    ), done AS (
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
        FROM new n, old o
        WHERE s.merchant_id = n.merchant_id AND s.id = n.shipment_id
          AND o.merchant_id = s.merchant_id AND o.id = s.id
        RETURNING s.merchant_id, s.id, s.courier, s.waybill_number, o.milestone AS before,
                  s.milestone, s.detail, s.last_event_at
    )
    INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id, courier, number,
                               milestone_from, milestone, detail, occurred_at)
    SELECT 'shipment', CASE WHEN before = milestone THEN 'progress' ELSE 'milestone' END,
           merchant_id, id, courier, waybill_number, before, milestone, detail, last_event_at
    FROM done
""")
"""What we cancelled stays so; what a courier called cancelled may be carried after all. Without a
word of the merchant a parcel was shipped when it was picked up, also where that is told late."""


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Bring every shipment bound to a moved track up to date and say so in the log."""
    keys = sorted(
        {
            (e.courier, e.number, e.cycle)
            for e in entries
            if e.courier is not None and e.number is not None and e.cycle is not None
        }
    )
    told: dict[tuple[UUID, UUID], list[BoundState]] = {}
    for state in await tracking.bound_states(session, keys):
        told.setdefault((state.merchant_id, state.shipment_id), []).append(state)
    wholes = {key: whole for key in in_order(told) if (whole := combine(told[key])) is not None}
    if not wholes:
        return
    columns: dict[str, arrays.Array] = {
        "merchant_id": arrays.uuids([merchant_id for merchant_id, _ in wholes]),
        "shipment_id": arrays.uuids([shipment_id for _, shipment_id in wholes]),
    }
    for name, kind in _ARRAYS.items():
        if name not in columns:
            columns[name] = arrays.OF_TYPE[kind]([getattr(one, name) for one in wholes.values()])
    await session.execute(_UPDATE, columns)
