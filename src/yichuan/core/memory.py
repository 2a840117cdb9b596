"""Keep a process small: glibc gives every thread an arena of its own unless it is told not to, and
keeps what was freed unless it is asked for it."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_M_ARENA_MAX = -8
"""From glibc's malloc.h."""
TRIM_SECONDS = 10.0
_holders: list[Callable[[], None]] = []
RARE = (100_000, 20, 50)
"""Thresholds of the collector where objects come by the hundred thousand."""


def frugal() -> None:
    """Let all threads share two arenas, and keep the garbage collector off what never dies."""
    gc.collect()
    gc.freeze()
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
    except AttributeError:  # not glibc: nothing to tell
        return
    trim()


def rarely_collect() -> None:
    """For processes that work in batches of thousands: what they make dies by its count, and the
    collector, looking through it again and again, would cost a third of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARE)


def on_trim(act: Callable[[], None]) -> None:
    """Have something that holds memory it can do without let go of it at every `trim`."""
    _holders.append(act)


def trim() -> None:
    """Give freed memory back to the system (a few milliseconds)."""
    for act in _holders:
        act()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except AttributeError:
        return


@asynccontextmanager
async def trimming() -> AsyncIterator[None]:
    """Give freed memory back every now and then."""

    async def for_ever() -> None:
        while True:
            await asyncio.sleep(TRIM_SECONDS)
            trim()

    task = asyncio.create_task(for_ever(), name="memory.trim")
    try:
        yield
    finally:
        task.cancel()
