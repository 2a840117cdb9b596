"""The way to a courier's server: what every connector's client sends through.

It knows nothing of any protocol. It keeps a connection's calls within the rate its contract allows,
stops calling a server that does not answer (circuit breaker), repeats only calls that change
nothing, and tells the two kinds of failure apart: the courier did nothing, or nobody knows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import httpx

from yichuan.core.addresses import NOTHING, Allowed
from yichuan.core.outgoing import AddressRefused
from yichuan.couriers.connectors.base import CourierError, Outcome

TIMEOUT: Final = 10.0
"""Seconds, for connecting, sending and reading each."""
LONGEST: Final = 15.0
"""Seconds for all of a call: an answer that trickles in is none."""
AT_ONCE: Final = 5.0
"""Seconds after which a call that changes nothing is not repeated at once: somebody waits."""
MAX_ANSWER: Final = 8 * 1024 * 1024
PAUSES: Final = (0.2, 0.8)
"""Seconds before the second and third try of a call that changes nothing."""
FAILURES: Final = 8
"""Failures in a row after which a connection rests."""
REST: Final = 20.0
"""Seconds a connection rests; then one call tries it."""
PATIENCE: Final = 30.0
"""Seconds a call waits at the most for its turn within the rate."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request never left us: nothing can have happened."""


class Turnstile:
    """Lets calls through one by one at a rate (per second); None: without limit.

    The rate holds in this process. A contract's rate is for all processes together: the connection
    is given its share (`yichuan.couriers.service`).
    """

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for a turn.

        Raises:
            CourierError: `rate_limited`, when too many wait already.
        """
        if not self.rate:
            return
        at = time.monotonic()
        place = max(self._next, at)
        if place - at > PATIENCE:
            raise CourierError("rate_limited", "too many calls wait", retryable=True)
        self._next = place + 1.0 / self.rate
        if place > at:
            await asyncio.sleep(place - at)


@dataclass(slots=True)
class Breaker:
    """Rests after failures in a row, then lets one call try."""

    failures: int = 0
    until: float = 0.0

    def check(self) -> None:
        """Raise while resting.

        Raises:
            CourierError: `circuit_open`; nothing was sent.
        """
        if self.failures < FAILURES:
            return
        at = time.monotonic()
        if at < self.until:
            raise CourierError("circuit_open", "the courier does not answer", retryable=True)
        self.until = at + REST  # this call tries; the others go on resting

    def note(self, ok: bool) -> None:
        """An answer came (whatever it said), or none did."""
        if ok:
            self.failures = 0
            return
        self.failures += 1
        if self.failures >= FAILURES:
            self.until = time.monotonic() + REST


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection's way out. Its turnstile and breaker outlive the requests."""

    http: httpx.AsyncClient
    turnstile: Turnstile = field(default_factory=lambda: Turnstile(None))
    breaker: Breaker = field(default_factory=Breaker)
    timeout: float = TIMEOUT
    allowed: Allowed = NOTHING
    """What the operator lets couriers' addresses be, beyond public ones."""
    barred: str | None = None
    """Why nothing may be sent at all: the connection names an address its owner may not use."""

    async def send(
        self,
        url: str,
        *,
        safe: bool,
        method: Literal["POST", "GET"] = "POST",
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        answers: frozenset[int] = frozenset({200}),
    ) -> bytes:
        """Send and give the answer's body.

        `safe` calls change nothing at the courier and are repeated; `form` is sent encoded,
        `content` as it is; `answers` are the HTTP statuses whose body the connector reads.

        Raises:
            CourierError: `address_refused`, `unreachable`, `circuit_open`, `rate_limited` (nothing
                was sent),
                `no_answer`, `courier_down`, `bad_answer` (outcome "unknown" unless safe),
                `quota_exceeded`, `http_error`.
        """
        request = {
            "data": form,
            "content": content,
            "params": query,
            "headers": headers,
            "timeout": self.timeout,
            "extensions": {"allowed": self.allowed},
        }
        begun = time.monotonic()
        for pause in (*PAUSES, None) if safe else (None,):
            try:
                return await self._once(method, url, request, safe, answers)
            except CourierError as error:
                late = time.monotonic() - begun > AT_ONCE
                if pause is None or late or not error.retryable or error.code in NOT_AGAIN:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _once(
        self,
        method: str,
        url: str,
        request: Mapping[str, object],
        safe: bool,
        answers: frozenset[int],
    ) -> bytes:
        if self.barred is not None:
            raise CourierError("address_refused", self.barred)
        self.breaker.check()
        await self.turnstile.turn()
        given = {key: value for key, value in request.items() if value is not None}
        try:
            async with asyncio.timeout(LONGEST):
                answer = await self.http.request(method, url, **given)  # type: ignore[arg-type]
        except AddressRefused as error:
            raise CourierError("address_refused", str(error)) from error
        except NOT_SENT as error:
            self.breaker.note(ok=False)
            raise CourierError("unreachable", str(error), retryable=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self.breaker.note(ok=False)
            raise lost("no_answer", str(error) or type(error).__name__, safe=safe) from error
        return self._body(answer, safe, answers)

    def _body(self, answer: httpx.Response, safe: bool, answers: frozenset[int]) -> bytes:
        if answer.status_code not in answers:
            down = answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
            self.breaker.note(ok=not down)
            if down:
                raise lost("courier_down", f"HTTP {answer.status_code}", safe=safe)
            busy = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            code = "quota_exceeded" if busy else "http_error"
            raise CourierError(code, f"HTTP {answer.status_code}", retryable=busy)
        self.breaker.note(ok=True)
        if len(answer.content) > MAX_ANSWER:
            raise lost("bad_answer", "answer too long", safe=safe)
        return answer.content


NOT_AGAIN: Final = frozenset({"circuit_open", "rate_limited", "quota_exceeded"})
"""Errors after which an immediate repeat is pointless."""


def lost(code: str, why: str, *, safe: bool) -> CourierError:
    """The request went out and no usable answer came back."""
    outcome: Outcome = "refused" if safe else "unknown"
    return CourierError(code, why, retryable=safe, outcome=outcome)
