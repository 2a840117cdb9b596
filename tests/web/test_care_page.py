"""Rating and reporting on the buyer's page, in a real browser on the real product.

A user would notice: five stars that nobody gets, a report that says nothing came of it.
"""

from __future__ import annotations

from fastapi import FastAPI
from playwright.async_api import Browser, expect

from conftest import Tenant
from feedback.parcels import TAIL, delivered
from web.browser import CONTRAST, served
from web.console import screenshot
from yichuan.core.context import Context


async def test_a_buyer_rates_and_reports(
    browser: Browser, app: FastAPI, context: Context, alpha: Tenant
) -> None:
    """First the digits, then stars and tags; a problem is told, and its state seen; by keyboard,
    in both languages, readable in the dark too."""
    _, link = await delivered(context, alpha)
    async with served(app) as site:
        window = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = await window.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(f"{site}{link}")
        await page.get_by_role("button", name="核对手机号").click()
        await page.get_by_label("收件手机号后四位").fill(TAIL)
        await page.keyboard.press("Enter")
        card = page.locator("section.care")
        await card.get_by_role("button", name="提交").first.click()
        await expect(card.get_by_role("alert").first).to_have_text("请先选择一项。")
        await card.get_by_label("4 星").check(force=True)
        await card.get_by_label("送货上门").check(force=True)
        await card.get_by_role("button", name="提交").first.click()
        await expect(card.locator(".rated")).to_have_text("您的评价: 4 星 · 送货上门")
        await card.locator("summary").focus()
        await page.keyboard.press("Enter")
        await card.get_by_label("显示签收但没收到").check(force=True)
        await card.get_by_label("想说的话").fill("门口没有")
        await screenshot(page, "track-report")
        await card.get_by_role("button", name="提交").click()
        await expect(card.locator(".rated").last).to_have_text("显示签收但没收到 · 等待处理")
        await expect(page.locator("#said")).to_have_text("已反馈，会有人处理")
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await card.locator("summary").click()
            faint = [text for text in await page.evaluate(CONTRAST) if text[0] < 4.5]
            assert faint == [], scheme
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.locator(".lang").click()
        await expect(card.locator(".rated").first).to_have_text(
            "Your rating: 4 stars · To the door"
        )
        assert not complaints
        await window.close()
    found = await alpha.client.get("/api/v1/tickets", params={"kind": "suspicious_signing"})
    assert len(found.json()["items"]) == 1
