"""Pushes over plain sockets: a client that costs next to nothing beside the server it measures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

CLIENTS = 32


class Sender(asyncio.Protocol):
    """One keep-alive connection that posts what the line hands it, again where told 503."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._body: bytes | None = None
        self._answer = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.next()

    def next(self) -> None:
        """Send the next push, if there is one."""
        self._body = self._line.take(self)
        if self._body is not None:
            self._began = time.perf_counter()
            self._transport.write(self._line.head % len(self._body) + self._body)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server closes what is idle for long."""
        self._line.left(self, self._body)

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of one: KDNiao's ends in a brace."""
        self._answer += data
        if not self._answer.endswith(b"}") or self._body is None:
            return
        answer, body, self._answer = self._answer, self._body, b""
        if answer.startswith(b"HTTP/1.1 503"):
            self._line.again(body)
        elif b'"Success":true' in answer:
            self._line.took.append(time.perf_counter() - self._began)
            self._line.acknowledged(body)
        else:
            self._line.failed(answer)
        self.next()


class Line:
    """Pushes that wait to be posted, at once or at a pace."""

    def __init__(
        self, base: str, path: str, pushes: Sequence[bytes], pace: float | None = None
    ) -> None:
        """`pace`: pushes a second; None: as fast as they are taken."""
        host, port = base.removeprefix("http://").split(":")
        self._host, self._port = host, int(port)
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/"
            "x-www-form-urlencoded\r\nContent-Length: "
        ).encode() + b"%d\r\n\r\n"
        self._waiting = list(reversed(pushes))
        self._open = len(self._waiting)
        self._allowed = len(pushes) if pace is None else 0
        self._pace = pace
        self._idle: list[Sender] = []
        self.took: list[float] = []
        self.refused = 0
        self.times: dict[bytes, float] = {}

    def take(self, sender: Sender) -> bytes | None:
        """The next push, or None: the sender is woken when there is one."""
        if self._allowed > 0 and self._waiting:
            self._allowed -= 1
            return self._waiting.pop()
        self._idle.append(sender)
        return None

    def again(self, body: bytes) -> None:
        """A push that was refused for now."""
        self.refused += 1
        self._waiting.append(body)
        asyncio.get_running_loop().call_later(0.2, self._allow, 1)

    def left(self, sender: Sender, body: bytes | None) -> None:
        """A sender's connection is closed; what it had sent last is sent again by another."""
        if sender in self._idle:
            self._idle.remove(sender)
        elif body is not None and not self._done.done():
            self.again(body)
        if not self._done.done():
            self._opening = asyncio.ensure_future(self._connect())

    async def _connect(self) -> asyncio.BaseTransport:
        loop = asyncio.get_running_loop()
        made, _ = await loop.create_connection(lambda: Sender(self), self._host, self._port)
        return made

    def acknowledged(self, body: bytes) -> None:
        """A push that is durable."""
        if self._pace is not None:
            self.times[body] = time.perf_counter()
        self._open -= 1
        if not self._open:
            self._done.set_result(None)

    def failed(self, answer: bytes) -> None:
        """A push that was refused for good."""
        if not self._done.done():
            self._done.set_exception(RuntimeError(answer.decode()))

    def _allow(self, count: int) -> None:
        self._allowed += count
        while self._allowed > 0 and self._waiting and self._idle:
            self._idle.pop().next()

    async def run(self) -> None:
        """Until everything is acknowledged."""
        loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = loop.create_future()
        made = [await self._connect() for _ in range(CLIENTS)]
        if self._pace is not None:
            began, given = time.perf_counter(), 0
            while given < self._open + len(self.took) and not self._done.done():
                due = int((time.perf_counter() - began) * self._pace)
                self._allow(due - given)
                given = due
                await asyncio.sleep(0.005)
        await self._done
        for transport in made:
            transport.close()
