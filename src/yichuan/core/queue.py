"""The job queue's application: imported by workers, never by the web process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from sqlalchemy.exc import OperationalError

from yichuan.core.database import SYSTEM, Urls

log = structlog.get_logger(__name__)

STALLED_SECONDS: Final = 60.0
"""A worker says every ten seconds that it is there; silent for so long it counts as dead."""
RESUME_SECONDS: Final = 20.0
WHEN_AWAY: Final = RetryStrategy(
    max_attempts=20,
    linear_wait=10,
    retry_exceptions=(psycopg.OperationalError, OperationalError, OSError),
)
"""For tasks that are safe to run again: the database or the disk was away for a while."""

app = App(
    connector=PsycopgConnector(),
    import_paths=["yichuan.tasks"],
)
"""Tasks register here; the real connector is set when a worker starts."""


def connector(urls: Urls) -> PsycopgConnector:
    """The queue on the system role's connection (for `app.replace_connector`)."""
    return PsycopgConnector(conninfo=urls.of(SYSTEM), min_size=1, max_size=4)


async def resume(queue: App, names: Sequence[str]) -> None:
    """Give back jobs of these queues whose worker died, for ever. Their tasks are safe to run
    again."""
    while True:
        for name in names:
            stalled = await queue.job_manager.get_stalled_jobs(
                queue=name, seconds_since_heartbeat=STALLED_SECONDS
            )
            for job in stalled:
                log.warning("a job goes on after its worker died", id=job.id, task=job.task_name)
                await queue.job_manager.retry_job(job)
        await asyncio.sleep(RESUME_SECONDS)
