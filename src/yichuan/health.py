"""Alive, ready, and the numbers of this process."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import psycopg
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.routing import Route

from yichuan.core import migrate
from yichuan.core.context import Context

router = APIRouter(tags=["health"])
REQUESTS = Counter("yichuan_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("yichuan_http_seconds", "Time to answer, seconds", ["method", "route"])


async def measure(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Count and time every request by its route."""
    started = time.perf_counter()
    response = await call_next(request)
    route = request.scope.get("route")
    path = route.path if isinstance(route, Route) else "other"
    REQUESTS.labels(request.method, path, str(response.status_code)).inc()
    SECONDS.labels(request.method, path).observe(time.perf_counter() - started)
    return response


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """The process is alive."""
    return "ok"


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Database and queue are reachable and the schema is this program's."""
    context: Context = request.app.state.context
    checks: dict[str, str] = {}
    try:
        async with context.database.hot_system.connection(timeout=3) as connection:
            await connection.execute("SELECT 1 FROM procrastinate_jobs LIMIT 1")
            checks["queue"] = "ok"
            cursor = await connection.execute("SELECT version_num FROM alembic_version")
            row = await cursor.fetchone()
            current = row[0] if row else None
            checks["schema"] = "ok" if current == migrate.head() else f"at {current}"
        checks["database"] = "ok"
    except (psycopg.Error, TimeoutError) as error:
        checks["database"] = f"{type(error).__name__}"
    good = all(value == "ok" for value in checks.values())
    return JSONResponse(checks, 200 if good else 503)


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
