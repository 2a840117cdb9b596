"""The way to couriers' servers. If it broke, a paid act would be repeated, a contract's rate would
be overrun, or every batch would wait for a server that is down.
"""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from yichuan.couriers.connectors import wire
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.connectors.wire import Breaker, Turnstile, Wire

URL = "http://courier.test/x"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats do not wait."""
    monkeypatch.setattr(wire, "PAUSES", (0.0, 0.0))


class Server:
    """Answers with the given statuses in turn, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.asked = 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == 0:
            raise httpx.ReadTimeout("slow")
        return httpx.Response(status, content=b"ok")

    def wire(self, turnstile: Turnstile | None = None) -> Wire:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return Wire(http, turnstile or Turnstile(None))


async def test_only_what_changes_nothing_is_repeated() -> None:
    """A query survives two bad moments; a paid act is sent once, and its outcome is unknown."""
    server = Server(503, 0, 200)
    assert await server.wire().send(URL, safe=True) == b"ok"
    assert server.asked == 3
    server = Server(503, 200)
    with pytest.raises(CourierError) as caught:
        await server.wire().send(URL, safe=False)
    assert (server.asked, caught.value.outcome) == (1, "unknown")


async def test_an_answer_that_trickles_in_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """No read takes too long, all of it does; and whoever waits is not kept by repeats."""
    asked = []

    async def trickling(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        for _ in range(200):
            await asyncio.sleep(0.01)
        return httpx.Response(200)

    monkeypatch.setattr(wire, "LONGEST", 0.05)
    monkeypatch.setattr(wire, "AT_ONCE", 0.01)
    way = Wire(httpx.AsyncClient(transport=httpx.MockTransport(trickling)), Turnstile(None))
    for safe, outcome in ((False, "unknown"), (True, "refused")):
        with pytest.raises(CourierError) as caught:
            await way.send(URL, safe=safe)
        assert (caught.value.code, caught.value.outcome) == ("no_answer", outcome)
    assert (len(asked), way.breaker.failures) == (2, 2)


async def test_statuses_a_protocol_answers_with_are_read() -> None:
    """Some couriers put their errors into 400s with a body that says why."""
    server = Server(400)
    assert await server.wire().send(URL, safe=True, answers=frozenset({200, 400})) == b"ok"
    with pytest.raises(CourierError) as caught:
        await server.wire().send(URL, safe=True)
    assert (caught.value.code, caught.value.retryable) == ("http_error", False)


async def test_a_dead_server_is_left_alone_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After failures in a row nothing is sent for a while; then one call tries, and all go on."""
    server = Server(*[500] * wire.FAILURES, 200)
    way = server.wire()
    for _ in range(wire.FAILURES):
        with pytest.raises(CourierError):
            await way.send(URL, safe=False)
    with pytest.raises(CourierError) as caught:
        await way.send(URL, safe=False)
    assert (caught.value.code, caught.value.outcome) == ("circuit_open", "refused")
    assert server.asked == wire.FAILURES
    way.breaker.until = time.monotonic() - 1
    assert await way.send(URL, safe=False) == b"ok"
    assert await way.send(URL, safe=False) == b"ok"
    assert way.breaker == Breaker(0, way.breaker.until)


async def test_a_contracts_rate_is_kept() -> None:
    """Calls are spread over time; what would have to wait too long is told so."""
    turnstile = Turnstile(100.0)
    way = Server(200).wire(turnstile)
    began = time.monotonic()
    for _ in range(5):
        await way.send(URL, safe=True)
    assert time.monotonic() - began >= 0.04
    turnstile._next = time.monotonic() + wire.PATIENCE + 1
    with pytest.raises(CourierError) as caught:
        await way.send(URL, safe=True)
    assert (caught.value.code, caught.value.retryable) == ("rate_limited", True)
