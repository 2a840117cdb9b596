"""The couriers' push door as ASGI: before the framework finds its way, which costs as much as all
that is done for a push."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import Request, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from yichuan.core.errors import YichuanError
from yichuan.couriers.connectors.connector import Pushed
from yichuan.tracking.reception import Reception

MAX_PUSH: Final = 2 * 1024 * 1024
"""Bytes of a push's body."""
RETRY_SECONDS: Final = 5


class TooLarge(YichuanError):
    """The body is bigger than any honest push."""

    status, code = 413, "too_large"
    title, title_zh = "Body too large", "请求体过大"


def _reception(request: Request) -> Reception:
    """The process's own, made on its first push."""
    state = request.app.state
    if not hasattr(state, "reception"):
        state.reception = Reception(state.context)
    reception: Reception = state.reception
    return reception


async def _body(request: Request) -> bytes:
    """The request's body.

    Raises:
        TooLarge: over `MAX_PUSH`, said or sent.
    """
    said = request.headers.get("content-length", "0")
    if said.isdigit() and int(said) > MAX_PUSH:
        raise TooLarge(f"at most {MAX_PUSH} bytes")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_PUSH:
            raise TooLarge(f"at most {MAX_PUSH} bytes")
        parts.append(part)
    return b"".join(parts)


async def receive_push(request: Request) -> Response:
    """A courier's push to `/push/{connector}/{token}`.

    The answer is its protocol's own, and yes is only said once the push is durable. 503 with
    Retry-After when too much is waiting: nothing was taken, send it again.
    """
    connector = request.path_params["connector"]
    reception = _reception(request)
    door, sender = await reception.sender(connector, request.path_params["token"])
    query: bytes = request.scope.get("query_string", b"")
    pushed = Pushed(await _body(request), request.headers, query)
    taken = await reception.take(connector, door, sender, pushed)
    later = {"Retry-After": str(RETRY_SECONDS)} if taken.overloaded else None
    return Response(
        taken.answer.body,
        status_code=503 if taken.overloaded else 200,
        media_type=taken.answer.media_type,
        headers=later,
    )


push_route = Route("/push/{connector}/{token}", receive_push, methods=["POST"])
"""Says what else may be done at such an address, and under which name pushes are measured."""


class PushDoor:
    """Takes pushes; passes everything else on."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Request, YichuanError], Response]) -> None:
        """`refuse` words an error for the answer."""
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a push, or see who does."""
        found = None
        if scope["type"] == "http" and scope["method"] == "POST":
            found = push_route.path_regex.fullmatch(scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = found.groupdict()
        scope["route"] = push_route
        request = Request(scope, receive, send)
        try:
            answer = await receive_push(request)
        except YichuanError as error:
            answer = self._refuse(request, error)
        await answer(scope, receive, send)
