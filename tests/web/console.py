"""Windows of the console, and pictures of it.

A window is lent to one test after the other, whoever signs in there: a fresh one would load and
compile the whole console again. What a test left in the browser's storage is gone before the next
comes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

from web.witness import PRESSES, Witness, explained
from yichuan.core.context import Context
from yichuan.identity import service as identity
from yichuan.identity.callers import Role

PASSWORD: Final = "long enough for a test"
DESKTOP: Final = ViewportSize(width=1440, height=900)
PHONE: Final = ViewportSize(width=390, height=844)
SHOTS: Final = Path(__file__).parents[2] / "docs" / "screenshots"
PATIENCE: Final = 30_000
"""Milliseconds: a busy machine is slow, not broken."""
STORAGE: Final = "localStorage.clear(); sessionStorage.clear()"
GO: Final = (
    "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
)
"""What a click on a link of the menu does: the console stays, with what it knows."""
IDLE: Final = "() => new Promise((done) => requestIdleCallback(() => done(), { timeout: 500 }))"

expect.set_options(timeout=PATIENCE)


async def add_user(context: Context, username: str, role: Role, merchant_id: UUID | None) -> None:
    """Somebody who can sign in with `PASSWORD`."""
    async with context.database.system() as session:
        await identity.create_user(session, username, PASSWORD, username, role, merchant_id)


@dataclass
class Window:
    """A page of the console, what it still waits for, and the errors of its scripts."""

    context: BrowserContext
    page: Page
    witness: Witness
    pending: set[Request] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.page.on("request", self._asked)
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, self._answered)

    def _asked(self, request: Request) -> None:
        if request.resource_type != "eventsource":  # that one never ends
            self.pending.add(request)

    def _answered(self, request: Request) -> None:
        self.pending.discard(request)


_kept: list[Window] = []
"""Windows that nobody uses just now."""
_passes: dict[tuple[str, str], list[Any]] = {}
"""Cookies of those who have signed in, by the console's address and the user."""


async def opened(browser: Browser) -> Window:
    """A window in which nobody is signed in."""
    context = await browser.new_context(
        viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(PRESSES)
    page = await context.new_page()
    return Window(context, page, Witness(page))


async def _enter(window: Window, address: str, username: str, password: str) -> None:
    """Sign in, or show the cookie of an earlier time."""
    await window.context.clear_cookies()
    if (address, username) in _passes:
        await window.context.add_cookies(_passes[address, username])
        return
    wish = {"username": username, "password": password}
    answer = await window.context.request.post(f"{address}/api/v1/auth/login", data=wish)
    assert answer.ok, await answer.text()
    _passes[address, username] = await window.context.cookies()


@asynccontextmanager
async def window_of(
    browser: Browser,
    address: str,
    username: str,
    *,
    size: ViewportSize = DESKTOP,
    password: str = PASSWORD,
) -> AsyncIterator[Window]:
    """An empty window in which somebody is signed in; fails on errors of the console's scripts."""
    window = _kept.pop() if _kept else await opened(browser)
    fit = False
    try:
        await _enter(window, address, username, password)
        await window.page.set_viewport_size(size)
        async with explained(window.witness):
            yield window
            assert not window.broken, window.broken
        await window.page.evaluate(STORAGE)
        await window.page.goto("about:blank")
        fit = True
    finally:
        if not fit:
            await window.context.close()
    window.pending.clear()
    _kept.append(window)


@asynccontextmanager
async def signed_in(
    browser: Browser,
    address: str,
    username: str,
    *,
    size: ViewportSize = DESKTOP,
    password: str = PASSWORD,
) -> AsyncIterator[Page]:
    """The page of `window_of`."""
    async with window_of(browser, address, username, size=size, password=password) as window:
        yield window.page


def forget_people() -> None:
    """Who has signed in is known no more: the next module's people are others."""
    _passes.clear()


async def settled(window: Window) -> None:
    """Until nothing is asked for any more and everything that came is shown."""
    quiet = 0
    async with asyncio.timeout(PATIENCE / 1000):
        while quiet < 2:
            await window.page.evaluate(IDLE)
            quiet = 0 if window.pending else quiet + 1


async def screenshot(page: Page, name: str) -> None:
    """Keep a picture as docs/screenshots/<name>-{desktop,phone}.png when the reader asked for
    pictures (`YICHUAN_SCREENSHOTS=1`)."""
    if os.environ.get("YICHUAN_SCREENSHOTS") != "1":
        return
    width = (page.viewport_size or DESKTOP)["width"]
    kind = "phone" if width < 768 else "desktop"
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}-{kind}.png", animations="disabled")
