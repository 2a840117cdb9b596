"""Every page of the menu opens, at a desk and on a phone. If this breaks, a click leads nowhere.

Pictures of all of them: `YICHUAN_SCREENSHOTS=1 YICHUAN_SCREENSHOTS_OF=http://127.0.0.1:8000` with a
demonstration running there shows its richer data instead of the test's.
"""

from __future__ import annotations

import os

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from conftest import Tenant
from web.console import DESKTOP, PASSWORD, PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context

DEMO = os.environ.get("YICHUAN_SCREENSHOTS_OF")
STAFF = {
    "overview": "/overview",
    "overview-daily": "/overview/daily",
    "orders": "/orders",
    "shipments": "/shipments",
    "printing": "/printing",
    "printing-jobs": "/printing/jobs",
    "exceptions": "/exceptions",
    "exceptions-upcoming": "/exceptions/upcoming",
    "exception-rules": "/exceptions/rules",
    "tickets": "/tickets",
    "merchants": "/merchants",
    "couriers": "/couriers",
    "courier-catalogue": "/couriers/catalogue",
    "courier-ranking": "/couriers/ranking",
    "unknown-codes": "/couriers/unknown",
    "costs": "/costs",
    "bills": "/costs/bills",
    "settings": "/settings",
    "settings-webhooks": "/settings/webhooks",
    "settings-users": "/settings/users",
    "settings-audit": "/settings/audit",
}
MERCHANT = {
    "today": "/overview",
    "merchant-shipments": "/shipments",
    "merchant-printing": "/printing",
    "own-numbers": "/printing/own-numbers",
    "hand-over": "/printing/to-hand-over",
    "new-order": "/orders/new",
    "score": "/merchants",
    "courier-accounts": "/couriers",
}


async def _walk(
    browser: Browser, address: str, user: str, pages: dict[str, str], size: ViewportSize
) -> None:
    password = "yichuan-demo" if DEMO else PASSWORD
    async with signed_in(browser, address, user, size=size, password=password) as page:
        for name, path in pages.items():
            await page.goto(address + path)
            await expect(page.locator("h1").first).to_be_visible(timeout=20_000)
            await page.wait_for_load_state("networkidle")
            waiting = page.locator("main").get_by_text("加载中")
            await expect(waiting).to_have_count(0, timeout=20_000)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{path} is {wide} px wide"
            await screenshot(page, name)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_page_opens_for_staff(
    browser: Browser, console: str, context: Context, size: ViewportSize
) -> None:
    name = f"staff-{size['width']}"
    await add_user(context, name, "operator", None)
    await _walk(browser, DEMO or console, "operator" if DEMO else name, STAFF, size)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_page_opens_for_merchants(
    browser: Browser, console: str, context: Context, alpha: Tenant, size: ViewportSize
) -> None:
    name = f"clerk-{size['width']}"
    await add_user(context, name, "merchant", alpha.id)
    user = os.environ.get("YICHUAN_SCREENSHOTS_MERCHANT", "yunqiao") if DEMO else name
    await _walk(browser, DEMO or console, user, MERCHANT, size)
