"""Overview, exceptions, tickets, merchants and scores in a real browser.

A user would notice every one of these: a number that opens nothing or somebody else's parcels, a
problem that cannot be closed, a staff note in a merchant's conversation, a reply that is lost, a
key that does nothing, a merchant who cannot be admitted or has no address to ship from.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from conftest import Tenant
from exceptions.boxes import box, tell
from web.console import DESKTOP, PHONE, add_user, screenshot, signed_in
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.exceptions import detect
from yichuan.tickets import service as tickets

BODY = "[role=dialog]"
OK = ".ant-modal-footer .ant-btn-primary"
ROWS = "tbody tr[data-row-key]"
PLACE = "李雷 13800138000 浙江省杭州市余杭区文一西路969号"


class Visiting(Protocol):
    """Opens a page as somebody who is signed in; no script may break on it."""

    def __call__(
        self, who: str, path: str, phone: bool = ...
    ) -> AbstractAsyncContextManager[Page]: ...


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visiting(
    context: Context, alpha: Tenant, beta: Tenant, browser: Browser, console: str
) -> Visiting:
    """People: operator, service, and the clerks alpha and beta."""
    await add_user(context, "operator", "operator", None)
    await add_user(context, "service", "service", None)
    await add_user(context, "alpha", "merchant", alpha.id)
    await add_user(context, "beta", "merchant", beta.id)

    @asynccontextmanager
    async def visit(who: str, path: str, phone: bool = False) -> AsyncIterator[Page]:
        size = PHONE if phone else DESKTOP
        async with signed_in(browser, console, who, size=size) as page:
            await page.goto(console + path)
            yield page

    return visit


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def trouble(context: Context, alpha: Tenant, beta: Tenant) -> None:
    """Two damaged parcels of ALPHA's, one of BETA's, and one of ALPHA's that is due soon."""
    async with context.database.system() as session:
        await couriers.seed(session)
    for owner, courier in ((alpha, "SF"), (alpha, "YTO"), (beta, "SF")):
        made = await box(
            context,
            owner.id,
            ship_method="hub_waybill",
            courier=courier,
            waybill_number=f"{courier}{owner.code}1",
            shipped_at=now() - timedelta(hours=5),
        )
        told: dict[str, Any] = {
            "milestone": "in_transit",
            "detail": "damaged",
            "last_event_at": now(),
        }
        await tell(context, owner.id, made, **told)
    soon = now() + timedelta(hours=2)
    await box(context, alpha.id, next_deadline="ship_by", next_deadline_at=soon, ship_by=soon)
    await drain(context.database, CONSUMERS)
    while await detect.review_due(context.database):
        await drain(context.database, CONSUMERS)


async def opened(context: Context, merchant_id: UUID) -> UUID:
    """A case that waits for service."""
    made = await box(context, merchant_id, ship_method="hub_waybill", courier="SF")
    wish = tickets.NewTicket(
        merchant_id=merchant_id,
        shipment_id=made,
        shipment_no=f"YC{made.hex[:8].upper()}",
        problem_id=None,
        kind="damaged",
        subject="破损",
        party="service",
        severity=2,
        body="外包装破损",
    )
    async with context.database.system() as session:
        return await tickets.open_ticket(session, wish)


async def test_a_number_of_the_overview_opens_its_own_list(visiting: Visiting) -> None:
    async with visiting("operator", "/") as page:
        await expect(page).to_have_url(re.compile("/overview$"))
        line = page.get_by_role("link", name=re.compile("^破损"))
        await expect(line).to_contain_text("3")
        await expect(page.locator("canvas")).to_be_visible()
        await screenshot(page, "overview")
        await line.click()
        await expect(page).to_have_url(re.compile(r"/exceptions\?open=true&kind=damaged"))
        await expect(page.locator(ROWS)).to_have_count(3)


async def test_a_merchant_sees_its_own_day_only(visiting: Visiting) -> None:
    async with visiting("alpha", "/overview") as page:
        await expect(page.locator("h1")).to_have_text("今日")
        await expect(page.get_by_role("link", name=re.compile("^破损"))).to_contain_text("2")
        await expect(page.locator("canvas")).to_be_visible()
        await screenshot(page, "today")
        await page.get_by_role("link", name=re.compile("6 小时内将超时")).click()
        await expect(page.locator(ROWS)).to_have_count(1)
        await expect(page.get_by_text("超时未发货").first).to_be_visible()
    async with visiting("operator", "/exceptions/upcoming") as page:
        await expect(page.locator(ROWS)).to_have_count(1)


async def test_staff_close_a_problem_with_a_reason(visiting: Visiting) -> None:
    async with visiting("service", "/exceptions") as page:
        await expect(page).to_have_url(re.compile("open=true"))
        row = page.locator(ROWS, has_text="商家 BETA")
        await screenshot(page, "exceptions")
        await row.locator("td").nth(6).click()
        drawer = page.locator(BODY)
        await expect(drawer.get_by_role("link", name="打开工单")).to_be_visible()
        await drawer.get_by_role("button", name="关闭异常").click()
        await page.get_by_role("button", name="误报").click()
        await page.locator(OK).click()
        await expect(page.get_by_text("异常已关闭")).to_be_visible()
        await expect(row).to_have_count(0)
        await page.goto(page.url.split("?")[0] + "?open=false")
        await page.locator(ROWS, has_text="商家 BETA").locator("td").nth(6).click()
        await expect(page.get_by_text("人工关闭：误报")).to_be_visible()


async def test_a_merchant_reads_replies_but_no_notes(
    visiting: Visiting, context: Context, alpha: Tenant
) -> None:
    case = await opened(context, alpha.id)
    async with visiting("service", f"/tickets?state=open&party=service&id={case}") as page:
        await page.get_by_text("内部备注").click()
        await page.get_by_role("textbox", name="内部备注").fill("这家常出这种事")
        await page.get_by_role("button", name="保存备注").click()
        await expect(page.get_by_text("商家看不到").first).to_be_visible()
        await page.get_by_text("回复", exact=True).first.click()
        await page.get_by_role("textbox", name="回复").fill("请提供外包装照片")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("li p", has_text="请提供外包装照片")).to_be_visible()
        await screenshot(page, "ticket")
    async with visiting("alpha", f"/tickets/{case}") as page:
        await expect(page.locator("li p", has_text="请提供外包装照片")).to_be_visible()
        await expect(page.get_by_text("这家常出这种事")).to_have_count(0)
        await expect(page.get_by_text("内部备注")).to_have_count(0)
    async with visiting("beta", f"/tickets/{case}") as page:
        await expect(page.get_by_role("alert")).to_be_visible()


async def test_the_queue_is_worked_by_keys(
    visiting: Visiting, context: Context, beta: Tenant
) -> None:
    case = await opened(context, beta.id)
    async with visiting("operator", "/tickets") as page:
        await expect(page).to_have_url(re.compile("party=service"))
        await expect(page.locator(f'[data-row-key="{case}"]')).to_be_visible()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.locator(BODY)).to_be_visible()
        await page.goto(page.url.split("?")[0] + f"?id={case}")
        await expect(page.get_by_role("complementary", name="包裹情况")).to_be_visible()
        await page.keyboard.press("r")
        await expect(page.get_by_role("textbox", name="回复")).to_be_focused()
        await page.keyboard.press("Escape")
        await page.keyboard.press("e")
        await page.get_by_text("已赔付").click()
        await page.get_by_label("说明（可不填）").fill("已赔 20 元")
        await page.locator(OK).click()
        await expect(page.locator(BODY).get_by_text("关闭工单 · 已赔付")).to_be_visible()
        await page.get_by_role("button", name="重新打开").click()
        await page.locator(OK).click()
        await expect(page.get_by_role("textbox", name="回复")).to_be_visible()


async def test_an_operator_admits_a_merchant_and_gives_it_an_address(visiting: Visiting) -> None:
    async with visiting("operator", "/merchants") as page:
        await page.get_by_role("button", name="新增商家").click()
        await page.get_by_role("textbox", name="编码", exact=True).fill("GAMMA")
        await page.get_by_role("textbox", name="名称", exact=True).fill("伽马家居")
        await page.locator(OK).click()
        await page.locator("tbody tr", has_text="伽马家居").click()
        await page.get_by_role("button", name="添加地址").click()
        await page.get_by_label("粘贴整段地址").fill(PLACE)
        await expect(page.get_by_role("textbox", name="区县", exact=True)).to_have_value("余杭区")
        await page.locator(OK).click()
        await expect(page.get_by_text("浙江省 杭州市 余杭区")).to_be_visible()
        await screenshot(page, "merchant")


async def test_rules_are_kept(visiting: Visiting) -> None:
    async with visiting("operator", "/exceptions/rules") as page:
        await page.get_by_label("发货时限").fill("36")
        await page.get_by_role("button", name=re.compile("保.?存")).click()
        await expect(page.get_by_text("规则已保存")).to_be_visible()
        await page.reload()
        await expect(page.get_by_label("发货时限")).to_have_value("36")
        await screenshot(page, "exception-rules")
