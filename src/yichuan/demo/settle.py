"""Letting the past arrive: the couriers push it through the real door, the hub works it off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

import httpx
import structlog
from sqlalchemy import text

from yichuan.assessment.service import evaluate_due
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import Consumer, behind, register, step
from yichuan.core.context import Context
from yichuan.core.database import Database
from yichuan.demo.history import in_parts
from yichuan.scorecards.service import recompute_now
from yichuan.tracking import ingest

log = structlog.get_logger(__name__)
PARCELS_AT_ONCE = 300
FIRST = "shipments.state"
"""The consumer that must know all scans before the others look: else they see boxes declared
shipped long ago without a scan, and open a problem for each."""
QUIET, PATIENCE = 0.8, 90.0
"""The past has arrived when so many seconds brought hardly a push; after the longer time the rest
comes live."""
LOOKS = 6
"""And when hardly a push was seen so often in a row: on a busy machine one look takes long."""
_SUBSCRIBED = (
    """UPDATE track_subscriptions s SET state = 'subscribed',
              connection_id = (SELECT id FROM courier_connections ORDER BY created_at LIMIT 1)
       FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[])) AS n(courier, number)
       WHERE s.courier = n.courier AND s.number = n.number AND s.state = 'wanted'""",
    """UPDATE track_bindings b SET subscribed_at = now()
       FROM unnest(CAST(:couriers AS text[]), CAST(:numbers AS text[])) AS n(courier, number)
       WHERE b.courier = n.courier AND b.number = n.number AND b.subscribed_at IS NULL""",
)
SCORED_DAYS = 10
"""The past has scores too: a score without a week before it says nothing of what moved it."""
FEW = 5
"""Fewer pushes than this are hardly any: parcels move all the time."""


async def subscribed(context: Context, parcels: Sequence[Mapping[str, object]]) -> None:
    """Note that pushes of these numbers are agreed: the network tells of its past by itself.

    What is left (numbers that no courier ever got) the worker asks for, as in life.
    """
    async with context.database.system() as session:
        for statement in _SUBSCRIBED:
            await session.execute(
                text(statement),
                {
                    "couriers": [row["courier"] for row in parcels],
                    "numbers": [row["number"] for row in parcels],
                },
            )


async def happen(couriers: httpx.AsyncClient, parcels: Sequence[Mapping[str, object]]) -> None:
    """Have the parcels' past happen; the network begins to push it.

    Raises:
        httpx.HTTPStatusError: the network refuses the rows.
    """
    for part in in_parts(parcels, PARCELS_AT_ONCE):
        answer = await couriers.post("/sim/backfill", json=part)
        answer.raise_for_status()
        for row in answer.json()["refused"]:
            log.warning("a parcel of the past was refused", **row)


async def merge_until_quiet(
    context: Context, couriers: httpx.AsyncClient, complete: asyncio.Event
) -> None:
    """Merge the inbox until all parcels have been told of and hardly anything more comes.

    `complete` says that the last parcel has been given to `happen`.
    """
    busy, quiet_looks = time.monotonic(), 0
    patience = busy + PATIENCE
    while (time.monotonic() - busy < QUIET or quiet_looks < LOOKS) and time.monotonic() < patience:
        merged = await ingest.merge_pending(context)
        stats = (await couriers.get("/sim/stats")).json()
        waiting = stats["to_push"] + stats["pushes_waiting"]
        if not complete.is_set():
            patience = time.monotonic() + PATIENCE
        quiet_looks += 1
        if not complete.is_set() or max(waiting, merged) >= FEW:
            busy, quiet_looks = time.monotonic(), 0
        if not merged:
            await asyncio.sleep(0.05)


async def _work_off(database: Database, consumers: Sequence[Consumer]) -> int:
    """Run consumers to the log's end, waiting for entries that an open transaction still hides
    (the database's own analysis of the new tables is one). Returns the entries handled."""
    count, until = 0, time.monotonic() + PATIENCE
    while True:
        done = 0
        for consumer in consumers:
            done += await step(database, consumer)
        count += done
        if not done:
            late = [await behind(database, consumer) for consumer in consumers]
            if not any(late) or time.monotonic() > until:
                return count
            await asyncio.sleep(0.05)


async def conclude(context: Context) -> int:
    """Run the consumers over everything, then score and judge. Returns the entries handled."""
    database = context.database
    await register(database, CONSUMERS)
    count = await _work_off(database, [one for one in CONSUMERS if one.name == FIRST])
    count += await _work_off(database, CONSUMERS)
    await recompute_now(database, SCORED_DAYS)
    await evaluate_due(database)
    return count
