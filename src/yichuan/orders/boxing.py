"""The box first planned for a sub-order, wherever the order came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from yichuan.core.vault import Vault
from yichuan.orders.bulk import NewLine, NewOrder
from yichuan.orders.recipients import mask_name, mask_phone, phone_tokens, recipient_key
from yichuan.shipments.values import Measured, Plan, PlannedLine

UNMEASURED: Final = Measured()
"""A box of which nothing is known but its lines."""


def boxed(
    vault: Vault,
    order: NewOrder,
    lines: Iterable[NewLine],
    origin_city: str | None,
    *,
    measured: Measured = UNMEASURED,
    source: str = "api",
) -> Plan:
    """All of a sub-order in one box that leaves from a city (None: nobody knows)."""
    who = order.who
    return Plan(
        merchant_id=order.merchant_id,
        order_no=order.order_no,
        sub_order_no=order.sub_order_no,
        recipient_id=order.recipient_id,
        lines=tuple(_line(line) for line in lines),
        shop_id=order.shop_id,
        shop_name=order.shop_name,
        buyer_ref=order.buyer_ref,
        recipient_key=recipient_key(vault, who),
        recipient_name=mask_name(who.name) or None,
        recipient_phone=mask_phone(who.phone) or None,
        phone_tokens=phone_tokens(vault, who.phone),
        origin_city=origin_city,
        dest_province=who.province,
        dest_city=who.city,
        dest_district=who.district,
        dest_adcode=who.adcode,
        remark=order.remark,
        paid_at=order.paid_at,
        ship_by=order.ship_by,
        promised_at=order.promised_at,
        source=source,
        measured=measured,
    )


def _line(line: NewLine) -> PlannedLine:
    return PlannedLine(
        sub_order_id=line.sub_order_id,
        order_line_id=line.id,
        quantity=line.quantity,
        sku=line.sku,
        name=line.name,
        category=line.category,
        weight_g=line.weight_g,
        unit_price_minor=line.unit_price_minor,
    )
