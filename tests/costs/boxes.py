"""Boxes and bill lines for tests of bills."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from conftest import Tenant
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.orders import bulk as orders
from yichuan.orders.bulk import NewOrder, Person
from yichuan.rating.rows import BillRow
from yichuan.shipments import bulk
from yichuan.shipments.bulk import ImportedBox

SHIPPED = datetime(2024, 5, 6, 4, tzinfo=UTC)


def line(number: str | None, fen: int, **values: object) -> BillRow:
    plain: dict[str, Any] = dict.fromkeys(BillRow.__struct_fields__)
    plain |= {"bill_no": "T-2405", "bill_month": "202405", "courier": "YD"}
    plain |= {"shipment_no": number, "province": "江苏", "raw_weight_g": 900, "payable_fen": fen}
    return BillRow(**{**plain, **values})


async def box(context: Context, tenant: Tenant, number: str, courier: str = "YD") -> None:
    """A box shipped with a courier."""
    order = NewOrder(
        merchant_id=tenant.id,
        order_id=new_id(),
        sub_order_id=new_id(),
        recipient_id=new_id(),
        order_no=number,
        sub_order_no=number,
        who=Person("", "", "江苏省", "南京市", None, "", None),
        placed_at=SHIPPED,
    )
    made = ImportedBox(
        merchant_id=tenant.id,
        id=new_id(),
        shipment_no=number,
        milestone="picked_up",
        recipient_id=order.recipient_id,
        created_at=SHIPPED,
        ship_method="hub_waybill",
        courier=courier,
        weight_g=900,
        shipped_at=SHIPPED,
        dest_province="江苏省",
        dest_city="南京市",
        order_no=number,
    )
    async with context.database.system() as session:
        await orders.write(session, orders.encode(context.vault, [order]))
        await bulk.write(session, bulk.encode([made]), "system:test", "test")
