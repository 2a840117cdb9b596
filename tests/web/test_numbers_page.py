"""A parcel's numbers in a real browser.

A clerk would notice: a number in doubt that nobody is asked about, or one that cannot be added or
taken off.
"""

from __future__ import annotations

from uuid import UUID

import pytest_asyncio
from playwright.async_api import Browser, expect

from conftest import Tenant
from tracking.parcels import Line, make_line
from tracking.test_handover import told
from waybills.test_further import flow, shipped
from web.console import PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context
from yichuan.couriers import service as couriers

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
