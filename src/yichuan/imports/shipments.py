"""Importing shipments: each row becomes an order, its recipient and a box in a coherent state.

A row that names an order which waits to be shipped ships the box planned for it instead. A
delivery is never invented: history without an end stays picked up, without deadlines.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from yichuan.core.clock import now
from yichuan.core.database import SystemSession
from yichuan.core.ids import new_ids, new_token
from yichuan.core.log import Topic
from yichuan.imports.parties import Parties
from yichuan.imports.places import recipient
from yichuan.imports.rows import BY_COURIER, ShipmentRow
from yichuan.imports.values import Job, Outcome, Planned
from yichuan.orders import bulk as orders
from yichuan.orders.bulk import KnownSubOrder, NewOrder, Person
from yichuan.orders.recipients import mask_name, mask_phone, phone_tokens, recipient_key
from yichuan.regions.contact import phone_tail
from yichuan.shipments import bulk, numbers
from yichuan.shipments.bulk import Encoded, ImportedBox
from yichuan.tracking import service as tracking
from yichuan.tracking.values import NewBinding, normal_number

RECENT = timedelta(days=60)
"""Shipped longer ago, a parcel is history: couriers no longer say anything about it."""
TOMORROW = timedelta(days=1)
"""Times may lie this far ahead: clocks and zones of other systems differ."""


def ship_method(row: ShipmentRow) -> str | None:
    """How the row was shipped; None while nobody decided."""
    if row.ship_method is not None and (
        row.ship_method not in BY_COURIER or row.waybill_number or row.shipped_at
    ):
        return row.ship_method
    if row.ship_method is None and row.courier and (row.waybill_number or row.shipped_at):
        return "own_number"
    return None


def milestone(row: ShipmentRow, at: datetime) -> str:
    """The state that the row gives evidence of."""
    if row.delivered_at is not None:
        return "delivered"
    if row.shipped_at is None:
        return "created"
    if row.ship_method == "self_pickup" or at - row.shipped_at > RECENT:
        return "picked_up"
    return "in_transit"


def order_state(row: ShipmentRow) -> str:
    """The state of an order whose only box this is."""
    if row.delivered_at is not None:
        return "completed"
    if row.shipped_at is not None:
        return "shipped"
    return "packed" if row.waybill_number else "open"


def in_the_future(row: ShipmentRow, at: datetime) -> str | None:
    """The column whose time has not come yet, or None."""
    limit = at + TOMORROW
    for name in ("shipped_at", "delivered_at"):
        time = getattr(row, name)
        if time is not None and time > limit:
            return name
    return None


def may_move(box: ImportedBox, at: datetime) -> bool:
    """Whether the box may still be on its way, so that people look after it."""
    return box.ended_at is None and (box.shipped_at is None or at - box.shipped_at <= RECENT)


def settled(row: ShipmentRow, at: datetime) -> bool:
    """Whether nothing can become of the row's box any more: no scan, no problem, no clock."""
    if row.delivered_at is not None:
        return True
    old = row.shipped_at is not None and at - row.shipped_at > RECENT
    return old and row.promised_at is None


class _Item(Struct, frozen=True):
    """A usable row of a batch and where it stands in it."""

    position: int
    row: ShipmentRow
    merchant_id: UUID
    courier: str | None

    @property
    def track(self) -> tuple[str, str] | None:
        """Courier and number of the row, as tracks are known by."""
        number = self.row.waybill_number
        return (self.courier, normal_number(number)) if self.courier and number else None

    @property
    def sub_order(self) -> tuple[UUID, str]:
        return self.merchant_id, self.row.sub_order_no or self.row.order_no or self.row.shipment_no


@dataclass(slots=True)
class _Batch:
    """What a batch makes."""

    orders: list[NewOrder] = field(default_factory=list)
    boxes: list[ImportedBox] = field(default_factory=list)
    planned: list[ImportedBox] = field(default_factory=list)
    tails: dict[UUID, str] = field(default_factory=dict)
    """Last four digits of recipients' phones by box: some couriers ask for them."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The same, ready to be copied."""

    orders: bytes
    boxes: Encoded
    planned: Encoded
    bindings: list[NewBinding]


Signed = tuple[UUID, UUID, datetime]
"""Merchant, shipment, when it was signed for."""


class ShipmentWriter:
    """Writes rows of `imports.rows.SHIPMENTS`."""

    whole = False

    def __init__(self, job: Job, parties: Parties) -> None:
        self._job = job
        self._parties = parties
        self._uploaded = job.owner is not None and job.owner.uploads
        self._claimed = 0

    async def prepare(self, rows: Sequence[ShipmentRow]) -> None:
        """Merchants and shops that are new."""
        await self._parties.ensure((row.merchant, row.shop) for row in rows)

    async def plan(self, session: SystemSession, rows: Sequence[ShipmentRow]) -> Planned:
        """Work a batch out."""
        outcome, at = Outcome(), now()
        items = await self._own(session, self._usable(rows, outcome, at), outcome)
        items, signed = await self._new(session, items, outcome)
        subs = await orders.known(session, (item.sub_order for item in items))
        waiting = await numbers.waiting(session, [(m, sub.id) for (m, _), sub in subs.items()])
        outcome.accepted = len(items)
        made = await asyncio.to_thread(self._made, items, subs, waiting, at)
        return Planned(outcome, partial(self._apply, made, signed))

    async def _apply(self, made: _Made, signed: Sequence[Signed], session: SystemSession) -> None:
        await orders.write(session, made.orders)
        await bulk.write(session, made.boxes, self._job.actor, self._job.file_name)
        await bulk.fill_in(session, made.planned, self._job.actor, self._job.file_name)
        await bulk.deliver(session, signed)
        await tracking.bind(session, made.bindings, vault=self._job.vault)

    async def finish(self, session: SystemSession) -> dict[str, Any]:
        """The merchants that were made; deliveries that merchants may not declare."""
        result: dict[str, Any] = {}
        if self._parties.made:
            result["merchants_made"] = self._parties.made
        if self._claimed:
            result["deliveries_not_taken"] = self._claimed
        return result

    def _usable(self, rows: Sequence[ShipmentRow], outcome: Outcome, at: datetime) -> list[_Item]:
        items: list[_Item] = []
        for position, row in enumerate(rows):
            merchant_id = self._parties.merchant(row.merchant)
            courier = self._parties.courier(row.courier) if row.courier else None
            late = in_the_future(row, at)
            if merchant_id is None:
                outcome.refuse(position, "not_your_merchant", "merchant")
            elif row.courier and courier is None:
                outcome.refuse(position, "unknown_courier", "courier")
            elif late is not None:
                outcome.refuse(position, "in_the_future", late)
            elif self._uploaded and self._evades(row, merchant_id, at):
                outcome.refuse(position, "platform_only", "waybill_number")
            else:
                if self._uploaded and row.delivered_at is not None:
                    self._claimed += 1
                    row = replace(row, delivered_at=None)  # noqa: PLW2901 - couriers say so
                items.append(_Item(position, row, merchant_id, courier))
        return items

    def _evades(self, row: ShipmentRow, merchant_id: UUID, at: datetime) -> bool:
        """Whether the row ships under an own number what must go through the platform."""
        old = row.shipped_at is not None and at - row.shipped_at > RECENT
        own = row.waybill_number is not None and ship_method(row) == "own_number"
        return own and not old and self._parties.must_use_platform(merchant_id)

    async def _own(
        self, session: SystemSession, items: list[_Item], outcome: Outcome
    ) -> list[_Item]:
        """Rows whose number is not another merchant's: whoever names one would read its scans."""
        keys = {item.track for item in items if item.track is not None}
        if not keys:
            return items
        owners = await tracking.owners_of(session, keys)
        kept = []
        for item in items:
            if item.track is not None and owners[item.track] - {item.merchant_id}:
                outcome.refuse(item.position, "number_taken", "waybill_number")
            else:
                kept.append(item)
        return kept

    async def _new(
        self, session: SystemSession, items: Sequence[_Item], outcome: Outcome
    ) -> tuple[list[_Item], list[Signed]]:
        """Rows whose shipment is not there, and the deliveries that the others bring."""
        keys = [(item.merchant_id, item.row.shipment_no) for item in items]
        known = await numbers.known(session, keys)
        fresh: list[_Item] = []
        signed: list[Signed] = []
        if not known:
            return list(items), signed
        for key, item in zip(keys, items, strict=True):
            box = known.get(key)
            if box is None:
                fresh.append(item)
                continue
            outcome.known += 1
            if box.open and item.row.delivered_at is not None:
                signed.append((item.merchant_id, box.id, item.row.delivered_at))
        return fresh, signed

    def _made(
        self,
        items: Sequence[_Item],
        subs: Mapping[tuple[UUID, str], KnownSubOrder],
        waiting: Mapping[tuple[UUID, UUID], list[UUID]],
        at: datetime,
    ) -> _Made:
        batch = self._build(items, subs, waiting, at)
        return _Made(
            orders.encode(self._job.vault, batch.orders),
            bulk.encode(batch.boxes),
            bulk.encode(batch.planned),
            _bindings(batch, at),
        )

    def _build(
        self,
        items: Sequence[_Item],
        subs: Mapping[tuple[UUID, str], KnownSubOrder],
        waiting: Mapping[tuple[UUID, UUID], list[UUID]],
        at: datetime,
    ) -> _Batch:
        made = _Batch()
        here: dict[tuple[UUID, str], tuple[UUID, str]] = {
            key: (sub.recipient_id, sub.order_no) for key, sub in subs.items()
        }
        planned = {key: list(waiting.get((key[0], sub.id), ())) for key, sub in subs.items()}
        several: dict[tuple[UUID, str], list[ShipmentRow]] = defaultdict(list)
        ids = iter(new_ids(4 * len(items)))
        for item in items:
            who = _person(item.row)
            key = item.sub_order
            if key not in here:
                order = self._order(item, who, at, ids)
                made.orders.append(order)
                here[key] = (order.recipient_id, order.order_no)
            several[key].append(item.row)
            waits = planned.get(key)
            filled = waits.pop(0) if waits else None
            topic: Topic = "shipment" if key in subs or not settled(item.row, at) else "figures"
            box = self._box(item, who, *here[key], filled or next(ids), at, topic)
            (made.planned if filled else made.boxes).append(box)
            tail = phone_tail(who.phone)
            if tail is not None:
                made.tails[box.id] = tail
        made.orders = [_with_state(order, several) for order in made.orders]
        return made

    def _order(self, item: _Item, who: Person, at: datetime, ids: Iterator[UUID]) -> NewOrder:
        row = item.row
        return NewOrder(
            merchant_id=item.merchant_id,
            order_id=next(ids),
            sub_order_id=next(ids),
            recipient_id=next(ids),
            order_no=row.order_no or item.sub_order[1],
            sub_order_no=item.sub_order[1],
            who=who,
            placed_at=_created(row, at),
            state=order_state(row),
            shop_id=self._parties.shop(item.merchant_id, row.shop),
            shop_name=row.shop,
            promised_at=row.promised_at,
        )

    def _box(
        self,
        item: _Item,
        who: Person,
        recipient_id: UUID,
        order_no: str,
        box_id: UUID,
        at: datetime,
        topic: Topic,
    ) -> ImportedBox:
        row, vault = item.row, self._job.vault
        state = milestone(row, at)
        waits = state == "created"
        return ImportedBox(
            merchant_id=item.merchant_id,
            id=box_id,
            shipment_no=row.shipment_no,
            milestone=state,
            recipient_id=recipient_id,
            created_at=_created(row, at),
            ship_method=ship_method(row),
            courier=item.courier,
            service=row.service,
            waybill_number=item.track[1] if item.track else None,
            pieces=row.pieces or 1,
            weight_g=row.weight_g,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            ended_at=row.delivered_at,
            order_no=order_no,
            shop_id=self._parties.shop(item.merchant_id, row.shop),
            shop_name=row.shop,
            recipient_key=recipient_key(vault, who) if waits else None,
            recipient_name=(mask_name(who.name) or None) if who.name else None,
            recipient_phone=(mask_phone(who.phone) or None) if who.phone else None,
            quantity=row.quantity or 1,
            origin_city=row.sender_city,
            dest_province=who.province,
            dest_city=who.city,
            dest_district=who.district,
            dest_adcode=who.adcode,
            promised_at=row.promised_at,
            buyer_token=new_token(16) if waits or state == "in_transit" else None,
            phone_tokens=phone_tokens(vault, who.phone) if who.phone else (),
            topic=topic,
        )


def _person(row: ShipmentRow) -> Person:
    return recipient(
        row.recipient_name,
        row.recipient_phone,
        row.province,
        row.city,
        row.district,
        row.address,
    )


def _created(row: ShipmentRow, at: datetime) -> datetime:
    return row.shipped_at or row.delivered_at or at


_STATES = ("open", "packed", "shipped", "completed")


def _with_state(
    order: NewOrder, rows: Mapping[tuple[UUID, str], Sequence[ShipmentRow]]
) -> NewOrder:
    """An order of several boxes is as far as the last of them."""
    boxes = rows[order.merchant_id, order.sub_order_no]
    if len(boxes) == 1:
        return order
    state = min((order_state(row) for row in boxes), key=_STATES.index)
    return replace(order, state=state)


def _bindings(made: _Batch, at: datetime) -> list[NewBinding]:
    """Numbers that may still move are followed."""
    return [
        NewBinding(
            merchant_id=box.merchant_id,
            shipment_id=box.id,
            courier=box.courier,
            number=box.waybill_number,
            phone_last4=made.tails.get(box.id),
            subscribe=True,
        )
        for box in (*made.boxes, *made.planned)
        if box.courier and box.waybill_number and may_move(box, at)
    ]
