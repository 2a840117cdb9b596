"""Settings of the platform in a real browser.

An operator would notice: the mall's own service that cannot be set without programming, a typing
error that buyers would call, or a preview that buyers do not get to see.
"""

from __future__ import annotations

import httpx
from playwright.async_api import Browser, expect

from conftest import Tenant
from exceptions.boxes import box
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context

PAGE = "https://mall.example.com/help"
TOKEN = "c2V0dGluZ3MtYnV5ZXItMDE"


async def test_the_malls_own_service_is_set_and_shown_to_buyers(
    browser: Browser, console: str, context: Context, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """What is wrong is told and not kept; what is previewed is what the buyer's page shows."""
    await add_user(context, "settler", "operator", None)
    await box(context, alpha.id, courier="ZTO", buyer_token=TOKEN)

    async def contacts() -> list[dict[str, str | None]]:
        found: list[dict[str, str | None]] = (await nobody.get(f"/track/{TOKEN}.json")).json()[
            "contacts"
        ]
        return found

    async with signed_in(browser, console, "settler") as page:
        await page.goto(f"{console}/settings")
        await page.get_by_text("平台客服", exact=True).click()
        await page.wait_for_url("**/settings/buyers")
        preview = page.get_by_role("region", name="买家看到的")
        phone, chat = page.get_by_label("客服电话"), page.get_by_label("在线客服网址")
        save = page.get_by_role("button", name="保存")
        await expect(preview.get_by_text("还没有平台客服")).to_be_visible()
        await expect(save).to_be_disabled()
        await phone.fill("打给我")
        await chat.fill("mall.example.com")
        await save.click()
        await expect(page.get_by_text("只填数字、空格、加号和短横")).to_be_visible()
        await expect(page.get_by_text("连同开头的协议")).to_be_visible()
        await expect(preview.get_by_text("还没有平台客服")).to_be_visible()
        assert await contacts() == []
        await phone.fill(" 400-000-0000")
        await chat.fill(PAGE)
        await expect(preview.get_by_text("400-000-0000")).to_be_visible()
        await expect(preview.get_by_role("link", name="在线客服")).to_have_attribute("href", PAGE)
        await save.click()
        await expect(page.get_by_text("已保存")).to_be_visible()
        await expect(save).to_be_disabled()
        ours = {"party": "platform", "name": None, "phone": "400-000-0000", "url": PAGE}
        assert await contacts() == [ours]
        await screenshot(page, "settings-buyers")
        await phone.fill("")
        await expect(preview.get_by_text("400-000-0000")).to_have_count(0)
        await save.click()
        await expect(save).to_be_disabled()
        assert await contacts() == [ours | {"phone": None}]
    async with signed_in(browser, console, "settler", size=PHONE) as page:
        await page.goto(f"{console}/settings/buyers")
        await expect(page.get_by_label("在线客服网址")).to_have_value(PAGE)
        await screenshot(page, "settings-buyers")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        await page.get_by_label("在线客服网址").fill("")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("还没有平台客服")).to_be_visible()  # before it is saved
        await expect(page.get_by_text("已保存")).to_be_visible()
        assert await contacts() == []
