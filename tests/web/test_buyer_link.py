"""A buyer's link through the whole product, from scans to the page in a real browser."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, expect
from sqlalchemy import insert

from conftest import Tenant
from exceptions.boxes import change, make_box
from tracking.parcels import make_line
from web.browser import served
from web.parcels import TOKEN
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.core.ids import new_token
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.shipments.models import SearchToken
from yichuan.tracking import ingest
from yichuan.tracking import service as tracking
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

PHONE = {"width": 375, "height": 812}
NUMBER = "773100451202"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def real(context: Context, alpha: Tenant) -> UUID:
    """A parcel of the merchant in a locker, with everything as the product itself wrote it."""
    async with context.database.system() as session:
        await couriers.seed(session)
        shipment = await make_box(
            session, alpha.id, buyer_token=TOKEN, courier="ZTO", waybill_number=NUMBER,
            recipient_name="张*", recipient_phone="138****5678", shipped_at=now(),
        )  # fmt: skip
        tail = context.vault.blind("phone_last4", "5678").hex()
        known = {"merchant_id": alpha.id, "target_id": shipment, "kind": "phone_last4"}
        await session.execute(insert(SearchToken).values(token=tail, **known))
        await tracking.bind(session, [NewBinding(alpha.id, shipment, "ZTO", NUMBER)])
    start = now() - timedelta(hours=30)
    words = (
        "【成都市】业务员已揽收",
        "【杭州市】快件已到达【杭州中转部】",
        "【杭州市】快件已放入【翠湖花园丰巢柜】，请凭取件码8-2-3011领取",
    )
    events = [CourierEvent(start + timedelta(hours=9 * n), w) for n, w in enumerate(words)]
    source = Source("kdniao", (await make_line(context)).id)
    await ingest.merge_updates(context, source, [TrackUpdate("ZTO", NUMBER, tuple(events))])
    await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])
    return shipment


async def test_a_real_parcel_through_the_whole_product(
    browser: Browser, app: FastAPI, context: Context, alpha: Tenant, real: UUID
) -> None:
    """From the link to the pickup code; and nothing any more once the link is revoked."""
    async with served(app) as site:
        page = await browser.new_page(viewport=PHONE, locale="zh-CN")
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(f"{site}/track/{TOKEN}")
        await expect(page.locator("h1")).to_have_text("待取件")
        await expect(page.locator(".say")).to_have_text("翠湖花园丰巢柜")
        assert await page.locator(".map text").all_text_contents() == ["杭州", "成都"]
        html = await page.content()
        assert not [secret for secret in (NUMBER, "3011", "5678", "张") if secret in html]
        assert not complaints
        await page.get_by_role("button", name="查看完整信息").click()
        await page.get_by_label("收件手机号后四位").fill("0000")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("不符")
        await page.get_by_label("收件手机号后四位").fill("5678")
        await page.keyboard.press("Enter")
        await expect(page.locator(".facts").first).to_contain_text("138****5678")
        assert "8-2-3011" in await page.locator(".timeline li").first.inner_text()
        async with context.database.system() as session:
            await change(session, alpha.id, real, buyer_token=new_token(16))
        await page.get_by_role("button", name="刷新").click()
        await expect(page.locator("h1")).to_have_text("找不到这个包裹")
        assert "5678" not in await page.content()
        await page.close()
