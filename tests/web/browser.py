"""A headless Chromium before a small server, for tests of pages."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse
from playwright.async_api import Browser, Page, Request, async_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHELL = Path("/usr/lib/chromium/chromium-headless-shell")
"""Debian's chromium-headless-shell: the same pages without the desktop around them, for a quarter
less of a processor."""
CHROMIUM = Path(
    os.environ.get("YICHUAN_CHROMIUM") or (SHELL if SHELL.exists() else "/usr/bin/chromium")
)
LEFT_OUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""Chromium loads pages for its address bar into every window, headless or not: two thirds of what a
window costs. The others are what Playwright leaves out: the last list of these counts alone."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(LEFT_OUT)}",
    "--js-flags=--no-opt --no-maglev",
)
"""The last: a page lives too shortly for what optimizing its scripts costs: a tenth of a load."""

DATA = re.compile(r"/track/[^/?]+\.json")
"""Where the page gets its data."""

CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number)
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor)
      if (colour.length === 3 || colour[3] > 0.99) return colour
    }
    return [255, 255, 255]
  }
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.textContent.trim()
    const style = getComputedStyle(element)
    if (!text || !element.getClientRects().length || element.closest('.unseen')) continue
    const ink = parse(element instanceof SVGElement ? style.fill : style.color)
    const [a, b] = [light(ink), light(ground(element))].sort((x, y) => y - x)
    found.push([(a + 0.05) / (b + 0.05), text.slice(0, 20)])
  }
  return found
}"""
"""Every visible text with its contrast (WCAG 2.2, 1.4.3) on the nearest solid ground."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser; skips the test loudly where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"browser tests need Debian's chromium (looked for {CHROMIUM})")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


def _unkept(scope: Scope, send: Send) -> Send:
    if not scope.get("path", "").startswith("/api/"):
        return send

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [h for h in message["headers"] if h[0].lower() != b"cache-control"]
            message = {**message, "headers": [*headers, (b"cache-control", b"no-store")]}
        await send(message)

    return sent


@dataclass
class Stage:
    """Hands every request to the application that is on it. One module's follows another's under
    the same address, so that the browser keeps the scripts it has loaded and compiled; of the API's
    answers it keeps none, for the next module's couriers are others."""

    app: ASGIApp | None = None
    asking: set[asyncio.Task[Any]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "a page of a module that is over still asks for something"
        task = asyncio.current_task()
        assert task is not None
        self.asking.add(task)
        try:
            await self.app(scope, receive, _unkept(scope, send))
        finally:
            self.asking.discard(task)

    async def clear(self) -> None:
        """Until everybody has got an answer; then nothing is on it."""
        if self.asking:
            await asyncio.wait(self.asking, timeout=30)
        self.app = None


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The application on a free port of this machine; its address."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@dataclass
class Visit:
    """A page with data of our own, and what happened on it."""

    page: Page
    answers: Any
    """What the data's address answers: a JSON body, a status, or what makes one of its URL."""
    asked: list[str] = field(default_factory=list)
    """Addresses of the data, as asked for."""
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    """Errors of scripts, breaches of the policy."""

    def watch(self) -> None:
        """Remember what happens from here on."""
        self.page.on("request", self.note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text))

    def forget(self) -> None:
        """Nothing has happened yet."""
        self.asked.clear()
        self.hosts.clear()
        self.complaints.clear()

    def note(self, request: Request) -> None:
        """Remember whom the page talked to, and how often it asked for the data."""
        self.hosts.add(request.url.split("/")[2])
        if DATA.search(request.url):
            self.asked.append(request.url)

    def answer(self, url: str) -> JSONResponse:
        """The data."""
        answer = self.answers(url) if callable(self.answers) else self.answers
        if isinstance(answer, int):
            return JSONResponse({}, answer)
        return JSONResponse(answer)


@dataclass
class Window:
    """Where the visitors look at the pages of a site, one after the other."""

    visit: Visit | None = None

    def data(self, request: HttpRequest) -> JSONResponse:
        """What the page of the visitor of the moment asks for. The site answers it itself: were it
        caught on its way, the browser would load every script of the page anew each time."""
        assert self.visit is not None
        return self.visit.answer(str(request.url))
