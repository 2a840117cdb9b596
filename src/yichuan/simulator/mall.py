"""The simulated mall: buyers order through the hub's public API, merchants' clerks ship.

Four loops beside each other: orders, buyers' second thoughts, clerks, vans; and an ear for the
hub's webhooks. Each goes on where the ledger says, and waits while the hub is away.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx

from yichuan.simulator.config import NetworkConfig
from yichuan.simulator.mall_buyers import Buyers
from yichuan.simulator.mall_clerk import Clerks
from yichuan.simulator.mall_hub import Hub, HubError, refused
from yichuan.simulator.mall_ledger import MallLedger, Ordered, SubOrder
from yichuan.simulator.mall_setup import admit, contract, listen
from yichuan.simulator.mall_vans import Vans
from yichuan.simulator.mall_webhooks import PATH, Ear, create_app, listening
from yichuan.simulator.network import wall_clock
from yichuan.simulator.sample import Merchant, merchants
from yichuan.simulator.sample_orders import Order, as_request, order

log = logging.getLogger(__name__)
AGAIN = 0.03
"""Share of orders whose buyer orders a second time from the same merchants a little later."""
MOST_AT_ONCE = 50
"""Orders that gathered while the hub was away and are sent together; older ones are lost."""
ROUND_SECONDS = 2.0
MERGE_EVERY = 8
"""Clerks look for boxes to pack together in every so many rounds."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class MallConfig:
    """What the mall is told."""

    hub: str
    key: str
    couriers: str
    rate: float = 12.0
    """Orders per minute."""
    seed: int = 1
    merchants: int = 12
    time_scale: float = 1.0
    """Promises, clerks and buyers run this many times faster than in nature."""
    most: int = 0
    """Orders after which none are placed any more (the ledger's count in); 0: no end."""
    ledger: Path | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 0
    network: NetworkConfig | None = None
    """The couriers' network to connect the hub with; None: that was done already."""

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: a value makes no sense.
        """
        if self.rate < 0 or self.time_scale <= 0 or self.most < 0:
            raise ValueError("rate >= 0, time_scale > 0 and most >= 0 are needed")


@dataclass(slots=True)
class Mall:
    """The mall at work. `step` methods do what is due at a moment; `run` calls them for ever."""

    config: MallConfig
    hub: Hub
    ledger: MallLedger
    vans: Vans
    clock: Clock = wall_clock
    sellers: dict[str, Merchant] = field(default_factory=dict)
    buyers: Buyers | None = None
    clerks: Clerks | None = None
    next_order: datetime | None = None
    last: Order | None = None

    async def open(self) -> None:
        """Admit the merchants and get ready.

        Raises:
            HubError: the hub refuses the key or the merchants.
        """
        config = self.config
        self.sellers = await admit(self.hub, merchants(config.merchants))
        self.buyers = Buyers(self.hub, self.ledger, config.seed, config.time_scale)
        self.clerks = Clerks(self.hub, self.ledger, config.seed, self.sellers)

    @property
    def sold_out(self) -> bool:
        """Whether the last order has been placed."""
        return 0 < self.config.most <= self.ledger.memory.orders

    # -- orders --------------------------------------------------------------------------------

    async def order_step(self, now: datetime) -> int:
        """Place the orders that are due. Returns how many were taken."""
        due = self._due_orders(now)
        if not due:
            return 0
        bodies = [as_request(one, self.config.time_scale) for one in due]
        try:
            if len(due) == 1:
                key = f"order/{due[0].number}"
                return self._note(due[0], await self.hub.post("/orders", bodies[0], key))
            key = f"orders/{due[0].number}/{len(due)}"
            answer = await self.hub.post("/orders/batch", {"orders": bodies}, key)
        except HubError as error:
            log.warning("%d orders were refused: %s", len(due), error)
            return 0
        taken = 0
        for one, row in zip(due, answer["items"], strict=True):
            if row["ok"]:
                taken += self._note(one, row["order"])
            else:
                log.warning("order %s was refused: %s", one.number, refused(row))
        return taken

    def _due_orders(self, now: datetime) -> list[Order]:
        """The orders whose time has come; what gathered in a long absence is lost."""
        due: list[Order] = []
        if self.config.rate == 0 or self.sold_out:
            return due
        at = self.next_order or now
        gap = 60 / self.config.rate
        at = max(at, now - timedelta(seconds=MOST_AT_ONCE * gap))
        while at <= now and len(due) < MOST_AT_ONCE:
            due.append(self._order(at))
            rng = Random(f"{self.config.seed}/gap/{due[-1].number}")
            at += timedelta(seconds=max(0.001, rng.expovariate(1 / gap)))
        self.next_order = at
        left = self.config.most - self.ledger.memory.orders
        return due[:left] if self.config.most else due

    def _order(self, at: datetime) -> Order:
        nonce, seed = at.isoformat(), self.config.seed
        sellers, again = merchants(self.config.merchants), None
        if self.last is not None and Random(f"{seed}/again/{nonce}").random() < AGAIN:
            sellers = tuple(share.merchant for share in self.last.shares)
            again = self.last.buyer
        one = order(sellers, seed, nonce, at, 240 / self.config.time_scale, again)
        self.last = None if again or one.pasted else one
        return one

    def _note(self, one: Order, placed: Mapping[str, Any]) -> int:
        line = Ordered(
            at=one.placed_at,
            order_no=one.number,
            sub_orders=tuple(
                SubOrder(str(sub["id"]), sub["sub_order_no"], str(sub["merchant_id"]))
                for sub in placed["sub_orders"]
            ),
            city=one.buyer.city.adcode,
        )
        self.ledger.write(line)
        if self.buyers is not None:
            self.buyers.expect(line)
        return 1

    # -- loops ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until cancelled."""
        assert self.buyers is not None
        assert self.clerks is not None
        async with asyncio.TaskGroup() as group:
            for loop in (self._orders(), self._thoughts(), self._rounds(), self._drives()):
                group.create_task(loop)

    async def _orders(self) -> None:
        while True:
            await self.order_step(self.clock())
            now = self.clock()
            wait = ((self.next_order or now) - now) / timedelta(seconds=1)
            await asyncio.sleep(min(max(wait, 0.05), 5.0))

    async def _thoughts(self) -> None:
        assert self.buyers is not None
        while True:
            await self.buyers.step(self.clock())
            await asyncio.sleep(0.5)

    async def _rounds(self) -> None:
        assert self.clerks is not None
        count = 0
        while True:
            try:
                await self.clerks.round(self.clock())
                if count % MERGE_EVERY == 0:
                    await self.clerks.merge_twins()
            except HubError as error:
                log.warning("the clerks' round was refused: %s", error)
            count += 1
            await asyncio.sleep(ROUND_SECONDS)

    async def _drives(self) -> None:
        while True:
            await self.vans.step(self.clock())
            await asyncio.sleep(0.5)

    def stats(self) -> dict[str, object]:
        """What was counted so far."""
        memory = self.ledger.memory
        return {
            "orders": memory.orders,
            "sold_out": self.sold_out,
            "merchants": len(self.sellers),
            "waiting_for_courier": len(memory.leaving),
            "wishes_waiting": self.buyers.waiting if self.buyers else 0,
            "lines": memory.counts,
            "clerks": self.clerks.done if self.clerks else {},
            "hub": asdict(self.hub.stats),
        }


@asynccontextmanager
async def opened(config: MallConfig, clock: Clock = wall_clock) -> AsyncIterator[tuple[Mall, Ear]]:
    """A mall with its connections, ready to run; waits for the hub to answer.

    Raises:
        HubError: the hub refuses the key.
    """
    async with AsyncExitStack() as stack:
        ledger = MallLedger(config.ledger)
        stack.callback(ledger.close)
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=config.hub,
                headers={"Authorization": f"Bearer {config.key}"},
                timeout=30,
                trust_env=False,
            )
        )
        vans = await stack.enter_async_context(
            httpx.AsyncClient(base_url=config.couriers, timeout=15, trust_env=False)
        )
        hub = Hub(http)
        mall = Mall(config, hub, ledger, Vans(vans, ledger), clock)
        await mall.open()
        if config.network is not None:
            await contract(hub, vans, config.network)
        yield mall, Ear(ledger, clock)


async def main(config: MallConfig, ready: Callable[[Mall, str], None]) -> None:
    """Run until SIGINT or SIGTERM; `ready` is told the mall and where it listens.

    Raises:
        HubError: the hub refuses the key.
        OSError: the webhook port is taken.
    """
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await _until(stop, _serve(config, ready))


async def _serve(config: MallConfig, ready: Callable[[Mall, str], None]) -> None:
    async with AsyncExitStack() as stack:
        mall, ear = await stack.enter_async_context(opened(config))
        app = create_app(ear, mall.stats)
        url = await stack.enter_async_context(
            listening(app, config.webhook_host, config.webhook_port)
        )
        ear.secret = await listen(mall.hub, mall.ledger, config.hub, url + PATH, mall.clock())
        ready(mall, url)
        await mall.run()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do some work until it ends or `stop` is set."""
    task, end = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
    for one in (task, end):
        one.cancel()
    await asyncio.wait({task, end})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
