"""Alive, ready, and the numbers of this process."""

from __future__ import annotations

import time
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yichuan.core.vital import Vital

router = APIRouter(tags=["health"])
REQUESTS = Counter("yichuan_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("yichuan_http_seconds", "Time to answer, seconds", ["method", "route"])


class Measure:
    """Counts and times every request by its route (plain ASGI: the hot reads pay little)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, noting the answer's status."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = scope.get("route")
            path = route.path if isinstance(route, Route) else "other"
            request, seconds = _series(scope["method"], path, status)
            request.inc()
            seconds.observe(time.perf_counter() - started)


@lru_cache(maxsize=2048)
def _series(method: str, path: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, path, str(status)), SECONDS.labels(method, path)


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """The process is alive."""
    return "ok"


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Whether this process can do its work now: the database answers and puts on disk what it is
    given, the schema is this program's, the disk has room.

    `worker` says whether a worker was heard of in the last minute. Without one pushes are still
    kept and numbers taken, so it makes nobody unready; and so it is with a disk that gets `low`.
    """
    state = request.app.state
    if not hasattr(state, "vital"):
        state.vital = Vital(state.context)
    vital: Vital = state.vital
    signs = await vital.signs()
    return JSONResponse(signs.checks, 200 if signs.ready else 503)


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
