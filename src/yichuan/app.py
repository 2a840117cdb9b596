"""The ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from yichuan import __version__, api, health
from yichuan.core.context import Context, located, opened
from yichuan.core.errors import YichuanError
from yichuan.core.memory import frugal
from yichuan.core.settings import Settings, settings
from yichuan.identity.deps import CallerCache
from yichuan.web import pages

PROBLEM = "application/problem+json"


def attach(app: FastAPI, context: Context, http: httpx.AsyncClient) -> None:
    """Give the application what its process holds open."""
    app.state.context = context
    app.state.http = http
    app.state.callers = CallerCache(context.settings.auth_cache_seconds)


def create_app(config: Settings | None = None) -> FastAPI:
    """Build the application; it opens its own context for its lifetime."""
    config = config or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with located(config) as (urls, vault):
            async with opened(config, urls, vault) as own, httpx.AsyncClient() as http:
                attach(app, own, http)
                frugal()
                yield

    app = FastAPI(
        title="Yichuan 驿传",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
    )
    app.add_exception_handler(YichuanError, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.include_router(health.router)
    app.add_middleware(health.Measure)
    api.mount(app)
    app.include_router(pages.router)  # last: it answers every path
    return app


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YichuanError)
    body = error.problem() | {"instance": request.url.path}
    return JSONResponse(body, error.status, media_type=PROBLEM)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields: list[dict[str, Any]] = [
        {"field": ".".join(str(p) for p in e["loc"]), "message": e["msg"], "kind": e["type"]}
        for e in error.errors()
    ]
    body = {
        "type": "about:blank#invalid",
        "title": "Invalid request",
        "title_zh": "请求参数不合法",
        "status": 422,
        "code": "invalid",
        "detail": "; ".join(f"{f['field']}: {f['message']}" for f in fields)[:500],
        "errors": fields,
        "instance": request.url.path,
    }
    return JSONResponse(body, 422, media_type=PROBLEM)
