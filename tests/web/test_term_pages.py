"""Service rules in a real browser. Broken, a rule cannot be written, or a tester does not
say which one it was."""

from __future__ import annotations

from uuid import UUID

import httpx
from playwright.async_api import Browser, expect

from conftest import Tenant
from terms.test_routes import URL, box, write
from tickets.test_routes import wish
from waybills.conftest import Setup, accounts, courier_http, network
from web.console import DESKTOP, PHONE, add_user, screenshot, signed_in
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.tickets import service as tickets

__all__ = ["accounts", "courier_http", "network"]
OK = ".ant-modal-footer .ant-btn-primary"


async def test_rules_are_written_asked_about_and_followed(
    context: Context,
    accounts: Setup,
    alpha: Tenant,
    platform: httpx.AsyncClient,
    browser: Browser,
    console: str,
) -> None:
    await add_user(context, "ruler", "operator", None)
    shipment = await box(alpha, "WEB1", "工业酒精 5L")
    async with signed_in(browser, console, "ruler") as page:
        await page.goto(f"{console}/couriers/terms")
        await page.get_by_role("button", name="新增规则").click()
        form = page.get_by_role("dialog")
        await form.get_by_label("快递公司").click()
        await page.keyboard.type("ZTO")
        await page.keyboard.press("Enter")
        await form.get_by_label("地区").fill("上海市崇明区")
        await expect(form.get_by_text("识别为 上海市崇明区")).to_be_visible()
        await form.get_by_label("乡镇/村").fill("长兴镇")
        await form.get_by_label("备注").fill("轮渡停航")
        await screenshot(page, "term-form")
        await page.locator(OK).click()
        await expect(page.get_by_text("长兴镇")).to_be_visible()
        await page.get_by_label("收件地址").fill("上海市崇明区长兴镇潘圆公路 1 号")
        await page.get_by_role("button", name="查询").click()
        refused = page.locator("tr", has_text="不到件：上海市崇明区长兴镇，轮渡停航")
        await expect(refused).to_contain_text("中通")
        await screenshot(page, "terms")
        await page.set_viewport_size(PHONE)
        await screenshot(page, "terms")
        await page.set_viewport_size(DESKTOP)
        await page.goto(f"{console}/couriers/terms/goods")
        await expect(page.get_by_role("cell", name="易燃液体", exact=True)).to_be_visible()
        await screenshot(page, "terms-goods")
        begin = now().isoformat()
        stop = await write(
            platform, "suspensions", adcode="51", cause="weather", reason="暴雨", from_at=begin
        )
        await page.goto(f"{console}/couriers/terms/suspensions")
        await expect(page.get_by_text("停发中")).to_be_visible()
        await page.set_viewport_size(PHONE)
        await screenshot(page, "terms-suspensions")
        await page.set_viewport_size(DESKTOP)
        await platform.post(f"{URL}/suspensions/{stop['id']}/end")
        await page.goto(f"{console}/printing")
        await expect(page.locator("tbody tr")).to_have_count(1)
        for key in "jxp":
            await page.keyboard.press(key)
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("禁寄物品：易燃液体")).to_be_visible()
        await dialog.get_by_role("button", name="放行", exact=True).click()
        await dialog.get_by_label("放行原因，会留下记录").fill("样品瓶，已倒空")
        await screenshot(page, "preflight-goods")
        await dialog.get_by_role("button", name="放行 1 个").click()
        await expect(dialog.get_by_text("1 个可以打印")).to_be_visible()
    kept = await platform.get(f"/api/v1/shipments/{shipment}/goods-clearances")
    assert [one["actor_name"] for one in kept.json()["items"]] == ["ruler"]


async def test_a_ticket_shows_its_claim(
    context: Context, alpha: Tenant, platform: httpx.AsyncClient, browser: Browser, console: str
) -> None:
    shipment = await box(alpha, "WEB2")
    number = {"shipment_id": shipment, "method": "own_number", "courier": "STO"}
    shipped = await alpha.client.post(
        "/api/v1/shipments", json=number | {"number": "773000000000012"}
    )
    assert shipped.status_code == 201, shipped.text
    pays = {"courier": "STO", "trouble": "damaged", "insured": False, "cap_minor": 100_000}
    await write(platform, "compensation", claim_days=7, source="合同第 5 条", **pays)
    async with context.database.system() as session:
        ticket = await tickets.open_ticket(session, wish(alpha.id, UUID(shipment), "service"))
    await add_user(context, "claimer", "operator", None)
    async with signed_in(browser, console, "claimer") as page:
        await page.goto(f"{console}/tickets?id={ticket}")
        await expect(page.get_by_text("未保价破损：最高 ¥1000.00")).to_be_visible()
        await expect(page.get_by_text("还有 8 天")).to_be_visible()
        await screenshot(page, "ticket-claim")
