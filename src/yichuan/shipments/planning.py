"""Making boxes from order lines: plan, split 拆单, merge 合单. Pure value arithmetic on rows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from yichuan.core.clock import CHINA, now
from yichuan.core.ids import new_id, new_token
from yichuan.shipments.values import Plan, PlannedLine

GOODS_TEXT = 120


def shipment_number() -> str:
    """A number people can read out: YC, date, ten random digits."""
    return f"YC{now().astimezone(CHINA):%y%m%d}{secrets.randbelow(10**10):010d}"


def goods_text(lines: Sequence[PlannedLine]) -> str:
    """Short text of the contents: `保温杯×2，杯套×1`."""
    text = "，".join(f"{line.name or line.sku}×{line.quantity}" for line in lines)
    return text if len(text) <= GOODS_TEXT else text[: GOODS_TEXT - 1] + "…"


def weight_of(lines: Sequence[PlannedLine]) -> int | None:
    """Grams of all pieces; None when any line's weight is unknown."""
    total = 0
    for line in lines:
        if line.weight_g is None:
            return None
        total += line.weight_g * line.quantity
    return total


def shipment_values(plan: Plan) -> dict[str, Any]:
    """The shipment row of a plan."""
    return {
        "merchant_id": plan.merchant_id,
        "id": new_id(),
        "shipment_no": shipment_number(),
        "order_no": plan.order_no,
        "shop_id": plan.shop_id,
        "shop_name": plan.shop_name,
        "buyer_ref": plan.buyer_ref,
        "recipient_id": plan.recipient_id,
        "recipient_key": plan.recipient_key,
        "recipient_name": plan.recipient_name,
        "recipient_phone": plan.recipient_phone,
        "quantity": sum(line.quantity for line in plan.lines),
        "goods": goods_text(plan.lines),
        "weight_g": plan.measured.weight_g or weight_of(plan.lines),
        "volume_cm3": plan.measured.volume_cm3,
        "pieces": plan.measured.pieces,
        "origin_city": plan.origin_city,
        "dest_province": plan.dest_province,
        "dest_city": plan.dest_city,
        "dest_district": plan.dest_district,
        "dest_adcode": plan.dest_adcode,
        "remark": plan.remark,
        "paid_at": plan.paid_at,
        "ship_by": plan.ship_by,
        "promised_at": plan.promised_at,
        "source": plan.source,
        "buyer_token": new_token(16),
        "next_deadline": "ship_by" if plan.ship_by else None,
        "next_deadline_at": plan.ship_by,
    }


def line_values(merchant_id: UUID, shipment_id: UUID, line: PlannedLine) -> dict[str, Any]:
    """The shipment line row of a planned line."""
    return {
        "merchant_id": merchant_id,
        "id": new_id(),
        "shipment_id": shipment_id,
        "sub_order_id": line.sub_order_id,
        "order_line_id": line.order_line_id,
        "quantity": line.quantity,
        "sku": line.sku,
        "name": line.name,
        "category": line.category,
        "weight_g": line.weight_g,
        "unit_price_minor": line.unit_price_minor,
    }


def token_values(shipment: dict[str, Any], plan: Plan) -> list[dict[str, Any]]:
    """Search tokens of a new shipment."""
    tokens = {
        normal(plan.order_no): "order_no",
        normal(plan.sub_order_no): "order_no",
        normal(shipment["shipment_no"]): "shipment_no",
    }
    for line in plan.lines:
        tokens.setdefault(normal(line.sku), "sku")
    if plan.buyer_ref:
        tokens.setdefault(normal(plan.buyer_ref), "buyer_ref")
    for kind, token in plan.phone_tokens:
        tokens.setdefault(token, kind)
    return [
        {
            "merchant_id": plan.merchant_id,
            "token": token,
            "target_id": shipment["id"],
            "kind": kind,
        }
        for token, kind in tokens.items()
    ]


def normal(text: str) -> str:
    """How a number is compared in search: no blanks, upper case."""
    return "".join(text.split()).upper()
