"""The ASGI application."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html

from yichuan import __version__, api, health, problems
from yichuan.core import outgoing
from yichuan.core.context import Context, located, opened
from yichuan.core.memory import frugal, trim, trimming
from yichuan.core.settings import Settings, settings
from yichuan.identity.deps import CallerCache
from yichuan.tracking.door import PushDoor
from yichuan.web import pages
from yichuan.web.live_routes import end_streams, told_of_exit
from yichuan.web.track import OpenData

DESCRIPTION = "/api/openapi.json"


def attach(app: FastAPI, context: Context, http: httpx.AsyncClient) -> None:
    """Give the application what its process holds open."""
    app.state.context = context
    app.state.http = http
    app.state.callers = CallerCache(context.settings.auth_cache_seconds)


def describe(app: FastAPI) -> None:
    """The API's description and its page. Made on the first request and kept as text: as objects
    it would stay a tenth of the process's memory."""
    made: list[bytes] = []

    async def description(_: Request) -> Response:
        if not made:
            made.append(msgspec.json.encode(app.openapi()))
            app.openapi_schema = None
            gc.collect()
            trim()
        return Response(made[0], media_type="application/json")

    async def page(_: Request) -> Response:
        return get_swagger_ui_html(openapi_url=DESCRIPTION, title=app.title)

    app.add_route(DESCRIPTION, description, include_in_schema=False)
    app.add_route("/api/docs", page, include_in_schema=False)


def create_app(config: Settings | None = None) -> FastAPI:
    """Build the application; it opens its own context for its lifetime."""
    config = config or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with located(config) as (urls, vault):
            async with opened(config, urls, vault) as own, outgoing.client() as http, trimming():
                attach(app, own, http)
                frugal()
                with told_of_exit(partial(end_streams, app)):
                    yield

    app = FastAPI(
        title="Yichuan 驿传",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,  # described below
    )
    describe(app)
    problems.install(app)
    app.include_router(health.router)
    app.add_middleware(OpenData)
    app.add_middleware(PushDoor, refuse=problems.answer)
    app.add_middleware(health.Measure)
    api.mount(app)
    app.include_router(pages.router)  # last: it answers every path
    return app
