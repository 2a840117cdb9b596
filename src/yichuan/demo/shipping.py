"""Shipping the sample's past through the hub's public API, then setting its times back.

Numbers are really taken from the simulated couriers and own numbers really declared; only the
times are changed afterwards, before any consumer of the log has seen them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from yichuan.core.context import Context
from yichuan.demo.history import Box, Tell, in_parts
from yichuan.demo.times import Past, set_back
from yichuan.shipments import queries as shipments
from yichuan.shipments.queries import Shipment
from yichuan.simulator.mall_hub import Hub
from yichuan.simulator.sample import own_number

TAKEN_AT_ONCE, NUMBERED_AT_ONCE = 100, 400
SIDE_BY_SIDE = 2
"""Requests on their way at the same time."""
CANCELLED, HELD = 0.015, 0.06
"""Shares: of all boxes, cancelled before shipping; of the unshipped, on hold for a refund."""
Parcel = dict[str, object]


@dataclass(slots=True)
class Shipper:
    """Ships boxes, part by part."""

    context: Context
    hub: Hub
    seed: int
    now: datetime
    tell: Tell
    refused: Counter[str] = field(default_factory=Counter)
    """Boxes that were not shipped, by the hub's reason; they wait in its lists."""
    _past: list[Past] = field(default_factory=list)
    _parcels: list[Parcel] = field(default_factory=list)

    async def ship(self, boxes: Sequence[Box]) -> list[Parcel]:
        """Ship what was shipped by now, hold and cancel a few, and set all times back.

        Returns:
            What the couriers got: rows for the network's `/sim/backfill`.
        """
        self._past, self._parcels = [], []
        stopped = await self._changes_of_mind(boxes)
        due = [box for box in boxes if box.shipment_id not in stopped and self._is_due(box)]
        shipping = {box.shipment_id for box in due}
        waiting = [box for box in boxes if box.shipment_id not in shipping]
        self._past += [Past.of(box, None, None) for box in waiting]
        self.tell(len(waiting))
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        by_hub = [box for box in due if box.plan.hub]
        own = [box for box in due if not box.plan.hub]
        await asyncio.gather(
            *(self._limited(gate, self._take, part) for part in in_parts(by_hub, TAKEN_AT_ONCE)),
            *(self._limited(gate, self._number, part) for part in in_parts(own, NUMBERED_AT_ONCE)),
        )
        async with self.context.database.system() as session:
            await set_back(session, self._past)
        return self._parcels

    async def _limited(
        self,
        gate: asyncio.Semaphore,
        act: Callable[[Sequence[Box]], Awaitable[None]],
        part: Sequence[Box],
    ) -> None:
        async with gate:
            await act(part)
        self.tell(len(part))

    def _is_due(self, box: Box) -> bool:
        return _goes_at(box, box.plan.print_at) <= self.now

    async def _changes_of_mind(self, boxes: Sequence[Box]) -> set[UUID]:
        """Cancel a few orders, hold a few unshipped ones; returns the boxes not to be shipped."""
        stopped: set[UUID] = set()
        for box in boxes:
            roll = Random(f"{self.seed}/mind/{box.share.number}").random()
            if roll < CANCELLED:
                act, reason = "cancel", "买家取消：拍错了"
            elif roll > 1 - HELD and not self._is_due(box):
                act, reason = "hold", "买家申请退款"
            else:
                continue
            await self.hub.post(f"/orders/{box.sub_order_id}/{act}", {"reason": reason})
            stopped.add(box.shipment_id)
        return stopped

    async def _take(self, part: Sequence[Box]) -> None:
        """取号: hub waybills, from the branches that dispatch chooses; then hand-over."""
        ids = [str(box.shipment_id) for box in part]
        answer = await self.hub.post("/waybills/batch", {"shipment_ids": ids})
        taken = self._accepted(part, answer["items"])
        rows = await self._rows(taken)
        gone = [box for box in taken if _goes_at(box, box.plan.hand_over_at) <= self.now]
        if gone:
            ids = [str(box.shipment_id) for box in gone]
            await self.hub.post("/shipments/hand-over", {"shipment_ids": ids})
        left = {box.shipment_id for box in gone}
        for box in taken:
            printed = _goes_at(box, box.plan.print_at)
            shipped = _goes_at(box, box.plan.hand_over_at) if box.shipment_id in left else None
            self._past.append(Past.of(box, printed, shipped))
            if shipped is not None:
                row = rows[box.shipment_id]
                self._parcels.append(_parcel(str(row.courier), str(row.waybill_number), shipped))

    async def _rows(self, boxes: Sequence[Box]) -> Mapping[UUID, Shipment]:
        async with self.context.database.read(None) as session:
            return await shipments.of_ids(session, [box.shipment_id for box in boxes])

    async def _number(self, part: Sequence[Box]) -> None:
        """填单号发货: the merchants' own numbers; the fake ones never reach a courier."""
        rows = [
            {"shipment_id": str(box.shipment_id), "courier": box.plan.courier}
            | {"number": self._own_number(box)}
            for box in part
        ]
        answer = await self.hub.post("/shipments/own-numbers", {"rows": rows})
        for box in self._accepted(part, answer["items"]):
            self._past.append(Past.of(box, None, _goes_at(box, box.plan.print_at)))
            if box.plan.fate != "fakes":
                given = min(self.now, _goes_at(box, box.plan.hand_over_at))
                parcel = _parcel(box.plan.courier, self._own_number(box), given)
                self._parcels.append(parcel | _way(box))

    def _own_number(self, box: Box) -> str:
        return own_number(self.seed, box.plan.courier, box.share.number)

    def _accepted(self, part: Sequence[Box], items: Sequence[Mapping[str, Any]]) -> list[Box]:
        """The boxes whose row was taken; the others stay unshipped."""
        good = []
        for box, item in zip(part, items, strict=True):
            if item["ok"]:
                good.append(box)
                continue
            self._past.append(Past.of(box, None, None))
            self.refused[str((item["error"] or {}).get("detail", ""))] += 1
        return good


def _goes_at(box: Box, at: datetime) -> datetime:
    """A moment of the plan, or when the box is found where it was forgotten."""
    return box.plan.found_at if box.plan.fate == "forgets" else at


def _parcel(courier: str, number: str, at: datetime) -> Parcel:
    return {"courier": courier, "number": number, "handed_over_at": at.isoformat()}


def _way(box: Box) -> Parcel:
    sender, buyer = box.share.merchant.sender, box.order.buyer
    return {
        "from": {"city": sender.city, "province": sender.province, "area": sender.district},
        "to": {"city": buyer.city.name, "province": buyer.city.province, "area": buyer.district},
    }
