"""The clerk's pages in a real browser, worked without a mouse.

If these break, the morning's printing stands still: labels are not printed, boxes on refund hold
leave the house, scanned boxes are not handed over, pasted numbers go to the wrong order.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import httpx
import pytest_asyncio
from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from conftest import Tenant
from orders.test_routes import order
from waybills.conftest import Setup, accounts, courier_http, network
from web.console import PATIENCE, PHONE, add_user, screenshot, signed_in
from yichuan.core.context import Context
from yichuan.waybills import printing

__all__ = ["accounts", "courier_http", "network"]

STREETS = ("人民南路 1 号", "人民南路 2 号", "人民南路 3 号", "人民南路 4 号")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def clerk(context: Context, alpha: Tenant, accounts: Setup) -> str:
    """A clerk of ALPHA's, whose courier accounts have numbers."""
    await add_user(context, "clerk", "merchant", alpha.id)
    return "clerk"


async def place(tenant: Tenant, number: str, phone: str, **recipient: str) -> tuple[str, str]:
    """An order to somebody of its own: (sub-order id, shipment id)."""
    wish = order(number, tenant, phone=phone, **recipient)
    answer = await tenant.client.post("/api/v1/orders", json=wish)
    assert answer.status_code == 201, answer.text
    sub = answer.json()["sub_orders"][0]
    return sub["id"], sub["shipment_ids"][0]


async def work_off(context: Context, http: httpx.AsyncClient, merchant: UUID) -> None:
    """What the worker does with the newest print job."""
    async with context.database.system() as session:
        job = None
        async with asyncio.timeout(PATIENCE / 1000):
            while job is None:
                job = await session.scalar(text("SELECT id FROM print_jobs WHERE state = 'queued'"))
                await asyncio.sleep(0.02)
    await printing.run_job(context, http, merchant, job, None)


async def number_of(tenant: Tenant, shipment: str) -> str:
    found = await tenant.client.get(f"/api/v1/shipments/{shipment}")
    number: str = found.json()["waybill_number"]
    return number


async def hand_over_by_scan(page: Page, console: str, numbers: list[str]) -> None:
    """Scan boxes, and one that is not ours; confirm by key."""
    await page.goto(f"{console}/printing/to-hand-over")
    scan = page.get_by_label("扫描面单上的运单号")
    await expect(scan).to_be_focused()
    for count, number in enumerate(numbers, 1):
        await page.keyboard.type(number)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text(f"已加入，共 {count} 个")).to_be_visible()
    await page.keyboard.type(numbers[0])
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("已经在清单里")).to_be_visible()
    await page.keyboard.type("YT0000000000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 个没有加入")).to_be_visible()
    await screenshot(page, "printing-hand-over")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text(f"{len(numbers)} 个包裹已交接发货")).to_be_visible()


async def test_print_and_hand_over_without_a_mouse(
    browser: Browser,
    console: str,
    clerk: str,
    alpha: Tenant,
    context: Context,
    courier_http: httpx.AsyncClient,
) -> None:
    made = [
        await place(alpha, f"PR{i}", f"1380000100{i}", address=street)
        for i, street in enumerate(STREETS)
    ]
    held = made[3][0]
    why = {"reason": "买家申请退款"}
    assert (await alpha.client.post(f"/api/v1/orders/{held}/hold", json=why)).status_code == 200
    async with signed_in(browser, console, clerk) as page:
        await page.goto(f"{console}/printing")
        await expect(page.locator("tbody tr")).to_have_count(4)
        await screenshot(page, "printing")
        for _ in made:
            await page.keyboard.press("j")
            await page.keyboard.press("x")
        await page.keyboard.press("p")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("3 个可以打印")).to_be_visible()
        await expect(dialog.get_by_text("退款拦截中 × 1")).to_be_visible()
        await expect(dialog.get_by_role("button", name="开始打印 3 张")).to_be_focused()
        await screenshot(page, "printing-preflight")
        await page.keyboard.press("Enter")
        await work_off(context, courier_http, alpha.id)
        await expect(dialog.get_by_text("3 张面单已生成")).to_be_visible()
        await expect(dialog.get_by_role("button", name="打开面单去打印")).to_be_focused()
        await screenshot(page, "printing-done")
        await page.keyboard.press("Escape")
        await expect(page.locator("tbody tr")).to_have_count(1)
        numbers = [await number_of(alpha, shipment) for _, shipment in made[:3]]
        await hand_over_by_scan(page, console, numbers)
    for _, shipment in made[:3]:
        box = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
        assert box["shipped_at"] is not None
    assert (await alpha.client.get(f"/api/v1/shipments/{made[3][1]}")).json()["shipped_at"] is None


async def test_pasted_numbers_ship_and_wrong_ones_stay(
    browser: Browser, console: str, clerk: str, alpha: Tenant
) -> None:
    boxes = [(await place(alpha, f"OWN{i}", f"1380000200{i}"))[1] for i in range(2)]
    rows = ["订单号\t快递\t运单号", "OWN0\t圆通\tYT8812345678901"]
    rows += ["OWN1，什么快递，78112345678901", "没有 SF SF1234567890123"]
    pasted = "\n".join(rows)
    async with signed_in(browser, console, clerk) as page:
        await page.goto(f"{console}/printing/own-numbers")
        await page.get_by_role("textbox", name="从 Excel 粘贴").fill(pasted)
        await page.get_by_role("button", name="加入下表").click()
        await expect(page.get_by_text("2 条可以发货")).to_be_visible()
        await expect(page.get_by_text("不认识这家快递")).to_be_visible()
        await page.get_by_label("快递 2", exact=True).fill("中通")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("2 条已发货", exact=True)).to_be_visible()
        await expect(page.get_by_text("找不到对应包裹")).to_be_visible()
        await screenshot(page, "own-numbers")
    first = (await alpha.client.get(f"/api/v1/shipments/{boxes[0]}")).json()
    second = (await alpha.client.get(f"/api/v1/shipments/{boxes[1]}")).json()
    assert (first["courier"], first["waybill_number"]) == ("YTO", "YT8812345678901")
    assert (second["courier"], second["waybill_number"]) == ("ZTO", "78112345678901")


async def test_a_template_goes_out_and_comes_back(
    browser: Browser, console: str, clerk: str, alpha: Tenant, tmp_path: Path
) -> None:
    """The waiting boxes as a spreadsheet; what the clerk filled in is shipped."""
    _, box = await place(alpha, "TPL1", "13800004001")
    number = (await alpha.client.get(f"/api/v1/shipments/{box}")).json()["shipment_no"]
    async with signed_in(browser, console, clerk) as page:
        await page.goto(f"{console}/printing/own-numbers")
        await page.get_by_role("button", name="下载模板").hover()
        async with page.expect_download() as coming:
            await page.get_by_role("menuitem", name="Excel 表格").click()
        download = await coming.value
        path = tmp_path / download.suggested_filename
        await download.save_as(path)
        book = load_workbook(path)
        sheet = book.worksheets[0]
        rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
        rows[number][5].value, rows[number][6].value = "中通快递", "78112345678999"
        book.save(path)
        await page.locator("input[type=file]").set_input_files(path)
        await expect(page.get_by_text("1 条可以发货")).to_be_visible()
        await page.get_by_role("button", name="发货 1 条").click()
        await expect(page.get_by_text("1 条全部发货成功").first).to_be_visible()
    shipped = (await alpha.client.get(f"/api/v1/shipments/{box}")).json()
    assert (shipped["courier"], shipped["waybill_number"]) == ("ZTO", "78112345678999")


async def test_split_by_the_row_menu(
    browser: Browser, console: str, clerk: str, alpha: Tenant
) -> None:
    await place(alpha, "SPLIT1", "13800003001")
    async with signed_in(browser, console, clerk) as page:
        await page.goto(f"{console}/printing?q=SPLIT1")
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.get_by_role("button", name="操作").click()
        await page.get_by_role("menuitem", name="拆单").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("新包裹 1 保温杯").fill("2")
        await screenshot(page, "printing-split")
        await page.keyboard.press("Enter")
        await expect(page.locator("tbody tr")).to_have_count(2)
    found = (await alpha.client.get("/api/v1/shipments", params={"q": "SPLIT1"})).json()["items"]
    assert sorted(row["quantity"] for row in found) == [2, 2]


async def test_an_order_typed_by_hand_waits_to_be_printed(
    browser: Browser, console: str, clerk: str, alpha: Tenant
) -> None:
    async with signed_in(browser, console, clerk) as page:
        await page.goto(f"{console}/orders/new")
        paste = page.get_by_label("粘贴整段地址")
        await expect(paste).to_be_focused()
        await paste.fill("张小满 13812345678 四川省成都市武侯区天府三街18号3栋502")
        await expect(page.get_by_label("电话")).to_have_value("13812345678")
        await page.get_by_label("品名 1").fill("荞麦枕")
        await page.get_by_label("单价（元） 1").fill("129.9")
        await screenshot(page, "order-new")
        number = await page.get_by_label("订单号").input_value()
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text(f"订单 {number} 已建")).to_be_visible()
        await expect(page.get_by_label("品名 1")).to_have_value("")
        await page.goto(f"{console}/orders?q={number}")
        await expect(page.locator("tbody tr")).to_have_count(1)
        await expect(page.get_by_text("¥129.90")).to_be_visible()
        await screenshot(page, "orders")
    found = (await alpha.client.get("/api/v1/shipments", params={"q": number})).json()["items"]
    assert [row["dest_city"] for row in found] == ["成都市"]


async def test_hold_and_release_an_order_on_a_phone(
    browser: Browser, console: str, clerk: str, alpha: Tenant
) -> None:
    sub, shipment = await place(alpha, "HOLD1", "13800004001")
    async with signed_in(browser, console, clerk, size=PHONE) as page:
        await page.goto(f"{console}/printing")
        await expect(page.get_by_text("HOLD1")).to_be_visible()
        await screenshot(page, "printing")
        await page.goto(f"{console}/orders/{sub}")
        await page.get_by_role("button", name="拦截").click()
        await page.get_by_role("button", name="买家申请退款").click()
        await page.get_by_role("dialog").get_by_role("button", name="拦截", exact=True).click()
        await expect(page.get_by_role("button", name="放行")).to_be_visible()
        assert (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()["hold"] is True
        await screenshot(page, "order")
        await page.get_by_role("button", name="放行").click()
        await expect(page.get_by_role("button", name="拦截")).to_be_visible()
    assert (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()["hold"] is False
