"""The live view in a real browser: a number that opens other parcels than it counted is worse than
no number; a page that forgets what it was narrowed to cannot be shared.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from conftest import Tenant
from exceptions.boxes import box, tell
from web.browser import CONTRAST
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers

ROWS: Final = "tbody tr[data-row-key]"
BUSY: Final = "[data-by][aria-busy=false]"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def parcels(context: Context, alpha: Tenant, beta: Tenant) -> None:
    """ALPHA: two in transit with ZTO since eight days, one with SF since today, one to print, one
    signed today. BETA: one in transit with ZTO."""
    async with context.database.system() as session:
        await couriers.seed(session)
    at = now()
    old = at - timedelta(days=8)
    for owner, courier, since, city in (
        (alpha, "ZTO", old, "杭州市"),
        (alpha, "ZTO", old, "宁波市"),
        (alpha, "SF", at, "温州市"),
        (beta, "ZTO", old, "杭州市"),
    ):
        made = await box(
            context,
            owner.id,
            ship_method="hub_waybill",
            courier=courier,
            origin_city="广州市",
            dest_city=city,
            shipped_at=since,
        )
        moved = {"milestone": "in_transit", "milestone_at": since, "last_event_at": since}
        await tell(context, owner.id, made, **moved)
    await box(context, alpha.id)
    made = await box(context, alpha.id, courier="SF", shipped_at=at)
    await tell(context, alpha.id, made, milestone="delivered", delivered_at=at, ended_at=at)
    await drain(context.database, CONSUMERS)
    await add_user(context, "operator", "operator", None)
    await add_user(context, "alpha", "merchant", alpha.id)


@pytest_asyncio.fixture
async def page(browser: Browser, console: str, parcels: None) -> AsyncIterator[Page]:
    async with signed_in(browser, console, "operator") as found:
        await found.goto(f"{console}/overview")
        await found.get_by_role("link", name="实时看板").click()
        await expect(found).to_have_url(re.compile("/overview/live$"))
        yield found


async def test_its_question_is_asked_once_before_its_code_is_there(
    page: Page, console: str
) -> None:
    """The page's own address names all files it begins with; what it asks is asked beside them."""
    named = await (await page.request.get(f"{console}/overview/live")).text()
    assert "/assets/LivePage-" in named
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(console)))
    for path, question in {"": "by=stage", "?by=courier": "by=courier"}.items():
        asked.clear()
        await page.goto(f"{console}/overview/live{path}")
        await expect(page.locator(stage(page, "in_transit"))).to_have_text("4")
        for once in (f"/api/v1/reports/live?{question}", "/api/v1/auth/me"):
            assert asked.count(once) == 1


def stage(page: Page, key: str) -> str:
    return f"[data-stage={key}] a"


async def test_a_number_opens_what_it_counted(page: Page) -> None:
    """Of a stage, of an age, of a courier, of a place on the map."""
    await expect(page.locator(stage(page, "in_transit"))).to_have_text("4")
    await expect(page.locator(stage(page, "delivered"))).to_have_text("1")
    await expect(page.get_by_role("link", name="广州市 → 杭州市 2")).to_be_visible()
    await screenshot(page, "live")
    await page.locator("svg[role=group]").scroll_into_view_if_needed()
    await screenshot(page, "live-map")
    await page.locator(".ant-segmented").get_by_text("快递").click()
    zto = page.locator("tr", has=page.locator("[data-key=ZTO]"))
    await zto.locator("a").last.click()
    await expect(page).to_have_url(re.compile("/shipments"))
    await expect(page.locator(ROWS)).to_have_count(3)
    await page.go_back()
    await page.get_by_role("link", name="广州市 → 宁波市 1").click(force=True)
    await expect(page.locator(ROWS)).to_have_count(1)


async def test_narrowed_everywhere_and_in_the_address(page: Page) -> None:
    """A row narrows funnel, table and map; the address says so, and a stage is one more filter."""
    await page.locator(".ant-segmented").get_by_text("快递").click()
    await page.locator("[data-key=SF]").click()
    await expect(page).to_have_url(re.compile("courier=SF"))
    await expect(page.locator(stage(page, "in_transit"))).to_have_text("1")
    await expect(page.get_by_role("link", name="广州市 → 温州市 1")).to_be_visible()
    await expect(page.get_by_role("link", name="广州市 → 杭州市 2")).to_have_count(0)
    await page.reload()
    await expect(page.locator(stage(page, "delivered"))).to_have_text("1")
    await page.locator("[data-stage=in_transit] button").click()
    await expect(page).to_have_url(re.compile("stage=in_transit"))
    await page.locator(stage(page, "in_transit")).click()
    await expect(page.locator(ROWS)).to_have_count(1)


async def test_a_city_is_chosen_from_those_there_are(page: Page, console: str) -> None:
    """By a part of its name; a word that is no city's says so, also in a shared address."""
    city = page.get_by_role("combobox", name="目的城市")
    await city.fill("深川")
    await expect(page.get_by_text("没有包裹的城市名里有“深川”")).to_be_visible()
    await city.fill("温")
    await page.locator(".ant-select-item-option").get_by_text("温州市").click()
    await expect(page).to_have_url(re.compile("city="))
    await expect(page.locator(stage(page, "in_transit"))).to_have_text("1")
    await page.goto(f"{console}/overview/live?origin=深川市")
    await expect(page.get_by_text("深川市（没有包裹）")).to_be_visible()
    await expect(page.locator(stage(page, "in_transit"))).to_have_text("0")


async def test_it_follows_what_happens(page: Page, context: Context, alpha: Tenant) -> None:
    """A parcel moves: the page says so, and shows it when asked."""
    await expect(page.locator(stage(page, "paid"))).to_have_text("1")
    made = await box(context, alpha.id)
    await tell(context, alpha.id, made, kind="changed", remark="轻放")
    await drain(context.database, CONSUMERS)
    await page.get_by_role("button", name="条更新").click()
    await expect(page.locator(stage(page, "paid"))).to_have_text("2")


async def test_merchants_see_their_own_on_a_phone(browser: Browser, console: str) -> None:
    """The same page, of their parcels alone; nothing is lost on a small screen."""
    async with signed_in(browser, console, "alpha", size=PHONE) as page:
        await page.goto(f"{console}/overview/live?by=courier")
        await expect(page.locator(stage(page, "in_transit"))).to_have_text("3")
        await expect(page.locator("[data-key=ZTO]")).to_be_visible()
        await expect(page.get_by_text("商家", exact=True)).to_have_count(0)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]
        await screenshot(page, "live")
        low = [text for ratio, text in await page.evaluate(CONTRAST) if ratio < 4.5]
        assert low == []
