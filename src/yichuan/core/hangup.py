"""Answers that nobody waits for any more are not worked out to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from fastapi import Request, Response

T = TypeVar("T")
GONE: Final = 499
"""What is counted for a client that hung up; nobody reads it."""


async def while_asked(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of work that may be broken off anywhere; None when its client hung up before.

    For reads that cost PostgreSQL much: it hears of the lost connection, where it looks for that
    (`client_connection_check_interval`). The request's body must have been read, or be empty.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def nothing() -> Response:
    """What is answered to nobody."""
    return Response(status_code=GONE)
