"""Every page of the menu opens, at a desk and on a phone. If this breaks, a click leads nowhere.

Pictures of all of them: `YICHUAN_SCREENSHOTS=1 YICHUAN_SCREENSHOTS_OF=http://127.0.0.1:8000` with a
demonstration running there shows its richer data instead of the test's.
"""

from __future__ import annotations

import os

import pytest
from playwright.async_api import Browser, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from conftest import Tenant
from web.console import (
    DESKTOP,
    GO,
    PASSWORD,
    PHONE,
    Window,
    add_user,
    opened,
    screenshot,
    settled,
    window_of,
)
from web.witness import explained
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
    "admission": "/couriers/admission",
    "unknown-codes": "/couriers/unknown",
    "costs": "/costs",
    "bills": "/costs/bills",
    "settings": "/settings",
    "settings-webhooks": "/settings/webhooks",
    "settings-users": "/settings/users",
    "settings-buyers": "/settings/buyers",
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
    "merchant-admission": "/couriers/admission",
}


FITS = "width => document.documentElement.scrollWidth <= width"


async def _walk(window: Window, pages: dict[str, str]) -> None:
    page = window.page
    for name, path in pages.items():
        await page.evaluate(GO, path)
        for size in (DESKTOP, PHONE):
            await page.set_viewport_size(size)
            await settled(window)
            await expect(page.locator("h1").first).to_be_visible()
            await expect(page.locator("main").get_by_text("加载中")).to_have_count(0)
            await expect(page.locator("main").get_by_role("alert")).to_have_count(0)
            await _fits(page, path, size["width"])
            await screenshot(page, name)


async def _fits(page: Page, path: str, width: int) -> None:
    """Nothing is wider than the window, once the page has followed its new size."""
    try:
        await page.wait_for_function(FITS, arg=width, timeout=3000)
    except PlaywrightTimeout:
        wide = await page.evaluate("document.documentElement.scrollWidth")
        pytest.fail(f"{path} is {wide} px wide")


async def _everything(browser: Browser, address: str, user: str, pages: dict[str, str]) -> None:
    password = "yichuan-demo" if DEMO else PASSWORD
    async with window_of(browser, address, user, password=password) as window:
        await window.page.goto(f"{address}/")
        await _walk(window, pages)


async def test_one_signs_in_by_the_form(browser: Browser, console: str, context: Context) -> None:
    """A wrong password is told; the right one leads to the page that was asked for."""
    await add_user(context, "newcomer", "operator", None)
    window = await opened(browser)
    page = window.page
    async with explained(window.witness):
        await page.goto(f"{console}/settings/users")
        await page.wait_for_url("**/login**", wait_until="commit")
        fields = page.locator("form input")
        await fields.nth(0).fill("newcomer")
        await fields.nth(1).fill("not the password")
        await fields.nth(1).press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()
        await fields.nth(1).fill(PASSWORD)
        await fields.nth(1).press("Enter")
        await page.wait_for_url("**/settings/users")
        await expect(page.get_by_role("cell", name="newcomer").first).to_be_visible()
    await window.context.close()
    assert window.broken == []


async def test_every_page_opens_for_staff(browser: Browser, console: str, context: Context) -> None:
    await add_user(context, "staff", "operator", None)
    await _everything(browser, DEMO or console, "operator" if DEMO else "staff", STAFF)


async def test_every_page_opens_for_merchants(
    browser: Browser, console: str, context: Context, alpha: Tenant
) -> None:
    await add_user(context, "clerk", "merchant", alpha.id)
    user = os.environ.get("YICHUAN_SCREENSHOTS_MERCHANT", "yunqiao") if DEMO else "clerk"
    await _everything(browser, DEMO or console, user, MERCHANT)
