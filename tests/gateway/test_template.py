"""PrintTemplate as a browser prints it.

If these break, a mall's printer gives labels of the wrong size, with a barcode no scanner reads,
or a buyer's address that breaks the page.
"""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from web.browser import chromium
from yichuan.core.clock import now
from yichuan.gateway.kdniao.template import html_of, size_of
from yichuan.waybills.labels.model import Contact, LabelData, Size

LABEL = LabelData(
    courier_code="YTO",
    courier_name="圆通速递",
    waybill_number="YT8800000000123",
    receiver=Contact(
        name="<b>测试甲</b>",
        phone="13100000002",
        address="人民东路与建设路交叉口向东三百米兰天小区十二号楼四单元 1203 室",
        province="新疆维吾尔自治区",
        city="巴音郭楞蒙古自治州",
        district="库尔勒市",
    ),
    sender=Contact(name="云仓", phone="13100000001", address="明珠路 73 号"),
    print_time=now(),
    mark_destination="528-1101 281",
    goods=("地毯 & 赠品 ×2",),
    remark='"小心"轻放',
    buyer_link="https://mall.example/track/abcdefghijklmnop",
)


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("", Size.ONE_PART),
        ("130", Size.ONE_PART),
        ("15001", Size.TWO_PART),
        ("180", Size.TWO_PART_LONG),
        ("999", Size.ONE_PART),
    ],
)
def test_the_size_that_is_asked_for(code: str, size: Size) -> None:
    assert size_of(code) is size
    width, height = size.mm
    assert f"size:{width}mm {height}mm" in html_of(LABEL, size)


def test_texts_are_texts() -> None:
    page = html_of(LABEL, Size.ONE_PART)
    assert "&lt;b&gt;测试甲&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<script" not in html_of(replace(LABEL, remark="<script>"), Size.ONE_PART)


def test_a_number_without_a_barcode_is_printed_as_text() -> None:
    page = html_of(replace(LABEL, waybill_number="运单一"), Size.ONE_PART)
    assert "运单一" in page


async def test_a_browser_prints_one_page_that_a_scanner_reads() -> None:
    async with chromium() as browser:
        page = await browser.new_page()
        for size in Size:
            await page.set_content(html_of(LABEL, size))
            document = pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True))
            assert len(document) == 1
            width, height = (round(side / 72 * 25.4) for side in document[0].get_size())
            assert (width, height) == size.mm
            assert "测试甲" in document[0].get_textpage().get_text_range()
            image = document[0].render(scale=203 / 72).to_pil()  # a label printer's dots
            read = {code.text for code in zxingcpp.read_barcodes(image)}
            assert {LABEL.waybill_number, LABEL.buyer_link} <= read
