"""The sample's past on its way through the hub: orders, shipping and tracks side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from yichuan.core.context import Context
from yichuan.demo import history, settle
from yichuan.demo.history import Box, Tell
from yichuan.demo.shipping import Parcel, Shipper
from yichuan.demo.state import State
from yichuan.simulator.mall_hub import Hub
from yichuan.simulator.sample_orders import Order


@dataclass(slots=True)
class Line:
    """The sample's past on its way through the hub: each part goes on while the next comes."""

    context: Context
    state: State
    hub: Hub
    couriers: httpx.AsyncClient
    placed: Tell
    shipped: Tell
    told: Tell
    boxes: asyncio.Queue[list[Box]] = field(default_factory=asyncio.Queue)
    parcels: asyncio.Queue[list[Parcel]] = field(default_factory=asyncio.Queue)
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    refused: Counter[str] = field(default_factory=Counter)
    """Boxes the hub would not ship, by its reason."""

    async def run(self, past: Sequence[Order]) -> None:
        """All of it.

        Raises:
            HubError, httpx.HTTPError: the hub or the couriers refuse.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._place(past))
                group.create_task(self._ship())
                group.create_task(self._happen())
                group.create_task(
                    settle.merge_until_quiet(self.context, self.couriers, self.complete)
                )
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    async def _place(self, past: Sequence[Order]) -> None:
        async for part in history.place(self.context, self.state, past, self.placed):
            await self.boxes.put(part)
            await asyncio.sleep(0)
        await self.boxes.put([])

    async def _ship(self) -> None:
        now = datetime.now(UTC)
        shipper = Shipper(self.context, self.hub, self.state.seed, now, self.shipped)
        while part := await self.boxes.get():
            parcels = await shipper.ship(part)
            if parcels:
                await self.parcels.put(parcels)
        await self.parcels.put([])
        self.refused = shipper.refused

    async def _happen(self) -> None:
        while part := await self.parcels.get():
            await settle.subscribed(self.context, part)
            await settle.happen(self.couriers, part)
            self.told(len(part))
        self.complete.set()
