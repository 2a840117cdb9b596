"""The worker process: consumers, loops and the job queue."""

from __future__ import annotations

import asyncio
import signal
from functools import partial

import httpx

from yichuan.assessment import jobs as assessment
from yichuan.bootstrap import ensure_cohorts
from yichuan.consumers import CONSUMERS
from yichuan.core import bell, consumers, outgoing
from yichuan.core.context import Context, located, opened
from yichuan.core.loops import Loop, every, run_all
from yichuan.core.memory import rarely_collect
from yichuan.core.queue import app, connector, resume
from yichuan.core.settings import Settings
from yichuan.exceptions.detect import run_deadlines
from yichuan.gateway.kdniao.pushing import channels as door_channels
from yichuan.gateway.kdniao.pushing import purge as purge_pushes
from yichuan.imports.uploads import resume_stalled
from yichuan.notify.outbox import run_outbox
from yichuan.notify.sender import purge
from yichuan.scorecards.service import recompute_now
from yichuan.shipments import fetching, live_table
from yichuan.tasks import CONTEXT, HTTP, RESUMED
from yichuan.tracking import archiving
from yichuan.tracking import jobs as tracking
from yichuan.waybills import balances
from yichuan.waybills.taking import resolve_lost

JOB_CONCURRENCY = 4
DAY = 86_400.0
SCORES_EVERY = 900.0


def loops(context: Context, http: httpx.AsyncClient) -> tuple[Loop, ...]:
    """Everything a worker keeps running."""
    database = context.database
    following = tuple(
        Loop(consumer.name, partial(consumers.run, database, consumer)) for consumer in CONSUMERS
    )
    return (
        *following,
        Loop("log.bell", partial(bell.listen, database)),
        Loop("jobs", partial(_jobs, context, http)),
        Loop("waybills.resolve_lost", every(30, partial(resolve_lost, context, http))),
        Loop("waybills.balances", every(balances.EVERY, partial(balances.refresh, context, http))),
        Loop("tracking.merge", partial(tracking.merge_loop, context)),
        Loop("tracking.subscribe", partial(tracking.subscribe_loop, context, http)),
        Loop("tracking.poll", partial(tracking.poll_loop, context, http)),
        Loop("shipments.pictures", every(fetching.EVERY, partial(fetching.fetch, context, http))),
        Loop("tracking.housekeeping", every(DAY / 4, partial(tracking.housekeeping, context))),
        Loop("tracking.archive", every(DAY, partial(archiving.run_daily, context))),
        Loop("tracking.cohorts", every(DAY / 4, partial(ensure_cohorts, database))),
        Loop("imports.resume", every(60, partial(resume_stalled, context))),
        Loop("exceptions.deadlines", partial(run_deadlines, context)),
        Loop("notify.outbox", partial(run_outbox, context, door_channels(context))),
        Loop("gateway.purge", every(DAY / 4, partial(purge_pushes, database))),
        Loop("notify.purge", every(DAY / 4, partial(purge, database))),
        Loop("assessment", partial(assessment.run, database)),
        Loop(
            "shipments.live.tidy",
            every(live_table.TIDY_SECONDS, partial(live_table.tidy, database)),
        ),
        Loop(
            "shipments.live.heal",
            every(live_table.HEAL_SECONDS, partial(live_table.heal, database)),
        ),
        Loop("scorecards", every(SCORES_EVERY, partial(recompute_now, database))),
    )


async def _jobs(context: Context, http: httpx.AsyncClient) -> None:
    with app.replace_connector(connector(context.database.urls)) as queue:
        async with queue.open_async():
            async with asyncio.TaskGroup() as group:
                resuming = group.create_task(resume(queue, RESUMED), name="jobs-resume")
                await queue.run_worker_async(
                    concurrency=JOB_CONCURRENCY,
                    install_signal_handlers=False,
                    additional_context={CONTEXT: context, HTTP: http},
                )
                resuming.cancel()


async def _run(context: Context) -> None:
    await consumers.register(context.database, CONSUMERS)
    rarely_collect()
    async with outgoing.client() as http:
        work = asyncio.create_task(run_all(loops(context, http)))
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, work.cancel)
        await asyncio.wait([work])
        if not work.cancelled():
            work.result()


async def main(config: Settings) -> None:
    """Run until SIGINT or SIGTERM."""
    with located(config) as (urls, vault):
        async with opened(config, urls, vault) as context:
            await _run(context)
