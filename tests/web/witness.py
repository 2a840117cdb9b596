"""What happened on a page, told when its test fails.

A failure in a browser is hard to repeat: what the page looked like, what its scripts said, what it
asked the server for and what was pressed is kept under build/browser-failures (or
`YICHUAN_FAILURES`), and the test's error names the place.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Error, Page, Request, Response

FAILURES: Final = Path(
    os.environ.get("YICHUAN_FAILURES") or Path(__file__).parents[2] / "build" / "browser-failures"
)
MOST: Final = 500
"""Lines kept of a page: the last ones explain."""
LATE: Final = 5_000
"""Milliseconds a page gets for its last picture; one that hangs has none."""
ASSETS: Final = "/assets/"
"""The page's own scripts and styles: noted only when they did not come."""
PRESSES: Final = """for (const kind of ['pointerdown', 'pointerup', 'click', 'keydown'])
  window.addEventListener(kind, (event) => {
    const on = event.target, at = on.tagName === 'INPUT' ? on.id : on.innerText ?? ''
    console.debug('pressed', kind, event.key?.length > 1 ? event.key : '',
      `${on.tagName}.${on.className} ${at.slice(0, 30)}`)
  }, true)"""
"""Tells what was pressed and where it arrived, but no text that was typed."""
STATE: Final = """() => [location.href, document.visibilityState, `focus ${document.hasFocus()}`,
  `on ${document.activeElement?.tagName}.${document.activeElement?.className}`,
  `${document.getAnimations().length} animations`].join(', ')"""


class Witness:
    """Follows a page from its beginning."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._lines: deque[str] = deque(maxlen=MOST)
        self._from = time.monotonic()
        page.on("console", lambda said: self._note(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("framenavigated", lambda frame: self._note(f"at {frame.url}"))
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfailed", lambda r: self._note(f"! {r.method} {r.url}: {r.failure}"))

    def _note(self, line: str) -> None:
        self._lines.append(f"{time.monotonic() - self._from:9.3f} {line}")

    def _asked(self, request: Request) -> None:
        if ASSETS not in request.url:
            self._note(f"> {request.method} {request.url}")

    def _answered(self, response: Response) -> None:
        if ASSETS not in response.url or not response.ok:
            self._note(f"< {response.status} {response.request.method} {response.url}")

    async def tell(self, error: AssertionError | Error) -> None:
        """Keep everything and name the place in the error."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "page").split("::")[-1]
        place = FAILURES / re.sub(r"[^\w.-]+", "_", test)
        place.mkdir(parents=True, exist_ok=True)
        try:
            self._note(f"end: {await self.page.evaluate(STATE)}")
            await self.page.screenshot(path=place / "page.png", timeout=LATE)
        except Error as hung:
            self._note(f"no picture: {hung.message}")
        (place / "page.log").write_text("\n".join(self._lines) + "\n")
        error.add_note(f"What the page looked like, said, asked and was told: {place}")


@asynccontextmanager
async def explained(witness: Witness) -> AsyncIterator[None]:
    """What happens inside is told of when it fails."""
    try:
        yield
    except (AssertionError, Error) as error:
        await witness.tell(error)
        raise
