"""The ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from yichuan import __version__, api, health, problems
from yichuan.core.context import Context, located, opened
from yichuan.core.memory import frugal
from yichuan.core.settings import Settings, settings
from yichuan.identity.deps import CallerCache
from yichuan.web import pages


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
    problems.install(app)
    app.include_router(health.router)
    app.add_middleware(health.Measure)
    api.mount(app)
    app.include_router(pages.router)  # last: it answers every path
    return app
