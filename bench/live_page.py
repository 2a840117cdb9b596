"""The live view in a real Chromium, at however many parcels there are.

`first_paint_ms` is until the browser drew something, `numbers_ms` until the numbers stand there,
both from the click on a link in a browser that was never here; `filter_ms` from a click (or key)
that narrows the page until all of it is drawn anew.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

CHROMIUM: Final = Path(os.environ.get("YICHUAN_CHROMIUM", "/usr/bin/chromium"))
PASSWORD: Final = "long enough for a benchmark"
LONGEST_MS: Final = 10_000
"""Waits for the page give up after so long."""

PAINTED: Final = """() => Object.fromEntries(
  performance.getEntriesByType('paint').map((one) => [one.name, Math.round(one.startTime)]))"""
NUMBERS: Final = (
    "() => !['0', undefined].includes(document.querySelector('[data-stage] a')?.textContent)"
)
IDLE: Final = "[data-by][aria-busy=false] svg[role=group] a"
WATCH: Final = """() => {
  window.redrawn = new Promise((done, failed) => {
    let began
    setTimeout(() => failed(new Error('it was not drawn anew in 10 s')), 10000)
    const start = ({ timeStamp }) => { began = timeStamp }
    for (const act of ['click', 'keydown']) addEventListener(act, start, { capture: true })
    const watcher = new MutationObserver(() => {
      watcher.disconnect()
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
    })
    watcher.observe(document.querySelector('[data-by]'), { attributeFilter: ['data-at'] })
  })
}"""
"""From the last act until the frame with the new funnel, table and maps is drawn: they are one
answer, drawn at once, and the page says of when it is."""
WEEK: Final = ("click text=进入环节的日期", "click .ant-popover button >> text=近 7 天")
MORE: Final = "click text=更多筛选"
CHOOSE: Final = "click .ant-select-item-option >> text="
FILTERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "courier": ("?by=courier", ("click button[data-key=ZTO]",)),
    "merchant": ("?by=merchant", ("click tbody tr:first-child button",)),
    "province": ("?by=province", ("click button[data-key=广东省]",)),
    "category": ("?by=category", ("click button[data-key=女装]",)),
    "stage": ("", ("click [data-stage=in_transit] button",)),
    "city": ("", ("fill [aria-label=目的城市] 深圳", f"{CHOOSE}深圳市")),
    "origin": ("", (MORE, "fill [aria-label=发货城市] 杭州", f"{CHOOSE}杭州市")),
    "merchant_category": (
        "",
        (MORE, "click [aria-label=商家品类]", f"{CHOOSE}女装"),
    ),
    "since": ("", WEEK),
    "courier_of_province": ("?by=courier&province=广东省", ("click button[data-key=ZTO]",)),
    "category_of_courier": ("?by=category&courier=ZTO", ("click button[data-key=女装]",)),
    "courier_of_last_days": ("?by=courier&since=7d", ("click button[data-key=ZTO]",)),
    "last_days_of_category": ("?category=女装", WEEK),
    "last_days_of_origin": ("?origin=杭州市", WEEK),
    "last_days_of_merchant_category": ("?merchant_category=女装", WEEK),
    "merchants_of_courier": ("?courier=ZTO", ("click .ant-segmented-item >> text=商家",)),
    "other_rows": ("", ("click .ant-segmented-item >> text=省份",)),
}
"""Address, and what is done there; the last step narrows the page."""


async def measure(base: str, times: int, found: dict[str, Any]) -> None:
    """The page in a browser: first visits, and narrowed in every way, into `found`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        visits = [await _visit(browser, base) for _ in range(times + 1)]
        (paint, stands), *others = visits
        found["first_visit_ms"] = {"first_paint": paint, "numbers": stands}
        found["first_paint_ms"] = _of([paint for paint, _ in others])
        found["numbers_ms"] = _of([stands for _, stands in others])
        page = await _signed_in(browser, base)
        filters = found["filter_ms"] = {}
        for name, (address, steps) in FILTERS.items():
            there = f"{base}/overview/live{address}"
            try:
                took = [await _narrowed(page, there, steps) for _ in range(times)]
            except PlaywrightError as error:
                raise RuntimeError(f"{name}: {error}") from error
            filters[name] = _of(took)
            print(f"  {name}: {filters[name]['p50']} ms", file=sys.stderr, flush=True)
        slowest = max(filters, key=lambda name: filters[name]["p50"])
        found["slowest_filter"] = {slowest: filters[slowest]}
        await browser.close()


def _of(took: Sequence[float]) -> dict[str, int]:
    return {"p50": round(median(took)), "worst": round(max(took))}


async def _visit(browser: Browser, base: str) -> tuple[float, float]:
    """Milliseconds until something is drawn, and until the numbers stand there."""
    page = await _signed_in(browser, base)
    began = time.perf_counter()
    await page.goto(f"{base}/overview/live?by=courier", wait_until="commit")
    await page.wait_for_function(NUMBERS)
    stands = (time.perf_counter() - began) * 1000
    painted: dict[str, float] = await page.evaluate(PAINTED)
    await page.context.close()
    return painted["first-contentful-paint"], stands


async def _signed_in(browser: Browser, base: str) -> Page:
    """A page of a browser that was never here."""
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    wish = {"username": "bench", "password": PASSWORD}
    answer = await context.request.post(f"{base}/api/v1/auth/login", data=wish)
    assert answer.ok, await answer.text()
    context.set_default_timeout(LONGEST_MS)
    page = await context.new_page()
    await page.set_viewport_size({"width": 1440, "height": 900})
    return page


async def _narrowed(page: Page, address: str, steps: tuple[str, ...]) -> float:
    """Milliseconds until the page is narrowed, by a page that was loaded for it: what was asked a
    moment ago is not asked for again."""
    await page.goto(address, wait_until="load")
    await page.wait_for_selector(IDLE)
    await page.wait_for_timeout(300)  # what fills the menus is fetched once the page stands
    for step in steps[:-1]:
        await _step(page, step)
        await page.wait_for_timeout(150)  # a menu opens
    *_, last = steps
    if last.startswith("click "):
        await page.locator(
            last.removeprefix("click ")
        ).first.hover()  # it is there and stands still
    await page.evaluate(WATCH)
    await _step(page, last)
    took: float = await page.evaluate("window.redrawn")
    return took


async def _step(page: Page, step: str) -> None:
    """`click WHAT`, `fill WHAT TEXT`, `press KEY`."""
    act, _, what = step.partition(" ")
    if act == "click":
        await page.locator(what).first.click()
    elif act == "fill":
        where, _, text = what.rpartition(" ")
        await page.fill(where, text)
    else:
        await page.keyboard.press(what)
