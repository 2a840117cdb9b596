"""Server-sent events to the console and to programs."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Final

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep
from yichuan.web.live import Follower, position_of

router = APIRouter(tags=["events"])
LONGEST: Final = 300
"""Seconds after which a stream ends: its credential is then looked at again."""
RETRY_MS: Final = 2_000


async def _follower(request: Request, caller: CallerDep, context: ContextDep) -> Follower:
    """The process's follower, if it takes one more listener."""
    state = request.app.state
    if not hasattr(state, "follower"):
        state.follower = Follower(context.database)
    follower: Follower = state.follower
    follower.admit(caller.id)
    return follower


def end_streams(app: FastAPI) -> None:
    """End every stream of this process."""
    if hasattr(app.state, "follower"):
        app.state.follower.close()


@router.get("/events/stream", response_class=EventSourceResponse)
async def event_stream(
    caller: CallerDep,
    follower: Annotated[Follower, Depends(_follower)],
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
    seconds: Annotated[
        int, Query(ge=0, le=LONGEST, description="after which it ends; 0: only what was missed")
    ] = LONGEST,
) -> AsyncIterator[ServerSentEvent]:
    """What happens to the caller's shipments and print jobs, as it happens.

    Events: `shipment` (created, shipped, milestone, problem, waybill, cancelled …), `print_job`
    (progress), `reset` (some were missed: load anew). The stream ends by itself now and then; send
    the last `id` as `Last-Event-ID` to go on where it ended, as browsers do.
    """
    yield ServerSentEvent(comment="yichuan", retry=RETRY_MS)
    since = position_of(last_event_id)
    try:
        async with asyncio.timeout(max(seconds, 0.2)):
            async for told in follower.listen(caller.id, visible_merchants(caller), since):
                yield ServerSentEvent(event=told.event, raw_data=told.data, id=told.id)
    except TimeoutError:
        return


@contextmanager
def told_of_exit(act: Callable[[], None]) -> Iterator[None]:
    """Call `act` in the running loop when the process is asked to end.

    The server waits for open answers before it tells the application that it ends; streams would
    hold it up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        following = before[signal.Signals(number)]
        if callable(following):
            following(number, frame)

    for sign in before:
        signal.signal(sign, handle)
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
