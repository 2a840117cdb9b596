"""A parcel's numbers in a real browser.

A clerk would notice: a number in doubt that nobody is asked about, one that cannot be added or
taken off, or a lost one that nobody can settle.
"""

from __future__ import annotations

from uuid import UUID

import pytest_asyncio
from playwright.async_api import Browser, expect
from sqlalchemy import insert

from conftest import Tenant
from exceptions.boxes import box, change
from tracking.parcels import Line, make_line
from tracking.test_handover import told
from waybills.test_further import flow, shipped
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.couriers import service as couriers
from yichuan.tracking import service
from yichuan.tracking.values import NewBinding
from yichuan.waybills.models import Waybill

NEW = "SF1234567890251"
SAID = f"快件已退回/转寄,新单号为: {NEW}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def parcel(context: Context, alpha: Tenant) -> UUID:
    """Refused, and sent back or on under a number that leaves open which."""
    async with context.database.system() as session:
        await couriers.seed(session)
    await add_user(context, "alpha", "merchant", alpha.id)
    line: Line = await make_line(context)
    shipment = await shipped(context, alpha.id, "78410000000051")
    scans = ((0, "【成都市】已揽收"), (9, "客户拒收"), (12, SAID))
    await told(context, line, ("ZTO", "78410000000051"), *scans)
    await flow(context)
    return shipment


async def test_a_doubt_is_settled_and_a_number_added_and_taken_off(
    browser: Browser, console: str, parcel: UUID
) -> None:
    async with signed_in(browser, console, "alpha") as page:
        await page.goto(f"{console}/shipments/{parcel}")
        panel = page.get_by_role("region", name="单号")
        await expect(panel.get_by_text(f"扫描提到新单号 {NEW}")).to_be_visible()
        await screenshot(page, "shipment-number-doubt")
        await panel.get_by_role("button", name="采纳").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_text("退回单：").click()
        await dialog.get_by_role("button", name="采纳").click()
        await expect(panel.get_by_text("退回", exact=True)).to_be_visible()
        await expect(panel.get_by_text("扫描提到新单号")).to_have_count(0)
        await expect(page.get_by_text(f"追加单号 SF {NEW}")).to_be_visible()
    async with signed_in(browser, console, "alpha", size=PHONE) as page:
        await page.goto(f"{console}/shipments/{parcel}")
        panel = page.get_by_role("region", name="单号")
        await panel.get_by_role("button", name="追加运单号").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("运单号").fill("YT8800000000251")
        await screenshot(page, "shipment-number-add")
        await dialog.get_by_label("运单号").press("Enter")
        added = panel.get_by_role("listitem").filter(has_text="YT8800000000251")
        await expect(added.get_by_text("转单")).to_be_visible()
        await added.get_by_role("button", name="移除").click()
        await page.get_by_role("tooltip").get_by_role("button", name="移除").click()
        await expect(panel.get_by_text("YT8800000000251")).to_have_count(0)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]


async def test_a_lost_number_is_settled_by_hand(
    browser: Browser, console: str, context: Context, alpha: Tenant
) -> None:
    """The courier cannot be asked: found and confirmed in two steps; the banner leads there."""
    shipment, waybill = await box(context, alpha.id), new_id()
    async with context.database.system() as session:
        await session.execute(
            insert(Waybill).values(
                merchant_id=alpha.id,
                id=waybill,
                shipment_id=shipment,
                kind="hub",
                state="requested",
                courier="ZTO",
                order_code="YC0000000000000000000000000001",
                failure_code="cannot_recover",
                actor="test",
            )
        )
    async with signed_in(browser, console, "alpha") as page:
        await page.goto(f"{console}/printing")
        await page.get_by_role("status").get_by_role("link", name="ZTO").click()
        panel = page.get_by_role("region", name="运单", exact=True)
        await expect(panel.get_by_text("待核实")).to_be_visible()
        await panel.get_by_role("button", name="核实单号").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_text("没有出号", exact=True).click()
        await dialog.get_by_role("button", name="下一步").click()
        await expect(dialog.get_by_text("请再核对一次")).to_be_visible()
        await screenshot(page, "shipment-settle")
        await dialog.get_by_role("button", name="确认没有出号").click()
        await expect(page.get_by_text("核实未出号，可重新取号")).to_be_visible()
        await expect(panel.get_by_text("待核实")).to_have_count(0)


async def test_a_buyer_and_a_clerk_read_the_scans_by_number(
    browser: Browser, console: str, context: Context, alpha: Tenant
) -> None:
    first, back = "78410000000071", "SF1234567890271"
    shipment = await shipped(context, alpha.id, first)
    line = await make_line(context)
    async with context.database.system() as session:
        await change(session, alpha.id, shipment, buyer_token="buyer-token-by-number")
        await service.bind(session, [NewBinding(alpha.id, shipment, "SF", back, leg="return")])
    await told(context, line, ("ZTO", first), (0, "【成都市】已揽收"), (9, "客户拒收"))
    await told(context, line, ("SF", back), (14, "【杭州市】已揽收"))
    await flow(context)
    async with signed_in(browser, console, "alpha") as page:
        await page.goto(f"{console}/shipments/{shipment}")
        part = page.get_by_role("region", name=f"SF {back}")
        await expect(part.get_by_role("heading")).to_contain_text("退回")
        await expect(part.get_by_text("【杭州市】已揽收")).to_be_visible()
        await expect(page.get_by_role("region", name=f"ZTO {first}")).to_contain_text("客户拒收")
        await part.scroll_into_view_if_needed()
        await screenshot(page, "shipment-by-number")
    async with signed_in(browser, console, "alpha", size=PHONE) as page:
        await page.goto(f"{console}/track/buyer-token-by-number")
        part = page.get_by_role("region", name="退回 顺丰速运 SF12****0271")
        await expect(part.get_by_text("已揽收")).to_have_count(2)
        await expect(page.get_by_role("region", name="原单 中通快递 7841****0071")).to_be_visible()
        await part.scroll_into_view_if_needed()
        await screenshot(page, "buyer-by-number")
