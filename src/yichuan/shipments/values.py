"""Plain values that other rooms hand to shipments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """Pieces of an order line put into a box. Weight per piece in grams, price in minor units."""

    sub_order_id: UUID
    order_line_id: UUID
    quantity: int
    sku: str
    name: str | None = None
    category: str | None = None
    weight_g: int | None = None
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a box beyond its lines. None: as the lines say."""

    pieces: int = 1
    """More than one: mother and child numbers 子母件."""
    weight_g: int | None = None
    volume_cm3: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A box to be made from order lines; everything shipments must know about the order."""

    merchant_id: UUID
    order_no: str
    sub_order_no: str
    recipient_id: UUID
    lines: tuple[PlannedLine, ...]
    shop_id: UUID | None = None
    shop_name: str | None = None
    buyer_ref: str | None = None
    recipient_key: bytes | None = None
    recipient_name: str | None = None
    recipient_phone: str | None = None
    phone_tokens: tuple[tuple[str, str], ...] = ()
    """(kind, token) of the blind phone indexes."""
    origin_city: str | None = None
    dest_province: str | None = None
    dest_city: str | None = None
    dest_district: str | None = None
    dest_adcode: str | None = None
    remark: str | None = None
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    promised_at: datetime | None = None
    source: str = "api"
    measured: Measured = Measured()


@dataclass(frozen=True, slots=True)
class Attached:
    """A waybill given to a box."""

    merchant_id: UUID
    shipment_id: UUID
    ship_method: str
    courier: str
    service: str | None
    waybill_number: str
    cost_expected_minor: int | None = None
    dispatch_reason: dict[str, Any] | None = None
    shipped_at: datetime | None = None
    """Set when giving the number is the declaration of shipping (填单号发货)."""
    child_numbers: tuple[str, ...] = ()
    """Of its further boxes (子件): found by search as well."""


@dataclass(frozen=True, slots=True)
class Billed:
    """What couriers billed for a box in all, in fen; and what was to be expected, where known."""

    merchant_id: UUID
    shipment_id: UUID
    billed_minor: int | None
    expected_minor: int | None = None


def without_costs(reason: dict[str, Any] | None) -> dict[str, Any] | None:
    """Why a courier was chosen, as merchants read it: what couriers charge is the platform's."""
    if reason is None:
        return None
    plain = {key: reason.get(f"plain_{key}", "") for key in ("zh", "en")}
    candidates = [item | {"cost_minor": None} for item in reason.get("candidates", ())]
    return reason | plain | {"candidates": candidates}
