"""The loop that empties the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

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

Channel = Callable[[Message], Awaitable[str | None]]
"""Sends one message of a channel; returns None on success or the error's text."""


def channels(context: Context, http: httpx.AsyncClient) -> dict[str, Channel]:
    """The channels of this room."""

    async def webhook(message: Message) -> str | None:
        return await sender.deliver(context, http, message)

    async def event(message: Message) -> str | None:
        await sender.fan_out(context, message)
        return None

    return {WEBHOOK_CHANNEL: webhook, EVENT_CHANNEL: event}


async def step(context: Context, known: Mapping[str, Channel], batch: int = BATCH) -> int:
    """Claim due messages and send them side by side. Returns how many were tried.

    What a channel raises is recorded as the message's error and tried again later.
    """
    messages = await outbox.claim(context.database, batch)
    results = await asyncio.gather(
        *(_send(known, message) for message in messages), return_exceptions=True
    )
    for message, result in zip(messages, results, strict=True):
        error = result
        if isinstance(result, BaseException):
            log.error("outbox message failed", id=message.id, channel=message.channel, error=result)
            error = f"{type(result).__name__}: {result}"
        await outbox.settle(context.database, message, None if error is None else str(error))
    return len(messages)


async def _send(known: Mapping[str, Channel], message: Message) -> str | None:
    channel = known.get(message.channel)
    if channel is None:
        return f"no sender for channel {message.channel}"
    return await channel(message)


async def run_outbox(context: Context, extra: Mapping[str, Channel] | None = None) -> None:
    """Send for ever, until cancelled. `extra`: channels of other rooms."""
    async with sender.client() as http, asyncio.TaskGroup() as group:
        known = {**channels(context, http), **(extra or {})}
        for number in range(PUMPS):
            group.create_task(_pump(context, known), name=f"outbox-{number}")


async def _pump(context: Context, known: Mapping[str, Channel]) -> None:
    while True:
        if await step(context, known) == 0:
            await asyncio.sleep(IDLE_SECONDS)
