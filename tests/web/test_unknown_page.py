"""The page of codes and texts nobody could read. If it broke, an operator could see that a courier
says something new and could not say what it means."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from sqlalchemy import text

from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context
from yichuan.couriers import service as couriers

SEEN = [
    ("kdniao", "ZTO", "text:_包裹遭遇量子隧道_", "【乙市】包裹遭遇量子隧道【甲7号】"),
    ("kdniao", "ZTO", "9901", "【乙市】运输中"),
]


async def meaning(context: Context, code: str) -> str | None:
    async with context.database.system() as session:
        sql = "SELECT detail FROM unknown_codes WHERE code = :code"
        found: str | None = (await session.execute(text(sql), {"code": code})).scalar_one()
        return found


async def test_an_operator_says_what_a_text_means_and_takes_it_back(
    browser: Browser, console: str, context: Context
) -> None:
    await add_user(context, "reader", "operator", None)
    async with context.database.system() as session:
        await couriers.seed(session)
        await couriers.note_unknown(session, SEEN)
    async with signed_in(browser, console, "reader") as page:
        await page.goto(f"{console}/couriers/unknown")
        row = page.locator("tbody tr[data-row-key]", has_text="包裹遭遇量子隧道")
        await expect(row).to_have_count(1)
        await screenshot(page, "unknown-codes")
        await row.get_by_label("含义").click()
        await page.keyboard.type("离开转运")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("已生效")).to_be_visible()
        assert await meaning(context, SEEN[0][2]) == "departed_from_hub"
        await row.get_by_role("button", name="撤销含义").click()
        await page.locator(".ant-popconfirm-buttons .ant-btn-primary").click()
        await expect(row.get_by_role("button", name="撤销含义")).to_have_count(0)
        assert await meaning(context, SEEN[0][2]) is None
    async with signed_in(browser, console, "reader", size=PHONE) as page:
        await page.goto(f"{console}/couriers/unknown?mapped=no&kind=code")
        await expect(page.get_by_text("9901")).to_be_visible()
        await expect(page.get_by_text("包裹遭遇量子隧道")).to_have_count(0)
        await screenshot(page, "unknown-codes")
