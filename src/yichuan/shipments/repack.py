"""Repacking before anything is printed: split a box (拆单), merge boxes of one recipient (合单)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update

from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.errors import Conflict, Invalid
from yichuan.core.ids import new_id, new_token
from yichuan.identity.scope import scoped
from yichuan.shipments import service
from yichuan.shipments.models import SearchToken, Shipment, ShipmentEvent, ShipmentLine
from yichuan.shipments.planning import goods_text, line_values, normal, shipment_number, weight_of
from yichuan.shipments.schemas import SplitPart
from yichuan.shipments.values import PlannedLine

_COPIED = (
    "merchant_id",
    "order_no",
    "shop_id",
    "shop_name",
    "buyer_ref",
    "recipient_id",
    "recipient_key",
    "recipient_name",
    "recipient_phone",
    "dest_province",
    "dest_city",
    "dest_district",
    "dest_adcode",
    "origin_city",
    "origin_adcode",
    "remark",
    "paid_at",
    "ship_by",
    "promised_at",
    "source",
    "hold",
    "next_deadline",
    "next_deadline_at",
)


async def split(
    session: WriteSession, shipment_id: UUID, boxes: Sequence[Sequence[SplitPart]], actor: str
) -> list[UUID]:
    """Put pieces into new boxes; returns the ids, the old box first.

    Raises:
        NotFound: unknown shipment.
        Conflict: it has a waybill or was shipped.
        Invalid: more pieces than there are, or nothing would stay in the old box.
    """
    (row,) = await service.lock(session, [shipment_id])
    service.must_be_unshipped(row, "split")
    lines = {line.id: line for line in await _lines(session, row)}
    taken: dict[UUID, int] = {}
    for part in (part for box in boxes for part in box):
        taken[part.shipment_line_id] = taken.get(part.shipment_line_id, 0) + part.quantity
    for line_id, quantity in taken.items():
        if line_id not in lines or quantity > lines[line_id].quantity:
            raise Invalid(f"line {line_id} does not have {quantity} pieces in this box")
    if sum(taken.values()) >= sum(line.quantity for line in lines.values()):
        raise Invalid("something must stay in the old box")
    made = [await _new_box(session, row, box, lines, actor) for box in boxes]
    for line_id, quantity in taken.items():
        await _reduce(session, lines[line_id], quantity)
    await _recount(session, row)
    detail = {"into": [str(i) for i in made]}
    await service.note(session, row.merchant_id, row.id, "split", actor, detail)
    await service.announce(session, row.merchant_id, [row.id], "changed")
    return [row.id, *made]


async def _lines(session: WriteSession, row: Shipment) -> list[ShipmentLine]:
    return list(
        await session.scalars(
            scoped(session, ShipmentLine)
            .where(ShipmentLine.merchant_id == row.merchant_id, ShipmentLine.shipment_id == row.id)
            .order_by(ShipmentLine.id)
            .execution_options(populate_existing=True)
        )
    )


def _planned(line: ShipmentLine, quantity: int) -> PlannedLine:
    return PlannedLine(
        sub_order_id=line.sub_order_id,
        order_line_id=line.order_line_id,
        quantity=quantity,
        sku=line.sku,
        name=line.name,
        category=line.category,
        weight_g=line.weight_g,
        unit_price_minor=line.unit_price_minor,
    )


async def _new_box(
    session: WriteSession,
    old: Shipment,
    parts: Sequence[SplitPart],
    lines: dict[UUID, ShipmentLine],
    actor: str,
) -> UUID:
    planned = [_planned(lines[part.shipment_line_id], part.quantity) for part in parts]
    values: dict[str, Any] = {name: getattr(old, name) for name in _COPIED}
    values |= {
        "id": new_id(),
        "shipment_no": shipment_number(),
        "buyer_token": new_token(16),
        "quantity": sum(line.quantity for line in planned),
        "goods": goods_text(planned),
        "weight_g": weight_of(planned),
    }
    await session.execute(insert(Shipment), [values])
    rows = [line_values(old.merchant_id, values["id"], line) for line in planned]
    await session.execute(insert(ShipmentLine), rows)
    await _copy_tokens(session, old, values)
    event = {
        "merchant_id": old.merchant_id,
        "shipment_id": values["id"],
        "kind": "created",
        "actor": actor,
        "detail": {"split_from": str(old.id)},
    }
    await session.execute(insert(ShipmentEvent), [event])
    await service.announce(session, old.merchant_id, [values["id"]], "created")
    new: UUID = values["id"]
    return new


async def _copy_tokens(session: WriteSession, old: Shipment, new: dict[str, Any]) -> None:
    await session.execute(
        text(
            "INSERT INTO search_tokens (merchant_id, token, target_id, kind)"
            " SELECT merchant_id, token, :new, kind FROM search_tokens WHERE merchant_id = :m"
            " AND target_id = :old AND kind NOT IN ('shipment_no', 'waybill')"
        ),
        {"new": new["id"], "m": old.merchant_id, "old": old.id},
    )
    await session.execute(
        insert(SearchToken).values(
            merchant_id=old.merchant_id,
            token=normal(new["shipment_no"]),
            target_id=new["id"],
            kind="shipment_no",
        )
    )


async def _reduce(session: WriteSession, line: ShipmentLine, quantity: int) -> None:
    at = (ShipmentLine.merchant_id == line.merchant_id, ShipmentLine.id == line.id)
    if quantity == line.quantity:
        await session.execute(delete(ShipmentLine).where(*at))
    else:
        await session.execute(
            update(ShipmentLine).where(*at).values(quantity=ShipmentLine.quantity - quantity)
        )


async def _recount(session: WriteSession, row: Shipment) -> None:
    planned = [_planned(line, line.quantity) for line in await _lines(session, row)]
    row.quantity = sum(line.quantity for line in planned)
    row.goods = goods_text(planned)
    row.weight_g = weight_of(planned)
    await session.flush()


async def merge(session: WriteSession, ids: Sequence[UUID], actor: str) -> UUID:
    """Pack several unshipped boxes of one recipient into the first; the others end.

    Raises:
        NotFound: one is unknown.
        Conflict: shipped, with a waybill, on hold, or not the same merchant and recipient.
        Invalid: the same box named twice.
    """
    if len(set(ids)) != len(ids):
        raise Invalid("the same shipment is named twice")
    rows = await service.lock(session, ids)
    first, *others = rows
    for row in rows:
        service.must_be_unshipped(row, "merge")
        if row.hold:
            raise Conflict(f"{row.shipment_no} is on hold")
        if row.merchant_id != first.merchant_id or not _same_recipient(row, first):
            raise Conflict("only boxes of one merchant to one recipient can be packed together")
    for row in others:
        await session.execute(
            update(ShipmentLine)
            .where(ShipmentLine.merchant_id == row.merchant_id, ShipmentLine.shipment_id == row.id)
            .values(shipment_id=first.id)
        )
        await session.execute(
            text(
                "INSERT INTO search_tokens (merchant_id, token, target_id, kind)"
                " SELECT merchant_id, token, :new, kind FROM search_tokens"
                " WHERE merchant_id = :m AND target_id = :old ON CONFLICT DO NOTHING"
            ),
            {"new": first.id, "m": first.merchant_id, "old": row.id},
        )
        await service.cancel_box(session, row, actor)
    deadlines = [row.ship_by for row in rows if row.ship_by is not None]
    await _recount(session, first)
    first.ship_by = min(deadlines) if deadlines else None
    await session.flush()
    detail = {"merged": [str(row.id) for row in others]}
    await service.note(session, first.merchant_id, first.id, "merged", actor, detail)
    await service.announce(session, first.merchant_id, [first.id], "changed")
    return first.id


def _same_recipient(a: Shipment, b: Shipment) -> bool:
    if a.recipient_id == b.recipient_id:
        return True
    return a.recipient_key is not None and a.recipient_key == b.recipient_key


async def suggestions(session: ReadSession, merchant_id: UUID) -> list[list[Shipment]]:
    """Groups of unshipped boxes of a merchant that go to the same recipient."""
    keys = (
        select(Shipment.recipient_key)
        .where(
            Shipment.merchant_id == merchant_id,
            Shipment.stretch == "created",
            Shipment.shipped_at.is_(None),
            Shipment.waybill_number.is_(None),
            Shipment.recipient_key.is_not(None),
            Shipment.hold.is_(False),
        )
        .group_by(Shipment.recipient_key)
        .having(text("count(*) > 1"))
        .limit(200)
    )
    rows = await session.scalars(
        scoped(session, Shipment)
        .where(
            Shipment.merchant_id == merchant_id,
            Shipment.recipient_key.in_(keys),
            Shipment.stretch == "created",
            Shipment.shipped_at.is_(None),
            Shipment.waybill_number.is_(None),
            Shipment.hold.is_(False),
        )
        .order_by(Shipment.recipient_key, Shipment.created_at)
    )
    groups: dict[bytes | None, list[Shipment]] = {}
    for row in rows:
        groups.setdefault(row.recipient_key, []).append(row)
    return list(groups.values())
