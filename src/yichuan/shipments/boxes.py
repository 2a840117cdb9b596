"""Boxes on their way to a waybill and a label: what has to be known of them, in one question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from yichuan.core.direct import Ask, Direct


@dataclass(frozen=True, slots=True)
class Box:
    """A shipment as far as taking a number and printing a label need it. Weight in grams."""

    merchant_id: UUID
    id: UUID
    shipment_no: str
    order_no: str | None
    recipient_id: UUID
    milestone: str
    ship_method: str | None
    waybill_number: str | None
    hold: bool
    shipped_at: datetime | None
    promised_at: datetime | None
    ship_by: datetime | None
    weight_g: int | None
    volume_cm3: int | None
    pieces: int
    remark: str | None
    shop_name: str | None
    dest_province: str | None
    dest_city: str | None
    dest_adcode: str | None
    buyer_token: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a box. Weight per piece in grams, price in minor units."""

    sku: str
    name: str | None
    category: str | None
    quantity: int
    weight_g: int | None
    unit_price_minor: int | None


_BOXES = (
    f"SELECT {', '.join(Box.__slots__)} FROM shipments WHERE id = ANY(%(ids)s)"
    " AND (%(scope)s::uuid[] IS NULL OR merchant_id = ANY(%(scope)s))"
)
_LOCKED = f"{_BOXES} ORDER BY merchant_id, id FOR UPDATE"
_PIECES = (
    f"SELECT shipment_id, {', '.join(Piece.__slots__)} FROM shipment_lines"
    " WHERE merchant_id = ANY(%s) AND shipment_id = ANY(%s) ORDER BY id"
)


def boxes(direct: Direct, ids: Collection[UUID], *, lock: bool = False) -> Ask[dict[UUID, Box]]:
    """Boxes by id, to be changed with `lock`; unknown and foreign ids are left out."""

    def read(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, Box]:
        return {row[1]: Box(*row) for row in rows}

    return Ask(_LOCKED if lock else _BOXES, {"ids": list(ids), "scope": direct.scope}, read)


def pieces(owners: Collection[UUID], ids: Collection[UUID]) -> Ask[dict[UUID, list[Piece]]]:
    """The lines of boxes of these merchants, by shipment id."""

    def read(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, list[Piece]]:
        found: dict[UUID, list[Piece]] = {i: [] for i in ids}
        for row in rows:
            found[row[0]].append(Piece(*row[1:]))
        return found

    return Ask(_PIECES, (list(owners), list(ids)), read)
