"""The buyer's page in a real browser.

A user would notice every one of these: a parcel without news for hours because the page stopped
asking, a state told by colour alone, a phone's digits lost while typing, a name shown to whoever
holds the link.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal, Protocol

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, Page, Route, expect

from web.browser import CONTRAST, DATA, Visit, Window, served
from web.console import screenshot
from web.parcels import CASES, NOW, TOKEN, parcel
from web.said import ANSWERS, HEADLINES
from web.witness import Witness, explained
from yichuan.web.buyer import buyer_router

Scheme = Literal["light", "dark"]
PHONE = {"width": 375, "height": 812}
ENOUGH = 4.5
"""Contrast of text, WCAG 2.2 AA."""
OURS = "h1,h2,h3,.say,.when,.rail,.tip,.note,.empty,.label,.aside,.quiet,.small,footer"
"""Where the page speaks, not the courier."""
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PICTURES: tuple[tuple[str, Scheme], ...] = (
    ("in_transit", "light"),
    ("out_for_delivery", "dark"),
    ("failed", "light"),
    ("delivered", "light"),
)
"""Cases of which the documents have pictures."""
CALM: dict[str, Any] = {"color_scheme": "light", "reduced_motion": "reduce"}
"""Where nobody asks for motion there is none: what moves is drawn as long as a test looks at it."""
SIZES = ((320, 568), (390, 844), (1440, 900))
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until what a change of the window's size asks for is shown."""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}"""


class Visiting(Protocol):
    """Opens the page on some data."""

    def __call__(
        self, answers: Any, path: str = ..., **options: Any
    ) -> AbstractAsyncContextManager[Visit]: ...


@pytest.fixture(scope="module")
def window() -> Window:
    return Window()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(window: Window) -> AsyncIterator[str]:
    app = FastAPI()
    app.add_api_route("/track/{token}.json", window.data, methods=["GET"])
    app.include_router(buyer_router)
    async with served(app) as address:
        yield address


async def _opened(browser: Browser, **options: Any) -> Page:
    """An empty page at `NOW` on a Chinese phone, or as `options` say."""
    usual: dict[str, Any] = {"viewport": PHONE, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
    context = await browser.new_context(**(usual | options))
    page = await context.new_page()
    await page.clock.install(time=NOW)
    return page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visiting(browser: Browser, site: str, window: Window) -> AsyncIterator[Visiting]:
    """Opens the page at `NOW` on a Chinese phone, always in the same window: a new one would load
    all of it again. `options` are of `emulate_media`, and `viewport`."""
    page = await _opened(browser)
    found, witness = Visit(page, None), Witness(page)
    found.watch()

    @asynccontextmanager
    async def visit(
        answers: Any, path: str = f"/track/{TOKEN}", **options: Any
    ) -> AsyncIterator[Visit]:
        window.visit, found.answers = found, answers
        found.forget()
        await page.set_viewport_size(options.pop("viewport", PHONE))
        await page.emulate_media(**(CALM | options))
        await page.clock.install(time=NOW)
        async with explained(witness):
            await page.goto(site + path)
            await page.wait_for_selector("h1")
            yield found
        await page.evaluate("localStorage.clear()")
        await page.goto("about:blank")

    yield visit
    await page.context.close()


@pytest.fixture
def abroad(browser: Browser, site: str, window: Window) -> Visiting:
    """Opens the page in a window of its own; `options` are of `new_context`."""

    @asynccontextmanager
    async def visit(
        answers: Any, path: str = f"/track/{TOKEN}", **options: Any
    ) -> AsyncIterator[Visit]:
        page = await _opened(browser, **options)
        window.visit = Visit(page, answers)
        async with explained(Witness(page)):
            await page.goto(site + path)
            await page.wait_for_selector("h1")
            yield window.visit
        await page.context.close()

    return visit


@pytest.mark.parametrize("case", CASES)
async def test_every_case_is_told_in_words_that_can_be_read(visiting: Visiting, case: str) -> None:
    """Where is it, when does it come, what can I do; and what is wrong, and who is at it. Word,
    icon, rail; not wider than the phone; contrast; English whole; nobody else asked."""
    async with visiting(CASES[case]) as visit:
        page = visit.page
        await expect(page.locator("h1")).to_have_text(HEADLINES[case])
        assert await page.title() == f"{HEADLINES[case]} · 物流详情"
        body = " ".join((await page.inner_text("body")).split())
        assert [text for text in ANSWERS.get(case, ()) if text not in body] == []
        assert await page.locator(".hero .disc svg").count() == 1
        assert await page.locator(".rail [aria-current=step]").count() == 1
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            texts = await page.evaluate(CONTRAST)
            assert len(texts) > 10
            assert [text for text in texts if text[0] < ENOUGH] == [], scheme
        await page.locator(".lang").click()
        english = " ".join(await page.locator(OURS).all_inner_texts())
        english = english.replace(CASES[case]["locker_hint"] or "", "")
        assert not re.search(r"[一-鿿]|undefined|null|NaN", english)
        assert not visit.complaints
        assert len(visit.hosts) == 1


async def test_the_rail_shows_the_way_back(visiting: Visiting) -> None:
    """A parcel that goes back has no 已签收 ahead of it."""
    async with visiting(CASES["returning"]) as visit:
        steps = await visit.page.locator(".rail .step").all_inner_texts()
        assert steps == ["已下单", "已揽收", "运输中", "退回中", "已退回"]
        await expect(visit.page.locator("[aria-current=step] .step")).to_have_text("退回中")


async def test_the_timeline_is_newest_first_by_day(visiting: Visiting) -> None:
    """Grouped by day, older scans on demand, the exact moment on every time."""
    async with visiting(CASES["delivered"]) as visit:
        page = visit.page
        assert (await page.locator(".day h3").all_inner_texts())[:2] == [
            "今天 11月24日 周二",
            "昨天 11月23日 周一",
        ]
        first = page.locator(".timeline li").first
        assert "13:55" in await first.inner_text()
        assert "35 分钟前" in await first.inner_text()
        assert await first.locator("time").get_attribute("title") == "2026-11-24 13:55:00 UTC+8"
        assert await page.locator(".timeline li").count() == 6
        await page.get_by_role("button", name="查看更早的 5 条").click()
        assert await page.locator(".timeline li").count() == 11
        assert "商家已打印面单" in await page.locator(".timeline li").last.inner_text()


async def test_times_are_the_couriers_for_a_reader_elsewhere(abroad: Visiting) -> None:
    """A buyer travelling sees Beijing time, and that it is Beijing time."""
    async with abroad(CASES["delivered"], timezone_id="America/New_York") as visit:
        await expect(visit.page.locator(".timeline li").first).to_contain_text("13:55")
        await expect(visit.page.locator(".zone")).to_contain_text("北京时间")


async def test_a_revoked_or_mangled_link_is_kind_and_silent(visiting: Visiting) -> None:
    """It says what to do next, and does not ask again and again."""
    async with visiting(404) as visit:
        await expect(visit.page.locator("h1")).to_have_text("找不到这个包裹")
        await expect(visit.page.locator("main")).to_contain_text("从订单中重新打开")
        await visit.page.clock.run_for(600_000)
        assert len(visit.asked) == 1


async def test_a_link_revoked_while_open_takes_the_parcel_away(visiting: Visiting) -> None:
    """Nothing of the parcel stays on the screen."""
    async with visiting(CASES["in_transit"]) as visit:
        visit.answers = 404
        await visit.page.clock.run_for(61_000)
        await expect(visit.page.locator("h1")).to_have_text("找不到这个包裹")
        assert "西安" not in await visit.page.inner_text("body")


async def test_a_server_that_is_down_is_asked_again(visiting: Visiting) -> None:
    """The page says that the parcel is safe, and comes back by itself."""
    async with visiting(503) as visit:
        await expect(visit.page.locator("h1")).to_have_text("暂时打不开")
        visit.answers = CASES["in_transit"]
        await visit.page.clock.run_for(16_000)
        await expect(visit.page.locator("h1")).to_have_text("运输中")


async def test_old_scans_come_back_by_themselves(visiting: Visiting) -> None:
    """A parcel of last year says that its scans are being fetched, shows them, and is at rest."""
    over = CASES["delivered"]
    async with visiting(over | {"events": [], "history": "recalling"}) as visit:
        page = visit.page
        await expect(page.locator(".timeline .quiet")).to_have_text("正在取回更早的物流动态…")
        visit.answers = over | {"history": "complete"}
        await page.clock.run_for(3_000)
        await expect(page.locator(".timeline li").first).to_be_visible()
        await expect(page.get_by_text("正在取回")).to_have_count(0)
        asked = len(visit.asked)
        await page.clock.run_for(300_000)
        assert len(visit.asked) == asked


async def test_the_page_refreshes_while_someone_looks(visiting: Visiting) -> None:
    """Every minute, not in the background, and it tells a screen reader what changed."""
    async with visiting(CASES["in_transit"]) as visit:
        page = visit.page
        visit.answers = CASES["out_for_delivery"]
        await page.clock.run_for(61_000)
        await expect(page.locator("h1")).to_have_text("派送中")
        await expect(page.locator("#said")).to_have_text("状态更新：派送中")
        await page.evaluate(HIDE, True)
        await page.clock.run_for(300_000)
        assert len(visit.asked) == 2
        visit.answers = CASES["delivered"]
        await page.evaluate(HIDE, False)
        await expect(page.locator("h1")).to_have_text("已签收")
        await page.clock.run_for(600_000)
        assert len(visit.asked) == 3, "a delivered parcel is not asked about any more"


async def test_without_network_the_last_news_stay(visiting: Visiting) -> None:
    """They are marked as old, and replaced once the network is back."""
    async with visiting(CASES["in_transit"]) as visit:
        await visit.page.route(DATA, lambda route: route.abort("internetdisconnected"))
        await visit.page.clock.run_for(61_000)
        await expect(visit.page.locator(".notice")).to_contain_text("14:30 的信息")
        await expect(visit.page.locator("h1")).to_have_text("运输中")
        await visit.page.unroute(DATA)
        visit.answers = CASES["arriving"]
        await visit.page.evaluate("dispatchEvent(new Event('online'))")
        await expect(visit.page.locator("h1")).to_have_text("即将派送")
        assert await visit.page.locator(".notice").count() == 0


def by_digits(url: str) -> object:
    """What is answered without the phone's digits, with them, and with others."""
    if "phone_last4" not in url:
        return CASES["out_for_delivery"]
    return CASES["verified"] if "phone_last4=1234" in url else 403


async def test_a_refresh_that_comes_late_takes_nothing_back(visiting: Visiting) -> None:
    """Who showed the digits while the page was asking for news keeps what they opened."""
    late = asyncio.Event()

    async def hold(route: Route) -> None:
        if "phone_last4" not in route.request.url:
            await late.wait()
        await route.continue_()

    async with visiting(by_digits) as visit:
        page = visit.page
        await page.get_by_role("button", name="查看完整信息").click()
        await page.route(DATA, hold)
        async with page.expect_request(DATA):
            await page.clock.run_for(61_000)
        digits = page.get_by_label("收件手机号后四位")
        await digits.fill("1234")
        await digits.press("Enter")
        await expect(page.locator(".facts")).to_contain_text("138****1234")
        refresh = page.get_by_role("button", name=re.compile("刷新"))
        await expect(refresh).to_be_disabled()
        late.set()
        await expect(refresh).to_be_enabled()
        await expect(page.locator(".facts")).to_contain_text("138****1234")
        await page.unroute(DATA)


async def test_the_last_four_digits_open_the_rest(visiting: Visiting) -> None:
    """Before them there is no number and no name in the page at all; after them, a copy button."""

    async with visiting(by_digits) as visit:
        page = visit.page
        assert "张" not in await page.content()
        await page.get_by_role("button", name="查看完整信息").click()
        digits = page.get_by_label("收件手机号后四位")
        await expect(digits).to_be_focused()
        await digits.fill("12")
        await page.get_by_role("button", name="核对", exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text("请输入四位数字。")
        await digits.fill("9999")
        await page.clock.run_for(61_000)
        assert await digits.input_value() == "9999", "a refresh takes nothing out of the field"
        await digits.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("不符")
        await digits.fill("1234")
        await digits.press("Enter")
        await expect(page.locator(".digits")).to_contain_text("7312")
        await expect(page.locator(".facts")).to_contain_text("138****1234")
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.get_by_role("button", name="复制").click()
        assert await page.evaluate("navigator.clipboard.readText()") == "73120045120231"
        assert "1234" not in page.url
        await page.context.clear_permissions()


async def test_one_tap_calls_and_leads_to_the_orders_other_parcels(visiting: Visiting) -> None:
    """Extensions are dialled as well; a parcel whose link was revoked is not offered."""
    async with visiting(CASES["on_the_round"], f"/track/{TOKEN}?lang=zh") as visit:
        calls = await visit.page.eval_on_selector_all(
            "a[href^='tel:']", "all => all.map((a) => a.getAttribute('href'))"
        )
        assert calls == ["tel:13800001111,2233", "tel:4000000000", "tel:95311"]
        assert await visit.page.locator(".tab[aria-current]").count() == 1
        assert await visit.page.locator("a.tab").count() == 1
        await visit.page.locator("a.tab").click()
        await visit.page.wait_for_url("**/Qm9uam91ci1saWVuLTAx43?lang=zh")


async def test_a_link_is_shared_without_a_word_about_anybody(visiting: Visiting) -> None:
    """By the phone's own means, else copied; neither digits nor choices are in it."""
    async with visiting(CASES["verified"], f"/track/{TOKEN}?lang=zh&phone_last4=1") as visit:
        page = visit.page
        await page.evaluate("navigator.share = (what) => { window.shared = what }")
        await page.get_by_role("button", name="分享").click()
        shared = await page.evaluate("window.shared")
        assert shared == {"title": "物流详情", "url": page.url.split("?")[0]}
        await page.evaluate("navigator.share = undefined")
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.get_by_role("button", name="分享").click()
        await expect(page.locator(".toast")).to_contain_text("链接已复制")
        assert await page.evaluate("navigator.clipboard.readText()") == page.url.split("?")[0]
        await page.context.clear_permissions()


async def test_too_many_tries_are_told(visiting: Visiting) -> None:
    """Someone guessing is stopped, someone mistaken knows to wait."""

    def answers(url: str) -> object:
        return 429 if "phone_last4" in url else CASES["in_transit"]

    async with visiting(answers) as visit:
        await visit.page.get_by_role("button", name="查看完整信息").click()
        await visit.page.get_by_label("收件手机号后四位").fill("0000")
        await visit.page.keyboard.press("Enter")
        await expect(visit.page.get_by_role("alert")).to_contain_text("稍后再试")
        await expect(visit.page.locator("h1")).to_have_text("运输中")


async def test_english_by_browser_by_link_and_by_button(
    abroad: Visiting, visiting: Visiting
) -> None:
    """English words above the courier's own; the choice is remembered and can be shared."""
    case = CASES["in_transit"]
    async with abroad(case, locale="en-GB") as visit:
        await expect(visit.page.locator("h1")).to_have_text("In transit")
    async with visiting(case, f"/track/{TOKEN}?lang=en") as visit:
        page = visit.page
        await expect(page.locator(".say")).to_have_text("Now in Xi'an")
        newest = page.locator(".timeline li").first
        await expect(newest.locator(".label")).to_have_text("Arrived at hub")
        assert await newest.locator(".theirs").get_attribute("lang") == "zh-CN"
        await page.get_by_role("button", name="用中文查看").click()
        await expect(page.locator("h1")).to_have_text("运输中")
        assert page.url.endswith("?lang=zh-CN")
        await page.goto(page.url.split("?")[0])
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"


async def test_whatever_a_courier_writes_stays_text(visiting: Visiting) -> None:
    """Markup in a scan is shown as it is, and runs nothing."""
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    async with visiting(parcel(4, f"11-24 12:00 成都市 in_transit {nasty}")) as visit:
        await expect(visit.page.locator(".timeline li").first).to_contain_text(nasty)
        assert await visit.page.locator("#app img, #app script").count() == 0


async def test_odd_data_do_not_break_the_page(visiting: Visiting) -> None:
    """Unknown problem, no courier, places without points, no promise: the page still answers."""
    event = {"occurred_at": "2026-11-24T01:00:00Z", "text": "快件正在路上"}
    bare = {"milestone": "in_transit", "problem": "never_heard_of", "events": [event]}
    async with visiting(bare) as visit:
        await expect(visit.page.locator("h1")).to_have_text("运输中")
        await expect(visit.page.locator(".note")).to_contain_text("包裹遇到异常")
        assert await visit.page.locator(".map").count() == 0
        assert not visit.complaints


async def test_nothing_moves_for_those_who_asked(visiting: Visiting) -> None:
    """prefers-reduced-motion stops the pulse and the drawing of the route."""
    running = "document.getAnimations().length"
    async with visiting(CASES["in_transit"], reduced_motion="reduce") as visit:
        assert await visit.page.evaluate(running) == 0
    async with visiting(CASES["in_transit"], reduced_motion="no-preference") as visit:
        assert await visit.page.evaluate(running) > 0


@pytest.mark.parametrize(("case", "scheme"), PICTURES)
async def test_it_fits_every_screen(visiting: Visiting, case: str, scheme: Scheme) -> None:
    """Down to the smallest phone; on a desk two columns beside each other."""
    async with visiting(CASES[case], color_scheme=scheme, reduced_motion="reduce") as visit:
        page = visit.page
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            await page.evaluate(DRAWN)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            hero = await page.locator(".hero").bounding_box()
            route = await page.locator(".route").bounding_box()
            assert hero is not None
            assert route is not None
            assert (route["x"] > hero["x"] + hero["width"]) is (width >= 900)
            if width > 320:
                await screenshot(page, f"track-{case.replace('_', '-')}")


async def test_the_keyboard_reaches_everything(visiting: Visiting) -> None:
    """Tab goes through every control, in the order in which they are read."""
    async with visiting(CASES["delivered"]) as visit:
        names = []
        for _ in range(6):
            await visit.page.keyboard.press("Tab")
            names.append(await visit.page.evaluate("document.activeElement.innerText.trim()"))
        assert names == ["分享", "English", "查看完整信息", "查看更早的 5 条", "核对手机号", "刷新"]
