"""The page of applications for customer numbers.

If it broke, a merchant's program would wait for an answer that nobody can give.
"""

from __future__ import annotations

from uuid import UUID

from playwright.async_api import Browser, expect
from sqlalchemy import text

from conftest import Tenant
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.couriers import applications
from yichuan.couriers import service as couriers
from yichuan.couriers.applications import Applied

COMPANIES = ("甲贸易", "乙贸易")


async def applied(context: Context, merchant_id: UUID, company: str) -> None:
    details = {"Name": "某人", "Tel": "028-88888888", "Address": "物流大道 1 号"}
    async with context.database.system() as session:
        await applications.apply(
            session,
            context.vault,
            merchant_id=merchant_id,
            key_id=new_id(),
            applied=Applied("YTO", f"A-{company}", company, details),
        )


async def outcome(context: Context, company: str) -> tuple[str, str | None, str | None]:
    async with context.database.system() as session:
        sql = "SELECT state, reason, customer_name FROM account_applications WHERE company = :one"
        row = (await session.execute(text(sql), {"one": company})).one()
        return row[0], row[1], row[2]


async def test_an_operator_grants_one_and_refuses_another(
    browser: Browser, console: str, context: Context, alpha: Tenant
) -> None:
    await add_user(context, "clerk", "operator", None)
    async with context.database.system() as session:
        await couriers.seed(session)
    for company in COMPANIES:
        await applied(context, alpha.id, company)
    async with signed_in(browser, console, "clerk") as page:
        await page.goto(f"{console}/couriers/applications")
        await page.get_by_text("甲贸易").first.click()
        await expect(page.get_by_text("物流大道 1 号")).to_be_visible()
        await screenshot(page, "applications")
        await page.get_by_role("button", name="通过", exact=True).click()
        dialog = page.get_by_role("dialog", name="通过申请")
        await dialog.get_by_label("客户号").fill("K10086")
        await dialog.locator(".ant-modal-footer .ant-btn-primary").click()
        await expect(page.get_by_text("已通过").first).to_be_visible()
        assert await outcome(context, "甲贸易") == ("granted", None, "K10086")
    async with signed_in(browser, console, "clerk", size=PHONE) as page:
        await page.goto(f"{console}/couriers/applications?state=open")
        await page.get_by_text("乙贸易").first.click()
        await page.get_by_role("button", name="拒绝", exact=True).click()
        dialog = page.get_by_role("dialog", name="拒绝申请")
        await dialog.get_by_label("原因").fill("网点不接新客户")
        await dialog.locator(".ant-modal-footer .ant-btn-primary").click()
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_text("网点不接新客户").first).to_be_visible()
        assert await outcome(context, "乙贸易") == ("refused", "网点不接新客户", None)
