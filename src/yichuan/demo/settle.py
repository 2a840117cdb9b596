"""Letting the past arrive: the couriers push it through the real door, the hub works it off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import httpx

from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import drain, register, step
from yichuan.core.context import Context
from yichuan.demo.history import Tell, in_parts
from yichuan.scorecards.service import recompute_now
from yichuan.tracking import ingest, subscribing

PARCELS_AT_ONCE = 300
FIRST = "shipments.state"
"""The consumer that must know all scans before the others look: else they see boxes declared
shipped long ago without a scan, and open a problem for each."""
PATIENCE = 60.0
"""Seconds to wait for the last pushes; then the rest comes live."""
FEW = 5
"""Pushes that may be on their way when the past counts as arrived: parcels move all the time."""


async def subscribe_all(context: Context, http: httpx.AsyncClient, tell: Tell) -> None:
    """Ask the couriers for the pushes of all own numbers."""
    while done := await subscribing.subscribe_due(context, http):
        tell(done)


async def receive(
    context: Context,
    couriers: httpx.AsyncClient,
    parcels: Sequence[dict[str, object]],
    tell: Tell,
) -> int:
    """Have the parcels' past happen, and merge its pushes. Returns how many were refused."""
    refused = 0
    merging = asyncio.create_task(_merge_until_quiet(context, couriers, len(parcels)))
    try:
        for part in in_parts(parcels, PARCELS_AT_ONCE):
            answer = await couriers.post("/sim/backfill", json=part)
            answer.raise_for_status()
            refused += len(answer.json()["refused"])
            tell(len(part))
        await merging
    finally:
        merging.cancel()
        await asyncio.wait({merging})
    return refused


async def _merge_until_quiet(context: Context, couriers: httpx.AsyncClient, parcels: int) -> None:
    """Merge the inbox until all parcels have been told of and nothing more waits."""
    last = time.monotonic()
    while True:
        if await ingest.merge_pending(context):
            last = time.monotonic()
            continue
        stats = (await couriers.get("/sim/stats")).json()
        waiting = stats["to_push"] + stats["pushes_waiting"]
        quiet = time.monotonic() - last
        if stats["parcels"] >= parcels and (waiting == 0 or (waiting < FEW and quiet > 1)):
            return
        if quiet > PATIENCE:
            return
        await asyncio.sleep(0.05)


async def conclude(context: Context) -> int:
    """Run the log's consumers over everything, then score. Returns the entries handled."""
    database = context.database
    await register(database, CONSUMERS)
    first = next(consumer for consumer in CONSUMERS if consumer.name == FIRST)
    count = 0
    while done := await step(database, first):
        count += done
    count += await drain(database, CONSUMERS)
    await recompute_now(database)
    return count
