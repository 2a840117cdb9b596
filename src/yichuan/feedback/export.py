"""Ratings as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from yichuan.core.database import Database, Merchants
from yichuan.feedback import queries
from yichuan.feedback.queries import Filters
from yichuan.shipments import queries as shipments

TITLES: Final = ("评价时间", "商家", "包裹号", "订单号", "快递", "星级", "标签", "评价")
PAGE: Final = 500


async def batches(
    database: Database, scope: Merchants, filters: Filters, codes: Mapping[UUID, str]
) -> AsyncIterator[Iterable[Sequence[object]]]:
    """The filtered list, newest first, page by page."""
    cursor: str | None = None
    while True:
        async with database.read(scope) as session:
            rows, cursor = await queries.listing(session, filters, limit=PAGE, cursor=cursor)
            boxes = await shipments.of_ids(session, [row.shipment_id for row in rows])
        yield [
            (
                row.created_at,
                codes.get(row.merchant_id),
                boxes[row.shipment_id].shipment_no,
                boxes[row.shipment_id].order_no,
                row.courier,
                row.stars,
                " ".join(row.tags),
                row.words,
            )
            for row in rows
        ]
        if cursor is None:
            return
