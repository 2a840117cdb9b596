"""FastAPI dependencies: context, caller, and sessions under the caller's scope."""

from __future__ import annotations

import hmac
import time
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
from fastapi import Depends, Request

from yichuan.core.context import Context
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.errors import Forbidden, Unauthenticated
from yichuan.identity import service
from yichuan.identity.callers import Caller, visible_merchants

COOKIE = "yichuan_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CACHE_SIZE = 10_000


class CallerCache:
    """Verified credentials, trusted for a few seconds (settings: `auth_cache_seconds`)."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[float, Caller]] = {}

    def get(self, token: str) -> Caller | None:
        """A caller verified recently, or None."""
        found = self._known.get(token)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def put(self, token: str, caller: Caller) -> None:
        """Remember a verified caller."""
        if len(self._known) >= _CACHE_SIZE:
            self._known.clear()
        self._known[token] = (time.monotonic() + self._seconds, caller)

    def drop(self, token: str) -> None:
        """Forget a credential (sign-out)."""
        self._known.pop(token, None)


async def get_context(request: Request) -> Context:
    """The process's context (async: a sync dependency would cost a thread)."""
    context: Context = request.app.state.context
    return context


def get_cache(request: Request) -> CallerCache:
    """The process's cache of verified credentials."""
    cache: CallerCache = request.app.state.callers
    return cache


ContextDep = Annotated[Context, Depends(get_context)]


def get_http(request: Request) -> httpx.AsyncClient:
    """The process's HTTP client for couriers."""
    http: httpx.AsyncClient = request.app.state.http
    return http


HttpDep = Annotated[httpx.AsyncClient, Depends(get_http)]


async def get_caller(request: Request, context: ContextDep) -> Caller:
    """Who is calling: bearer key, else session cookie.

    Raises:
        Unauthenticated: no valid credential.
        Forbidden: a browser's mutating request without its CSRF token.
    """
    header = request.headers.get("authorization", "")
    bearer = header[7:].strip() if header[:7].lower() == "bearer " else None
    token = bearer or request.cookies.get(COOKIE)
    if not token:
        raise Unauthenticated()
    cache = get_cache(request)
    caller = cache.get(token)
    if caller is None:
        async with context.database.system() as session:
            if bearer:
                caller = await service.caller_of_key(session, token)
            else:
                caller = await service.caller_of_session(session, token)
        cache.put(token, caller)
    if not bearer and request.method not in SAFE_METHODS:
        given = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(given, caller.csrf_token or ""):
            raise Forbidden("missing or wrong X-CSRF-Token")
    return caller


CallerDep = Annotated[Caller, Depends(get_caller)]


async def get_read(context: ContextDep, caller: CallerDep) -> AsyncIterator[ReadSession]:
    """A read-only transaction under the caller's scope."""
    async with context.database.read(visible_merchants(caller)) as session:
        yield session


async def get_write(context: ContextDep, caller: CallerDep) -> AsyncIterator[WriteSession]:
    """A transaction under the caller's scope; committed before the answer is sent."""
    async with context.database.write(visible_merchants(caller)) as session:
        yield session


ReadDep = Annotated[ReadSession, Depends(get_read, scope="function")]
WriteDep = Annotated[WriteSession, Depends(get_write, scope="function")]
