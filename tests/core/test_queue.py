"""The job queue after a crash. If this breaks, a batch of labels whose worker was killed stands at
"running" for ever.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from yichuan.core import jobs
from yichuan.core.context import Context
from yichuan.core.queue import app, connector, resume
from yichuan.tasks import RESUMED


async def states(context: Context) -> dict[str, str]:
    async with context.database.system() as session:
        found = await session.execute(
            text("SELECT queue_name, status::text FROM procrastinate_jobs")
        )
        return dict(tuple(row) for row in found)


async def test_jobs_of_a_dead_worker_are_given_back(context: Context) -> None:
    """Those of queues that may be run again; imports see to themselves."""
    async with context.database.system() as session:
        for queue in (*RESUMED, "imports"):
            await jobs.defer(session, "print_job", queue=queue)
        await session.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
        )
    with app.replace_connector(connector(context.database.urls)) as queue:
        async with queue.open_async():
            resuming = asyncio.create_task(resume(queue, RESUMED))
            async with asyncio.timeout(30):
                while set((await states(context)).values()) == {"doing"}:
                    await asyncio.sleep(0.02)
                while sum(s == "todo" for s in (await states(context)).values()) < len(RESUMED):
                    await asyncio.sleep(0.02)
            resuming.cancel()
    assert await states(context) == dict.fromkeys(RESUMED, "todo") | {"imports": "doing"}
