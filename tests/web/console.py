"""Signing in to the console, and pictures of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from playwright.async_api import Browser, Page, ViewportSize

from yichuan.core.context import Context
from yichuan.identity import service as identity
from yichuan.identity.callers import Role

PASSWORD: Final = "long enough for a test"
DESKTOP: Final = ViewportSize(width=1440, height=900)
PHONE: Final = ViewportSize(width=390, height=844)
SHOTS: Final = Path(__file__).parents[2] / "docs" / "screenshots"


async def add_user(context: Context, username: str, role: Role, merchant_id: UUID | None) -> None:
    """Somebody who can sign in with `PASSWORD`."""
    async with context.database.system() as session:
        await identity.create_user(session, username, PASSWORD, username, role, merchant_id)


@asynccontextmanager
async def signed_in(
    browser: Browser,
    address: str,
    username: str,
    *,
    size: ViewportSize = DESKTOP,
    password: str = PASSWORD,
) -> AsyncIterator[Page]:
    """A page of the console, signed in through its own form; fails on errors of its scripts."""
    context = await browser.new_context(
        viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    await page.goto(f"{address}/login")
    fields = page.locator("form input")
    await fields.nth(0).fill(username)
    await fields.nth(1).fill(password)
    await fields.nth(1).press("Enter")
    await page.wait_for_url(lambda url: "/login" not in url)
    yield page
    await context.close()
    assert not broken, broken


async def screenshot(page: Page, name: str) -> None:
    """Keep a picture as docs/screenshots/<name>-{desktop,phone}.png when the reader asked for
    pictures (`YICHUAN_SCREENSHOTS=1`)."""
    if os.environ.get("YICHUAN_SCREENSHOTS") != "1":
        return
    width = (page.viewport_size or DESKTOP)["width"]
    kind = "phone" if width < 768 else "desktop"
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}-{kind}.png", animations="disabled")
