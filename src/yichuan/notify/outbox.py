"""The loop that empties the outbox: many at a time, each lane by what it can take."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import httpx
import psycopg
import structlog

from yichuan.core import outbox
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.outbox import Message, Sent
from yichuan.notify import health, sender
from yichuan.notify.lanes import Lane, Lanes
from yichuan.notify.service import EVENT_CHANNEL, WEBHOOK_CHANNEL

log = structlog.get_logger(__name__)
IDLE_SECONDS = 0.5
ABREAST: Final = 96
"""Messages on their way at once in a process."""
BATCH: Final = 64
EVENTS = 200
"""Events addressed in one transaction."""
GATHER_SECONDS: Final = 0.02
"""Outcomes of so long are settled in one transaction."""
LONGEST_WAIT: Final = 60.0
"""Seconds a claimed message may wait for room in its lane; well below `outbox.CLAIM_SECONDS`."""
HEALTH_SECONDS: Final = 60.0

Channel = Callable[[Message], Awaitable[Sent]]
"""Sends one message of a channel."""
Outcome = tuple[Message, Sent]


def channels(context: Context, http: httpx.AsyncClient) -> dict[str, Channel]:
    """The channels of this room."""
    endpoints = sender.Endpoints(context)

    async def webhook(message: Message) -> Sent:
        return await sender.deliver(endpoints, http, message)

    return {WEBHOOK_CHANNEL: webhook}


async def _address(context: Context) -> int:
    """Address due events, all in one transaction; each alone where that fails."""
    messages = await outbox.claim(context.database, EVENTS, channel=EVENT_CHANNEL)
    (failed,) = await asyncio.gather(sender.fan_out(context, messages), return_exceptions=True)
    if failed is not None:
        alone = {EVENT_CHANNEL: partial(_address_one, context)}
        outcomes = await asyncio.gather(*(_send(alone, message) for message in messages))
        await _settle(context, outcomes)
    return len(messages)


async def _address_one(context: Context, message: Message) -> Sent:
    await sender.fan_out(context, [message])
    return Sent()


async def _send(known: Mapping[str, Channel], message: Message) -> Outcome:
    """Send one. What a channel raises is recorded and tried again later."""
    channel = known.get(message.channel)
    if channel is None:
        return message, Sent(f"no sender for channel {message.channel}")
    (result,) = await asyncio.gather(channel(message), return_exceptions=True)
    if isinstance(result, BaseException):
        log.error("outbox message failed", id=message.id, channel=message.channel, error=result)
        return message, Sent(f"{type(result).__name__}: {result}")
    return message, result


async def _settle(context: Context, outcomes: Sequence[Outcome]) -> None:
    """Record outcomes together; where that cannot be written, each alone, without its notes."""
    try:
        await outbox.settle(context.database, outcomes)
    except psycopg.DataError:
        log.exception("outcomes cannot be noted", count=len(outcomes))
        for message, sent in outcomes:
            await outbox.settle(
                context.database, [(message, Sent(sent.error, (), sent.not_before))]
            )


class Deliveries:
    """Everything on its way in this process."""

    def __init__(self, context: Context, known: Mapping[str, Channel]) -> None:
        self._context = context
        self._known = known
        self._lanes = Lanes()
        self._waiting: dict[str, deque[tuple[float, Message]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: list[Outcome] = []
        self._news = asyncio.Event()

    async def take(self) -> int:
        """Claim what there is room for and start it. Returns how many were claimed."""
        room = min(BATCH, ABREAST - len(self._tasks) - sum(map(len, self._waiting.values())))
        if room <= 0:
            return 0
        at = time.monotonic()
        busy = {*self._lanes.busy(at), *self._waiting}
        messages = await outbox.claim(
            self._context.database, room, channel=EVENT_CHANNEL, its_own=False, busy=sorted(busy)
        )
        for message in sorted(messages, key=lambda m: m.id):
            name = _lane(message)
            if self._lanes.of(name).is_open(at):
                self._start(name, message)
            else:
                self._waiting.setdefault(name, deque()).append((at, message))
        return len(messages)

    def _start(self, name: str, message: Message) -> None:
        lane = self._lanes.of(name)
        lane.running += 1
        task = asyncio.create_task(self._run(lane, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: Lane, message: Message) -> None:
        good = False
        try:
            outcome = await _send(self._known, message)
            self._ended.append(outcome)
            good = outcome[1].error is None
        finally:
            lane.ended(time.monotonic(), good=good)
            self._news.set()

    async def settle(self) -> None:
        """Record what has ended, then start what waited for its lane or give it back."""
        ended, self._ended = self._ended, []
        await _settle(self._context, ended)
        at = time.monotonic()
        for name, queue in list(self._waiting.items()):
            lane = self._lanes.of(name)
            while queue and lane.is_open(at):
                self._start(name, queue.popleft()[1])
            rest = lane.rests_until - at
            if queue and (rest > 0 or at - queue[0][0] > LONGEST_WAIT):
                due = now() + timedelta(seconds=max(rest, 1.0))
                await outbox.give_back(self._context.database, [m for _, m in queue], due)
                queue.clear()
            if not queue:
                del self._waiting[name]

    async def idle(self) -> None:
        """Wait until nothing is on its way (tests)."""
        while self._tasks or self._waiting or self._ended:
            if self._tasks:
                await asyncio.wait(self._tasks)
            await self.settle()

    async def run(self) -> None:
        """Send for ever, until cancelled."""
        try:
            while True:
                taken = await self.take()
                if taken == 0 and not self._ended:
                    await self._wait(IDLE_SECONDS)
                if self._tasks:
                    await asyncio.sleep(GATHER_SECONDS)
                await self.settle()
        finally:
            for task in self._tasks:
                task.cancel()

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return


def _lane(message: Message) -> str:
    return message.lane or f"{message.channel}:{message.stream}"


async def step(context: Context, known: Mapping[str, Channel]) -> int:
    """Address due events and send due messages. Returns how many were tried."""
    deliveries = Deliveries(context, known)
    addressed = await _address(context)
    taken = await deliveries.take()
    await deliveries.idle()
    return addressed + taken


Channels = Callable[[httpx.AsyncClient], Mapping[str, Channel]]
"""Makes a room's channels on the client everything leaves by."""


async def run_outbox(context: Context, *more: Channels) -> None:
    """Send for ever, until cancelled. `more`: channels of other rooms."""
    async with sender.client() as http, asyncio.TaskGroup() as group:
        known = channels(context, http)
        for others in more:
            known |= others(http)
        group.create_task(_pump(partial(_address, context)), name="outbox-events")
        group.create_task(Deliveries(context, known).run(), name="outbox")
        group.create_task(_look_after(context), name="outbox-health")


async def _pump(act: Callable[[], Awaitable[int]]) -> None:
    while True:
        if await act() == 0:
            await asyncio.sleep(IDLE_SECONDS)


async def _look_after(context: Context) -> None:
    while True:
        await health.look_after(context.database)
        await asyncio.sleep(HEALTH_SECONDS)
