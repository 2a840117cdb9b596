"""The admission page. If it broke, a courier below the standard would wait for ever."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Browser, expect
from sqlalchemy import insert

from assessment.test_routes import day_of
from conftest import Tenant
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.admission import queries, service
from yichuan.admission.standard import Unit
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.rollups.models import DailyRollup

LATE = "中通快递"


async def test_an_operator_suspends_overrides_and_reads_what_was_decided(
    browser: Browser, console: str, context: Context, alpha: Tenant
) -> None:
    expect.set_options(timeout=30_000)  # a busy machine is slow, not broken
    await add_user(context, "judge", "operator", None)
    async with context.database.system() as session:
        await couriers.seed(session)
        rows = [day_of(alpha, c, n) for c in ("ZTO", "YTO") for n in range(1, 12)]
        await session.execute(insert(DailyRollup), rows)
    async with signed_in(browser, console, "judge") as page:
        await page.goto(f"{console}/couriers/admission")
        await expect(page.get_by_text("还没有考核结果")).to_be_visible()
        await page.get_by_role("button", name="立即评估").click()
        unit = page.get_by_role("article", name=LATE)
        await expect(unit.get_by_text("建议暂停")).to_be_visible()
        await expect(unit.get_by_text("40.0%", exact=True)).to_be_visible()
        await screenshot(page, "admission")
        await unit.get_by_role("button", name="确认暂停").click()
        await page.get_by_role("dialog").get_by_role("button", name="确认暂停").click()
        await expect(unit.get_by_text("暂停", exact=True)).to_be_visible()
        await unit.get_by_role("button", name="人工设定").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("原因").fill("旺季运力不足")
        await dialog.locator(".ant-modal-footer .ant-btn-primary").click()
        await expect(unit.get_by_text("人工设为准入")).to_be_visible()
        async with context.database.system() as session:
            row = await queries.find(session, Unit("ZTO"))
        assert row is not None
        week = service.today() + timedelta(days=7)
        assert (row.state, row.override, row.override_until) == ("suspended", "admitted", week)
        await unit.get_by_role("button", name="决定历史").click()
        history = page.get_by_role("dialog").locator("li")
        await expect(history.first).to_contain_text("旺季运力不足")
        await expect(history).to_have_count(4)
        await screenshot(page, "admission-history")
        await expect(page.get_by_role("alert")).to_have_count(0)  # also where nothing moves
    async with signed_in(browser, console, "judge", size=PHONE) as page:
        await page.goto(f"{console}/couriers/admission")
        await page.get_by_role("button", name="准入标准").click()
        drawer = page.get_by_role("dialog")
        await drawer.get_by_label("准时签收率 及格线").fill("30")
        await drawer.locator("button.ant-btn-primary").click()
        await expect(page.get_by_text("已保存")).to_be_visible()
        async with context.database.system() as session:
            version, standard = await queries.standard(session)
        assert (version, standard.limits[1].limit) == (1, 0.3)
        await screenshot(page, "admission")
