"""The running network: world, ledger and pusher together, with a beginning and an end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from yichuan.simulator.config import NetworkConfig
from yichuan.simulator.ledger import Ledger, Opened, read_ledger
from yichuan.simulator.pushing import Pusher
from yichuan.simulator.world import World


def wall_clock() -> datetime:
    """The real time, UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Network:
    """What the HTTP doors work on."""

    world: World
    pusher: Pusher
    clock: Callable[[], datetime]
    calls: dict[tuple[str, str], int] = field(default_factory=dict)
    """1007 calls so far per account and order code, for lost answers."""
    task: asyncio.Task[None] | None = None
    """The pusher's loop."""

    def trouble(self) -> str:
        """What stopped the pusher's loop, or nothing."""
        if self.task is None or not self.task.done() or self.task.cancelled():
            return ""
        return f"stopped: {self.task.exception()!r}"


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logging.getLogger(__name__).critical("the pusher has stopped", exc_info=error)


@asynccontextmanager
async def running(
    config: NetworkConfig,
    ledger_path: Path | None = None,
    clock: Callable[[], datetime] = wall_clock,
    *,
    moving: bool = True,
) -> AsyncIterator[Network]:
    """Open the ledger, rebuild the world from it, and push until the end.

    Args:
        config: who and how.
        ledger_path: None keeps no ledger.
        clock: aware times.
        moving: whether the pusher runs by itself; otherwise call `network.pusher.step()`.

    Raises:
        RefusedError: the ledger was written with another seed.
    """
    ledger = Ledger(ledger_path)
    world = World(config, ledger)
    if ledger_path is not None:
        world.restore(read_ledger(ledger_path))
    ledger.write(Opened(clock(), config.seed, config.time_scale, config.faults))
    limits = httpx.Limits(max_connections=config.concurrency)
    timeout = httpx.Timeout(config.push_timeout)
    async with httpx.AsyncClient(limits=limits, timeout=timeout, trust_env=False) as client:
        network = Network(world, Pusher(world, client, clock), clock)
        if moving:
            network.task = asyncio.create_task(network.pusher.run())
            network.task.add_done_callback(_report)
        try:
            yield network
        finally:
            if network.task is not None:
                network.task.cancel()
                await asyncio.gather(network.task, return_exceptions=True)
            ledger.close()
