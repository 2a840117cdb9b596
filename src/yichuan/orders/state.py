"""Consumer `orders.state`: a sub-order follows its boxes (open → packed → shipped → completed)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry

_FOLLOW = text("""
    WITH subs AS (
        SELECT DISTINCT l.merchant_id, l.sub_order_id
        FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]))
            AS t(merchant_id, shipment_id)
        CROSS JOIN LATERAL (
            SELECT merchant_id, sub_order_id FROM shipment_lines
            WHERE merchant_id = t.merchant_id AND shipment_id = t.shipment_id OFFSET 0
        ) l
    ), boxes AS (
        SELECT u.merchant_id, u.sub_order_id, b.* FROM subs u CROSS JOIN LATERAL (
            SELECT bool_and(s.shipped_at IS NOT NULL OR s.ended_at IS NOT NULL) AS shipped,
                   bool_and(s.ended_at IS NOT NULL) AS ended,
                   bool_and(s.waybill_number IS NOT NULL) AS packed
            FROM order_lines o
            JOIN shipment_lines l ON l.merchant_id = o.merchant_id AND l.order_line_id = o.id
            JOIN shipments s ON s.merchant_id = l.merchant_id AND s.id = l.shipment_id
            WHERE o.merchant_id = u.merchant_id AND o.sub_order_id = u.sub_order_id
        ) b
    ), target AS (
        SELECT merchant_id, sub_order_id,
               CASE WHEN ended THEN 'completed' WHEN shipped THEN 'shipped'
                    WHEN packed THEN 'packed' ELSE 'open' END AS state
        FROM boxes
    )
    UPDATE sub_orders o SET state = t.state
    FROM target t
    WHERE o.merchant_id = t.merchant_id AND o.id = t.sub_order_id
      AND o.state NOT IN ('held', 'cancelled') AND o.state <> t.state
""")
ONLY = """kind IN ('shipped', 'milestone', 'changed', 'cancelled', 'waybill', 'waybill_cancelled',
                   'imported')"""
"""What may change a sub-order."""


async def handle(session: SystemSession, entries: Sequence[Entry]) -> None:
    """Recompute the state of every sub-order whose boxes changed."""
    pairs = {(e.merchant_id, e.shipment_id) for e in entries if e.merchant_id and e.shipment_id}
    await session.execute(
        _FOLLOW,
        {
            "merchants": arrays.uuids([m for m, _ in pairs]),
            "shipments": arrays.uuids([s for _, s in pairs]),
        },
    )
