"""The loop that empties the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import httpx
import structlog

from yichuan.core import outbox
from yichuan.core.context import Context
from yichuan.core.outbox import Message
from yichuan.notify import sender
from yichuan.notify.service import EVENT_CHANNEL, WEBHOOK_CHANNEL

log = structlog.get_logger(__name__)
IDLE_SECONDS = 0.5
PUMPS = 4
BATCH = 10
EVENTS = 200
"""Events addressed in one transaction."""

Channel = Callable[[Message], Awaitable[str | None]]
"""Sends one message of a channel; returns None on success or the error's text."""


def channels(context: Context, http: httpx.AsyncClient) -> dict[str, Channel]:
    """The channels of this room."""

    async def webhook(message: Message) -> str | None:
        return await sender.deliver(context, http, message)

    return {WEBHOOK_CHANNEL: webhook}


async def step(context: Context, known: Mapping[str, Channel], batch: int = BATCH) -> int:
    """Address due events and send due messages. Returns how many were tried."""
    return await _address(context) + await _deliver(context, known, batch)


async def _address(context: Context) -> int:
    """Address due events, all in one transaction; each alone where that fails."""
    messages = await outbox.claim(context.database, EVENTS, channel=EVENT_CHANNEL)
    (failed,) = await asyncio.gather(sender.fan_out(context, messages), return_exceptions=True)
    if failed is not None:
        alone = {EVENT_CHANNEL: partial(_address_one, context)}
        await _send_all(context, alone, messages)
    return len(messages)


async def _address_one(context: Context, message: Message) -> None:
    await sender.fan_out(context, [message])


async def _deliver(context: Context, known: Mapping[str, Channel], batch: int) -> int:
    messages = await outbox.claim(context.database, batch, channel=EVENT_CHANNEL, its_own=False)
    await _send_all(context, known, messages)
    return len(messages)


async def _send_all(
    context: Context, known: Mapping[str, Channel], messages: Sequence[Message]
) -> None:
    """Send side by side. What a channel raises is recorded and tried again later."""
    results = await asyncio.gather(
        *(_send(known, message) for message in messages), return_exceptions=True
    )
    for message, result in zip(messages, results, strict=True):
        error = result
        if isinstance(result, BaseException):
            log.error("outbox message failed", id=message.id, channel=message.channel, error=result)
            error = f"{type(result).__name__}: {result}"
        await outbox.settle(context.database, message, None if error is None else str(error))


async def _send(known: Mapping[str, Channel], message: Message) -> str | None:
    channel = known.get(message.channel)
    if channel is None:
        return f"no sender for channel {message.channel}"
    return await channel(message)


Channels = Callable[[httpx.AsyncClient], Mapping[str, Channel]]
"""Makes a room's channels on the client everything leaves by."""


async def run_outbox(context: Context, *more: Channels) -> None:
    """Send for ever, until cancelled. `more`: channels of other rooms."""
    async with sender.client() as http, asyncio.TaskGroup() as group:
        known = channels(context, http)
        for others in more:
            known |= others(http)
        group.create_task(_pump(partial(_address, context)), name="outbox-events")
        for number in range(PUMPS):
            pump = _pump(partial(_deliver, context, known, BATCH))
            group.create_task(pump, name=f"outbox-{number}")


async def _pump(act: Callable[[], Awaitable[int]]) -> None:
    while True:
        if await act() == 0:
            await asyncio.sleep(IDLE_SECONDS)
