"""The shipments list as a CSV file: the list's filters, every page, people masked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from yichuan.core.database import Database, Merchants
from yichuan.core.export import kilograms
from yichuan.shipments import queries
from yichuan.shipments.queries import Filters

BATCH = 1000
MILESTONES = {
    "created": "待发货",
    "picked_up": "已揽收",
    "in_transit": "运输中",
    "arriving": "到达派件地",
    "out_for_delivery": "派送中",
    "ready_for_collection": "待取件",
    "delivered": "已签收",
    "returning": "退回中",
    "returned": "已退回",
    "cancelled": "已取消",
    "lost": "已丢失",
}
Row = Mapping[str, Any]


def _weight(row: Row) -> object:
    return kilograms(row["weight_g"])


def _state(row: Row) -> object:
    return MILESTONES[row["milestone"]]


COLUMNS: dict[str, tuple[str, Callable[[Row], object] | None]] = {
    "shipment_no": ("包裹号", None),
    "merchant": ("商家", None),
    "shop_name": ("店铺", None),
    "order_no": ("订单号", None),
    "ship_method": ("发货方式", None),
    "courier": ("快递公司", None),
    "service": ("产品", None),
    "waybill_number": ("运单号", None),
    "milestone": ("状态代码", None),
    "state": ("状态", _state),
    "detail": ("明细代码", None),
    "problem": ("异常", None),
    "created_at": ("创建时间", None),
    "shipped_at": ("发货时间", None),
    "picked_up_at": ("揽收时间", None),
    "delivered_at": ("签收时间", None),
    "promised_at": ("承诺送达时间", None),
    "weight_kg": ("重量", _weight),
    "quantity": ("商品件数", None),
    "pieces": ("包裹件数", None),
    "goods": ("商品", None),
    "dest_province": ("省", None),
    "dest_city": ("市", None),
    "dest_district": ("区县", None),
    "recipient_name": ("收件人", None),
    "recipient_phone": ("收件电话", None),
    "last_event_at": ("最新轨迹时间", None),
    "last_event_text": ("最新轨迹", None),
    "remark": ("备注", None),
}
"""Column → Chinese title and how it is made, where it is not a field of the row."""
TITLES = tuple(title for title, _ in COLUMNS.values())


async def batches(
    database: Database, merchants: Merchants, filters: Filters, codes: Mapping[Any, str]
) -> AsyncIterator[list[list[object]]]:
    """Rows of the list, newest first, page by page in transactions of their own.

    Args:
        codes: merchants' codes by id.
    """
    cursor: str | None = None
    while True:
        rows, cursor = await queries.listing(database, merchants, filters, BATCH, cursor)
        yield [_cells(row, codes) for row in rows]
        if cursor is None:
            return


def _cells(row: Row, codes: Mapping[Any, str]) -> list[object]:
    named = {**row, "merchant": codes.get(row["merchant_id"])}
    return [
        make(named) if make is not None else named[column] for column, (_, make) in COLUMNS.items()
    ]
