"""The mall's way to the hub: its public API, with patience while the hub is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

log = logging.getLogger(__name__)
PASSING = frozenset({429, 502, 503, 504})
"""Answers after which the same request is sent again."""
BROKEN = 500
BROKEN_TRIES = 3
"""How often a request is sent again that the hub fails on."""
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
PAGE = 200
Json = Any
Sleep = Callable[[float], Awaitable[None]]


class HubError(Exception):
    """The hub refused. `code` is the stable code of its problem detail."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """A refusal as the hub worded it."""
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


@dataclass(slots=True)
class HubStats:
    """Counters since the start."""

    calls: int = 0
    repeats: int = 0
    """Requests sent again because the hub was away or busy."""
    refusals: int = 0
    away: bool = False


@dataclass(slots=True)
class Hub:
    """A client of the hub's API under `/api/v1`. Requests are repeated until the hub answers."""

    http: httpx.AsyncClient
    sleep: Sleep = asyncio.sleep
    stats: HubStats = field(default_factory=HubStats)

    async def get(self, path: str, **params: object) -> Json:
        """GET, as JSON.

        Raises:
            HubError: refused.
        """
        return await self._send("GET", path, params={k: str(v) for k, v in params.items()})

    async def post(self, path: str, body: object = None, key: str | None = None) -> Json:
        """POST, as JSON. With an Idempotency-Key a repeat is certain to be harmless.

        Raises:
            HubError: refused.
        """
        headers = {"Idempotency-Key": key} if key else {}
        return await self._send("POST", path, json=body, headers=headers)

    async def change(self, method: str, path: str, body: object) -> Json:
        """PUT or PATCH, as JSON.

        Raises:
            HubError: refused.
        """
        return await self._send(method, path, json=body)

    async def pages(self, path: str, most: int = 20, **params: object) -> AsyncIterator[Json]:
        """The items of a list, page after page, at most `most` pages.

        Raises:
            HubError: refused.
        """
        cursor: str | None = None
        for _ in range(most):
            more = {} if cursor is None else {"cursor": cursor}
            page = await self.get(path, **{"limit": PAGE, **params, **more})
            for item in page["items"]:
                yield item
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    async def _send(self, method: str, path: str, **request: Any) -> Json:  # noqa: ANN401
        wait, failures = FIRST_WAIT, 0
        while True:
            self.stats.calls += 1
            try:
                answer = await self.http.request(method, f"/api/v1{path}", **request)
            except httpx.TransportError as error:
                self._note_away(type(error).__name__)
            else:
                broken = answer.status_code == BROKEN
                failures += broken
                again = failures < BROKEN_TRIES if broken else answer.status_code in PASSING
                if not again:
                    self._note_back()
                    return self._read(answer)
                self._note_away(f"HTTP {answer.status_code}")
            self.stats.repeats += 1
            await self.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _note_away(self, why: str) -> None:
        if not self.stats.away:
            log.warning("the hub does not answer (%s); trying again", why)
        self.stats.away = True

    def _note_back(self) -> None:
        if self.stats.away:
            log.warning("the hub answers again")
        self.stats.away = False

    def _read(self, answer: httpx.Response) -> Json:
        if answer.is_success:
            return answer.json() if answer.content else None
        self.stats.refusals += 1
        problem: Mapping[str, object] = {}
        if "json" in answer.headers.get("content-type", ""):
            problem = answer.json()
        raise HubError(
            answer.status_code,
            str(problem.get("code", "unknown")),
            str(problem.get("detail") or problem.get("title") or answer.text[:200]),
        )


def refused(item: Mapping[str, Any]) -> HubError:
    """The error of one row of a bulk answer."""
    error = item.get("error") or {}
    return HubError(409, str(error.get("code", "unknown")), str(error.get("detail", "")))
