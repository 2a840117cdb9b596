"""Importing order lines: into shipments imported before, or as orders that wait to be shipped.

A row names either a shipment (then it says what is inside) or merchant and order number (then the
order gets a recipient and a box planned for it, as if a mall had sent it).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.ids import new_id, new_ids
from yichuan.imports.parties import Parties
from yichuan.imports.places import recipient
from yichuan.imports.rows import OrderRow
from yichuan.imports.values import Job, Outcome, Planned
from yichuan.orders import bulk as orders
from yichuan.orders.boxing import boxed
from yichuan.orders.bulk import KnownSubOrder, NewLine, NewOrder, Person
from yichuan.shipments import bulk, numbers
from yichuan.shipments import service as shipments
from yichuan.shipments.bulk import BoxLine
from yichuan.shipments.numbers import Named
from yichuan.shipments.planning import normal
from yichuan.shipments.values import Plan

Key = tuple[UUID, str]
"""Merchant and sub-order number."""


class _Item(Struct, frozen=True):
    """A usable row of a batch and where it stands in it."""

    position: int
    row: OrderRow
    merchant_id: UUID | None

    @property
    def number(self) -> str:
        return self.row.sub_order_no or self.row.order_no or ""


@dataclass(slots=True)
class _Made:
    """What a batch makes."""

    orders: list[NewOrder] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    order_lines: list[NewLine] = field(default_factory=list)
    box_lines: list[BoxLine] = field(default_factory=list)


class OrderWriter:
    """Writes rows of `imports.rows.ORDERS`."""

    whole = False

    def __init__(self, job: Job, parties: Parties) -> None:
        self._job = job
        self._parties = parties

    async def prepare(self, rows: Sequence[OrderRow]) -> None:
        """Merchants and shops that are new; rows with a shipment make none."""
        await self._parties.ensure((r.merchant, r.shop) for r in rows if r.shipment_no is None)

    async def plan(self, session: SystemSession, rows: Sequence[OrderRow]) -> Planned:
        """Work a batch out."""
        outcome, made = Outcome(), _Made()
        boxed, ordered = self._split(rows, outcome)
        if boxed:
            await self._contents(session, boxed, outcome, made)
        if ordered:
            await self._orders(session, ordered, outcome, made)
        outcome.accepted = len(made.order_lines)
        content = await asyncio.to_thread(self._encoded, made)
        return Planned(outcome, partial(self._apply, content, made.plans))

    def _encoded(self, made: _Made) -> tuple[bytes, bytes, bytes]:
        return (
            orders.encode(self._job.vault, made.orders),
            orders.encode_lines(made.order_lines),
            bulk.encode_lines(made.box_lines),
        )

    async def _apply(
        self, content: tuple[bytes, bytes, bytes], plans: Sequence[Plan], session: SystemSession
    ) -> None:
        await orders.write(session, content[0])
        await orders.write_lines(session, content[1])
        await shipments.plan(session, plans, self._job.actor)
        await bulk.write_lines(session, content[2])

    async def finish(self, session: SystemSession) -> dict[str, Any]:
        """The merchants that were made."""
        return {"merchants_made": self._parties.made} if self._parties.made else {}

    def _split(self, rows: Sequence[OrderRow], outcome: Outcome) -> tuple[list[_Item], list[_Item]]:
        """Rows that name a shipment, and rows that name an order."""
        boxed: list[_Item] = []
        ordered: list[_Item] = []
        for position, row in enumerate(rows):
            merchant_id = self._parties.merchant(row.merchant)
            named = row.merchant is not None or self._job.owner is not None
            if merchant_id is None and named:
                outcome.refuse(position, "not_your_merchant", "merchant")
            elif row.shipment_no is not None:
                boxed.append(_Item(position, row, merchant_id))
            else:
                ordered.append(_Item(position, row, merchant_id))
        return boxed, ordered

    async def _contents(
        self, session: SystemSession, items: Sequence[_Item], outcome: Outcome, made: _Made
    ) -> None:
        """Lines for boxes that are there; boxes that had lines before this run keep theirs."""
        owner = self._job.owner.id if self._job.owner else None
        found = await numbers.named(
            session,
            (item.row.shipment_no or "" for item in items),
            owner,
            self._job.started_at,
        )
        boxes = await asyncio.to_thread(_matched, items, found, outcome)
        empty = {box.id: box for _, box in boxes if box.sub_order_id is None}
        keys = [(box.merchant_id, box.order_no, box.recipient_id) for box in empty.values()]
        subs = dict(zip(empty, await orders.of_boxes(session, keys), strict=True))
        begun = {(box.merchant_id, box.sub_order_id) for _, box in boxes if box.sub_order_id}
        count = await orders.line_counts(session, list(begun)) if begun else {}
        ids = iter(new_ids(len(boxes)))
        for item, box in boxes:
            sub_order_id = box.sub_order_id or subs.get(box.id)
            if sub_order_id is None:
                outcome.refuse(item.position, "no_sub_order", "shipment_no")
                continue
            number = count[sub_order_id] = count.get(sub_order_id, 0) + 1
            line = _order_line(box.merchant_id, next(ids), sub_order_id, number, item.row)
            made.order_lines.append(line)
            made.box_lines.append(_box_line(box.id, line))

    async def _orders(
        self, session: SystemSession, items: Sequence[_Item], outcome: Outcome, made: _Made
    ) -> None:
        """Orders by merchant and number; one that this run made grows, an older one stays."""
        groups: dict[Key, list[_Item]] = {}
        for item in items:
            assert item.merchant_id is not None
            groups.setdefault((item.merchant_id, item.number), []).append(item)
        subs = await orders.known(session, groups)
        mains = await orders.main_orders(
            session, (item.row.order_no or "" for item in items), self._job.started_at
        )
        ours = {key: sub for key, sub in subs.items() if sub.created_at >= self._job.started_at}
        waiting = await numbers.waiting(session, [(m, sub.id) for (m, _), sub in ours.items()])
        at = now()
        for key, group in groups.items():
            sub = subs.get(key)
            if sub is None:
                await asyncio.to_thread(self._order, key, group, mains, made, at)
            elif key not in ours:
                outcome.known += len(group)
            else:
                boxes = waiting.get((key[0], sub.id), [])
                _grow(key[0], sub, boxes, group, outcome, made)

    def _order(
        self,
        key: Key,
        group: Sequence[_Item],
        mains: dict[str, UUID],
        made: _Made,
        at: datetime,
    ) -> None:
        merchant_id, row = key[0], group[0].row
        order_no = row.order_no or key[1]
        main = order_no not in mains
        ship_by = row.ship_by
        if ship_by is None and row.paid_at is not None:
            ship_by = row.paid_at + self._parties.ship_within(merchant_id)
        order = NewOrder(
            merchant_id=merchant_id,
            order_id=mains.setdefault(order_no, new_id()),
            sub_order_id=new_id(),
            recipient_id=new_id(),
            order_no=order_no,
            sub_order_no=key[1],
            who=_person(row),
            main=main,
            placed_at=row.placed_at or row.paid_at or at,
            paid_at=row.paid_at,
            ship_by=ship_by,
            promised_at=row.promised_at,
            shop_id=self._parties.shop(merchant_id, row.shop),
            shop_name=row.shop,
            buyer_ref=row.buyer_ref,
            remark=row.remark,
        )
        lines = [
            _order_line(merchant_id, new_id(), order.sub_order_id, number, item.row)
            for number, item in enumerate(group, 1)
        ]
        made.orders.append(order)
        made.order_lines += lines
        origin = self._parties.origin(merchant_id)
        made.plans.append(boxed(self._job.vault, order, lines, origin, source="import"))


def _matched(
    items: Iterable[_Item], found: Mapping[str, Sequence[Named]], outcome: Outcome
) -> list[tuple[_Item, Named]]:
    """The box of each row; rows without exactly one are refused, full boxes passed over."""
    boxes: list[tuple[_Item, Named]] = []
    for item in items:
        named = found.get(normal(item.row.shipment_no or ""), ())
        if item.merchant_id is not None:
            named = [box for box in named if box.merchant_id == item.merchant_id]
        if len(named) != 1:
            code = "ambiguous_shipment" if named else "unknown_shipment"
            outcome.refuse(item.position, code, "shipment_no")
        elif named[0].filled:
            outcome.known += 1
        else:
            boxes.append((item, named[0]))
    return boxes


def _grow(
    merchant_id: UUID,
    sub: KnownSubOrder,
    boxes: Sequence[UUID],
    group: Sequence[_Item],
    outcome: Outcome,
    made: _Made,
) -> None:
    """More lines for an order that an earlier batch of the same file began."""
    if len(boxes) != 1:
        for item in group:
            outcome.refuse(item.position, "order_shipped", "order_no")
        return
    for number, item in enumerate(group, sub.lines + 1):
        line = _order_line(merchant_id, new_id(), sub.id, number, item.row)
        made.order_lines.append(line)
        made.box_lines.append(_box_line(boxes[0], line))


def _person(row: OrderRow) -> Person:
    address = f"{row.street or ''}{row.address or ''}"
    return recipient(
        row.recipient_name,
        row.recipient_phone,
        row.province,
        row.city,
        row.district,
        address,
    )


def _order_line(
    merchant_id: UUID, line_id: UUID, sub_order_id: UUID, number: int, row: OrderRow
) -> NewLine:
    return NewLine(
        merchant_id=merchant_id,
        id=line_id,
        sub_order_id=sub_order_id,
        line_no=number,
        sku=row.sku,
        quantity=row.quantity,
        name=row.product_name,
        category=row.category,
        unit_price_minor=row.unit_price_fen,
        weight_g=row.weight_g,
    )


def _box_line(shipment_id: UUID, line: NewLine) -> BoxLine:
    """The whole order line in one box; both go by one id."""
    return BoxLine(
        merchant_id=line.merchant_id,
        id=line.id,
        shipment_id=shipment_id,
        sub_order_id=line.sub_order_id,
        order_line_id=line.id,
        quantity=line.quantity,
        sku=line.sku,
        name=line.name,
        category=line.category,
        weight_g=line.weight_g,
        unit_price_minor=line.unit_price_minor,
    )
