"""HTTP to couriers at a quarter of the cost: httpx on plain asyncio streams and h11.

httpx's own pool looks through all its connections twice a request, which costs more than all else a
waybill needs of the web process. This transport keeps what callers rely on: HTTP/1.1 with
keep-alive, TLS verified as httpx does, httpx's timeouts and errors. What is asked of it is small
calls with small answers, so answers are read whole.

Where a call may go is checked when a connection is made (`core.addresses`): others name the hosts.
A request says what is allowed beyond public addresses in its extension `allowed`, and how long its
answer may be in `most_bytes`; redirects are not followed. Behind a proxy the proxy resolves names,
so only what can be resolved here is checked.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.request import getproxies

import h11
import httpx

from yichuan.core.addresses import NOTHING, Allowed, Target, Unresolved, check
from yichuan.core.errors import Invalid

IDLE_SECONDS: Final = 5.0
"""How long a connection is kept for the next call: httpx's own default."""
MOST_IDLE: Final = 20
_CHUNK: Final = 65_536
_PORTS: Final = {"http": 80, "https": 443}

Origin = tuple[str, str, int, Allowed]
"""Scheme, host, port, and what was allowed when the connection was made."""


class AddressRefused(httpx.ConnectError):
    """The request would go where it may not; nothing was sent."""


class TooLong(httpx.ReadError):
    """The answer is longer than the request's `most_bytes`."""


def client() -> httpx.AsyncClient:
    """The process's client for couriers. Behind a proxy (`HTTPS_PROXY` …) it is httpx's own."""
    if getproxies().keys() & {"http", "https", "all"}:
        return httpx.AsyncClient(event_hooks={"request": [_check]})
    return httpx.AsyncClient(transport=KeptTransport())


async def _check(request: httpx.Request) -> None:
    """Refuse a request that leads inside; a name unknown here is left to the proxy."""
    try:
        await _target(request.url, request.extensions.get("allowed", NOTHING))
    except Unresolved:
        return


async def _target(url: httpx.URL, allowed: Allowed) -> Target:
    """The checked addresses of a request.

    Raises:
        AddressRefused: one of them is not allowed.
        Unresolved: it has none.
    """
    try:
        return await check(str(url.copy_with(username=None, password=None)), allowed, plain=True)
    except Unresolved:
        raise
    except Invalid as refused:
        raise AddressRefused(refused.detail) from refused


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    protocol: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))
    idle_since: float = 0.0

    @property
    def usable(self) -> bool:
        """Still open, as far as can be known without sending."""
        fresh = time.monotonic() - self.idle_since < IDLE_SECONDS
        return fresh and not self.reader.at_eof() and not self.writer.is_closing()

    async def exchange(self, request: httpx.Request, body: bytes, limits: _Limits) -> _Answer:
        """Send a request and read the whole answer.

        Raises:
            httpx.TimeoutException: too slow.
            TooLong: longer than allowed.
            h11.ProtocolError, httpx.RemoteProtocolError, OSError: no whole answer.
        """
        send = self.protocol.send
        head = h11.Request(
            method=request.method, target=request.url.raw_path, headers=request.headers.raw
        )
        parts = (send(head), send(h11.Data(data=body)), send(h11.EndOfMessage()))
        self.writer.write(b"".join(part for part in parts if part))
        async with limits.of("write", httpx.WriteTimeout):
            await self.writer.drain()
        answer, left = _Answer(), request.extensions.get("most_bytes", sys.maxsize)
        while True:
            event = self.protocol.next_event()
            if event is h11.NEED_DATA:
                async with limits.of("read", httpx.ReadTimeout):
                    self.protocol.receive_data(await self.reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                answer.head = event
                if "most_bytes" in request.extensions and _packed(event):
                    raise TooLong("packed, so nobody knows how long it is")
            elif isinstance(event, h11.Data):
                answer.body.append(bytes(event.data))
                left -= len(event.data)
                if left < 0:
                    raise TooLong("the answer is too long")
            elif isinstance(event, h11.EndOfMessage):
                return answer
            elif isinstance(event, h11.ConnectionClosed):
                raise httpx.RemoteProtocolError("the server hung up without an answer")

    def close(self) -> None:
        self.writer.close()


def _packed(head: h11.Response) -> bool:
    coding = dict(head.headers).get(b"content-encoding", b"identity")
    return coding.strip().lower() not in (b"", b"identity")


@dataclass(slots=True)
class _Answer:
    head: h11.Response | None = None
    body: list[bytes] = field(default_factory=list)


class _Limits:
    """A request's timeouts in seconds, by what is waited for."""

    def __init__(self, request: httpx.Request) -> None:
        self._seconds: dict[str, float | None] = request.extensions.get("timeout", {})

    def of(self, what: str, error: type[httpx.TimeoutException]) -> _Limit:
        return _Limit(self._seconds.get(what), error)


class _Limit:
    """A time limit that raises httpx's error."""

    def __init__(self, seconds: float | None, error: type[httpx.TimeoutException]) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._error = error

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *details: Any) -> None:  # noqa: ANN401
        try:
            await self._timeout.__aexit__(*details)
        except TimeoutError as error:
            raise self._error("timed out") from error


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """What streams and h11 raise, as httpx calls it."""
    try:
        yield
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    except OSError as error:
        raise httpx.ReadError(str(error)) from error


class KeptTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over connections kept between calls.

    Args:
        tls: whom to trust; None: as httpx does.
        allowed: what requests may reach that do not say it themselves.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, allowed: Allowed = NOTHING) -> None:
        self._idle: dict[Origin, list[_Connection]] = {}
        self._tls = tls
        self._allowed = allowed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send and read the answer.

        Raises:
            AddressRefused, httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol:
                nothing was sent.
            httpx.TransportError: no answer came; the server may have acted.
        """
        origin = self._origin(request)
        limits = _Limits(request)
        body = await request.aread()
        connection = self._kept(origin) or await self._connect(request, origin, limits)
        answer: _Answer | None = None
        try:
            with _httpx_errors():
                answer = await connection.exchange(request, body, limits)
        finally:
            if answer is None:  # cancelled or failed: nobody knows what is still on the line
                connection.close()
        self._keep(origin, connection)
        assert answer.head is not None
        return httpx.Response(
            answer.head.status_code,
            headers=answer.head.headers.raw_items(),
            content=b"".join(answer.body),
            extensions={"http_version": b"HTTP/" + answer.head.http_version},
        )

    def _kept(self, origin: Origin) -> _Connection | None:
        idle = self._idle.get(origin, [])
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return None

    def _keep(self, origin: Origin, connection: _Connection) -> None:
        protocol, idle = connection.protocol, self._idle.setdefault(origin, [])
        done = protocol.our_state is h11.DONE and protocol.their_state is h11.DONE
        if not done or protocol.trailing_data[0] or len(idle) >= MOST_IDLE:
            connection.close()
            return
        protocol.start_next_cycle()
        connection.idle_since = time.monotonic()
        idle.append(connection)

    async def _connect(
        self, request: httpx.Request, origin: Origin, limits: _Limits
    ) -> _Connection:
        scheme, host, port, allowed = origin
        if scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context()
        tls = {"ssl": self._tls, "server_hostname": host} if scheme == "https" else {}
        try:
            async with limits.of("connect", httpx.ConnectTimeout):
                target = await _target(request.url, allowed)
                return _Connection(*await _open(target.addresses, port, tls))
        except (OSError, Unresolved) as error:
            raise httpx.ConnectError(str(error)) from error

    def _origin(self, request: httpx.Request) -> Origin:
        url = request.url
        if url.scheme not in _PORTS or not url.host:
            raise httpx.UnsupportedProtocol(f"not an HTTP address: {url.scheme}://{url.host}")
        port = url.port or _PORTS[url.scheme]
        allowed = request.extensions.get("allowed", self._allowed)
        return url.scheme, url.raw_host.decode("ascii"), port, allowed

    async def aclose(self) -> None:
        """Hang up."""
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()


async def _open(
    addresses: Sequence[str], port: int, tls: Mapping[str, Any]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first address that takes one.

    Raises:
        OSError: none does.
    """
    for address in addresses[:-1]:
        try:
            return await asyncio.open_connection(address, port, **tls)
        except OSError:
            continue
    return await asyncio.open_connection(addresses[-1], port, **tls)
