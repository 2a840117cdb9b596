"""Setting the times of the sample's past back to when it would have happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from yichuan.core.database import SystemSession
from yichuan.demo.history import Box

_NEW = """
    WITH new AS (
        SELECT * FROM unnest(CAST(:merchants AS uuid[]), CAST(:shipments AS uuid[]),
            CAST(:sub_orders AS uuid[]), CAST(:orders AS uuid[]), CAST(:created AS timestamptz[]),
            CAST(:printed AS timestamptz[]), CAST(:shipped AS timestamptz[]))
            AS n(merchant_id, shipment_id, sub_order_id, order_id, created, printed, shipped)
    )
"""
_STATEMENTS = (
    """UPDATE shipments s SET created_at = n.created,
              printed_at = n.printed, shipped_at = n.shipped
       FROM new n WHERE s.merchant_id = n.merchant_id AND s.id = n.shipment_id""",
    """UPDATE waybills w SET requested_at = coalesce(n.printed, n.shipped),
              issued_at = coalesce(n.printed, n.shipped), printed_at = n.printed,
              print_count = CASE WHEN n.printed IS NULL THEN 0 ELSE 1 END
       FROM new n WHERE w.merchant_id = n.merchant_id AND w.shipment_id = n.shipment_id
         AND w.state = 'issued'""",
    """INSERT INTO shipment_events (merchant_id, id, shipment_id, at, kind, actor, detail)
       SELECT merchant_id, gen_random_uuid(), shipment_id, printed, 'printed', 'system:demo', '{}'
       FROM new WHERE printed IS NOT NULL""",
    """UPDATE shipment_events e SET at = CASE e.kind
              WHEN 'created' THEN n.created
              WHEN 'shipped' THEN n.shipped
              WHEN 'waybill' THEN coalesce(n.printed, n.shipped)
              ELSE e.at END
       FROM new n WHERE e.merchant_id = n.merchant_id AND e.shipment_id = n.shipment_id
         AND e.kind IN ('created', 'shipped', 'waybill')""",
    """UPDATE search_tokens t SET at = n.created
       FROM new n WHERE t.merchant_id = n.merchant_id AND t.target_id = n.shipment_id""",
    """UPDATE milestone_log l SET occurred_at = CASE l.kind
              WHEN 'created' THEN n.created
              WHEN 'shipped' THEN n.shipped
              ELSE coalesce(n.printed, n.shipped, n.created) END
       FROM new n WHERE l.topic = 'shipment' AND l.shipment_id = n.shipment_id""",
    """UPDATE sub_orders s SET created_at = n.created
       FROM new n WHERE s.merchant_id = n.merchant_id AND s.id = n.sub_order_id""",
    """UPDATE orders o SET created_at = n.created FROM new n WHERE o.id = n.order_id""",
)
_MERCHANTS = """
    UPDATE merchants m SET created_at = least(m.created_at, f.first - interval '30 days')
    FROM (SELECT merchant_id, min(created) AS first FROM new GROUP BY 1) f
    WHERE m.id = f.merchant_id
"""


@dataclass(frozen=True, slots=True)
class Past:
    """When things happened to a box."""

    merchant_id: UUID
    shipment_id: UUID
    sub_order_id: UUID
    order_id: UUID
    created: datetime
    printed: datetime | None
    shipped: datetime | None

    @classmethod
    def of(cls, box: Box, printed: datetime | None, shipped: datetime | None) -> Past:
        """The past of a box that was printed and shipped then, or not at all."""
        return cls(
            merchant_id=box.merchant_id,
            shipment_id=box.shipment_id,
            sub_order_id=box.sub_order_id,
            order_id=box.order_id,
            created=box.order.paid_at,
            printed=printed,
            shipped=shipped,
        )


async def set_back(session: SystemSession, past: Sequence[Past]) -> None:
    """Write the times of the past over the times of filling."""
    if not past:
        return
    values: dict[str, list[Any]] = {
        "merchants": [one.merchant_id for one in past],
        "shipments": [one.shipment_id for one in past],
        "sub_orders": [one.sub_order_id for one in past],
        "orders": [one.order_id for one in past],
        "created": [one.created for one in past],
        "printed": [one.printed for one in past],
        "shipped": [one.shipped for one in past],
    }
    for statement in (*_STATEMENTS, _MERCHANTS):
        await session.execute(text(_NEW + statement), values)
