"""Background jobs. PostgreSQL is the queue; a job is deferred on the caller's own transaction.

The queue's own code is in `core.queue`: a web process only writes rows.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import text

from yichuan.core.database import WriteSession


async def defer(
    session: WriteSession,
    task: str,
    *,
    queue: str = "default",
    lock: str | None = None,
    queueing_lock: str | None = None,
    at: datetime | None = None,
    **args: object,
) -> int:
    """Enqueue a job; it exists only if the session's transaction commits.

    Args:
        lock: jobs with the same lock run one after another.
        queueing_lock: at most one such job may wait.
        at: not before this time.
    """
    result = await session.execute(
        text(
            "SELECT yichuan_defer(:queue, :task, :lock, :queueing_lock, CAST(:args AS jsonb), :at)"
        ),
        {
            "queue": queue,
            "task": task,
            "lock": lock,
            "queueing_lock": queueing_lock,
            "args": json.dumps(args),
            "at": at,
        },
    )
    return int(result.scalar_one())
