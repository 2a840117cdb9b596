"""Connections in a real browser. A user would notice: fields that do not fit the protocol, a test
that hides what the courier said, a secret that is lost by an edit."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from conftest import Tenant
from waybills.conftest import HOST, Setup, accounts, courier_http, network
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context
from yichuan.simulator.config import NetworkConfig

__all__ = ["accounts", "courier_http", "network"]
OK = ".ant-modal-footer .ant-btn-primary"


async def test_a_connection_is_made_tested_broken_and_mended(
    context: Context, accounts: Setup, network: NetworkConfig, browser: Browser, console: str
) -> None:
    await add_user(context, "connector", "operator", None)
    user = network.subscribers[0]
    async with signed_in(browser, console, "connector") as page:
        await page.goto(f"{console}/couriers")
        accounts = page.locator("tr", has_text="ZTO").first
        await expect(accounts).to_be_visible()  # what is above the button moves it no more
        await page.get_by_role("button", name="添加连接").click()
        form = page.locator("[role=dialog]")
        await form.get_by_role("combobox").click()
        await page.keyboard.type("快递100")
        await page.keyboard.press("Enter")
        await expect(form.get_by_label("授权 key")).to_be_visible()
        await screenshot(page, "connection-form")
        await form.get_by_role("combobox").click()
        await page.keyboard.type("快递鸟")
        await page.keyboard.press("Enter")
        await expect(form.get_by_label("授权 key")).to_have_count(0)
        await form.get_by_label("名称", exact=True).fill("早班快递鸟")
        await form.get_by_label("接口地址").fill(HOST)
        await form.get_by_label("用户 ID (EBusinessID)").fill(user.ebusiness_id)
        await form.get_by_label("API key (AppKey)").fill("a wrong key")
        await page.locator(OK).click()
        row = page.locator("tr", has_text="早班快递鸟")
        await row.get_by_role("button", name="测试连接").click()
        told = page.get_by_text("对方回复")
        await expect(told).to_be_visible()
        await screenshot(page, "connection-test")
        await page.locator(".ant-modal-confirm-btns button").click()
        await expect(row).to_contain_text("测试连接失败")
        await row.get_by_role("button", name="修改").click()
        await form.get_by_label("API key (AppKey)").fill(user.app_key)
        await page.locator(OK).click()
        await row.get_by_role("button", name="测试连接").click()
        await expect(page.get_by_text("连接正常")).to_be_visible()
        await expect(row).to_contain_text("已启用")
        await row.get_by_role("button", name="健康").click()
        await expect(page.get_by_role("dialog").get_by_text("测试连接", exact=True)).to_be_visible()
        await screenshot(page, "connection-health")
        await page.keyboard.press("Escape")
        await page.set_viewport_size(PHONE)
        await screenshot(page, "connections")


async def test_a_quota_is_set_and_its_merchant_reads_it(
    context: Context, accounts: Setup, alpha: Tenant, browser: Browser, console: str
) -> None:
    await add_user(context, "lender", "operator", None)
    await add_user(context, "borrower", "merchant", alpha.id)
    async with signed_in(browser, console, "lender") as page:
        await page.goto(f"{console}/couriers")
        row = page.locator("tr", has_text="ZTO").first
        await row.get_by_role("button", name="额度").click()
        form = page.get_by_role("dialog")
        await form.get_by_role("combobox").click()
        await page.keyboard.type("ALPHA")
        await page.keyboard.press("Enter")
        await form.get_by_label("每日").fill("7")
        await form.get_by_role("button", name="保存").click()
        await expect(form.locator("tbody tr")).to_contain_text("0 / 0")
        await screenshot(page, "quota")
    async with signed_in(browser, console, "borrower") as page:
        await page.goto(f"{console}/couriers")
        await expect(page.locator("tr", has_text="ZTO").first).to_contain_text("今日还可取 7 个")
