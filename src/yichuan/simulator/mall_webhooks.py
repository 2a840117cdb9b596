"""The mall's ear: takes the hub's webhooks, verifies them (Standard Webhooks), notes them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import msgspec
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yichuan.simulator.mall_ledger import MallLedger, Told

PATH = "/webhooks"
Clock = Callable[[], datetime]


@dataclass(slots=True)
class EarStats:
    """Counters since the start."""

    received: int = 0
    repeated: int = 0
    """Came again with the same webhook-id, as the hub may after a lost answer."""
    out_of_order: int = 0
    """Older than what was heard of the same stream before: an error of the hub."""
    forged: int = 0
    """Did not verify."""


class Ear:
    """Takes webhooks. Until the secret is known, everything is asked to come again."""

    def __init__(self, ledger: MallLedger, clock: Clock) -> None:
        """Write what is heard to `ledger`."""
        self.stats = EarStats()
        self.secret = ""
        self._ledger, self._clock = ledger, clock

    def hear(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The HTTP status to answer a webhook with."""
        if not self.secret:
            return 503
        try:
            Webhook(self.secret).verify(body, dict(headers), json_parse=False)
            event = msgspec.json.decode(body, type=dict[str, Any])
        except (WebhookVerificationError, ValueError):
            self.stats.forged += 1
            return 400
        self._note(headers["webhook-id"], event)
        return 204

    def _note(self, webhook_id: str, event: Mapping[str, Any]) -> None:
        data, memory = event.get("data") or {}, self._ledger.memory
        stream, sequence = stream_of(data), int(event.get("sequence", 0))
        repeated = webhook_id in memory.seen
        late = not repeated and sequence <= memory.sequences.get(stream, -1)
        self.stats.received += 1
        self.stats.repeated += repeated
        self.stats.out_of_order += late
        self._ledger.write(
            Told(
                at=self._clock(),
                webhook_id=webhook_id,
                type=str(event.get("type", "")),
                sequence=sequence,
                stream=stream,
                milestone=str(data.get("milestone") or ""),
                problem=str(data.get("problem") or ""),
                repeated=repeated,
                out_of_order=late,
            )
        )


def stream_of(data: Mapping[str, Any]) -> str:
    """Whose events come in order: a shipment's, else a ticket's or an order's."""
    for name in ("shipment_id", "ticket_id", "sub_order_id"):
        if data.get(name):
            return f"{name}/{data[name]}"
    return ""


def create_app(ear: Ear, more: Callable[[], Mapping[str, object]]) -> Starlette:
    """`POST /webhooks`, and `GET /stats` with what the mall has counted (`more` and the ear's)."""

    async def webhooks(request: Request) -> Response:
        return Response(status_code=ear.hear(await request.body(), request.headers))

    async def stats(request: Request) -> Response:
        return JSONResponse({**more(), "webhooks": asdict(ear.stats)})

    return Starlette(
        routes=[
            Route(PATH, webhooks, methods=["POST"]),
            Route("/stats", stats, methods=["GET"]),
        ]
    )


class _Server(uvicorn.Server):
    """A server that leaves signals to the process it lives in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def listening(app: Starlette, host: str, port: int = 0) -> AsyncIterator[str]:
    """The app behind a socket (port 0: any free one); gives its address.

    Raises:
        OSError: the port is taken.
    """
    sock = socket.create_server((host, port))
    bound = sock.getsockname()[1]
    server = _Server(uvicorn.Config(app, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.02)
        yield f"http://{host}:{bound}"
    finally:
        server.should_exit = True
        await asyncio.wait({task})
        sock.close()
