"""The merchants' clerks: they watch the hub's list of boxes to ship and work through it.

A clerk keeps nothing in mind but what the hub lists and the ledger remembers; what becomes of a
box is decided by the seed and the box's number (`sample.handle`). How fast time runs for a box is
read off its own promise: the hours from payment to `ship_by` against the merchant's usual ones.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from yichuan.simulator.mall_hub import Hub, HubError, refused
from yichuan.simulator.mall_ledger import Leaving, LeftBehind, MallLedger, Spot, Stayed
from yichuan.simulator.sample import Handling, Merchant, handle, own_number

log = logging.getLogger(__name__)
BATCH = 50
"""Boxes of one merchant printed, numbered or handed over together."""
TIRED_AFTER = 2
"""Failed print jobs of a box after which its merchant ships it on its own."""
PAUSE = timedelta(seconds=20)
"""Before a box that failed is tried again; doubles each time."""
JOB_POLLS = 120
JOB_WAIT = 0.5
Row = Mapping[str, Any]
Act = Callable[[Merchant, list["Box"], datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Box:
    """A box as the hub lists it, and what its merchant is going to do with it."""

    row: Row
    merchant: Merchant
    plan: Handling

    @property
    def id(self) -> str:
        """The shipment's id."""
        return str(self.row["id"])


@dataclass(slots=True)
class Work:
    """What is due now, by what has to be done."""

    split: list[Box] = field(default_factory=list)
    number: list[Box] = field(default_factory=list)
    print: list[Box] = field(default_factory=list)
    hand_over: list[Box] = field(default_factory=list)


class Clerks:
    """All clerks of all sample merchants."""

    def __init__(
        self, hub: Hub, ledger: MallLedger, seed: int, merchants: Mapping[str, Merchant]
    ) -> None:
        """`merchants` by the hub's ids."""
        self._hub, self._ledger, self._seed = hub, ledger, seed
        self._merchants = merchants
        self._failures: dict[str, tuple[int, datetime]] = {}
        """Boxes that could not be printed: how often, and not again before when."""
        self.done: dict[str, int] = {}
        """How often each thing was done."""

    async def round(self, now: datetime) -> None:
        """Look at the list once and do what is due.

        Raises:
            HubError: the hub refuses the list itself.
        """
        work: dict[str, Work] = {}
        async for row in self._hub.pages("/shipments", queue="to_ship"):
            merchant = self._merchants.get(str(row["merchant_id"]))
            if merchant is not None and not row["hold"]:
                self._sort(work.setdefault(merchant.code, Work()), self._box(row, merchant), now)
        for code in sorted(work):
            due = work[code]
            merchant = next(m for m in self._merchants.values() if m.code == code)
            await self._each(self._hand_over, merchant, due.hand_over, now)
            await self._each(self._number, merchant, due.number, now)
            await self._each(self._print, merchant, due.print, now)
            for box in due.split:
                await self._leave_something_behind(box, now)

    def _box(self, row: Row, merchant: Merchant) -> Box:
        paid_at = datetime.fromisoformat(row["paid_at"] or row["created_at"])
        plan = handle(
            merchant, self._seed, str(row["shipment_no"]), paid_at, pace(row, merchant, paid_at)
        )
        return Box(row, merchant, plan)

    def _sort(self, work: Work, box: Box, now: datetime) -> None:
        """Put a box where it has to go now, if anywhere."""
        plan, row, memory = box.plan, box.row, self._ledger.memory
        failures, not_before = self._failures.get(box.id, (0, now))
        parts = plan.fate == "forgets" and row["quantity"] > 1 and failures < TIRED_AFTER
        start, out = plan.print_at, plan.hand_over_at
        if box.id in memory.forgotten:
            start = out = memory.forgotten[box.id]
            parts = False
        elif box.id in memory.parted:
            parts = False
        elif plan.fate == "forgets" and not parts:
            start = out = plan.found_at
        if start > now or not_before > now:
            return
        if row["waybill_number"] is not None and row["printed_at"] is not None:
            if out <= now:
                work.hand_over.append(box)
        elif parts:
            work.split.append(box)
        elif row["waybill_number"] is not None or plan.hub:
            alone = failures >= TIRED_AFTER and row["waybill_number"] is None
            can = box.merchant.mode == "own"
            (work.number if alone and can else work.print).append(box)
        else:
            work.number.append(box)

    async def _each(self, act: Act, merchant: Merchant, boxes: list[Box], now: datetime) -> None:
        """Do something in batches; what the hub refuses as a whole is tried again later."""
        for start in range(0, len(boxes), BATCH):
            batch = boxes[start : start + BATCH]
            try:
                await act(merchant, batch, now)
            except HubError as error:
                log.info("%s: %s", merchant.code, error)
                for box in batch:
                    self._fail(box, now)

    def _fail(self, box: Box, now: datetime) -> None:
        count = self._failures.get(box.id, (0, now))[0] + 1
        self._failures[box.id] = (count, now + PAUSE * 2 ** min(count - 1, 6))

    def _count(self, what: str, number: int = 1) -> None:
        self.done[what] = self.done.get(what, 0) + number

    # -- own numbers ---------------------------------------------------------------------------

    async def _number(self, merchant: Merchant, boxes: list[Box], now: datetime) -> None:
        """填单号发货: paste numbers; the courier gets the boxes later, or never."""
        numbers = {box.id: self._own_number(box) for box in boxes}
        lines = [self._leaving(box, *numbers[box.id], now) for box in boxes]
        self._ledger.write(*lines)
        rows = [
            {"shipment_id": box.id, "courier": numbers[box.id][0], "number": numbers[box.id][1]}
            for box in boxes
        ]
        answer = await self._hub.post("/shipments/own-numbers", {"rows": rows})
        for box, item in zip(boxes, answer["items"], strict=True):
            if item["ok"] or await self._has_number(box, numbers[box.id][1]):
                self._count("fakes" if box.plan.fate == "fakes" else "own_numbers")
            else:
                error = refused(item)
                self._ledger.write(Stayed(now, box.id, str(error)))
                self._fail(box, now)

    def _own_number(self, box: Box) -> tuple[str, str]:
        courier = box.plan.courier
        return courier, own_number(self._seed, courier, str(box.row["shipment_no"]))

    async def _has_number(self, box: Box, number: str) -> bool:
        """Whether our number arrived after all and only the answer got lost."""
        found = await self._hub.get(f"/shipments/{box.id}")
        return bool(found["waybill_number"] == number)

    def _leaving(self, box: Box, courier: str, number: str, now: datetime) -> Leaving:
        """The way of a box with an own number: the courier's network must be told the places."""
        sender, row = box.merchant.sender, box.row
        fake = box.plan.fate == "fakes"
        return Leaving(
            at=now,
            shipment=box.id,
            courier=courier,
            number=number,
            due=None if fake else max(now, box.plan.hand_over_at),
            origin=Spot(sender.city, sender.province, sender.district),
            destination=Spot(
                row["dest_city"] or "", row["dest_province"] or "", row["dest_district"] or ""
            ),
        )

    # -- hub waybills --------------------------------------------------------------------------

    async def _print(self, merchant: Merchant, boxes: list[Box], now: datetime) -> None:
        """打单: a print job, which takes the numbers that are missing."""
        ids = [box.id for box in boxes]
        tries = sum(self._failures.get(i, (0, now))[0] for i in ids)
        key = f"print/{ids[0]}/{len(ids)}/{tries}/{now.isoformat()}"
        made = await self._hub.post("/print-jobs", {"shipment_ids": ids}, key)
        for job in made["jobs"]:
            done = await self._wait_for(str(job["id"]))
            for item in done["items"]:
                box = next(box for box in boxes if box.id == str(item["shipment_id"]))
                if item["state"] == "done":
                    self._failures.pop(box.id, None)
                    self._count("printed")
                else:
                    log.info("%s not printed: %s", box.row["shipment_no"], item["error"])
                    self._fail(box, now)

    async def _wait_for(self, job_id: str) -> Row:
        """A print job when it is done, or as it is after a minute."""
        for _ in range(JOB_POLLS):
            job: Row = await self._hub.get(f"/print-jobs/{job_id}")
            if job["state"] == "done":
                return job
            await self._hub.sleep(JOB_WAIT)
        return job

    async def _hand_over(self, merchant: Merchant, boxes: list[Box], now: datetime) -> None:
        """交接: tell the hub, and give the boxes to the courier."""
        self._ledger.write(
            *(
                Leaving(now, box.id, box.row["courier"], box.row["waybill_number"], now)
                for box in boxes
            )
        )
        ids = [box.id for box in boxes]
        answer = await self._hub.post("/shipments/hand-over", {"shipment_ids": ids})
        for box, item in zip(boxes, answer["items"], strict=True):
            if item["ok"] or await self._was_shipped(box):
                self._count("handed_over")
            else:
                self._ledger.write(Stayed(now, box.id, str(refused(item))))
                self._fail(box, now)

    async def _was_shipped(self, box: Box) -> bool:
        found = await self._hub.get(f"/shipments/{box.id}")
        return found["shipped_at"] is not None

    # -- packing -------------------------------------------------------------------------------

    async def _leave_something_behind(self, box: Box, now: datetime) -> None:
        """拆单 without meaning to: one article stays in the warehouse until somebody asks."""
        try:
            found = await self._hub.get(f"/shipments/{box.id}")
            part = stays_behind(found["lines"])
            made = await self._hub.post(f"/shipments/{box.id}/split", {"boxes": [part]})
        except HubError as error:
            log.info("%s not split: %s", box.row["shipment_no"], error)
            self._fail(box, now)
            return
        rest = tuple(str(i) for i in made["ids"])
        self._ledger.write(LeftBehind(now, box.id, rest, box.plan.found_at))
        self._count("left_behind")

    async def merge_twins(self) -> None:
        """合单: pack together what goes to the same recipient."""
        for merchant_id, merchant in self._merchants.items():
            for group in await self._hub.get(
                "/shipments/merge-suggestions", merchant_id=merchant_id
            ):
                try:
                    await self._hub.post(
                        "/shipments/merge", {"shipment_ids": group["shipment_ids"]}
                    )
                except HubError as error:
                    log.info("%s: not merged: %s", merchant.code, error)
                else:
                    self._count("merged")


def pace(row: Row, merchant: Merchant, paid_at: datetime) -> float:
    """How many times faster than in nature time runs for a box (1 when nothing tells)."""
    if row["ship_by"] is None:
        return 1.0
    given = datetime.fromisoformat(row["ship_by"]) - paid_at
    usual = timedelta(hours=merchant.ship_hours)
    return usual / given if timedelta(0) < given < usual * 0.9 else 1.0


def stays_behind(lines: Sequence[Row]) -> list[dict[str, object]]:
    """The part of a box that is forgotten: its last article, or one piece of the only one."""
    last = lines[-1]
    quantity = last["quantity"] if len(lines) > 1 else 1
    return [{"shipment_line_id": last["id"], "quantity": quantity}]
