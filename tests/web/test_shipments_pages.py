"""Shipments in a real browser.

A user would notice every one of these: a number that does not lead to its parcel, a list that
forgets what it was narrowed to, a trace without the courier's scans, a buyer's phone that is shown
unasked, an own number that does not ship the box, another merchant's parcels, couriers' prices,
a link that cannot be taken back, a picture that is never tried for again, ratings nobody sees.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import httpx
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import insert

from conftest import Tenant
from exceptions.boxes import change
from orders.test_routes import order
from tracking.parcels import make_line
from web.console import DESKTOP, GO, PHONE, add_user, screenshot, signed_in
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.core.direct import write_within
from yichuan.core.ids import new_id
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.feedback.models import Rating
from yichuan.shipments import service as shipments
from yichuan.shipments.values import Attached
from yichuan.tracking import ingest
from yichuan.tracking import service as tracking
from yichuan.tracking.batch import Source
from yichuan.tracking.models import CourierPicture
from yichuan.tracking.values import NewBinding

ROWS = "tbody tr[data-row-key]"
NUMBER = "78932411345108"
SCANS = (
    "【成都市】业务员已揽收",
    "【武汉市】快件已到达【武汉中转部】",
    "【杭州市】快件已到达【杭州中转部】",
)
LINK = "the-link-of-a-parcel-on-its-way"
PLAIN = "普通包裹：选 中通快递 中通标快，约 3 天"
WHY = {
    "zh": "普通包裹：选 中通快递 中通标快，约 3 天，预计 ¥3.10",
    "en": "ordinary parcel: ZTO Standard, about 3 days, expected ¥3.10",
    "plain_zh": PLAIN,
    "plain_en": "ordinary parcel: ZTO Standard, about 3 days",
    "weight_assumed": False,
    "candidates": [
        {
            "courier": "ZTO",
            "service": "1",
            "service_zh": "中通标快",
            "service_en": "ZTO Standard",
            "cost_minor": 310,
            "typical_days": 3,
            "keeps_promise": True,
            "refused_zh": None,
            "refused_en": None,
        }
    ],
}


class Visiting(Protocol):
    """Signs somebody in and opens a page."""

    def __call__(
        self, who: str, path: str, phone: bool = ...
    ) -> AbstractAsyncContextManager[Page]: ...


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visiting(
    context: Context, alpha: Tenant, beta: Tenant, browser: Browser, console: str
) -> Visiting:
    """People: the operator, and the clerks alpha and beta."""
    await add_user(context, "operator", "operator", None)
    await add_user(context, "alpha", "merchant", alpha.id)
    await add_user(context, "beta", "merchant", beta.id)

    @asynccontextmanager
    async def visit(who: str, path: str, phone: bool = False) -> AsyncIterator[Page]:
        size = PHONE if phone else DESKTOP
        async with signed_in(browser, console, who, size=size) as page:
            await page.goto(console + path)
            yield page

    return visit


async def placed(platform: httpx.AsyncClient, tenant: Tenant, number: str) -> UUID:
    """The box of a new order."""
    answer = await platform.post("/api/v1/orders", json=order(number, tenant))
    assert answer.status_code == 201, answer.text
    found = await platform.get("/api/v1/shipments", params={"q": number})
    (row,) = found.json()["items"]
    return UUID(row["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def moving(
    context: Context, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> UUID:
    """A parcel of ALPHA's on its way with the courier's scans; BETA has one that waits."""
    async with context.database.system() as session:
        await couriers.seed(session)
    box = await placed(platform, alpha, "MOVING1")
    await placed(platform, beta, "BETAS1")
    attached = Attached(alpha.id, box, "hub_waybill", "ZTO", "1", NUMBER, 310, WHY)
    async with context.database.system() as session:
        await write_within(session, *shipments.attached([attached], "system:test"))
        shipped = now() - timedelta(hours=40)
        await change(session, alpha.id, box, shipped_at=shipped, dest_city="杭州市")
        await tracking.bind(session, [NewBinding(alpha.id, box, "ZTO", NUMBER)])
    start = now() - timedelta(hours=30)
    events = [CourierEvent(start + timedelta(hours=9 * n), text) for n, text in enumerate(SCANS)]
    source = Source("kdniao", (await make_line(context)).id)
    await ingest.merge_updates(context, source, [TrackUpdate("ZTO", NUMBER, tuple(events))])
    await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])
    return box


async def test_a_number_leads_to_its_parcel(visiting: Visiting, moving: UUID) -> None:
    """Searching in the list goes straight to the only hit; back brings the list again."""
    async with visiting("operator", "/shipments") as page:
        await expect(page.locator(ROWS)).to_have_count(2)
        await screenshot(page, "shipments")
        field = page.get_by_placeholder("搜订单号、运单号、包裹号")
        await field.fill(NUMBER)
        await field.press("Enter")
        await page.wait_for_url(f"**/shipments/{moving}")
        await expect(page.get_by_text(SCANS[2]).first).to_be_visible()


async def test_views_narrow_the_list_and_stand_in_the_url(visiting: Visiting, moving: UUID) -> None:
    """A view is a link; the drawer over it too."""
    async with visiting("operator", "/shipments?created=7d") as page:
        async with page.expect_download() as saving:
            await page.get_by_role("button", name="导出").click()
        assert NUMBER in (await (await saving.value).path()).read_text("utf-8-sig")
        await page.get_by_role("button", name="在途", exact=True).click()
        await expect(page.locator(ROWS)).to_have_count(1)
        assert "milestone=picked_up" in page.url
        await page.locator(ROWS).first.locator("td").nth(3).click()
        await page.wait_for_url(f"**id={moving}**")
        await page.reload()
        drawer = page.get_by_role("dialog")
        await expect(drawer.get_by_text(SCANS[0])).to_be_visible()
        await screenshot(page, "shipment-drawer")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told_of(context: Context, alpha: Tenant, moving: UUID) -> UUID:
    """The same parcel: its buyer has a link and rated it, its courier has a picture we could not
    get."""
    rated = {"courier": "ZTO", "stars": 5, "tags": ["fast"], "words": "放门口了，谢谢"}
    picture = {"origin": b"1", "kind": "photo", "url_enc": b"?", "state": "failed", "attempts": 7}
    async with context.database.system() as session:
        await change(session, alpha.id, moving, buyer_token=LINK)
        row = {"merchant_id": alpha.id, "id": new_id(), "shipment_id": moving}
        await session.execute(insert(Rating).values(**row, **rated))
        named = {"courier": "ZTO", "number": NUMBER, "error": "missing"}
        await session.execute(insert(CourierPicture).values(**named, **picture))
    return moving


async def link_is_taken_back_and_made_anew(page: Page, nobody: httpx.AsyncClient) -> None:
    """The old one is over at once; who has the page open sees which one is good."""
    panel = page.get_by_role("region", name="买家物流页")
    await expect(panel.locator("code")).to_contain_text(f"/track/{LINK}")
    await panel.get_by_role("button", name="停用").click()
    await page.get_by_role("tooltip").get_by_role("button", name="停用").click()
    await expect(panel.get_by_text("链接已停用，买家打不开物流页。")).to_be_visible()
    assert (await nobody.get(f"/track/{LINK}.json")).status_code == 404
    await panel.get_by_role("button", name="生成新链接").click()
    first = await panel.locator("code").inner_text()
    await panel.get_by_role("button", name="换新链接").click()
    await page.get_by_role("tooltip").get_by_role("button", name="换新链接").click()
    await expect(panel.locator("code")).not_to_have_text(first)
    second = await panel.locator("code").inner_text()
    answers = [await nobody.get(f"/track/{url.rpartition('/')[2]}.json") for url in (first, second)]
    assert [answer.status_code for answer in answers] == [404, 200]


async def ratings_are_narrowed_and_exported(page: Page) -> None:
    """Of a merchant: mean and spread, the words, only what went wrong, the same as a file."""
    panel = page.get_by_role("region").filter(has_text="买家评价")
    await expect(panel.get_by_text("5.00")).to_be_visible()
    await expect(panel.get_by_text("1 条评价")).to_be_visible()
    await expect(panel.get_by_text("放门口了，谢谢")).to_be_visible()
    await panel.scroll_into_view_if_needed()
    await screenshot(page, "ratings")
    async with page.expect_download() as saving:
        await panel.get_by_role("button", name="导出").click()
    assert "放门口了，谢谢" in (await (await saving.value).path()).read_text("utf-8-sig")
    await panel.get_by_text("2 星及以下").click()
    await expect(panel.get_by_text("没有 2 星及以下的评价。")).to_be_visible()
    await expect(panel.get_by_text("放门口了，谢谢")).to_have_count(0)


async def test_the_story_has_scans_and_our_acts(
    visiting: Visiting, told_of: UUID, alpha: Tenant, nobody: httpx.AsyncClient
) -> None:
    """Couriers' scans and our acts in one trace, raw text on demand, cities on the route; beside it
    the buyer's link, what the courier's picture came to, and how the buyer found it."""
    async with visiting("operator", f"/shipments/{told_of}") as page:
        for text in SCANS:
            await expect(page.locator("ol").get_by_text(text)).to_be_visible()
        await expect(page.get_by_text(f"取得运单号 ZTO {NUMBER}")).to_be_visible()
        await expect(page.locator("svg[role=img]")).to_have_attribute(
            "aria-label", "包裹路线：成都 → 武汉 → 杭州"
        )
        await expect(page.get_by_text("¥3.10").first).to_be_visible()
        await page.get_by_role("button", name="显示来源与原文").click()
        await expect(page.get_by_text(f"来源 ZTO {NUMBER}").first).to_be_visible()
        await page.get_by_text("操作记录").click()
        await expect(page.get_by_text(SCANS[1])).to_have_count(0)
        await screenshot(page, "shipment")
        await page.get_by_role("button", name="重新取回").click()
        await expect(page.get_by_text("快递公司有一张签收图片，正在取回。")).to_be_visible()
        await link_is_taken_back_and_made_anew(page, nobody)
        await page.evaluate(GO, f"/merchants/{alpha.id}")
        await ratings_are_narrowed_and_exported(page)


async def test_a_recipient_is_shown_to_who_says_what_for(visiting: Visiting, moving: UUID) -> None:
    """Masked until a purpose is given; hidden again at a click."""
    async with visiting("alpha", f"/shipments/{moving}") as page:
        panel = page.get_by_role("region", name="收件人")
        await expect(panel).to_contain_text("138****1234")
        await panel.get_by_role("button", name="查看完整信息").click()
        await page.get_by_role("button", name="联系买家").click()
        await page.get_by_label("用途", exact=True).press("Enter")
        await expect(panel).to_contain_text("13800001234")
        await expect(panel).to_contain_text("人民南路四段 27 号")
        await panel.get_by_role("button", name="隐藏").click()
        await expect(panel).not_to_contain_text("13800001234")


async def test_merchants_see_their_own_parcels_without_prices(
    visiting: Visiting, moving: UUID
) -> None:
    """What couriers charge is the platform's; what others ship is nobody's."""
    async with visiting("alpha", f"/shipments/{moving}") as page:
        await expect(page.get_by_text(PLAIN)).to_be_visible()
        await expect(page.get_by_text("3.10")).to_have_count(0)
    async with visiting("beta", f"/shipments/{moving}") as page:
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_text(NUMBER)).to_have_count(0)


async def test_an_own_number_ships_the_box(
    visiting: Visiting, platform: httpx.AsyncClient, alpha: Tenant, moving: UUID
) -> None:
    """From the row's menu, on a phone."""
    box = await placed(platform, alpha, "OWNNUMBER1")
    async with visiting("alpha", f"/shipments/{box}", phone=True) as page:
        await page.get_by_role("button", name="填自有单号").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("快递公司").fill("YTO")
        await page.locator(".ant-select-item-option").filter(has_text="YTO").first.click()
        await dialog.get_by_label("运单号").fill("YT7217587693609")
        await dialog.get_by_label("运单号").press("Enter")
        await expect(page.get_by_text("YT7217587693609").first).to_be_visible()
        await screenshot(page, "shipment")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
    row = (await platform.get(f"/api/v1/shipments/{box}")).json()
    assert (row["ship_method"], row["courier"]) == ("own_number", "YTO")
    assert row["shipped_at"] is not None


async def test_a_box_is_split_by_pieces(
    visiting: Visiting, platform: httpx.AsyncClient, alpha: Tenant, moving: UUID
) -> None:
    """Two of three cups go into a box of their own."""
    box = await placed(platform, alpha, "SPLIT1")
    async with visiting("alpha", f"/shipments/{box}") as page:
        await page.get_by_role("button", name="拆单").click()
        await page.get_by_role("spinbutton", name="保温杯").fill("2")
        await page.get_by_role("button", name="新包裹 2 件").click()
        await expect(page.get_by_text("拆单：分出 1 个新包裹")).to_be_visible()
    found = (await platform.get("/api/v1/shipments", params={"q": "SPLIT1"})).json()["items"]
    assert sorted(row["quantity"] for row in found) == [2, 2]
