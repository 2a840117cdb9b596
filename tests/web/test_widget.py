"""The widget on a plain page of another origin.

A user would notice: an order centre with an empty box where the parcel should be, a mall's own
headings changed by a stranger's style, a page that grew by a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Browser, Page, expect

from conftest import Tenant
from exceptions.boxes import change, make_box
from web.browser import CONTRAST, served
from web.console import screenshot
from web.parcels import CASES, NOW
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.ids import new_token
from yichuan.couriers import service as couriers
from yichuan.web.widget import script

LIMIT = 30_000
"""Bytes of the widget, compressed."""
TOKEN = "d2lkZ2V0LW9uLWEtcGxhaW4"
CASE = "Y2FzZS1vZi10aGUtd2lkZ2V0"
MALL = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>订单中心</title>
<link rel="icon" href="data:,">
<style>h1 {{ color: rgb(1, 2, 3) }} .card {{ display: none }} {style}</style>
<h1>我的订单</h1>
<script>
  window.before = Object.keys(window).length; window.told = []
  for (const name of ['milestone', 'trouble'])
    document.addEventListener('yichuan-' + name, (e) => told.push([e.type, e.detail]))
</script>
<script src="{hub}/widget.js"{kind}></script>
<yichuan-track token="{token}" {more}></yichuan-track>"""
IN_SHADOW = CONTRAST.replace("document.body", "document.querySelector('yichuan-track').shadowRoot")


def test_it_is_one_small_script() -> None:
    """Less than 30 kB compressed, with style, words in two languages and map; nobody else asked."""
    made = script()
    text = made.plain.decode()
    assert len(made.packed) < LIMIT
    assert not re.search(r"^\s*(?:import|export)\b", text, re.M)
    assert set(re.findall(r"https?://[\w.]+", text)) == {"http://www.w3.org"}


async def test_its_door(nobody: httpx.AsyncClient) -> None:
    """Any page may load it and read the data, refusals too; it is asked for anew, and cheaply."""
    answer = await nobody.get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    again = await nobody.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    gone = await nobody.get(f"/track/{TOKEN[::-1]}.json")
    assert (gone.status_code, gone.headers["access-control-allow-origin"]) == (404, "*")
    wrong = await nobody.get(f"/track/{TOKEN[::-1]}.json?phone_last4=x")
    assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (422, "*")
    assert "access-control-allow-origin" not in (await nobody.get("/api/v1/shipments")).headers


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(app: FastAPI) -> AsyncIterator[str]:
    """The whole product on a port."""
    async with served(app) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mall(hub: str) -> AsyncIterator[str]:
    """A plain page on another port."""
    site = FastAPI()

    @site.get("/", response_class=HTMLResponse)
    def order(token: str, more: str = "", style: str = "", kind: str = "") -> str:
        return MALL.format(hub=hub, token=token, more=more, style=style, kind=kind)

    async with served(site) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A Chinese phone."""
    window = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield await window.new_page()
    await window.close()


async def visit(page: Page, mall: str, token: str, **more: str) -> None:
    """Open the mall's page."""
    await page.goto(str(httpx.URL(mall, params={"token": token, **more})))


async def test_a_real_parcel_on_a_page_of_another_origin(
    mall: str, page: Page, context: Context, alpha: Tenant
) -> None:
    """It shows and follows the parcel, tells the page, and goes when the link is revoked; the page
    keeps its own looks and names."""
    async with context.database.system() as session:
        await couriers.seed(session)
        shipment = await make_box(
            session, alpha.id, buyer_token=TOKEN, courier="ZTO", waybill_number="773100451299",
            milestone="in_transit", shipped_at=now(), recipient_name="张*",
        )  # fmt: skip
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    await visit(page, mall, TOKEN)
    widget = page.locator("yichuan-track")
    await expect(widget.locator("h1")).to_have_text("运输中")
    assert await page.evaluate("told") == [
        ["yichuan-milestone",
         {"milestone": "in_transit", "detail": "none", "problem": None, "previous": None}],
    ]  # fmt: skip
    assert await page.evaluate("Object.keys(window).length - before") == 2, "its own two"
    assert await page.evaluate("getComputedStyle(document.querySelector('h1')).color") == (
        "rgb(1, 2, 3)"
    )
    shadow = await page.evaluate("document.querySelector('yichuan-track').shadowRoot.innerHTML")
    assert "7731****1299" in shadow
    assert "张" not in shadow
    assert 'aria-level="2"' in shadow, "its headings stand below the page's"
    assert not complaints
    async with context.database.system() as session:
        await change(session, alpha.id, shipment, milestone="out_for_delivery")
    await widget.get_by_role("button", name="刷新").click()
    await expect(widget.get_by_role("status")).to_have_text("状态更新：派送中")
    assert (await page.evaluate("told"))[-1][1]["previous"] == "in_transit"
    async with context.database.system() as session:
        await change(session, alpha.id, shipment, buyer_token=new_token(16))
    await widget.get_by_role("button", name="刷新").click()
    await expect(widget.locator("h1")).to_have_text("找不到这个包裹")
    assert (await page.evaluate("told"))[-1] == ["yichuan-trouble", {"trouble": "gone"}]


async def shown(page: Page, mall: str, case: str, **more: str) -> None:
    """Open the mall's page on a case of the buyer's page."""
    await page.clock.install(time=NOW)
    body, allow = CASES[case], {"Access-Control-Allow-Origin": "*"}
    await page.route(
        f"**/track/{CASE}.json*", lambda route: route.fulfill(json=body, headers=allow)
    )
    await visit(page, mall, CASE, **more)
    await page.wait_for_selector("yichuan-track h1")


async def test_a_page_sets_language_theme_and_colours(mall: str, page: Page) -> None:
    """`lang`, `theme`, custom properties and parts; dark enough to read; as a module too."""
    style = (
        "yichuan-track { --yichuan-moving-text: rgb(120, 0, 120); --yichuan-round: 3px }"
        " yichuan-track::part(courier) { border: 5px solid red }"
    )
    await shown(page, mall, "in_transit", more='lang="en"', style=style, kind=" type=module")
    widget = page.locator("yichuan-track")
    await expect(widget.locator("h1")).to_have_text("In transit")
    await expect(widget.locator("h1")).to_have_css("color", "rgb(120, 0, 120)")
    await expect(widget.locator(".hero")).to_have_css("border-radius", "3px")
    await expect(widget.locator(".parcel")).to_have_css("border-top-width", "5px")
    await page.evaluate("document.querySelector('yichuan-track').lang = 'zh-CN'")
    await expect(widget.locator("h1")).to_have_text("运输中")


async def test_it_can_be_read_and_used_by_keyboard(mall: str, page: Page) -> None:
    """Contrast in both themes whatever the system's, no wider than its place, every control by Tab
    in reading order, a region with a name."""
    await shown(page, mall, "delivered")
    widget = page.locator("yichuan-track")
    await expect(widget.get_by_role("region", name="物流详情")).to_be_visible()
    for theme in ("light", "dark"):
        await page.evaluate(
            "(theme) => document.querySelector('yichuan-track').setAttribute('theme', theme)", theme
        )
        texts = await page.evaluate(IN_SHADOW)
        assert len(texts) > 10
        assert [text for text in texts if text[0] < 4.5] == [], theme
        await screenshot(page, f"widget-{theme}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    names = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        names.append(
            await page.evaluate(
                "document.querySelector('yichuan-track').shadowRoot.activeElement.innerText.trim()"
            )
        )
    assert names == ["查看完整信息", "查看更早的 5 条", "刷新", "完整页面"]
