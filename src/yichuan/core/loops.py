"""Loops that run as long as the process: each supervised, failing alone and retrying alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
HEALTHY_AFTER = 120.0
"""Seconds of running after which a failure counts as the first again."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that runs for ever."""

    name: str
    run: Callable[[], Awaitable[None]]


async def supervise(loop: Loop) -> None:
    """Keep a loop running: whatever it raises is logged and it starts again after a pause."""
    failures = 0
    while True:
        started = time.monotonic()
        task = asyncio.ensure_future(loop.run())
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        error = task.exception()
        failures = 1 if time.monotonic() - started > HEALTHY_AFTER else failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10))
        if error is not None:
            log.error("loop failed", loop=loop.name, pause=pause, error=repr(error), exc_info=error)
        await asyncio.sleep(pause)


async def run_all(loops: tuple[Loop, ...]) -> None:
    """Run all loops until cancelled."""
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(supervise(loop), name=loop.name)


def every(seconds: float, act: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """A loop body that acts, waits, and acts again."""

    async def body() -> None:
        while True:
            await act()
            await asyncio.sleep(seconds)

    return body
