"""Server, worker and PostgreSQL killed again and again under load, by a seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from random import Random

from chaos import hooks
from chaos.stage import OURS, Checks, Stage, stage
from tracking.killing import some_parcels
from tracking.reckoning import merged, prepared

TARGETS = (*OURS, "postgres")
BOUND = 300
"""Parcels that are shipments of a merchant, told to a mall by webhooks."""
PER_KILL = 120
"""Parcels a kill: enough news for as long as it all takes."""


def target(rng: Random) -> tuple[str, ...]:
    """Mostly one, sometimes two, sometimes all at once."""
    count = rng.choices((1, 2, 3), (70, 20, 10))[0]
    return tuple(sorted(rng.sample(TARGETS, count)))


async def kills(count: int, seed: int) -> AsyncIterator[tuple[str, Checks]]:
    """`count` times SIGKILL, one at a time or several at the same moment."""
    checks, rng = Checks(), Random(seed)
    parcels = some_parcels(max(1200, PER_KILL * count))
    async with hooks.receiving() as receiver:

        async def furnish(made: Stage) -> str:
            path = await prepared(made, parcels, BOUND)
            context = await made.context()
            await hooks.subscribe(context, receiver)
            await context.database.close()
            return path

        async with stage(4096, furnish) as (made, path):
            await made.up()
            await _durable(made, checks)
            hit: Counter[str] = Counter()
            slowest = 0.0
            async with made.pushing(path, parcels, rng) as courier:
                while hit.total() < count:
                    await asyncio.sleep(rng.uniform(0.1, 1.2))
                    names = target(rng)
                    hit.update(names)
                    await asyncio.to_thread(made.machine.blow, names)
                    if rng.random() < 0.75:
                        slowest = max(slowest, await made.machine.ready())
                await made.machine.ready()
                await asyncio.sleep(1)
            await merged(made)
            await hooks.all_told(made)
            checks.facts |= {
                "kills": hit.total(),
                "killed": dict(hit),
                "power_cuts": made.machine.disk.cuts,
                "started_again": made.machine.starts_failed,
                "slowest_recovery_seconds": round(slowest, 1),
            }
            checks.must("too few pushes to say anything", courier.pushes > count)
            checks.must("no push was hit", courier.refused > 0)
            await asyncio.to_thread(checks.ledger, made, courier)
            await asyncio.to_thread(receiver.reckon, made, checks)
    yield "kills", checks


async def _durable(made: Stage, checks: Checks) -> None:
    """PostgreSQL is told to sync, and it does."""
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        checks.must(f"{name} is off", made.rows(f"SHOW {name}") == [("on",)])
    syncs = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND context = 'normal'"
    checks.facts["wal_syncs_before_the_first_blow"] = int(made.rows(syncs)[0][0] or 0)
    checks.must("no sync of the log was counted", made.rows(syncs)[0][0])
